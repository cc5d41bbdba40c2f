"""What kind of thing an entity is, read by rule from the relations it stands in: a hint for the eye, no knowledge."""

from __future__ import annotations

import re
from collections.abc import Iterable

from graphmem.extraction.textworld.kinds import kinds as textworld_kinds
from graphmem.records import Fact, entity_key

COLOURS = {
    "place": "#4a8fe7",
    "character": "#e4577b",
    "container": "#d18b26",
    "thing": "#2fa37c",
    "value": "#8b93a1",
}
"""Every kind, in the order of a legend, with a colour that can be told from the others on white and on black."""

_WHERE = re.compile(r"(?:is|are)(?: now| currently)? (?:in|on|at|under|inside)(?: of)?")
_OF_CHARACTERS = re.compile(r"(?:want|know|think|like|love|wear)s?|(?:live|work)s? (?:in|at|for|as)|(?:was )?born in")
_TO_PLACE = re.compile(r"lives? in|(?:was )?born in")
_OF_VALUES = frozenset({"is", "are", "is now", "was", "has state", "must", "must be", "says", "said"})
_WHO_ACTS = frozenset({"agent", "user", "assistant", "i", "you"})


def kinds(facts: Iterable[Fact]) -> dict[str, str]:
    """The kind of every entity of `facts`: a key of `COLOURS` by name.

    A place has a character in it; a container holds things; a value is only ever what something is, as "open" is.
    """
    facts = list(facts)
    characters = {fact.subject for fact in facts if _acts(fact)}
    places = {fact.object for fact in facts if _is_to_place(fact, characters)} - characters
    containers = {fact.object for fact in facts if _WHERE.fullmatch(_relation(fact))}
    subjects = {fact.subject for fact in facts}
    described = {fact.object for fact in facts if _relation(fact) in _OF_VALUES}
    meant = {fact.object for fact in facts if _relation(fact) not in _OF_VALUES}

    def kind(name: str) -> str:
        if name in characters:
            return "character"
        if name in places:
            return "place"
        if name in containers:
            return "container"
        return "value" if name in described - meant - subjects else "thing"

    return {name: kind(name) for fact in facts for name in (fact.subject, fact.object)} | textworld_kinds(facts)


def _relation(fact: Fact) -> str:
    return " ".join(fact.relation.casefold().split())


def _acts(fact: Fact) -> bool:
    return entity_key(fact.subject) in _WHO_ACTS or _OF_CHARACTERS.fullmatch(_relation(fact)) is not None


def _is_to_place(fact: Fact, characters: set[str]) -> bool:
    relation = _relation(fact)
    return bool(_TO_PLACE.fullmatch(relation) or (fact.subject in characters and _WHERE.fullmatch(relation)))
