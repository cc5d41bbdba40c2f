"""Noun phrases of a parsed sentence: short names for the ends of a triple, or none where no name can be trusted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from typing import TYPE_CHECKING

from graphmem.extraction.prose.people import FIRST_PERSON, KIN, People
from graphmem.extraction.prose.values import kind, value, word
from graphmem.language.wordlist import words

if TYPE_CHECKING:
    from spacy.tokens import Token

# Words that belong to a name when they stand before its head: "the old red apple" -> "old red apple".
_BEFORE = frozenset(
    {"amod", "compound", "nummod", "nmod", "case", "quantmod", "advmod", "npadvmod", "punct", "conj", "cc"}
)
_NOBODY = frozenset({"no", "neither", "none", "nothing", "nobody", "nor"})
VAGUE = words(
    """one ones some any all each many few most several lot lots thing things something anything everything stuff
    way bit kind sort rest part half couple bunch someone somebody anyone anybody everyone everybody other others
    this that these those it there here who which what whatever whoever sense point fact idea case side end same
    latter former matter deal plenty more less better much none both either another"""
)
_POINTING = words(
    """this that these those such other another same any every each most many few much several enough less fewer some
    which what whose"""
)
_NO_PART = words("own respective very just only also even especially mostly actually now")
_BARRED = re.compile(r"[|<>{}\[\]=\\*\n]|^[^\w+$€£¥]|--|\(|-$")
_CALLED = frozenset({"call", "name", "title"})
_MOST_WORDS = 8


def name_of(head: Token, people: People) -> str | None:
    """The short name of the noun phrase with this head, or None when it names nothing for certain.

    "Us" is more than the speaker, and has no name of its own.
    """
    if head.lower_ == "us" and not value(head):
        return None
    if head.pos_ == "PRON" and not value(head):
        return people.whom(head)
    if head.pos_ not in {"NOUN", "PROPN", "NUM", "ADJ", "X", "SYM"} or (
        head.lower_ in VAGUE and not (value(head) or _is_certain(head))
    ):
        return None
    if any(
        child.lower_ in _NOBODY | _POINTING and not _is_denied(head, child)
        for child in head.children
        if child.dep_ in {"det", "neg", "amod", "nmod", "poss"}
    ):
        return None
    if (found := value(head)) and found.kind == "speech":
        return None
    if called := called_name(head, people):
        return called
    owner = _owner(head, people)
    if owner is None or (head.tag_ == "CD" and not value(head) and led_by({"of"}, head)):  # "two of them"
        return None
    words = bare_name(head, people)
    if words is None:
        return None
    if head.dep_ in {"pobj", "dobj"} and any(child.dep_ == "case" for child in head.rights):
        words += "'s"  # "at Luigi's", "at St Luke's"
    name = people.mine(words) if owner == people.me else f"{_owned_by(owner)} {words}" if owner else words
    return name if len(name.split()) <= _MOST_WORDS and not _BARRED.search(name) else None


def _is_certain(vague: Token) -> bool:
    """Whether a vague word is somebody's and of something: "our point of contact"."""
    return {"poss", "prep"} <= {child.dep_ for child in vague.children}


def _is_denied(head: Token, determiner: Token) -> bool:
    """Whether it is what one has not: "has no car", "does not own any pets"."""
    denied = any(child.dep_ == "neg" for child in head.head.children)
    return head.dep_ in {"dobj", "attr"} and (determiner.lower_ == "no" or (determiner.lower_ == "any" and denied))


