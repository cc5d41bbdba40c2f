"""Keys, lockers, notes and treasures."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agents.policies.heuristic.option import Option
from agents.policies.heuristic.world import World
from graphmem.records import entity_key

_KEY = re.compile(r"\bkey\b|\bkeycard\b")
_PRECIOUS = re.compile(r"\b(treasure|coin|gem|jewel|diamond|gold bar|crown|trophy)\b")
_READABLE = re.compile(r"\b(note|letter|message|sign|map|poster|scroll|diary|journal|leaflet|paper)\b")

SPENT = "Leave aside "
"""How the plan keeps in mind that a key is of no more use."""


def hunting(world: World) -> Iterator[Option]:
    """What brings a hunt on, the surest first."""
    for command in world.can("unlock"):
        reason = f"{command.target} fits {command.thing}"
        yield Option(f"Unlock {command.thing}", reason, (command.thing, command.target), command.text)
    yield from _take(world)
    for command in world.can("open"):
        if not world.is_door(command.thing):
            yield Option(f"Open {command.thing}", "something may be inside", (command.thing,), command.text)
    yield from _read(world)
    yield from _use_keys(world)


def _take(world: World) -> Iterator[Option]:
    for command in world.can("take"):
        thing = entity_key(command.thing)
        if _PRECIOUS.search(thing):
            yield Option(f"Take {command.thing}", "it is what I am after", (command.thing,), command.text)
        elif _KEY.search(thing) and not _spent(world, thing):
            yield Option(f"Take {command.thing}", "a key opens something", (command.thing,), command.text)


def _read(world: World) -> Iterator[Option]:
    for command in world.can("examine"):
        if _READABLE.search(entity_key(command.thing)) and not world.objects(command.thing, "says"):
            reason = "it may say where to go"
            yield Option(f"Read {command.thing}", reason, (command.thing,), command.text)


def _use_keys(world: World) -> Iterator[Option]:
    """Carry each key that is not spent to the lock it fits; what is not known about it is to be recalled."""
    for key, name in world.carried.items():
        if not _KEY.search(key):
            continue
        if _spent(world, key):
            yield Option(SPENT + name, "its lock is open")
            continue
        locks = [lock for lock in _locks(world, key) if not _is_open(world, lock)]
        for lock in locks:
            reason = f"{name} unlocks it"
            about = (lock, name, *world.holders(lock))
            yield Option(f"Find {lock} and unlock it with {name}", reason, about, world.go_to_thing(lock))
        if not locks:
            yield Option(f"Find out what {name} unlocks", "nobody has said it yet", (name,))


def _locks(world: World, key: str) -> list[str]:
    """What a key unlocks: as it was said, or by its name ("golden key" fits "golden locker")."""
    said = world.objects(key, "unlocks") + [t.subject for t in world.related("requires") if t.key[2] == key]
    if said:
        return said
    kind = _KEY.sub("", key).strip()
    if not kind or kind.isdigit():
        return []
    return [thing for thing in sorted(world.known_things()) if thing.startswith(f"{kind} ") and thing != key]


def _spent(world: World, key: str) -> bool:
    """Whether a key has done its work, as is known now or was when the plan was made."""
    planned = {entity_key(step.text) for step in world.situation.plan.sub_goals}
    if entity_key(SPENT + key) in planned:
        return True
    locks = _locks(world, key)
    return bool(locks) and all(_is_open(world, lock) for lock in locks)


def _is_open(world: World, lock: str) -> bool:
    return world.state(lock, "openness") in ("open", "unlocked")
