"""Erasing texts from an FTS5 index to the byte, at the cost of the texts, not of the index.

FTS5 deletes a row by writing its words once more, and keeps both until it happens to merge that part of the index.
(SQLite 3.42 can do better, but then no older one reads the file.) So the words are taken out of the pages where they
stand, in the format that `fts5_index.c` of SQLite describes; whatever is not as expected there, the index is built
anew from the texts that are left. It holds only while nothing else deletes from these indexes.
"""

from __future__ import annotations

import logging
import sqlite3
import struct
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence, Set
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby, pairwise

from graphmem.records import MOST
from graphmem.storage.sqlite.rows import IN, all_rows, as_set

log = logging.getLogger(__name__)

TOKENIZER = "porter unicode61"

WHOLE = 500
"""An index of so many rows is written again by FTS5, in one segment, about as fast as one row of it is erased."""

LISTED = 4
"""A list over more pages than this has an index of its own."""

_TOTALS, _STRUCTURE = 1, 10  # the ids of two rows of an index that are no pages
_GONE = b"\x01"  # instead of a word's places in a row: the row is deleted
_NO_WORD = b"0"  # each word follows this byte


def erase(db: sqlite3.Connection, index: str, rows: Iterable[int]) -> None:
    """Remove these rows from the FTS5 table `index` of one column, before anything is added in the transaction."""
    texts = all_rows(db, f"SELECT id, c0 FROM {index}_content WHERE id {IN}", [as_set(rows)])
    if not texts:
        return
    there, tokens = _totals(db, index)
    gone, anew = as_set(row for row, _ in texts), False
    try:
        if WHOLE * len(texts) > there:
            return _delete(db, index, gone)
        _Pages(db, index).erase(_words(texts))
    except (LookupError, ValueError, struct.error) as error:
        log.warning("the full text is built anew: %s is not as expected (%s)", index, error)
        anew = True
    sizes = all_rows(db, f"SELECT sz FROM {index}_docsize WHERE id {IN}", [gone])
    totals = _varint(there - len(texts)) + _varint(tokens - sum(_number(size, 0)[0] for (size,) in sizes))
    db.execute(f"DELETE FROM {index}_content WHERE id {IN}", [gone])
    db.execute(f"DELETE FROM {index}_docsize WHERE id {IN}", [gone])
    db.execute(f"UPDATE {index}_data SET block = ? WHERE id = {_TOTALS}", [totals])
    if anew:
        db.execute(f"INSERT INTO {index}({index}) VALUES ('rebuild')")


def _delete(db: sqlite3.Connection, index: str, rows: str) -> None:
    """Let FTS5 delete these rows, and merge all of its segments, so that nothing of them is left in any.

    Raises `LookupError` when it cannot.
    """
    try:
        db.execute(f"DELETE FROM {index} WHERE rowid {IN}", [rows])
        db.execute(f"INSERT INTO {index}({index}) VALUES ('optimize')")
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError as error:  # the index is damaged
        raise LookupError(str(error)) from error
    if len(list(_read_segments(db, index))) > 1:
        raise LookupError("a merge of some segments was under way")


def _totals(db: sqlite3.Connection, index: str) -> tuple[int, int]:
    """The rows and the words of an index."""
    (block,) = db.execute(f"SELECT block FROM {index}_data WHERE id = {_TOTALS}").fetchone()
    rows, at = _number(block, 0)
    return rows, _number(block, at)[0]


def _words(texts: Sequence[tuple[int, str]]) -> list[tuple[bytes, set[int]]]:
    """The different words of some texts, as the index has them, and the rows that each is in."""
    with closing(sqlite3.connect(":memory:")) as scratch:
        scratch.execute(f"CREATE VIRTUAL TABLE texts USING fts5(text, tokenize = '{TOKENIZER}')")
        scratch.execute("CREATE VIRTUAL TABLE words USING fts5vocab(texts, instance)")
        scratch.executemany("INSERT INTO texts (rowid, text) VALUES (?, ?)", texts)
        found = scratch.execute("SELECT CAST(term AS BLOB), doc FROM words ORDER BY term").fetchall()
    return [(word, {row for _, row in pairs}) for word, pairs in groupby(found, key=lambda pair: pair[0])]


