"""What is made of the logs: results.csv, the tables and the plots. It can be made again at any time."""

from __future__ import annotations

import logging
from pathlib import Path

from agents.compare.plots import plot
from agents.compare.results import read_results
from agents.compare.store import Store
from agents.compare.tables import detail_table, latex, markdown, pace_table, score_table, write_csv
from graphmem.errors import InputError

log = logging.getLogger(__name__)


def report(store: Store) -> list[Path]:
    """Write results.csv, table.md, table.tex and, with matplotlib, the plots beside the logs; gives their paths."""
    results = read_results(store.logs(), store.settings.max_steps)
    if not results:
        raise InputError(f"{store.folder} holds no finished run yet: run the comparison first")
    folder = store.folder
    written = [folder / "results.csv", folder / "table.md", folder / "table.tex"]
    write_csv(results, written[0])
    tables = [score_table(results), pace_table(results), detail_table(results)]
    written[1].write_text("\n\n".join([*map(markdown, tables), *_failures(store)]) + "\n", encoding="utf-8")
    written[2].write_text("\n\n".join(map(latex, tables)) + "\n", encoding="utf-8")
    try:
        written += plot(results, folder)
    except InputError as error:
        log.warning("no plots: %s", error)
    return written


def _failures(store: Store) -> list[str]:
    lines = [f"- {failed.cell.name}: {failed.reason}" for failed in store.failed()]
    return ["\n".join(["Runs that failed:", "", *lines])] if lines else []
