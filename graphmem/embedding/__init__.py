"""Text -> unit vectors: whose cosine says how near two texts are in meaning.

    minilm.py    the default: all-MiniLM-L6-v2 in int8, from an installed package, no download
    onnx.py      any sentence-embedding model as a folder with an ONNX file and its tokenizer
    hub.py       a model's name on the Hugging Face hub -> such a folder
    lexical.py   with no model at all: hashed words and letter trigrams
    cached.py    around any of these: a repeated query costs nothing

Nothing heavy is imported before it is used.
"""

from __future__ import annotations

import re
from pathlib import Path

from graphmem.errors import InputError
from graphmem.protocols import Embedder

__all__ = ["load_embedder"]

_HUB_NAME = re.compile(r"\w[\w.-]*/\w[\w.-]*")


def load_embedder(spec: str | None = None) -> Embedder:
    """The embedder that `spec` names: "minilm", "lexical", a folder with an ONNX model, or a hub name "org/model".

    None gives MiniLM where its packages are installed, else the lexical embedder, which says so in the log. Raises
    `ModelUnavailable` when the model's file is missing, altered or out of reach: an installed model that was altered
    is never passed over in silence. Raises `InputError` when `spec` names nothing.
    """
    from graphmem.embedding import hub, lexical, minilm, onnx

    if spec is None:
        return minilm.minilm() if minilm.installed() else lexical.LexicalEmbedder()
    if spec == "minilm":
        return minilm.minilm()
    if spec == "lexical":
        return lexical.LexicalEmbedder()
    if spec and (folder := Path(spec).expanduser()).is_dir():
        return onnx.open_folder(folder)
    if _HUB_NAME.fullmatch(spec):
        return onnx.open_folder(hub.fetch(spec), name=spec)
    raise InputError(
        f'no embedder {spec!r}: name "minilm", "lexical", an existing folder with an ONNX model, or "org/model"'
    )
