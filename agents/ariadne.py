"""Ariadne, AriGraph's agent (section 3): observe, remember, recall, plan, act."""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from agents.memories import AgentMemory, GraphMemory
from agents.memories.history import cut
from agents.memories.protocol import Cue, Moment
from agents.policies.protocol import GO_TO, STOP, Decision, Plan, Policy, Situation
from agents.tried import Tried
from agents.worldmap import WorldMap
from envs import Environment, Info
from graphmem import Fact, Learned, Memory, Recollection
from graphmem.errors import InputError
from graphmem.records import entity_key
from graphmem.retrieval.budget import count_tokens, recollect

T = TypeVar("T")

RECENT = 5
"""How many of the latest commands stay in working memory."""

_TITLE = re.compile(r"^-= (.+?) =-\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Step:
    """One turn of the loop: what was seen and learned, what was recalled and planned, what was done, the score after.

    `outcome` is the observation that the action led to, and `commands` what was sent to the game for it: several, or
    none, when it was to `go to` a place. What was learned on that way is in `learned` of the following step.
    `memory_ms` is the time spent in the memory.
    """

    number: int
    place: str | None
    observation: str
    learned: tuple[Learned, ...]
    recollection: Recollection
    plan: Plan
    decision: Decision
    commands: tuple[str, ...]
    outcome: str
    reward: float
    info: Info
    memory_ms: float

    @property
    def asserted(self) -> tuple[Fact, ...]:
        return tuple(fact for learned in self.learned for fact in learned.asserted)

    @property
    def retired(self) -> tuple[Fact, ...]:
        return tuple(fact for learned in self.learned for fact in learned.retired)


@dataclass
class _Now:
    """Where the agent stands between two turns; `newest` is what the memory read in the `observation`, if it reads."""

    observation: str
    info: Info
    place: str | None = None
    learned: list[Learned] = field(default_factory=list)
    newest: Learned | None = None
    over: bool = False
    memory_seconds: float = 0.0

    @property
    def facts(self) -> tuple[Fact, ...] | None:
        """What the observation taught; None when nobody, or nobody yet, has read it."""
        if self.newest is None or self.newest.episode.pending:
            return None
        return (*self.newest.asserted, *self.newest.supported)


@dataclass(frozen=True, slots=True)
class _Recalled:
    """What the memory told, the facts in it (None where it tells but text), and the map that these draw."""

    recollection: Recollection
    facts: tuple[Fact, ...] | None
    map: WorldMap


class Ariadne:
    """Plays `env` with `memory`, as `policy` plans and decides.

    A plain `Memory` is played with as a graph. `task` is told to the agent at the first step (the environment's own,
    when left out). It sends at most `max_steps` commands. `world` names what is played: a memory of the same world
    keeps its map and notes for another try, but not where things were; of another world's facts none holds any more.
    A recollection takes at most `recall_tokens`.
    """

    def __init__(
        self,
        env: Environment,
        memory: AgentMemory | Memory,
        policy: Policy,
        *,
        task: str = "",
        max_steps: int = 300,
        world: str = "",
        recall_tokens: int = 1000,
    ) -> None:
        self._env = env
        self._memory = GraphMemory(memory) if isinstance(memory, Memory) else memory
        self._policy = policy
        self._task = task or env.task
        self._max_steps = max_steps
        self._world = world
        self._budget = recall_tokens
        self._recent: deque[tuple[str, str]] = deque(maxlen=RECENT)
        self._tried = Tried()
        self._plan = Plan(goal=self._task)
        self._lessons = self._memory.lessons()
        self._now: _Now | None = None
        self.commands: list[str] = []
        """Every command sent to the game by this run, in order."""
        self.unread = 0
        """How many observations of this run the memory could not read."""

    def run(self, *, resume: bool = False, plan: Plan | None = None, number: int = 0) -> Iterator[Step]:
        """Play until the game is over, or `max_steps` commands were sent; a step is given when its action is done.

        With `resume`, the run goes on that the memory ends with, after step `number` and its `plan`. Raises
        `InputError` when the memory does not end with a run of this game.
        """
        self._plan = plan or self._plan
        now = self._now = self._resumed() if resume else self._started()
        while not now.over and len(self.commands) < self._max_steps:
            number += 1
            yield self._turn(number, now)

    @property
    def info(self) -> Info | None:
        """What the game says of itself now; None before the run."""
        return self._now.info if self._now else None

    def reflect(self) -> str | None:
        """Have the policy draw a lesson from this run, and remember it for the next attempt."""
        if self._now is None:
            return None
        lesson = self._policy.reflect(self._situation(self._now, _Recalled(_text_only(""), None, WorldMap())))
        if lesson:
            self._memory.keep_lesson(lesson)
        return lesson

    def _started(self) -> _Now:
        self._memory.begin(self._world)
        observation, info = self._env.reset()
        now = _Now(observation, info)
        self._observe(now, observation if not self._task else f"{observation}\n\n{self._task}", first=True)
        return now

    def _resumed(self) -> _Now:
        """The game brought to where the memory's last run stopped."""
        run = self._memory.last_run(self._world)
        if not run:
            raise InputError("the memory holds no run of this game to resume; play without --resume")
        observation, info = self._env.reset()
        now = _Now(observation, info)
        self._locate(now)
        for text in run[1:]:
            command, _, seen = text.removeprefix("> ").partition("\n")
            self._do(command, now)
            if now.observation != seen:
                raise InputError(f'the game does not answer "{command}" as the memory says; it is another game')
        return now

    def _turn(self, number: int, now: _Now) -> Step:
        seen, place = now.observation, now.place
        learned, now.learned = tuple(now.learned), []
        found = self._recall(now, self._plan)
        plan = self._policy.plan(self._situation(now, found))
        if set(plan.about) - set(self._plan.about):  # reading costs nothing: look again for what is newly wanted
            found = self._recall(now, plan)
        self._plan = plan
        decision = self._policy.act(self._situation(now, found))
        before = now.info["score"]
        commands = self._carry_out(decision.action, now, found.map)
        spent, now.memory_seconds = now.memory_seconds, 0.0
        return Step(
            number, place, seen, learned, found.recollection, plan, decision, tuple(commands),
            now.observation, now.info["score"] - before, now.info, 1000 * spent,
        )  # fmt: skip

    def _situation(self, now: _Now, found: _Recalled) -> Situation:
        return Situation(
            task=self._task,
            observation=now.observation,
            inventory=now.info["inventory"],
            admissible=tuple(now.info["admissible_commands"]),
            recollection=str(found.recollection),
            plan=self._plan,
            recent=tuple(self._recent),
            place=now.place,
            distances=found.map.distances(now.place),
            unexplored=found.map.unexplored(),
            lessons=self._lessons,
            facts=found.facts,
            learned=now.facts,
            tried=self._tried.here(now.place, now.info),
            moves=len(self.commands),
        )

    def _recall(self, now: _Now, plan: Plan) -> _Recalled:
        """What bears on the plan and on what is before the agent (section 2.2), without what it has just read."""
        names = self._policy.queries(now.newest.episode.mentions if now.newest else (), plan)
        cue = Cue(now.observation, now.place, str(plan), names)
        found = _within(self._budget, self._timed(now, lambda: self._memory.recall(cue, self._budget)))
        if isinstance(found, str):
            return _Recalled(_text_only(found), None, WorldMap())
        return _Recalled(found, found.facts, WorldMap([*found.facts, *(now.facts or ())]))

    def _carry_out(self, action: str, now: _Now, worldmap: WorldMap) -> list[str]:
        """Carry out one action; `go to` walks the map until it is there, or something unexpected happens."""
        if action == STOP:
            now.over = True
            return []
        if not action.startswith(GO_TO) or action in now.info["admissible_commands"]:
            self._send(action, now)
            return [action]
        commands: list[str] = []
        for direction, place in (now.place and worldmap.route(now.place, action.removeprefix(GO_TO))) or ():
            command = f"go {direction}"
            spent = len(self.commands) >= self._max_steps
            if spent or now.over or command not in now.info["admissible_commands"]:
                break
            self._send(command, now)
            commands.append(command)
            if entity_key(now.place or "") != entity_key(place):
                break
        if not commands and not now.over:  # no known way: look around rather than stand still
            self._send("look", now)
            commands.append("look")
        return commands

    def _send(self, command: str, now: _Now) -> None:
        place = now.place
        self._do(command, now)
        self._observe(now, f"> {command}\n{now.observation}", place=place)

    def _do(self, command: str, now: _Now) -> None:
        """Send a command, and note what it led to."""
        place, before = now.place, now.info
        now.observation, _, terminated, truncated, now.info = self._env.step(command)
        now.over = terminated or truncated
        self._locate(now)
        self._tried.add(place, before, command, now.observation)
        self.commands.append(command)
        self._recent.append((command, now.observation))

    @staticmethod
    def _locate(now: _Now) -> None:
        title = _TITLE.search(now.observation)
        now.place = title[1] if title else now.place

    def _observe(self, now: _Now, text: str, *, place: str | None = None, first: bool = False) -> None:
        """Have the memory take in what is before the agent; `place` is where it was when it sent the command."""
        self._locate(now)
        moment = Moment(len(self.commands), text, place, now.info["score"], first, now.place)
        now.newest = self._timed(now, lambda: self._memory.take_in(moment))
        if now.newest:
            now.learned.append(now.newest)
            self.unread += now.newest.episode.pending

    @staticmethod
    def _timed(now: _Now, call: Callable[[], T]) -> T:
        start = time.perf_counter()
        try:
            return call()
        finally:
            now.memory_seconds += time.perf_counter() - start


def _within(budget: int, found: Recollection | str) -> Recollection | str:
    """What a memory tells, the end of it left out where it is more than its budget."""
    if count_tokens(str(found)) <= budget:
        return found
    return cut(found, budget) if isinstance(found, str) else recollect(found.facts, found.episodes, budget=budget)


def _text_only(text: str) -> Recollection:
    return Recollection((), (), text)
