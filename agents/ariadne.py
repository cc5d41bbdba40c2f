"""Ariadne, AriGraph's agent (section 3): observe, remember, recall, plan, act."""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TypeVar

from agents.memories.protocol import LoopMemory
from agents.policies.protocol import GO_TO, STOP, Decision, Plan, Policy, Situation
from agents.worldmap import RELATIONS, WorldMap
from envs import Environment, Info
from graphmem import Fact, Learned, Recollection
from graphmem.errors import InputError
from graphmem.records import entity_key

T = TypeVar("T")

RECENT = 5
"""How many of the latest commands stay in working memory."""

LESSONS = 3
"""How many lessons of earlier attempts are kept in mind."""

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
    """Where the agent stands between two turns."""

    observation: str
    info: Info
    place: str | None = None
    learned: list[Learned] = field(default_factory=list)
    over: bool = False
    memory_seconds: float = 0.0


def lessons(memory: LoopMemory) -> list[str]:
    """What was learned from earlier attempts, the latest `LESSONS`."""
    told = [episode.text for episode in memory.episodes() if episode.metadata.get("kind") == "lesson"]
    return told[-LESSONS:]


class Ariadne:
    """Plays `env` with `memory`, as `policy` plans and decides.

    `task` is told to it at the first step (the environment's own, when left out). It sends at most `max_steps`
    commands. `world` names what is played: a memory of the same world keeps its map and notes for another try, but
    not where things were; of another world's facts none holds any more. A recollection takes at most `recall_tokens`.
    """

    def __init__(
        self,
        env: Environment,
        memory: LoopMemory,
        policy: Policy,
        *,
        task: str = "",
        max_steps: int = 300,
        world: str = "",
        recall_tokens: int = 1000,
    ) -> None:
        self._env = env
        self._memory = memory
        self._policy = policy
        self._task = task or env.task
        self._max_steps = max_steps
        self._world = world
        self._budget = recall_tokens
        self._recent: deque[tuple[str, str]] = deque(maxlen=RECENT)
        self._plan = Plan(goal=self._task)
        self._lessons = lessons(memory)
        self._now: _Now | None = None
        self.commands: list[str] = []
        """Every command sent to the game by this run, in order."""

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
        lesson = self._policy.reflect(self._situation(self._now, WorldMap([])))
        if lesson:
            metadata = {"world": self._world, "kind": "lesson"}
            self._memory.remember(lesson, triples=(), metadata=metadata)
        return lesson

    def _started(self) -> _Now:
        self._begin_anew()
        observation, info = self._env.reset()
        now = _Now(observation, info)
        self._observe(now, observation if not self._task else f"{observation}\n\n{self._task}", start=True)
        return now

    def _resumed(self) -> _Now:
        """The game brought to where the memory's last run stopped."""
        self._memory.extract_pending()
        episodes = self._memory.episodes()
        starts = [index for index, episode in enumerate(episodes) if episode.metadata.get("start")]
        run = episodes[starts[-1] :] if starts and episodes[starts[-1]].metadata.get("world") == self._world else []
        if not run:
            raise InputError("the memory holds no run of this game to resume; play without --resume")
        observation, info = self._env.reset()
        now = _Now(observation, info)
        self._locate(now)
        for episode in run[1:]:
            command, _, seen = episode.text.removeprefix("> ").partition("\n")
            now.observation, _, terminated, truncated, now.info = self._env.step(command)
            now.over = terminated or truncated
            self._locate(now)
            self._note(command, now)
            if now.observation != seen:
                raise InputError(f'the game does not answer "{command}" as the memory says; it is another game')
        return now

    def _begin_anew(self) -> None:
        """The game starts over: what earlier runs left in the memory is set right.

        Of this world, map and notes are true, and things are where they were first seen; of another, nothing holds.
        What was not learned in a run is left alone.
        """
        metadata = {episode.id: episode.metadata for episode in self._memory.episodes()}
        worlds = {id_: given["world"] for id_, given in metadata.items() if "world" in given}
        if not worlds:
            return
        begun = {id_ for id_, given in metadata.items() if given.get("kind") == "begin"}
        played = [fact for fact in self._memory.facts(retired=True) if fact.asserted_by in worlds]
        here = [fact for fact in played if worlds[fact.asserted_by] == self._world]
        first: dict[str, Fact] = {}
        for fact in here:
            if fact.slot == "location" and entity_key(fact.object) != "inventory":
                first.setdefault(entity_key(fact.subject), fact)
        first.pop("player", None)
        lasting = [fact for fact in here if not fact.slot and (fact.current or fact.retired_by in begun)]
        self._memory.remember(
            "A new game begins.",
            triples=[fact.triple for fact in (*lasting, *first.values())],
            outdated=[
                fact for fact in played if fact.current and (fact.slot or worlds[fact.asserted_by] != self._world)
            ],
            metadata={"world": self._world, "kind": "begin"},
        )

    def _turn(self, number: int, now: _Now) -> Step:
        seen, place, learned = now.observation, now.place, self._learned(now)
        worldmap = self._timed(now, lambda: WorldMap(self._memory.facts(relations=RELATIONS)))
        situation = self._situation(now, worldmap)
        found = self._timed(now, lambda: self._recall(learned, self._plan))
        plan = self._policy.plan(replace(situation, recollection=str(found)))
        if set(plan.about) - set(self._plan.about):  # reading costs nothing: look again for what is newly wanted
            found = self._timed(now, lambda: self._recall(learned, plan))
        self._plan = plan
        decision = self._policy.act(replace(situation, recollection=str(found), plan=plan))
        before = now.info["score"]
        commands = self._do(decision.action, now, worldmap)
        spent, now.memory_seconds = now.memory_seconds, 0.0
        return Step(
            number, place, seen, learned, found, plan, decision, tuple(commands),
            now.observation, now.info["score"] - before, now.info, 1000 * spent,
        )  # fmt: skip

    def _learned(self, now: _Now) -> tuple[Learned, ...]:
        """What was learned since the last turn; what could not be extracted is tried once more."""
        learned, now.learned = now.learned, []
        if any(each.episode.pending for each in learned):
            again = {each.episode.id: each for each in self._timed(now, self._memory.extract_pending)}
            learned = [again.get(each.episode.id, each) for each in learned]
        return tuple(learned)

    def _situation(self, now: _Now, worldmap: WorldMap) -> Situation:
        return Situation(
            task=self._task,
            observation=now.observation,
            inventory=now.info["inventory"],
            admissible=tuple(now.info["admissible_commands"]),
            plan=self._plan,
            recent=tuple(self._recent),
            place=now.place,
            distances=worldmap.distances(now.place) if now.place else {},
            unexplored=worldmap.unexplored(),
            lessons=self._lessons,
        )

    def _recall(self, learned: tuple[Learned, ...], plan: Plan) -> Recollection:
        """What bears on the plan and on what is before the agent (section 2.2), without what it has just read."""
        queries = self._policy.queries(learned[-1].episode.mentions if learned else (), plan)
        current = [each.episode.id for each in learned[-1:]]
        return self._memory.recall(
            list(queries) or self._task or "what to do", plan=str(plan), budget=self._budget, without=current
        )

    def _do(self, action: str, now: _Now, worldmap: WorldMap) -> list[str]:
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
        now.observation, _, terminated, truncated, now.info = self._env.step(command)
        now.over = terminated or truncated
        self._note(command, now)
        self._observe(now, f"> {command}\n{now.observation}")

    def _note(self, command: str, now: _Now) -> None:
        self.commands.append(command)
        self._recent.append((command, now.observation))

    def _locate(self, now: _Now) -> None:
        title = _TITLE.search(now.observation)
        now.place = title[1] if title else now.place

    def _observe(self, now: _Now, text: str, *, start: bool = False) -> None:
        self._locate(now)
        metadata = {"world": self._world, "place": now.place, "score": now.info["score"]}
        if start:
            metadata["start"] = True
        now.learned.append(self._timed(now, lambda: self._memory.remember(text, metadata=metadata)))

    @staticmethod
    def _timed(now: _Now, call: Callable[[], T]) -> T:
        start = time.perf_counter()
        try:
            return call()
        finally:
            now.memory_seconds += time.perf_counter() - start
