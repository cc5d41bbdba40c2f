"""Nearest vectors, exactly: one matrix in memory, kept up with the store by what changed since the last look.

What is called a number here is that of a row in the store.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from graphmem.records import Vector

_NEVER = np.iinfo(np.int64).max


class VectorIndex:
    """Rows of (number, id, vector, since, until), searched by cosine among those that hold at a step."""

    def __init__(self) -> None:
        self._rows: dict[int, int] = {}
        self._ids: list[str] = []
        self._vectors: Vector = np.empty((0, 0), np.float32)
        self._since: NDArray[np.int64] = np.empty(0, np.int64)
        self._until: NDArray[np.int64] = np.empty(0, np.int64)

    def __len__(self) -> int:
        return len(self._ids)

    def __contains__(self, number: int) -> bool:
        return number in self._rows

    def put(
        self,
        numbers: Sequence[int],
        ids: Sequence[str],
        since: Sequence[int],
        until: Sequence[int | None],
        vectors: Vector,
    ) -> None:
        """Add rows, each of another number, or renew those whose number is there."""
        for place in np.argsort(numbers).tolist():  # of equals, the newer comes later
            if self._rows.setdefault(numbers[place], len(self._ids)) == len(self._ids):
                self._ids.append(ids[place])
        self._reserve(len(self._ids), vectors.shape[1])
        rows = [self._rows[number] for number in numbers]
        self._vectors[rows], self._since[rows] = vectors, since
        self._until[rows] = [_NEVER if it is None else it for it in until]

    def drop(self, numbers: Iterable[int]) -> None:
        """Let these rows never have held."""
        rows = [row for number in numbers if (row := self._rows.pop(number, None)) is not None]
        self._since[rows], self._until[rows], self._vectors[rows] = _NEVER, 0, 0

    def _reserve(self, size: int, width: int) -> None:
        """Room for `size` rows, doubling, so that adding one by one stays cheap."""
        capacity = len(self._since)
        if size <= capacity:
            return
        more = max(size, 2 * capacity, 256) - capacity
        self._vectors = np.vstack([self._vectors.reshape(-1, width), np.empty((more, width), np.float32)])
        self._since = np.concatenate([self._since, np.zeros(more, np.int64)])
        self._until = np.concatenate([self._until, np.zeros(more, np.int64)])

    def nearest(self, queries: Vector, *, limit: int, at: int | None) -> list[list[tuple[str, float]]]:
        """For each row of `queries`, at most `limit` (id, cosine), best first; `at` None means now."""
        size = len(self._ids)
        since, until = self._since[:size], self._until[:size]
        holds = until == _NEVER if at is None else (since <= at) & (until > at)
        count = min(limit, int(holds.sum()))
        if count < 1:
            return [[] for _ in queries]
        scores = np.where(holds, np.vecdot(queries[:, None], self._vectors[:size]), -np.inf)  # no vector is copied
        return [self._best(line, count) for line in scores]

    def _best(self, scores: NDArray[np.float32], count: int) -> list[tuple[str, float]]:
        top = np.argpartition(-scores, count - 1)[:count]
        ordered = top[np.lexsort((-top, -scores[top]))]  # of equals, the newer first
        return [(self._ids[row], float(scores[row])) for row in ordered]
