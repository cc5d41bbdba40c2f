"""Models as folders: MiniLM's files laid out as others publish theirs."""

import json
import shutil
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphmem.embedding import load_embedder, minilm, onnx
from graphmem.errors import InputError, ModelUnavailable

Make = Callable[..., Path]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """A folder with MiniLM's model under the given name, and its vocabulary."""

    def folder(model: str = "model.onnx") -> Path:
        folder = tmp_path / "my-model"
        (folder / model).parent.mkdir(parents=True)
        (folder / model).symlink_to(minilm.model_file())
        shutil.copy(minilm.VOCABULARY, folder)
        return folder

    return folder


def add_pooling(folder: Path, content: str) -> None:
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text(content)


@pytest.mark.parametrize("model", ["model.onnx", "onnx/model.onnx", "onnx/model_quantized.onnx"])
def test_a_folder_is_a_model(make: Make, model: str) -> None:
    embedder = load_embedder(str(make(model)))
    assert embedder.name == f"my-model@{minilm.SHA256[:12]}"
    assert embedder.dimension == 384
    np.testing.assert_array_equal(embedder.embed(["apple"]), minilm.minilm().embed(["apple"]))


def test_a_tokenizer_json_serves_as_well_as_a_vocabulary(make: Make) -> None:
    import tokenizers

    folder = make()
    tokenizer = tokenizers.BertWordPieceTokenizer(str(folder / "vocab.txt"), lowercase=True)
    tokenizer.enable_padding(length=128)  # as published: it must not count
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "vocab.txt").unlink()
    texts = ["An apple.", "", "apple " * 300]
    np.testing.assert_array_equal(onnx.open_folder(folder).embed(texts), minilm.minilm().embed(texts))


def test_a_name_goes_with_the_file_not_the_place(make: Make) -> None:
    folder = make()
    before = onnx.open_folder(folder).name
    (folder / "model.onnx").unlink()
    shutil.copy(minilm.model_file(), folder / "model.onnx")
    assert onnx.open_folder(folder).name == before
    with (folder / "model.onnx").open("ab") as file:
        file.write(b"\0")
    assert onnx.open_folder(folder).name != before


def test_weights_beside_the_model_count_in_its_name(make: Make) -> None:
    folder = make()
    before = onnx.open_folder(folder).name
    (folder / "model.onnx_data").write_bytes(b"weights")
    assert onnx.open_folder(folder).name != before


def test_the_plain_model_goes_before_its_variants(make: Make) -> None:
    folder = make("onnx/model.onnx")
    (folder / "onnx" / "model_O4.onnx").write_bytes(b"")
    assert onnx.find_model(folder) == folder / "onnx" / "model.onnx"


def test_tokens_are_pooled_as_the_model_says(make: Make) -> None:
    folder = make()
    mean = onnx.open_folder(folder).embed(["red apple"])
    add_pooling(folder, json.dumps({"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}))
    first = onnx.open_folder(folder).embed(["red apple"])
    assert float((mean @ first.T)[0, 0]) < 0.99
    np.testing.assert_allclose(np.linalg.norm(first, axis=1), 1, atol=1e-5)


def test_a_question_and_a_passage_have_their_own_prompts(make: Make) -> None:
    folder = make()
    plain = onnx.open_folder(folder).embed(["find: apple", "tell: apple", "apple"])
    (folder / "config_sentence_transformers.json").write_text('{"prompts": {"query": "find: ", "passage": "tell: "}}')
    prompted = onnx.open_folder(folder)
    np.testing.assert_allclose(prompted.embed_queries(["apple"]), plain[:1], atol=1e-5)
    np.testing.assert_allclose(prompted.embed(["apple"]), plain[1:2], atol=1e-5)


def test_a_text_is_read_as_far_as_the_model_takes_it(make: Make) -> None:
    folder = make()
    cut = onnx.open_folder(folder)
    (folder / "sentence_bert_config.json").write_text('{"max_seq_length": 512}')
    long, end = "apple " * 300, "apple " * 300 + "the sea"
    assert float((cut.embed([long]) @ cut.embed([end]).T)[0, 0]) > 0.9999
    whole = onnx.open_folder(folder)
    assert float((whole.embed([long]) @ whole.embed([end]).T)[0, 0]) < 0.999
    assert whole.name != cut.name


@pytest.mark.parametrize(
    ("content", "why"), [("{", "no JSON"), ('{"pooling_mode_mean_tokens": false}', "pools neither")]
)
def test_a_pooling_that_is_not_known_is_refused(make: Make, content: str, why: str) -> None:
    folder = make()
    add_pooling(folder, content)
    with pytest.raises(ModelUnavailable, match=why):
        onnx.open_folder(folder)


@pytest.mark.parametrize("gone", ["model.onnx", "vocab.txt"])
def test_what_the_folder_lacks_is_named(make: Make, gone: str) -> None:
    folder = make()
    (folder / gone).unlink()
    with pytest.raises(ModelUnavailable, match=rf"my-model: no .*{gone}"):
        load_embedder(str(folder))


@pytest.mark.parametrize(
    ("broken", "why"), [("model.onnx", "no model that ONNX"), ("tokenizer.json", "no usable token")]
)
def test_a_broken_file_is_named(make: Make, broken: str, why: str) -> None:
    folder = make()
    (folder / broken).unlink(missing_ok=True)
    (folder / broken).write_text("nonsense")
    embedder = load_embedder(str(folder))
    with pytest.raises(ModelUnavailable, match=rf"{broken}: {why}"):
        embedder.embed(["apple"])


@pytest.mark.parametrize("spec", ["", "nix", "https://example.org/model", "../no/such/folder", "/no/such"])
def test_a_name_that_means_nothing_says_what_would(spec: str) -> None:
    with pytest.raises(InputError, match='"minilm", "e5", "lexical", an existing folder'):
        load_embedder(spec)


@given(st.lists(st.integers(1, 256), max_size=100))
def test_batches_hold_every_text_once_are_no_larger_than_gains_and_pad_little(lengths: list[int]) -> None:
    batches = onnx.batches_of(lengths)
    assert sorted(i for batch in batches for i in batch) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) <= onnx.BATCH
        sizes = [lengths[i] for i in batch]
        assert len(batch) == 1 or len(batch) * max(sizes) <= onnx.TOKENS
        padding = [number * (size - last) for number, (last, size) in enumerate(pairwise(sizes), start=1)]
        assert max(padding, default=0) <= onnx.PADDING
