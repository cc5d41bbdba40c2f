"""Clauses of a parsed text as triples: who did what, who is what, what is where, whose is what.

What is denied, asked, supposed or merely possible is not asserted.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from graphmem.extraction.prose.nouns import PLAYER, People, name_of, people_in, with_conjuncts
from graphmem.records import Triple

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

_SUBJECTS = frozenset({"nsubj", "nsubjpass"})
_OBJECTS = frozenset({"dobj", "attr", "oprd"})
_UNSURE = frozenset({"may", "might", "could", "would", "should"})
_MODALS = frozenset({"can", "must", "will"})
_UNSURE_VERBS = frozenset({"think", "believe", "doubt", "hope", "wish", "pretend", "imagine", "guess", "suppose"})
_CONDITIONS = frozenset({"if", "unless", "whether"})
_WHERE = frozenset(
    {"in", "on", "under", "at", "inside", "behind", "near", "beside", "above", "below", "beneath", "from"}
)
# "Tom put the book on the shelf" also says where the book is.
_PLACING = frozenset({"put", "place", "leave", "drop", "set", "lay", "hide", "keep", "store", "insert"})
_HERE = frozenset({"in", "on", "under", "inside", "behind", "into", "onto"})
_RELATION_OF = {"into": "in", "onto": "on"}


def triples_of(doc: Doc, people: People) -> Iterator[Triple]:
    """The triples that the text asserts, in its order."""
    for sentence in doc.sents:
        if not sentence.text.rstrip().endswith("?") and not _is_order(sentence.root):
            yield from _sentence(sentence, people)
        people.spoken_of.update(people_in(sentence))


def _is_order(root: Token) -> bool:
    """Whether the sentence tells somebody to do something: "Read the notes." """
    return root.tag_ == "VB" and not any(child.dep_ in _SUBJECTS or child.dep_ == "aux" for child in root.children)


def _sentence(sentence: Span, people: People) -> Iterator[Triple]:
    for token in sentence:
        if token.pos_ in {"VERB", "AUX"} and token.dep_ not in {"aux", "auxpass"}:
            yield from _clause(token, people)
        elif token.pos_ in {"NOUN", "PROPN"}:
            yield from _noun(token, people)


def _clause(verb: Token, people: People) -> Iterator[Triple]:
    if not _asserted(verb) or (verb.dep_ == "relcl" and any(it.lower_ == "you" for it in _own_subjects(verb))):
        return  # "the notes that you find" are not found yet
    subjects = [name for token in _subjects(verb) if (name := name_of(token, people))]
    for relation, obj in _said(verb, people):
        for subject in subjects:
            if subject != obj:
                yield Triple(subject, relation, obj)
    yield from _there_is(verb, people)
    yield from _placed(verb, people)


def _asserted(verb: Token) -> bool:
    """Whether the clause is stated as a fact, here and all the way up."""
    token = verb
    while True:
        for child in token.children:
            if child.dep_ == "neg" or child.lower_ == "never" or (child.dep_ == "aux" and child.lower_ in _UNSURE):
                return False
            if child.dep_ == "mark" and child.lower_ in _CONDITIONS:
                return False
            if child.dep_ == "advcl" and any(mark.lower_ in _CONDITIONS for mark in child.children):
                return False
        if token.dep_ not in {"ccomp", "xcomp", "advcl", "conj"} or token.head.i == token.i:
            return True
        if token.dep_ in {"ccomp"} and token.head.lemma_ in _UNSURE_VERBS:
            return False
        if token.dep_ == "conj" and _own_subjects(token):
            return True
        token = token.head


def _own_subjects(verb: Token) -> list[Token]:
    return [token for child in verb.children if child.dep_ in _SUBJECTS for token in with_conjuncts(child)]


def _subjects(verb: Token) -> list[Token]:
    """Who does it: its own subject, the noun it describes, or the subject of the verb it is joined to."""
    own = _own_subjects(verb)
    if verb.dep_ == "relcl" and (not own or own[0].lower_ in {"who", "that", "which"}):
        return [verb.head]
    if own:
        return own
    if verb.dep_ == "acl" and verb.tag_ in {"VBN", "VBG"}:
        return [verb.head]
    if verb.dep_ in {"conj", "xcomp"} and verb.head.pos_ in {"VERB", "AUX"}:
        return _subjects(verb.head)
    return []


def _relation(verb: Token) -> str:
    """Say "is" or "was" for the copula; the participle of a passive; else the lemma, with "can", "to" and particles."""
    passive = any(child.dep_ == "auxpass" for child in verb.children) or (verb.dep_ == "acl" and verb.tag_ == "VBN")
    if verb.lemma_ == "be":
        head = "was" if verb.lower_ in {"was", "were"} else "is"
    else:
        head = verb.lower_ if passive else verb.lemma_.lower()
    words = [child.lower_ for child in verb.children if child.dep_ == "aux" and child.lower_ in _MODALS]
    words += [head, *(child.lower_ for child in verb.children if child.dep_ == "prt")]
    if verb.dep_ == "xcomp" and verb.head.pos_ == "VERB":
        to = ["to"] if any(child.lower_ == "to" and child.dep_ == "aux" for child in verb.children) else []
        words = [verb.head.lemma_.lower(), *to, *words]
    return " ".join(words)


def _said(verb: Token, people: People) -> Iterator[tuple[str, str]]:
    """(relation, object) for each thing the clause says of its subject."""
    relation = _relation(verb)
    existential = any(child.dep_ == "expl" for child in verb.children)
    for child in verb.children:
        if child.dep_ == "attr" and not existential:
            yield from _is_what(relation, child, people)
        elif child.dep_ in _OBJECTS and not existential:
            yield from ((relation, name) for name in _names(child, people))
        elif child.dep_ == "dative" and child.pos_ != "ADP":
            yield from ((f"{relation} to", name) for name in _names(child, people))
        elif child.dep_ in {"prep", "agent", "dative"}:
            yield from _with_preposition(relation, child, people)
        elif child.dep_ == "acomp":
            yield from _is_how(relation, child, people)
    if verb.dep_ == "relcl" and any(c.dep_ == "dobj" and c.lower_ in {"that", "which", "whom"} for c in verb.children):
        yield from ((relation, name) for name in [name_of(verb.head, people)] if name)


def _names(head: Token, people: People) -> Iterator[str]:
    for token in with_conjuncts(head):
        if token.lower_ not in {"that", "which", "whom", "who"} and (name := name_of(token, people)):
            yield name


def _with_preposition(relation: str, preposition: Token, people: People) -> Iterator[tuple[str, str]]:
    for child in preposition.children:
        if child.dep_ == "pobj":
            yield from ((f"{relation} {preposition.lower_}", name) for name in _names(child, people))
        elif child.dep_ == "prep":  # "out of the box"
            yield from _with_preposition(f"{relation} {preposition.lower_}", child, people)


def _is_what(relation: str, noun: Token, people: People) -> Iterator[tuple[str, str]]:
    """Give (is capital of, France) for "the capital of France", and (is, noun) for any other noun."""
    of = [child for child in noun.children if child.dep_ == "prep" and child.lower_ == "of"]
    if of and noun.pos_ == "NOUN":
        for _, name in _with_preposition("", of[0], people):
            yield f"{relation} {noun.text} of", name
    else:
        yield from ((relation, name) for name in _names(noun, people))


def _is_how(relation: str, adjective: Token, people: People) -> Iterator[tuple[str, str]]:
    prepositions = [child for child in adjective.children if child.dep_ == "prep"]
    for preposition in prepositions:
        yield from _with_preposition(f"{relation} {adjective.text}", preposition, people)
    if not prepositions:
        yield from ((relation, token.text) for token in with_conjuncts(adjective))


def _there_is(verb: Token, people: People) -> Iterator[Triple]:
    """Read "There is a lamp on the desk." The preposition hangs on the verb or on the noun, as the parser likes."""
    if not any(child.dep_ == "expl" for child in verb.children):
        return
    things = [child for child in verb.children if child.dep_ in {"attr", "nsubj", "dobj"}]
    for preposition in (child for child in verb.children if child.dep_ == "prep"):
        for relation, place in _with_preposition("is", preposition, people):
            for thing in things:
                yield from (Triple(name, relation, place) for name in _names(thing, people))


def _placed(verb: Token, people: People) -> Iterator[Triple]:
    if verb.lemma_.lower() not in _PLACING:
        return
    things = [name for child in verb.children if child.dep_ == "dobj" for name in _names(child, people)]
    for preposition in (child for child in verb.children if child.dep_ == "prep" and child.lower_ in _HERE):
        where = _RELATION_OF.get(preposition.lower_, preposition.lower_)
        for _, place in _with_preposition("", preposition, people):
            yield from (Triple(thing, f"is {where}", place) for thing in things)


def _noun(noun: Token, people: People) -> Iterator[Triple]:
    """What a noun phrase says on its own: whose it is, where it is, what else it is."""
    name = name_of(noun, people)
    if not name or not _asserted(_verb_above(noun)):
        return
    for child in noun.children:
        if child.dep_ == "poss" and (owner := name_of(child, people)) and owner != name:
            yield Triple(owner, "has", name)
        elif child.dep_ == "appos" and (other := name_of(child, people)):
            yield Triple(name, "is", other)
        elif child.dep_ == "prep" and child.lower_ in _WHERE:
            subject = name_of(noun.head, people) if noun.dep_ == "appos" else name
            for relation, place in _with_preposition("is", child, people) if subject and subject != PLAYER else ():
                yield Triple(str(subject), relation, place)


def _verb_above(token: Token) -> Token:
    while token.head.i != token.i and token.pos_ not in {"VERB", "AUX"}:
        token = token.head
    return token
