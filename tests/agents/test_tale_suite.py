"""The agent in a harness that calls it, as tale-suite's benchmark does."""

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from agents.policies.heuristic import HeuristicPlayer
from agents.policies.protocol import STOP, Decision, Plan, Policy, Situation
from agents.tale_suite import IDLE, TaleSuiteAgent
from envs.tasks import make
from graphmem import Memory
from graphmem.embedding import load_embedder
from graphmem.errors import InputError, LLMError

textworld = pytest.importorskip("textworld")


@pytest.fixture(scope="module")
def game(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make("cooking", "level1", 1, tmp_path_factory.mktemp("games"))


Start = Callable[..., Any]


@pytest.fixture
def start(game: Path) -> Iterator[Start]:
    """Opens the game as tale-suite opens TextWorld's: texts as they are printed, no inventory."""
    opened = []

    def open_game(*, admissible_commands: bool = True) -> Any:
        wanted = textworld.EnvInfos(
            score=True, max_score=True, won=True, lost=True, feedback=True, moves=True,
            admissible_commands=admissible_commands,
        )  # fmt: skip
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=".*is not fully supported")
            opened.append(textworld.start(str(game), wanted, wrappers=[textworld.envs.wrappers.Filter]))
        return opened[-1]

    yield open_game
    for env in opened:
        env.close()


def benchmark(agent: TaleSuiteAgent, env: Any, steps: int, *, again: bool = False) -> tuple[list[str], dict[str, Any]]:
    """The loop of tale-suite's benchmark: the commands, and the last info. With `again`, it plays on after a win."""
    obs, info = env.reset()
    agent.reset(obs, info, "TWCookingLevel1")
    score, done = 0, False
    commands = []
    for _ in range(steps):
        commands.append(agent.act(obs, score, done, info))
        obs, _, done, info = env.step(commands[-1])
        score = info["score"]
        if done:
            if info["won"] and not again:
                break
            last_obs = obs
            obs, info = env.reset()
            obs = last_obs + "\n\n-= Restarting =-\n" + obs
            agent.reset(obs, info, "TWCookingLevel1")
            done = False
    agent.close()
    return commands, info


class Scripted(Policy):
    """Does what it is told to, one after the other, then stops; keeps what it was shown."""

    def __init__(self, *actions: str | Exception) -> None:
        self._actions = list(actions)
        self.seen: list[Situation] = []

    def plan(self, situation: Situation) -> Plan:
        return Plan()

    def act(self, situation: Situation) -> Decision:
        self.seen.append(situation)
        action = self._actions.pop(0) if self._actions else STOP
        if isinstance(action, Exception):
            raise action
        return Decision(action)


def test_it_wins_a_game(start: Start) -> None:
    embedder = load_embedder("minilm")
    with Memory(":memory:", embedder=embedder) as memory:
        _, info = benchmark(TaleSuiteAgent(memory, HeuristicPlayer(embedder)), start(), 40)
    assert info["won"]


def test_all_that_happened_is_remembered(start: Start, memory: Memory) -> None:
    policy = Scripted("inventory", "open fridge", "look")
    benchmark(TaleSuiteAgent(memory, policy), start(), 3)
    first, *rest = (episode.text for episode in memory.episodes())
    assert first.startswith("You are hungry!")
    assert "$$" not in first
    assert [text.splitlines()[0] for text in rest] == ["> inventory", "> open fridge"]  # the third was never answered


def test_what_is_carried_is_what_the_memory_says(start: Start, memory: Memory) -> None:
    env = start()
    _, info = env.reset()
    take = next(command for command in info["admissible_commands"] if command.startswith("take "))
    policy = Scripted(take, "look")
    benchmark(TaleSuiteAgent(memory, policy), env, 2)
    before, after = (situation.inventory for situation in policy.seen)
    assert before == "You are carrying nothing."
    assert after == f"You are carrying: {take.removeprefix('take ').partition(' from ')[0]}."


def test_the_end_of_a_game_is_remembered_and_the_next_one_begins(start: Start, memory: Memory) -> None:
    embedder = load_embedder("minilm")
    benchmark(TaleSuiteAgent(memory, HeuristicPlayer(embedder)), start(), 30, again=True)
    texts = [episode.text for episode in memory.episodes()]
    assert any("*** The End ***" in text for text in texts)
    assert "A new game begins." in texts
    assert not any("Restarting" in text for text in texts)


def test_when_it_sees_nothing_left_to_do_it_looks(start: Start, memory: Memory) -> None:
    commands, _ = benchmark(TaleSuiteAgent(memory, Scripted("inventory")), start(), 3)
    assert commands == ["inventory", IDLE, IDLE]


def test_a_fault_in_the_loop_reaches_the_harness(start: Start, memory: Memory) -> None:
    agent = TaleSuiteAgent(memory, Scripted(LLMError("the endpoint is gone")))
    with pytest.raises(LLMError, match="the endpoint is gone"):
        benchmark(agent, start(), 1)
    agent.close()


def test_without_admissible_commands_it_says_what_to_do(start: Start, memory: Memory) -> None:
    with pytest.raises(InputError, match="--admissible-commands"):
        benchmark(TaleSuiteAgent(memory, Scripted()), start(admissible_commands=False), 1)


def test_a_game_may_be_left_at_any_time(start: Start, memory: Memory) -> None:
    obs, info = start().reset()
    agent = TaleSuiteAgent(memory, Scripted(*["look"] * 9))
    for _ in range(3):
        agent.reset(obs, info)
        agent.act(obs, 0, False, info)
    agent.close()
    agent.close()
    assert sum(episode.metadata.get("start", False) for episode in memory.episodes()) == 3
