"""Made hunts and cookings told in other words: rules alone, rules with a model that reads for them, a model alone.

The wordings of `envs.wordings` take turns with the seeds. The rules that read TextWorld's English find nothing in them.
Each game is a line of a file when it is over, and is not played again.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from agents.ariadne import Ariadne
from agents.memories import GraphMemory, open_memory
from agents.players import Player, language_model, rules_and_model, rules_of_thumb
from agents.runlog import paid_record, run_record
from envs import open_game
from envs.reworded import Reworded
from envs.tasks import make
from envs.wordings import WORDINGS
from graphmem.embedding import load_embedder
from graphmem.llm import ChatModel
from graphmem.protocols import Embedder

PLAYERS: dict[str, Callable[[ChatModel, Embedder], Player]] = {
    "rules": lambda model, embedder: rules_of_thumb(embedder),
    "hybrid": rules_and_model,
    "model": lambda model, embedder: language_model(model),
}
TASKS = ("treasure-hunt", "cooking")
GAMES = Path("games")

Record = dict[str, Any]


def play_all(
    asked: Callable[[], ChatModel],
    players: Sequence[str],
    tasks: Sequence[str],
    seeds: int,
    commands: int,
    out: Path,
) -> Iterator[Record]:
    """The games that `out` does not hold yet, each written there when it is over."""
    held = {_name(record) for record in read(out)}
    games = zip(range(1, seeds + 1), islice(cycle(WORDINGS), seeds), strict=True)
    for seed, wording in games:
        for player in players:
            for task in tasks:
                game = {"player": player, "task": task, "seed": seed, "wording": wording}
                if _name(game) in held:
                    continue
                record = game | _play(asked, player, task, seed, wording, commands)
                with out.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(record, ensure_ascii=False) + "\n")
                yield record


def read(out: Path) -> list[Record]:
    """The games that were played; none where the file is not there."""
    return [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()] if out.exists() else []


def _name(record: Record) -> tuple[Any, ...]:
    return tuple(record[part] for part in ("player", "task", "seed", "wording"))


def _play(
    asked: Callable[[], ChatModel], player: str, task: str, seed: int, wording: str, commands: int
) -> Record:  # fmt: skip
    embedder = load_embedder()
    with ExitStack() as stack:
        model = stack.enter_context(asked())
        plays = PLAYERS[player](model, embedder)
        memory = stack.enter_context(open_memory(":memory:", embedder, plays.extractor))
        env = Reworded(open_game(make(task, "default", seed, GAMES)), wording, seed)
        stack.callback(env.close)
        remembered = GraphMemory(memory, search=plays.search)
        agent = Ariadne(env, remembered, plays.policy, max_steps=commands, recall_tokens=plays.recall_tokens)
        started = time.perf_counter()
        steps = list(agent.run())
        record = run_record(agent, steps, memory.stats())
        record |= paid_record(model.usage, plays.reply_faults)
        return record | {"most_commands": commands, "seconds": round(time.perf_counter() - started, 1)}


def told(record: Record) -> str:
    """One game in a line."""
    won = "won" if record["won"] else "not won"
    return (
        f"{record['player']}, {record['task']} {record['seed']} ({record['wording']}): {won}, "
        f"{record['score']:g} of {record['max_score']:g}, {len(record['actions'])} commands, "
        f"{record['usage']['total']['calls']} calls, {record['seconds']} s"
    )


def figures(records: Sequence[Record]) -> dict[str, str]:
    """The games of one player, by figure."""
    usage = [record["usage"]["total"] for record in records]
    return {
        "won": f"{sum(record['won'] for record in records)} of {len(records)}",
        **{task: _won([record for record in records if record["task"] == task]) for task in TASKS},
        "score, mean (of 1)": f"{statistics.mean(record['normalized_score'] for record in records):.3f}",
        "commands a game": f"{statistics.mean(len(record['actions']) for record in records):.0f}",
        "calls a game": f"{statistics.mean(each['calls'] for each in usage):.1f}",
        "prompt tokens a game": f"{statistics.mean(each['prompt_tokens'] for each in usage):.0f}",
        "completion tokens a game": f"{statistics.mean(each['completion_tokens'] for each in usage):.0f}",
        "seconds a game": f"{statistics.mean(record['seconds'] for record in records):.0f}",
    }


def _won(records: Sequence[Record]) -> str:
    return f"{sum(record['won'] for record in records)} of {len(records)}" if records else "-"
