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
    """`family` is "hunt" or "cook"."""

    name: str
    family: str
    task: str
    turns: tuple[Turn, ...]


def read_runs(folder: Path) -> Iterator[Run]:
    for path in sorted(folder.glob("*.jsonl")):
        lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        task = _TASK.search(lines[0]["observation"])
        yield Run(
            path.stem.replace("_arigraph", ""),
            path.stem.split("_")[0],
            task[0].strip() if task else "",
            tuple(map(_turn, lines)),
        )


def _turn(line: dict[str, Any]) -> Turn:
    return Turn(
        number=line["step"],
        observation=_HEADER.sub("", line["observation"]).strip(),
        inventory=line["inventory"].strip(),
        triples=tuple(filter(None, map(parts, line["new_triples"]))),
        replacements=line["replacements_raw"],
        plan=line["plan_raw"],
        action=line["action_raw"],
        graph=None if line["graph"] is None else frozenset(key(text) for text in line["graph"]),
        admissible=tuple(line["valid_actions"] or ()),
        associated=tuple(line["associated"] or ()),
        episodic=tuple(line["episodic"] or ()),
    )


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