@dataclass
class _Page:
    """A page of a segment: what it begins with goes on from the page before, then words with the rows that have them.

    A list of rows is that of (row, size of the places, places); the first row of a word, and of a page, is told as it
    is, others by the distance from the one before. `row_at` is where in `lead` the first row stands, if one does.
    `words` gives how much of each is as in the word before, itself, and its list.
    """

    lead: bytes
    row_at: int | None
    words: list[tuple[int, bytes, bytes]]
    first_word: bytes | None


@dataclass(frozen=True)
class _Segment:
    id: int
    first: int
    last: int
    merging: bool


def _read_segments(db: sqlite3.Connection, index: str) -> Iterator[_Segment]:
    (block,) = db.execute(f"SELECT block FROM {index}_data WHERE id = {_STRUCTURE}").fetchone()
    levels, at = _number(block, 4)
    at = _number(block, _number(block, at)[1])[1]
    for _ in range(levels):
        merging, at = _number(block, at)
        count, at = _number(block, at)
        for number in range(count):
            id_, at = _number(block, at)
            first, at = _number(block, at)
            last, at = _number(block, at)
            yield _Segment(id_, first, last, number < merging)


class _Pages:
    """The pages of an index, as they are changed."""

    def __init__(self, db: sqlite3.Connection, index: str) -> None:
        self._db, self._index = db, index
        segments = list(_read_segments(db, index))
        for segment in segments:
            if segment.first != 1:
                self._drop_merged(segment)
        self._segments = [segment for segment in segments if segment.first]
        self._held: dict[int, _Page] = {}
        self._changed: dict[int, tuple[_Segment, int]] = {}

    def _drop_merged(self, segment: _Segment) -> None:
        """Remove what an unfinished merge is done with, as FTS5 does at its end: all before the first page."""
        (start, end), first = (it << 37 for it in (segment.id, segment.id + 1)), segment.first
        if not first:
            self._db.execute(f"DELETE FROM {self._index}_data WHERE id >= ? AND id < ?", [start, end])
        gone = "segid = ? AND (pgno >> 1 < ? OR ? = 0)"
        self._db.execute(f"DELETE FROM {self._index}_idx WHERE {gone}", [segment.id, first, first])

    def erase(self, words: Iterable[tuple[bytes, set[int]]]) -> None:
        """Take rows out of the list of each of these words. Raises `LookupError` when one is not there."""
        for word, rows in words:
            for segment in list(self._segments):
                if found := self._erase(segment, _NO_WORD + word, rows):
                    self._segments.sort(key=lambda it: it is not segment)  # the next word's rows are mostly there too
                    rows -= found
                if not rows:
                    break
            else:
                raise LookupError(f"row {min(rows)} is missing")
        for key, (segment, number) in self._changed.items():
            self._store(key, segment, number)

    def _erase(self, segment: _Segment, word: bytes, rows: set[int]) -> set[int]:
        """Take rows out of a word's list; gives those that were there."""
        number = self._number_of(segment, word)
        page = self._page(segment, number)
        at = next((at for at, (_, other, _) in enumerate(page.words) if other == word), None)
        if at is None:
            return set()
        kept, _, listed = page.words[at]
        follows = at == len(page.words) - 1 and self._goes_on(segment, number + 1)
        listed, found, missing = _cut(listed, 0, rows, keep_first=follows)
        if found:
            if listed:
                page.words[at] = kept, word, listed
            else:
                _drop_word(page, at)
            self._change(segment, number, missing)
        if follows:
            found |= self._erase_further(segment, word, rows - found, number)
            self._drop_dead(segment, number)
        return found

    def _erase_further(self, segment: _Segment, word: bytes, rows: set[int], number: int) -> set[int]:
        """Where the rows of a word go on over further pages."""
        after = f"SELECT pgno >> 1 FROM {self._index}_idx WHERE segid = ? AND term > ? ORDER BY term LIMIT 1"
        end = self._db.execute(after, [segment.id, word]).fetchone()
        numbers = range(number + 1, (end[0] if end else segment.last) + 1)

        def place(row: int) -> int:
            first = bisect_right(numbers, row, key=lambda it: self._first_row(segment, it, numbers.stop))
            return numbers[max(first - 1, 0)]

        found: set[int] = set()
        for at, some in groupby(sorted(rows), key=place):
            page = self._page(segment, at)
            if page.row_at is not None:
                page.lead, cut, missing = _cut(page.lead, page.row_at, set(some), keep_first=True)
                found |= cut
                if cut:
                    self._change(segment, at, missing)
        return found

    def _drop_dead(self, segment: _Segment, number: int) -> None:
        """Remove the last word of a page when all its rows, there and on the pages that follow, are deleted."""
        page, last = self._page(segment, number), number
        dead = _all_gone(page.words[-1][2])
        while dead and (last == number or not self._page(segment, last).words) and last < segment.last:
            last += 1
            dead = not self._page(segment, last).row_at and _all_gone(self._page(segment, last).lead)
        if not dead:
            return
        if last - number > LISTED:
            raise LookupError("a long list has no row left")
        page.words.pop()
        for at in range(number, last + 1):
            self._change(segment, at, 0)
        for at in range(number + 1, last + 1):
            self._page(segment, at).lead, self._page(segment, at).row_at = b"", None

    def _goes_on(self, segment: _Segment, number: int) -> bool:
        """Whether the rows of a page's last word go on at page `number`."""
        return number <= segment.last and (
            (page := self._page(segment, number)).row_at is not None
            or (not page.words and self._goes_on(segment, number + 1))
        )

    def _first_row(self, segment: _Segment, number: int, stop: int) -> int:
        """The first row of a list at or after a page."""
        for at in range(number, stop):
            page = self._page(segment, at)
            if page.row_at is not None:
                return _number(page.lead, page.row_at)[0]
            if page.words:
                break
        return MOST

    def _number_of(self, segment: _Segment, word: bytes) -> int:
        """The page on which a word stands, if it stands on any."""
        sql = f"SELECT pgno >> 1 FROM {self._index}_idx WHERE segid = ? AND term <= ? ORDER BY term DESC LIMIT 1"
        found = self._db.execute(sql, [segment.id, word]).fetchone()
        return max(found[0] if found else 0, segment.first)

    def _page(self, segment: _Segment, number: int) -> _Page:
        key = (segment.id << 37) + number
        if key not in self._held:
            (block,) = self._db.execute(f"SELECT block FROM {self._index}_data WHERE id = ?", [key]).fetchone() or (
                b"",
            )
            self._held[key] = _parsed(block)
        return self._held[key]

    def _change(self, segment: _Segment, number: int, missing: int) -> None:
        """Note that a page has changed, and take from those after it the `missing` rest of some places."""
        self._changed[(segment.id << 37) + number] = segment, number
        while missing:
            page = self._page(segment, number := number + 1)
            tail = min(missing, len(page.lead) if page.row_at is None else page.row_at)
            page.lead = page.lead[tail:]
            if page.row_at is not None:
                page.row_at -= tail
            elif page.words and missing > tail:
                raise ValueError("the places of a row are cut short")
            missing -= tail
            self._changed[(segment.id << 37) + number] = segment, number

    def _store(self, key: int, segment: _Segment, number: int) -> None:
        page = self._held[key]
        if number == segment.first and not page.words:
            if segment.merging:
                raise LookupError("a segment that is being merged would begin with no word")
            page.words = [(0, _NO_WORD, b"\x01" + _GONE)]  # a segment begins with a word
        block = _built(page)
        self._db.execute(f"UPDATE {self._index}_data SET block = ? WHERE id = ?", [block, key])
        if page.first_word is None or (page.words and page.words[0][1] == page.first_word):
            return
        at = f"""segid = ? AND term = (SELECT term FROM {self._index}_idx
            WHERE segid = ? AND term <= ? ORDER BY term DESC LIMIT 1) AND pgno >> 1 = ? AND term > x''"""
        stands = [segment.id, segment.id, page.first_word, number]
        if page.words:
            self._db.execute(f"UPDATE {self._index}_idx SET term = ? WHERE {at}", [page.words[0][1], *stands])
        else:
            self._db.execute(f"DELETE FROM {self._index}_idx WHERE {at}", stands)


