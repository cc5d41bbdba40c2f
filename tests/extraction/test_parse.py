"""Any English, by a real trained pipeline."""

from __future__ import annotations

import pytest

from graphmem.errors import ExtractionError
from graphmem.extraction.prose.extractor import ParseExtractor, installed_pipeline
from graphmem.records import Observation

pytestmark = pytest.mark.skipif(installed_pipeline() is None, reason="no trained spaCy pipeline is installed")


@pytest.fixture(scope="module")
def parser():
    return ParseExtractor()


SENTENCES = [
    ("Marie Curie was born in Warsaw.", {"Marie Curie, was born in, Warsaw"}),
    ("The red apple is on the table.", {"red apple, is on, table"}),
    ("Alice gave Bob a book and a pen.", {"Alice, gave, book", "Alice, gave, pen", "Alice, gave book to, Bob"}),
    ("Paris is the capital of France.", {"France, has capital, Paris"}),
    ("The capital of France is Paris.", {"France, has capital, Paris"}),
    ("Jo, a doctor from Oslo, works at Google.", {"Jo, is, doctor", "Jo, is from, Oslo", "Jo, works at, Google"}),
    (
        "The inn was founded by Henri Dupont in 1903.",
        {"inn, was founded by, Henri Dupont", "inn, was founded in, 1903"},
    ),
    ("Mary's brother lives in Berlin.", {"Mary's brother, lives in, Berlin"}),
    ("Mary's brother Jon lives in Berlin.", {"Mary, has brother, Jon", "Jon, lives in, Berlin"}),
    ("Ann and Bob live in Rome.", {"Ann, lives in, Rome", "Bob, lives in, Rome"}),
    ("Sam, who lives in Oslo, plays chess.", {"Sam, lives in, Oslo", "Sam, plays, chess"}),
    ("There is a lamp on the desk.", {"lamp, is on, desk"}),
    ("Tom put the book on the shelf.", {"Tom, put, book", "book, is on, shelf"}),
    ("Olga works as a cook at the town hall.", {"Olga, works as, cook", "Olga, works at, town hall"}),
    ("Sven owns two boats.", {"Sven, owns, two boats"}),
    ("The ferry leaves at 7:40.", {"ferry, leaves at, 7:40"}),
    ("Karl lives in Essen and Heinz died in 2010.", {"Karl, lives in, Essen"}),
    ("I live in Leeds and work at Acme.", {"I, lives in, Leeds", "I, works at, Acme"}),
    ("We live in Bath and have two dogs.", {"I, lives in, Bath", "I, has, two dogs"}),
]


@pytest.mark.parametrize(("sentence", "facts"), SENTENCES)
def test_what_a_sentence_asserts(parser, sentence, facts):
    assert {str(triple) for triple in parser.extract(Observation(sentence), []).triples} == facts


def test_she_is_the_one_person_spoken_of(parser):
    found = parser.extract(Observation("Marie lives in Paris. She teaches physics."), [])
    assert {str(triple) for triple in found.triples} == {"Marie, lives in, Paris", "Marie, teaches, physics"}


def test_she_is_nobody_when_two_could_be_meant(parser):
    found = parser.extract(Observation("Ana called Julia. She was late."), [])
    assert {str(triple) for triple in found.triples} == {"Ana, called, Julia"}


def test_she_is_the_woman_when_the_other_is_a_man(parser):
    found = parser.extract(Observation("My sister Ines visited my uncle Otto. She lives in Graz."), [])
    assert "Ines, lives in, Graz" in {str(triple) for triple in found.triples}


def test_mentions_are_noun_phrases(parser):
    text = "Marie Curie was born in Warsaw. The red apple is on the table."
    assert set(parser.extract(Observation(text), []).mentions) >= {"Marie Curie", "Warsaw", "red apple", "table"}


def test_a_missing_pipeline_names_the_mend():
    with pytest.raises(ExtractionError, match="python -m spacy download en_core_web_nowhere"):
        ParseExtractor("en_core_web_nowhere").extract(Observation("Hello."), [])
