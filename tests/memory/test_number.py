"""Many of a thing are linked to the thing that is known, and the other way round."""

import pytest

from graphmem import Memory
from graphmem.language.plurals import other_number


@pytest.mark.parametrize(
    ("known", "seen"),
    [
        ("apple", "apples"),
        ("apples", "apple"),
        ("red apple", "the red apples"),
        ("box", "boxes"),
        ("axe", "axes"),
        ("ripe tomato", "ripe tomatoes"),
        ("cherry", "cherries"),
        ("wooden shelf", "wooden shelves"),
        ("kitchen knives", "kitchen knife"),
    ],
)
def test_the_other_number_of_a_known_name_means_it(memory: Memory, known: str, seen: str) -> None:
    memory.remember("one", triples=[(known, "grows in", "garden")])
    learned = memory.remember("two", triples=[(seen, "is known to", "Ann"), ("Ann", "likes", seen)])
    assert {fact.subject for fact in learned.asserted} == {known, "Ann"}
    assert known in learned.episode.mentions
    assert len(memory.entities()) == 3


@pytest.mark.parametrize(
    ("known", "seen"),
    [
        ("glass", "glasses"),
        ("glasses", "glass"),
        ("stair", "stairs"),
        ("wood", "woods"),
        ("dress", "dres"),
        ("new", "news"),
        ("Adam", "Adams"),
        ("adam", "Adams"),
        ("William", "williams"),
        ("key 1", "keys"),
        ("bus", "bu"),
        ("apple", "apples pie"),
    ],
)
def test_another_thing_is_another_thing(memory: Memory, known: str, seen: str) -> None:
    memory.remember("one", triples=[(known, "is seen by", "Ann")])
    learned = memory.remember("two", triples=[(seen, "is seen by", "Ann")])
    assert [fact.subject for fact in learned.asserted] == [seen]


def test_both_are_kept_apart_when_both_are_known(memory: Memory) -> None:
    memory.remember("one", triples=[("apple", "lies beside", "apples")])
    learned = memory.remember("two", triples=[("apples", "are in", "bowl"), ("apple", "is in", "bowl")])
    assert {fact.subject for fact in learned.asserted} == {"apple", "apples"}


def test_the_other_number_is_asked_for_both_ways() -> None:
    for one, many in [("apple", "apples"), ("berry", "berries"), ("potato", "potatoes"), ("dish", "dishes")]:
        assert many in other_number(one)
        assert one in other_number(many)
