"""Nearest vectors of a large graph, roughly: the signs of their numbers, a bit each, all looked through.

How many signs differ tells some thousands of candidates among millions; the query's own numbers beside their signs
tell the best of those; whoever asks ranks these by the vectors themselves. Chosen by measurement (`python -m
benchmarks.index`): cells of an inverted file, or a graph of neighbours, take a library and long to build, and answer
little or no sooner.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from graphmem.records import Vector

Words = NDArray[np.uint64]
"""Signs, 64 in a word."""

Numbers = NDArray[np.int64]

SPARE, PER_ROOT = 100, 0.5
"""So many more than those wanted are named, and for each of the square root of the rows: of many, more are alike."""

BY_SIGN = 6
"""Candidates by signs alone, for each that is named in the end."""

FIRST, BY_FIRST = 3, 6
"""So many words of signs are compared of every row; the others of so many rows for each candidate by signs."""

SAMPLE = 65536
"""From so many values is told which are the least."""

ROWS = 1024
"""So many numbers, one after the other, are a part of the index that is stored by itself."""

AT_ONCE = 32768
"""Rows whose signs are compared at once: as many as fit a processor's cache."""


class RoughIndex:
    """Rows of (number, where its vector is kept, the vector's signs)."""

    def __init__(self) -> None:
        self._numbers = np.empty(0, np.int64)  # ascending
        self._places = np.empty(0, np.int64)
        self._signs: Words = np.empty((0, 0), np.uint64)  # shape (words of a vector, rows)

    @classmethod
    def from_parts(cls, parts: Sequence[tuple[int, bytes]]) -> RoughIndex:
        """The index of what `part` gave: (width, data) of each, in order. Raises `ValueError` when it is no index."""
        index = cls()
        widths = {width for width, _ in parts}
        if len(widths) != 1:
            raise ValueError("its parts do not agree")
        rows = _rows(b"".join(data for _, data in parts), widths.pop())
        index._numbers, index._places = (np.ascontiguousarray(rows[:, at]).view(np.int64) for at in (0, 1))
        index._signs = np.ascontiguousarray(rows[:, 2:].T)
        return index

    def part(self, part: int) -> tuple[int, bytes]:
        """The rows whose numbers are in one part, as bytes; and the width of a row, in words."""
        here = slice(*np.searchsorted(self._numbers, [part * ROWS, (part + 1) * ROWS]))
        columns = [self._numbers[here, None].view(np.uint64), self._places[here, None].view(np.uint64)]
        rows = np.hstack([*columns, self._signs[:, here].T])
        return rows.shape[1], rows.tobytes()

    def drop(self, numbers: Collection[int]) -> None:
        """Take these rows out."""
        kept = np.isin(self._numbers, list(numbers), invert=True)
        self._numbers, self._places = self._numbers[kept], self._places[kept]
        self._signs = np.ascontiguousarray(self._signs[:, kept])

    def __len__(self) -> int:
        return len(self._numbers)

    @property
    def last(self) -> int:
        """The highest number of a row; -1 when there is none."""
        return int(self._numbers[-1]) if len(self) else -1

    def put(self, chunks: Iterable[tuple[Sequence[int], Sequence[int], Vector]]) -> None:
        """Add rows of (number, place, vector), or renew those whose number is there."""
        parts = [(np.asarray(n, np.int64), np.asarray(places, np.int64), _signs(v)) for n, places, v in chunks]
        if len(self):
            parts.append((self._numbers, self._places, self._signs))
        if not parts:
            return
        numbers, places, signs = (np.concatenate(part, axis=-1) for part in zip(*parts, strict=True))
        self._numbers, rows = np.unique(numbers, return_index=True)  # of equals the first, which is the new one
        self._places, self._signs = places[rows], np.take(signs, rows, axis=1)

    def near(self, vectors: Vector, count: int) -> tuple[Numbers, Numbers]:
        """Numbers and places of what holds about all of the `count` nearest rows of each of `vectors`."""
        count += SPARE + round(PER_ROOT * math.sqrt(len(self)))
        found = [np.empty(0, np.intp)]
        for vector, signs in zip(vectors, _signs(vectors).T, strict=True):
            rows = self._alike(signs, BY_SIGN * count)
            bits = np.unpackbits(np.ascontiguousarray(self._signs[:, rows].T).view(np.uint8), axis=1)
            scores = np.vecdot(bits[:, : len(vector)].astype(np.float32), vector)
            found.append(rows[np.argsort(-scores)[:count]])
        best = np.unique(np.concatenate(found))
        return self._numbers[best], self._places[best]

    def _alike(self, signs: Words, count: int) -> NDArray[np.intp]:
        """About the `count` rows that differ least: by the first signs of all rows, then by all signs of the best."""
        first = _differing(self._signs[:FIRST], signs[:FIRST])
        rows = _least(first, BY_FIRST * count)
        rest = _differing(np.take(self._signs[FIRST:], rows, axis=1), signs[FIRST:])
        return rows[_least(first[rows] + rest, count)]


def without(data: bytes, width: int, numbers: Sequence[int]) -> bytes:
    """The bytes of a part, without the rows of these numbers; of one that is damaged, nothing."""
    try:
        rows = _rows(data, width)
    except ValueError:
        return b""
    return rows[np.isin(rows[:, 0].view(np.int64), list(numbers), invert=True)].tobytes()


def _rows(data: bytes, width: int) -> Words:
    """Rows of (number, place, signs). Raises `ValueError` when the bytes hold something else."""
    if width < 3:
        raise ValueError("its rows are too short")
    return np.frombuffer(data, np.uint64).reshape(-1, width)


def _differing(columns: Words, signs: Words) -> NDArray[np.uint16]:
    """In how many of these signs each row differs."""
    found = np.zeros(columns.shape[1], np.uint16)
    for start in range(0, len(found), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        for column, word in zip(columns, signs, strict=True):
            found[part] += np.bitwise_count(column[part] ^ word)
    return found


def _signs(vectors: Vector) -> Words:
    """Shape (words of a vector, rows)."""
    bits = np.packbits(vectors > 0, axis=1)
    whole = np.pad(bits, ((0, 0), (0, -bits.shape[1] % 8)))
    return np.ascontiguousarray(whole.view(np.uint64).T)


def _least(values: NDArray[np.uint16], count: int) -> NDArray[np.intp]:
    """Where the `count` least values are, and those equal to the last of them; of very many values, roughly so many."""
    sample = values[:: 1 + len(values) // SAMPLE]
    most = np.searchsorted(np.bincount(sample).cumsum(), count * len(sample) / max(len(values), 1))
    return np.flatnonzero(values <= int(most))  # beside a number of numpy's all values would be made as wide
