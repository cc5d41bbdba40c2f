"""The default extractor: transcripts go to the rules of a game, prose to the parse, and neither to the other."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pytest

from graphmem import Memory, extraction
from graphmem.extraction import EnglishExtractor, ParseExtractor, TextWorldExtractor, default_extractor, english
from graphmem.extraction.prose import extractor
from graphmem.extraction.prose.parts import Part
from graphmem.records import Extraction, Observation
from graphmem.testing import HashEmbedder

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

TRANSCRIPT = "> look\n-= Hall =-\nYou see a box. You wonder idly who left that here."

PROSE = [
    "Omar has three sisters.",
    "You take the offer at Initech.",
    "You have to close the ticket first.",
    "You need a token to open an account.",
    "On Friday you see the dentist.",
    "The soup is in the pot.",
    "You are carrying too much responsibility.",
    "The bank is closed.",
    "There is an exit to the north of the motorway.",
    "Your task is to review the contract.",
    "> On Friday the office is closed.\nYou take the day off, then.",
    "Ingredients:\n  two eggs\n\nDirections:\n  fry the eggs\n",
]

trained = pytest.mark.skipif(english.installed_pipeline() is None, reason="no trained spaCy pipeline is installed")


@pytest.fixture
def untrained(monkeypatch: pytest.MonkeyPatch) -> EnglishExtractor:
    monkeypatch.setattr(english, "installed_pipeline", lambda: None)
    return EnglishExtractor()


def test_a_transcript_is_read_by_the_rules_with_or_without_a_pipeline(untrained: EnglishExtractor) -> None:
    by_rules = TextWorldExtractor().extract(Observation(TRANSCRIPT), [])
    assert {str(triple) for triple in by_rules.triples} == {"player, is in, Hall", "box, is in, Hall"}
    assert default_extractor().extract(Observation(TRANSCRIPT), []) == by_rules
    assert untrained.extract(Observation(TRANSCRIPT), []) == by_rules


def test_what_a_transcript_makes_outdated_unnamed_is_asked_for() -> None:
    assert set(default_extractor().anchors) > set(TextWorldExtractor.anchors)


@pytest.mark.parametrize("text", PROSE)
def test_without_a_pipeline_prose_teaches_nothing(untrained: EnglishExtractor, text: str) -> None:
    assert untrained.extract(Observation(text), []) == Extraction()


@trained
@pytest.mark.parametrize("text", PROSE)
def test_prose_goes_to_the_parse_alone(text: str) -> None:
    observation = Observation(text)
    assert default_extractor().extract(observation, []) == ParseExtractor().extract(observation, [])


@trained
@pytest.mark.parametrize("text", PROSE)
def test_prose_is_never_read_as_a_game(text: str) -> None:
    found = default_extractor().extract(Observation(text), [])
    names = {part for triple in found.triples for part in (triple.key[0], triple.key[2])}
    assert not names & {"inventory", "recipe"}
    assert not any(triple.relation in ("has exit", "unlocks", "must be") for triple in found.triples)
    assert not any(found.slots)


def test_importing_and_making_an_extractor_loads_no_spacy() -> None:
    code = "import sys, graphmem.extraction as e; e.default_extractor(); sys.exit('spacy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_slots_of_a_game_are_still_found_where_they_were() -> None:
    with pytest.warns(DeprecationWarning, match=r"graphmem\.extraction\.textworld\.slot"):
        from graphmem.extraction import slot
    assert slot is extraction.textworld.slot


@trained
def test_what_is_parsed_together_is_read_as_one_by_one() -> None:
    observations = [Observation(text) for text in (TRANSCRIPT, *PROSE, PROSE[0])]
    together = default_extractor()
    together.read_ahead(observations)
    for observation in observations:
        assert together.extract(observation, []) == default_extractor().extract(observation, [])


@trained
def test_what_is_remembered_together_is_parsed_together(monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[int] = []
    parsed = extractor._parsed

    def counted(nlp: Language, spoken: Sequence[Part]) -> list[Doc]:
        runs.append(len(spoken))
        return parsed(nlp, spoken)

    monkeypatch.setattr(extractor, "_parsed", counted)
    with Memory(":memory:", embedder=HashEmbedder()) as memory:
        memory.remember_many(f"Omar met {name} at the harbour." for name in ("Ana", "Ben", "Eva"))
        assert {"Omar, met, Ana", "Omar, met, Eva"} <= {str(fact) for fact in memory.facts()}
    assert runs == [3]