def _all_gone(rows: bytes) -> bool:
    """Whether a list has deleted rows only."""
    at = 0
    while at < len(rows):
        size, at = _number(rows, _number(rows, at)[1])
        if size != 1:
            return False
    return True


def _drop_word(page: _Page, at: int) -> None:
    kept, *_ = page.words.pop(at)
    if at < len(page.words):
        also, word, rows = page.words[at]
        page.words[at] = min(kept, also), word, rows


def _cut(listed: bytes, start: int, gone: Set[int], *, keep_first: bool) -> tuple[bytes, set[int], int]:
    """A list of rows without those `gone`, which of these it had, and how many bytes of the last's places are missing.

    To `keep_first`, the first row stays, as deleted.
    """
    made, copied, at = bytearray(), 0, start
    row = last = missing = 0  # `last` is the last row in what is made
    found: set[int] = set()
    highest = max(gone, default=0)
    while at < len(listed) and (last < row or row < highest):
        begin, before = at, row
        distance, at = (listed[at], at + 1) if listed[at] < 0x80 else _number(listed, at)  # many, and nearly all short
        row += distance
        places = at
        size, at = (listed[at], at + 1) if listed[at] < 0x80 else _number(listed, at)
        at += size // 2
        if row in gone:
            found.add(row)
            made += listed[copied:begin]
            copied, missing = at, max(at - len(listed), 0)
            if begin == start and keep_first:
                made += _varint(row) + _GONE
                last = row
        else:
            if last < before:
                made += _varint(row - last)
                copied = places
            last = row
    return bytes(made) + listed[copied:], found, missing


