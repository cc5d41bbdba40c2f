"""Tables of a comparison, as Markdown, LaTeX and CSV."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

from agents.compare.grid import PLAIN, Entrant
from agents.compare.results import Result, interval
from agents.memories import MEMORIES
from agents.players import POLICIES
from envs.tasks import SIZES

NONE = "none"
DASH = "-"


@dataclass(frozen=True)
class Table:
    """Texts in rows; `best` are the (row, column) places to be set in bold."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    best: frozenset[tuple[int, int]] = frozenset()


def score_table(results: Sequence[Result]) -> Table:
    """Mean score of each entrant (a column) at each task, size and budget (a row); the best of a row is marked."""
    return _by_game("Mean score (of 1) at the end, with its 95% confidence interval", results, lambda run: run.score)


def pace_table(results: Sequence[Result]) -> Table:
    """As `score_table`, of the mean score over all commands."""
    heading = "Mean score (of 1) over all commands that a run may have: the sooner, the more"
    return _by_game(heading, results, lambda run: run.pace)


def _by_game(heading: str, results: Sequence[Result], value: Callable[[Result], float]) -> Table:
    entrants = entrants_of(results)
    rows: list[tuple[str, ...]] = []
    best: set[tuple[int, int]] = set()
    for budget in budgets_of(results):
        for task, size in games_of(results):
            cells = [list(map(value, select(results, entrant, budget, task, size))) for entrant in entrants]
            means = [round(mean(cell), 3) if cell else None for cell in cells]
            top = max((each for each in means if each is not None), default=None)
            best |= {(len(rows), 3 + at) for at, each in enumerate(means) if each is not None and each == top}
            rows.append((task, size, f"{budget:,}", *map(_with_interval, cells)))
    header = ("task", "size", "budget", *map(title, entrants))
    return Table(heading, header, tuple(rows), frozenset(best))


def _with_interval(values: Sequence[float]) -> str:
    if not values:
        return DASH
    middle, low, high = (round(each, 9) for each in (mean(values), *interval(values)))  # sums of floats are not exact
    return f"{middle:.2f} [{low:.2f}, {high:.2f}]"


HEADER = (
    "task", "budget", "memory", "games", "score (of 1)", "95% interval", "over time", "won", "commands",
    "tokens a step", "calls", "cost, USD", "memory, ms a step", "gain per 1,000 tokens",
)  # fmt: skip


def detail_table(results: Sequence[Result]) -> Table:
    """One row for each task, budget and entrant, over all sizes: the score, and what it took.

    The gain is what the score is above that of the same player without a memory, for each 1,000 tokens more that a
    step's prompt has.
    """
    rows: list[tuple[str, ...]] = []
    best: set[tuple[int, int]] = set()
    for task in dict.fromkeys(task for task, _ in games_of(results)):
        for budget in budgets_of(results):
            cells = {entrant: select(results, entrant, budget, task) for entrant in entrants_of(results)}
            cells = {entrant: cell for entrant, cell in cells.items() if cell}
            top = max((round(mean(r.score for r in cell), 3) for cell in cells.values()), default=0)
            for entrant, cell in cells.items():
                if round(mean(r.score for r in cell), 3) == top:
                    best |= {(len(rows), 2), (len(rows), 4)}
                without = cells.get((NONE, entrant[1]), [])
                rows.append((task, f"{budget:,}", title(entrant), *_figures(cell, without)))
    return Table("What each memory took, over all sizes", HEADER, tuple(rows), frozenset(best))


def _figures(cell: Sequence[Result], without: Sequence[Result]) -> tuple[str, ...]:
    scores = [result.score for result in cell]
    low, high = interval(scores)
    costs = [result.cost for result in cell if result.cost is not None]
    return (
        str(len(cell)),
        f"{mean(scores):.3f}",
        f"{low:.3f} to {high:.3f}",
        f"{mean(result.pace for result in cell):.3f}",
        str(sum(result.won for result in cell)),
        f"{mean(result.commands for result in cell):.1f}",
        f"{mean(result.tokens for result in cell):.0f}",
        f"{mean(result.calls for result in cell):.1f}",
        f"{mean(costs):.4f}" if costs else "unknown",
        f"{mean(result.memory_ms for result in cell):.1f}",
        _gain(cell, without),
    )


