"""What the retrieval benchmarks share: memories made of passages or turns, with a progress bar, and their tables."""

from __future__ import annotations

import json
import statistics
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table

from graphmem import Extraction, Fact
from graphmem.records import Observation

ROOM = 1_000_000
"""A budget that leaves nothing out: these benchmarks look at the order alone."""


class Unread:
    """An `Extractor` that extracts nothing: the episodes and whom they mention are all there is."""

    name = "unread"
    anchors = ()

    def extract(self, observation: Observation, known: Sequence[Fact]) -> Extraction:
        return Extraction()


def load(path: Path) -> Any:
    """The JSON of a data file; ends the program when it is not there."""
    if not path.is_file():
        raise SystemExit(f"{path} is not there; give the folder that holds it")
    return json.loads(path.read_text(encoding="utf-8"))


def watched(items: Collection[Any], what: str) -> Iterable[Any]:
    """The items, with a progress bar on the terminal."""
    return track(items, what, console=Console(stderr=True), transient=True)


def share(wanted: Collection[Any], found: Collection[Any]) -> float:
    """The share of `wanted` that is among `found`."""
    return len(set(wanted) & set(found)) / len(set(wanted))


def mean(values: Iterable[float]) -> float:
    return round(statistics.fmean(values), 3)


def show(title: str, rows: Mapping[str, Mapping[str, float]]) -> None:
    """Print one row for each name, one column for each figure."""
    figures = list(dict.fromkeys(figure for row in rows.values() for figure in row))
    table = Table(title, *figures)
    for name, row in rows.items():
        table.add_row(name, *(f"{row[figure]:g}" if figure in row else "" for figure in figures))
    Console().print(table)
