"""A copy of a memory: whole, kept up, and taken up again after an interruption."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from graphmem.errors import EmbedderMismatch
from graphmem.graph.copying import all_of, replace_vectors, texts_of
from graphmem.graph.learning import append, learn
from graphmem.graph.merging import merge, unmerge
from graphmem.graph.sync import sync
from graphmem.protocols import Store
from graphmem.records import Episode
from graphmem.storage.sqlite.store import SqliteStore
from graphmem.testing import teach
from tests.oracle import DictStore


def everything(store: Store) -> object:
    """All that a store holds, where the order of names and ids within an episode does not count."""
    episodes = [replace(e, facts=tuple(sorted(e.facts)), mentions=tuple(sorted(e.mentions))) for e in store.episodes()]
    facts = sorted(store.facts(current=False), key=lambda fact: fact.id)
    entities = {entity.name: set(entity.aliases) for entity in store.entities()}
    vectors = {text: vector.tolist() for text, vector in store.vectors(texts_of(all_of(store))).items()}
    return episodes, facts, entities, vectors, store.embedder()


def live(store: Store, steps: range) -> None:
    """Things that move about, are seen again, and come back."""
    for step in steps:
        thing, place = f"thing {step % 7}", f"room {step * step % 5}"
        teach(store, step, (thing, "is in", place), slot="location", mentions=(thing, place))


@pytest.fixture
def source(tmp_path: Path) -> Iterator[Store]:
    store = SqliteStore(tmp_path / "source.db")
    yield store
    store.close()


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graphmem.graph.sync.BATCH", 5)


@pytest.mark.usefixtures("small_batches")
def test_all_is_copied_as_it_is(source: Store) -> None:
    live(source, range(60))
    append(source, [Episode("p", "not understood yet", 60, metadata={"a": 1}, key="k")])
    told: list[tuple[int, int]] = []
    target = DictStore()
    copied = sync(source, target, progress=lambda *numbers: told.append(numbers))
    assert everything(target) == everything(source)
    assert (copied.episodes, copied.only_in_target) == (61, 0)
    assert told[-1] == (61, 61)
    back = DictStore()
    sync(target, back)
    assert everything(back) == everything(source)


def test_again_writes_only_what_is_new(source: Store) -> None:
    target = DictStore()
    live(source, range(30))
    sync(source, target)
    live(source, range(30, 33))
    copied = sync(source, target)
    assert copied.episodes == 3
    assert copied.facts < 10
    assert everything(target) == everything(source)
    assert sync(source, target) == replace(copied, episodes=0, facts=0)


@pytest.mark.usefixtures("small_batches")
def test_what_was_interrupted_goes_on_from_a_memory_as_it_once_stood(source: Store) -> None:
    live(source, range(60))

    def stop(done: int, _: int) -> None:
        if done >= 20:
            raise KeyboardInterrupt

    target = DictStore()
    with pytest.raises(KeyboardInterrupt):
        sync(source, target, progress=stop)
    assert [str(fact) for fact in target.facts()] == [str(fact) for fact in source.facts(at=19)]
    assert sync(source, target).episodes == 40
    assert everything(target) == everything(source)


CHANGES: dict[str, Callable[[Store], None]] = {
    "a late lesson": lambda store: learn(store, [_late(store)], embedder="hash") and None,
    "a merge": lambda store: merge(store, "thing 1", "thing 2"),
    "a merge undone": lambda store: (merge(store, "thing 1", "thing 2"), unmerge(store, "thing 2"))[1],
    "more support": lambda store: teach(store, 31, ("thing 1", "is in", "room 1"), slot="location") and None,
}


def _late(store: Store):  # type: ignore[no-untyped-def]
    from graphmem.records import Lesson, Triple

    (episode,) = append(store, [Episode("late", "late", 11)])
    return Lesson(episode, (Triple("thing 3", "is in", "cellar"),), ("location",))


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_changes_in_what_was_copied_is_brought_too(source: Store, change: Callable[[Store], None]) -> None:
    live(source, range(30))
    target = DictStore()
    sync(source, target)
    change(source)
    sync(source, target)
    assert everything(target)[:3] == everything(source)[:3]  # type: ignore[index]


def test_what_only_the_target_has_stays(source: Store) -> None:
    live(source, range(5))
    target = DictStore()
    append(target, [Episode("mine", "mine", 9)])
    assert sync(source, target).only_in_target == 1
    assert target.stats().episodes == 6


def test_vectors_of_another_embedder_are_refused(source: Store) -> None:
    live(source, range(3))
    target = DictStore()
    replace_vectors(target, "other", {"x": np.array([1], np.float32)})
    with pytest.raises(EmbedderMismatch):
        sync(source, target)
    assert target.episodes() == []
