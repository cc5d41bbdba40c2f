"""Ariadne with a model behind real HTTP: it wins made games, faults and all, and loses no observation."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agents.ariadne import Ariadne, Step
from agents.memories import GraphMemory, open_memory
from agents.players import as_in_the_paper, language_model
from envs import MiniWorld, open_game
from envs.tasks import make
from graphmem import Memory
from graphmem.embedding import load_embedder
from graphmem.llm import ChatModel, Patience
from tests import model_server as faulty
from tests.agents.stand_in import StandIn
from tests.model_server import ChatServer

FAULTS = (
    None,
    faulty.status(429, retry_after="0"),
    faulty.status(500),
    None,
    faulty.drop(),
    faulty.say("no JSON at all, but héllo 日本"),
    faulty.say('{"wrong": "schema"}'),
    None,
    faulty.say(""),
    faulty.garbled(),
    faulty.say("x" * 200_000),
    None,
    None,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("games")


@pytest.fixture(scope="module")
def stand_in() -> StandIn:
    return StandIn()


@pytest.fixture
def play(folder: Path, stand_in: StandIn) -> Iterator[Callable[..., tuple[list[Step], Memory, ChatServer, Ariadne]]]:
    """Play a made game through a server with `faults`; gives steps, memory, server and agent."""
    memories = []

    def run(task: str, size: str, seed: int, *, faults=(), calls=3, paper=False, max_steps=150):  # type: ignore[no-untyped-def]
        env = open_game(make(task, size, seed, folder))
        with ChatServer(stand_in, faults) as server:
            model = ChatModel("stand-in", base_url=server.url, patience=Patience(first=0.001))
            player = as_in_the_paper(model) if paper else language_model(model, calls=calls)
            memory = open_memory(":memory:", load_embedder("minilm"), player.extractor)
            memories.append(memory)
            remembered = GraphMemory(memory, search=player.search)
            agent = Ariadne(env, remembered, player.policy, max_steps=max_steps, recall_tokens=player.recall_tokens)
            steps = list(agent.run())
            model.close()
        env.close()
        return steps, memory, server, agent

    yield run
    for memory in memories:
        memory.close()


@pytest.mark.parametrize(
    ("task", "size", "seed"), [("treasure-hunt", "default", 1), ("cooking", "default", 1), ("cleaning", "default", 2)]
)
def test_it_wins_with_the_faults_switched_on(play, task: str, size: str, seed: int) -> None:  # type: ignore[no-untyped-def]
    steps, memory, server, agent = play(task, size, seed, faults=itertools.islice(itertools.cycle(FAULTS), 150))
    assert steps[-1].info["score"] >= 0.9 * steps[-1].info["max_score"]
    assert not server.faults, "all faults were met"
    assert memory.stats().episodes == len(agent.commands) + 1, "every observation is there"
    memory.extract_pending()


def test_three_calls_a_step(play) -> None:  # type: ignore[no-untyped-def]
    _, _, server, agent = play("treasure-hunt", "default", 1)
    kinds = [request["messages"][0]["content"][:40] for request in server.requests]
    assert len(kinds) <= 3 * (len(agent.commands) + 1)


READING_REFUSED = [
    (faulty.status(503), 6 + 8),  # it may pass: asked patiently once, and from then on once an observation
    (faulty.status(400, message="no"), 18),  # asked in other ways first, then once an observation
    (faulty.status(403), 9),
]


@pytest.mark.parametrize(("fault", "most"), READING_REFUSED)
def test_a_server_that_refuses_to_read_is_not_asked_on_and_on(fault: faulty.Fault, most: int) -> None:
    def is_reading(body: faulty.Body) -> bool:
        return "triples" in str(body["messages"][0]["content"])

    decided = '{"main_goal": "win", "sub_goals": [{"goal": "look"}], "explore": false, "reason": "r", "action": "look"}'
    with (
        ChatServer(lambda *_: decided, refuses=lambda body: fault if is_reading(body) else None) as server,
        ChatModel("m", base_url=server.url, api_key="none", patience=Patience(first=0.001)) as model,
    ):
        player = language_model(model)
        with open_memory(":memory:", load_embedder("lexical"), player.extractor) as memory:
            agent = Ariadne(MiniWorld(), GraphMemory(memory), player.policy, max_steps=8)
            list(agent.run())
        assert (len(agent.commands), agent.unread) == (8, 9)
        assert 9 <= sum(map(is_reading, server.requests)) <= most
