"""With no model at all: an embedder that knows spelling, not meaning.

"red apple" is near "green apples", and no nearer to "fruit" than to "locker".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from graphmem.records import Vector

DIMENSION = 512
TRIGRAM_WEIGHT = 0.4  # a shared word tells more than a shared ending
FUNCTION_WEIGHT = 0.2  # "the" is in every text
_FUNCTION_WORDS = (
    "a an and are as at be by can do for from has have here i in into is it its of on or s some that the there this to "
    "was what where which who with you your"
)
FUNCTION_WORDS = frozenset(_FUNCTION_WORDS.split())

_WORD = re.compile(r"\w+")


class LexicalEmbedder:
    """Text -> unit vectors of 512 numbers, out of its words and their letter trigrams, each hashed to a place and sign.

    The same text gives the same vector in every process and on every machine.
    """

    name = f"lexical-{DIMENSION}@1"  # the number goes up when any vector changes
    dimension = DIMENSION

    def embed(self, texts: Sequence[str]) -> Vector:
        """Unit vectors of shape (len(texts), 512), float32, in the order of `texts`. Empty text has one too."""
        return np.array([_vector(text) for text in texts], np.float32).reshape(-1, DIMENSION)


def _vector(text: str) -> Vector:
    vector = np.zeros(DIMENSION, np.float32)
    for word in _WORD.findall(text.casefold()) or [text]:
        places, weights = _features(word)
        np.add.at(vector, places, weights)
    if not vector.any():  # the features cancel out
        vector[0] = 1
    unit: Vector = vector / np.float32(np.linalg.norm(vector))
    return unit


@lru_cache(maxsize=65536)
def _features(word: str) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Places in the vector and signed weights of a word and its trigrams: "key" -> key, <ke, key, ey>."""
    framed = f"<{word}>"
    trigrams = [framed[i : i + 3] for i in range(len(framed) - 2)]
    hashes = [_hash(f"word {word}"), *(_hash(trigram) for trigram in trigrams)]
    weights = np.array([1.0] + [TRIGRAM_WEIGHT] * len(trigrams), np.float32)
    weights *= [1 if each & 1 else -1 for each in hashes]
    if word in FUNCTION_WORDS:
        weights *= FUNCTION_WEIGHT
    return np.array([(each >> 1) % DIMENSION for each in hashes], np.int64), weights


def _hash(feature: str) -> int:
    """The same number everywhere, unlike Python's own `hash`."""
    return int.from_bytes(blake2b(feature.encode("utf-8", "replace"), digest_size=8).digest(), "big")
