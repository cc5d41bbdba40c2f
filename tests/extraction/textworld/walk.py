"""Walk a TextWorld game, learn from what it prints, and hold what was learned against the game's own state."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from graphmem.extraction.textworld.extractor import TextWorldExtractor
from graphmem.records import Extraction, Fact, Observation, Triple, entity_key

Key = tuple[str, str, str]
DIRECTIONS = ("north", "south", "east", "west")
OPEN_STATES = ("open", "closed", "locked")
FOOD_STATES = ("raw", "fried", "roasted", "grilled", "burned", "sliced", "diced", "chopped")


class Graph:
    """The smallest memory that keeps facts: what is asserted holds until it is outdated or its slot is filled."""

    def __init__(self) -> None:
        self.facts: dict[Key, Fact] = {}
        self._count = 0

    def known(self, text: str, anchors: Sequence[str]) -> list[Fact]:
        """Facts about entities named in the text, and about the anchors; newest first."""
        lower = text.casefold()
        ends = ((fact, (fact.triple.key[0], fact.triple.key[2])) for fact in reversed(self.facts.values()))
        return [fact for fact, names in ends if any(name in anchors or name in lower for name in names)]

    def learn(self, extraction: Extraction, known: Sequence[Fact]) -> None:
        for index in extraction.outdated:
            self.facts.pop(known[index].triple.key, None)
        for triple, place in zip(extraction.triples, extraction.slots, strict=True):
            self._assert(triple, place)

    def _assert(self, triple: Triple, place: str | None) -> None:
        if place is not None:
            subject = triple.key[0]
            for key in [key for key, fact in self.facts.items() if key[0] == subject and fact.slot == place]:
                del self.facts[key]
        self._count += 1
        self.facts[triple.key] = Fact(
            str(self._count), triple.subject, triple.relation, triple.object, "episode", self._count, slot=place
        )


@dataclass
class Tally:
    """How many facts of each kind were told and true, told, and to be told."""

    true: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    wanted: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    def precision(self, kind: str) -> float:
        return self.true[kind] / self.told[kind] if self.told[kind] else 1.0

    def recall(self, kind: str) -> float:
        return self.found[kind] / self.wanted[kind] if self.wanted[kind] else 1.0


def truth(facts: Sequence[Any]) -> set[Key]:
    """The game's own facts in the words of the extractor."""
    out: set[Key] = set()
    for fact in facts:
        name, args = fact.name, [entity_key(argument.name) for argument in fact.arguments]
        types = [argument.type for argument in fact.arguments]
        if name == "at" and types[0] == "P":
            out.add(("player", "is in", args[1]))
        elif name == "at":
            out.add((args[0], "is in", args[1]))
        elif name in {"in", "on"}:
            out.add((args[0], f"is {name}", "inventory" if types[1] == "I" else args[1]))
        elif name in {*OPEN_STATES, *FOOD_STATES, "uncut"} and types[0] != "ingredient":
            out.add((args[0], "is", name))
        elif name == "needs_cooking":
            out.add((args[0], "is", "raw"))
        elif name.endswith("_of"):
            direction = name.removesuffix("_of")
            out.add((args[0], f"is {direction} of", args[1]))
            out.add((args[1], "has exit", direction))
        elif name == "link":
            out.add((args[1], "door of", args[0]))
        elif name == "match":
            out.add((args[0], "unlocks", args[1]))
    doors = [(door, room) for door, relation, room in out if relation == "door of"]
    for room_a, relation, room_b in [key for key in out if key[1].endswith(" of")]:
        direction = relation.removeprefix("is ").removesuffix(" of")
        for door, room in doors:
            if room == room_b and (door, room_a) in doors:
                out.add((door, f"leads {direction} from", room_b))
    return out


def kind_of(key: Key) -> str | None:
    """places, exits, doors, states, or None for what a game's state does not tell."""
    subject, relation, obj = key
    if relation in {"is in", "is on"} and subject not in {"recipe", "player"}:
        return "places"
    if relation == "has exit" or (relation.startswith("is ") and relation.endswith(" of")):
        return "exits"
    if relation.startswith("leads ") or relation == "unlocks":
        return "doors"
    if relation == "is" and obj in {*OPEN_STATES, "unlocked", *FOOD_STATES}:
        return "states"
    return None


