"""Noun phrases of a parsed sentence: short names for the ends of a triple, and whom a pronoun means."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.tokens import Span, Token

PLAYER = "player"
# Words that belong to a name when they stand before its head: "the old red apple" -> "old red apple".
_MODIFIERS = frozenset({"amod", "compound", "nummod", "nmod", "poss", "case", "quantmod", "punct", "advmod"})
_FIRST_PERSON = frozenset({"i", "me", "my", "myself", "mine"})
_SECOND_PERSON = frozenset({"you", "your", "yourself"})
_THIRD_PERSON = frozenset({"he", "she", "him", "her", "his", "himself", "herself"})
_PLACES = frozenset({"GPE", "LOC", "FAC", "DATE", "TIME"})
_NOBODY = frozenset({"no", "neither", "none", "nothing", "nobody"})
_QUANTITIES = frozenset({"one", "some", "any", "all", "each", "many", "few", "most", "several", "lot", "lots"})
_MOST_WORDS = 8


@dataclass(slots=True)
class People:
    """Who speaks, and who has been spoken of; "she" means somebody only when there is one to mean."""

    speaker: str | None = None
    spoken_of: dict[str, None] = field(default_factory=dict)

    def whom(self, token: Token) -> str | None:
        """The name for a pronoun, or None when it cannot be told."""
        pronoun = token.lower_
        if pronoun in _FIRST_PERSON:
            return self.speaker or "I"
        if pronoun in _SECOND_PERSON:
            return None if self.speaker else PLAYER
        if pronoun not in _THIRD_PERSON:
            return None
        before = {**self.spoken_of, **people_in(token.sent[: token.i - token.sent.start])}
        others = [name for name in before if name != self.speaker]
        return others[0] if len(others) == 1 else None


def people_in(words: Span) -> dict[str, None]:
    """Names of persons, and proper names that do something: the small models take many a person for a company."""
    heads = [word for word in words if word.pos_ == "PROPN" and word.dep_ != "compound"]
    persons = [word for word in heads if word.ent_type_ == "PERSON" or word.dep_ in {"nsubj", "nsubjpass"}]
    return {" ".join(_words(word, People(), owner=True)): None for word in persons if word.ent_type_ not in _PLACES}


def name_of(head: Token, people: People) -> str | None:
    """The short name of the noun phrase with this head, or None when it names nothing."""
    if head.pos_ == "PRON":
        return people.whom(head)
    denied = any(child.lower_ in _NOBODY for child in head.children if child.dep_ in {"det", "neg"})
    if denied or head.lower_ in _QUANTITIES:
        return None
    words = list(_words(head, people, owner=head.dep_ == "poss"))
    name = " ".join(word for word in words if word).replace(" 's", "'s").replace(" - ", "-").replace(" '", "'")
    name = name.strip(' ,.;:!?"')
    return name if name and len(name.split()) <= _MOST_WORDS else (head.text if head.text.strip() else None)


def _words(head: Token, people: People, *, owner: bool = False) -> Iterator[str]:
    """The words of the phrase; of an owner's name ("Mary's") without what marks the owner."""
    for child in head.lefts:
        if child.dep_ in _MODIFIERS and (child.dep_ != "punct" or child.text == "-"):
            if child.dep_ == "poss" and child.pos_ == "PRON":
                whose = people.whom(child)
                yield f"{whose}'s" if whose and whose not in {"I", PLAYER} else ""
            else:
                yield from _words(child, people)
    yield head.text
    for child in head.rights:
        if (child.dep_ == "case" and not owner) or (child.dep_ in {"nummod", "nmod"} and child.i == head.i + 1):
            yield child.text
        elif child.dep_ == "prep" and child.lower_ == "of":
            for grandchild in child.children:
                if grandchild.dep_ == "pobj" and (inner := name_of(grandchild, people)):
                    yield f"of {inner}"


def with_conjuncts(head: Token) -> list[Token]:
    """The head, and what "and" or "or" joins to it: "a book and a pen"."""
    return [head, *(token for token in head.conjuncts if token.i > head.i and token.dep_ == "conj")]
