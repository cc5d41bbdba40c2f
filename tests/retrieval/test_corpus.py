"""A small corpus of documents, talk and notes, and what is recalled of it first: the ranking is meant to stay.

When a change of the ranking is a gain on the benchmarks, the corpus is brought to it; it never decides by itself.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graphmem import Memory
from graphmem.embedding import load_embedder
from graphmem.extraction.textworld import slot
from graphmem.records import Vector
from graphmem.retrieval import PageRank, weights

CORPUS = json.loads((Path(__file__).parent / "corpus.json").read_text(encoding="utf-8"))
TOLD = 3
"""So many episodes and facts are compared."""

CHANGES = {
    "A_WHILE": 8, "ABOUT": 0.5, "AFTER": 4, "ASKING": 4, "BEFORE": 3, "BRIDGE": 0.5, "COMPANY": 2,
    "COMPANY_SHARPNESS": 0.25, "COSINE": 2, "COVERED": 8, "HOPS": 0, "NAME_SHARE": 2, "PHRASES": 2,
    "RANK": 0.5, "RANK_OF_TALK": 2, "REPLY": 3, "RESTART": 0.5, "SAME_HEADING": 0.5, "SAYING": 2,
    "SERIES": 1.5, "SHARPNESS": 0.5, "SPEAKER": 0.5, "STEPS": 0, "STRONG": 2, "TEXT_SHARE": 0.5, "TIME": 6, "TITLE": 2,
    "VECTOR_SHARE": 4, "WORDS": 0.5,
}  # fmt: skip
"""By how much a weight is changed, which the corpus must notice."""


class Once:
    """An embedder that embeds no text twice."""

    def __init__(self) -> None:
        self._embedder = load_embedder("minilm")
        self._vectors: dict[str, Vector] = {}
        self.name, self.dimension = self._embedder.name, self._embedder.dimension

    def embed(self, texts: Sequence[str]) -> Vector:
        for text in texts:
            if text not in self._vectors:
                self._vectors[text] = self._embedder.embed([text])[0]
        return np.array([self._vectors[text] for text in texts], np.float32).reshape(-1, self.dimension)


@pytest.fixture(scope="module")
def memory() -> Iterator[Memory]:
    with Memory(":memory:", embedder=Once(), slot_of=slot) as made:
        for passage in CORPUS["passages"]:
            made.remember(passage["text"], triples=passage.get("triples", []), metadata={"id": passage["id"]})
        yield made


def first(memory: Memory, asked: dict[str, Any]) -> dict[str, Any]:
    """What is recalled first, as the corpus writes it."""
    search = PageRank(rounds=asked.get("rounds", 1))
    found = memory.recall(asked["question"], search=search, episodes=TOLD, budget=100_000)
    episodes = [episode.metadata["id"] for episode in found.episodes]
    return asked | {"episodes": episodes} | ({"facts": [*map(str, found.facts[:TOLD])]} if "facts" in asked else {})


@pytest.mark.parametrize("asked", CORPUS["questions"], ids=lambda asked: asked["question"])
def test_the_ranking_is_as_it_was(memory: Memory, asked: dict[str, Any]) -> None:
    assert first(memory, asked) == asked


@pytest.mark.parametrize(("name", "factor"), CHANGES.items())
def test_a_weight_that_is_changed_shows(
    memory: Memory, monkeypatch: pytest.MonkeyPatch, name: str, factor: float
) -> None:
    value = getattr(weights, name)
    monkeypatch.setattr(weights, name, type(value)(value * factor))
    assert [first(memory, asked) for asked in CORPUS["questions"]] != CORPUS["questions"]
