"""What the answer to a command teaches: things taken, put, opened, unlocked, cooked, cut, eaten, and refusals."""

from __future__ import annotations

from collections.abc import Callable

from graphmem.extraction.textworld.names import state_after, state_of
from graphmem.extraction.textworld.phrases import Statement
from graphmem.extraction.textworld.scene import INVENTORY, Scene
from graphmem.records import entity_key

_ONE_WORD_ANSWERS = frozenset({"taken", "dropped", "opened", "closed", "unlocked", "locked"})


def _taken(scene: Scene, statement: Statement) -> None:
    for thing in scene.things(statement["things"] or statement["thing"]):
        scene.place(thing, "is in", INVENTORY)
    if statement.text.casefold().startswith("adding the meal"):
        _use_up_ingredients(scene)


def _use_up_ingredients(scene: Scene) -> None:
    """The meal is made of what the recipe asks for, so that is in nobody's hands any more."""
    used = {entity_key(fact.object) for fact in scene.known if fact.relation == "requires" and fact.subject == "recipe"}
    scene.retire(
        lambda fact: (
            fact.relation == "is in" and entity_key(fact.object) == INVENTORY and entity_key(fact.subject) in used
        )
    )


def _dropped(scene: Scene, statement: Statement) -> None:
    for thing in scene.things(statement["things"] or statement["thing"]):
        scene.here(thing)


def _put(scene: Scene, statement: Statement) -> None:
    things = scene.things(statement["things"])
    if entity_key(statement["holder"]) in {"floor", "ground"}:
        for thing in things:
            scene.here(thing)
    elif holder := scene.thing(statement["holder"]):
        for thing in things:
            scene.place(thing, "is in" if statement.kind == "put in" else "is on", holder)


def _revealed(scene: Scene, statement: Statement) -> None:
    if holder := scene.thing(statement["holder"]):
        scene.fact(holder, "is", "open")
        for thing in scene.things(statement["things"]):
            scene.place(thing, "is in", holder)


def _turned(state: str) -> Callable[[Scene, Statement], None]:
    def read(scene: Scene, statement: Statement) -> None:
        if thing := scene.thing(statement["thing"]):
            scene.fact(thing, "is", state)
            if state in {"locked", "unlocked"}:
                _key_of_command(scene, thing)

    return read


def _key_of_command(scene: Scene, lock: str) -> None:
    """The key in "> unlock box with key", once it is answered by "You unlock the box.", fits."""
    command = scene.command
    if command and command.verb in {"lock", "unlock"} and command.preposition in {"with", "using"}:
        last = scene.last
        if key := scene.thing(command.second):
            scene.fact(key, "unlocks", lock)
        scene.last = last


def _eaten(scene: Scene, statement: Statement) -> None:
    if thing := scene.thing(statement["thing"]):
        scene.fact(thing, "is", "eaten")
        scene.retire_place(thing)


def _made(scene: Scene, statement: Statement) -> None:
    verb = statement["verb"].lower()  # "fry" or "fried"
    for thing in scene.things(statement["thing"]):
        scene.fact(thing, "is", state_after(verb) or verb)


def _carrying(scene: Scene, statement: Statement) -> None:
    """The inventory in full: what is not listed is carried no more. "X is in your inventory" is no full list."""
    carried = scene.things(statement["things"]) if statement["things"] else []
    for thing in carried:
        scene.place(thing, "is in", INVENTORY)
    if statement.text.casefold().startswith("you"):
        scene.retire_contents(INVENTORY, keep=carried)


def _wants_key(scene: Scene, statement: Statement) -> None:
    lock, key = scene.thing(statement["lock"]), scene.thing(statement["key"])
    if lock and key:
        scene.fact(lock, "is", "locked")
        scene.fact(lock, "requires", key)
        scene.fact(key, "unlocks", lock)


def _wants_opening(scene: Scene, statement: Statement) -> None:
    if thing := scene.thing(statement["thing"]):
        scene.seen_state(thing, "closed")


def _wants_cooking(scene: Scene, statement: Statement) -> None:
    if thing := scene.thing(statement["thing"]):
        scene.fact(thing, "is", "raw")


def read_one_word(scene: Scene, answer: str) -> None:
    """Read "Taken.", "Dropped.", "Opened.": what was done stands in the command."""
    command, word = scene.command, answer.strip().rstrip(".!").casefold()
    if not command or word not in _ONE_WORD_ANSWERS or not (thing := scene.thing(command.object)):
        return
    if word == "taken":
        scene.place(thing, "is in", INVENTORY)
    elif word == "dropped":
        scene.here(thing)
    else:
        scene.fact(thing, "is", state_of(word) or word)
        if word in {"locked", "unlocked"}:
            _key_of_command(scene, thing)


READERS: dict[str, Callable[[Scene, Statement], None]] = {
    "taken": _taken, "dropped": _dropped, "put in": _put, "put on": _put, "revealed": _revealed,
    "opened": _turned("open"), "closed": _turned("closed"), "unlocked": _turned("unlocked"),
    "locked": _turned("locked"), "eaten": _eaten, "made": _made, "carrying": _carrying,
    "carrying nothing": _carrying, "wants key": _wants_key, "wants opening": _wants_opening,
    "wants cooking": _wants_cooking,
}  # fmt: skip
