"""A recorded run of AriGraph's agent, a turn a line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphmem.records import Triple

Key = tuple[str, str, str]

_HEADER = re.compile(r"^\s*Game step #\d+\n(?:\s*\$\s*\n)?")
_TASK = re.compile(r"Your task is\b.*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Turn:
    """What was seen, what the model said to it (raw where the record holds it), and AriGraph's graph after it."""

    number: int
    observation: str
    inventory: str
    triples: tuple[tuple[str, str, str], ...]
    replacements: str
    plan: str
    action: str
    graph: frozenset[Key] | None
    admissible: tuple[str, ...]
    associated: tuple[str, ...]
    episodic: tuple[str, ...]

    @property
    def command(self) -> str:
        """The action that the reply chose."""
        found = re.search(r'"action_to_take":\s*"(.*?)"', self.action)
        return found[1] if found else "look"


@dataclass(frozen=True, slots=True)
class Run:
    """`family` is the game: "hunt", "cook", or another that the file is named by."""

    name: str
    family: str
    task: str
    turns: tuple[Turn, ...]


def read_runs(folder: Path) -> Iterator[Run]:
    """The runs of a folder, `*.jsonl`: a line without an observation is passed over, any other field may be missing."""
    for path in sorted(folder.glob("*.jsonl")):
        lines = [line for line in map(_line, path.read_text("utf-8").splitlines()) if line.get("observation")]
        if lines:
            task = _TASK.search(lines[0]["observation"])
            turns = tuple(_turn(number, line) for number, line in enumerate(lines, 1))
            yield Run(path.stem.replace("_arigraph", ""), _family(path), task[0].strip() if task else "", turns)


def _family(path: Path) -> str:
    return path.stem.split("_")[0].split(".")[0]


def _line(text: str) -> dict[str, Any]:
    """What a line holds; nothing when it is broken, as the last line of a run that was stopped."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _turn(number: int, line: dict[str, Any]) -> Turn:
    graph = line.get("graph")
    return Turn(
        number=number,
        observation=_HEADER.sub("", line["observation"]).strip(),
        inventory=str(line.get("inventory") or "").strip(),
        triples=tuple(filter(None, map(parts, _texts(line.get("new_triples"))))),
        replacements=str(line.get("replacements_raw") or ""),
        plan=str(line.get("plan_raw") or _PLAN),
        action=str(line.get("action_raw") or _ACTION),
        graph=None if graph is None else frozenset(map(key, _texts(graph))),
        admissible=tuple(line.get("valid_actions") or ()),
        associated=tuple(_texts(line.get("associated"))),
        episodic=tuple(_texts(line.get("episodic"))),
    )


_PLAN = '{"main_goal": "", "plan_steps": [{"sub_goal_1": "Go on.", "reason": ""}]}'
_ACTION = '{"reason_for_action": "", "action_to_take": "look"}'
"""What stands for a reply that was not recorded."""


def _texts(given: Any) -> list[str]:
    """A list of texts; a triple that is a list is written as one."""
    listed = given if isinstance(given, list) else []
    return [", ".join(map(str, each)) if isinstance(each, list) else str(each) for each in listed]


def parts(text: str) -> tuple[str, str, str] | None:
    """The three parts of a triple written as text, commas in the last one kept; None when there are fewer."""
    found = [part.strip(" '\"[]\n") for part in text.split(",", 2)]
    return (found[0], found[1], found[2]) if len(found) == 3 else None


def key(text: str) -> Key:
    """What makes two facts written as text the same; spaces within names do not count (livingroom, living room)."""
    return loose(Triple(*(parts(text) or (text, "", ""))).key)


def loose(exact: Key) -> Key:
    subject, relation, object_ = exact
    return subject.replace(" ", ""), relation, object_.replace(" ", "")


def replaced(raw: str) -> list[str]:
    """The old facts that a reply names, however it is quoted and bracketed: what stands before each "->"."""
    pairs = [piece for piece in re.split(r"\]\s*,\s*\[", raw.removeprefix("Replacing:")) if "->" in piece]
    return [pair.split("->")[0].strip(" '\"[]\n") for pair in pairs]
