"""Which facts replace one another."""

from __future__ import annotations

import pytest

from graphmem.extraction.textworld import slot
from graphmem.extraction.textworld.slots import last_words
from graphmem.records import Triple


@pytest.mark.parametrize(
    ("relation", "obj", "expected"),
    [
        ("is in", "box", "location"),
        ("Is On", "table", "location"),
        ("is carried by", "player", "location"),
        ("is located in", "Paris", "location"),
        ("is", "open", "openness"),
        ("is", "Unlocked", "openness"),
        ("is", "raw", "doneness"),
        ("is", "burned", "doneness"),
        ("is", "diced", "cut"),
        ("is", "dead", "life"),
        ("is", "red", None),
        ("is", "doctor", None),
        ("has exit", "east", None),
        ("is east of", "Hall", None),
        ("leads east from", "Hall", None),
        ("says", "open", None),
        ("requires", "carrot", None),
    ],
)
def test_slot(relation, obj, expected):
    assert slot(Triple("thing", relation, obj)) == expected


def test_the_last_of_two_places_stands():
    triples = [Triple("cup", "is in", "box"), Triple("cup", "is", "red"), Triple("cup", "is on", "table")]
    assert [str(triple) for triple in last_words(triples)] == ["cup, is, red", "cup, is on, table"]
