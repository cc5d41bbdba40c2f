"""`python -m agents`: play a game, watched or as JSON."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from agents.ariadne import Ariadne
from agents.compare.command import compare
from agents.games import NAMES, SIZES_HELP, open_named
from agents.memories import GraphMemory, open_memory
from agents.players import Player, as_in_the_paper, player_of
from agents.policies.human import HumanPlayer
from agents.quality.command import graph_quality
from agents.replay import replay_log
from agents.run import Run
from envs import EnvError
from envs.wordings import WORDINGS
from graphmem import GraphmemError
from graphmem.cli.models import ASKED, Asking, asking
from graphmem.embedding import load_embedder
from graphmem.errors import InputError
from graphmem.llm import ChatModel, Price
from graphmem.protocols import Embedder
from graphmem.terminal import printable, show_what_it_can
from graphmem.viewer.server import PageServer

app = typer.Typer(
    help="Agents that live in a text environment and remember in a graph.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


PolicyName = Literal["heuristic", "llm", "hybrid", "human"]


@app.command()
@asking
def play(
    game: Annotated[str, typer.Argument(help=NAMES)] = "treasure-hunt",
    size: Annotated[str, typer.Option(help=SIZES_HELP)] = "default",
    seed: Annotated[int, typer.Option(min=0, help="The same seed, the same game.")] = 1,
    reworded: Annotated[
        str | None, typer.Option(help=f"A made game's notes, recipes and task in other words: {', '.join(WORDINGS)}.")
    ] = None,
    task: Annotated[str, typer.Option(help="What the agent is told at the first step.")] = "",
    max_steps: Annotated[int, typer.Option(min=1, help="Commands that may be sent to the game.")] = 300,
    memory_file: Annotated[str | None, typer.Option(help="Keep the memory in this file; else it is lost.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a step, and one for the run.")] = False,
    log: Annotated[Path | None, typer.Option(help="Append what --json prints to this file.")] = None,
    resume: Annotated[bool, typer.Option(help="Go on where the run in the memory file (and log) stopped.")] = False,
    attempts: Annotated[int, typer.Option(min=1, help="Try again when not won, with the memory of before.")] = 1,
    policy: Annotated[
        PolicyName, typer.Option(help="Who decides: rules (heuristic), a model (llm), both (hybrid), you (human).")
    ] = "heuristic",
    model: Annotated[str, typer.Option(help="For llm and hybrid; OPENAI_BASE_URL says where.")] = "gpt-4.1-mini",
    calls: Annotated[int, typer.Option(min=2, max=3, help="Calls a step: 3 asks for plan and action apart.")] = 2,
    paper: Annotated[bool, typer.Option("--paper", help="AriGraph's own six calls a step.")] = False,
    asked: Asking = ASKED,
    budget: Annotated[float | None, typer.Option(min=0, help="USD that the model's calls may cost.")] = None,
    price: Annotated[
        tuple[float, float, float] | None,
        typer.Option(help="USD a million tokens, where not known: of the prompt, cached ones of it, written ones."),
    ] = None,
    record: Annotated[Path | None, typer.Option(help="Append every exchange with the model to this file.")] = None,
    replay: Annotated[Path | None, typer.Option(help="Answer the model's calls from such a file.")] = None,
    view: Annotated[bool, typer.Option("--view", help="Open the page of the memory beside the game.")] = False,
) -> None:
    """Play a game with the memory graph. It needs no model and no key, but for --policy llm or hybrid."""
    if resume and not memory_file:
        raise InputError("--resume needs the --memory-file of the run that stopped")
    with ExitStack() as stack:
        embedder, console = load_embedder(), Console(stderr=as_json)
        llm = None
        if policy in ("llm", "hybrid"):
            prices = {model: Price(*price)} if price else None
            llm = stack.enter_context(asked.chat(model, prices=prices, budget=budget, record=record, replay=replay))
        player = _player(policy, embedder, seed, llm, calls, paper)
        memory = stack.enter_context(open_memory(memory_file or ":memory:", embedder, player.extractor))
        if policy == "human":
            player = replace(player, policy=HumanPlayer(console, memory))
        page = _opened(stack.enter_context(PageServer(memory, memory_file or "this run")), console) if view else None
        with console.status("making the game ..."):
            env, world = open_named(game, size, seed, reworded)
        stack.callback(env.close)
        remembered, by_hand = GraphMemory(memory, search=player.search), policy == "human"
        run = stack.enter_context(
            Run(console, remembered, player, llm, as_json=as_json, log=log, show_steps=not by_hand)
        )
        begun = partial(Ariadne, env, remembered, player.policy, task=task, max_steps=max_steps, world=world)
        run.attempt(partial(begun, recall_tokens=player.recall_tokens), attempts, resume=resume)
        run.finish(memory_file)
        if page and not run.exit_code:
            console.print("the page stays until Ctrl-C")
            page.wait()
    if run.exit_code:
        sys.exit(run.exit_code)


app.command()(graph_quality)
app.command("replay")(replay_log)
app.command()(compare)


def _player(
    policy: PolicyName, embedder: Embedder, seed: int, llm: ChatModel | None, calls: int, paper: bool
) -> Player:
    """Who plays; by hand, who reads beside."""
    if paper and policy != "llm":
        raise InputError("--paper is for a model that plays: name it with --policy llm --model NAME")
    if paper and llm:
        return as_in_the_paper(llm)
    return player_of("heuristic" if policy == "human" else policy, embedder, seed, llm, calls=calls)


def _opened(page: PageServer, console: Console) -> PageServer:
    console.print(f"the memory's page: {page.url}", soft_wrap=True)
    page.open()
    return page


def main() -> None:
    """Run the command; an error that we know ends it with one line and exit code 2."""
    show_what_it_can()
    try:
        app()
    except (GraphmemError, EnvError, OSError) as error:  # the last where what is printed or logged cannot be written
        print(f"agents: {printable(str(error))}", file=sys.stderr)
        sys.exit(2)
