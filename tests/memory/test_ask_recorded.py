"""A small model's own answers: a recording of Qwen2.5-Coder-1.5B-Instruct, played again with neither model nor network.

Its requests hold the prompts, so it is made anew when these change, with such a model at OPENAI_BASE_URL:

    OPENAI_BASE_URL=http://127.0.0.1:8090/v1 python -m tests.memory.test_ask_recorded
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from graphmem import Memory
from graphmem.answering import Answer
from graphmem.llm import ChatModel
from graphmem.testing import HashEmbedder

RECORDING = Path(__file__).parent / "recordings" / "ask.jsonl"
MODEL = "qwen-1.5b"
CHAT = (
    ("Ana", "2024-05-03T10:12", "I live in Lisbon, and my sister Rita is a nurse."),
    ("Leo", "2024-05-04T09:00", "The spare key is in the blue drawer of the kitchen."),
    ("Ana", "2024-06-10T09:30", "I moved to Porto last week."),
    ("Leo", "2024-06-11T18:20", "Rita found a flat in Braga near the hospital."),
)
QUESTIONS = {
    "where": "Where is the spare key?",
    "moved": "Where does Ana live now?",
    "two steps": "In which city does Ana's sister have a flat?",
    "unsaid": "What is the name of Leo's dog?",
}


@contextmanager
def chat() -> Iterator[Memory]:
    with Memory(":memory:", embedder=HashEmbedder()) as memory:
        for speaker, time, text in CHAT:
            memory.remember(text, speaker=speaker, time=time, triples=[])
        yield memory


def asked(name: str) -> Answer:
    with (
        ChatModel(MODEL, base_url="http://127.0.0.1:9/v1", max_tokens=300, replay=RECORDING) as model,
        chat() as memory,
    ):
        return memory.ask(QUESTIONS[name], model)


@pytest.mark.parametrize(
    ("name", "answer", "source"),
    [("where", "drawer", 1), ("moved", "Porto", 2), ("two steps", "Braga", 3)],
)
def test_a_small_model_answers_and_names_the_source(name: str, answer: str, source: int) -> None:
    found = asked(name)
    assert answer in (found.answer or "")
    assert CHAT[source][2] in [episode.text for episode in found.episodes]


def test_a_small_model_says_what_is_not_known() -> None:
    assert not asked("unsaid").known


def record() -> None:
    """Make the recording anew."""
    RECORDING.parent.mkdir(exist_ok=True)
    RECORDING.unlink(missing_ok=True)
    with ChatModel(MODEL, max_tokens=300, timeout=900.0, record=RECORDING) as model, chat() as memory:
        for question in QUESTIONS.values():
            answer = memory.ask(question, model)
            print(question, "|", answer, "|", answer.rounds, answer.dropped, answer.usage, flush=True)


if __name__ == "__main__":
    record()
