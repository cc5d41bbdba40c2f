"""What kind of thing an entity is, read by rule from the relations it stands in: a hint for the eye, no knowledge."""

from __future__ import annotations

import re
from collections.abc import Iterable

from graphmem.records import Fact, entity_key

COLOURS = {
    "place": "#4a8fe7",
    "character": "#e4577b",
    "container": "#d18b26",
    "thing": "#2fa37c",
    "value": "#8b93a1",
}
"""Every kind, in the order of a legend, with a colour that can be told from the others on white and on black."""

_BETWEEN_PLACES = re.compile(r"is (?:(?:north|south)(?:-?(?:east|west))?|east|west) of")
_FROM_PLACE = re.compile(r"leads \w+ from")
_OF_CHARACTERS = frozenset({"wants", "must", "knows", "thinks", "likes", "loves", "wears", "lives in", "works at"})
_OF_VALUES = frozenset({"is", "are", "is now", "was", "has state", "has exit", "must", "must be", "says", "said"})
_WHO_ACTS = frozenset({"player", "agent", "user", "assistant", "i", "you"})


def kinds(facts: Iterable[Fact]) -> dict[str, str]:
    """The kind of every entity of `facts`: a key of `COLOURS` by name.

    A place has exits, lies north of another, or has a character in it; a container holds things; a value is only ever
    what something is, as "open" and "east" are.
    """
    facts = list(facts)
    characters = {fact.subject for fact in facts if _acts(fact)}
    places = {name for fact in facts for name in _places(fact, characters)} - characters
    containers = {fact.object for fact in facts if fact.slot == "location"}
    subjects = {fact.subject for fact in facts}
    said = {fact.object for fact in facts if _words(fact) in _OF_VALUES}
    meant = {fact.object for fact in facts if _words(fact) not in _OF_VALUES}

    def kind(name: str) -> str:
        if name in characters:
            return "character"
        if name in places:
            return "place"
        if name in containers:
            return "container"
        return "value" if name in said - meant - subjects else "thing"

    return {name: kind(name) for fact in facts for name in (fact.subject, fact.object)}


def _words(fact: Fact) -> str:
    return " ".join(fact.relation.casefold().split())


def _acts(fact: Fact) -> bool:
    return entity_key(fact.subject) in _WHO_ACTS or _words(fact) in _OF_CHARACTERS


def _places(fact: Fact, characters: set[str]) -> tuple[str, ...]:
    words = _words(fact)
    if _BETWEEN_PLACES.fullmatch(words):
        return fact.subject, fact.object
    if words == "has exit":
        return (fact.subject,)
    if _FROM_PLACE.fullmatch(words) or (fact.subject in characters and fact.slot == "location"):
        return (fact.object,)
    return ()
