"""One run of the grid: a game played with a memory, told as the records of its log."""

from __future__ import annotations

from contextlib import ExitStack
from functools import lru_cache
from pathlib import Path
from typing import Any

from agents.ariadne import Ariadne
from agents.compare.grid import Cell, Settings
from agents.memories import MEMORIES, Tools, make_memory
from agents.memories.adapter import ForTheLoop
from agents.minds import language_model
from agents.policies.heuristic.reading import Reader, TextPlayer
from agents.policies.protocol import Policy
from agents.runlog import paid_record, run_record, step_record
from envs import Environment, open_game
from envs.tasks import make
from graphmem.embedding import load_embedder
from graphmem.embedding.cached import CachedEmbedder
from graphmem.extraction import TextWorldExtractor
from graphmem.llm import ChatModel

CACHED = 20_000
"""Texts whose vectors the player's common sense keeps, from game to game."""


def play(cell: Cell, settings: Settings, games: Path) -> list[dict[str, Any]]:
    """Play one cell with a fresh memory; the game is made in `games` if it is not there.

    Gives a record of each step, and last that of the run with its `cell`, as `agents.runlog` has them. Of a memory
    that may try several times, the last trial is told, with what all of them cost.
    """
    with ExitStack() as stack:
        env = open_game(make(cell.task, cell.size, cell.seed, games))
        stack.callback(env.close)
        llm = stack.enter_context(ChatModel(settings.model)) if settings.model else None
        policy, tools = _mind(llm, env, cell.seed)
        memory = ForTheLoop(make_memory(cell.memory, tools))
        stack.callback(memory.memory.close)
        trial = 0
        while trial < MEMORIES[cell.memory].trials:
            trial += 1
            agent = Ariadne(env, memory, policy, max_steps=settings.max_steps, recall_tokens=cell.budget)
            records, steps = [], []
            for step in agent.run():
                steps.append(step)
                records.append(step_record(step) | _paid(llm))
            if agent.info and agent.info["won"]:
                break
        run = run_record(agent, steps, memory.stats()) | _paid(llm)
        return [*records, run | {"trials": trial, "cell": cell.model_dump()}]


def _mind(llm: ChatModel | None, env: Environment, seed: int) -> tuple[Policy, Tools]:
    """Who plays, and what its memory is made of."""
    embedder = load_embedder()
    if llm is None:
        return TextPlayer(_sense(), seed, _reader()), Tools(embedder, TextWorldExtractor(), None, env.task)
    mind = language_model(llm)
    return mind.policy, Tools(embedder, mind.extractor, llm, env.task)


@lru_cache(1)
def _sense() -> CachedEmbedder:
    """Kept from game to game, for the player alone: a memory pays for what it embeds."""
    return CachedEmbedder(load_embedder(), CACHED)


@lru_cache(1)
def _reader() -> Reader:
    """Kept from game to game: the same text is read once."""
    return Reader()


def _paid(llm: ChatModel | None) -> dict[str, Any]:
    return paid_record(llm.usage, {}) if llm else {}
