"""Exits never taken: the nearest first."""

from __future__ import annotations

from collections.abc import Iterator

from agents.policies.heuristic.knowledge import Knowledge
from agents.policies.heuristic.option import Option, option
from graphmem.records import entity_key


def exploring(known: Knowledge, reason: str) -> Iterator[Option]:
    """The ways on, nearest first; those behind a shut door that cannot be opened now are left for later."""
    later = []
    for distance, place, direction in _open_ends(known):
        action = known.go_to(place) if distance else _leave(known, direction)
        if action is None or (distance and _is_locked(known, place, direction)):
            later.append((place, direction))
        else:
            yield option("explore", reason=reason, action=action, place=place, other=direction, about=())
    for place, direction in later:
        yield option("explore later", reason="a door is shut", place=place, other=direction, about=())


def _open_ends(known: Knowledge) -> list[tuple[int, str, str]]:
    """(moves, place, direction) of each exit never taken, the nearest first."""
    here = entity_key(known.place or "")
    ends = [
        (0 if entity_key(place) == here else known.distances.get(place, 99), place, direction)
        for place, directions in known.unexplored.items()
        for direction in directions
    ]
    return sorted(ends, key=lambda end: end[0])


def _doors(known: Knowledge, place: str, direction: str) -> list[str]:
    """The doors in an exit."""
    ways = known.related(f"leads {direction} from")
    return [way.subject for way in ways if entity_key(way.object) == entity_key(place)]


def _is_locked(known: Knowledge, place: str, direction: str) -> bool:
    """Whether a door in the exit is known to be locked, and no key in hand is known to fit."""
    locked = [door for door in _doors(known, place, direction) if known.state(door, "openness") == "locked"]
    keys = {entity_key(lock) for key in known.carried for lock in known.objects(key, "unlocks")}
    return any(entity_key(door) not in keys for door in locked)


def _leave(known: Knowledge, direction: str) -> str | None:
    """Go through an exit of this place, or open the door in it; while no commands are listed, take it for open."""
    if not known.commands:
        return f"go {direction}"
    if go := known.find("go", direction):
        return go
    for door in _doors(known, known.place or "", direction):
        return known.find("unlock", door) or known.find("open", door)
    return None