def called_name(head: Token, people: People) -> str | None:
    """The proper name that a common noun is given: "my sister Carla", "a bakery called Nosso"."""
    if (
        head.pos_ != "NOUN"
        and head.tag_ != "JJS"
        and not (head.text.isupper() and any(it.dep_ == "poss" for it in head.children))
    ):
        return None
    for child in head.rights:
        certain = head.lower_ in KIN or any(it.dep_ == "poss" or it.lower_ in {"the", "new"} for it in head.children)
        apart = any(between.is_punct for between in head.doc[head.i : child.left_edge.i])
        close = child.i - head.i <= 5 and (certain or not apart)
        if child.dep_ == "appos" and child.pos_ == "PROPN" and close:
            return name_of(child, people)
        if child.dep_ == "acl" and child.lemma_.lower() in _CALLED:
            names = [
                it for it in child.children if it.dep_ in {"oprd", "dobj", "attr"} and it.pos_ in {"PROPN", "NOUN"}
            ]
            return name_of(names[0], people) if names else None
    return None


def _owner(head: Token, people: People) -> str | None:
    """Whose it is: a name, "" when nobody's, None when the owner cannot be told."""
    for child in head.children:
        if child.dep_ == "poss":
            if child.pos_ != "PRON":
                return name_of(child, people)
            if head.pos_ == "PROPN" and head.text.istitle() and child.lower_ in FIRST_PERSON:
                return ""
            return people.whom(child)
    return ""


def owner_of(head: Token, people: People) -> str | None:
    """Whose it is, or None."""
    return _owner(head, people) or None


def _owned_by(owner: str) -> str:
    last = owner.rsplit(" ", 1)[-1]
    return f"{owner}'" if last.endswith("s") and last.islower() else f"{owner}'s"


def bare_name(head: Token, people: People) -> str | None:
    """The name without article and owner, up to an "of" that belongs to it: "rent" of "our rent"."""
    tokens = [token for token in _tokens(head) if token.lower_ not in _NO_PART]
    if (
        not tokens
        or tokens[0].tag_ == "IN"
        or (len(tokens) > 1 and tokens[0].tag_ in {"VBG", "VBZ"} and not _may_be_doing(tokens[0], head))
    ):
        return None
    text = "".join(
        f"{word(token)}{_gap(token, after)}" for token, after in zip(tokens, [*tokens[1:], None], strict=True)
    )
    text = text.strip(' ,.;:!?"“”')
    for child in head.rights:
        if child.dep_ == "prep" and child.lower_ == "of":
            inner = [
                name_of(it, people) for one in child.children if one.dep_ == "pobj" for it in [one, *one.conjuncts]
            ]
            if not inner or None in inner:
                return None
            text = f"{text} of {' and '.join(name for name in inner if name)}"
    return text or None


def _may_be_doing(first: Token, head: Token) -> bool:
    """Whether "smoking" in "smoking cigars" is a part of what is said: of what one stops."""
    return first.dep_ == "amod" or head.head.lemma_ in {"stop", "quit"}


def _tokens(head: Token) -> list[Token]:
    """The tokens of the phrase, in order, as far as they are its name."""
    found = [head]
    for child in head.lefts:
        if head.pos_ == "PROPN" and child.tag_ == "JJS" and child.nbor().text == ",":  # "our youngest, Milo"
            continue
        titled = child.dep_ == "det" and child.text == "The" and child.i != child.sent.start and head.pos_ == "PROPN"
        if titled:
            found.append(child)
        elif child.dep_ in _BEFORE and not (head.pos_ == "PROPN" and child.dep_ == "compound" and _is_calling(child)):
            found += _tokens(child)
    for child in head.rights:
        if child.i == head.i + 1 and child.dep_ in {"nummod", "nmod"}:
            found.append(child)
        elif head.dep_ in {"amod", "compound", "nmod", "nummod"} and child.dep_ in {"conj", "cc", "punct"}:
            found += _tokens(child)
        elif child.dep_ == "punct" and child.text == "-":
            found.append(child)
    return sorted(set(found), key=lambda token: token.i)


def _is_calling(noun: Token) -> bool:
    """ "sister" in "sister Carla": what somebody is, not a part of the name."""
    named = noun.head.text[:1].isupper() or bool(value(noun.head))
    return named and noun.pos_ == "NOUN" and noun.text.islower() and not value(noun)


