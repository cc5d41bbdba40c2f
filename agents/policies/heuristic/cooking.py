"""Recipes: read the cookbook, gather and process each ingredient, prepare the meal and eat it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from agents.policies.heuristic.exploring import exploring
from agents.policies.heuristic.knowledge import Knowledge
from agents.policies.heuristic.option import Option, option
from graphmem.records import entity_key

_TASK = re.compile(r"\b(recipe|cookbook|meal|cook)\b", re.IGNORECASE)

Verb = Literal["take", "slice", "dice", "chop", "fry", "roast", "grill"]

_DONE: Mapping[Verb, str] = {
    "slice": "sliced",
    "dice": "diced",
    "chop": "chopped",
    "fry": "fried",
    "roast": "roasted",
    "grill": "grilled",
}
_VERB = {done: verb for verb, done in _DONE.items()}
_HEAT: Mapping[Verb, str] = {"fry": "stove", "roast": "oven", "grill": "BBQ"}
_KNIFE = "knife"
_PREPARE = "prepare meal"


@dataclass(frozen=True, slots=True)
class Todo:
    """One thing the recipe wants of an ingredient: to take it, to cut it, or to heat it."""

    verb: Verb
    ingredient: str

    @property
    def is_cut(self) -> bool:
        return self.verb in _DONE and self.verb not in _HEAT

    @property
    def tools(self) -> tuple[str, ...]:
        """("knife",), ("oven",), or none."""
        if self.verb in _HEAT:
            return (_HEAT[self.verb],)
        return (_KNIFE,) if self.is_cut else ()


def is_cooking(known: Knowledge) -> bool:
    return bool(_TASK.search(known.situation.task) or known.find("examine", "cookbook"))


def cooking(known: Knowledge) -> Iterator[Option]:
    """What brings the meal nearer, in the order of a cook who wastes no steps."""
    if eat := known.find("eat", "meal"):
        yield option("eat", "meal", "it is ready", eat)
    recipe = _recipe(known)
    if recipe is None:
        yield from _find_recipe(known)
        return
    todo = [step for step in recipe if not _is_done(known, step)]
    if not todo:
        yield from _prepare(known)
    yield from _process_here(known, todo)
    yield from _take_here(known, todo)
    yield from _walk(known, todo)
    if any(_whereabouts(known, step) is None for step in todo):
        yield from exploring(known, "something the recipe needs is still to be found")
    for step in todo:
        about = (step.ingredient, *step.tools)
        trail = (name for thing in about for name in known.holders(thing))
        yield option(step.verb, step.ingredient, "the recipe says so", about=(*about, *trail))
    names = dict.fromkeys(["recipe", "cookbook", "kitchen", *(step.ingredient for step in recipe)])
    yield option("prepare", "meal", "when all ingredients are ready", about=tuple(names))


def _recipe(known: Knowledge) -> list[Todo] | None:
    """What the recipe asks for; None before it was read."""
    steps = [Todo("take", name) for name in known.objects("recipe", "requires")]
    steps += [
        Todo(_VERB[fact.triple.key[2]], fact.subject)
        for fact in known.related("must be")
        if fact.triple.key[2] in _VERB
    ]
    steps += [Todo("take", step.ingredient) for step in steps]
    return list({(step.verb, entity_key(step.ingredient)): step for step in steps}.values()) or None


def _find_recipe(known: Knowledge) -> Iterator[Option]:
    reason, about = "it holds the recipe", ("cookbook", "recipe", "kitchen")
    if read := known.find("examine", "cookbook"):
        yield option("read", "cookbook", reason, read, about=about[:2])
        return
    there = known.go_to_thing("cookbook") or known.go_to(known.known_place("kitchen"))
    yield option("find", "cookbook", reason, there, about=about)
    yield from _open_here(known)
    yield from exploring(known, "the cookbook must be somewhere")


def _is_done(known: Knowledge, step: Todo) -> bool:
    if step.verb == "take":
        return known.carries(step.ingredient)
    return known.state(step.ingredient, "cut" if step.is_cut else "doneness") == _DONE[step.verb]


def _process_here(known: Knowledge, todo: list[Todo]) -> Iterator[Option]:
    """Cut and heat what can be cut and heated on the spot."""
    for step in todo:
        if step.verb in _HEAT:
            action = known.find("cook", step.ingredient, _HEAT[step.verb])
        else:
            action = known.find(step.verb, step.ingredient) if step.is_cut else None
        if action:
            yield option(step.verb, step.ingredient, "the recipe says so", action)


def _take_here(known: Knowledge, todo: list[Todo]) -> Iterator[Option]:
    wanted = _wanted(known, todo)
    for thing in wanted:
        if take := known.find("take", thing):
            yield option("take", thing, "the recipe needs it", take)
    if any(known.room_of(thing) is None for thing in wanted):
        yield from _open_here(known)
    for thing in wanted:  # it is here and cannot be taken: shut away, or my hands are full
        if known.place and known.room_of(thing) == known.place:
            if open_ := known.find("open", known.state(thing, "location")):
                yield option("open", known.state(thing, "location"), f"the {thing} is shut away in there", open_)
            if known.hands_full:
                yield from _put_down(known, todo, thing)


def _wanted(known: Knowledge, todo: list[Todo]) -> list[str]:
    """What is still to be taken."""
    wanted = [step.ingredient for step in todo if step.verb == "take"]
    if any(step.is_cut for step in todo) and not known.carries(_KNIFE):
        wanted.append(_KNIFE)
    return wanted


def _open_here(known: Knowledge) -> Iterator[Option]:
    for command in known.can("open"):
        if not known.is_door(command.thing):
            yield option("open", command.thing, "food may be inside", command.text)


def _put_down(known: Knowledge, todo: list[Todo], wanted: str) -> Iterator[Option]:
    """Make room for what is wanted: first goes what the recipe does not need, then what it needs last.

    The knife stays in hand while it is to cut what is wanted, and what it is to cut stays while the knife is wanted.
    Whatever is needed yet is come back for.
    """
    recipe = {entity_key(name) for name in known.objects("recipe", "requires")}
    steps = [step for step in todo if step.verb != "take"]
    left = {key: [step for step in steps if entity_key(step.ingredient) == key] for key in known.carried}
    cut_next = any(step.is_cut for step in steps if entity_key(step.ingredient) == entity_key(wanted))

    def needed(key: str) -> tuple[bool, int]:
        if key == _KNIFE:
            return cut_next, -1
        if key not in recipe and not left[key]:
            return False, -2
        return any(step.is_cut for step in left[key]), len(left[key])

    for key in sorted(known.carried, key=needed):
        name = known.carried[key]
        if drop := known.find("drop", name):
            yield option("drop", name, f"my hands are full, and I need the {wanted}", drop, about=(name, wanted))


def _walk(known: Knowledge, todo: list[Todo]) -> Iterator[Option]:
    """To the nearest place where something can be done."""
    ways = []
    for step in todo:
        place = _whereabouts(known, step)
        if place and (action := known.go_to(place)):
            ways.append((known.distances[place], step, action))
    for _, step, action in sorted(ways, key=lambda way: way[0]):
        about = (step.ingredient, *step.tools)
        yield option(step.verb, step.ingredient, "I know where", action, about=about)


def _whereabouts(known: Knowledge, step: Todo) -> str | None:
    """Where a step can be done: where the ingredient lies, or when it is in hand, the knife or the heat."""
    if not known.carries(step.ingredient):
        return known.room_of(step.ingredient) if step.verb == "take" else known.place
    for tool in step.tools:
        if not known.carries(tool):
            return known.room_of(tool)
    return known.place


def _prepare(known: Knowledge) -> Iterator[Option]:
    action = _PREPARE if _PREPARE in known.situation.admissible else known.go_to(known.known_place("kitchen"))
    yield option("prepare", "meal", "all ingredients are ready", action, about=("kitchen",))
    if known.is_vain(_PREPARE):
        read = known.find("examine", "cookbook") or known.go_to_thing("cookbook")
        yield option("read", "cookbook", "something is missing yet", read, about=("cookbook", "recipe"))
    if action is None:
        yield from exploring(known, "the kitchen must be somewhere")
