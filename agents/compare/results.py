"""Finished runs, as read from their logs, and what is counted over them."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from agents.compare.grid import PLAIN, Cell

log = logging.getLogger(__name__)

RESAMPLES = 10_000
LEVEL = 0.95


@dataclass(frozen=True)
class Result:
    """One run: its score (of 1), and what the memory took for it.

    `pace` is the mean of the score over all commands that a run may have: it tells who is sooner there.
    `scores` and `prompts` run over the commands: the score after each, and the tokens that were read before it.
    `tokens` is the mean prompt of a step: all a model read, or without one what the memory had to say.
    """

    cell: Cell
    score: float
    pace: float
    won: bool
    commands: int
    tokens: float
    calls: int
    cost: float | None
    memory_ms: float
    scores: tuple[float, ...]
    prompts: tuple[int, ...]


def read_results(logs: Iterable[Path], max_steps: int) -> list[Result]:
    """The run of each log. One that is no whole log of a comparison is named in the program's log, and passed over."""
    results = []
    for path in logs:
        try:
            lines = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
            results.append(_result(lines[:-1], lines[-1], max_steps))
        except (KeyError, IndexError, TypeError, ValueError, ValidationError) as error:
            log.warning("%s is no whole log of a run, and is passed over: %r", path, error)
    return results


def _result(steps: Sequence[dict[str, Any]], run: dict[str, Any], max_steps: int) -> Result:
    total = run.get("usage", {}).get("total")
    best = run["max_score"] or 1.0
    scores = [step["score"] / best for step in steps for _ in step["commands"]]
    prompts = _prompts(steps)
    return Result(
        cell=Cell.model_validate({"policy": "llm" if total else PLAIN} | run["cell"]),
        score=run["normalized_score"],
        pace=(sum(scores) + (max_steps - len(scores)) * run["normalized_score"]) / max_steps,
        won=run["won"],
        commands=len(run["actions"]),
        tokens=(total["prompt_tokens"] if total else sum(prompts)) / max(len(steps), 1),
        calls=total["calls"] if total else 0,
        cost=total["cost"] if total else 0.0,
        memory_ms=run["memory_ms_per_step"],
        scores=tuple(scores),
        prompts=tuple(tokens for step, tokens in zip(steps, prompts, strict=True) for _ in step["commands"]),
    )


def _prompts(steps: Sequence[dict[str, Any]]) -> list[int]:
    """Tokens of each step's prompts: as the model counted them, or those of what was recalled."""
    if not (steps and "usage" in steps[0]):
        return [step["recalled_tokens"] for step in steps]
    sums = [step["usage"]["total"]["prompt_tokens"] for step in steps]
    return [after - before for before, after in zip([0, *sums], sums, strict=False)]


def interval(values: Sequence[float]) -> tuple[float, float]:
    """The bootstrap confidence interval of the mean, by percentiles, at `LEVEL`; the same values give the same."""
    drawn = np.random.default_rng(0).choice(np.asarray(values, float), (RESAMPLES, len(values)))
    low, high = np.quantile(drawn.mean(axis=1), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def by_step(curves: Sequence[Sequence[float]], length: int = 0) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Curves of unlike length as rows of one array: held to `length`, or else with nothing after their end."""
    rows = [[*curve, *([curve[-1]] * (length - len(curve)))] for curve in curves]
    longest = max(map(len, rows), default=0)
    return np.array([[*row, *([np.nan] * (longest - len(row)))] for row in rows], float).reshape(len(rows), longest)
