"""Two entities made one, and parted again."""

from collections.abc import Callable, Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmem.protocols import Store
from graphmem.records import Entity, Episode, Lesson, Triple
from graphmem.storage.inmemory import InMemoryStore
from graphmem.storage.sqlite import SqliteStore

Make = Callable[[], Store]
Seen = tuple[str, str, str]
STORES = pytest.mark.parametrize("make", [InMemoryStore, lambda: SqliteStore(":memory:")], ids=["in memory", "sqlite"])
NAMES = "abcd"
SEEN = st.tuples(st.sampled_from(NAMES), st.sampled_from(["is in", "likes"]), st.sampled_from("abcdxy"))
STEPS = st.lists(st.tuples(SEEN, st.integers(0, 9)), min_size=1, max_size=9)
"""At each step one thing is seen; and now and then one of the facts that hold is called outdated."""
PARTED = STEPS.map(lambda steps: [seen for seen, _ in steps if not {seen[0], seen[2]} <= {"a", "b"}])
"""Sightings that do not say where one of two things to be merged is by the other."""
PAIRS = st.lists(st.permutations(NAMES).map(lambda names: names[:2]), min_size=1, max_size=3)


def _learn(store: Store, step: int, seen: Seen, end: int = 99, *, names: dict[str, str] | None = None) -> None:
    """One observation; the `end`-th of the facts that hold is outdated by it."""
    subject, relation, object_ = ((names or {}).get(part, part) for part in seen)
    held = sorted(store.facts(at=step), key=str)
    outdated = tuple(fact.id for fact in held[end : end + 1])
    episode = store.append([Episode(f"e{step}", f"step {step}", step)])[0]
    slot = "location" if relation == "is in" and subject != object_ else None
    lesson = Lesson(episode, (Triple(subject, relation, object_),), (slot,), outdated, mentions=(subject, object_))
    store.learn([lesson], embedder="none")


def _taught(make: Make, steps: Iterable[tuple[Seen, int]]) -> Store:
    store = make()
    store.restore(
        [Entity(name, (f"alias of {name}",)) for name in NAMES],
        [Episode("e0", "a b c d", 0, pending=False, mentions=tuple(NAMES))],
        [],
    )
    for step, (seen, end) in enumerate(steps, start=1):
        _learn(store, step, seen, end)
    return store


def _whole(store: Store, *, ids: bool = True) -> object:
    """All that a store holds, in an order of its own."""
    facts = store.facts(current=False)
    names = {fact.id: fact.id if ids else (str(fact), fact.since, fact.until) for fact in facts}
    return (
        sorted((entity.name, sorted(entity.aliases)) for entity in store.entities()),
        sorted(
            (
                str(names[f.id]),
                f.triple.key,
                f.since,
                f.until or -1,
                f.asserted_by,
                str(f.retired_by),
                str(f.slot),
                f.support,
            )
            for f in facts
        ),
        [(e.id, sorted(str(names[id_]) for id_ in e.facts), sorted(e.mentions), e.pending) for e in store.episodes()],
    )


def _check(store: Store) -> None:
    """What holds of every graph: support is counted right, and one fact holds in a place."""
    facts = store.facts(current=False)
    taught = [id_ for episode in store.episodes() for id_ in episode.facts]
    assert {fact.id: fact.support for fact in facts} == {fact.id: taught.count(fact.id) for fact in facts}
    assert set(taught) == {fact.id for fact in facts}
    for step in range(store.stats().last_step + 1):
        held = [fact for fact in facts if fact.holds_at(step)]
        places = [(fact.triple.key[0], fact.slot) if fact.slot else fact.triple.key for fact in held]
        assert len(set(places)) == len(places)


@STORES
@settings(deadline=None)
@given(steps=STEPS, pairs=PAIRS)
def test_undoing_merges_gives_back_the_same_graph(
    make: Make, steps: list[tuple[Seen, int]], pairs: list[list[str]]
) -> None:
    store = _taught(make, steps)
    states = []
    for keep, gone in pairs:
        if len(store.entities([keep, gone])) == 2:
            states.append((gone, store.entities([gone])[0].name, _whole(store)))
            store.merge(keep, gone)
            _check(store)
    for _, name, state in reversed(states):
        store.unmerge(name)
        assert _whole(store) == state


@STORES
@settings(deadline=None)
@given(steps=PARTED, more=PARTED)
def test_a_merge_is_as_if_both_had_been_one_all_along(make: Make, steps: list[Seen], more: list[Seen]) -> None:
    store, one = _taught(make, [(seen, 99) for seen in steps]), make()
    store.merge("a", "b")
    for step, seen in enumerate(more, start=len(steps) + 1):
        _learn(store, step, seen)
    for step, seen in enumerate([*steps, *more], start=1):
        _learn(one, step, seen, names={"b": "a"})
    assert _whole(store, ids=False)[1] == _whole(one, ids=False)[1]


@STORES
@settings(deadline=None)
@given(steps=PARTED, more=PARTED)
def test_what_is_learned_before_a_merge_is_undone_stays(make: Make, steps: list[Seen], more: list[Seen]) -> None:
    merged, never = (_taught(make, [(seen, 99) for seen in steps]) for _ in range(2))
    merged.merge("a", "b")
    for step, seen in enumerate(more, start=len(steps) + 1):
        _learn(merged, step, seen)
        _learn(never, step, seen, names={"b": "a"})
    merged.unmerge("b")
    _check(merged)
    assert _whole(merged, ids=False) == _whole(never, ids=False)
