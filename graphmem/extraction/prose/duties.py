"""What somebody has to do or is going to do ("I have to renew my passport before May"), and what of it is done."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from graphmem.extraction.prose.families import DEEDS, DUE, DUE_BY_PARTICIPLE
from graphmem.extraction.prose.nouns import VAGUE, bare_name, name_of, phrases
from graphmem.extraction.prose.people import People, is_certain_person
from graphmem.extraction.prose.relations import PREPOSITIONS, helpers_of, particled
from graphmem.extraction.prose.standing import Standing
from graphmem.extraction.prose.statements import Ending, Said, Statement
from graphmem.extraction.prose.values import is_vague_time, value, word
from graphmem.language.wordlist import words
from graphmem.records import Triple

if TYPE_CHECKING:
    from spacy.tokens import Token

DUTIES = frozenset(DUE.values())
_TALK = words(
    "say admit confess agree disagree wonder think guess know laugh stress apologise apologize keep continue try"
)
_TO_THE_HEARER = words("you your yours yourself yourselves")
_POINTING = words("this that these those such it them they")
_CUT = words("advcl ccomp relcl conj parataxis acl")
_AGAIN = re.compile(r"\b(?:every|each|daily|weekly|monthly|yearly|always|\w+days)\b")
_MOST_WORDS = 12


def due(verb: Token, subjects: Sequence[tuple[Token, str]], stands: Standing, people: People) -> Iterator[Said]:
    """(Ada, has to, renew passport before May); where there is no need to, the end of that."""
    todo = verb if stands == "due" else _to_do(verb)
    relation = "should" if stands == "due" else DUE.get(verb.lemma_.lower())
    if any(it.tag_ in {"WRB", "WP", "WDT"} for it in verb.doc[verb.left_edge.i : verb.i]):
        return
    if not relation or todo is None or not (stands == "due" or _is_due_now(verb)):
        return
    for token, subject in subjects:
        if _may_have_to(token, relation) and (task := _task(todo, subject, people)):
            if stands == "denied":
                yield Ending(subject, "no need", DUTIES, task)
            else:
                yield Statement(subject, relation, task)


def _to_do(verb: Token) -> Token | None:
    """The verb of what is to be done: "sell" of "has to sell", "selling" of "plans on selling"."""
    on = (it for near in verb.children if near.lower_ == "on" for it in near.children if it.dep_ == "pcomp")
    to = (it for it in verb.children if it.dep_ == "xcomp" and any(before.lower_ == "to" for before in it.lefts))
    return next((it for it in (*to, *on) if it.tag_ in {"VB", "VBN"} or it.head.dep_ == "prep"), None)


def _is_due_now(verb: Token) -> bool:
    """Whether it is to be done from now on: "has to", "has got to", "will have to", "is going to"; not "had to"."""
    finite = [*helpers_of(verb), verb][0]
    if finite.tag_ not in {"VBP", "VBZ"} and finite.lower_ not in {"will", "'ll", "wo", "ought"}:
        return False
    if verb.tag_ in {"VBP", "VBZ", "VB", "MD"}:
        return verb.lemma_ not in DUE_BY_PARTICIPLE
    return verb.lemma_ not in {"have", "need"} and (verb.lemma_ != "go" or verb.tag_ == "VBG")


def _may_have_to(subject: Token, relation: str) -> bool:
    """Whether the subject is somebody, or a certain thing; not all of a kind. What others should do is an opinion."""
    if relation == "should":
        return subject.lower_ in {"i", "we"}
    named = subject.pos_ in {"PRON", "PROPN"} or is_certain_person(subject)
    return named or any(it.dep_ == "poss" or it.lower_ == "the" for it in subject.children)


def _task(verb: Token, subject: str, people: People) -> str | None:
    """What is to be done, in words: "renew passport before May"; None for what is only said, or not named."""
    tokens = list(_tokens(verb))
    small = {it.lower_ for it in tokens if not is_vague_time(it.head)}  # "this weekend"
    passive = tokens[0].dep_ == "auxpass"
    described = verb.lemma_ == "be" and any(it.dep_ in {"acomp", "attr"} for it in verb.children)
    if verb.lower_ in _TALK or described or small & (_TO_THE_HEARER | _POINTING) or "now" in small:
        return None
    if not (passive or any(map(_is_named, tokens[1:]))) or any(it.tag_ in {"WP", "WRB", "MD"} for it in tokens):
        return None
    said = [it.lemma_ if it.i == verb.i and it.tag_ == "VBG" else _said(it, subject, people) for it in tokens]
    if None in said or len(tokens) > _MOST_WORDS:
        return None
    spaced = (f"{text}{it.whitespace_}" for text, it in zip(said, tokens, strict=True) if text)
    return "".join(spaced).strip()


def _tokens(verb: Token) -> Iterator[Token]:
    """The words of what is to be done, up to a clause that only hangs on it."""
    first = next((it.i for it in verb.lefts if it.dep_ == "auxpass"), verb.i)
    cut = [it.left_edge.i for it in verb.subtree if it.i > verb.i and it.dep_ in _CUT and _is_clause(it)]
    for token in verb.doc[first : min([*cut, verb.right_edge.i + 1])]:
        last = (token.is_punct and token.text not in {"-", "'"}) or (token.dep_ == "cc" and token.i + 1 in cut)
        if last and not value(token):
            return
        yield token


def _is_clause(token: Token) -> bool:
    return token.pos_ in {"VERB", "AUX"} and (token.dep_ != "ccomp" or any(it.dep_ == "mark" for it in token.children))


def _is_named(token: Token) -> bool:
    noun = token.pos_ in {"NOUN", "PROPN", "NUM"} or (token.pos_ == "ADJ" and token.dep_ in {"dobj", "pobj"})
    return bool(value(token)) or (noun and token.lower_ not in VAGUE)


def _said(token: Token, subject: str, people: People) -> str | None:
    """The word as it goes into the fact: without article, "my" or "his" of who does it; None for whom nobody knows."""
    if token.dep_ == "det" and not value(token):
        return "" if token.lower_ in {"the", "a", "an", "some"} else token.text
    if token.pos_ != "PRON" or token.dep_ == "expl" or value(token):
        return word(token)
    whose = people.whom(token)
    if token.dep_ != "poss":
        return whose
    own = whose in ({people.me} if subject == people.me else {subject, None})
    return "" if own else f"{whose}'s" if whose else None


def done(verb: Token, subjects: Sequence[tuple[Token, str]], people: People) -> Iterator[Ending]:
    """The end of what one had to do that is done: "I renewed my passport", "the quote was sent"."""
    passive = any(it.dep_ == "auxpass" for it in verb.children)
    if verb.tag_ not in {"VBD", "VBN"} or verb.lemma_ in {"be", "have"}:
        return
    if passive:
        for token, _ in subjects:
            if what := bare_name(token, people):
                yield Ending("", "done", DUTIES, f"{particled(verb)} {what}")
        yield from (Ending(subject, "done", DUTIES, f"be {verb.lower_}") for _, subject in subjects)
        return
    objects = [it for it in verb.children if it.dep_ == "dobj"] or [noun for _, noun in phrases(verb)][:1]
    for noun in objects:
        if what := bare_name(noun, people):
            yield from (Ending(subject, "done", DUTIES, f"{particled(verb)} {what}") for _, subject in subjects)
        if name := name_of(noun, people):
            yield Ending(name, "done", DUTIES, f"be {verb.lower_}")


def ticked(said: Said) -> Said:
    """The end of what one had to do, where that is said to be done: "[x] call the bank"; else what is said."""
    if isinstance(said, Ending) or said.relation not in DUTIES:
        return said
    return Ending(said.subject, "done", DUTIES, said.object)


def task_of(triple: Triple) -> str | None:
    """What the triple says is to be done; None where it says no such thing.

    >>> task_of(Triple("Ada", "will paint fence on", "Saturday"))
    'paint fence on Saturday'
    """
    if triple.relation in DUTIES:
        return triple.object
    planned = triple.relation.startswith("will ") and not triple.relation.startswith("will be")
    return f"{triple.relation[5:]} {triple.object}" if planned else None


def ends_task(ending: Ending, task: str) -> bool:
    """Whether the ending says that this is done, or need not be: as a whole, and not only this once."""
    if ending.verbs != DUTIES:
        return False
    verb, *what = (ending.object or "").casefold().split()
    to_do, *rest = task.casefold().split()
    alike = verb == to_do or any({verb, to_do} <= deeds for deeds in DEEDS)
    meant = [it for it in what if it not in PREPOSITIONS or verb == to_do]
    whole = "and" not in rest or "and" in what
    return alike and whole and bool(meant) and set(meant) <= set(rest) and not _AGAIN.search(task)
