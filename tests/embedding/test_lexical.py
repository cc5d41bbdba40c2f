"""The embedder that needs no model."""

import logging
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphmem import embedding
from graphmem.embedding import load_embedder, minilm
from graphmem.embedding.lexical import LexicalEmbedder

ROOT = str(Path(__file__).parents[2])
PRINT = """
import sys
from graphmem.embedding.lexical import LexicalEmbedder
sys.stdout.write(LexicalEmbedder().embed(["The red apple", "", "größer"]).tobytes().hex())
"""


def cosine(one: str, other: str) -> float:
    first, second = LexicalEmbedder().embed([one, other])
    return float(first @ second)


@pytest.mark.parametrize(
    ("text", "near", "far"),
    [
        ("red apple", "green apples", "golden locker"),
        ("where is the apple?", "apple, is in, kitchen", "where is the old house and the attic?"),
        ("Café", "CAFÉ", "cave"),
        ("赤いリンゴ", "リンゴ", "台所"),
    ],
)
def test_what_is_spelt_alike_is_near(text: str, near: str, far: str) -> None:
    assert cosine(text, near) > cosine(text, far) + 0.1


def test_a_text_has_the_same_vector_in_every_process() -> None:
    here = LexicalEmbedder().embed(["The red apple", "", "größer"]).tobytes().hex()
    for seed in ("1", "2"):
        env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": ROOT}
        there = subprocess.run([sys.executable, "-c", PRINT], env=env, capture_output=True, text=True, check=True)
        assert there.stdout == here


def test_a_known_text_has_the_vector_it_has_always_had() -> None:
    vector = LexicalEmbedder().embed(["key"])[0]
    assert {int(place): round(float(vector[place]), 3) for place in vector.nonzero()[0]} == {
        122: 0.329,
        193: 0.822,
        271: 0.329,
        387: -0.329,
    }


@given(st.lists(st.text(st.characters(exclude_categories=()), max_size=80), max_size=4))
def test_any_text_has_a_finite_unit_vector(texts: list[str]) -> None:
    vectors = LexicalEmbedder().embed(texts)
    assert vectors.shape == (len(texts), LexicalEmbedder().dimension)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_it_serves_where_the_model_is_not_installed_and_that_is_said_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    embedding._warn.cache_clear()
    monkeypatch.setattr(minilm, "find_spec", lambda module: None)
    assert [load_embedder().name for _ in range(2)] == ["lexical-512@1"] * 2
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert "pip install 'graphmem[minilm]'" in record.message


def test_who_asks_for_it_is_not_told_of_another(caplog: pytest.LogCaptureFixture) -> None:
    embedding._warn.cache_clear()
    assert load_embedder("lexical").name == "lexical-512@1"
    assert caplog.records == []