def has_lid(thing: str, true: set[Key]) -> bool:
    """Whether the game keeps it open, closed or locked."""
    return any((thing, "is", state) in true for state in OPEN_STATES)


def holds(key: Key, true: set[Key]) -> bool:
    """Whether the fact is true; what is locked looks closed, and what was unlocked is closed."""
    subject, relation, obj = key
    if relation == "is" and obj == "closed":
        return key in true or (subject, "is", "locked") in true
    if relation == "is" and obj == "unlocked":
        return (subject, "is", "closed") in true or (subject, "is", "open") in true
    if relation == "is in" and key not in true:  # the cookbook on the kitchen's table is in the kitchen
        return any((holder, "is in", obj) in true for thing, _, holder in true if thing == subject)
    return key in true


def visible(true: set[Key], text: str) -> Iterator[Key]:
    """The facts that a room's description shows, or that it states in words."""
    room = next(key[2] for key in true if key[0] == "player")
    lower = text.casefold()
    shown = {key[0] for key in true if key[1] == "is in" and key[2] == room and key[0] != "player"}
    for subject, relation, obj in sorted(true):
        where = (
            relation in {"is in", "is on"}
            and subject != "player"
            and (obj == room or (obj in shown and (relation == "is on" or (obj, "is", "open") in true)))
        )
        way = (relation == "has exit" and subject == room) or (relation.startswith("leads ") and obj == room)
        if where or way or (relation == "is" and f"{obj} {subject}" in lower):
            yield subject, relation, obj


def play(env: Any, steps: int, seed: int, *, tally: Tally, pick: Callable[[random.Random, list[str]], str]) -> Graph:
    """Play at random; after each room that is shown, check what is known against what is true."""
    rng, graph, extractor = random.Random(seed), Graph(), TextWorldExtractor()
    state = env.reset()
    command = ""
    for _ in range(steps):
        text = (f"> {command}\n" if command else "") + shown_text(state.feedback)
        known = graph.known(text, extractor.anchors)
        graph.learn(extractor.extract(Observation(text), known), known)
        _check(graph, truth(state.facts), text, tally)
        if state.won or state.lost:
            break
        command = pick(rng, sorted(state.admissible_commands))
        state, _, _ = env.step(command)
    return graph


def shown_text(feedback: str) -> str:
    """The feedback without the banner and the status line of the interpreter."""
    lines = feedback.rstrip().splitlines()
    banner = max((number for number, line in enumerate(lines) if "$$" in line), default=-1)
    return "\n".join(line for line in lines[banner + 1 :] if not (line.startswith(">") and "-=" in line)).strip()


def _check(graph: Graph, true: set[Key], text: str, tally: Tally) -> None:
    for key in graph.facts:
        kind = kind_of(key)
        if kind == "states" and key[2] in {*OPEN_STATES, "unlocked"} and not has_lid(key[0], true):
            continue  # TextWorld prints "a closed BBQ", and keeps no such fact
        if kind:
            tally.told[kind] += 1
            tally.true[kind] += holds(key, true)
            if not holds(key, true):
                tally.wrong.append(f"{key} after {text!r}")
    if "-=" in text:
        for key in visible(true, text):
            kind = kind_of(key) or "other"
            tally.wanted[kind] += 1
            found = key in graph.facts or (key[2] == "closed" and (key[0], "is", "unlocked") in graph.facts)
            tally.found[kind] += found
            if not found:
                tally.missed.append(f"{key} in {text!r}")


def any_command(rng: random.Random, commands: list[str]) -> str:
    """A random command; a step to another room more often than not, so that the game is seen."""
    moves = [command for command in commands if command.startswith("go ")]
    rest = [command for command in commands if not command.startswith("go ")]
    return rng.choice(moves if moves and (not rest or rng.random() < 0.4) else rest)


def start(game: Any, folder: Path) -> Any:
    """Compile a game and open it with its facts in view."""
    import textworld
    from textworld.generator import compile_game

    options = textworld.GameOptions()
    options.path = str(folder / f"{game.metadata.get('name', 'game')}.z8")
    options.force_recompile = True
    path = compile_game(game, options)
    wanted = textworld.EnvInfos(feedback=True, facts=True, admissible_commands=True, won=True, lost=True)
    return textworld.start(path, wanted)
