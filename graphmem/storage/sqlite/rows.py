"""SQLite rows <-> records."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from graphmem.records import Entity, Episode, Fact, Image, Merge, Sightings, Vector

Indexed = Literal["fact", "episode", "passage"]
"""What is found by its vector and by its words; a passage is a part of a long episode."""

IN = "IN (SELECT value FROM json_each(?))"
"""Any number of values in one statement, handed over by `as_set`."""

_CACHED = 512
"""Vectors packed at once: so many fit a processor's cache."""

HOLDING = "facts f INDEXED BY facts_newest_of_subject"
"""The facts that hold now, by an index of these alone."""

FACT = """
SELECT f.id, s.name, f.relation, o.name, a.id, f.since, f.slot, r.id, f.until, f.support, f.reason, f.seq
FROM facts f
JOIN entities s ON s.seq = f.subject
JOIN entities o ON o.seq = f.object
JOIN episodes a ON a.seq = f.asserted_by
LEFT JOIN episodes r ON r.seq = f.retired_by
"""

EPISODE = """
SELECT e.id, e.text, e.step, e.time, e.metadata, e.key, e.pending, e.error,
    (SELECT json_group_array(id) FROM (
        SELECT f.id FROM teachings t JOIN facts f ON f.seq = t.fact WHERE t.episode = e.seq ORDER BY f.seq)),
    (SELECT json_group_array(name) FROM (
        SELECT n.name FROM mentions m JOIN entities n ON n.seq = m.entity WHERE m.episode = e.seq ORDER BY n.seq)),
    e.speaker,
    (SELECT json_group_array(json_array(hash, media_type, description)) FROM (
        SELECT i.hash, i.media_type, x.description FROM episode_images x JOIN images i ON i.seq = x.image
        WHERE x.episode = e.seq ORDER BY x.place)),
    e.seq
FROM episodes e
"""


def holds(at: int | None) -> tuple[str, list[int]]:
    """The condition that a fact `f` holds at a step (None: now), and its parameters."""
    if at is None:
        return "f.until IS NULL", []
    return "f.since <= ? AND (f.until IS NULL OR f.until > ?)", [at, at]


def held_rows(kind: Indexed, at: int | None) -> tuple[str, str, list[int]]:
    """The table of a kind, the condition that its row `f` is seen at a step, and the condition's parameters."""
    if kind == "fact":
        return "facts", *holds(at)
    return (f"{kind}s", "TRUE", []) if at is None else (f"{kind}s", "f.step <= ?", [at])


def few_hold(db: sqlite3.Connection, kind: Indexed, at: int | None, count: int) -> bool:
    """Whether facts that hold now are asked for, and the file has fewer: of what changes for ever, most have ended."""
    if kind != "fact" or at is not None:
        return False
    sql = f"SELECT count(*) FROM (SELECT 1 FROM {HOLDING} WHERE f.until IS NULL LIMIT ?)"
    return int(db.execute(sql, [count]).fetchone()[0]) < count


def to_fact(row: Sequence[Any]) -> Fact:
    return Fact(*row[:-1])


def to_episode(row: Sequence[Any]) -> Episode:
    id_, text, step, time, metadata, key, pending, error, facts, mentions, speaker, images, _ = row
    return Episode(
        id=id_,
        text=text,
        step=step,
        time=datetime.fromisoformat(time) if time else None,
        metadata={} if metadata == "{}" else json.loads(metadata),
        key=key,
        pending=bool(pending),
        error=error,
        facts=tuple(json.loads(facts)),
        mentions=tuple(json.loads(mentions)),
        speaker=speaker,
        images=() if images == "[]" else tuple(Image(*image) for image in json.loads(images)),
    )


def to_entity(row: Sequence[Any]) -> Entity:
    return Entity(row[0], () if row[1] == "[]" else tuple(json.loads(row[1])))


def to_merge(text: str) -> Merge:
    """The merge that `as_json` wrote."""
    read = json.loads(text)
    before, after = (
        Sightings(tuple(Fact(**fact) for fact in part["facts"]), tuple(map(tuple, part["taught"])))
        for part in (read["before"], read["after"])
    )
    gone = Entity(read["gone"]["name"], tuple(read["gone"]["aliases"]))
    return Merge(read["keep"], gone, tuple(read["mentions"]), tuple(read["moved"]), before, after)


def as_json(merge: Merge) -> str:
    """A merge as it is kept: objects of what its records hold."""
    return json.dumps(merge, default=lambda record: {name: getattr(record, name) for name in record.__slots__})


def text_hash(text: str) -> bytes:
    """The key a text's vector is kept under."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def to_blobs(vectors: Vector) -> list[bytes]:
    """Each row of `vectors` as it is kept: four bytes of scale, and a byte a number."""
    parts = (vectors[start : start + _CACHED] for start in range(0, len(vectors), _CACHED))
    return [row.tobytes() for part in parts for row in _packed(part)]


def _packed(vectors: Vector) -> NDArray[np.int8]:
    largest = np.abs(vectors).max(axis=1, keepdims=True, initial=0)
    numbers = np.rint(vectors * (127 / np.where(largest > 0, largest, 1)))
    lengths = np.linalg.norm(numbers, axis=1)
    scales = np.linalg.norm(vectors, axis=1) / np.where(lengths > 0, lengths, 1)  # so its length stays as it was
    return np.hstack([scales.astype("<f4")[:, None].view(np.int8), numbers.astype(np.int8)])


def to_vectors(blobs: Sequence[bytes]) -> Vector:
    """The rows that `to_blobs` kept, of which there is one or more."""
    rows = np.frombuffer(b"".join(blobs), np.int8).reshape(len(blobs), -1)
    vectors: Vector = rows[:, 4:] * np.ascontiguousarray(rows[:, :4]).view("<f4")
    return vectors


def as_set(values: Iterable[Any]) -> str:
    """Values as one JSON parameter, for `IN`."""
    return json.dumps(list(values))


def all_rows(db: sqlite3.Connection, sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
    return db.execute(sql, parameters).fetchall()
