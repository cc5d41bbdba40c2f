"""Nearest facts or episodes of an SQLite memory: exactly while they are few, beyond by a rough index and an
exact ranking of what that names.

The rough index covers the rows up to a revision; rows added or changed since are searched exactly beside them, and
taken in when they have become many. It is kept in the memory's own file, as derived data: whatever is wrong with it, it
is made again from the stored vectors.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import numpy as np

from graphmem.records import MOST, Vector
from graphmem.storage.sqlite.connection import transaction
from graphmem.storage.sqlite.rough_index import ROWS, RoughIndex
from graphmem.storage.sqlite.rows import HOLDING, IN, Indexed, as_set, few_hold, held_rows, to_vectors
from graphmem.storage.sqlite.vector_index import VectorIndex

log = logging.getLogger(__name__)

EXACT = 20_000
"""So many rows are searched exactly."""

SPARE = (60, 3000)
"""How many more than those wanted are looked at, since some no longer hold; if too many do not, at second try."""

_EPISODE_OF: dict[Indexed, str] = {"fact": "asserted_by", "episode": "seq", "passage": "episode"}

_VECTOR = "CROSS JOIN vectors v ON v.namespace = f.namespace AND v.hash = f.hash"

Row = tuple[int, str, Vector]
"""Row id, public id, vector."""

STALE = 1500
"""So many rows of the rough index that are newer elsewhere, or gone, are passed over one by one."""

Columns = tuple[Sequence[int], Sequence[int], Sequence[str], Sequence[int], Sequence[int | None], Vector]
"""Row ids, row ids of the vectors, public ids, since, until, vectors."""


class Nearest:
    """The vectors of one kind in one namespace, brought up at each call to what any process has written."""

    def __init__(self, db: sqlite3.Connection, namespace: int, kind: Indexed) -> None:
        self._db = db
        self.namespace = namespace
        self._kind: Indexed = kind
        self._epoch = self._renewed = -1
        self._reset(None, 0)

    def _reset(self, rough: RoughIndex | None, revision: int) -> None:
        """Start with what `rough` covers, which is up to `revision`."""
        self._rough, self._covered, self._seen = rough, revision, revision
        self._recent: VectorIndex | None = None
        self._stale: set[int] = set()  # what `rough` covers as it was, which has changed or is gone

    def nearest(self, vectors: Vector, *, limit: int, at: int | None) -> list[list[tuple[str, float]]]:
        """For each row of `vectors`, at most `limit` (id, cosine), best first."""
        self.catch_up()
        assert self._recent is not None
        recent = self._recent.nearest(vectors, limit=limit, at=at)
        if self._rough is None or limit < 1:
            return recent
        covered = _ranked(vectors, self._candidates(vectors, limit, at), limit)
        both = zip(recent, covered, strict=True)
        return [sorted([*new, *old], key=lambda hit: -hit[1])[:limit] for new, old in both]

    def _candidates(self, vectors: Vector, limit: int, at: int | None) -> list[Row]:
        """Rows that hold, are not among the recent ones, and have the nearest among them."""
        assert self._rough is not None
        assert self._recent is not None
        for spare in SPARE:
            found = self._nearest_held(vectors, limit + spare, at)
            if len(found) >= limit or limit + spare >= len(self._rough):
                return found
            if few_hold(self._db, self._kind, at, SPARE[-1]):
                break
        found, rows = [], (row for row in self._held(at) if row[0] not in self._recent)
        while chunk := list(islice(rows, EXACT)):
            best = {id_ for hits in _ranked(vectors, found + chunk, limit) for id_, _ in hits}
            found = [row for row in found + chunk if row[1] in best]
        return found

    def _nearest_held(self, vectors: Vector, count: int, at: int | None) -> list[Row]:
        """Of the `count` nearest of what the rough index names, those that hold."""
        assert self._rough is not None
        assert self._recent is not None
        numbers, places = self._rough.near(vectors, count)
        sql = f"SELECT seq, vector FROM vectors WHERE seq {IN} ORDER BY seq"
        kept = self._db.execute(sql, [as_set(np.unique(places).tolist())]).fetchall()
        if not kept:
            return []
        there, blobs = zip(*kept, strict=True)
        numbers = numbers[(here := np.isin(places, np.array(there)))]
        matrix = to_vectors(blobs)[np.searchsorted(np.array(there), places[here])]
        best = np.argsort(-np.vecdot(vectors[:, None], matrix), axis=1)[:, :count]
        found = dict(zip(numbers[(rows := np.unique(best))].tolist(), matrix[rows], strict=True))
        table, held, values = held_rows(self._kind, at)
        held_now = self._db.execute(
            f"SELECT f.seq, f.id FROM {table} f WHERE f.seq {IN} AND +f.namespace = ? AND {held}",
            [as_set(found), self.namespace, *values],
        )
        return [(seq, id_, found[seq]) for seq, id_ in held_now if seq not in self._recent]

    def _held(self, at: int | None) -> Iterator[Row]:
        """All rows that hold."""
        table, held, values = held_rows(self._kind, at)
        if self._kind == "fact" and at is None:
            rows = f"{HOLDING} {_VECTOR} WHERE f.namespace = ? AND {held}"
        else:  # from the episodes on: of an early step there are few, however large the file is
            rows = f"""episodes e CROSS JOIN {table} f ON f.{_EPISODE_OF[self._kind]} = e.seq {_VECTOR}
                WHERE e.namespace = ? AND e.step <= ? AND {held}"""
            values = [MOST if at is None else at, *values]
        found = self._db.execute(f"SELECT f.seq, f.id, v.vector FROM {rows}", [self.namespace, *values])
        return ((seq, id_, to_vectors([blob])[0]) for seq, id_, blob in found)

    def catch_up(self) -> None:
        """Take in what was written since the last look."""
        sql = "SELECT epoch, renewed, revision FROM namespaces WHERE id = ?"
        epoch, renewed, revision = self._db.execute(sql, (self.namespace,)).fetchone() or (0, 0, 0)
        if self._renewed != renewed:
            self._epoch, self._renewed = epoch, renewed
            self._reset(*self._stored())
        elif self._epoch != epoch:
            self._leave(epoch)
        if self._recent is not None and self._seen == revision:
            return
        recent = self._recent or VectorIndex()
        if len(recent) + self._count_since(self._seen) > EXACT:
            self._reset(*self._stored(newer_than=self._covered))
            recent = VectorIndex()
            if self._count_since(self._seen) > EXACT:
                self._take_in(revision)
        for numbers, _, ids, since, until, some in self._since(self._seen):
            recent.put(numbers, ids, since, until, some)
            self._pass_over(numbers)
        self._recent, self._seen = recent, revision

    def _pass_over(self, numbers: Iterable[int]) -> None:
        """Let the rough index not name these rows, when so many would stand before what it is asked for."""
        if self._rough is None:
            return
        last = self._rough.last
        self._stale.update(number for number in numbers if number <= last)
        if len(self._stale) > STALE:
            self._rough.drop(self._stale)
            self._stale.clear()

    def _leave(self, epoch: int) -> None:
        """Let go of what was forgotten up to an epoch."""
        sql = "SELECT row FROM gone WHERE namespace = ? AND kind = ? AND epoch > ?"
        gone = [row[0] for row in self._db.execute(sql, (self.namespace, self._kind, self._epoch))]
        self._epoch = epoch
        self._pass_over(gone)
        if self._recent:
            self._recent.drop(gone)

    def _count_since(self, revision: int) -> int:
        """How many rows are newer; counted no further than matters."""
        table, _, _ = held_rows(self._kind, None)
        sql = f"SELECT count(*) FROM (SELECT 1 FROM {table} WHERE namespace = ? AND revision > ? LIMIT {EXACT + 1})"
        return int(self._db.execute(sql, (self.namespace, revision)).fetchone()[0])

    def _since(self, revision: int) -> Iterator[Columns]:
        """What is newer and has a vector, so many at once."""
        table, _, _ = held_rows(self._kind, None)
        life = "f.since, f.until" if self._kind == "fact" else "f.step, NULL"
        rows = self._db.execute(
            f"""SELECT f.seq, v.seq, f.id, {life}, v.vector FROM {table} f
            JOIN vectors v ON v.namespace = f.namespace AND v.hash = f.hash
            WHERE f.namespace = ? AND f.revision > ?""",
            (self.namespace, revision),
        )
        while some := rows.fetchmany(EXACT):
            numbers, places, ids, since, until, blobs = zip(*some, strict=True)
            yield numbers, places, ids, since, until, to_vectors(blobs)

    def _stored(self, newer_than: int = -1) -> tuple[RoughIndex | None, int]:
        """The index in the file and the revision it covers; the one held now when it is as new."""
        covered = self._covered_by_stored()
        if covered <= newer_than:
            return self._rough, self._covered
        sql = "SELECT width, data FROM rough_indexes WHERE namespace = ? AND kind = ? ORDER BY part"
        parts = self._db.execute(sql, (self.namespace, self._kind)).fetchall()
        if not parts:
            return None, 0
        try:
            return RoughIndex.from_parts(parts), covered
        except ValueError as error:
            log.warning("the index of %s vectors is damaged (%s): it is built anew", self._kind, error)
            return None, 0

    def _covered_by_stored(self) -> int:
        """The revision that the index in the file covers."""
        sql = "SELECT coalesce(max(revision), 0) FROM rough_indexes WHERE namespace = ? AND kind = ?"
        return int(self._db.execute(sql, (self.namespace, self._kind)).fetchone()[0])

    def _take_in(self, revision: int) -> None:
        """Let the rough index cover everything up to `revision`, and store it."""
        started, anew = time.monotonic(), self._rough is None
        if self._rough is None:
            log.info("the index of %s vectors is built", self._kind)
            self._rough = RoughIndex()
        parts: set[int] = set()

        def chunks() -> Iterator[tuple[Sequence[int], Sequence[int], Vector]]:
            for numbers, places, *_, vectors in self._since(self._covered):
                parts.update(number // ROWS for number in numbers)
                yield numbers, places, vectors

        self._rough.drop(self._stale)
        self._stale.clear()
        self._rough.put(chunks())
        self._covered = self._seen = revision
        self._store(parts, anew=anew)
        log.info("index of %d %s vectors: %.1f s", len(self._rough), self._kind, time.monotonic() - started)

    def _store(self, parts: Iterable[int], *, anew: bool) -> None:
        """Into the file, unless something was forgotten meanwhile; a file that cannot be written to does without."""
        assert self._rough is not None
        try:
            with transaction(self._db):
                (epoch,) = self._db.execute("SELECT epoch FROM namespaces WHERE id = ?", (self.namespace,)).fetchone()
                if epoch != self._epoch or self._covered_by_stored() > self._covered:
                    return
                if anew:
                    at = (self.namespace, self._kind)
                    self._db.execute("DELETE FROM rough_indexes WHERE namespace = ? AND kind = ?", at)
                self._db.executemany(
                    """INSERT OR REPLACE INTO rough_indexes (namespace, kind, part, revision, width, data)
                    VALUES (?, ?, ?, ?, ?, ?)""",
                    [(self.namespace, self._kind, it, self._covered, *self._rough.part(it)) for it in sorted(parts)],
                )
        except sqlite3.Error as error:
            log.info("the index of %s vectors is not kept: %s", self._kind, error)


def _ranked(vectors: Vector, rows: Sequence[Row], limit: int) -> list[list[tuple[str, float]]]:
    """For each of `vectors`, the best of `rows` as (id, cosine); of equals, the newer first."""
    if not rows:
        return [[] for _ in vectors]
    rows = sorted(rows, key=lambda row: -row[0])
    scores = np.vecdot(vectors[:, None], np.stack([row[2] for row in rows]))
    best = np.argsort(-scores, axis=1, kind="stable")[:, :limit]
    return [[(rows[i][1], float(line[i])) for i in top] for line, top in zip(scores, best, strict=True)]
