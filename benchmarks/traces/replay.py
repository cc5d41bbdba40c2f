"""A recorded run through Memory and LLMPolicy, over HTTP, as Ariadne puts them together."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from agents.ariadne import RECENT
from agents.extraction import game_model
from agents.memories import GraphMemory
from agents.memories.protocol import Cue, Moment
from agents.players import Player, language_model
from agents.policies.llm import LLMPolicy
from agents.policies.protocol import GO_TO, Plan, Situation
from agents.worldmap import WorldMap
from benchmarks.traces.record import Key, Run, Turn, loose
from benchmarks.traces.replies import RecordedReplies
from envs import Environment, open_game
from graphmem import Learned, Memory, Triple
from graphmem.embedding import load_embedder
from graphmem.extraction.textworld.slots import slot
from graphmem.llm import ChatModel
from tests.model_server import ChatServer

_TITLE = re.compile(r"^-= (.+?) =-\s*$", re.MULTILINE)

ONE_SLOT = "of two values of one slot in one reply the last holds"

# AriGraph renames one of the game's commands, by what it is done with.
_COOK = {"stove": "fry", "oven": "roast", "bbq": "grill"}


@dataclass(frozen=True, slots=True)
class After:
    """What one turn did to our graph. Facts are given by their keys, `retired` with whether a rule did it."""

    turn: Turn
    facts: frozenset[Key]
    named: frozenset[Key]
    unshown: frozenset[Key]
    dropped: dict[Key, str]
    retired: dict[Key, str | None]


@dataclass
class Replay:
    """A run replayed: after each turn, every request, and what was not taken of the replies.

    `requests` holds (turn, body); `counts` is the extractor's and the policy's own.
    """

    run: Run
    rules: bool
    after: list[After] = field(default_factory=list)
    requests: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    decided: list[tuple[str, str]] = field(default_factory=list)
    """The recorded command of each turn, and what the policy made of it."""
    calls: int = 0
    followed: int = 0
    """Turns at which a game, played along, stood where the record did."""


def replay(run: Run, *, rules: bool, game: Path | None = None) -> Replay:
    """Feed a run's observations and replies through our own agent; with `rules`, also plan and act.

    Without `rules` the graph is what the model says: no single-valued slots, no map. A `game` is played along for the
    commands it admits, which the prompts list; without it, the recorded action is all there is.
    """
    done = Replay(run, rules)
    replies = RecordedReplies(run.turns[0])
    with ChatServer(replies) as server, ChatModel("gpt-4", base_url=server.url, api_key="none") as llm:
        reader = game_model(llm)
        ours = language_model(llm, reader=reader)
        extractor, slot_of = (ours.extractor, slot) if rules else (reader, _no_slot)
        with Memory(":memory:", extractor=extractor, embedder=load_embedder(), slot_of=slot_of) as memory:
            remembered = GraphMemory(memory)
            player = _Player(run, remembered, ours, game if rules else None)
            before = ""
            for replies.turn in run.turns:
                counted, sent = reader.counts.copy(), len(server.requests)
                learned = remembered.take_in(Moment(replies.turn.number, f"{before}{replies.turn.observation}"))
                done.after.append(_after(memory, learned, replies, reader.counts - counted))
                if rules:
                    player.turn(replies.turn, learned)
                done.requests += [(replies.turn.number, body) for body in server.requests[sent:]]
                before = f"> {replies.turn.command}\n"
            done.followed, done.decided = player.followed, player.decided
        policy = ours.policy
        done.counts = reader.counts + (policy.counts if isinstance(policy, LLMPolicy) else Counter())
        done.calls = llm.usage.total.calls
    return done


def _no_slot(_: Triple) -> None:
    return None


def _after(memory: Memory, learned: Learned, replies: RecordedReplies, faults: Counter[str]) -> After:
    assert not learned.episode.pending, learned.episode.error
    known = {loose(fact.triple.key) for fact in (*learned.asserted, *learned.supported)}
    missing = {loose(Triple(*triple).key) for triple in replies.turn.triples} - known
    retired = {loose(fact.triple.key): fact for fact in learned.retired}
    why = " or ".join(fault for fault in faults if fault in ("ungrounded", "self", "empty"))
    return After(
        replies.turn,
        frozenset(loose(fact.triple.key) for fact in memory.facts()),
        frozenset(replies.shown | replies.unshown),
        frozenset(replies.unshown),
        dict.fromkeys(missing, why or ONE_SLOT),
        {key: None if key in replies.shown else fact.slot for key, fact in retired.items()},
    )


class _Player:
    """Plans and acts as the record says, with the working memory that Ariadne would have."""

    def __init__(self, run: Run, memory: GraphMemory, player: Player, game: Path | None) -> None:
        self._run = run
        self._memory = memory
        self._policy = player.policy
        self._budget = player.recall_tokens
        self._plan = Plan(goal=run.task)
        self._recent: deque[tuple[str, str]] = deque(maxlen=RECENT)
        self._place: str | None = None
        self._game = _Game(game) if game else None
        self._command = ""
        self.followed = 0
        self.decided: list[tuple[str, str]] = []

    def turn(self, turn: Turn, learned: Learned) -> None:
        if self._command:
            self._recent.append((self._command, turn.observation))
        title = _TITLE.search(turn.observation)
        self._place = title[1] if title else self._place
        self._command = turn.command
        admissible = turn.admissible or (turn.command,)
        if self._game and self._game.stands_at(turn):
            admissible, self.followed = self._game.admissible, self.followed + 1
        situation, worldmap = self._situation(turn, learned, admissible)
        plan = self._policy.plan(situation)
        anew = set(plan.about) - set(self._plan.about)
        self._plan = plan
        if anew:
            situation, worldmap = self._situation(turn, learned, admissible)
        situation = replace(situation, plan=plan)
        self.decided.append((turn.command, self._policy.act(situation).action))
        if self._game:
            self._game.send(turn.command, self._place, worldmap)

    def _situation(self, turn: Turn, learned: Learned, admissible: Sequence[str]) -> tuple[Situation, WorldMap]:
        names = self._policy.queries(learned.episode.mentions, self._plan)
        found = self._memory.recall(Cue(turn.observation, self._place, str(self._plan), names), self._budget)
        seen = (*learned.asserted, *learned.supported)
        worldmap = WorldMap([*found.facts, *seen])
        situation = Situation(
            task=self._run.task,
            observation=turn.observation,
            inventory=turn.inventory,
            admissible=admissible,
            plan=self._plan,
            recent=tuple(self._recent),
            place=self._place,
            recollection=str(found),
            facts=found.facts,
            learned=seen,
            distances=worldmap.distances(self._place),
            unexplored=worldmap.unexplored(),
        )
        return situation, worldmap


class _Game:
    """The game itself, played along."""

    def __init__(self, path: Path) -> None:
        self._env: Environment = open_game(path)
        self._observation, self._info = self._env.reset()

    @property
    def admissible(self) -> tuple[str, ...]:
        """The game's commands, under AriGraph's names."""
        return tuple(map(_renamed, self._info["admissible_commands"]))

    def stands_at(self, turn: Turn) -> bool:
        """Whether the game shows the same inventory, and the same room if it shows one."""
        same_room = _title(self._observation) == _title(turn.observation)
        return same_room and self._info["inventory"].split() == turn.inventory.split()

    def send(self, command: str, place: str | None, worldmap: WorldMap) -> None:
        for each in _commands(command, place, worldmap):
            self._observation, _, _, _, self._info = self._env.step(each)


def _title(observation: str) -> str:
    found = _TITLE.search(observation)
    return found[1].casefold().replace(" ", "") if found else ""


def _renamed(command: str) -> str:
    verb = _COOK.get(command.casefold().rsplit(" ", 1)[-1])
    return command.replace("cook ", f"{verb} ", 1) if verb and command.startswith("cook ") else command


def _commands(command: str, place: str | None, worldmap: WorldMap) -> Iterator[str]:
    if not command.startswith(GO_TO) or not place:
        verb, _, rest = command.partition(" ")
        yield f"cook {rest}" if verb in _COOK.values() else command
        return
    for direction, _ in worldmap.route(place, command.removeprefix(GO_TO)) or ():
        yield f"go {direction}"
