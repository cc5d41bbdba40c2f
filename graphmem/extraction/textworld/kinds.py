"""What kind of thing an entity of a game's world is, told by the relations that only such a world has."""

from __future__ import annotations

import re
from collections.abc import Iterable

from graphmem.extraction.textworld.scene import PLAYER
from graphmem.extraction.textworld.slots import LOCATION, slot
from graphmem.extraction.textworld.transcript import OPPOSITE
from graphmem.records import Fact, entity_key

_WAYS = "|".join(OPPOSITE)
_BETWEEN_PLACES = re.compile(rf"is (?:{_WAYS}|(?:north|south)-(?:east|west)) of|is (?:above|below)")
_FROM_PLACE = re.compile(rf"leads (?:{_WAYS}) from")


def kinds(facts: Iterable[Fact]) -> dict[str, str]:
    """The kind ("place", "character" or "value") of those entities of `facts` that a game's words tell.

    A place has exits, lies north of another, or has the player in it; a direction is a value.
    """
    found: dict[str, str] = {}
    for fact in facts:
        relation = " ".join(fact.relation.casefold().split())
        if _BETWEEN_PLACES.fullmatch(relation):
            found |= {fact.subject: "place", fact.object: "place"}
        elif relation == "has exit" and entity_key(fact.object) in OPPOSITE:
            found |= {fact.subject: "place", fact.object: "value"}
        elif _FROM_PLACE.fullmatch(relation):
            found[fact.object] = "place"
        elif entity_key(fact.subject) == PLAYER:
            found[fact.subject] = "character"
            if slot(fact.triple) == LOCATION:
                found[fact.object] = "place"
    return found
