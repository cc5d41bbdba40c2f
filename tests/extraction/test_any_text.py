"""Any text at all is survived."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmem.extraction import TextWorldExtractor, default_extractor
from graphmem.records import Fact, Observation

RULES = TextWorldExtractor()
DEFAULT = default_extractor()
VOCABULARY = """> -= =- . ! ? , : ; " ' ( ) you see take open a an the knife table is in on under locked and with it
    there exit to east Ingredients: Directions: dice carrying Note says go read You're"""
WORDS = st.sampled_from([*VOCABULARY.split(), "\n"])
TEXTS = st.one_of(st.text(), st.lists(WORDS, max_size=40).map(" ".join), st.lists(WORDS, max_size=40).map("\n".join))
ENDS = st.sampled_from(["player", "knife", "table", "inventory", "Hall", "recipe", "empty"])
KNOWN = st.lists(
    st.builds(
        lambda subject, relation, obj: Fact("id", subject, relation, obj, asserted_by="episode", since=0),
        ENDS,
        st.sampled_from(["is in", "is on", "is", "requires", "is east of"]),
        ENDS,
    ),
    max_size=6,
)


def check(extractor, text, known):
    extraction = extractor.extract(Observation(text), known)
    for triple in extraction.triples:
        assert triple.subject.strip()
        assert triple.relation.strip()
        assert triple.object.strip()
    assert all(0 <= index < len(known) for index in extraction.outdated)
    assert list(extraction.outdated) == sorted(set(extraction.outdated))
    assert all(name.strip() for name in extraction.mentions)
    assert not any(known[index].relation == "is east of" for index in extraction.outdated)


@settings(max_examples=300, deadline=None)
@given(TEXTS, KNOWN)
def test_the_rules_survive_any_text(text, known):
    check(RULES, text, known)


@settings(max_examples=60, deadline=None)
@given(TEXTS, KNOWN)
def test_the_default_extractor_survives_any_text(text, known):
    check(DEFAULT, text, known)


@pytest.mark.parametrize("piece", ["a ", "a, ", "-= ", "b", "> ", "\n", "you see a "])
def test_no_text_takes_long(piece):
    text = piece * 10_000
    RULES.extract(Observation(""), [])
    begun = time.process_time()
    RULES.extract(Observation(text), [])
    assert time.process_time() - begun < 5
