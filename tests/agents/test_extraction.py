"""Extraction by a model in a game: what it may not say of the player and of exits."""

import pytest

from agents.extraction import game_extractor
from agents.worldmap import Mapped
from graphmem.records import Extraction, Fact, Observation
from tests.extraction.test_llm import Model

TEXT = "> take lamp\nYou pick up the old lamp. There is a red locker here."


def _read(*known: str, **reply: object) -> tuple[Extraction, dict[str, int]]:
    facts = [Fact(str(n), *line.split(", "), asserted_by="e", since=0) for n, line in enumerate(known)]
    extractor = game_extractor(Model(**reply))
    return extractor.extract(Observation(TEXT), facts), dict(extractor.counts)


@pytest.mark.parametrize("relation", ["is in", "am in", "are at"])
def test_where_the_player_is_is_left_to_the_map(relation: str) -> None:
    extraction, counts = _read(triples=[["you", relation, "locker"]])
    assert (extraction.triples, counts) == ((), {"self": 1})


@pytest.mark.parametrize("fact", ["hall, has exit, east", "hall, is east of, lamp", "oak door, leads north from, hall"])
def test_an_exit_is_never_outdated(fact: str) -> None:
    extraction, counts = _read(fact, outdated=[1])
    assert (extraction.outdated, counts) == ((), {"exit called outdated": 1})


def test_a_thing_may_be_in_the_inventory_though_no_text_says_so() -> None:
    extraction, _ = _read(triples=[["lamp", "is in", "inventory"]])
    assert [str(triple) for triple in extraction.triples] == ["lamp, is in, inventory"]


def test_a_thing_of_a_game_is_in_one_place_whoever_reads() -> None:
    inner = game_extractor(Model(triples=[["old lamp", "is in", "inventory"], ["locker", "contains", "lamp"]]))
    extraction = Mapped(inner).extract(Observation(TEXT), [])
    assert [str(triple) for triple in extraction.triples] == ["old lamp, is in, inventory", "locker, contains, lamp"]
    assert extraction.slots == ("location", None)
