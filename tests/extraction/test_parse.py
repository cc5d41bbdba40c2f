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
    ("Marie Curie was born in Warsaw.", {"Marie Curie, born in, Warsaw"}),
    ("The red apple is on the table.", {"red apple, is on, table"}),
    ("Alice gave Bob a book and a pen.", {"Alice, give, book", "Alice, give, pen", "Alice, give to, Bob"}),
    ("Paris is the capital of France.", {"Paris, is capital of, France"}),
    ("Jo, a doctor from Oslo, works at Google.", {"Jo, is, doctor", "Jo, is from, Oslo", "Jo, work at, Google"}),
    ("The inn was founded by Henri Dupont in 1903.", {"inn, founded by, Henri Dupont", "inn, founded in, 1903"}),
    ("Mary's brother lives in Berlin.", {"Mary, has, Mary's brother", "Mary's brother, live in, Berlin"}),
    ("Ann and Bob live in Rome.", {"Ann, live in, Rome", "Bob, live in, Rome"}),
    ("Sam, who lives in Oslo, plays chess.", {"Sam, live in, Oslo", "Sam, play, chess"}),
    ("There is a lamp on the desk.", {"lamp, is on, desk"}),
    ("Tom put the book on the shelf.", {"Tom, put, book", "Tom, put on, shelf", "book, is on, shelf"}),
    ("Ann wants to buy a house.", {"Ann, want to buy, house"}),
    ("You are in the kitchen.", {"player, is in, kitchen"}),
]


@pytest.mark.parametrize(("sentence", "facts"), SENTENCES)
def test_what_a_sentence_asserts(parser, sentence, facts):
    assert {str(triple) for triple in parser.extract(Observation(sentence), []).triples} == facts


@pytest.mark.parametrize(
    "sentence",
    [
        "She did not eat the cake.",
        "Nobody saw the thief.",
        "Is Tom in Paris?",
        "Tom might be in Rome.",
        "If it rains, Tom stays at home.",
        "Read the notes that you find.",
    ],
)
def test_what_is_denied_asked_supposed_or_ordered_is_no_fact(parser, sentence):
    assert parser.extract(Observation(sentence), []).triples == ()


def test_who_speaks_is_who_says_i(parser):
    text = "Caroline: I went to a support group.\nMel: I painted a lake."
    assert {str(t) for t in parser.extract(Observation(text), []).triples} == {
        "Caroline, go to, support group",
        "Mel, paint, lake",
    }


def test_she_is_the_one_person_spoken_of(parser):
    facts = {
        str(triple) for triple in parser.extract(Observation("Marie lives in Paris. She teaches physics."), []).triples
    }
    assert facts == {"Marie, live in, Paris", "Marie, teach, physics"}


def test_mentions_are_entities_and_noun_phrases(parser):
    mentions = parser.extract(
        Observation("Marie Curie was born in Warsaw. The red apple is on the table."), []
    ).mentions
    assert set(mentions) >= {"Marie Curie", "Warsaw", "red apple", "table"}


def test_a_missing_pipeline_names_the_mend():
    with pytest.raises(ExtractionError, match="python -m spacy download en_core_web_nowhere"):
        ParseExtractor("en_core_web_nowhere").extract(Observation("Hello."), [])
