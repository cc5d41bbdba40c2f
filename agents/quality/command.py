"""`python -m agents graph-quality`: figures of the graph, for made games, a given one, and recorded runs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import track
from rich.table import Table

from agents.extraction import GameExtractor, game_model
from agents.games import GAMES
from agents.quality.measure import Quality, Tally
from agents.quality.recorded import quality_beside, quality_of_record, recorded_runs
from agents.quality.state import KINDS
from agents.quality.walks import quality_of, walk, walkthrough
from envs.tasks import TASKS, make
from graphmem.cli.models import ASKED, Asking, asking
from graphmem.extraction.textworld.extractor import TextWorldExtractor
from graphmem.files import text_of
from graphmem.protocols import Extractor
from graphmem.terminal import printable

RECORDED = "GPT-4"
"""Who extracted in the recorded runs."""


@dataclass(frozen=True, slots=True)
class Job:
    """One walk to be judged: the row of the table that it counts for, and the work."""

    walk: str
    extractor: str
    judge: Callable[[], Quality]


@asking
def graph_quality(
    task: Annotated[list[str] | None, typer.Option(help=f"{', '.join(TASKS)}; all, when nothing is named.")] = None,
    size: Annotated[str, typer.Option(help="Of the made games.")] = "default",
    seeds: Annotated[int, typer.Option(min=1, help="Games of each task: seeds 1 to this.")] = 5,
    game: Annotated[Path | None, typer.Option(help="A .z8 file to walk through.")] = None,
    commands: Annotated[
        Path | None, typer.Option("--walkthrough", help="Commands for --game, one a line; else the game's own.")
    ] = None,
    recorded: Annotated[
        Path | None, typer.Option(help="A folder with recorded runs, traces/*.jsonl, and their games, games/*.z8.")
    ] = None,
    model: Annotated[str, typer.Option(help="Also judge extraction by this model; OPENAI_BASE_URL says where.")] = "",
    asked: Asking = ASKED,
    budget: Annotated[float | None, typer.Option(min=0, help="USD that the model's calls may cost.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a row.")] = False,
) -> None:
    """Precision and recall of the facts asserted and retired, against the game's own state at each step."""
    console = Console()
    with ExitStack() as stack:
        extractors: dict[str, Extractor] = {"rules": TextWorldExtractor()}
        if model:
            extractors[model] = GameExtractor(game_model(stack.enter_context(asked.chat(model, budget=budget))))
        walks = dict(_made(task if task or game or recorded else TASKS, size, seeds))
        if game:
            walks[game.stem] = [(game, _lines(commands) if commands else walkthrough(game))]
        jobs = [*_walked(walks, extractors), *(_recorded(recorded, extractors) if recorded else ())]
        found: dict[tuple[str, str], Quality] = {}
        for job in track(jobs, "walking", console=Console(stderr=True), transient=True):
            found[job.walk, job.extractor] = found.get((job.walk, job.extractor), Quality()) + job.judge()
    if as_json:
        for (name, extractor), quality in found.items():
            print(json.dumps({"walk": name, "extractor": extractor, **quality_record(quality)}, ensure_ascii=False))
    else:
        _show(console, found)


Walks = dict[str, list[tuple[Path, list[str]]]]


def _made(tasks: Any, size: str, seeds: int) -> Iterator[tuple[str, list[tuple[Path, list[str]]]]]:
    for task in tasks or ():
        games = [make(task, size, seed, GAMES) for seed in range(1, seeds + 1)]
        yield task if size == "default" else f"{task}, {size}", [(game, walkthrough(game)) for game in games]


def _lines(path: Path) -> list[str]:
    return [line.strip() for line in text_of(path).splitlines() if line.strip()]


def _walked(walks: Walks, extractors: dict[str, Extractor]) -> Iterator[Job]:
    for name, games in walks.items():
        for label, extractor in extractors.items():
            for game, commands in games:
                yield Job(name, label, lambda e=extractor, g=game, c=commands: quality_of(e, walk(g, c)))  # type: ignore[misc]


def _recorded(folder: Path, extractors: dict[str, Extractor]) -> Iterator[Job]:
    for name, turns in recorded_runs(folder):
        yield Job(f"{name}, recorded", RECORDED, lambda t=turns: quality_of_record(t))  # type: ignore[misc]
        for label, extractor in extractors.items():
            yield Job(f"{name}, recorded", label, lambda e=extractor, t=turns: quality_beside(e, t))  # type: ignore[misc]


def quality_record(quality: Quality) -> dict[str, Any]:
    """All figures of a row; of each kind of fact too. None where there was nothing to judge."""
    return {
        "steps": quality.steps,
        "unread": quality.unread,
        **{name: _figures(tally) for name, tally in (("current", quality.current), ("retired", quality.retired))},
    }


def _figures(tally: Tally) -> dict[str, Any]:
    return {
        "precision": tally.precision(),
        "recall": tally.recall(),
        "told": tally.told.total(),
        "wanted": tally.wanted.total(),
        "kinds": {kind: {"precision": tally.precision(kind), "recall": tally.recall(kind)} for kind in KINDS},
    }


def _show(console: Console, found: dict[tuple[str, str], Quality]) -> None:
    facts = _table("Facts held after each step, and retired by it", "steps", "held", "prec.", "recall")
    for heading in ("retired", "prec.", "recall"):
        facts.add_column(heading, justify="right")
    kinds = _table("Facts held, by kind: precision / recall", *KINDS)
    for (name, extractor), quality in found.items():
        row = [printable(name), printable(extractor)]
        facts.add_row(*row, str(quality.steps), *_cells(quality.current), *_cells(quality.retired))
        kinds.add_row(*row, *(_both(quality.current, kind) for kind in KINDS))
    console.print(facts, kinds)
    for (name, extractor), quality in found.items():
        if quality.unread:
            console.print(f"{name}: {extractor} failed to read {quality.unread} texts", style="red", markup=False)


def _table(title: str, *headings: str) -> Table:
    table = Table(
        "walk", "extractor", title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False
    )
    for heading in headings:
        table.add_column(heading, justify="right")
    return table


def _cells(tally: Tally) -> list[str]:
    return [f"{tally.told.total():,}", _share(tally.precision()), _share(tally.recall())]


def _both(tally: Tally, kind: str) -> str:
    precision, recall = (_share(share, places=2) for share in (tally.precision(kind), tally.recall(kind)))
    return f"{precision} / {recall}"


def _share(share: float | None, places: int = 3) -> str:
    return "-" if share is None else f"{share:.{places}f}"
