"""What the description of a room teaches: exits, doors, what stands here, what is in, on and under what."""

from __future__ import annotations

import re
from collections.abc import Callable

from graphmem.extraction.textworld.phrases import DIRECTIONS, Statement
from graphmem.extraction.textworld.scene import INVENTORY, PLAYER, Scene
from graphmem.extraction.textworld.transcript import OPPOSITE
from graphmem.records import entity_key

_DIRECTION = re.compile(rf"\b(?:{DIRECTIONS})\b", re.IGNORECASE)
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


def _title(scene: Scene, said: Statement) -> None:
    """Read "You are in the kitchen", where there was no title line."""
    if not scene.titled and (room := scene.thing(said["room"])):
        scene.room = room
        enter(scene, room)


def _exit(scene: Scene, said: Statement) -> None:
    if scene.room:
        for direction in _DIRECTION.findall(said["direction"]):
            scene.fact(scene.room, "has exit", direction.lower())


def _door(scene: Scene, said: Statement) -> None:
    door = scene.thing(said["thing"])
    _exit(scene, said)
    if door and scene.room and door.casefold() not in {"exit", "path", "passage", "way"}:
        for direction in _DIRECTION.findall(said["direction"]):
            scene.fact(door, f"leads {direction.lower()} from", scene.room)


def _doors(scene: Scene, said: Statement) -> None:
    for door in scene.things(said["things"]):
        scene.here(door)
        scene.seen_state(door, said["states"].lower())


def _here(scene: Scene, said: Statement) -> None:
    for thing in scene.things(said["things"] or said["thing"]):
        scene.here(thing)


def _pointed_at(scene: Scene, said: Statement) -> None:
    """Read "It's a bed.", which points at something in the room only within a room's description."""
    if scene.titled and re.match(r"it's an? ", said.text, re.IGNORECASE):
        _here(scene, said)


def _group(scene: Scene, said: Statement) -> None:
    """Read "You can see 2 lockers, a Red one and a Blue one, here"."""
    noun = said["many"].removesuffix("s")
    for one in re.split(r", | and ", said["things"]):
        words = one.split()
        adjective = " ".join(words[1:-1] if words[-1:] == ["one"] else words[1:])
        if thing := scene.thing(f"{adjective} {noun}" if words[-1:] == ["one"] else one):
            scene.here(thing)


def _list(scene: Scene, said: Statement) -> None:
    relation = _RELATION[said.kind]
    if said["holder"].strip().casefold() in {"my inventory", "your inventory", "inventory"}:
        _carried(scene, said)
        return
    if entity_key(said["holder"]) in {"floor", "ground", "corner", "room"}:
        _here(scene, said)
        return
    holder = scene.thing(said["holder"])
    if not holder:
        return
    if said.kind == "holds" and scene.told(holder, "is", "open"):
        relation = "is in"  # "holds" is said of supporters, but of an open box too
    for thing in scene.things(said["things"]):
        scene.place(thing, relation, holder)
    if scene.titled and relation == "is in" and said.kind != "list in":
        scene.seen_state(holder, "open")  # TextWorld lists what is in a container only when it is open
    scene.last = holder


def _carried(scene: Scene, said: Statement) -> None:
    for thing in scene.things(said["things"]):
        scene.place(thing, "is in", INVENTORY)


def _list_in_it(scene: Scene, said: Statement) -> None:
    holder = scene.last
    relation = "is in" if said.kind == "list in it" else "is on"
    for thing in scene.things(said["things"]) if holder else []:
        scene.place(thing, relation, str(holder))
    scene.last = holder


def _likened(scene: Scene, said: Statement) -> None:
    """Read "The fridge is just like the containers of your youth." or "The bed is large.": what follows is about it."""
    scene.last = scene.thing(said["holder"] or said["thing"]) or scene.last


def _nothing(scene: Scene, said: Statement) -> None:
    holder = scene.thing(said["thing"] or said["holder"]) if said["thing"] or said["holder"] else scene.last
    if holder and not holder.casefold().startswith("piece of "):
        _empty(scene, holder, opened=said.kind == "nothing in")


def _empty(scene: Scene, holder: str, *, opened: bool) -> None:
    scene.fact(holder, "is", "empty")
    scene.mention(holder)
    scene.retire_contents(holder)
    if opened:
        scene.seen_state(holder, "open")
    scene.last = holder


def _state(scene: Scene, said: Statement) -> None:
    thing = scene.thing(said["thing"]) if said["thing"] else scene.last
    if thing:
        named = said["state"].lower()
        scene.seen_state(thing, {"opened": "open", "shut": "closed", "burnt": "burned"}.get(named, named))


def _inside(scene: Scene, said: Statement) -> None:
    if scene.last:
        scene.seen_state(scene.last, "open")


def _lid(scene: Scene, said: Statement) -> None:
    if scene.last:
        scene.seen_state(scene.last, "closed")


def _useful(scene: Scene, said: Statement) -> None:
    if scene.last:
        scene.fact(scene.last, "is for", said["use"].lower())


READERS: dict[str, Callable[[Scene, Statement], None]] = {
    "title": _title, "exit": _exit, "door": _door, "doors": _doors, "floor": _here, "here": _here,
    "pointed at": _pointed_at, "group": _group, "nothing": _nothing, "nothing here": _nothing, "nothing in": _nothing,
    "contains": _list, "holds": _list, "list in": _list, "list on": _list, "list under": _list,
    "likened": _likened, "list in it": _list_in_it, "list on it": _list_in_it,
    "inside": _inside, "lid": _lid, "state": _state, "it state": _state, "useful": _useful,
}  # fmt: skip
