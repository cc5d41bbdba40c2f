"""Two entities made one, and parted again."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmem import Memory
from graphmem.errors import InputError
from graphmem.graph import merging
from graphmem.graph.copying import Records, copy
from graphmem.graph.forgetting import forget
from graphmem.graph.learning import append, learn
from graphmem.graph.merging import merge, unmerge
from graphmem.protocols import Store
from graphmem.records import Entity, Episode, Learned, Lesson, Triple
from graphmem.storage.sqlite.store import SqliteStore
from graphmem.testing import HashEmbedder
from tests.oracle import DictStore

Make = Callable[[], Store]
Seen = tuple[str, str, str]
STORES = pytest.mark.parametrize("make", [DictStore, lambda: SqliteStore(":memory:")], ids=["in memory", "sqlite"])
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
    episode = append(store, [Episode(f"e{step}", f"step {step}", step)])[0]
    slot = "location" if relation == "is in" and subject != object_ else None
    lesson = Lesson(episode, (Triple(subject, relation, object_),), (slot,), outdated, mentions=(subject, object_))
    learn(store, [lesson], embedder="none")


def _taught(make: Make, steps: Iterable[tuple[Seen, int]]) -> Store:
    store = make()
    copy(
        store,
        Records(
            [Entity(name, (f"alias of {name}",)) for name in NAMES],
            [Episode("e0", "a b c d", 0, pending=False, mentions=tuple(NAMES))],
            [],
        ),
    )
    for step, (seen, end) in enumerate(steps, start=1):
        _learn(store, step, seen, end)
    return store


def _whole(store: Store, *, ids: bool = True) -> tuple[list[Any], ...]:
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
            merge(store, keep, gone)
            _check(store)
    for _, name, state in reversed(states):
        unmerge(store, name)
        assert _whole(store) == state


@STORES
@settings(deadline=None)
@given(steps=PARTED, more=PARTED)
def test_a_merge_is_as_if_both_had_been_one_all_along(make: Make, steps: list[Seen], more: list[Seen]) -> None:
    store, one = _taught(make, [(seen, 99) for seen in steps]), make()
    merge(store, "a", "b")
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
    merge(merged, "a", "b")
    for step, seen in enumerate(more, start=len(steps) + 1):
        _learn(merged, step, seen)
        _learn(never, step, seen, names={"b": "a"})
    unmerge(merged, "b")
    _check(merged)
    assert _whole(merged, ids=False) == _whole(never, ids=False)


def _seen(
    store: Store, name: str, step: int, *triples: tuple[str, str, str], outdated: tuple[str, ...] = ()
) -> Learned:
    """An episode of that id, all of whose triples say where a thing is."""
    (episode,) = append(store, [Episode(name, name, step)])
    facts = tuple(Triple(*each) for each in triples)
    return learn(store, [Lesson(episode, facts, ("location",) * len(facts), outdated)], embedder="none")[0]


@STORES
def test_parting_what_was_said_of_a_thing_and_itself_leaves_one_value(make: Make) -> None:
    store = make()
    _seen(store, "e1", 1, ("box", "is in", "chest"))
    merge(store, "box", "chest")
    _seen(store, "e2", 2, ("box", "is in", "hall"))
    unmerge(store, "chest")
    assert [str(fact) for fact in store.facts()] == ["box, is in, hall"]
    lives = {str(fact): fact.until for fact in store.facts(current=False)}
    assert lives == {"box, is in, chest": 2, "box, is in, hall": None}


@STORES
def test_what_ends_at_a_step_ends_before_the_next_begins(make: Make) -> None:
    store = make()
    (box,) = _seen(store, "e1", 1, ("apple", "is in", "box")).asserted
    _seen(store, "e5 hall", 5, ("pomme", "is in", "hall"))
    _seen(store, "e5 not there", 5, outdated=(box.id,))
    merge(store, "apple", "pomme")
    lives = {str(fact): (fact.retired_by, fact.reason) for fact in store.facts(current=False)}
    assert lives == {"apple, is in, box": ("e5 not there", "said to be outdated"), "apple, is in, hall": (None, None)}


@STORES
def test_what_held_for_no_time_comes_before_what_goes_on(make: Make) -> None:
    store = make()
    _seen(store, "e5 hall", 5, ("pomme", "is in", "hall"))
    (box,) = _seen(store, "e5 box", 5, ("apple", "is in", "box")).asserted
    _seen(store, "e5 not there", 5, outdated=(box.id,))
    merge(store, "apple", "pomme")
    assert [str(fact) for fact in store.facts()] == ["apple, is in, hall"]
    assert {fact.until for fact in store.facts(current=False)} == {None, 5}


def test_what_is_merged_is_found_by_either_name(memory: Memory) -> None:
    memory.remember("one", triples=[("Obama", "was born in", "Hawaii")])
    memory.remember("two", triples=[("Barack Obama", "is", "a lawyer")])
    assert memory.merge("Barack Obama", "obama") == Entity("Barack Obama", ("Obama",))
    memory.remember("three", triples=[("Obama", "knows", "Ann")])
    told = ["Barack Obama, was born in, Hawaii", "Barack Obama, is, a lawyer", "Barack Obama, knows, Ann"]
    assert list(map(str, memory.facts("Obama"))) == told
    found = memory.recall("Obama was born in Hawaii", search="arigraph", width=1, depth=1, episodes=0)
    assert "- Barack Obama, was born in, Hawaii" in str(found)
    assert memory.unmerge("Obama") == Entity("Obama")
    assert list(map(str, memory.facts("Obama"))) == ["Obama, was born in, Hawaii"]
    assert list(map(str, memory.facts("Barack Obama"))) == ["Barack Obama, is, a lawyer", "Barack Obama, knows, Ann"]


def test_only_texts_that_are_new_are_embedded(memory: Memory, embedder: HashEmbedder) -> None:
    memory.remember("one", triples=[("Obama", "was born in", "Hawaii"), ("Barack", "was born in", "Hawaii")])
    memory.remember("two", triples=[("Obama", "is", "a lawyer")])
    memory.merge("Barack", "Obama")
    assert embedder.texts[-1] == "barack, is, lawyer"
    memory.unmerge("Obama")
    memory.merge("Barack", "Obama")
    assert len(embedder.texts) == len(set(embedder.texts))


def test_an_alias_is_linked_when_it_is_observed(memory: Memory) -> None:
    memory.remember("one", triples=[("Barack Obama", "is", "a lawyer")])
    assert memory.alias("barack obama", "The  44th", "Barry") == Entity("Barack Obama", ("The 44th", "Barry"))
    learned = memory.remember("two", triples=[("Barry", "knows", "Ann")])
    assert list(map(str, learned.asserted)) == ["Barack Obama, knows, Ann"]


def test_an_alias_that_is_anothers_name_is_refused(memory: Memory) -> None:
    memory.remember("one", triples=[("apple", "is in", "box")])
    with pytest.raises(InputError, match=r"'box'.*merge"):
        memory.alias("apple", "fruit", "the box")
    with pytest.raises(InputError, match="nothing"):
        memory.alias("nothing", "fruit")
    assert memory.entities(["fruit"]) == []


def test_a_merged_memory_is_merged_when_it_is_opened_again(tmp_path: Path, embedder: HashEmbedder) -> None:
    with Memory(tmp_path / "house.db", embedder=embedder) as memory:
        memory.remember("one", triples=[("Obama", "is", "a lawyer"), ("Barack", "knows", "Ann")])
        memory.merge("Barack", "Obama")
    with Memory(tmp_path / "house.db", embedder=embedder) as memory:
        assert list(map(str, memory.facts("Obama"))) == ["Barack, is, a lawyer", "Barack, knows, Ann"]
        memory.unmerge("Obama")
        assert list(map(str, memory.facts("Obama"))) == ["Obama, is, a lawyer"]


def test_nothing_of_a_forgotten_name_is_left_in_the_file(tmp_path: Path, embedder: HashEmbedder) -> None:
    with Memory(tmp_path / "house.db", embedder=embedder) as memory:
        memory.remember("an ordinary day", triples=[("apple", "is in", "box"), ("pear", "is in", "box")])
        secret = memory.remember("Zanzibar", triples=[("zanzibar", "holds", "a quokka")]).episode
        memory.merge("apple", "zanzibar")
        memory.merge("apple", "pear")
        memory.forget(secret)
        assert memory.entities(["apple"]) == [Entity("apple", ("pear",))]
        left = b"".join(path.read_bytes() for path in tmp_path.iterdir()).lower()
    assert b"zanzibar" not in left
    assert b"quokka" not in left
    assert secret.id.encode() not in left


@STORES
@settings(deadline=None, max_examples=50)
@given(steps=PARTED.filter(bool), which=st.integers(0, 8))
def test_forgetting_reaches_through_a_merge(make: Make, steps: list[Seen], which: int) -> None:
    merged, never = _taught(make, [(seen, 99) for seen in steps]), _taught(make, [])
    forgotten = which % len(steps) + 1
    merge(merged, "a", "b")
    forget(merged, [f"e{forgotten}"])
    for step, seen in enumerate(steps, start=1):
        if step != forgotten:
            _learn(never, step, seen)
    merge(never, "a", "b")
    _check(merged)
    assert _whole(merged, ids=False)[1:] == _whole(never, ids=False)[1:]
    unmerge(merged, "b")
    unmerge(never, "b")
    assert _whole(merged, ids=False)[1:] == _whole(never, ids=False)[1:]


@STORES
@settings(deadline=None, max_examples=50)
@given(steps=st.lists(SEEN, min_size=1, max_size=9), pairs=PAIRS, which=st.integers(0, 8))
def test_forgetting_reaches_through_several_merges(
    make: Make, steps: list[Seen], pairs: list[list[str]], which: int
) -> None:
    merged, never = _taught(make, [(seen, 99) for seen in steps]), _taught(make, [])
    forgotten = which % len(steps) + 1
    for pair in pairs:
        with suppress(InputError):  # one of them is not there, or both are one
            merge(merged, *pair)
    forget(merged, [f"e{forgotten}"])
    for step, seen in enumerate(steps, start=1):
        if step != forgotten:
            _learn(never, step, seen)
    for keep, gone in [(each.keep, each.gone.name) for each in merged.merges()]:
        merge(never, keep, gone)
    _check(merged)
    assert _whole(merged, ids=False)[1:] == _whole(never, ids=False)[1:]


def test_forgetting_leaves_merges_alone_that_it_has_nothing_to_do_with(
    memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("Ann", "Anna", "Annie", "Bob", "Robert"):
        memory.remember(f"{name} is here", triples=[(name, "is", "here")])
    secret = memory.remember("Anna has a key", triples=[("Anna", "has", "key")]).episode
    for keep, gone in (("Ann", "Anna"), ("Bob", "Robert"), ("Ann", "Annie")):
        memory.merge(keep, gone)
    undone: list[str] = []
    part = merging.part
    monkeypatch.setattr(merging, "part", lambda draft, merge: undone.append(merge.gone.name) or part(draft, merge))
    memory.forget(secret)
    assert undone == ["Annie", "Anna"]
    assert memory.entities(["Robert", "Annie"]) == [Entity("Ann", ("Anna", "Annie")), Entity("Bob", ("Robert",))]
    assert memory.facts(relations=["has"]) == []


def test_a_merge_is_seen_by_whoever_has_looked_before(tmp_path: Path, embedder: HashEmbedder) -> None:
    with Memory(tmp_path / "h.db", embedder=embedder) as one, Memory(tmp_path / "h.db", embedder=embedder) as other:
        one.remember("one", triples=[(name, "is", "here") for name in ("Ann", "Anna", "Bob", "Robert")])
        one.merge("Ann", "Anna")
        assert other.audit().merges == (("Ann", "Anna"),)
        one.merge("Bob", "Robert")
        other.unmerge("Anna")
        assert one.audit().merges == other.audit().merges == (("Bob", "Robert"),)