def _gain(cell: Sequence[Result], without: Sequence[Result]) -> str:
    """Over the same games alone."""
    games = {(r.cell.task, r.cell.size, r.cell.seed): r for r in without}
    pairs = [(r, games[key]) for r in cell if (key := (r.cell.task, r.cell.size, r.cell.seed)) in games]
    tokens = sum(result.tokens - other.tokens for result, other in pairs)
    if not pairs or tokens <= 0:
        return DASH
    return f"{1000 * sum(result.score - other.score for result, other in pairs) / tokens:+.2f}"


def entrants_of(results: Iterable[Result]) -> list[Entrant]:
    """By memory in the order of `MEMORIES`, then any that only the logs know; of one memory by policy."""
    memories = list(MEMORIES)

    def place(entrant: Entrant) -> tuple[int, str, int]:
        memory, policy = entrant
        return memories.index(memory) if memory in MEMORIES else len(memories), memory, POLICIES.index(policy)

    return sorted({result.cell.entrant for result in results}, key=place)


def title(entrant: Entrant) -> str:
    """What a table calls an entrant: a memory that is not registered here by its name, and any policy but `PLAIN`."""
    memory, policy = entrant
    named = MEMORIES[memory].title if memory in MEMORIES else memory
    return named if policy == PLAIN else f"{named}, {policy}"


def budgets_of(results: Iterable[Result]) -> list[int]:
    """Those that bind; 0 where nothing but unbounded memories was played."""
    return sorted({result.cell.budget for result in results} - {0}) or [0]


def games_of(results: Iterable[Result]) -> list[tuple[str, str]]:
    present = {(result.cell.task, result.cell.size) for result in results}
    return [(task, size) for task in SIZES for size in SIZES[task] if (task, size) in present]


def select(
    results: Iterable[Result], entrant: Entrant, budget: int, task: str, size: str | None = None
) -> list[Result]:
    """A memory without a budget counts at every one."""
    return [
        result
        for result in results
        if result.cell.entrant == entrant
        and result.cell.budget in (budget, 0)
        and result.cell.task == task
        and size in (None, result.cell.size)
    ]


def markdown(table: Table) -> str:
    def line(texts: Iterable[str]) -> str:
        return f"| {' | '.join(texts)} |"

    body = _marked(table, lambda text: text.replace("|", "\\|"), lambda text: f"**{text}**")
    return "\n".join([f"{table.title}:", "", line(table.header), line("---" for _ in table.header), *map(line, body)])


_NAMED_SIGNS = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
_SPECIAL = re.compile(r"[&%$#_{}\\~^]")


def latex(table: Table) -> str:
    """A `tabular` for the `booktabs` package."""

    def escaped(text: str) -> str:
        return _SPECIAL.sub(lambda sign: _NAMED_SIGNS.get(sign[0], f"\\{sign[0]}"), text)

    body = _marked(table, escaped, lambda text: rf"\textbf{{{text}}}")
    lines = [" & ".join(texts) + r" \\" for texts in body]
    return "\n".join([
        f"% {table.title}",
        rf"\begin{{tabular}}{{{'l' * len(table.header)}}}", r"\toprule",
        " & ".join(map(escaped, table.header)) + r" \\", r"\midrule", *lines, r"\bottomrule", r"\end{tabular}",
    ])  # fmt: skip


def _marked(table: Table, escape: Callable[[str], str], bold: Callable[[str], str]) -> list[list[str]]:
    return [
        [bold(escape(text)) if (row, column) in table.best else escape(text) for column, text in enumerate(texts)]
        for row, texts in enumerate(table.rows)
    ]


def write_csv(results: Iterable[Result], path: Path) -> None:
    """One row for each run."""
    rows = list(map(_row, results))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def _row(result: Result) -> dict[str, Any]:
    return {
        **result.cell.model_dump(),
        "score": round(result.score, 4),
        "pace": round(result.pace, 4),
        "won": int(result.won),
        "commands": result.commands,
        "tokens_per_step": round(result.tokens, 1),
        "calls": result.calls,
        "cost_usd": "" if result.cost is None else result.cost,
        "memory_ms_per_step": result.memory_ms,
    }
