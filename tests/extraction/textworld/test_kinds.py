"""What kind of thing a game's words make of an entity."""

from __future__ import annotations

from graphmem.extraction.textworld.kinds import kinds
from tests.extraction.textworld.conftest import known_facts


def test_places_the_player_and_directions_are_told_by_a_games_relations() -> None:
    found = kinds(
        known_facts(
            ("player", "is in", "attic"),
            ("hall", "is North of", "attic"),
            ("tower", "is above", "hall"),
            ("yard", "has exit", "west"),
            ("oak door", "leads east from", "cellar"),
        )
    )
    places = dict.fromkeys(("attic", "hall", "tower", "yard", "cellar"), "place")
    assert found == {"player": "character", "west": "value", **places}


def test_of_the_world_outside_they_tell_nothing() -> None:
    assert kinds(known_facts(("Ada", "is in", "Oslo"), ("motorway", "has exit", "Springfield"))) == {}
