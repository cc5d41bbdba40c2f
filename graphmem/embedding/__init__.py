"""Text -> unit vectors: whose cosine says how near two texts are in meaning.

    minilm.py    the default: all-MiniLM-L6-v2 in int8, from an installed package, no download
    e5.py        for many languages: multilingual-e5-small, from an installed package
    onnx.py      any sentence-embedding model as a folder with an ONNX file and its tokenizer
    wordpiece.py  the tokenizer of MiniLM and its kind
    settings.py  how such a model wants its texts: prompts, pooling, length
    hub.py       a model's name on the Hugging Face hub -> such a folder
    lexical.py   with no model at all: hashed words and letter trigrams
    cached.py    around any of these: a repeated query costs nothing
    cross_encoder.py  (question, text) -> a score: a second look at what was found

Nothing heavy is imported before it is used.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from graphmem.errors import InputError
from graphmem.protocols import Embedder, QueryEmbedder, Reranker
from graphmem.records import Vector

__all__ = ["embed_queries", "load_embedder", "load_reranker"]

log = logging.getLogger(__name__)

_HUB_NAME = re.compile(r"\w[\w.-]*/\w[\w.-]*")


def load_embedder(spec: str | None = None) -> Embedder:
    """The embedder that `spec` names: "minilm", "e5" (many languages), "lexical", a folder with an ONNX
    model, or a hub name "org/model".

    None gives MiniLM where its packages are installed, else the lexical embedder, which says so in the log. Raises
    `ModelUnavailable` when the model's file is missing, altered or out of reach: an installed model that was altered
    is never passed over in silence. Raises `InputError` when `spec` names nothing.
    """
    from graphmem.embedding import e5, hub, lexical, minilm, onnx

    if spec is None and not minilm.installed():
        _warn()
        return lexical.LexicalEmbedder()
    if spec is None or spec == "minilm":
        return minilm.minilm()
    if spec == "lexical":
        return lexical.LexicalEmbedder()
    if spec == "e5":
        return e5.E5Embedder()
    if spec and (folder := Path(spec).expanduser()).is_dir():
        return onnx.open_folder(folder)
    if _HUB_NAME.fullmatch(spec):
        return onnx.open_folder(hub.fetch(spec), name=spec)
    raise InputError(
        f'no embedder {spec!r}: name "minilm", "e5", "lexical", an existing folder with an ONNX model, or "org/model"'
    )


@cache
def _warn() -> None:
    log.warning(
        "the lexical embedder is in use: it compares spelling, not meaning; "
        "for better recall: pip install 'graphmem[minilm]'"
    )


def embed_queries(embedder: Embedder, texts: Sequence[str]) -> Vector:
    """Unit vectors of questions, shape (len(texts), dimension), by what the embedder has for them, else by `embed`."""
    return embedder.embed_queries(texts) if isinstance(embedder, QueryEmbedder) else embedder.embed(texts)


def load_reranker(folder: str | Path) -> Reranker:
    """The cross-encoder in `folder`, an ONNX model and its tokenizer as for `load_embedder`.

    Raises `ModelUnavailable` for what the folder lacks.
    """
    from graphmem.embedding import cross_encoder

    return cross_encoder.open_folder(Path(folder).expanduser())
