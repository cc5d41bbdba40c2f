"""Notes, recipes, keys and the words of a task."""

from __future__ import annotations

COOKBOOK = """> examine cookbook
You open the copy of "Cooking: A Modern Approach (3rd Ed.)" and start reading:

Recipe #1
---------
Gather all following ingredients and follow the directions to prepare this tasty meal.

Ingredients:
  green bell pepper
  block of cheese

Directions:
  dice the green bell pepper
  fry the green bell pepper
  prepare meal

Your score has just gone up by one point."""


def test_a_recipe_is_read_line_by_line(triples_of):
    assert triples_of(COOKBOOK) == {
        "recipe, requires, green bell pepper",
        "recipe, requires, block of cheese",
        "recipe, directs, dice the green bell pepper",
        "recipe, directs, fry the green bell pepper",
        "recipe, directs, prepare meal",
        "green bell pepper, must be, diced",
        "green bell pepper, must be, fried",
        "recipe, is in, cookbook",
        "cookbook, says, Gather all following ingredients and follow the directions to prepare this tasty meal.",
    }


def test_every_sentence_of_a_note_is_kept_and_read(triples_of):
    assert triples_of("> read Note 2\nThe key 3 opens the cyan locker in Room J. Beware of the dog!") == {
        "Note 2, says, The key 3 opens the cyan locker in Room J.",
        "Note 2, says, Beware of the dog!",
        "key 3, unlocks, cyan locker",
        "cyan locker, is in, Room J",
    }


def test_a_refusal_is_no_note(triples_of):
    assert triples_of("> read note\nYou can't see any such thing.") == set()


def test_what_a_book_looks_like_is_not_what_it_says(triples_of):
    assert triples_of("> examine novel\nThe novel is unremarkable.") == set()


def test_the_task_of_a_treasure_hunt(triples_of):
    text = (
        "Your task is to get a treasure. Treasure is hidden in the golden locker. You need a golden key to unlock it. "
        "The key is hidden in one of the other lockers located in the environment. All lockers are locked and require "
        "a specific key to unlock. The key 1 you found in room A unlocks white locker. Read the notes that you find."
    )
    assert triples_of(text) == {
        "player, must, get a treasure",
        "Treasure, is in, golden locker",
        "golden locker, requires, golden key",
        "golden key, unlocks, golden locker",
        "key 1, unlocks, white locker",
    }


def test_the_task_of_a_cooking_game(triples_of):
    text = (
        "Check the cookbook in the kitchen for the recipe. Remember that frying is done only with stove, roasting is "
        "done only with oven and grilling is done only with BBQ. Meal shoud be prepared in the kitchen."
    )
    assert triples_of(text) == {
        "cookbook, is in, kitchen",
        "stove, is for, frying",
        "oven, is for, roasting",
        "BBQ, is for, grilling",
        "meal, must be prepared in, kitchen",
    }


def test_what_a_stove_is_for(triples_of):
    assert triples_of("> examine stove\nThe stove is conventional. Useful for frying things.") == {
        "stove, is for, frying"
    }


def test_an_order_is_no_fact(triples_of):
    assert triples_of("Please unlock the formless door. First, put the knife on the table.") == set()
