"""Runs made up for the tests of a comparison, and players that other processes can import."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

from agents.compare.grid import Cell, Settings
from agents.memories import AgentMemory, Tools
from agents.memories.protocol import Cue, Moment
from graphmem import Learned

SETTINGS = Settings(max_steps=4)


def cell(
    seed: int, memory: str = "graph", budget: int = 500, task: str = "treasure-hunt", policy: str = "heuristic"
) -> Cell:
    return Cell.model_validate(
        {"task": task, "size": "default", "seed": seed, "memory": memory, "budget": budget, "policy": policy}
    )


def records(of: Cell, *scores: float, won: bool = False, tokens: int = 100) -> list[dict[str, Any]]:
    """A log: a step of one command for each score, of 4 points in all."""
    steps = [
        {"step": number, "commands": ["wait"], "score": score, "recalled_tokens": tokens, "memory_ms": 1.0}
        for number, score in enumerate(scores, start=1)
    ]
    last = scores[-1]
    run = {
        "score": last, "max_score": 4.0, "normalized_score": last / 4, "won": won, "steps": len(steps),
        "actions": ["wait"] * len(steps), "memory_ms_per_step": 1.0, "facts": 0, "episodes": 0,
    }  # fmt: skip
    return [*steps, run | {"trials": 1, "cell": of.model_dump()}]


def played(of: Cell, settings: Settings, games: Path) -> list[dict[str, Any]]:
    """Plays at once; leaves a mark in `games` for each time it was called."""
    (games / f"{of.name} {time.time_ns()}").touch()
    return records(of, 1.0, 2.0)


class Last(AgentMemory):
    """Remembers one step."""

    def __init__(self) -> None:
        self._before, self._now = "", ""

    def take_in(self, moment: Moment) -> Learned | None:
        self._before, self._now = self._now, moment.text
        return None

    def recall(self, cue: Cue, budget: int) -> str:
        return self._before


def last(tools: Tools) -> Last:
    return Last()


def slowly(of: Cell, settings: Settings, games: Path) -> list[dict[str, Any]]:
    time.sleep(0.3)
    return played(of, settings, games)


def failing_at_two(of: Cell, settings: Settings, games: Path) -> list[dict[str, Any]]:
    if of.seed == 2:
        raise ValueError("the game\nwould not begin")
    return played(of, settings, games)


def dying_at_two(of: Cell, settings: Settings, games: Path) -> list[dict[str, Any]]:
    if of.seed == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return played(of, settings, games)
