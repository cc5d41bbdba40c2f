"""Nearest vectors of a large graph, roughly: the signs of their numbers, a bit each, in the cells of a faiss index.

A bit per dimension is enough to tell a few hundred candidates among millions; whoever asks ranks those by the vectors
themselves. Chosen by measurement (`python -m benchmarks.index`): a graph of neighbours answers sooner, and takes
minutes to build where this takes seconds.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphmem.records import Vector

TRAINED_ON = 20_000
"""At most so many vectors are looked at to lay out the cells."""

CELLS_SEARCHED = 1 / 4
"""The share of the cells that is looked into, those with the nearest centres."""


class SignBits:
    """Rows of (number, sign bits), searched by how many signs agree."""

    def __init__(self, index: Any) -> None:
        self._index = index
        index.nprobe = math.ceil(index.nlist * CELLS_SEARCHED)

    @classmethod
    def laid_out(cls, sample: Vector, size: int) -> SignBits:
        """No rows yet, and cells for about `size` rows like those of `sample`."""
        import faiss

        codes = _codes(sample)
        cells = min(round(math.sqrt(size)), max(1, len(sample) // 20))
        index = faiss.IndexBinaryIVF(faiss.IndexBinaryFlat(8 * codes.shape[1]), 8 * codes.shape[1], cells)
        index.cp.niter, index.cp.min_points_per_centroid, index.cp.max_points_per_centroid = 5, 1, TRAINED_ON
        index.train(codes)
        return cls(index)

    @classmethod
    def from_bytes(cls, data: bytes) -> SignBits:
        """What `to_bytes` gave. Raises `ValueError` when it is something else."""
        import faiss

        try:
            index = faiss.deserialize_index_binary(np.frombuffer(data, np.uint8))
        except RuntimeError as error:
            raise ValueError("no index of sign bits") from error
        if not isinstance(index, faiss.IndexBinaryIVF):
            raise ValueError("another kind of index")
        return cls(index)

    def to_bytes(self) -> bytes:
        import faiss

        return bytes(faiss.serialize_index_binary(self._index).data)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def crowded(self) -> bool:
        """Whether there are many more rows than the cells were laid out for."""
        return len(self) > 16 * max(int(self._index.nlist), 100) ** 2

    def put(self, numbers: Sequence[int], vectors: Vector) -> None:
        """Add rows, or renew those whose number is there."""
        self.remove(numbers)
        self._index.add_with_ids(_codes(vectors), np.asarray(numbers, np.int64))

    def remove(self, numbers: Sequence[int]) -> None:
        if len(self):
            self._index.remove_ids(np.asarray(numbers, np.int64))

    def near(self, vectors: Vector, count: int) -> set[int]:
        """Numbers of about the `count` nearest rows of each of `vectors`."""
        found: NDArray[np.int64] = self._index.search(_codes(vectors), min(count, len(self)))[1]
        return {int(number) for number in np.unique(found) if number >= 0}


def _codes(vectors: Vector) -> NDArray[np.uint8]:
    return np.packbits(vectors > 0, axis=1)
