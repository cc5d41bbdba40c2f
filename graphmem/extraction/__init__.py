"""Observation -> triples, and which known facts they make outdated; without a language model.

    TextWorldExtractor   TextWorld's English by rules, over `spacy.blank("en")`
    ParseExtractor       any English, by the parse of a trained spaCy pipeline
    default_extractor    the first for transcripts, the second for the rest where a pipeline is installed
    slot                 which facts replace one another

Importing this package does not import spaCy.
"""

from __future__ import annotations

from graphmem.extraction.single_valued import slot
from graphmem.extraction.textworld import TextWorldExtractor

__all__ = ["TextWorldExtractor", "default_extractor", "slot"]


def default_extractor() -> TextWorldExtractor:
    """The extractor that needs nothing but this package."""
    return TextWorldExtractor()
