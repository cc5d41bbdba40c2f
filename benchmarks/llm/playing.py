"""A treasure hunt of five rooms and three keys (six points), with the graph, with full history, without a memory.

The three players have the same loop, prompts, plan and latest commands. They differ in what is recalled: facts and
episodes of the graph; the newest observations, as many as fit in the same budget of tokens; nothing. The map ("go to
PLACE", exits not yet taken) is drawn of the facts recalled, so only the player with the graph has one, and only it pays
for extraction.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from agents.ariadne import Ariadne
from agents.memories import Tools, make_memory
from agents.players import language_model
from envs import open_game
from graphmem.embedding import load_embedder
from graphmem.llm import Bill, ChatModel

ROOMS, KEYS = 5, 3
GAMES = Path("games")

_MAKE = """
import sys
from pathlib import Path
from envs.tasks import building, treasure_hunt
treasure_hunt.SIZES["small"] = (int(sys.argv[1]), int(sys.argv[2]))
building.build("treasure-hunt", "small", int(sys.argv[3]), Path(sys.argv[4]))
"""


def make_small(seed: int) -> Path:
    """The hunt of that seed, made if it is not there yet, in a process whose hashes are not randomised."""
    path = GAMES / f"treasure-hunt-{ROOMS}-rooms-{KEYS}-keys-{seed}.z8"
    if not path.exists():
        GAMES.mkdir(exist_ok=True)
        arguments = [str(ROOMS), str(KEYS), str(seed), str(path.resolve())]
        subprocess.run([sys.executable, "-c", _MAKE, *arguments], env={**os.environ, "PYTHONHASHSEED": "0"}, check=True)
    return path


MEMORIES = ("graph", "history", "none")


@dataclass
class Game:
    """How one game went."""

    score: float
    most: float
    won: bool
    commands: int
    steps: int
    seconds: float
    bill: Bill
    reply_faults: Counter[str] = field(default_factory=Counter)

    @property
    def summary(self) -> str:
        won = ", won" if self.won else ""
        return f"{self.score:g} of {self.most:g}{won} after {self.commands} commands, {self.seconds:.0f} s"


def play(model: ChatModel, kind: str, seed: int, commands: int, recall_tokens: int, show: bool = False) -> Game:
    """One game with a fresh memory of that kind."""
    env = open_game(make_small(seed))
    player = language_model(model)
    started = time.perf_counter()
    with ExitStack() as stack:
        memory = make_memory(kind, Tools(load_embedder(), player.extractor))
        stack.callback(memory.close)
        agent = Ariadne(env, memory, player.policy, max_steps=commands, recall_tokens=recall_tokens)
        steps = 0
        for step in agent.run():
            steps += 1
            if show:
                plan = "; ".join(goal.text for goal in step.plan.sub_goals)
                print(f"{steps}. {step.place} [{plan}] {step.decision.reason!r} -> {', '.join(step.commands)}"
                      f" {f'+{step.reward:g}' if step.reward else ''}", flush=True)  # fmt: skip
    env.close()
    info = agent.info
    assert info
    return Game(
        info["score"], info["max_score"], info["won"], len(agent.commands), steps, time.perf_counter() - started,
        model.usage, player.reply_faults,
    )  # fmt: skip


def figures(games: Sequence[Game]) -> dict[str, str]:
    """The games of one memory, by figure."""
    steps = sum(game.steps for game in games)
    total = sum((game.bill.total for game in games), start=games[0].bill.total.__class__())
    asked = total.calls - total.repairs
    return {
        "won": f"{sum(game.won for game in games)} of {len(games)}",
        "score": ", ".join(f"{game.score:g}" for game in games) + f" of {games[0].most:g}",
        "score, mean (of 1)": f"{statistics.mean(game.score / game.most for game in games):.2f}",
        "commands": ", ".join(str(game.commands) for game in games),
        "calls a step": f"{total.calls / steps:.1f}",
        **{
            f"prompt tokens of a call: {purpose}": _mean_tokens(games, purpose)
            for purpose in ("extract", "plan", "act")
        },
        "prompt tokens a step": f"{total.prompt_tokens / steps:.0f} ({total.cached_tokens / steps:.0f} cached)",
        "completion tokens a step": f"{total.completion_tokens / steps:.0f}",
        "replies valid at once": f"{1 - total.repairs / asked:.2f} ({asked - total.repairs} of {asked})",
        "replies not used as they were": _told(sum((game.reply_faults for game in games), Counter())),
        "seconds a step": f"{sum(game.seconds for game in games) / steps:.1f}",
    }


def _mean_tokens(games: Sequence[Game], purpose: str) -> str:
    used = [game.bill[purpose] for game in games if purpose in game.bill]
    calls = sum(usage.calls for usage in used)
    return f"{sum(usage.prompt_tokens for usage in used) / calls:.0f}" if calls else "-"


def _told(counts: Counter[str]) -> str:
    return ", ".join(f"{why} {count}" for why, count in counts.most_common()) or "-"
