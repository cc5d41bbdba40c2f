"""Export and import: nothing is lost on the way, and a bad file changes nothing."""

from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graphmem.errors import InputError, StoreUnwritable
from graphmem.graph.copying import Records, copy
from graphmem.graph.export import export, import_file
from graphmem.graph.learning import append, learn
from graphmem.protocols import Store
from graphmem.records import Entity, Episode, Lesson, Triple
from graphmem.testing import HashEmbedder, teach
from tests.oracle import DictStore

ENDINGS = pytest.mark.parametrize("ending", [".jsonl", ".graphml"])
TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
NAME = TEXT.filter(str.strip)
JSON = st.recursive(st.none() | st.booleans() | st.integers(-9, 9) | TEXT, lambda inner: st.lists(inner, max_size=3))


@st.composite
def _memories(draw: st.DrawFn) -> Store:
    store = DictStore()
    for number in range(draw(st.integers(0, 4))):
        time = draw(st.none() | st.datetimes(min_value=datetime(1990, 1, 1)))
        metadata = draw(st.dictionaries(TEXT, JSON, max_size=2))
        key = draw(st.none() | st.just(f"key {number}"))
        episode = append(store, [Episode(f"e{number}", draw(NAME), number, time, metadata, key)])[0]
        triples = tuple(draw(st.lists(st.builds(Triple, NAME, NAME, NAME), max_size=3)))
        slots = tuple(draw(st.sampled_from([None, "location"])) for _ in triples)
        if draw(st.booleans()):
            learn(
                store, [Lesson(episode, triples, slots, mentions=tuple(draw(st.lists(NAME, max_size=2))))], embedder="x"
            )
    copy(store, Records([Entity(draw(NAME), tuple(draw(st.lists(NAME, max_size=2))))], [], []))
    return store


def _contents(store: Store) -> tuple[object, ...]:
    return store.entities(), store.episodes(), store.facts(current=False)


@ENDINGS
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
@given(store=_memories())
def test_a_round_trip_loses_nothing(store: Store, ending: str, tmp_path: Path) -> None:
    export(store, tmp_path / f"memory{ending}")
    other = DictStore()
    import_file(other, tmp_path / f"memory{ending}", HashEmbedder())
    assert _contents(other) == _contents(store)


@ENDINGS
def test_facts_of_one_step_keep_their_order(ending: str, tmp_path: Path) -> None:
    store = DictStore()
    teach(store, 1, ("apple", "is", "red"), ("cat", "is in", "hall"), slots=(None, "place"))
    teach(store, 2, ("cat", "is in", "attic"), slot="place")
    export(store, tmp_path / f"memory{ending}")
    other = DictStore()
    import_file(other, tmp_path / f"memory{ending}", HashEmbedder())
    assert [fact.current for fact in store.facts(current=False)] == [True, False, True]
    assert _contents(other) == _contents(store)


@ENDINGS
def test_importing_twice_changes_nothing(ending: str, tmp_path: Path) -> None:
    store = DictStore()
    teach(store, 1, ("apple", "is in", "box"))
    export(store, tmp_path / f"memory{ending}")
    before = _contents(store)
    import_file(store, tmp_path / f"memory{ending}", HashEmbedder())
    assert _contents(store) == before


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.jsonl", ""),
        ("other.jsonl", '{"some": "thing"}\n'),
        ("cut.jsonl", '{"graphmem": 1}\n{"episode":{"id":"e1","te'),
        ("wrong.jsonl", '{"graphmem": 1}\n{"episode":{"id":"e1"}}\n'),
        ("kind.jsonl", '{"graphmem": 1}\n{"spell":{"id":"e1"}}\n'),
        (
            "dangling.jsonl",
            '{"graphmem": 1}\n'
            '{"fact":{"id":"f","subject":"a","relation":"b","object":"c","asserted_by":"e","since":1}}\n',
        ),
        ("other.graphml", "<graphml/>"),
        ("noxml.graphml", "hello"),
        ("empty.graphml", ""),
    ],
)
def test_a_file_that_is_no_export_is_named_and_changes_nothing(name: str, content: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(content)
    store = DictStore()
    with pytest.raises(InputError, match=r"\.jsonl|\.graphml|cut short"):
        import_file(store, tmp_path / name, HashEmbedder())
    assert _contents(store) == ([], [], [])


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.jsonl cannot be read"):
        import_file(DictStore(), tmp_path / "none.jsonl", HashEmbedder())


def test_an_unknown_ending_names_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\.jsonl or \.graphml"):
        export(DictStore(), tmp_path / "memory.csv")


def test_an_ending_may_be_written_in_capitals(tmp_path: Path) -> None:
    assert export(DictStore(), tmp_path / "MEMORY.JSONL") == import_file(
        DictStore(), tmp_path / "MEMORY.JSONL", HashEmbedder()
    )


def test_an_export_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(StoreUnwritable, match="cannot be written"):
        export(DictStore(), tmp_path / "no" / "memory.jsonl")
