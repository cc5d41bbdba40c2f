"""A memory that a language model reads for: what it is shown, what is dropped, and what becomes of a batch."""

import json
import threading
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest

from graphmem import Memory
from graphmem.embedding.lexical import LexicalEmbedder
from graphmem.errors import InputError, RequestRefused
from graphmem.extraction.llm import LLMExtractor
from graphmem.prompts import ExtractionReply
from graphmem.records import Triple


class Model:
    """Replies to the observation that it is asked about as `replies` says, else that it holds nothing."""

    def __init__(self, replies: dict[str, Any]) -> None:
        self._replies = replies
        self.asked: list[Sequence[Any]] = []

    def reply(self, messages: Any, form: Any, *, purpose: str) -> Any:
        self.asked.append(messages)
        said = self._replies.get(messages[-1]["content"].partition("Observation:\n")[2], {})
        if isinstance(said, Exception):
            raise said
        return ExtractionReply.model_validate({"triples": [], "outdated": [], **said})


def memory_of(model: Model, **options: Any) -> Memory:
    return Memory(":memory:", extractor=LLMExtractor(model, **options), embedder=LexicalEmbedder())


def test_what_is_dropped_is_told_with_its_reason() -> None:
    model = Model({"Ana lives in Leeds.": {"triples": [["Ana", "lives in", "Leeds"], ["Ana", "owns", "castle"]]}})
    with memory_of(model) as memory:
        learned = memory.remember("Ana lives in Leeds.")
        assert [str(fact) for fact in learned.asserted] == ["Ana, lives in, Leeds"]
        assert learned.dropped == ((Triple("Ana", "owns", "castle"), "ungrounded"),)


def test_all_is_taken_where_nothing_need_be_grounded() -> None:
    model = Model({"Ana lives in Leeds.": {"triples": [["Ana", "owns", "castle"]]}})
    with memory_of(model, grounded=False) as memory:
        assert [str(fact) for fact in memory.remember("Ana lives in Leeds.").asserted] == ["Ana, owns, castle"]


def test_a_fact_that_is_only_repeated_is_forgotten_with_who_said_it() -> None:
    fact = {"triples": [["user", "lives in", "Leeds"]]}
    with memory_of(Model({"I live in Leeds.": fact, "Leeds is rainy.": fact})) as memory:
        first = memory.remember("I live in Leeds.")
        assert not memory.remember("Leeds is rainy.").supported
        memory.forget(first.episode)
        assert memory.facts() == []


def test_the_known_facts_nearest_to_the_observation_are_shown() -> None:
    model = Model({})
    with memory_of(model) as memory:
        memory.remember("moved here", triples=[("Ana", "lives in", "Leeds")])
        for number in range(60):
            memory.remember("likes", triples=[("Ana", "likes", f"band {number}")])
        memory.remember("Ana lives in York now.", speaker="Ana")
    assert "Ana, lives in, Leeds" in model.asked[-1][-1]["content"]


def test_the_model_is_told_who_speaks_when_and_after_what() -> None:
    model = Model({})
    with memory_of(model, instructions="Only places.", relation_types=["lives in"]) as memory:
        memory.remember("My friend John came.", speaker="Ana")
        memory.remember("He leaves tomorrow.", speaker="Ana", time=datetime(2024, 5, 3))
    first, *_, last = model.asked[-1]
    assert first["content"].endswith("Only places.\nRelations are only these, written so: lives in.")
    assert "Speaker: Ana\nDate: 2024-05-03, Friday\nTimes: tomorrow = 2024-05-04" in last["content"]
    assert "Just before:\nAna: My friend John came." in last["content"]


def test_another_relation_than_those_asked_for_is_not_taken() -> None:
    said = {"triples": [["Ana", "LIVES_IN", "Leeds"], ["Ana", "likes", "Leeds"]]}
    with memory_of(Model({"Ana likes Leeds, where she lives.": said}), relation_types=["lives in"]) as memory:
        learned = memory.remember("Ana likes Leeds, where she lives.")
    assert [str(fact) for fact in learned.asserted] == ["Ana, lives in, Leeds"]
    assert [why for _, why in learned.dropped] == ["another relation"]


def test_like_episodes_are_shown_with_what_was_read_of_them() -> None:
    model = Model({})
    with memory_of(model, examples="nearest") as memory:
        memory.remember("Mia plays the cello.", triples=[("Mia", "plays", "cello")])
        memory.remember("The rent is due on Monday.", triples=[("rent", "is due on", "Monday")])
        memory.remember("Tim plays the flute.")
    *_, asked, answered, _ = model.asked[-1]
    assert asked["content"].endswith("Mia plays the cello.")
    assert json.loads(answered["content"])["triples"] == [["Mia", "plays", "cello"]]


def test_a_long_text_is_read_in_passages() -> None:
    model = Model({})
    with memory_of(model) as memory:
        memory.remember(
            "\n\n".join(f"# Part {n}\n\n" + "The rain in Spain stays in the plain. " * 60 for n in range(9))
        )
    assert 3 <= len(model.asked) <= 9
    assert all(len(asked[-1]["content"]) < 8000 for asked in model.asked)


REFUSED = RequestRefused("the key is wrong", status=401, lasting=True)


@pytest.mark.parametrize("concurrency", [1, 2])
def test_a_batch_ends_at_the_first_refusal_with_everything_kept(concurrency: int) -> None:
    model = Model({"one": REFUSED, "two": REFUSED})
    texts = ["zero", "one", "two", "three", "four", "five"]
    with memory_of(model) as memory:
        with pytest.raises(RequestRefused, match="the key is wrong"):
            memory.remember_many(texts, concurrency=concurrency)
        assert [episode.text for episode in memory.episodes()] == texts
        asked = len(model.asked)
        assert asked <= 2 * concurrency
        with pytest.raises(RequestRefused):
            memory.extract_pending()
        assert len(model.asked) == asked + 1


def test_one_text_that_is_refused_does_not_end_a_batch() -> None:
    with memory_of(Model({"one": RequestRefused("too long", status=400)})) as memory:
        assert memory.remember_many(["zero", "one", "two"]) == 3
        assert [episode.pending for episode in memory.episodes()] == [False, True, False]


def test_several_are_asked_about_at_once() -> None:
    together = threading.Barrier(3, timeout=20)

    class Slow(Model):
        def reply(self, messages: Any, form: Any, *, purpose: str) -> Any:
            together.wait()
            return super().reply(messages, form, purpose=purpose)

    with memory_of(Slow({})) as memory:
        assert memory.remember_many(["a", "b", "c", "d", "e", "f"], concurrency=3) == 6
        assert [episode.text for episode in memory.episodes(pending=False)] == list("abcdef")
        with pytest.raises(InputError, match="concurrency must be a whole number, 1 or more"):
            memory.remember_many(["g"], concurrency=0)
