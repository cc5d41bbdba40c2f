"""Relations in plain words ("lives in", "is married to", "founded"), and when two of them speak of the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from graphmem.language.wordlist import words

if TYPE_CHECKING:
    from spacy.tokens import Token

_IRREGULAR = {"be": "is", "have": "has", "do": "does", "go": "goes"}
_PAST = {"were": "was", "'d": "had"}
_SAME_IN_PAST = words("quit put set cut hit let cost read shut split hurt spread bet")
_PLURAL = words("i we they you")
_UP_OR_DOWN = words("up down over")
_HELPERS = words("is are am was were be been being has have had do does did will can used to has")
PREPOSITIONS = words(
    """about above across after against along among around as at before behind below beneath beside between beyond
    by down for from in inside into near of off on onto out outside over past through to toward towards under until
    up upon with within out-of"""
)


class Frame(NamedTuple):
    """What a relation is about: the lemma of its main word, and its last word if that is a preposition."""

    verb: str
    preposition: str


def third_person(lemma: str) -> str:
    """The verb as "she" goes with it: "lives", "goes", "carries"."""
    if lemma in _IRREGULAR:
        return _IRREGULAR[lemma]
    if lemma.endswith(("s", "x", "z", "ch", "sh", "o")):
        return f"{lemma}es"
    if lemma.endswith("y") and lemma[-2:-1] not in {"a", "e", "i", "o", "u"}:
        return f"{lemma[:-1]}ies"
    return f"{lemma}s"


def particles(verb: Token) -> list[str]:
    """The particles of the verb: "up" of "gave it up"."""
    beside = (it for it in verb.children if it.dep_ == "advmod" and (it.tag_ == "RP" or it.lower_ in _UP_OR_DOWN))
    return [it.lower_ for it in (*(it for it in verb.children if it.dep_ == "prt"), *beside)]


def particled(verb: Token) -> str:
    """The lemma of the verb with its particles: "give up"."""
    return " ".join([verb.lemma_.lower(), *particles(verb)])


def verb_phrase(verb: Token) -> str | None:
    """The verb with its helpers and particle, as said of one person: "lives", "was born", "is working", "will fix".

    None for a participle whose helper is not to be found.
    """
    helpers = helpers_of(verb)
    if not helpers and verb.tag_ in {"VBN", "VBG"} and verb.dep_ == "conj":
        helpers = helpers_of(verb.head)
    if not helpers and (
        verb.tag_ == "VBG" or (verb.tag_ == "VBN" and (verb.dep_ not in {"ROOT", "ccomp"} or verb.lemma_ == "be"))
    ):
        return None
    words = (
        [_finite(helpers[0]), *(helper.lower_ for helper in helpers[1:]), verb.lower_] if helpers else [_finite(verb)]
    )
    if helpers and helpers[0].lemma_ == "do":
        words = [third_person(verb.lemma_.lower()) if helpers[0].lower_ != "did" else f"did {verb.lemma_.lower()}"]
    if helpers and helpers[-1].lemma_ == "have" and verb.lower_ == "got":  # "has got a cat" is "has a cat"
        words.pop()
    particles = [
        child.lower_
        for child in verb.children
        if child.dep_ == "prt"
        or (child.lower_ in {"away", "forward"} and child.dep_ == "advmod" and child.i == verb.i + 1)
    ]
    return " ".join([*words, *particles])


def helpers_of(verb: Token) -> list[Token]:
    """The helping verbs before the verb, in order: "has", "been" of "has been sold"."""
    own = [child for child in verb.children if child.dep_ in {"aux", "auxpass"} and child.lower_ != "to"]
    return [each for helper in own for each in (*helpers_of(helper), helper)]  # "are getting" married


def _third_person_of(verb: Token, lemma: str) -> str:
    """The form itself, where it is the one: the lemma of "hates" is "hat" to some."""
    known = {"'s": "be", "'re": "be", "'m": "be", "'ve": "have", "s": "be", "re": "be", "ve": "have"}.get(lemma, lemma)
    if known in _IRREGULAR:
        return third_person(known)
    if verb.i in verb.doc.user_data.get("verbs", {}):
        return str(verb.doc.user_data["verbs"][verb.i]).lower()
    return str(verb.lower_) if verb.tag_ == "VBZ" else third_person(verb.lower_)


def _finite(verb: Token) -> str:
    lemma = verb.lemma_.lower().strip("'\u2019")
    if (
        verb.tag_ in {"VBP", "VB"}
        and lemma in _SAME_IN_PAST
        and (lemma == "quit" or not any(it.lower_ in _PLURAL for it in verb.children if it.dep_ == "nsubj"))
    ):
        return str(verb.lower_)
    if verb.tag_ == "MD":
        return {"'ll": "will", "\u2019ll": "will", "ca": "can", "wo": "will"}.get(verb.lower_, str(verb.lower_))
    if verb.tag_ in {"VBZ", "VBP", "VB", "NN"}:
        return _third_person_of(verb, lemma)
    return _PAST.get(verb.lower_, str(verb.lower_))


def is_denial(relation: str) -> bool:
    """Whether the relation denies: "does not eat", "never eats"."""
    return " not" in relation or " never" in relation or relation.startswith("never ")


def frame(relation: str, lemma: Callable[[str], str]) -> Frame:
    """The frame of a relation in words: "lives in" -> ("live", "in"), "is allergic to" -> ("allergic", "to")."""
    words = relation.casefold().split()
    last = words[-1] if len(words) > 1 and words[-1] in PREPOSITIONS else ""
    content = [each for each in (words[:-1] if last else words) if each not in _HELPERS]
    if content:
        return Frame(" ".join([lemma(content[0]), *content[1:]]), last)
    return Frame("have" if words[0] in {"has", "have", "had"} else "be", last)
