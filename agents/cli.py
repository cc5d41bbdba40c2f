"""`python -m agents`: play a game, watched or as JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from agents.ariadne import Ariadne, Step
from agents.policies.heuristic import HeuristicPlayer
from agents.runlog import run_record, step_record
from agents.screen import show_run, show_step
from envs import EnvError, open_game
from envs.tasks import TASKS, make
from graphmem import GraphmemError, Memory
from graphmem.embedding import load_embedder
from graphmem.printing import printable

GAMES = Path("games")
"""Where made games are kept."""

app = typer.Typer(
    help="Agents that live in a text environment and remember in a graph.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.callback()
def _group() -> None:
    """A group, so that `play` is named even while it is the only command."""


@app.command()
def play(
    game: Annotated[str, typer.Argument(help=f"A .z8 file, or {', '.join(TASKS)}.")] = "treasure-hunt",
    size: Annotated[str, typer.Option(help="default, hard or hardest; cooking: level1 to level4 too.")] = "default",
    seed: Annotated[int, typer.Option(min=0, help="Of a made game; the same seed, the same game.")] = 1,
    task: Annotated[str, typer.Option(help="What the agent is told at the first step.")] = "",
    max_steps: Annotated[int, typer.Option(min=1, help="Commands that may be sent to the game.")] = 300,
    memory_file: Annotated[str | None, typer.Option(help="Keep the memory in this file; else it is lost.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a step, and one for the run.")] = False,
) -> None:
    """Play a game with the memory graph. Needs no model and no key."""
    console = Console(stderr=as_json)
    embedder = load_embedder()
    with Memory(memory_file or ":memory:", embedder=embedder) as memory:
        with console.status("making the game ..."):
            path = _game(game, size, seed)
            env = open_game(path)
        try:
            agent = Ariadne(env, memory, HeuristicPlayer(embedder), task=task, max_steps=max_steps, world=path.stem)
            steps = [_shown(step, console, as_json) for step in agent.run()]
        finally:
            env.close()
        record = run_record(steps, memory.stats())
    if as_json:
        print(json.dumps(record, ensure_ascii=False), flush=True)
    else:
        show_run(console, record, steps[-1].outcome, memory_file)


def _game(game: str, size: str, seed: int) -> Path:
    """The file of the game: made, when a task is named."""
    return make(game, size, seed, GAMES) if game in TASKS or not game.endswith(".z8") else Path(game)


def _shown(step: Step, console: Console, as_json: bool) -> Step:
    if as_json:
        print(json.dumps(step_record(step), ensure_ascii=False), flush=True)
    else:
        show_step(console, step)
    return step


def main() -> None:
    """Run the command; an error that we know ends it with one line and exit code 2."""
    try:
        app()
    except (GraphmemError, EnvError) as error:
        print(f"agents: {printable(str(error))}", file=sys.stderr)
        sys.exit(2)
