"""Writing: the episode first, then what it teaches."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from graphmem import Extraction, Fact, Memory, Observation, Triple
from graphmem.errors import EmbedderMismatch, ExtractionError, InputError
from graphmem.extraction.textworld.slots import slot
from graphmem.records import Vector
from graphmem.testing import HashEmbedder, ScriptedExtractor


def test_an_observation_is_kept_as_it_came(memory: Memory) -> None:
    seen = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    text = "  A red apple.\n\n\tThe end: ünïcode 日本 \x1b "
    memory.remember(text, step=7, time=seen, metadata={"room": "kitchen"}, triples=())
    (episode,) = memory.episodes()
    assert (episode.text, episode.step, episode.time) == (text, 7, seen)
    assert episode.metadata == {"room": "kitchen"}
    assert not episode.pending


def test_steps_count_up_by_themselves(memory: Memory) -> None:
    for _ in range(3):
        memory.remember("seen", triples=())
    memory.remember("later", step=10, triples=())
    memory.remember("last", triples=())
    assert [episode.step for episode in memory.episodes()] == [0, 1, 2, 10, 11]


def test_the_default_extractor_reads_transcripts_of_games(memory: Memory) -> None:
    memory.remember("-= Kitchen =-\nYou are in the kitchen. A red apple is on the table.")
    learned = memory.remember("> take red apple\nYou pick up the red apple.")
    assert "red apple, is in, inventory" in map(str, learned.asserted)
    assert [str(fact) for fact in learned.retired] == ["red apple, is on, table"]


class Ahead:
    """Reads nothing, and only once it has begun to read ahead; its embedder waits for that."""

    name, anchors, dimension = "ahead", (), HashEmbedder.dimension

    def __init__(self) -> None:
        self.began, self.embeds = Event(), Event()
        self.fails = False

    def read_ahead(self, observations: Iterable[Observation]) -> None:
        self.began.set()
        if self.fails:
            raise ValueError("no words")
        assert self.embeds.wait(20)

    def extract(self, observation: Observation, known: Sequence[Fact]) -> Extraction:
        return Extraction((Triple("Ana", "is in", "hall"),))

    def embed(self, texts: Sequence[str]) -> Vector:
        assert self.began.wait(20)
        self.embeds.set()
        return HashEmbedder().embed(texts)


def test_an_extractor_reads_ahead_while_the_text_is_embedded(tmp_path: Path) -> None:
    ahead = Ahead()
    with Memory(tmp_path / "house.db", extractor=ahead, embedder=ahead) as memory:
        assert list(map(str, memory.remember("Ana went to the hall.").asserted)) == ["Ana, is in, hall"]


def test_what_fails_ahead_is_read_in_its_turn(tmp_path: Path) -> None:
    ahead = Ahead()
    ahead.fails = True
    with Memory(tmp_path / "house.db", extractor=ahead, embedder=ahead) as memory:
        assert list(map(str, memory.remember("Ana went to the hall.").asserted)) == ["Ana, is in, hall"]


def test_given_triples_need_no_extractor(tmp_path: Path, embedder: HashEmbedder) -> None:
    extractor = ScriptedExtractor({})
    with Memory(tmp_path / "house.db", extractor=extractor, embedder=embedder) as memory:
        learned = memory.remember("seen", triples=[("apple", "is in", "box"), Triple("box", "is in", "hall")])
    assert [str(fact) for fact in learned.asserted] == ["apple, is in, box", "box, is in, hall"]
    assert extractor.known == []


def test_facts_given_as_outdated_are_retired(memory: Memory) -> None:
    (fact,) = memory.remember("one", triples=[("apple", "smells of", "rain")]).asserted
    learned = memory.remember("two", triples=(), outdated=[fact])
    assert [retired.id for retired in learned.retired] == [fact.id]
    assert memory.facts() == []
    assert [str(fact) for fact in memory.history("apple")] == ["apple, smells of, rain"]


def test_a_key_makes_a_repeated_call_harmless(memory: Memory) -> None:
    first = memory.remember("seen", triples=[("apple", "is in", "box")], key="k")
    again = memory.remember("seen", triples=[("apple", "is in", "box")], key="k")
    assert again.episode == first.episode
    assert len(memory.episodes()) == 1
    assert memory.facts()[0].support == 1


def test_the_extractor_is_shown_what_is_known_of_what_is_mentioned(tmp_path: Path, embedder: HashEmbedder) -> None:
    text = "The red apple shines."
    extractor = ScriptedExtractor({text: Extraction(outdated=(0,))})
    with Memory(tmp_path / "house.db", extractor=extractor, embedder=embedder) as memory:
        memory.remember("one", triples=[("red apple", "looks", "dull"), ("pear", "looks", "green")])
        learned = memory.remember(text)
    assert [str(known[0]) for known in extractor.known] == ["red apple, looks, dull"]
    assert [str(fact) for fact in learned.retired] == ["red apple, looks, dull"]


def test_an_index_of_a_fact_that_was_not_shown_retires_nothing(tmp_path: Path, embedder: HashEmbedder) -> None:
    extractor = ScriptedExtractor({"apple": Extraction(outdated=(5, -1))})
    with Memory(tmp_path / "house.db", extractor=extractor, embedder=embedder) as memory:
        memory.remember("one", triples=[("apple", "looks", "dull")])
        learned = memory.remember("apple")
    assert (learned.retired, learned.episode.pending, learned.episode.error) == ((), False, None)


def test_a_failed_extraction_leaves_the_episode_pending_and_says_why(
    tmp_path: Path, embedder: HashEmbedder, caplog: pytest.LogCaptureFixture
) -> None:
    extractor = ScriptedExtractor({})
    with Memory(tmp_path / "house.db", extractor=extractor, embedder=embedder) as memory:
        learned = memory.remember("a riddle")
        assert learned.episode.pending
        assert "nothing is scripted" in (learned.episode.error or "")
        assert "the episode is pending" in caplog.text
        extractor.script["a riddle"] = Extraction((Triple("riddle", "is", "solved"),))
        (later,) = memory.extract_pending()
        assert [str(fact) for fact in later.asserted] == ["riddle, is, solved"]
        assert memory.stats().pending == 0


def test_what_is_extracted_late_does_not_overrule_what_was_seen_since(tmp_path: Path, embedder: HashEmbedder) -> None:
    extractor = ScriptedExtractor({})
    with Memory(tmp_path / "house.db", extractor=extractor, embedder=embedder, slot_of=slot) as memory:
        memory.remember("the apple is on the table")
        memory.remember("taken", triples=[("apple", "is in", "inventory")])
        extractor.script["the apple is on the table"] = Extraction((Triple("apple", "is on", "table"),))
        memory.extract_pending()
        assert [str(fact) for fact in memory.facts("apple")] == ["apple, is in, inventory"]
        assert [str(fact) for fact in memory.at(0).facts("apple")] == ["apple, is on, table"]


def test_an_error_with_given_triples_is_raised_and_loses_nothing(tmp_path: Path) -> None:
    class Broken(HashEmbedder):
        def embed(self, texts):  # type: ignore[no-untyped-def]
            raise ExtractionError("out of order")

    with Memory(tmp_path / "house.db", embedder=Broken()) as memory:
        with pytest.raises(ExtractionError, match="out of order"):
            memory.remember("seen", triples=[("apple", "is in", "box")], key="k")
        assert memory.stats().pending == 1
    with Memory(tmp_path / "house.db", embedder=HashEmbedder()) as memory:
        memory.remember("seen", triples=[("apple", "is in", "box")], key="k")
        assert (memory.stats().episodes, memory.stats().pending, len(memory.facts())) == (1, 0, 1)


def test_given_triples_are_learned_in_the_write_that_stores_their_episode(
    memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    writes: list[object] = []
    write = memory._store.write
    monkeypatch.setattr(memory._store, "write", lambda decide: writes.append(decide) or write(decide))
    (old,) = memory.remember("seen", triples=[("apple", "is in", "box")]).asserted
    memory.remember("taken", triples=[("apple", "is in", "inventory")], outdated=[old])
    assert len(writes) == 2
    assert [str(fact) for fact in memory.facts("apple")] == ["apple, is in, inventory"]


def test_given_triples_are_embedded_before_anybody_is_kept_from_writing(tmp_path: Path) -> None:
    path = tmp_path / "house.db"

    class Slow(HashEmbedder):
        def embed(self, texts):  # type: ignore[no-untyped-def]
            with Memory(path, embedder=HashEmbedder()) as other:  # would wait for the first one's write to end
                other.remember(f"meanwhile {len(self.texts)}", triples=())
            return super().embed(texts)

    with Memory(path, embedder=Slow()) as memory:
        memory.remember("seen", triples=[("apple", "is in", "box")])
        assert (memory.stats().pending, len(memory.facts())) == (0, 1)


def test_nothing_is_embedded_twice(memory: Memory, embedder: HashEmbedder) -> None:
    for _ in range(2):
        memory.remember("the apple is in the box", triples=[("apple", "is in", "box")])
        memory.recall("apple")
    assert len(embedder.texts) == len(set(embedder.texts))


@pytest.mark.parametrize("text", ["", "  \n"])
def test_an_empty_observation_is_refused(memory: Memory, text: str) -> None:
    with pytest.raises(InputError, match="not empty"):
        memory.remember(text)


@pytest.mark.parametrize("triple", [("a", "b"), ("a", "", "c"), ("a", "b", "c", "d"), ("a", 1, "c")])
def test_a_bad_triple_is_refused_before_anything_is_stored(memory: Memory, triple: tuple[str, str, str]) -> None:
    with pytest.raises(InputError, match="subject, relation, object"):
        memory.remember("seen", triples=[triple])
    assert memory.stats().episodes == 0


def test_metadata_that_json_cannot_hold_is_refused(memory: Memory) -> None:
    with pytest.raises(InputError, match="metadata"):
        memory.remember("seen", metadata={"when": datetime.now(UTC)})
    assert memory.stats().episodes == 0


def test_nul_which_databases_take_for_an_end_is_replaced(memory: Memory) -> None:
    for _ in range(2):
        memory.remember("You are in the kit\0chen. A red ap\0ple is on the table.", triples=[("a\0b", "is in", "c")])
    assert memory.episodes()[0].text.startswith("You are in the kit\ufffdchen.")
    assert memory.facts("a\ufffdb")[0].support == 2
    assert memory.facts("a") == []


def test_a_fact_of_another_memory_cannot_be_called_outdated(memory: Memory) -> None:
    stranger = Fact("nosuch", "a", "b", "c", asserted_by="e", since=0)
    with pytest.raises(InputError, match="nosuch"):
        memory.remember("seen", triples=(), outdated=[stranger])
    assert memory.stats().episodes == 0


def test_a_key_keeps_its_first_text_and_says_so(memory: Memory, caplog: pytest.LogCaptureFixture) -> None:
    memory.remember("one", triples=(), key="k")
    assert memory.remember("two", triples=(), key="k").episode.text == "one"
    assert "was used before" in caplog.text


def test_the_extractor_of_a_pending_episode_sees_what_was_known_then(tmp_path: Path, embedder: HashEmbedder) -> None:
    extractor = ScriptedExtractor({})
    with Memory(tmp_path / "house.db", extractor=extractor, embedder=embedder) as memory:
        memory.remember("before", triples=[("apple", "looks", "dull")])
        memory.remember("the apple")
        memory.remember("after", triples=[("apple", "looks", "bright")])
        extractor.script["the apple"] = Extraction()
        memory.extract_pending()
    assert [str(fact) for fact in extractor.known[-1]] == ["apple, looks, dull"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"step": -1},
        {"step": 2**70},
        {"step": True},
        {"step": "1"},
        {"time": "next week"},
        {"key": ""},
        {"key": 5},
        {"triples": [None]},
        {"triples": ["abc"]},
        {"metadata": {"a": float("nan")}},
    ],
)
def test_what_cannot_be_stored_is_refused_by_name(memory: Memory, wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        memory.remember("seen", **wrong)
    assert memory.stats().episodes == 0


def test_half_a_surrogate_pair_is_stored_as_something_a_file_can_hold(memory: Memory) -> None:
    memory.remember("broken \ud83d text", triples=[("a\udc00", "is", "b")])
    assert memory.episodes()[0].text == "broken ? text"


def test_another_embedder_is_refused_with_the_mend(tmp_path: Path, embedder: HashEmbedder) -> None:
    class Other(HashEmbedder):
        name = "other"

    with Memory(tmp_path / "house.db", embedder=embedder) as memory:
        memory.remember("seen", triples=[("apple", "is in", "box")])
    with pytest.raises(EmbedderMismatch, match=r"hash, not of other.*re-embed"):
        Memory(tmp_path / "house.db", embedder=Other())


def test_namespaces_of_one_file_never_see_each_other(tmp_path: Path, embedder: HashEmbedder) -> None:
    alice = Memory(tmp_path / "house.db", namespace="alice", embedder=embedder)
    bob = Memory(tmp_path / "house.db", namespace="bob", embedder=embedder)
    alice.remember("alice's secret", triples=[("secret", "is in", "box")], key="k")
    bob.remember("bob's pear", triples=[("pear", "is in", "box")], key="k")
    assert str(bob.recall("secret box")) == (
        "Facts I know:\n- pear, is in, box\nEpisodes I remember:\n[step 0] bob's pear"
    )
    assert [str(fact) for fact in alice.facts("box")] == ["secret, is in, box"]
    assert bob.entities(["secret"]) == []
    alice.close()
    bob.close()