def calling(head: Token) -> Token | None:
    """The noun beside a proper name that says what it is: "my sister Carla"."""
    if head.pos_ == "PROPN":
        return next((it for it in head.lefts if it.dep_ == "compound" and _is_calling(it)), None)
    return head


def _gap(token: Token, after: Token | None) -> str:
    return "" if after is None or (after.i == token.i + 1 and not token.whitespace_) else " "


def with_conjuncts(head: Token) -> list[Token]:
    """The head, and what "and" joins to it: "a book and a pen"; nothing of an "or"."""
    found = [head]
    for token in head.conjuncts:
        if token.i > head.i and token.dep_ == "conj" and not is_of_another_clause(token, head):
            found.append(token)
    denied = any(child.dep_ == "neg" for child in head.head.children)  # not "meat or fish": neither
    if any(
        child.dep_ == "cc" and child.lower_ in {"or", "nor", "but"} and not denied
        for it in found
        for child in it.children
    ):
        return [] if not any(child.lower_ == "but" for child in head.children) else [head]
    return found


def is_of_another_clause(noun: Token, head: Token) -> bool:
    """Whether the parser took for one of two things what begins another clause.

    "She manages a team and reports to Jo", "Karl lives in Essen and Heinz died", "12 euros for adults and 6 euros for
    children".
    """
    if (amount := value(noun)) and amount.kind == "amount" and not value(head):
        return True
    if head.dep_ == "pobj" and (kind(head) == "time") != (kind(noun) == "time"):  # "Ann on Mondays and Tom on Fridays"
        return True
    after = noun.doc[noun.i + 1] if noun.i + 1 < len(noun.doc) else None
    if after is not None and after.tag_ in {"VBD", "VBZ", "VBP", "MD"} and head.dep_ not in {"nsubj", "nsubjpass"}:
        return True
    bare = noun.tag_ == "NNS" and not list(noun.lefts) and noun.text.islower() and bool(list(head.lefts))
    led = after is not None and after.tag_ == "IN" and after.lower_ != "of"
    return bare and (led or any(child.dep_ == "prep" and child.lower_ != "of" for child in noun.rights))


def led_by(prepositions: Set[str], head: Token) -> list[tuple[str, Token]]:
    """The nouns right of the head after one of these prepositions, each with it: ("of", Acme) of "CEO of Acme"."""
    near = [it for it in head.rights if it.dep_ == "prep" and it.lower_ in prepositions]
    return [(it.lower_, noun) for it in near for noun in it.children if noun.dep_ == "pobj"]


def is_indefinite(head: Token) -> bool:
    """Whether the phrase is "a …", "some …" or a bare singular: one of its kind, not a certain one."""
    articles = [child.lower_ for child in head.children if child.dep_ in {"det", "poss"}]
    return not articles or articles[0] in {"a", "an", "some"}


_A_DAY = re.compile(r"\d{1,2}(?:st|nd|rd|th)?\s[a-z]|\d{4}-|(?:every (?:\w+ )?)?[a-z]+day\b", re.IGNORECASE)
_LONG_PREPOSITIONS = words("out away next up off inside outside close due because instead down over")


def phrases(head: Token) -> Iterator[tuple[str, Token]]:
    """(preposition, noun) for each phrase that hangs on the word, "of" left out; a bare day is as after "on"."""
    for child in head.children:
        of_clause = head.pos_ == "VERB" or any(it.dep_ == "acomp" for it in head.children)
        if child.dep_ == "npadvmod" and of_clause and (day := value(child)) and _A_DAY.match(day.text):
            yield "on", child
        elif child.dep_ in {"prep", "agent"} and child.lower_ != "of":
            for it in child.children:
                if it.dep_ == "pobj":
                    yield child.lower_, it
                elif it.dep_ == "prep" and child.lower_ in _LONG_PREPOSITIONS:
                    yield from ((f"{child.lower_} {it.lower_}", noun) for noun in it.children if noun.dep_ == "pobj")
