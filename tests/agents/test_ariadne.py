"""The loop: every command is observed and remembered, walks stop at the unexpected, working memory is honest."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from agents.ariadne import Ariadne, Step
from agents.memories.protocol import AgentMemory, Cue, Moment
from agents.policies.protocol import STOP, Decision, Plan, Policy, Situation, SubGoal
from envs import Info, MiniWorld
from graphmem import Memory, Recollection
from graphmem.retrieval.budget import count_tokens


class Scripted(Policy):
    """A policy that does what it is told, and keeps what it was shown."""

    def __init__(self, *actions: str, about: tuple[str, ...] = ()) -> None:
        self.actions = iter(actions)
        self.about = about
        self.seen: list[Situation] = []

    def plan(self, situation: Situation) -> Plan:
        return Plan("win", (SubGoal("do as scripted", about=self.about),))

    def act(self, situation: Situation) -> Decision:
        self.seen.append(situation)
        return Decision(next(self.actions, STOP))


class Corridor:
    """Rooms A - B - C in a row from west to east; `surprise` may change a command's outcome."""

    task = "walk"

    def __init__(self, surprise: Callable[[str, int], int] | None = None) -> None:
        self._surprise = surprise or (lambda command, room: room)
        self._room = 0

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[str, Info]:
        self._room = 0
        return self._look(), self._info()

    def step(self, action: str) -> tuple[str, float, bool, bool, Info]:
        moves = {"go east": 1, "go west": -1}
        self._room = self._surprise(action, min(2, max(0, self._room + moves.get(action, 0))))
        return self._look(), 0.0, False, False, self._info()

    def _look(self) -> str:
        exits = [way for way, open_ in (("east", self._room < 2), ("west", self._room > 0)) if open_]
        ways = " ".join(f"There is an exit to the {way}." for way in exits)
        return f"-= Room {'ABC'[self._room]} =-\nYou are in a room.\n\n{ways}"

    def _info(self) -> Info:
        return Info(
            admissible_commands=["go east", "go west", "look"],
            inventory="You are carrying nothing.",
            score=0.0,
            max_score=1.0,
            won=False,
            lost=False,
            moves=0,
        )

    def close(self) -> None:
        pass


@pytest.fixture
def play(memory: Memory) -> Callable[..., list[Step]]:
    def run(env: Any, policy: Scripted, **options: Any) -> list[Step]:
        return list(Ariadne(env, memory, policy, **options).run())

    return run


def test_every_command_and_its_outcome_is_an_episode(play: Callable[..., list[Step]], memory: Memory) -> None:
    play(Corridor(), Scripted("go east", "look"), task="find the way")
    texts = [episode.text for episode in memory.episodes()]
    assert [text.splitlines()[0] for text in texts] == ["-= Room A =-", "> go east", "> look"]
    assert texts[0].endswith("find the way")
    assert [episode.metadata["place"] for episode in memory.episodes()] == ["Room A", "Room B", "Room B"]


def test_a_step_tells_what_was_learned_and_retired(play: Callable[..., list[Step]]) -> None:
    first, second, _ = play(Corridor(), Scripted("go east", "look"))
    assert "player, is in, Room A" in map(str, first.asserted)
    assert "Room B, is east of, Room A" in map(str, second.asserted)
    assert "player, is in, Room A" in map(str, second.retired)


def test_go_to_walks_the_map_and_every_command_counts(play: Callable[..., list[Step]], memory: Memory) -> None:
    steps = play(Corridor(), Scripted("go east", "go east", "go to Room A"))
    assert steps[2].commands == ("go west", "go west")
    assert "Room A" in steps[2].outcome
    assert len(memory.episodes()) == 5


def test_a_walk_stops_when_it_ends_up_elsewhere(play: Callable[..., list[Step]]) -> None:
    moves = iter([1, 2, 2, 0])

    def surprise(command: str, room: int) -> int:
        return next(moves, 0)  # the way back to Room B is gone: the agent stays in Room C

    steps = play(Corridor(surprise), Scripted("go east", "go east", "go to Room A", STOP))
    assert steps[2].commands == ("go west",)


