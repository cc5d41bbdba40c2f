"""The nearest of many: by a rough index, ranked exactly. From how many on a graph is large is lowered here."""

import logging
import sqlite3
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from graphmem.graph.forgetting import forget
from graphmem.graph.learning import append, learn
from graphmem.records import Change, Episode, Lesson, Triple, Vector
from graphmem.storage.sqlite import nearest
from graphmem.storage.sqlite.rough_index import RoughIndex
from graphmem.storage.sqlite.store import SqliteStore

DIMENSION = 384
LARGE = 400


@pytest.fixture(autouse=True)
def _large_from_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nearest, "EXACT", LARGE)


def clustered(count: int, seed: int = 0) -> Vector:
    """Unit vectors around forty centres."""
    chance = np.random.default_rng(seed)
    centres = np.random.default_rng(99).normal(size=(40, DIMENSION))
    vectors = centres[chance.integers(40, size=count)] + chance.normal(size=(count, DIMENSION))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def teach(store: SqliteStore, vectors: Vector, *, first: int = 0, step: int = 0, slot: str | None = None) -> str:
    """Facts for the vectors: "thing <first>, is in, room" and so on, ten an episode; gives the last episode's id."""
    triples = [Triple(f"thing {first + i}", "is in", f"room {step}") for i in range(len(vectors))]
    lessons = []
    for start in range(0, len(vectors), 10):
        some, part = triples[start : start + 10], vectors[start : start + 10]
        by_text = {triple.text: vector for triple, vector in zip(some, part, strict=True)}
        episode = Episode(f"e{step}.{first + start}", "seen", step)
        lessons.append(Lesson(episode, tuple(some), (slot,) * len(some), vectors=by_text))
    append(store, [lesson.episode for lesson in lessons])
    learn(store, lessons, embedder="drawn")
    return lessons[-1].episode.id


def things(store: SqliteStore, query: Vector, *, limit: int = 20, at: int | None = None) -> list[str]:
    """What the nearest facts are about, best first."""
    ids = [id_ for id_, _ in store.nearest("fact", query[np.newaxis], limit=limit, at=at)[0]]
    subjects = {fact.id: fact.subject for fact in store.facts(ids=ids, current=False)}
    return [subjects[id_] for id_ in ids]


def test_finds_nearly_all_that_an_exact_search_finds(tmp_path: Path) -> None:
    vectors, queries = clustered(3000), clustered(50, seed=1)
    store = SqliteStore(tmp_path / "large.db")
    teach(store, vectors)
    exact = np.argsort(-(queries @ vectors.T), axis=1)[:, :20]
    found = [things(store, query) for query in queries]
    shares = [len({f"thing {i}" for i in row} & set(hits)) / 20 for row, hits in zip(exact, found, strict=True)]
    assert np.mean(shares) >= 0.97


def test_scores_are_cosines_best_first(tmp_path: Path) -> None:
    vectors = clustered(2 * LARGE)
    store = SqliteStore(tmp_path / "large.db")
    teach(store, vectors)
    (hits,) = store.nearest("fact", vectors[:1], limit=5)
    scores = [score for _, score in hits]
    assert scores[0] == pytest.approx(1, abs=1e-4)
    assert scores == sorted(scores, reverse=True)


def test_what_is_learned_is_found_at_once(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "large.db")
    teach(store, clustered(2 * LARGE))
    things(store, clustered(1)[0])
    new = clustered(1, seed=5)
    teach(store, new, first=10_000, step=1)
    assert things(store, new[0])[0] == "thing 10000"


def test_what_is_retired_is_found_in_the_past_only(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "large.db")
    vectors = clustered(2 * LARGE)
    teach(store, vectors, slot="location")
    things(store, vectors[7])
    teach(store, clustered(1, seed=5), first=7, step=1, slot="location")
    assert "thing 7" not in things(store, vectors[7], limit=1)
    assert things(store, vectors[7], limit=1, at=0) == ["thing 7"]


