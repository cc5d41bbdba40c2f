"""What the description of a room teaches: exits, doors, what stands here, what is in, on and under what."""

from __future__ import annotations

import re
from collections.abc import Callable

from graphmem.extraction.textworld.names import state_of
from graphmem.extraction.textworld.phrases import Statement
from graphmem.extraction.textworld.scene import INVENTORY, PLAYER, Scene
from graphmem.extraction.textworld.transcript import OPPOSITE
from graphmem.records import entity_key

_DIRECTION = re.compile(rf"\b(?:{'|'.join(OPPOSITE)})\b", re.IGNORECASE)
_RELATION = {
    "contains": "is in", "list in": "is in", "list on": "is on", "list under": "is under", "holds": "is on",
}  # fmt: skip


def enter(scene: Scene, title: str) -> None:
    """The player is in the room of that title; if a step led here from another room, that is a way between them."""
    scene.fact(PLAYER, "is in", title)
    scene.mention(title)
    direction, before = scene.command.direction if scene.command else None, scene.room_before
    if direction and before and entity_key(before) != entity_key(title):
        scene.fact(title, _side(direction), before)
        scene.fact(before, _side(OPPOSITE[direction]), title)
        scene.mention(before)


def _side(direction: str) -> str:
    return {"up": "is above", "down": "is below"}.get(direction, f"is {direction} of")


def _title(scene: Scene, statement: Statement) -> None:
    """Read "You are in the kitchen", where there was no title line."""
    if not scene.titled and (room := scene.thing(statement["room"])):
        scene.room = room
        enter(scene, room)


def _exit(scene: Scene, statement: Statement) -> None:
    if scene.room:
        for direction in _DIRECTION.findall(statement["direction"]):
            scene.fact(scene.room, "has exit", direction.lower())


def _door(scene: Scene, statement: Statement) -> None:
    door = scene.thing(statement["thing"])
    _exit(scene, statement)
    if door and scene.room and door.casefold() not in {"exit", "path", "passage", "way"}:
        for direction in _DIRECTION.findall(statement["direction"]):
            scene.fact(door, f"leads {direction.lower()} from", scene.room)


def _doors(scene: Scene, statement: Statement) -> None:
    for door in scene.things(statement["things"]):
        scene.here(door)
        scene.seen_state(door, statement["states"].lower())


def _here(scene: Scene, statement: Statement) -> None:
    for thing in scene.things(statement["things"] or statement["thing"]):
        scene.here(thing)


def _pointed_at(scene: Scene, statement: Statement) -> None:
    """Read "It's a bed.", which points at something in the room only within a room's description."""
    if scene.titled and re.match(r"it's an? ", statement.text, re.IGNORECASE):
        _here(scene, statement)


def _group(scene: Scene, statement: Statement) -> None:
    """Read "You can see 2 lockers, a Red one and a Blue one, here"."""
    noun = statement["many"].removesuffix("s")
    for one in re.split(r", | and ", statement["things"]):
        words = one.split()
        adjective = " ".join(words[1:-1] if words[-1:] == ["one"] else words[1:])
        if thing := scene.thing(f"{adjective} {noun}" if words[-1:] == ["one"] else one):
            scene.here(thing)


def _list(scene: Scene, statement: Statement) -> None:
    relation = _RELATION[statement.kind]
    if statement["holder"].strip().casefold() in {"my inventory", "your inventory", "inventory"}:
        _carried(scene, statement)
        return
    if entity_key(statement["holder"]) in {"floor", "ground", "corner", "room"}:
        _here(scene, statement)
        return
    holder = scene.thing(statement["holder"])
    if not holder:
        return
    if statement.kind == "holds" and scene.has_stated(holder, "is", "open"):
        relation = "is in"  # "holds" is written of supporters, but of an open box too
    for thing in scene.things(statement["things"]):
        scene.place(thing, relation, holder)
    if scene.titled and relation == "is in" and statement.kind != "list in":
        scene.seen_state(holder, "open")  # TextWorld lists what is in a container only when it is open
    scene.last = holder


def _carried(scene: Scene, statement: Statement) -> None:
    for thing in scene.things(statement["things"]):
        scene.place(thing, "is in", INVENTORY)


def _list_in_it(scene: Scene, statement: Statement) -> None:
    holder = scene.last
    relation = "is in" if statement.kind == "list in it" else "is on"
    for thing in scene.things(statement["things"]) if holder else []:
        scene.place(thing, relation, str(holder))
    scene.last = holder


def _likened(scene: Scene, statement: Statement) -> None:
    """Read "The fridge is just like the containers of your youth." or "The bed is large.": what follows is about it."""
    scene.last = scene.thing(statement["holder"] or statement["thing"]) or scene.last


def _nothing(scene: Scene, statement: Statement) -> None:
    named = statement["thing"] or statement["holder"]
    holder = scene.thing(named) if named else scene.last
    if holder and not holder.casefold().startswith("piece of "):
        _empty(scene, holder, opened=statement.kind == "nothing in")


def _empty(scene: Scene, holder: str, *, opened: bool) -> None:
    scene.fact(holder, "is", "empty")
    scene.mention(holder)
    scene.retire_contents(holder)
    if opened:
        scene.seen_state(holder, "open")
    scene.last = holder


def _state(scene: Scene, statement: Statement) -> None:
    thing = scene.thing(statement["thing"]) if statement["thing"] else scene.last
    if thing and (state := state_of(statement["state"])):
        scene.seen_state(thing, state)


def _inside(scene: Scene, statement: Statement) -> None:
    if scene.last:
        scene.seen_state(scene.last, "open")


def _lid(scene: Scene, statement: Statement) -> None:
    if scene.last:
        scene.seen_state(scene.last, "closed")


def _useful(scene: Scene, statement: Statement) -> None:
    if scene.last:
        scene.fact(scene.last, "is for", statement["use"].lower())


READERS: dict[str, Callable[[Scene, Statement], None]] = {
    "title": _title, "exit": _exit, "door": _door, "doors": _doors, "floor": _here, "here": _here,
    "pointed at": _pointed_at, "group": _group, "nothing": _nothing, "nothing here": _nothing, "nothing in": _nothing,
    "contains": _list, "holds": _list, "list in": _list, "list on": _list, "list under": _list,
    "likened": _likened, "list in it": _list_in_it, "list on it": _list_in_it,
    "inside": _inside, "lid": _lid, "state": _state, "it state": _state, "useful": _useful,
}  # fmt: skip
