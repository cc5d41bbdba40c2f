"""Exits never taken: the nearest first."""

from __future__ import annotations

from collections.abc import Iterator

from agents.policies.heuristic.option import Option
from agents.policies.heuristic.world import World
from graphmem.records import entity_key

BLOCKED = "Come back when this way is free: "


def exploring(world: World, reason: str) -> Iterator[Option]:
    """The ways on, nearest first; those found blocked are kept for later in the plan."""
    blocked = _blocked(world)
    here = entity_key(world.place or "")
    ends = sorted(
        ((0 if entity_key(place) == here else world.situation.distances.get(place, 99), place, direction)
         for place, directions in world.situation.unexplored.items() for direction in directions),
        key=lambda end: end[0],
    )  # fmt: skip
    later = []
    for distance, place, direction in ends:
        way = f"{direction} from {place}"
        if distance == 0:
            action = _leave(world, direction)
            if action is None:
                later.append(way)
                continue
        else:
            action = world.go_to(place)
        if way in blocked and distance:
            later.append(way)
        elif action:
            yield Option(f"Explore {way}", reason, (), action)
    for way in later:
        yield Option(BLOCKED + way, "a door is shut", ())


def _blocked(world: World) -> set[str]:
    return {step.text.removeprefix(BLOCKED) for step in world.situation.plan.sub_goals if step.text.startswith(BLOCKED)}


def _leave(world: World, direction: str) -> str | None:
    """Go through an exit of this place, or open the door in it; while no commands are listed, take it for open."""
    if not world.commands:
        return f"go {direction}"
    if go := world.find("go", direction):
        return go
    for triple in world.related(f"leads {direction} from"):
        if entity_key(triple.object) == entity_key(world.place or ""):
            return world.find("unlock", triple.subject) or world.find("open", triple.subject)
    return None