def test_a_fact_that_has_changed_since_is_found_once(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "large.db")
    vectors = clustered(2 * LARGE)
    teach(store, vectors)
    things(store, vectors[7])
    (again,) = append(store, [Episode("again", "seen again", 1)])
    learn(store, [Lesson(again, (Triple("thing 7", "is in", "room 0"),), (None,))], embedder="drawn")
    found = things(store, vectors[7])
    assert (found[0], len(set(found))) == ("thing 7", len(found))


def test_the_few_that_hold_among_many_are_all_found(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "large.db")
    teach(store, clustered(7), step=3)
    teach(store, clustered(8 * LARGE, seed=2), first=7, step=9)
    query = -clustered(1, seed=4)[0]
    assert sorted(things(store, query, at=3)) == [f"thing {i}" for i in range(7)]


def test_the_index_is_kept_with_the_memory(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    vectors = clustered(2 * LARGE)
    store = SqliteStore(tmp_path / "large.db")
    teach(store, vectors)
    things(store, vectors[0])
    store.close()
    with caplog.at_level(logging.INFO):
        assert things(SqliteStore(tmp_path / "large.db"), vectors[3])[0] == "thing 3"
    assert not caplog.records


@pytest.mark.parametrize("harm", ["DELETE FROM rough_indexes", "UPDATE rough_indexes SET data = x'00112233'"])
def test_a_lost_or_damaged_index_is_built_anew_and_says_so(
    harm: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    vectors = clustered(2 * LARGE)
    store = SqliteStore(tmp_path / "large.db")
    teach(store, vectors)
    things(store, vectors[0])
    store.close()
    with sqlite3.connect(tmp_path / "large.db") as db:
        db.execute(harm)
    db.close()
    with caplog.at_level(logging.INFO):
        assert things(SqliteStore(tmp_path / "large.db"), vectors[3])[0] == "thing 3"
    assert "is built" in caplog.text


def test_two_who_write_one_file_find_what_either_learned(tmp_path: Path) -> None:
    one, other = SqliteStore(tmp_path / "large.db"), SqliteStore(tmp_path / "large.db")
    vectors = clustered(6 * LARGE)
    for turn in range(6):
        part = slice(turn * LARGE, (turn + 1) * LARGE)
        teach((one, other)[turn % 2], vectors[part], first=part.start, step=turn)
        for store in (one, other):
            assert things(store, vectors[part.start])[0] == f"thing {part.start}"
    assert [things(store, vectors[5])[0] for store in (one, other)] == ["thing 5"] * 2


def test_nothing_forgotten_stays_in_the_index(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "large.db")
    teach(store, clustered(2 * LARGE))
    secret = clustered(1, seed=5)
    episode = teach(store, secret, first=9999, step=1)
    teach(store, clustered(LARGE, seed=6), first=20_000, step=2)
    things(store, secret[0])
    code = np.packbits(secret[0] > 0).tobytes()
    assert code in _stored(tmp_path / "large.db")
    forget(store, [episode])
    assert "thing 9999" not in things(store, secret[0])
    store.close()
    assert code not in (tmp_path / "large.db").read_bytes()
    assert code not in _stored(tmp_path / "large.db")


def test_forgetting_leaves_the_index_of_the_rest_to_all_who_have_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    one, other = SqliteStore(tmp_path / "large.db"), SqliteStore(tmp_path / "large.db")
    vectors = clustered(3 * LARGE)
    episode = teach(one, vectors[: 2 * LARGE])
    teach(one, vectors[2 * LARGE : 2 * LARGE + 10], first=2 * LARGE, step=1)
    for store in (one, other):
        things(store, vectors[0])
    recent = teach(other, vectors[-10:], first=3 * LARGE - 10, step=2)
    assert things(one, vectors[-1])[0] == f"thing {3 * LARGE - 1}"
    with caplog.at_level(logging.INFO):
        forget(one, [episode, recent])
        for store in (one, other):
            assert f"thing {2 * LARGE - 1}" not in things(store, vectors[2 * LARGE - 1])
            assert f"thing {3 * LARGE - 1}" not in things(store, vectors[-1])
            assert things(store, vectors[5])[0] == "thing 5"
            assert things(store, vectors[2 * LARGE + 5])[0] == f"thing {2 * LARGE + 5}"
    assert "is built" not in caplog.text


def _stored(path: Path) -> bytes:
    with sqlite3.connect(path) as db:
        rows = db.execute("SELECT data FROM rough_indexes").fetchall()
    db.close()
    return b"".join(row[0] for row in rows)


def test_namespaces_are_apart(tmp_path: Path) -> None:
    vectors = clustered(2 * LARGE)
    for name in ("one", "other"):
        store = SqliteStore(tmp_path / "large.db", name)
        teach(store, vectors if name == "one" else -vectors)
    for name in ("one", "other"):
        store = SqliteStore(tmp_path / "large.db", name)
        ids = {id_ for id_, _ in store.nearest("fact", vectors[:1], limit=20)[0]}
        assert len(store.facts(ids=ids)) == 20


def test_a_memory_without_a_file_has_an_index_too() -> None:
    vectors = clustered(2 * LARGE)
    store = SqliteStore(":memory:")
    teach(store, vectors)
    assert things(store, vectors[3])[0] == "thing 3"


def test_many_episodes_are_found_as_facts_are(tmp_path: Path) -> None:
    vectors = clustered(2 * LARGE)
    store = SqliteStore(tmp_path / "large.db")
    stored = append(store, [Episode(f"e{i}", f"text {i}", i) for i in range(len(vectors))])
    lessons = [Lesson(e, vectors={e.text: vector}) for e, vector in zip(stored, vectors, strict=True)]
    learn(store, lessons, embedder="drawn")
    assert store.nearest("episode", vectors[5:6], limit=1)[0][0][0] == "e5"
    assert all(int(id_[1:]) <= 40 for id_, _ in store.nearest("episode", vectors[99:100], limit=9, at=40)[0])


def test_a_rough_index_survives_as_bytes() -> None:
    vectors = clustered(500)
    index = RoughIndex()
    index.put([(range(500), range(500), vectors)])
    index.put([([7], [7], -vectors[7:8])])
    again = RoughIndex.from_parts([index.part(0)])
    assert len(again) == 500
    for query in (vectors[:1], vectors[7:8]):
        assert np.array_equal(again.near(query, 10), index.near(query, 10))
    assert 7 not in again.near(vectors[7:8], 1)[0]


@pytest.mark.parametrize("dimension", [1, 63, 100, 1536])
def test_vectors_may_have_any_dimension(dimension: int) -> None:
    vectors = np.random.default_rng(0).normal(size=(300, dimension)).astype(np.float32)
    index = RoughIndex()
    index.put([(range(300), range(1000, 1300), vectors)])
    numbers, places = index.near(vectors[:1], 300)
    assert numbers.tolist() == list(range(300))
    assert places.tolist() == list(range(1000, 1300))
    assert dimension == 1 or 5 in index.near(vectors[5:6], 20)[0]


@pytest.mark.parametrize("anew", [False, True])
def test_many_that_have_changed_hide_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, anew: bool) -> None:
    monkeypatch.setattr(nearest, "SPARE", (5, 20))
    monkeypatch.setattr(nearest, "STALE", 15)
    store = SqliteStore(tmp_path / "large.db")
    vectors = clustered(3 * LARGE)
    for start in range(0, 3 * LARGE, LARGE // 2):
        teach(store, vectors[start : start + LARGE // 2], first=start, step=start)
        things(store, vectors[0])
    near = np.argsort(-(vectors @ vectors[0]))
    alike = [f"thing {i}" for i in near if i < 2 * LARGE][:100]
    for name in alike:  # each fact has another text, and another vector
        store.write(lambda select, name=name: (_told_otherwise(store, name, -vectors[0]), None))
    if anew:
        store.close()
        store = SqliteStore(tmp_path / "large.db")
    things(store, vectors[0])
    monkeypatch.setattr(nearest.Nearest, "_held", lambda *_: pytest.fail("all rows are read"))
    found = things(store, vectors[0], limit=10)
    assert len(found) == 10
    assert not set(found) & set(alike)


def _told_otherwise(store: SqliteStore, name: str, vector: Vector) -> Change:
    (fact,) = store.facts(entities=[name])
    new = replace(fact, object=f"{fact.object} no more")
    return Change(facts=(new,), vectors={new.triple.text: vector})
