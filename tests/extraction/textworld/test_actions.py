"""What the answer to a command teaches, and what a refusal does not."""

from __future__ import annotations

import pytest

IN_HALL = ("player", "is in", "Hall")

ANSWERS = [
    ("> take knife from table\nYou take the knife from the table.", {"knife, is in, inventory"}),
    ("> take Key 1\nYou pick up the Key 1 from the ground.", {"Key 1, is in, inventory"}),
    ("> take Key 2\nYou pick up the Key 2 from the table.", {"Key 2, is in, inventory"}),
    ("> take lamp\nTaken.", {"lamp, is in, inventory"}),
    ("> drop knife\nYou drop the knife on the ground.", {"knife, is in, Hall"}),
    ("> put knife on table\nYou put the knife on the table.", {"knife, is on, table"}),
    ("> insert Key 1 into box\nYou put the Key 1 into the box.", {"Key 1, is in, box"}),
    ("> open chest\nYou open the chest.", {"chest, is, open"}),
    (
        "> open White locker\nYou open the White locker, revealing a Key 2 and a Note 2.",
        {"White locker, is, open", "Key 2, is in, White locker", "Note 2, is in, White locker"},
    ),
    ("> close chest\nYou close the chest.", {"chest, is, closed"}),
    ("> unlock box with Key 1\nYou unlock the box.", {"box, is, unlocked", "Key 1, unlocks, box"}),
    ("> lock box with Key 1\nYou lock the box.", {"box, is, locked", "Key 1, unlocks, box"}),
    ("> cook carrot with stove\nYou fried the carrot.", {"carrot, is, fried"}),
    ("> cook carrot with stove\nYou burned the carrot!", {"carrot, is, burned"}),
    ("> dice carrot with knife\nYou dice the carrot.", {"carrot, is, diced"}),
    ("> eat apple\nYou eat the apple. Not bad.", {"apple, is, eaten"}),
    ("> prepare meal\nAdding the meal to your inventory.", {"meal, is in, inventory"}),
    (
        "> inventory\nYou are carrying: a knife, a raw yellow potato and a cookbook.",
        {
            "knife, is in, inventory",
            "yellow potato, is in, inventory",
            "yellow potato, is, raw",
            "cookbook, is in, inventory",
        },
    ),
]


@pytest.mark.parametrize(("text", "facts"), ANSWERS)
def test_an_answer_teaches_what_was_done(triples_of, text, facts):
    assert triples_of(f"{text}\n\nYour score has just gone up by one point.", IN_HALL) == facts


@pytest.mark.parametrize(
    "text",
    [
        "> take key\nYou can't see any such thing.",
        "> take key\nYou haven't got that.",
        "> frobnicate\nThat's not a verb I recognise.",
        "> dice carrot with knife\nYou need to take the knife first.",
        "> take potato\nYou're carrying too many things already.",
        "> cook box with stove\nCan only cook food.",
        "> prepare meal\nYou still miss something.",
        "> examine knife\nYou see nothing special about the knife.",
    ],
)
def test_a_refusal_teaches_nothing(triples_of, text):
    assert triples_of(text, IN_HALL) == set()


def test_a_refusal_may_say_that_a_thing_is_locked(triples_of):
    assert triples_of("> open Cyan locker\nThe Cyan locker is locked.") == {"Cyan locker, is, locked"}


def test_a_refusal_may_name_the_key(triples_of):
    facts = triples_of("> open box\nYou have to unlock the box with the White key first.")
    assert facts == {"box, is, locked", "box, requires, White key", "White key, unlocks, box"}


def test_what_is_eaten_is_nowhere(read):
    known = [("apple", "is in", "inventory"), ("apple", "is", "raw"), ("knife", "is in", "inventory")]
    assert read("> eat apple\nYou eat the apple. Not bad.", *known).outdated == (0,)


def test_the_ingredients_of_a_meal_are_used_up(read):
    known = [("carrot", "is in", "inventory"), ("recipe", "requires", "carrot"), ("knife", "is in", "inventory")]
    assert read("> prepare meal\nAdding the meal to your inventory.", *known).outdated == (0,)


def test_the_inventory_is_told_in_full(read):
    known = [("knife", "is in", "inventory"), ("cup", "is in", "inventory"), ("cup", "is in", "box")]
    assert read("> inventory\nYou are carrying: a cup.", *known).outdated == (0,)
    assert read("> inventory\nYou are carrying nothing.", *known).outdated == (0, 1)


def test_a_table_with_something_on_it_is_not_empty(read):
    assert read("> put cup on table\nYou put the cup on the table.", ("table", "is", "empty")).outdated == (0,)


def test_examining_an_open_box_tells_what_is_in_it(triples_of):
    text = "> examine box\nThe box looks strong. You can see inside it.\n\nIn the box are a cup and a pen."
    assert triples_of(text) == {"box, is, open", "cup, is in, box", "pen, is in, box"}


def test_a_lid_in_the_way_is_closed(triples_of):
    text = "> examine box\nThe box looks strong. You can't see inside it because the lid's in your way."
    assert triples_of(text) == {"box, is, closed"}
    assert triples_of(text, ("box", "is", "locked")) == set()
