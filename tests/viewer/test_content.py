"""What the page is told of a memory."""

from pathlib import Path

import pytest

from graphmem import Fact, Memory
from graphmem.testing import HashEmbedder
from graphmem.viewer import content
from graphmem.viewer.kinds import COLOURS, kinds


def _fact(subject: str, relation: str, object_: str, slot: str | None = None) -> Fact:
    return Fact(f"{subject} {relation} {object_}", subject, relation, object_, "e", 0, slot)


def test_kinds_are_read_from_relations() -> None:
    found = kinds(
        [
            _fact("player", "is in", "kitchen", "location"),
            _fact("hall", "is North of", "kitchen"),
            _fact("hall", "has exit", "east"),
            _fact("red door", "leads east from", "cellar"),
            _fact("apple", "is on", "table", "location"),
            _fact("table", "is", "clean"),
            _fact("Ada", "knows", "Ben"),
        ]
    )
    assert found == {
        "player": "character",
        "Ada": "character",
        "kitchen": "place",
        "hall": "place",
        "cellar": "place",
        "table": "container",
        "red door": "thing",
        "apple": "thing",
        "Ben": "thing",
        "east": "value",
        "clean": "value",
    }
    assert set(found.values()) == set(COLOURS)


def test_an_overview_has_every_fact_with_its_life_and_every_episode(house: Memory) -> None:
    told = content.overview(house, "house")
    facts = [dict(zip(content.FACT, row, strict=True)) for row in told["facts"]]
    assert [(f["subject"], f["relation"], f["object"], f["since"], f["until"]) for f in facts[1:4]] == [
        ("apple", "is on", "table", 0, 1),
        ("table", "is in", "kitchen", 0, None),
        ("apple", "is in", "inventory", 1, 2),
    ]
    assert [row[1:] for row in told["episodes"]][1] == [1, "You take the apple."]
    assert told["whole"] is True


def test_a_memory_too_large_is_told_by_its_best_connected_entities(
    house: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content, "MOST_FACTS", 2)
    told = content.overview(house, "house")
    assert told["whole"] is False
    assert [row[1:4] for row in told["facts"]] == [["table", "is in", "kitchen"], ["apple", "is in", "chest"]]
    assert told["stats"]["facts"] == 6


def test_changes_are_what_came_since(house: Memory) -> None:
    settled = house.stats().episodes
    house.remember("You close the chest.", triples=[("chest", "is", "closed")])
    told = content.changes(house, settled)
    assert [[*row[1:4], row[5]] for row in told["facts"] if row[1] == "chest"] == [
        ["chest", "is", "open", 3],
        ["chest", "is", "closed", None],
    ]
    assert told["stats"]["episodes"] == 4


def test_an_entity_has_its_facts_and_the_episodes_that_made_and_ended_them(house: Memory) -> None:
    told = content.entity(house, "the Apple")
    assert [row[3] for row in told["facts"]] == ["table", "inventory", "chest"]
    assert [row[1] for row in told["episodes"]] == [0, 1, 2]


def test_an_episode_has_its_text_and_what_it_taught_and_retired(house: Memory) -> None:
    taken = house.episodes()[1]
    told = content.episode(house, taken.id)
    assert told["text"] == "You take the apple."
    assert [(row[3], row[0] in taken.facts, row[8] == taken.id) for row in told["facts"]] == [
        ("table", False, True),
        ("inventory", True, False),
    ]
    assert content.episode(house, "no such id") == {}


def test_a_recollection_says_why_each_fact_was_found(house: Memory) -> None:
    told = content.recollection(house, "where is the apple?")
    assert ["apple", "is in", "chest"] in [row[1:4] for row in told["facts"]]
    assert told["text"].startswith("Facts I know:")
    assert set(told["why"]) >= {row[0] for row in (*told["facts"], *told["episodes"])}
    assert set(next(iter(told["why"].values()))) == {"score", "seeds", "path"}


def test_an_empty_memory_has_an_overview(tmp_path: Path) -> None:
    with Memory(tmp_path / "new.db", embedder=HashEmbedder()) as memory:
        assert content.overview(memory, "new")["facts"] == []
        assert content.changes(memory, 0)["episodes"] == []
