"""Triples in a reply: what they mean is read, and nothing is guessed."""

import pytest
from pydantic import BaseModel

from graphmem.llm.fields import Triples


class Learnt(BaseModel):
    triples: Triples


def read(triple: object) -> list[str]:
    return Learnt.model_validate({"triples": [triple, ["a", "b", "c"]]}).triples[0]


@pytest.mark.parametrize(
    "triple",
    [
        ["key", "opens", "door"],
        "key, opens, door",
        {"subject": "key", "relation": "opens", "object": "door"},
        {"object": "door", "predicate": "opens", "subject": "key"},
        {"source": "key", "target": "door", "type": "opens"},
        {"type": "opens", "to": "door", "from": "key"},
        {"Head": "key", "Tail": "door", "Relation": "opens", "confidence": 0.9},
        {"1": "key", "2": "opens", "3": "door"},
    ],
)
def test_the_parts_of_a_triple_are_known_by_their_names(triple: object) -> None:
    assert read(triple) == ["key", "opens", "door"]


@pytest.mark.parametrize(
    "triple",
    [
        {"who": "key", "does": "opens", "what": "door"},
        {"subject": "key", "object": "door", "confidence": "high"},
        {"subject": "key", "relation": None, "object": "door"},
        {},
    ],
)
def test_an_object_whose_names_say_nothing_is_no_triple(triple: object) -> None:
    assert read(triple) == []
