"""`python -m agents compare`."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from agents.compare.grid import ALL, PLAIN, Cell, Settings, grid, needing_model, numbers, wording
from agents.compare.report import report
from agents.compare.running import Outcome, run
from agents.compare.store import Store
from agents.games import SIZES_HELP
from agents.memories import MEMORIES
from agents.players import PAID_TOKENS, POLICIES, RECALL_TOKENS
from envs.tasks import TASKS
from envs.wordings import WORDINGS
from graphmem.cli.models import ASKED, Asking, asking
from graphmem.errors import InputError
from graphmem.terminal import printable

INTERRUPTED = 130


@asking
def compare(
    tasks: Annotated[str, typer.Option(help=f"Of {', '.join(TASKS)}; several with commas, or all.")] = ALL,
    memories: Annotated[str, typer.Option(help=f"Of {', '.join(MEMORIES)}; or all.")] = ALL,
    sizes: Annotated[str, typer.Option(help=f"{SIZES_HELP} Or all.")] = ALL,
    seeds: Annotated[str, typer.Option(help='Of the games: "1-20", "1,5,7".')] = "1-3",
    reworded: Annotated[
        str | None, typer.Option(help=f"Notes, recipes and task in other words: {', '.join(WORDINGS)}.")
    ] = None,
    policy: Annotated[str, typer.Option(help=f"Who plays, of {', '.join(POLICIES)}; or all.")] = PLAIN,
    model: Annotated[str, typer.Option(help="For hybrid and llm; OPENAI_BASE_URL says where.")] = "gpt-4.1-mini",
    asked: Asking = ASKED,
    budget_tokens: Annotated[
        str | None, typer.Option(help="What a memory may say at a step; as in play, when left out.")
    ] = None,
    max_steps: Annotated[int, typer.Option(min=1, help="Commands that may be sent to a game.")] = 150,
    out: Annotated[Path, typer.Option(help="Logs, tables and plots; what is there already is not run again.")] = Path(
        "comparison"
    ),
    games: Annotated[Path, typer.Option(help="Where games are made.")] = Path("games"),
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; as many as there are cores.")] = None,
    scheduler: Annotated[str | None, typer.Option(help="Hand the runs to the Dask cluster at this address.")] = None,
    report_of: Annotated[
        Path | None, typer.Option("--report", help="Only make tables and plots again, from the logs in this folder.")
    ] = None,
) -> None:
    """Play the same games with many memories, and tell what each was worth. Run again, it goes on where it stopped."""
    console = Console(stderr=True)
    if report_of is not None:
        _show(report(Store(report_of)))
        return
    chosen, policies = memories.split(","), policy.split(",")
    paid = {"llm", ALL} & set(policies)
    budgets = budget_tokens or str(PAID_TOKENS if paid else RECALL_TOKENS)
    cells = grid(
        tasks.split(","),
        sizes.split(","),
        numbers(seeds, "--seeds"),
        chosen,
        numbers(budgets, "--budget-tokens"),
        policies,
    )
    if PLAIN in policies and (left_out := needing_model(chosen)):
        console.print(f"left out where the heuristic player plays, as they need a model: {', '.join(left_out)}")
    modelled = any(cell.policy != PLAIN for cell in cells)
    if modelled:
        asked.chat(model).close()  # a key that is missing is said before any game is made
    settings = Settings(
        model=model if modelled else None, max_steps=max_steps, reworded=wording(reworded), **dataclasses.asdict(asked)
    )
    store = Store(out, settings)
    try:
        failed = _run(console, store, cells, games, workers, scheduler)
    except KeyboardInterrupt:
        console.print("stopped; the same command goes on from here", markup=False)
        sys.exit(INTERRUPTED)
    for cell, reason in failed.items():
        console.print(printable(f"failed: {cell.name}: {reason}"), markup=False)
    if store.logs():
        _show(report(store))
    if failed:
        sys.exit(1)


def _run(
    console: Console, store: Store, cells: list[Cell], games: Path, workers: int | None, scheduler: str | None
) -> dict[Cell, str]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, TimeRemainingColumn(), console=console) as progress, _executor(scheduler) as executor:
        done = len(cells) - len(store.missing(cells))
        bar = progress.add_task("playing", total=len(cells), completed=done)

        def tell(cell: Cell, outcome: Outcome) -> None:
            told = "failed" if isinstance(outcome, BaseException) else f"{outcome[-1]['normalized_score']:.2f}"
            progress.update(bar, advance=1, description=f"{cell.name}: {told}")

        return run(store, cells, games=games, executor=executor, workers=workers, tell=tell)


@contextmanager
def _executor(scheduler: str | None) -> Iterator[Executor | None]:
    """Dask's, when an address is given."""
    if scheduler is None:
        yield None
        return
    try:
        from distributed import Client
    except ImportError:
        raise InputError("--scheduler needs Dask: pip install 'graphmem[dask]'") from None
    try:
        client = Client(scheduler, timeout=10)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise InputError(f"no Dask scheduler answers at {scheduler}: {error}") from error
    with client:
        yield client.get_executor()  # type: ignore[no-untyped-call]


def _show(paths: list[Path]) -> None:
    for path in paths:
        print(path)
