"""A text that was embedded lately is not embedded again."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from graphmem.embedding.cached import CachedEmbedder
from graphmem.errors import EmbedderError
from graphmem.records import Vector
from graphmem.testing import HashEmbedder


class Compass:
    """Points a text to one of four directions, by its length; notes what it was asked."""

    name = "compass@1"
    dimension = 4

    def __init__(self) -> None:
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str]) -> Vector:
        self.asked.extend(texts)
        return np.eye(4, dtype=np.float32)[[len(text) % 4 for text in texts]].reshape(-1, 4)


def test_it_stands_for_the_embedder_it_keeps() -> None:
    cached = CachedEmbedder(Compass())
    assert (cached.name, cached.dimension) == ("compass@1", 4)
    texts = ["a", "bb", "a", "", "ccc"]
    for _ in range(2):
        np.testing.assert_array_equal(cached.embed(texts), Compass().embed(texts))
    assert cached.embed([]).shape == (0, 4)


def test_nothing_is_embedded_twice() -> None:
    compass = Compass()
    cached = CachedEmbedder(compass)
    cached.embed(["a", "bb", "a"])
    cached.embed(["bb", "ccc"])
    assert compass.asked == ["a", "bb", "ccc"]


def test_what_was_used_longest_ago_makes_room() -> None:
    compass = Compass()
    cached = CachedEmbedder(compass, size=2)
    for text in ("a", "bb", "a", "ccc", "a", "bb"):
        cached.embed([text])
    assert compass.asked == ["a", "bb", "ccc", "bb"]
    assert cached.embed(["x", "yy", "zzz"]).shape == (3, 4)  # more at once than are kept


def test_changing_a_result_does_not_change_what_is_kept() -> None:
    cached = CachedEmbedder(Compass())
    cached.embed(["a"])[:] = 0
    np.testing.assert_array_equal(cached.embed(["a"]), Compass().embed(["a"]))


class Asked(Compass):
    """Points a question the other way."""

    def embed_queries(self, texts: Sequence[str]) -> Vector:
        return -self.embed(texts)


def test_a_question_is_kept_apart_from_a_passage() -> None:
    asked = Asked()
    cached = CachedEmbedder(asked)
    for _ in range(2):
        np.testing.assert_array_equal(cached.embed_queries(["a"]), -cached.embed(["a"]))
    assert asked.asked == ["a", "a"]


def test_an_embedder_without_questions_embeds_them_as_passages() -> None:
    compass = Compass()
    cached = CachedEmbedder(compass)
    np.testing.assert_array_equal(cached.embed_queries(["a"]), cached.embed(["a"]))
    assert compass.asked == ["a"]


@pytest.mark.parametrize(
    "given", [np.zeros((1, 16)), np.zeros((2, 7)), np.zeros(16), np.full((2, 16), np.nan), None], ids=str
)
def test_what_is_no_vector_for_each_text_is_refused_and_not_kept(given: Any) -> None:
    embedder = HashEmbedder()
    embedder.embed = lambda texts: given  # type: ignore[method-assign]
    with pytest.raises(EmbedderError, match=r"the embedder hash gave .* of shape \(2, 16\) are due"):
        CachedEmbedder(embedder).embed(["apple", "pear"])
