"""`EnglishExtractor`: transcripts by the rules, other English by the parse of a trained pipeline, if there is one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from graphmem.extraction.prose.extractor import ParseExtractor, installed_pipeline
from graphmem.extraction.textworld.extractor import ANCHORS, read
from graphmem.extraction.textworld.slots import last_words
from graphmem.extraction.textworld.transcript import read_transcript
from graphmem.records import Extraction, Fact, Observation, entity_key

# Kinds of statement that mean what the rules take them for only in a game: "the firm has twenty lawyers".
_ONLY_IN_A_GAME = frozenset({
    "contains", "holds", "requires", "bare", "pointed at", "nothing here", "list in it", "list on it",
    "likened",
})  # fmt: skip


class EnglishExtractor:
    """Decides for each text, and outside of a transcript for each sentence, whether rules or the parse read it.

    A text with a command line or a room's title is a transcript, and the rules read all of it. Of any other text they
    read the sentences that say where things are or what "you" do, and the parse the rest; with no trained pipeline
    installed, the rules read what they can. spaCy is loaded at the first call.
    """

    anchors: Sequence[str] = ANCHORS

    def __init__(self) -> None:
        pipeline = installed_pipeline()
        self._parse = ParseExtractor(pipeline) if pipeline else None
        self.name = f"english:{pipeline}" if pipeline else "english"

    def extract(self, observation: Observation, known: Sequence[Fact]) -> Extraction:
        """Read any text."""
        text = observation.text
        transcript = read_transcript(text)
        if self._parse is None or transcript.command or transcript.title:
            return read(text, known)[0]
        ruled, left = read(text, known, leave=_ONLY_IN_A_GAME)
        return _both(ruled, self._parse.extract(replace(observation, text="\n".join(left)), known)) if left else ruled


def _both(ruled: Extraction, parsed: Extraction) -> Extraction:
    mentions = {entity_key(name): name for name in (*parsed.mentions, *ruled.mentions)}
    return Extraction(last_words([*parsed.triples, *ruled.triples]), ruled.outdated, tuple(mentions.values()))
