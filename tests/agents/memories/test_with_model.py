"""The memories that ask a model: what they ask, and what becomes of its reply."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pytest

from agents.memories import AgentMemory, Tools, make_memory
from agents.memories.protocol import Cue, Moment
from graphmem.extraction.textworld.extractor import TextWorldExtractor
from graphmem.llm import ChatModel
from graphmem.retrieval.budget import count_tokens
from graphmem.testing import HashEmbedder
from tests.model_server import ChatServer


def _answer(messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any] | None) -> str:
    system, asked = messages[0]["content"], messages[-1]["content"]
    if "running summary" in system:
        return json.dumps({"summary": f"I read {asked.count('[step ')} steps. " + "And so on. " * 200})
    if "scale of 1 to 10" in system:
        return json.dumps({"rating": 10 if "note" in asked else 1})
    return json.dumps({"lesson": f"Do not eat the {'apple' if 'apple' in asked else 'key'}."})


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with ChatServer(_answer) as made:
        yield made


@pytest.fixture
def make(server: ChatServer) -> Iterator[Callable[..., AgentMemory]]:
    with ChatModel("test", base_url=server.url) as model:

        def made(name: str, *moments: Moment) -> AgentMemory:
            memory = make_memory(name, Tools(HashEmbedder(), TextWorldExtractor(), model, "win the game"))
            for moment in moments:
                memory.take_in(moment)
            return memory

        yield made


Make = Callable[..., AgentMemory]
MOMENTS = (Moment(0, "A hall.", first=True), Moment(1, "You read the note."), Moment(2, "You wait."), Moment(3, "End."))


def test_a_summary_is_written_anew_and_cut_to_the_budget(make: Make, server: ChatServer) -> None:
    memory = make("summary", *MOMENTS)
    told = memory.recall(Cue("End.", plan="leave"), 60)
    assert told.startswith("Summary of what I remember:\nI read 3 steps.")
    assert count_tokens(told) <= 60
    assert memory.recall(Cue("End."), 60) == told
    assert len(server.requests) == 1  # nothing happened since


def test_simulacra_asks_how_much_each_observation_matters(make: Make, server: ChatServer) -> None:
    memory = make("simulacra", *MOMENTS)
    assert len(server.requests) == len(MOMENTS)
    assert memory.recall(Cue("?"), 19).endswith("[step 1] You read the note.")


def test_reflexion_draws_a_lesson_from_a_failed_trial(make: Make) -> None:
    first = (Moment(0, "A hall.", first=True), Moment(1, "> eat apple\nYou lost!"))
    memory = make("reflexion", *first, Moment(2, "A hall.", first=True))
    told = memory.recall(Cue("A hall."), 200)
    assert "Lessons of earlier trials:\n- Do not eat the apple." in told
    assert "You lost!" not in told


def test_reflexion_in_its_first_trial_is_full_history(make: Make, server: ChatServer) -> None:
    memory = make("reflexion", *MOMENTS)
    assert "You read the note." in memory.recall(Cue("End."), 200)
    assert server.requests == []
