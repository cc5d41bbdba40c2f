"""Recorded runs of AriGraph's agent, a turn a line, played again for the game's state at each turn."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import networkx as nx
from pydantic import BaseModel, ValidationError

from agents.quality.measure import Judge, Quality
from agents.quality.state import State, name_key
from agents.quality.walks import KnownGame, quality_of
from graphmem import Triple
from graphmem.errors import InputError
from graphmem.files import text_of
from graphmem.protocols import Extractor

_HEADER = re.compile(r"^\s*Game step #\d+\n(?:\s*\$\s*\n)?")
_TITLE = re.compile(r"^-= (.+?) =-\s*$", re.MULTILINE)
_ACTION = re.compile(r'"action_to_take":\s*"(.*?)"')
_GO_TO = "go to "
# AriGraph renames one of the game's commands, by what it is done with.
_RENAMED = re.compile(r"^(?:fry|roast|grill) (.+ with .+)$", re.IGNORECASE)


class _Line(BaseModel):
    """What is read of a recorded turn. `graph` is every triplet that AriGraph holds after it."""

    observation: str
    inventory: str
    action_raw: str
    graph: list[str]


@dataclass(frozen=True, slots=True)
class Turn:
    """A recorded turn, and the state of the game behind it; None where the game did not follow the record."""

    text: str
    graph: tuple[Triple, ...]
    state: State | None


def recorded_runs(folder: Path) -> Iterator[tuple[str, list[Turn]]]:
    """Each run below `folder`, which holds `traces/*.jsonl` and their games in `games/`, by name: "hunt", "cook".

    Raises `InputError` when the folder holds no runs, or one that cannot be read.
    """
    paths = sorted((folder / "traces").glob("*.jsonl"))
    if not paths:
        raise InputError(f"no recorded runs in {folder}: it should hold traces/*.jsonl and games/*.z8")
    for path in paths:
        name = path.stem.split("_")[0]
        yield name, list(_turns(_lines(path), folder / "games" / f"{name}.z8"))


def _lines(path: Path) -> list[_Line]:
    lines = []
    for number, line in enumerate(text_of(path).rstrip("\n").split("\n"), start=1):
        try:
            lines.append(_Line.model_validate_json(line))
        except ValidationError as error:
            fault = error.errors()[0]
            raise InputError(f"{path}, line {number} is no recorded turn: {fault['loc']} {fault['msg']}") from error
    return lines


def _turns(lines: list[_Line], game: Path) -> Iterator[Turn]:
    env = KnownGame(game)
    try:
        env.reset()
        before = ""
        for line in lines:
            observation = _HEADER.sub("", line.observation).strip()
            followed = _stands_at(env, observation, line.inventory)
            graph = tuple(filter(None, map(_triple, line.graph)))
            yield Turn(f"{before}{observation}", graph, env.state if followed else None)
            found = _ACTION.search(line.action_raw)
            command = found[1] if found else "look"
            before = f"> {command}\n"
            for each in _commands(command, env.state):
                if not env.over:
                    env.step(each)
    finally:
        env.close()


def _stands_at(env: KnownGame, observation: str, inventory: str) -> bool:
    """Whether the game carries the same things, and is in the same room if the record shows one."""
    title = _TITLE.search(observation)
    same_room = title is None or name_key(title[1]) == env.state.room
    return same_room and env.carried.split() == inventory.split()


def _triple(text: str) -> Triple | None:
    parts = [part.strip(" '\"[]\n") for part in text.split(",", 2)]
    return Triple(*parts) if len(parts) == 3 else None


def _commands(command: str, state: State) -> Iterator[str]:
    """The game's own commands for one of AriGraph's."""
    if not command.startswith(_GO_TO):
        yield _RENAMED.sub(r"cook \1", command)
        return
    house = nx.DiGraph()
    house.add_edges_from((here, there, {"direction": direction}) for here, direction, there in state.ways())
    try:
        route = nx.shortest_path(house, state.room, name_key(command.removeprefix(_GO_TO)))
    except (nx.NodeNotFound, nx.NetworkXNoPath):
        return
    yield from (f"go {house.edges[edge]['direction']}" for edge in nx.utils.pairwise(route))


def quality_of_record(turns: list[Turn]) -> Quality:
    """The quality of the graph that was recorded."""
    judge = Judge()
    for turn in turns:
        if turn.state:
            judge.step(turn.text, turn.graph, turn.state)
    return judge.quality


def quality_beside(extractor: Extractor, turns: list[Turn]) -> Quality:
    """The quality of the graph that `extractor` makes of the same observations."""
    return quality_of(extractor, ((turn.text, turn.state) for turn in turns))
