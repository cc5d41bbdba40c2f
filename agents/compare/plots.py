"""Plots of a comparison: the score by step, and the tokens of a prompt by step, as PNG and SVG."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np

from agents.compare.grid import Entrant
from agents.compare.results import Result, by_step
from agents.compare.tables import budgets_of, entrants_of, games_of, select, title
from agents.memories import MEMORIES
from agents.players import POLICIES
from graphmem.errors import InputError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

RESAMPLES = 1000

_HUES = (
    "#0b6e4f", "#1aa6a6", "#53b98f", "#a3d9b1", "#d1495b", "#8d6a9f", "#b79cc9", "#2e6db4", "#edae49", "#f3c98b",
    "#66717e", "#22223b",
)  # fmt: skip

_DASHES = ("-", "--", ":", "-.")

Draw = Callable[["Axes", Sequence[Result], Entrant, int], None]
"""Draws the runs of an entrant in a panel whose longest run has so many commands."""


def plot(results: Sequence[Result], folder: Path) -> list[Path]:
    """Write both plots of each task to `folder`. Raises `InputError` when matplotlib is not installed."""
    written = []
    for task in dict.fromkeys(task for task, _ in games_of(results)):
        written += _save(_grid(results, task, _scores, "score (of 1)"), folder / f"score-{task}")
        written += _save(_grid(results, task, _prompts, "prompt tokens"), folder / f"tokens-{task}")
    return written


def _grid(results: Sequence[Result], task: str, draw: Draw, label: str) -> Figure:
    """One panel for each size (a row) and budget (a column)."""
    sizes = [size for each, size in games_of(results) if each == task]
    budgets = budgets_of(results)
    figure = _figure(4.2 * len(budgets) + 0.6, 2.6 * len(sizes) + 1.2)
    axes = figure.subplots(len(sizes), len(budgets), squeeze=False, sharey=True)
    for size, row in zip(sizes, axes, strict=True):
        for budget, panel in zip(budgets, row, strict=True):
            played = {entrant: select(results, entrant, budget, task, size) for entrant in entrants_of(results)}
            _panel(panel, played, draw)
            panel.set_title(f"{task}, {size}, {budget:,} tokens", fontsize=9)
        row[0].set_ylabel(label)
    for panel in axes[-1]:
        panel.set_xlabel("command")
    lines = {line.get_label(): line for panel in axes.flat for line in panel.get_lines()}
    columns = 4 if len(budgets) > 1 else 2
    figure.legend(lines.values(), lines.keys(), loc="outside lower center", ncols=columns, frameon=False, fontsize=9)
    return figure


def _panel(panel: Axes, played: Mapping[Entrant, Sequence[Result]], draw: Draw) -> None:
    """The runs of each entrant in one panel."""
    longest = max((result.commands for runs in played.values() for result in runs), default=0)
    for entrant, runs in played.items():
        if runs:
            draw(panel, runs, entrant, longest)
    panel.grid(alpha=0.25)
    panel.spines[["top", "right"]].set_visible(False)


def _figure(width: float, height: float) -> Figure:
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise InputError("plots need matplotlib: pip install 'graphmem[plot]'") from None
    return Figure(figsize=(width, height), layout="constrained")


def _scores(panel: Axes, results: Sequence[Result], entrant: Entrant, longest: int) -> None:
    """The mean over the games, with the band of its 95% bootstrap interval; a game that is over keeps its score."""
    curves = by_step([(0.0, *result.scores) for result in results], longest + 1)
    steps, middle = np.arange(curves.shape[1]), curves.mean(axis=0)
    drawn = np.random.default_rng(0).integers(0, len(curves), (RESAMPLES, len(curves)))
    low, high = np.quantile(curves[drawn].mean(axis=1), [0.025, 0.975], axis=0)
    panel.fill_between(steps, low, high, color=style(entrant)[0], alpha=0.15, linewidth=0)
    _line(panel, steps, middle, entrant)


def _prompts(panel: Axes, results: Sequence[Result], entrant: Entrant, longest: int) -> None:
    """The mean over the games that are still on."""
    tokens = by_step([result.prompts for result in results])
    if tokens.size:
        _line(panel, np.arange(1, tokens.shape[1] + 1), np.nanmean(tokens, axis=0), entrant)


def _line(panel: Axes, steps: Any, values: Any, entrant: Entrant) -> None:
    width = 2.2 if entrant[0] == "graph" else 1.2
    colour, dashes = style(entrant)
    panel.plot(steps, values, color=colour, linestyle=dashes, linewidth=width, label=title(entrant))


def style(entrant: Entrant) -> tuple[str, str]:
    """Colour and dashes of an entrant's line, the same in every plot, and as long as they last no other's."""
    memory, policy = entrant
    names = list(MEMORIES)
    place = names.index(memory) if memory in names else len(names) + crc32(memory.encode())
    dashes = place // len(_HUES) + POLICIES.index(policy)
    return _HUES[place % len(_HUES)], _DASHES[dashes % len(_DASHES)]


def _save(figure: Figure, stem: Path) -> list[Path]:
    paths = [stem.with_suffix(kind) for kind in (".png", ".svg")]
    for path in paths:
        figure.savefig(path, dpi=150)
    return paths
