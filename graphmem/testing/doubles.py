"""Stand-ins for an embedder and an extractor, and what every embedder and extractor keeps to."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from graphmem.errors import ExtractionError
from graphmem.protocols import Embedder, Extractor, QueryEmbedder
from graphmem.records import Extraction, Fact, Observation, Vector


class HashEmbedder:
    """A unit vector for each text, the same in every process: no two texts are alike. Counts what it is asked."""

    name = "hash"
    dimension = 16

    def __init__(self) -> None:
        self.texts: list[str] = []

    def embed(self, texts: Sequence[str]) -> Vector:
        self.texts += texts
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        return np.stack([hash_vector(text) for text in texts])


def hash_vector(text: str) -> Vector:
    """The vector of a text."""
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
    vector = np.frombuffer(digest, np.uint8).astype(np.float32) - 127.5
    return (vector / np.linalg.norm(vector)).astype(np.float32)


class ScriptedExtractor:
    """Gives the extraction written down for a text; a text without one fails. Keeps what it was shown as known."""

    name = "scripted"
    anchors: tuple[str, ...] = ()

    def __init__(self, script: Mapping[str, Extraction]) -> None:
        self.script = dict(script)
        self.known: list[Sequence[Fact]] = []

    def extract(self, observation: Observation, known: Sequence[Fact]) -> Extraction:
        self.known.append(known)
        if observation.text not in self.script:
            raise ExtractionError(f"nothing is scripted for {observation.text!r}")
        return self.script[observation.text]


def check_embedder(embedder: Embedder) -> None:
    """Raise AssertionError unless `embedder` keeps the `Embedder` contract, and for questions `QueryEmbedder`'s."""
    assert embedder.name, "an embedder needs a name"
    _check_vectors(embedder, embedder.embed)
    if isinstance(embedder, QueryEmbedder):
        _check_vectors(embedder, embedder.embed_queries)


def _check_vectors(embedder: Embedder, embed: Callable[[Sequence[str]], Vector]) -> None:
    texts = ["a red apple", "", "the kitchen is beside the hall", "日本語", "a red apple"]
    vectors = embed(texts)
    assert vectors.shape == (len(texts), embedder.dimension), f"shape {vectors.shape}"
    assert vectors.dtype == np.float32, f"dtype {vectors.dtype}"
    assert np.isfinite(vectors).all(), "a vector is not finite"
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4), "a vector is not of unit length"
    assert float(vectors[0] @ vectors[4]) > 0.999, "one text, two vectors"
    assert embed([]).shape == (0, embedder.dimension), "no text must give an empty batch"


def check_extractor(extractor: Extractor) -> None:
    """Raise AssertionError unless `extractor` keeps the `Extractor` contract."""
    known = [Fact("1", "apple", "is on", "table", asserted_by="e", since=0)]
    for text in ("You take the apple.", "", "!? \x00 日本語", "-= Kitchen =-\nYou are in a kitchen."):
        extraction = extractor.extract(Observation(text), known)
        for triple in extraction.triples:
            parts = (triple.subject, triple.relation, triple.object)
            assert all(part.strip() for part in parts), f"an empty part: {triple}"
        assert all(0 <= index < len(known) for index in extraction.outdated), "an index of a fact that was not shown"
