"""Around any embedder: a text that was embedded lately is not embedded again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from threading import Lock

import numpy as np

from graphmem.errors import EmbedderError
from graphmem.protocols import Embedder, ImageEmbedder, QueryEmbedder
from graphmem.records import Vector


class CachedEmbedder:
    """`embedder`, with the vectors of the last `size` texts kept; its name and dimension are the embedder's own.

    Meant for queries: the graph keeps the vectors of what it stores.
    """

    def __init__(self, embedder: Embedder, size: int = 4096) -> None:
        self._embedder, self._size = embedder, size
        self._kept: OrderedDict[str, Vector] = OrderedDict()
        self._asked: OrderedDict[str, Vector] = OrderedDict()
        self._lock = Lock()

    @property
    def name(self) -> str:
        return self._embedder.name

    @property
    def dimension(self) -> int:
        return self._embedder.dimension

    def embed(self, texts: Sequence[str]) -> Vector:
        """Unit vectors of shape (len(texts), dimension), float32, in the order of `texts`."""
        return self._vectors(texts, self._embedder.embed, self._kept)

    def embed_queries(self, texts: Sequence[str]) -> Vector:
        """The same of questions."""
        if not isinstance(self._embedder, QueryEmbedder):
            return self.embed(texts)
        return self._vectors(texts, self._embedder.embed_queries, self._asked)

    def embed_images(self, images: Sequence[bytes]) -> Vector:
        """Unit vectors of images, shape (len(images), dimension); (0, dimension) of an embedder that takes texts only.

        They are not kept: an image is embedded once, and no question is one.
        """
        if isinstance(self._embedder, ImageEmbedder):
            return self._embedder.embed_images(images)
        return np.empty((0, self.dimension), np.float32)

    def _vectors(
        self, texts: Sequence[str], embed: Callable[[Sequence[str]], Vector], kept: OrderedDict[str, Vector]
    ) -> Vector:
        with self._lock:
            known = {text: kept[text] for text in texts if text in kept}
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            # Copies, or one kept row would keep its whole batch.
            known.update((text, row.copy()) for text, row in zip(new, self._checked(embed(new), len(new)), strict=True))
        with self._lock:
            for text in dict.fromkeys(texts):
                kept[text] = known[text]
                kept.move_to_end(text)
            while len(kept) > self._size:
                kept.popitem(last=False)
        return np.array([known[text] for text in texts], np.float32).reshape(-1, self.dimension)

    def _checked(self, given: object, count: int) -> Vector:
        """What the embedder gave. Raises `EmbedderError` unless it is so many vectors, all finite."""
        vectors = np.asarray(given, np.float32)
        if vectors.shape != (count, self.dimension) or not np.isfinite(vectors).all():
            due = f"finite numbers of shape {(count, self.dimension)}"
            raise EmbedderError(f"the embedder {self.name} gave an array of shape {vectors.shape}, where {due} are due")
        return vectors