def test_a_walk_to_an_unknown_place_looks_around(play: Callable[..., list[Step]]) -> None:
    (step, _) = play(Corridor(), Scripted("go to the moon"))
    assert step.commands == ("look",)


def test_the_number_of_commands_is_bounded_within_a_walk_too(play: Callable[..., list[Step]]) -> None:
    steps = play(Corridor(), Scripted("go east", "go east", "go to Room A"), max_steps=3)
    assert [command for step in steps for command in step.commands] == ["go east", "go east", "go west"]


def test_the_policy_sees_the_map_and_its_own_plan(play: Callable[..., list[Step]]) -> None:
    policy = Scripted("go east", "look")
    play(Corridor(), policy)
    assert policy.seen[0].unexplored == {"Room A": ["east"]}
    assert policy.seen[1].place == "Room B"
    assert policy.seen[1].distances == {"Room A": 1}
    assert policy.seen[1].unexplored == {"Room B": ["east"]}
    assert policy.seen[1].plan.goal == "win"
    assert [command for command, _ in policy.seen[2].recent] == ["go east", "look"]


def test_what_the_plan_is_about_is_recalled_before_acting(play: Callable[..., list[Step]], memory: Memory) -> None:
    memory.remember("a rumour", triples=[("treasure", "is under", "oak")], metadata={"world": ""})
    policy = Scripted(about=("treasure",))
    play(Corridor(), policy)
    assert "treasure, is under, oak" in policy.seen[0].recollection


class Talkative(AgentMemory):
    """Tells all it has taken in, whatever it may tell: its words, or with `facts` these."""

    def __init__(self, told: str | Recollection) -> None:
        self._told = told

    def take_in(self, moment: Moment) -> None:
        return None

    def recall(self, cue: Cue, budget: int) -> str | Recollection:
        return self._told


def test_of_a_memory_that_tells_too_much_the_beginning_is_heard(memory: Memory) -> None:
    policy = Scripted("look")
    told = "\n".join(f"Box {number} holds a lamp." for number in range(60))
    list(Ariadne(Corridor(), Talkative(told), policy, recall_tokens=50).run())
    heard = policy.seen[0].recollection
    assert told.startswith(heard)
    assert 45 <= count_tokens(heard) <= 50

    memory.remember("boxes", triples=[(f"lamp {number}", "is in", f"box {number}") for number in range(60)])
    whole = memory.recall("lamps", budget=1000)
    list(Ariadne(Corridor(), Talkative(whole), policy, recall_tokens=50).run())
    assert count_tokens(policy.seen[-1].recollection) <= 50
    assert policy.seen[-1].facts == whole.facts[: len(policy.seen[-1].facts or ())]


def test_a_run_ends_when_the_game_does(memory: Memory) -> None:
    def commands() -> Iterator[str]:
        while True:
            yield "look"

    env = MiniWorld(max_steps=4)
    steps = list(Ariadne(env, memory, Scripted(*[next(commands()) for _ in range(20)])).run())
    assert sum(len(step.commands) for step in steps) == 4


def test_a_second_try_knows_the_map_and_where_things_were_at_first(
    play: Callable[..., list[Step]], memory: Memory
) -> None:
    memory.remember("before", triples=[("key", "is in", "Room C"), ("chest", "is", "locked")], metadata={"world": "w"})
    play(Corridor(), Scripted("go east"), world="w")
    memory.remember("moved", triples=[("key", "is in", "inventory"), ("chest", "is", "open")], metadata={"world": "w"})
    policy = Scripted()
    play(Corridor(), policy, world="w")
    assert policy.seen[0].distances == {"Room B": 1}
    assert [str(fact) for fact in memory.facts("key")] == ["key, is in, Room C"]
    assert memory.facts("chest") == []


def test_of_another_world_nothing_is_taken_for_true(play: Callable[..., list[Step]], memory: Memory) -> None:
    play(Corridor(), Scripted("go east"), world="one")
    policy = Scripted()
    play(Corridor(), policy, world="two")
    assert policy.seen[0].distances == {}
    assert "Room B, is east of, Room A" in map(str, memory.facts("Room B", retired=True))
