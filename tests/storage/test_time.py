"""Time is the step, not the order of arrival; and the past does not know the future."""

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmem.graph.learning import append, learn
from graphmem.protocols import Store
from graphmem.records import Episode, Fact, Lesson, Triple
from graphmem.storage.sqlite.store import SqliteStore
from tests.oracle import DictStore

Seen = Sequence[tuple[str, str]]
STORES = pytest.mark.parametrize("make", [DictStore, lambda: SqliteStore(":memory:")], ids=["in memory", "sqlite"])
STEPS = st.lists(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xyz")), max_size=2), min_size=1, max_size=7)


def _teach(store: Store, step: int, seen: Seen) -> None:
    """At `step` each thing was seen in its place (one at a time), and to be known (always)."""
    triples = [Triple(thing, "is in", place) for thing, place in seen] + [
        Triple(thing, "is", "known") for thing, _ in seen
    ]
    slots = ["location"] * len(seen) + [None] * len(seen)
    episode = append(store, [Episode(f"e{step}", f"step {step}", step)])[0]
    mentions = tuple(thing for thing, _ in seen)
    learn(store, [Lesson(episode, tuple(triples), tuple(slots), mentions=mentions)], embedder="none")


def _told(facts: Sequence[Fact]) -> list[tuple[str, int]]:
    return sorted((str(fact), fact.support) for fact in facts)


@STORES
@settings(deadline=None)
@given(steps=STEPS, order=st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(make: Callable[[], Store], steps: list[Seen], order: object) -> None:
    in_order, shuffled = make(), make()
    numbered = list(enumerate(steps))
    for step, seen in numbered:
        _teach(in_order, step, seen)
    order.shuffle(numbered)  # type: ignore[attr-defined]
    for step, seen in numbered:
        _teach(shuffled, step, seen)
    for step in range(len(steps)):
        assert _places(shuffled, step) == _places(in_order, step)
    assert _places(shuffled, None) == _places(in_order, None)


def _places(store: Store, at: int | None) -> list[str]:
    return sorted(str(fact) for fact in store.facts(at=at))


@STORES
@settings(deadline=None)
@given(steps=STEPS)
def test_the_past_is_what_it_was(make: Callable[[], Store], steps: list[Seen]) -> None:
    whole = make()
    for step, seen in enumerate(steps):
        _teach(whole, step, seen)
    fresh = make()
    for step, seen in enumerate(steps):
        _teach(fresh, step, seen)
        assert _told(whole.facts(at=step)) == _told(fresh.facts())
        assert _told(whole.facts(at=step, current=False)) == _told(fresh.facts(current=False))
        assert {entity.key for entity in whole.entities(at=step)} == {entity.key for entity in fresh.entities()}
        assert whole.stats(at=step) == fresh.stats()
        assert [e.id for e in whole.episodes(at=step)] == [e.id for e in fresh.episodes()]
