"""What a store keeps of what it read is what anybody reads who opens the file anew, whoever wrote to it meanwhile."""

from contextlib import closing, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmem import Memory
from graphmem.errors import InputError
from graphmem.graph.copying import Records, copy
from graphmem.protocols import Store
from graphmem.records import Around, Triple
from graphmem.storage.sqlite import SqliteStore, kept
from graphmem.testing import HashEmbedder

NAMES = ("apple", "box", "crate", "dish", "egg")
RELATIONS = ("is in", "touches")
PLACES = st.tuples(st.sampled_from(NAMES), st.sampled_from(RELATIONS), st.sampled_from(NAMES))
WRITES = st.lists(
    st.one_of(
        st.tuples(st.just("remember"), st.lists(PLACES, min_size=1, max_size=3), st.integers(-1, 5)),
        st.tuples(st.just("append"), st.sampled_from(NAMES)),
        st.tuples(st.just("forget"), st.integers(0, 9)),
        st.tuples(st.just("merge"), st.sampled_from(NAMES), st.sampled_from(NAMES)),
        st.tuples(st.just("unmerge"), st.sampled_from(NAMES)),
        st.tuples(st.just("alias"), st.sampled_from(NAMES), st.sampled_from(("thing", *NAMES))),
        st.tuples(st.just("update"), PLACES),
        st.tuples(st.just("restore"), st.integers(0, 9)),
        st.tuples(st.just("respell"), st.sampled_from(NAMES)),
    ),
    min_size=1,
    max_size=12,
)


def _one_place(triple: Triple) -> str | None:
    return "place" if triple.relation == "is in" else None


def _write(memory: Memory, kind: str, *given: object) -> None:
    episodes, facts = memory.episodes(), memory.facts(retired=True)
    match kind, given:
        case "remember", (triples, step):
            told = ", ".join(map(" ".join, triples))
            memory.remember(f"It is said that {told}", triples=triples, step=None if step < 0 else step)
        case "append", (name,):
            memory.remember(f"The {name} was looked at", triples=[])
        case "forget", (number,) if episodes:
            memory.forget(episodes[number % len(episodes)])
        case "restore", (number,) if facts:
            memory.restore(facts[number % len(facts)])
        case "merge" | "unmerge" | "alias", names:
            getattr(memory, kind)(*names)
        case "update", (triple,):
            memory.update({"text": " ".join(triple), "triples": [triple], "key": "note"})
        case "respell", (name,):
            _respell(memory, name)


def _respell(memory: Memory, name: str) -> None:
    """Let an entity be called as it is in capitals, by a record of a copy."""
    for entity in memory.entities([name]):
        renamed = type(entity)(entity.name.upper(), entity.aliases)
        copy(memory._store, Records([renamed]), renew=True)


def _read(store: Store) -> tuple[object, ...]:
    """All that a store keeps, by way of what it is asked."""
    episodes, facts = store.episodes(), store.facts(current=False)
    ids = [episode.id for episode in episodes]
    names = [*NAMES, "thing"]
    texts = [*(episode.text for episode in episodes), *(fact.triple.text for fact in facts)]
    texts += [", ".join((one, relation, other)) for one in NAMES for relation in RELATIONS for other in NAMES]
    return (
        store.episodes(ids=ids),
        store.facts(ids=[fact.id for fact in facts]),
        *(_around(store.around(names, ids, facts=2, episodes=2, at=at)) for at in (None, 2)),
        *(store.outgoing(names, each=1, limit=2, at=at) for at in (None, 2)),
        {text: vector.tobytes() for text, vector in store.vectors(texts).items()},
    )


def _around(found: Around) -> tuple[object, ...]:
    return found.facts, set(found.taught), set(found.mentions), set(found.follows), found.disputed, found.degrees


@settings(max_examples=25)
@given(writes=st.lists(st.tuples(st.booleans(), WRITES), min_size=1, max_size=4))
def test_what_is_kept_is_as_if_read_anew(writes: list[tuple[bool, list[tuple[object, ...]]]]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "house.db"
        mine, other = (Memory(path, embedder=HashEmbedder(), slot_of=_one_place) for _ in range(2))
        with mine, other:
            for own, batch in writes:
                for write in batch:
                    with suppress(InputError):
                        _write(mine if own else other, *write)
                    _read(mine._store)  # so that all of it is kept
                    with Memory(path, embedder=HashEmbedder(), slot_of=_one_place) as anew:
                        assert _read(mine._store) == _read(anew._store)
                        assert str(mine.recall("where is the apple?")) == str(anew.recall("where is the apple?"))


@pytest.mark.parametrize("path", [":memory:", "house.db"])
def test_a_write_leaves_what_it_does_not_touch(path: str, tmp_path: Path) -> None:
    place = path if path == ":memory:" else tmp_path / path
    with closing(SqliteStore(place)) as store:
        with_it = Memory(store, embedder=HashEmbedder())
        with_it.remember("one", triples=[("apple", "is in", "box")])
        with_it.remember("two", triples=[("crate", "is in", "dish")])
        store.around(["apple", "crate"], facts=5, episodes=5)
        before = dict(store._kept.facts)
        with_it.remember("three", triples=[("crate", "touches", "egg"), ("crate", "is in", "dish")])
        left = store._known(store._read_db).facts
        assert {fact.subject for fact in before.values()} == {"apple", "crate"}
        assert [fact.subject for fact in left.values()] == ["apple"]


def test_a_write_of_another_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "house.db"
    with Memory(path, embedder=HashEmbedder()) as one, Memory(path, embedder=HashEmbedder()) as other:
        one.remember("one", triples=[("apple", "is in", "box")])
        store = one._store
        assert isinstance(store, SqliteStore)
        store.around(["apple"], facts=5, episodes=5)
        assert store._kept.facts
        other.remember("two", triples=[("crate", "is in", "dish")])
        assert store._known(store._read_db) == kept.Kept(revision=store._kept.revision, seen=store._kept.seen)
