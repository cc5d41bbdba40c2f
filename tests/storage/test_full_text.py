"""Full text: plain BM25 while a memory is small, rare words first when it is large."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmem.graph.learning import append
from graphmem.records import Episode
from graphmem.storage.sqlite import full_text
from graphmem.storage.sqlite.store import SqliteStore

WORDS = st.sampled_from(["apple", "apples", "red", "key", "oven", "the", "is", "snow", "Ärger", "_"])
TEXTS = st.lists(st.lists(WORDS, min_size=1, max_size=8).map(" ".join), min_size=1, max_size=12)


def _matching(store: SqliteStore, query: str, *, limit: int, at: int | None = None) -> list[tuple[str, float]]:
    """The episodes that full text alone finds."""
    return list(store.seeds([], np.empty((0, 4), np.float32), query, limit=limit, at=at).matching_episodes)


@pytest.fixture
def store() -> Iterator[SqliteStore]:
    store = SqliteStore(":memory:")
    yield store
    store.close()


def fill(store: SqliteStore, texts: Iterable[str], *, first: int = 0) -> None:
    append(store, [Episode(f"e{i}", text, i) for i, text in enumerate(texts, first)])


def found(store: SqliteStore, query: str, *, limit: int = 5, at: int | None = None) -> list[str]:
    return [id_ for id_, _ in _matching(store, query, limit=limit, at=at)]


@settings(deadline=None)
@given(texts=TEXTS, query=st.lists(WORDS, min_size=1, max_size=6).map(" ".join))
def test_a_small_memory_is_ranked_by_plain_bm25(texts: list[str], query: str) -> None:
    store = SqliteStore(":memory:")
    fill(store, texts)
    rows = store._db.execute(
        """SELECT 'e' || (rowid - 1), -bm25(episode_text) FROM episode_text WHERE episode_text MATCH ?
        ORDER BY bm25(episode_text), rowid DESC LIMIT 5""",
        [" OR ".join(f'"{word}"' for word in query.split())],
    ).fetchall()
    assert _matching(store, query, limit=5) == rows
    store.close()


@settings(deadline=None)
@given(query=st.text())
def test_any_text_is_a_query(query: str) -> None:
    store = SqliteStore(":memory:")
    fill(store, ["apple"])
    assert len(_matching(store, query, limit=5)) <= 1
    store.close()


@pytest.fixture
def large(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> SqliteStore:
    """Where a word of more than twenty texts is common: "red" and, more so, "the"."""
    monkeypatch.setattr(full_text, "COMMON", 20)
    monkeypatch.setattr(full_text, "SCORED", 40)
    fill(store, [f"the red thing {i}" if i % 3 == 0 else f"the thing {i}" for i in range(300)])
    return store


def test_a_rare_word_is_found_among_common_ones(large: SqliteStore) -> None:
    fill(large, ["the apple", "nothing"], first=300)
    assert found(large, "where is the red apple", limit=1) == ["e300"]


def test_a_common_word_tips_the_balance(large: SqliteStore) -> None:
    fill(large, ["the red apple", "the green apple"], first=300)
    assert found(large, "red apple") == ["e300", "e301"]


def test_common_words_alone_find_the_newest_that_have_most_of_them(large: SqliteStore) -> None:
    assert found(large, "the red", limit=2) == ["e297", "e294"]


def test_common_words_are_found_in_the_past(large: SqliteStore) -> None:
    assert found(large, "red", limit=2, at=5) == ["e3", "e0"]


def test_what_is_common_elsewhere_is_found_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(full_text, "COMMON", 20)
    small, large = SqliteStore(tmp_path / "one.db", "small"), SqliteStore(tmp_path / "one.db", "large")
    fill(small, ["the red apple"])
    fill(large, [f"the red thing {i}" for i in range(100)])
    assert found(small, "red") == ["e0"]
    assert len(found(large, "red")) == 5
    small.close()
    large.close()


def test_work_is_bounded_however_often_words_occur(large: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(large, (f"word{i % 10} again" for i in range(150)), first=300)
    steps = []
    large._db.set_progress_handler(lambda: steps.append(1), 100)
    found(large, " ".join(f"word{i}" for i in range(10)))
    before = len(steps)
    fill(large, (f"word{i % 10} again" for i in range(1500)), first=1000)
    steps.clear()
    found(large, " ".join(f"word{i}" for i in range(10)))
    assert len(steps) < 4 * before
