"""Many observations at once: the same memory as one by one, committed in batches, and resumed where it stopped."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import graphmem.memory
from graphmem import Memory, Triple
from graphmem.errors import InputError
from graphmem.graph.copying import all_of, texts_of
from graphmem.records import Extraction, Fact, Observation
from graphmem.testing import HashEmbedder
from tests.oracle import DictStore

NAMES = st.sampled_from(["apple", "The Apple", "red key", "kitchen", "Garden", "box"])
TRIPLES = st.tuples(NAMES, st.sampled_from(["is in", "is on", "opens"]), NAMES)
TEXTS = st.sampled_from(
    ["You are in the kitchen. An apple is on the table.", "You pick up the apple.", "Ann Lee met Bob.", "nothing"]
)
OBSERVATIONS = st.fixed_dictionaries(
    {"text": TEXTS},
    optional={
        "triples": st.lists(TRIPLES, max_size=3),
        "step": st.integers(0, 6),
        "key": st.sampled_from(["a", "b", "c"]),
        "metadata": st.just({"source": "book"}),
        "time": st.just(datetime(2024, 5, 17)),
    },
)


def told(memory: Memory) -> Any:
    """All that a memory holds, without the ids that are drawn."""
    steps = {episode.id: number for number, episode in enumerate(memory.episodes())}
    facts = memory.facts(retired=True)
    numbers = {fact.id: number for number, fact in enumerate(facts)}
    lives = [
        (str(f), f.slot, f.since, f.until, f.support, steps[f.asserted_by], f.retired_by and steps[f.retired_by])
        for f in facts
    ]
    episodes = [
        (
            e.text,
            e.step,
            e.time,
            e.metadata,
            e.key,
            e.pending,
            sorted(e.mentions),
            sorted(numbers[id_] for id_ in e.facts),
        )
        for e in memory.episodes()
    ]
    return lives, episodes, sorted(memory.entities(), key=str), memory.stats()


@settings(max_examples=40, deadline=None)
@given(observations=st.lists(OBSERVATIONS, max_size=8))
def test_the_memory_is_the_same_as_one_by_one(observations: list[dict[str, Any]]) -> None:
    single, many = (Memory(":memory:", embedder=HashEmbedder()) for _ in range(2))
    for each in observations:
        single.remember(**each)
    assert many.remember_many(observations) == len(observations)
    assert told(many) == told(single)
    texts = texts_of(all_of(single._store))
    assert many._store.vectors(texts).keys() == single._store.vectors(texts).keys()


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Memory]:
    """A memory that commits two observations at a time."""
    monkeypatch.setattr(graphmem.memory, "BATCH", 2)
    with Memory(tmp_path / "many.db", embedder=HashEmbedder()) as memory:
        yield memory


def test_takes_texts_pairs_mappings_and_observations(memory: Memory) -> None:
    memory.remember_many(
        [
            "a text",
            ("a pair", [("apple", "is in", "box")]),
            {"text": "a mapping", "triples": [], "time": "2024-05-17T09:30"},
            Observation("an observation", (Triple("key", "is in", "box"),), key="k"),
        ]
    )
    assert [episode.text for episode in memory.episodes()] == ["a text", "a pair", "a mapping", "an observation"]
    assert [str(fact) for fact in memory.facts()] == ["apple, is in, box", "key, is in, box"]
    assert memory.episodes()[2].time == datetime(2024, 5, 17, 9, 30)


@pytest.mark.parametrize(
    "wrong",
    [
        3,
        "",
        ("text", "abc"),
        {"text": "t", "tripels": []},
        {"triples": []},
        {"text": "t", "time": "noon"},
        ("a", "b", "c"),
    ],
)
def test_refuses_what_is_no_observation(wrong: Any, memory: Memory) -> None:
    with pytest.raises(InputError):
        memory.remember_many([wrong])
    assert memory.stats().episodes == 0


def test_tells_how_far_it_is(memory: Memory) -> None:
    told: list[tuple[int, int | None]] = []
    memory.remember_many(["a", "b", "c"], progress=lambda *at: told.append(at))
    memory.remember_many(iter(["d"]), progress=lambda *at: told.append(at))
    assert told == [(2, 3), (3, 3), (1, None)]


def test_an_interrupted_load_goes_on_where_it_was(memory: Memory, tmp_path: Path) -> None:
    observations = [Observation(f"text {i}", (Triple(f"thing {i}", "is in", "box"),), key=f"k{i}") for i in range(6)]

    def stop(done: int, total: int | None) -> None:
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        memory.remember_many(observations, progress=stop)
    with Memory(tmp_path / "many.db", embedder=HashEmbedder()) as other:
        assert other.stats().episodes == 4
    memory.remember_many(observations)
    assert [episode.key for episode in memory.episodes()] == [f"k{i}" for i in range(6)]
    assert [fact.support for fact in memory.facts()] == [1] * 6


def test_a_batch_is_there_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graphmem.memory, "BATCH", 2)

    def slot_of(triple: Triple) -> str | None:
        if triple.object == "nowhere":
            raise RuntimeError("no such place")
        return None

    with Memory(tmp_path / "whole.db", embedder=HashEmbedder(), slot_of=slot_of) as whole:
        given = [(f"text {i}", [("apple", "is in", "nowhere" if i == 3 else "box")]) for i in range(4)]
        with pytest.raises(RuntimeError, match="no such place"):
            whole.remember_many(given)
        assert [episode.text for episode in whole.episodes()] == ["text 0", "text 1"]


def test_an_extractor_of_ones_own_holds_no_transaction_open(tmp_path: Path) -> None:
    class Other:
        """Reads nothing, and while it does so somebody else writes."""

        name, anchors = "other", ()

        def extract(self, observation: Observation, known: list[Fact]) -> Extraction:
            with Memory(tmp_path / "many.db", embedder=HashEmbedder()) as beside:
                beside.remember(f"beside {observation.text}", triples=[])
            return Extraction()

    with Memory(tmp_path / "many.db", embedder=HashEmbedder(), extractor=Other()) as memory:
        memory.remember_many(["one", "two"])
        assert [episode.text for episode in memory.episodes()] == ["one", "beside one", "two", "beside two"]


def test_a_store_without_transactions_serves_too() -> None:
    memory = Memory(DictStore(), embedder=HashEmbedder())
    assert memory.remember_many([("text", [("apple", "is in", "box")])]) == 1
    assert memory.stats().facts == 1


@pytest.mark.parametrize(
    "message",
    [
        {"role": "user", "name": "Ana", "content": "The lamp is lit."},
        {"sender": "Ana", "text": "The lamp is lit.", "timestamp": 1714731120},
        ("human", "Ana: The lamp is lit."),
        SimpleNamespace(type="human", name="Ana", content="The lamp is lit."),
    ],
    ids=["of an API", "exported", "a pair", "an object"],
)
def test_a_message_in_any_form_is_what_its_speaker_says(memory: Memory, message: Any) -> None:
    assert memory.remember_many([message]) == 1
    assert [(each.speaker, each.text) for each in memory.episodes()] == [("Ana", "The lamp is lit.")]


def test_a_record_with_a_slip_in_it_is_refused_and_not_taken_for_a_message(memory: Memory) -> None:
    with pytest.raises(InputError, match="triplse"):
        memory.remember_many([{"text": "The lamp is lit.", "speaker": "Ana", "triplse": [("lamp", "is", "lit")]}])
