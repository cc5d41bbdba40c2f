"""Nearest vectors of a large graph, roughly: signs in the cells of a faiss index, then the numbers as bytes.

The signs of a vector's numbers, a bit each, tell some thousands of candidates among millions; the numbers as bytes tell
the best of those; whoever asks ranks them by the vectors themselves. Chosen by measurement (`python -m
benchmarks.index`): a graph of neighbours answers sooner, and takes minutes to build where this takes seconds.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from graphmem.records import Vector

TRAINED_ON = 20_000
"""At most so many vectors are looked at to lay out the cells."""

CELLS_SEARCHED = 1 / 3
"""The share of the cells that is looked into, those with the nearest centres."""

PER_ROOT = 4
"""Candidates by sign, for each of the square root of the rows."""


class RoughIndex:
    """Rows of (number, vector), without the vectors themselves."""

    def __init__(self, cells: Any, dimension: int) -> None:
        cells.nprobe = math.ceil(cells.nlist * CELLS_SEARCHED)
        self._cells = cells
        self._size = 0
        self._numbers = np.empty(0, np.int64)
        self._bytes = np.empty((0, dimension), np.int8)
        self._scales = np.empty(0, np.float32)
        self._places = np.empty(0, np.int32)  # by number, its last row

    @classmethod
    def laid_out(cls, sample: Vector, size: int) -> RoughIndex:
        """No rows yet, and cells for about `size` rows like those of `sample`."""
        import faiss

        signs = _signs(sample)
        count = min(round(math.sqrt(size)), max(1, len(sample) // 20))
        cells = faiss.IndexBinaryIVF(faiss.IndexBinaryFlat(8 * signs.shape[1]), 8 * signs.shape[1], count)
        cells.cp.niter, cells.cp.min_points_per_centroid, cells.cp.max_points_per_centroid = 5, 1, TRAINED_ON
        cells.train(signs)
        return cls(cells, sample.shape[1])

    @classmethod
    def from_bytes(cls, data: bytes) -> RoughIndex:
        """What `to_bytes` gave. Raises `ValueError` when it is something else."""
        import faiss

        try:
            kept = np.load(io.BytesIO(data), allow_pickle=False)
            index = cls(faiss.deserialize_index_binary(kept["cells"]), kept["bytes"].shape[1])
            index._add(kept["numbers"], kept["bytes"], kept["scales"])
        except (ValueError, LookupError, OSError, EOFError, AttributeError, RuntimeError, BadZipFile) as error:
            raise ValueError(f"no index: {error}") from error
        return index

    def to_bytes(self) -> bytes:
        import faiss

        file, rows = io.BytesIO(), np.flatnonzero(self._places[self._numbers[: self._size]] == np.arange(self._size))
        cells = faiss.serialize_index_binary(self._cells)
        np.savez(file, cells=cells, numbers=self._numbers[rows], bytes=self._bytes[rows], scales=self._scales[rows])
        return file.getvalue()

    def __len__(self) -> int:
        return int(self._cells.ntotal)

    @property
    def crowded(self) -> bool:
        """Whether there are many more rows than the cells were laid out for."""
        return len(self) > 16 * max(int(self._cells.nlist), 100) ** 2

    def put(self, numbers: Sequence[int], vectors: Vector) -> None:
        """Add rows, or renew those whose number is there."""
        rows = np.asarray(numbers, np.int64)
        if len(self):
            self._cells.remove_ids(rows)
        self._cells.add_with_ids(_signs(vectors), rows)
        scales = np.maximum(np.abs(vectors).max(axis=1), 1e-12) / 127
        self._add(rows, np.round(vectors / scales[:, None]).astype(np.int8), scales.astype(np.float32))

    def _add(self, numbers: NDArray[np.int64], bytes_: NDArray[np.int8], scales: Vector) -> None:
        start, self._size = self._size, self._size + len(numbers)
        new = slice(start, self._size)
        for name, values in (("_numbers", numbers), ("_bytes", bytes_), ("_scales", scales)):
            array = _with_room(getattr(self, name), self._size)
            array[new] = values
            setattr(self, name, array)
        self._places = _with_room(self._places, int(numbers.max(initial=-1)) + 1)
        self._places[numbers] = np.arange(start, self._size)

    def near(self, vectors: Vector, count: int) -> set[int]:
        """Numbers of about the `count` nearest rows of each of `vectors`."""
        by_sign = min(len(self), max(4 * count, round(PER_ROOT * math.sqrt(len(self)))))
        best: set[int] = set()
        for vector, found in zip(vectors, self._cells.search(_signs(vectors), by_sign)[1], strict=True):
            numbers = found[found >= 0]
            rows = self._places[numbers]
            scores = self._bytes[rows].astype(np.float32) @ vector * self._scales[rows]
            best.update(numbers[np.argsort(-scores)[:count]].tolist())
        return best


def _signs(vectors: Vector) -> NDArray[np.uint8]:
    return np.packbits(vectors > 0, axis=1)


def _with_room(array: NDArray[Any], size: int) -> NDArray[Any]:
    """The array, longer if need be; twice as long, so that adding little by little stays cheap."""
    if size <= len(array):
        return array
    longer = np.zeros((max(size, 2 * len(array)), *array.shape[1:]), array.dtype)
    longer[: len(array)] = array
    return longer
