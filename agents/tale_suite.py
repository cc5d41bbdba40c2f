"""The agent for harnesses that call it: tale-suite's `reset(obs, info, env_name)` and `act(obs, reward, done, infos)`.

Ariadne calls its environment, tale-suite calls its agent. So Ariadne runs in a thread of its own, on an environment
whose `step` hands the command to `act`, and waits there for the harness to come back with what it led to. At any time
one of the two waits for the other.

>>> agent = TaleSuiteAgent(memory, policy)
>>> agent.reset(obs, info, "TWCookingLevel1")
>>> command = agent.act(obs, 0, False, info)
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from queue import SimpleQueue
from typing import Any

from agents.ariadne import Ariadne
from agents.policies.protocol import Policy, Situation
from envs.feedback import observation_text
from envs.protocol import Info
from graphmem import Memory
from graphmem.errors import InputError

IDLE = "look"
"""What is played when the agent sees nothing left to do, and the harness goes on."""

_RESTART = "-= Restarting =-"  # stands between the end of one game and the begin of the next
_ENDLESS = 10**9  # commands; the harness has its own limit


class TaleSuiteAgent:
    """Plays with `memory` as `policy` decides; the memory goes on from game to game.

    The harness must be told to give admissible commands (`--admissible-commands`).
    """

    def __init__(self, memory: Memory, policy: Policy, *, recall_tokens: int = 1000) -> None:
        self._memory = memory
        self._policy = policy
        self._recall_tokens = recall_tokens
        self._game: _Game | None = None
        self._world = ""

    def reset(self, obs: str, info: Mapping[str, Any], env_name: object = "") -> None:
        """A game begins; `obs` may hold the end of the one before, which is remembered too."""
        ended, restarted, begin = obs.rpartition(_RESTART)
        self.close(ended if restarted else None)
        self._world = str(env_name) or self._world
        self._game = _Game(begin, info)

    def act(self, obs: str, reward: float, done: bool, infos: Mapping[str, Any]) -> str:
        """The next command. Raises what went wrong in the loop, and `InputError` without commands to choose from."""
        if self._game is None:
            raise InputError("act was called before reset")
        if self._game.player is None:
            self._game.play_with(self._agent(self._game))
        else:
            self._game.go_on(obs, infos, over=done)
        return self._game.command()

    def close(self, ended: str | None = None) -> None:
        """Leave the game, and wait until all is saved; `ended` is how it ended, as far as that is told."""
        if self._game:
            self._game.leave(ended)
        self._game = None

    def _agent(self, game: _Game) -> Ariadne:
        return _Carrying(
            game,
            self._memory,
            self._policy,
            max_steps=_ENDLESS,
            world=self._world,
            recall_tokens=self._recall_tokens,
        )


class _Carrying(Ariadne):
    """Where the harness tells no inventory, what is carried is what the memory says."""

    def __init__(self, game: _Game, memory: Memory, policy: Policy, **settings: Any) -> None:
        super().__init__(game, memory, policy, **settings)
        self._graph = memory

    def _situation(self, *given: Any) -> Situation:
        situation = super()._situation(*given)
        return situation if situation.inventory else replace(situation, inventory=self._carried())

    def _carried(self) -> str:
        facts = self._graph.facts("inventory", relations="is in")
        names = ", ".join(fact.subject for fact in facts)
        return f"You are carrying: {names}." if names else "You are carrying nothing."


class _Left(Exception):
    """The harness has left the game that the agent waits in."""


class _Game:
    """The environment that the agent sees, and the harness's end of it."""

    task = ""

    def __init__(self, obs: str, info: Mapping[str, Any]) -> None:
        self._first = observation_text(obs), _read(info, over=False)
        self._score = self._first[1]["score"]
        self._commands: SimpleQueue[str | BaseException | None] = SimpleQueue()
        self._answers: SimpleQueue[tuple[str, Info, bool] | None] = SimpleQueue()
        self.player: threading.Thread | None = None
        self._over = False

    # The agent's end

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[str, Info]:
        return self._first

    def step(self, action: str) -> tuple[str, float, bool, bool, Info]:
        self._commands.put(action)
        answer = self._answers.get()
        if answer is None:
            raise _Left
        observation, info, over = answer
        reward, self._score = info["score"] - self._score, info["score"]
        return observation, reward, over, False, info

    def close(self) -> None:
        return

    # The harness's end

    def play_with(self, agent: Ariadne) -> None:
        """Let the agent begin."""
        self.player = threading.Thread(target=self._play, args=[agent], daemon=True)
        self.player.start()

    def _play(self, agent: Ariadne) -> None:
        try:
            for _ in agent.run():
                pass
            self._commands.put(None)
        except _Left:
            pass
        except BaseException as error:  # it belongs to whoever called `act`
            self._commands.put(error)

    def command(self) -> str:
        """What the agent does next."""
        command = None if self._over else self._commands.get()
        if isinstance(command, BaseException):
            self._over = True
            raise command
        self._over = command is None
        return IDLE if command is None else command

    def go_on(self, obs: str, info: Mapping[str, Any], *, over: bool) -> None:
        """What the last command led to."""
        if not self._over:
            self._answers.put((observation_text(obs), _read(info, over=over), over))

    def leave(self, ended: str | None) -> None:
        """End the agent's loop, with the last observation if it is known, and wait for it."""
        if self.player is None:
            return
        if not self._over:
            last = Info(**{**self._first[1], "admissible_commands": [], "score": self._score})
            self._answers.put(None if ended is None else (observation_text(ended), last, True))
        self.player.join()


def _read(info: Mapping[str, Any], *, over: bool) -> Info:
    commands = info.get("admissible_commands")
    if not commands and not over:
        raise InputError("there are no admissible commands to choose from: run tale-suite with --admissible-commands")
    return Info(
        admissible_commands=list(commands or ()),
        inventory=observation_text(info.get("inventory") or ""),
        score=float(info.get("score") or 0),
        max_score=float(info.get("max_score") or 0),
        won=bool(info.get("won")),
        lost=bool(info.get("lost")),
        moves=int(info.get("moves") or 0),
    )
