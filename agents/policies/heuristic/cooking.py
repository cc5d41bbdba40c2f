"""Recipes: read the cookbook, gather and process each ingredient, prepare the meal and eat it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from agents.policies.heuristic.exploring import exploring
from agents.policies.heuristic.option import Option
from agents.policies.heuristic.world import World
from graphmem.records import entity_key

_TASK = re.compile(r"\b(recipe|cookbook|meal|cook)\b", re.IGNORECASE)
_DONE = {
    "slice": "sliced",
    "dice": "diced",
    "chop": "chopped",
    "fry": "fried",
    "roast": "roasted",
    "grill": "grilled",
}
_VERB = {done: verb for verb, done in _DONE.items()}
_HEAT = {"fry": "stove", "roast": "oven", "grill": "BBQ"}
_STEP = re.compile(rf"^(get|{'|'.join(_DONE)}) the (.+)$")
_KNIFE = "knife"
_PREPARE = "prepare meal"


@dataclass(frozen=True, slots=True)
class Todo:
    """One thing the recipe wants of an ingredient: "get" it, or a verb of cutting or heating."""

    verb: str
    ingredient: str

    def __str__(self) -> str:
        return f"{self.verb} the {self.ingredient}"


def is_cooking(world: World) -> bool:
    return bool(_TASK.search(world.situation.task) or world.find("examine", "cookbook"))


def cooking(world: World) -> Iterator[Option]:
    """What brings the meal nearer, in the order of a cook who wastes no steps."""
    if eat := world.find("eat", "meal"):
        yield Option("eat the meal", "it is ready", ("meal",), eat)
    recipe = _recipe(world)
    if recipe is None:
        yield from _find_recipe(world)
        return
    todo = [step for step in recipe if not _is_done(world, step)]
    if not todo:
        yield from _prepare(world)
    yield from _process_here(world, todo)
    yield from _take_here(world, todo)
    yield from _walk(world, todo)
    if any(_whereabouts(world, step) is None for step in todo):
        yield from exploring(world, "something the recipe needs is still to be found")
    for step in todo:
        about = (step.ingredient, *_needs(step))
        trail = (name for thing in about for name in world.holders(thing))
        yield Option(str(step), "the recipe says so", (*about, *trail))
    yield Option(_PREPARE, "when all ingredients are ready", ("recipe", "cookbook", "kitchen"))


def _recipe(world: World) -> list[Todo] | None:
    """What the recipe asks for, as it is recalled and as the plan has kept it; None before it was read."""
    steps = [Todo("get", name) for name in world.objects("recipe", "requires")]
    steps += [
        Todo(_VERB[triple.key[2]], triple.subject) for triple in world.related("must be") if triple.key[2] in _VERB
    ]
    planned = [step.text for step in world.situation.plan.sub_goals]
    steps += [Todo(*match.groups()) for match in map(_STEP.match, planned) if match]
    if not steps and _PREPARE not in planned:
        return None
    steps += [Todo("get", step.ingredient) for step in steps]
    return list({(step.verb, entity_key(step.ingredient)): step for step in steps}.values())


def _find_recipe(world: World) -> Iterator[Option]:
    reason = "it holds the recipe"
    if read := world.find("examine", "cookbook"):
        yield Option("Read the cookbook", reason, ("cookbook", "recipe"), read)
        return
    there = world.go_to_thing("cookbook") or world.go_to(world.known_place("kitchen"))
    yield Option("Find the cookbook", reason, ("cookbook", "recipe", "kitchen"), there)
    yield from _open_here(world)
    yield from exploring(world, "the cookbook must be somewhere")


def _is_done(world: World, step: Todo) -> bool:
    if step.verb == "get":
        return world.carries(step.ingredient)
    slot = "doneness" if step.verb in _HEAT else "cut"
    return world.carries(step.ingredient) and world.state(step.ingredient, slot) == _DONE[step.verb]


def _process_here(world: World, todo: list[Todo]) -> Iterator[Option]:
    """Cut and heat what can be cut and heated on the spot."""
    for step in todo:
        if step.verb in _HEAT:
            action = world.find("cook", step.ingredient, _HEAT[step.verb])
        else:
            action = world.find(step.verb, step.ingredient)
        if action and step.verb != "get":
            yield Option(str(step), "the recipe says so", (step.ingredient,), action)


def _take_here(world: World, todo: list[Todo]) -> Iterator[Option]:
    wanted = _wanted(world, todo)
    for thing in wanted:
        if take := world.find("take", thing):
            yield Option(f"get the {thing}", "the recipe needs it", (thing,), take)
    if any(world.room_of(thing) is None for thing in wanted):
        yield from _open_here(world)
    for thing in wanted:  # it is here and cannot be taken: shut away, or my hands are full
        if world.place and world.room_of(thing) == world.place:
            if open_ := world.find("open", world.state(thing, "location")):
                yield Option(f"get the {thing}", "it is shut away in there", (thing,), open_)
            yield from _drop(world, todo)


def _wanted(world: World, todo: list[Todo]) -> list[str]:
    """What is still to be taken."""
    wanted = [step.ingredient for step in todo if step.verb == "get"]
    if any(_is_cut(step) for step in todo) and not world.carries(_KNIFE):
        wanted.append(_KNIFE)
    return wanted


def _is_cut(step: Todo) -> bool:
    return step.verb in _DONE and step.verb not in _HEAT


def _open_here(world: World) -> Iterator[Option]:
    for command in world.can("open"):
        if not world.is_door(command.thing):
            yield Option(f"Open the {command.thing}", "food may be inside", (command.thing,), command.text)


def _drop(world: World, todo: list[Todo]) -> Iterator[Option]:
    """Put down what the recipe does not need."""
    needed = {entity_key(name) for name in world.objects("recipe", "requires")}
    needed |= {entity_key(step.ingredient) for step in todo}
    if any(_is_cut(step) for step in todo):
        needed.add(_KNIFE)
    for key, name in world.carried.items():
        if key not in needed and (drop := world.find("drop", name)):
            yield Option(f"Drop the {name}", "my hands are full", (), drop)


def _walk(world: World, todo: list[Todo]) -> Iterator[Option]:
    """To the nearest place where something can be done."""
    ways = []
    for step in todo:
        place = _whereabouts(world, step)
        if place and (action := world.go_to(place)):
            ways.append((world.situation.distances[place], step, action))
    for _, step, action in sorted(ways, key=lambda way: way[0]):
        yield Option(str(step), "I know where", (step.ingredient, *_needs(step)), action)


def _whereabouts(world: World, step: Todo) -> str | None:
    """Where a step can be done: where the ingredient lies, or when it is in hand, the knife or the heat."""
    if not world.carries(step.ingredient):
        return world.room_of(step.ingredient) if step.verb == "get" else world.place
    for tool in _needs(step):
        if not world.carries(tool):
            return world.room_of(tool)
    return world.place


def _needs(step: Todo) -> tuple[str, ...]:
    """The tools of a step: ("knife",), ("oven",), or none."""
    if step.verb in _HEAT:
        return (_HEAT[step.verb],)
    return (_KNIFE,) if _is_cut(step) else ()


def _prepare(world: World) -> Iterator[Option]:
    action = _PREPARE if _PREPARE in world.situation.admissible else world.go_to(world.known_place("kitchen"))
    yield Option(_PREPARE, "all ingredients are ready", ("kitchen",), action)
    if action is None:
        yield from exploring(world, "the kitchen must be somewhere")
