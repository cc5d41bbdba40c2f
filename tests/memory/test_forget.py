"""Forgetting is complete, down to the bytes of the file."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmem import Memory
from graphmem.errors import InputError
from graphmem.storage.sqlite.rows import to_blobs
from graphmem.testing import HashEmbedder

WORDS = (b"zanzibar", b"quokka")


def _bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


def test_nothing_of_a_forgotten_episode_is_left_in_the_files(tmp_path: Path, embedder: HashEmbedder) -> None:
    with Memory(tmp_path / "house.db", embedder=embedder) as memory:
        memory.remember("an ordinary day", triples=[("apple", "is in", "box")])
        secret = memory.remember("Zanzibar holds a quokka", triples=[("quokka", "is in", "zanzibar")]).episode
        assert all(word in _bytes(tmp_path).lower() for word in WORDS)
        vector = memory._store.vectors(["quokka, is in, zanzibar"])["quokka, is in, zanzibar"]
        (kept,) = to_blobs(vector[None])
        assert kept in _bytes(tmp_path)
        forgotten = memory.forget(secret)
        assert (forgotten.episodes, forgotten.facts, forgotten.entities) == (1, 1, 2)
        left = _bytes(tmp_path)
    assert not any(word in left.lower() for word in WORDS)
    assert kept not in left
    assert secret.id.encode() not in left


def test_a_fact_that_another_episode_supports_stays(memory: Memory) -> None:
    first = memory.remember("one", triples=[("apple", "is in", "box")]).episode
    memory.remember("two", triples=[("apple", "is in", "box")])
    memory.forget(first)
    assert [str(fact) for fact in memory.facts()] == ["apple, is in, box"]


def test_what_was_retired_by_it_is_true_again(memory: Memory) -> None:
    memory.remember("one", triples=[("apple", "is on", "table")])
    second = memory.remember("two", triples=[("apple", "is in", "box")]).episode
    memory.forget(second.id)
    assert [str(fact) for fact in memory.facts()] == ["apple, is on, table"]


SEEN = st.tuples(st.sampled_from("ab"), st.sampled_from(["is in", "likes"]), st.sampled_from("xyz"))


@settings(deadline=None)
@given(steps=st.lists(st.tuples(SEEN, st.booleans()), min_size=1, max_size=12))
def test_a_memory_is_then_as_if_it_had_never_seen_it(steps: list[tuple[tuple[str, str, str], bool]]) -> None:
    """Each step is told, some to be forgotten; what fills one slot comes and goes."""

    def told(memory: Memory, *, all_: bool) -> list[tuple[object, ...]]:
        for step, (triple, gone) in enumerate(steps):
            if all_ or not gone:
                memory.remember(" ".join(triple), step=step, key=str(step), triples=[triple])
        if all_ and any(gone for _, gone in steps):
            memory.forget(*(each for each in memory.episodes() if steps[each.step][1]))
        facts = memory.facts(retired=True)
        return sorted((*fact.key, fact.since, fact.until or -1, fact.support, str(fact.slot)) for fact in facts)

    def made() -> Memory:
        slot_of = {"is in": "location"}.get
        return Memory(":memory:", embedder=HashEmbedder(), slot_of=lambda triple: slot_of(triple.relation))

    with made() as forgetful, made() as ignorant:
        assert told(forgetful, all_=True) == told(ignorant, all_=False)


def test_an_unknown_episode_is_named(memory: Memory) -> None:
    kept = memory.remember("one", triples=()).episode
    with pytest.raises(InputError, match="nosuchid"):
        memory.forget(kept, "nosuchid")
    assert memory.stats().episodes == 1


def test_of_what_was_seen_at_one_step_the_last_holds_when_one_between_is_forgotten(embedder: HashEmbedder) -> None:
    with Memory(":memory:", embedder=embedder, slot_of=lambda triple: "location") as memory:
        rooms = ("hall", "attic", "cellar", "hall")
        told = [memory.remember(f"in the {room}", step=3, triples=[("cat", "is in", room)]).episode for room in rooms]
        memory.forget(told[2])
        assert [(str(fact), fact.until) for fact in memory.facts("cat", retired=True)] == [
            ("cat, is in, hall", 3),
            ("cat, is in, attic", 3),
            ("cat, is in, hall", None),
        ]
