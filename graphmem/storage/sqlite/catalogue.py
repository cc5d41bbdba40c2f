"""Some episodes of all namespaces of a file, found without opening one: by what their metadata says.

They are read once, and kept up with what any thread or process writes to the file.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from os import PathLike, fspath
from typing import Any

import numpy as np

from graphmem.errors import EmbedderMismatch
from graphmem.records import Vector
from graphmem.storage.sqlite.connection import open_file, told
from graphmem.storage.sqlite.rows import IN, all_rows, as_set, to_vectors

KeyOf = Callable[[Mapping[str, Any]], str | None]
"""The key of an episode by its metadata; None for one that does not belong to a catalogue."""

_VECTORS = f"""
    SELECT e.seq, v.vector FROM episodes e
    JOIN vectors v ON v.namespace = e.namespace AND v.hash = e.hash WHERE e.seq {IN}
    UNION ALL SELECT p.episode, v.vector FROM passages p
    JOIN vectors v ON v.namespace = p.namespace AND v.hash = p.hash WHERE p.episode {IN}"""
"""The vectors of some episodes, and of the passages of the long ones."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An episode of a catalogue; several of one namespace may have the same key."""

    namespace: str
    key: str
    id: str
    row: int


@dataclass(frozen=True, slots=True)
class Content:
    """What the episode of an entry holds."""

    entry: Entry
    time: datetime | None
    metadata: Mapping[str, Any]


class Catalogue:
    """The episodes of the file at `path` (made when missing) to whose metadata `key_of` gives a key.

    Safe to share between threads.
    """

    def __init__(self, path: str | PathLike[str], key_of: KeyOf) -> None:
        self._path, self._key_of = fspath(path), key_of
        self._db = open_file(self._path)
        self._lock = threading.RLock()
        self._version: int | None = None
        self._last_row = 0
        self._names: dict[int, str] = {}
        self._epochs: dict[int, int] = {}
        self._embedders: dict[str, str | None] = {}
        self._entries: dict[str, dict[str, list[Entry]]] = {}
        weakref.finalize(self, self._db.close)

    def namespaces(self) -> list[str]:
        """The namespaces that hold an entry, in the order in which they were made."""
        with self._caught_up():
            return [name for name in self._names.values() if self._entries.get(name)]

    def of_key(self, namespace: str, key: str) -> list[Entry]:
        """The entries of one key, oldest first."""
        with self._caught_up():
            return list(self._entries.get(namespace, {}).get(key, ()))

    def newest(self, namespaces: Iterable[str]) -> list[Entry]:
        """The newest entry of each key of these namespaces, in the order in which the keys came."""
        with self._caught_up():
            return [entries[-1] for name in namespaces for entries in self._entries.get(name, {}).values()]

    def read(self, entries: Iterable[Entry]) -> list[Content]:
        """What the entries hold, in their order, without those forgotten meanwhile."""
        by_row = {entry.row: entry for entry in entries}
        sql = f"SELECT seq, time, metadata FROM episodes WHERE seq {IN}"
        with self._lock, told(self._path):
            rows = {row: rest for row, *rest in all_rows(self._db, sql, [as_set(by_row)])}
        return [
            Content(entry, datetime.fromisoformat(time) if time else None, json.loads(metadata))
            for row, entry in by_row.items()
            if row in rows
            for time, metadata in [rows[row]]
        ]

    def cosines(self, vector: Vector, entries: Iterable[Entry], *, embedder: str) -> dict[str, float]:
        """The cosine of each entry's text to a unit vector, by the episode's id, best first; of those that have one.

        Raises `EmbedderMismatch` when a namespace holds the vectors of another than `embedder`.
        """
        by_row = {entry.row: entry for entry in entries}
        rows = as_set(by_row)
        with self._caught_up():
            for held in {self._embedders.get(entry.namespace) for entry in by_row.values()} - {None, embedder}:
                raise EmbedderMismatch(str(held), embedder)
            found = all_rows(self._db, _VECTORS, [rows, rows])
        if not found:
            return {}
        scores = np.vecdot(to_vectors([blob for _, blob in found]), vector)
        hits = sorted(zip((by_row[row].id for row, _ in found), scores.tolist(), strict=True), key=lambda hit: -hit[1])
        best: dict[str, float] = {}
        for id_, score in hits:  # of a long episode its own, and those of its passages
            best.setdefault(id_, score)
        return best

    def close(self) -> None:
        with self._lock:
            self._db.close()

    @contextmanager
    def _caught_up(self) -> Iterator[None]:
        """What any other connection has written until now is known inside."""
        with self._lock, told(self._path):
            version = self._db.execute("PRAGMA data_version").fetchone()[0]
            if version != self._version:
                self._db.execute("BEGIN")
                try:
                    self._catch_up(self._db)
                finally:
                    self._db.execute("ROLLBACK")
                self._version = version
            yield

    def _catch_up(self, db: sqlite3.Connection) -> None:
        for id_, name, epoch, embedder in all_rows(db, "SELECT id, name, epoch, embedder FROM namespaces ORDER BY id"):
            self._names[id_], self._embedders[name] = name, embedder
            if self._epochs.setdefault(id_, epoch) != epoch:
                self._epochs[id_] = epoch
                self._drop_forgotten(db, id_)
        sql = "SELECT seq, namespace, id, metadata FROM episodes WHERE seq > ? ORDER BY seq"
        for row, namespace, id_, metadata in db.execute(sql, [self._last_row]):
            if (key := self._key_of(json.loads(metadata))) is not None:
                name = self._names[namespace]
                self._entries.setdefault(name, {}).setdefault(key, []).append(Entry(name, key, id_, row))
            self._last_row = row

    def _drop_forgotten(self, db: sqlite3.Connection, namespace: int) -> None:
        left = {row for (row,) in db.execute("SELECT seq FROM episodes WHERE namespace = ?", [namespace])}
        held = self._entries.get(name := self._names[namespace], {})
        kept = {key: [entry for entry in entries if entry.row in left] for key, entries in held.items()}
        self._entries[name] = {key: entries for key, entries in kept.items() if entries}
