"""The default extractor: which text goes to the rules and which to the parse."""

from __future__ import annotations

import subprocess
import sys

import pytest

from graphmem.extraction import EnglishExtractor, default_extractor, english
from graphmem.records import Observation

PLAIN = [
    ("You are in the kitchen. A red apple is on the table.", {"player, is in, kitchen", "red apple, is on, table"}),
    ("You pick up the red apple.", {"red apple, is in, inventory"}),
    ("The key is in the drawer", {"key, is in, drawer"}),
]


@pytest.fixture(scope="module")
def extractor():
    return default_extractor()


@pytest.fixture
def untrained(monkeypatch):
    monkeypatch.setattr(english, "installed_pipeline", lambda: None)
    return EnglishExtractor()


def facts(extractor, text):
    return {str(triple) for triple in extractor.extract(Observation(text), []).triples}


@pytest.mark.parametrize(("text", "expected"), PLAIN)
def test_plain_english_is_read_with_a_trained_pipeline(extractor, text, expected):
    assert facts(extractor, text) == expected


@pytest.mark.parametrize(("text", "expected"), PLAIN)
def test_plain_english_is_read_without_a_trained_pipeline(untrained, text, expected):
    assert facts(untrained, text) == expected


def test_a_transcript_goes_to_the_rules_alone(extractor):
    text = "> look\n-= Hall =-\nYou see a box. You wonder idly who left that here."
    assert facts(extractor, text) == {"player, is in, Hall", "box, is in, Hall"}


@pytest.mark.skipif(english.installed_pipeline() is None, reason="no trained spaCy pipeline is installed")
def test_other_english_goes_to_the_parse(extractor):
    assert facts(extractor, "The firm has twenty lawyers.") == {"firm, has, twenty lawyers"}


def test_importing_and_making_an_extractor_loads_no_spacy():
    code = "import sys, graphmem.extraction as e; e.default_extractor(); sys.exit('spacy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
