"""Words are taken out of an FTS5 index where they stand, and the index is as if they had never been there."""

import logging
import sqlite3
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmem.storage.sqlite import erasing
from graphmem.storage.sqlite.erasing import TOKENIZER, erase

WORDS = st.sampled_from([f"{first}{last}" for first in "abcdefgh" for last in ("x", "xy", "xyzzy" * 3)])
TEXTS = st.lists(WORDS, min_size=1, max_size=60).map(" ".join)
ANEW = 10**9
"""Of how few rows ever, an index is written again."""
BATCHES = st.lists(st.lists(TEXTS, min_size=1, max_size=12), min_size=1, max_size=12)


@pytest.fixture(autouse=True)
def _never_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasing, "WHOLE", 0)


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    made = _index()
    yield made
    made.close()


def _index(page: int = 64) -> sqlite3.Connection:
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.execute("PRAGMA secure_delete = ON")
    db.execute(f"CREATE VIRTUAL TABLE texts USING fts5(text, tokenize = '{TOKENIZER}')")
    db.execute("INSERT INTO texts(texts, rank) VALUES ('pgsz', ?)", [page])
    return db


def _add(db: sqlite3.Connection, texts: dict[int, str]) -> None:
    db.execute("BEGIN")
    db.executemany("INSERT INTO texts (rowid, text) VALUES (?, ?)", texts.items())
    db.execute("COMMIT")


def _held(db: sqlite3.Connection) -> list[tuple[str, int, int]]:
    """Every word of the index, with the row and place in which it is."""
    db.execute("CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, texts, instance)")
    found = db.execute("SELECT term, doc, offset FROM temp.words ORDER BY term, doc, offset").fetchall()
    db.execute("DROP TABLE temp.words")
    return found


def _bytes(db: sqlite3.Connection) -> bytes:
    blocks = db.execute("SELECT block FROM texts_data UNION ALL SELECT term FROM texts_idx").fetchall()
    return b"|".join(block for (block,) in blocks)


@settings(deadline=None, max_examples=60)
@given(batches=BATCHES, page=st.sampled_from([32, 64, 200, 4050]), whole=st.sampled_from([0, ANEW]), data=st.data())
def test_what_is_left_is_as_if_nothing_else_had_been_there(
    batches: list[list[str]], page: int, whole: int, data: st.DataObject
) -> None:
    erasing.WHOLE = whole  # put back by the fixture
    db, other, kept, row = _index(page), _index(page), dict[int, str](), 0
    for texts in batches:
        added = {row + number: text for number, text in enumerate(texts, start=1)}
        row += len(texts)
        _add(db, added)
        kept |= added
        gone = data.draw(st.lists(st.sampled_from(sorted(kept)), unique=True, max_size=8)) if kept else []
        erase(db, "texts", gone)
        for each in gone:
            del kept[each]
    _add(other, kept)
    assert _held(db) == _held(other)
    db.execute("INSERT INTO texts(texts) VALUES ('integrity-check')")
    for score in ("SELECT rowid, bm25(texts) FROM texts WHERE texts MATCH 'ax OR bxy' ORDER BY rowid",):
        assert db.execute(score).fetchall() == other.execute(score).fetchall()
    db.close()
    other.close()


@pytest.mark.parametrize("whole", [0, ANEW])
def test_a_word_that_no_text_has_any_more_is_gone_to_the_byte(
    db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, whole: int
) -> None:
    monkeypatch.setattr(erasing, "WHOLE", whole)
    _add(db, {n: f"the day {n} was {'zanzibar' if n % 3 == 0 else 'cold'} as usual" for n in range(1, 30)})
    _add(db, {200: "the quokka of zanzibar"})
    assert b"quokka" in _bytes(db)
    erase(db, "texts", [200, *range(3, 30, 3)])
    assert not any(word in _bytes(db) for word in (b"quokka", b"zanz"))
    assert db.execute("SELECT count(*) FROM texts WHERE texts MATCH 'cold'").fetchone() == (20,)


@pytest.mark.parametrize("whole", [0, ANEW])
def test_an_index_of_another_form_is_built_anew(
    db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, whole: int
) -> None:
    monkeypatch.setattr(erasing, "WHOLE", whole)
    _add(db, {1: "an apple", 2: "a quokka"})
    db.execute("DELETE FROM texts WHERE rowid = 2")  # as FTS5 does it: the word is there twice now
    _add(db, {2: "a wombat"})
    db.execute("UPDATE texts_data SET block = x'00' WHERE id = 10")
    with caplog.at_level(logging.WARNING):
        erase(db, "texts", [2])
    assert "built anew" in caplog.text
    assert _held(db) == [("an", 1, 0), ("appl", 1, 1)]


def test_a_small_index_is_written_again_without_a_word(
    db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(erasing, "WHOLE", 50)
    _add(db, {1: "an apple", 2: "a quokka"})
    erase(db, "texts", [2])
    assert (_held(db), caplog.text) == ([("an", 1, 0), ("appl", 1, 1)], "")
