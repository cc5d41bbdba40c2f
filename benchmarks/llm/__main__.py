"""See the package."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

import benchmarks.llm
from benchmarks.llm import reading, reworded
from graphmem.llm import ChatModel

MAX_TOKENS = 700
"""Of a reply: a small model that rambles is cut there."""


def columns(title: str, named: Mapping[str, Mapping[str, Any]]) -> Table:
    """One column for each of `named`, one row for each figure."""
    table = Table(title, *named)
    figures: Sequence[str] = list(next(iter(named.values())))
    for figure in figures:
        table.add_row(figure, *(str(column[figure]) for column in named.values()))
    return table


def main() -> None:
    parser = argparse.ArgumentParser(
        description=benchmarks.llm.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", required=True, help="its name at the endpoint of OPENAI_BASE_URL")
    parser.add_argument("--traces", type=Path, help="folder of recorded runs")
    parser.add_argument("--passages", type=Path, help="MuSiQue's questions with passages and triples, a JSON file")
    parser.add_argument("--examples", nargs="*", default=["fixed"], choices=["fixed", "nearest"])
    parser.add_argument("--samples", type=int, default=24, help="observations to read")
    parser.add_argument("--show", action="store_true", help="print what was read")
    parser.add_argument("--reworded", action="store_true", help="play made hunts and cookings told in other words")
    parser.add_argument("--players", nargs="*", default=list(reworded.PLAYERS), choices=list(reworded.PLAYERS))
    parser.add_argument("--tasks", nargs="*", default=reworded.TASKS, choices=reworded.TASKS, help="of these games")
    parser.add_argument("--out", type=Path, default=Path("reworded.jsonl"), help="reworded games played so far")
    parser.add_argument("--seeds", type=int, default=3, help="games to play, of each kind")
    parser.add_argument("--commands", type=int, default=40, help="commands in a game")
    parser.add_argument("--timeout", type=float, default=600, help="seconds to wait for a reply")
    parser.add_argument("--record", type=Path, help="append every exchange to this file")
    parser.add_argument("--replay", type=Path, help="answer from such a file, to count anew without a model")
    given = parser.parse_args()
    if not (given.traces or given.passages or given.reworded):
        parser.error("give --traces FOLDER, --passages FILE or --reworded")
    logging.getLogger("agents").setLevel(logging.ERROR)
    console = Console()

    def asked() -> ChatModel:
        return ChatModel(
            given.model, max_tokens=MAX_TOKENS, timeout=given.timeout, record=given.record, replay=given.replay
        )

    for source, chosen in ((given.traces, reading.samples), (given.passages, reading.passage_samples)):
        found: dict[str, Mapping[str, Any]] = {}
        for examples in given.examples if source else ():
            with asked() as model:
                some = chosen(source, given.samples, nearest=examples == "nearest")
                found[examples] = reading.read(model, some, show=given.show, prose=source == given.passages)
            console.print(columns(f"reading {source.name} ({given.model}, {examples})", {examples: found[examples]}))
    if given.reworded:
        for record in reworded.play_all(asked, given.players, given.tasks, given.seeds, given.commands, given.out):
            console.print(reworded.told(record), highlight=False)
        records = reworded.read(given.out)
        by_player = {name: [record for record in records if record["player"] == name] for name in reworded.PLAYERS}
        shown = {name: reworded.figures(records) for name, records in by_player.items() if records}
        console.print(columns(f"reworded ({given.model})", shown))


if __name__ == "__main__":
    main()
