"""One run of the grid: a game played with a memory, told as the records of its log."""

from __future__ import annotations

from contextlib import ExitStack
from functools import lru_cache
from pathlib import Path
from typing import Any

from agents.ariadne import Ariadne
from agents.compare.grid import PLAIN, Cell, Settings
from agents.games import open_named
from agents.memories import MEMORIES, Tools, make_memory
from agents.players import Player, player_of
from agents.runlog import paid_record, run_record, step_record
from graphmem.embedding import load_embedder
from graphmem.embedding.cached import CachedEmbedder
from graphmem.llm import ChatModel

CACHED = 20_000
"""Texts whose vectors the player's common sense keeps, from game to game."""


def play(cell: Cell, settings: Settings, games: Path) -> list[dict[str, Any]]:
    """Play one cell with a fresh memory; the game is made in `games` if it is not there.

    Gives a record of each step, and last that of the run with its `cell`, as `agents.runlog` has them. Of a memory
    that may try several times, the last trial is told, with what all of them cost.
    """
    with ExitStack() as stack:
        env, _ = open_named(cell.task, cell.size, cell.seed, settings.reworded, games)
        stack.callback(env.close)
        llm = None if cell.policy == PLAIN else stack.enter_context(_model(settings))
        player = player_of(cell.policy, _sense(), cell.seed, llm)
        memory = make_memory(cell.memory, Tools(load_embedder(), player.extractor, llm, env.task))
        stack.callback(memory.close)
        trial = 0
        while trial < MEMORIES[cell.memory].trials:
            trial += 1
            agent = Ariadne(env, memory, player.policy, max_steps=settings.max_steps, recall_tokens=cell.budget)
            records, steps = [], []
            for step in agent.run():
                steps.append(step)
                records.append(step_record(step) | _paid(llm, player))
            if agent.info and agent.info["won"]:
                break
        run = run_record(agent, steps, memory.stats()) | _paid(llm, player)
        return [*records, run | {"trials": trial, "cell": cell.model_dump()}]


def _model(settings: Settings) -> ChatModel:
    asked = settings.model_dump(include={"max_tokens", "reasoning_effort", "timeout", "extra_body"})
    return ChatModel(settings.model or "", **asked)


def _paid(llm: ChatModel | None, player: Player) -> dict[str, Any]:
    return paid_record(llm.usage, player.reply_faults) if llm else {}


@lru_cache(1)
def _sense() -> CachedEmbedder:
    """Kept from game to game, for the player alone: a memory pays for what it embeds."""
    return CachedEmbedder(load_embedder(), CACHED)
