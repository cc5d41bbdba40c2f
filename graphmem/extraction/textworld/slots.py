"""Which facts of a game's world have one value only: a thing is in one place, a door open or closed, meat raw or fried.

Two facts with the same subject and the same slot cannot both hold, so the later one replaces the earlier. Exits,
"is east of" and "says" have no slot: many of them hold at once. Of the world outside none of this is true: who is in
Paris may be in love.
"""

from __future__ import annotations

from collections.abc import Iterable

from graphmem.records import Triple, entity_key

LOCATION = "location"
"""The slot of where a thing is."""

# A relation that says where its subject is. "the" and the like within a relation do not count.
_PLACES = """
    is in | is on | is at | is under | is inside | is inside of | is within | is on top of | is upon | is atop
    is beneath | is underneath | is below | is behind | is carried by | is held by | is worn by | is located in
    is located on | is located at | is located under | is hidden in | is hidden under | is hidden behind | is kept in
    is stored in | is placed in | is placed on | is lying on | is lying in | is standing in | is standing on
    lies in | lies on | sits in | sits on | sits at | stands in | stands on | rests on | located in | currently in
    in | on | at | inside | under
"""

# (subject, "is", one of these): the slot's name, then the values that exclude one another.
_STATES = {
    "openness": "open | opened | ajar | closed | shut | locked | unlocked",
    "doneness": "raw | uncooked | cooked | fried | roasted | grilled | baked | boiled | burned | burnt",
    "cut": "uncut | sliced | diced | chopped | minced",
    "power": "on | off | switched on | switched off | turned on | turned off | powered on | powered off",
    "light": "lit | unlit",
    "life": "alive | dead",
    "wakefulness": "awake | asleep",
    "fullness": "empty | full",
    "cleanness": "clean | dirty",
}


def _items(table: str) -> frozenset[str]:
    return frozenset(" ".join(item.split()) for line in table.splitlines() for item in line.split("|") if item.strip())


_LOCATION_RELATIONS = _items(_PLACES)
_SLOT_OF_STATE = {state: slot_name for slot_name, states in _STATES.items() for state in _items(states)}
_COPULAS = frozenset({"is", "are", "is now", "is currently", "has state", "becomes", "became"})


def slot(triple: Triple) -> str | None:
    """What the triple gives the one value of, or None when many such facts may hold at once.

    >>> slot(Triple("knife", "is on", "table"))
    'location'
    >>> slot(Triple("fridge", "is", "open"))
    'openness'
    >>> slot(Triple("kitchen", "has exit", "east")) is None
    True
    """
    relation = " ".join(triple.relation.casefold().split())
    if relation in _LOCATION_RELATIONS:
        return LOCATION
    if relation in _COPULAS:
        return _SLOT_OF_STATE.get(entity_key(triple.object))
    return None


def last_words(triples: Iterable[Triple]) -> tuple[Triple, ...]:
    """The triples without repeats and without what a later one of them replaces, in their order.

    >>> [str(it) for it in last_words([Triple("egg", "is", "raw"), Triple("egg", "is", "fried")])]
    ['egg, is, fried']
    """
    kept: dict[tuple[str, ...], Triple] = {}
    for triple in triples:
        place = slot(triple)
        key = triple.key if place is None else (triple.key[0], place)
        first = kept.get(key)
        if first is None or first.key != triple.key:
            kept.pop(key, None)
            kept[key] = triple
    return tuple(kept.values())
