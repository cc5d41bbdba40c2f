"""Cross-encoders as folders: a tiny model whose score is how many tokens the text has, those of the question apart."""

import shutil
from pathlib import Path

import onnx
import pytest
from onnx import TensorProto, helper

from graphmem.embedding import load_reranker, minilm
from graphmem.errors import ModelUnavailable


def make(folder: Path, scores: int = 1) -> Path:
    """A folder with a model of (texts, tokens) -> (texts, `scores`): each the sum of the tokens' types."""
    shape = ["texts", "tokens"]
    inputs = [helper.make_tensor_value_info(each, TensorProto.INT64, shape) for each in ("input_ids", "token_type_ids")]
    outputs = [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["texts", scores])]
    axis = helper.make_tensor("axis", TensorProto.INT64, [1], [1])
    nodes = [
        helper.make_node("Cast", ["token_type_ids"], ["types"], to=TensorProto.FLOAT),
        helper.make_node("ReduceSum", ["types", "axis"], ["sum"], keepdims=1),
        helper.make_node("Concat", ["sum"] * scores, ["logits"], axis=1),
    ]
    graph = helper.make_graph(nodes, "tiny", inputs, outputs, [axis])
    folder.mkdir()
    onnx.save(
        helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 13)]), folder / "model.onnx"
    )
    shutil.copy(minilm.VOCABULARY, folder)
    return folder


def test_a_folder_is_a_reranker(tmp_path: Path) -> None:
    rerank = load_reranker(make(tmp_path / "tiny"))
    texts = ["apple", "a long road to the sea", "", "apple " * 20]
    assert list(rerank("where is the apple?", texts)) == [2, 7, 1, 21]  # with the mark at its end
    assert list(rerank("where is the apple?", [])) == []


def test_a_pair_is_cut_where_the_model_ends(tmp_path: Path) -> None:
    (score,) = load_reranker(make(tmp_path / "tiny"))("apple", ["sea " * 9000])
    assert 400 < score < 512


def test_a_model_that_gives_no_score_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="no cross-encoder"):
        load_reranker(make(tmp_path / "tiny", scores=384))("apple", ["pear"])


def test_what_the_folder_lacks_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"no model\.onnx"):
        load_reranker(tmp_path)
