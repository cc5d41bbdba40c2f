"""Observation -> triples, and which known facts they make outdated; without a language model.

    ParseExtractor       any English, by the parse of a trained spaCy pipeline
    TextWorldExtractor   a text game's transcripts by rules, over `spacy.blank("en")`; its facts replace one another
    EnglishExtractor     the second for what is a transcript, the first for the rest where such a pipeline is installed
    default_extractor    an EnglishExtractor

Importing this package, or making an extractor, does not import spaCy; the first `extract` does.
"""

from __future__ import annotations

import warnings
from typing import Any

from graphmem.extraction.english import EnglishExtractor
from graphmem.extraction.prose.extractor import ParseExtractor
from graphmem.extraction.textworld import TextWorldExtractor

__all__ = ["EnglishExtractor", "ParseExtractor", "TextWorldExtractor", "default_extractor"]


def default_extractor() -> EnglishExtractor:
    """The extractor that needs nothing but this package, and gets better with a trained spaCy pipeline."""
    return EnglishExtractor()


def __getattr__(name: str) -> Any:
    if name != "slot":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from graphmem.extraction.textworld import slot

    new = "graphmem.extraction.textworld.slot: give it as Memory(slot_of=slot) where a thing is in one place at a time"
    warnings.warn(f"graphmem.extraction.slot is now {new}", DeprecationWarning, stacklevel=2)
    return slot
