"""Keys, lockers, notes and treasures."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agents.policies.heuristic.knowledge import Knowledge
from agents.policies.heuristic.option import Option, option
from graphmem.records import entity_key

_KEY = re.compile(r"\bkey\b|\bkeycard\b")
_PRECIOUS = re.compile(r"\b(treasure|coin|gem|jewel|diamond|gold bar|crown|trophy)\b")
_READABLE = re.compile(r"\b(note|letter|message|sign|map|poster|scroll|diary|journal|leaflet|paper)\b")


def hunting(known: Knowledge) -> Iterator[Option]:
    """What brings a hunt on, the surest first."""
    for command in known.can("unlock"):
        reason, about = f"{command.target} fits {command.thing}", (command.thing, command.target)
        yield option("unlock", command.thing, reason, command.text, other=command.target, about=about)
    yield from _take(known)
    for command in known.can("open"):
        if not known.is_door(command.thing):
            yield option("open", command.thing, "something may be inside", command.text)
    yield from _read(known)
    yield from _use_keys(known)


def _take(known: Knowledge) -> Iterator[Option]:
    for command in known.can("take"):
        thing = entity_key(command.thing)
        if _PRECIOUS.search(thing):
            yield option("take", command.thing, "it is what I am after", command.text)
        elif _KEY.search(thing) and not _is_spent(known, thing):
            yield option("take", command.thing, "a key opens something", command.text)


def _read(known: Knowledge) -> Iterator[Option]:
    for command in known.can("examine"):
        if _READABLE.search(entity_key(command.thing)) and not known.objects(command.thing, "says"):
            yield option("read", command.thing, "it may say where to go", command.text)


def _use_keys(known: Knowledge) -> Iterator[Option]:
    """Carry each key that is not spent to the lock it fits; what is not known about it is to be recalled."""
    for key, name in known.carried.items():
        if not _KEY.search(key):
            continue
        if _is_spent(known, key):
            yield option("leave aside", name, "its lock is open", about=())
            continue
        locks = [lock for lock in _locks(known, key) if not _is_open(known, lock)]
        for lock in locks:
            about = (lock, name, *known.holders(lock))
            way = known.go_to_thing(lock) if _is_looked_up(known, lock) else None
            yield option("unlock", lock, f"{name} unlocks it", way, other=name, about=about)
        if not locks:
            yield option("learn what it unlocks", name, "nobody has said it yet")


def _locks(known: Knowledge, key: str) -> list[str]:
    """What a key unlocks: as it was said, or by its name ("golden key" fits "golden locker")."""
    said = known.objects(key, "unlocks")
    said += [fact.subject for fact in known.related("requires") if entity_key(fact.object) == key]
    if said:
        return said
    kind = _KEY.sub("", key).strip()
    if not kind or kind.isdigit():
        return []
    return [thing for thing in sorted(known.known_things()) if thing.startswith(f"{kind} ") and thing != key]


def _is_spent(known: Knowledge, key: str) -> bool:
    """Whether a key has done its work."""
    locks = _locks(known, key)
    return bool(locks) and all(_is_open(known, lock) for lock in locks)


def _is_looked_up(known: Knowledge, lock: str) -> bool:
    """Whether all is told of a lock that is known: one that was opened long ago is not worth the walk."""
    planned = map(entity_key, known.situation.plan.about)
    return bool(known.state(lock, "openness")) or entity_key(lock) in planned


def _is_open(known: Knowledge, lock: str) -> bool:
    return known.state(lock, "openness") in ("open", "unlocked")
