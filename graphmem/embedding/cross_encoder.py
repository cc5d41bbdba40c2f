"""A cross-encoder: a model that reads a question and a text together, and says how well the text answers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from graphmem.embedding.onnx import batches_of, encodable, files_of, open_session, open_tokenizer, run
from graphmem.embedding.settings import MOST_TOKENS
from graphmem.errors import ModelUnavailable


class CrossEncoder:
    """(question, texts) -> a score of each text, the higher the better, by an ONNX `model` and its `tokenizer`.

    A pair is cut at 512 tokens. The model is loaded at the first call, once for all threads.
    """

    def __init__(self, model: Path, tokenizer: Path) -> None:
        self._model, self._tokenizer = model, tokenizer
        self._lock = Lock()
        self._ready: tuple[Any, Any] | None = None

    def __call__(self, question: str, texts: Sequence[str]) -> list[float]:
        """The scores of `texts`, in their order. Raises `ModelUnavailable` when the model gives no score a pair."""
        session, tokenizer = self._load()
        pairs = [tokenizer.encode(encodable(question), encodable(text)) for text in texts]
        scores = np.zeros(len(texts))
        for batch in batches_of([len(pair.ids) for pair in pairs]):
            tokens, kinds = [pairs[i].ids for i in batch], [pairs[i].type_ids for i in batch]
            scores[batch] = self._scores(run(session, session.get_outputs()[0].name, tokens, kinds))
        return [float(score) for score in scores]

    def _scores(self, output: Any) -> Any:
        if output.ndim == 1:
            return output
        if output.ndim == 2 and output.shape[1] in (1, 2):  # of two classes the last is "it answers"
            return output[:, -1] - (output[:, 0] if output.shape[1] == 2 else 0)
        raise ModelUnavailable(f"{self._model}: gives {output.shape[1:]} numbers a pair, so it is no cross-encoder")

    def _load(self) -> tuple[Any, Any]:
        with self._lock:
            if self._ready is None:
                self._ready = open_session(self._model), open_tokenizer(self._tokenizer, MOST_TOKENS)
            return self._ready


def open_folder(folder: Path) -> CrossEncoder:
    """The cross-encoder in `folder`. Raises `ModelUnavailable` for what it lacks."""
    return CrossEncoder(*files_of(folder))
