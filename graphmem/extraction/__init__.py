"""Observation -> triples, and which known facts they make outdated; without a language model.

    TextWorldExtractor   TextWorld's English by rules, over `spacy.blank("en")`
    ParseExtractor       any English, by the parse of a trained spaCy pipeline
    EnglishExtractor     the first for transcripts, the second for the rest where such a pipeline is installed
    default_extractor    an EnglishExtractor
    slot                 which facts replace one another

Importing this package, or making an extractor, does not import spaCy; the first `extract` does.
"""

from __future__ import annotations

from graphmem.extraction.english import EnglishExtractor
from graphmem.extraction.prose.extractor import ParseExtractor
from graphmem.extraction.textworld.extractor import TextWorldExtractor
from graphmem.extraction.textworld.slots import slot

__all__ = ["EnglishExtractor", "ParseExtractor", "TextWorldExtractor", "default_extractor", "slot"]


def default_extractor() -> EnglishExtractor:
    """The extractor that needs nothing but this package, and gets better with a trained spaCy pipeline."""
    return EnglishExtractor()
