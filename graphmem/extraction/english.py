"""`EnglishExtractor`: transcripts of a game by TextWorld's rules, plain statements by their form, all other English by
a trained pipeline's parse."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from importlib.util import find_spec

from graphmem.extraction.prose.extractor import ParseExtractor, installed_pipeline
from graphmem.extraction.statements import StatementExtractor
from graphmem.extraction.textworld import TextWorldExtractor, is_transcript
from graphmem.records import Extraction, Fact, Observation

log = logging.getLogger(__name__)


class EnglishExtractor:
    """Decides for each text, as a whole, who reads it. spaCy is loaded at the first call.

    A text with a command line or a room's title is a transcript, for `TextWorldExtractor`; one statement whose form
    alone tells what it states ("The capital of Peru is Lima.") is for `StatementExtractor`; any other is prose, for
    `ParseExtractor`. With no trained pipeline installed only the plain statements of prose teach anything, and without
    spaCy those of transcripts.
    """

    anchors: Sequence[str] = (*TextWorldExtractor.anchors, *ParseExtractor.anchors)

    def __init__(self) -> None:
        pipeline = installed_pipeline()
        self._transcripts = TextWorldExtractor() if find_spec("spacy") else None
        self._statements = StatementExtractor()
        self._settled = StatementExtractor(settled=True)
        self._prose = ParseExtractor(pipeline) if pipeline else None
        self.name = f"english:{pipeline}" if pipeline else "english"
        self._hinted = False

    def extract(self, observation: Observation, known: Sequence[Fact]) -> Extraction:
        """Read any text."""
        if is_transcript(observation.text) and self._transcripts:
            return self._transcripts.extract(observation, known)
        if (plain := self._settled.extract(observation, known)).triples:
            return plain
        if self._prose is None:
            self._hint()
            return self._statements.extract(observation, known)
        return self._prose.extract(observation, known)

    def read_ahead(self, observations: Iterable[Observation]) -> None:
        """Parse together the prose of what `extract` is asked for next."""
        if self._prose:
            others = (each for each in observations if not is_transcript(each.text))
            self._prose.read_ahead([each for each in others if not self._settled.extract(each, ()).triples])

    def _hint(self) -> None:
        """Say once what would read more."""
        if not self._hinted:
            log.warning(
                "the text is kept, but hardly a fact is read from prose without a trained pipeline, nor from games "
                "without spaCy: "
                "pip install 'graphmem[english]', then `graphmem re-extract` reads what is there"
            )
        self._hinted = True