def _parsed(block: bytes) -> _Page:
    row_at, size = struct.unpack_from(">HH", block)
    starts: list[int] = []
    at = size
    while at < len(block):
        distance, at = _number(block, at)
        starts.append(distance + (starts[-1] if starts else 0))
    words: list[tuple[int, bytes, bytes]] = []
    word = b""
    for start, end in pairwise([*starts, size]):
        kept, at = _number(block, start) if words else (0, start)
        length, at = _number(block, at)
        word = word[:kept] + block[at : at + length]
        words.append((kept, word, block[at + length : end]))
    lead = block[4 : starts[0] if starts else size]
    return _Page(lead, row_at - 4 if row_at else None, words, words[0][1] if words else None)


def _built(page: _Page) -> bytes:
    """The page, the other way round."""
    body, starts, last = bytearray(b"\0\0\0\0" + page.lead), bytearray(), 0
    for number, (kept, word, rows) in enumerate(page.words):
        starts += _varint(len(body) - last)
        last = len(body)
        kept = kept if number else 0
        body += (_varint(kept) if number else b"") + _varint(len(word) - kept) + word[kept:] + rows
    struct.pack_into(">HH", body, 0, 0 if page.row_at is None else page.row_at + 4, len(body))
    return bytes(body + starts)


_SHORT = [bytes((value,)) for value in range(0x80)]


def _number(data: bytes, at: int) -> tuple[int, int]:
    """A number as SQLite writes it, seven bits a byte, and where it ends. Raises `IndexError` where data ends."""
    if (value := data[at]) < 0x80:  # as nearly all are
        return value, at + 1
    value = 0
    for end in range(at, at + 8):
        byte = data[end]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, end + 1
    return value << 8 | data[at + 8], at + 9


def _varint(value: int) -> bytes:
    """The same, the other way round; of at most 56 bits."""
    if value < 0x80:
        return _SHORT[value]
    found = [value & 0x7F]
    while value := value >> 7:
        found.append(value & 0x7F | 0x80)
    return bytes(reversed(found))
