"""What the description of a room teaches."""

from __future__ import annotations

import pytest

from graphmem.records import entity_key

KITCHEN = """> go south
-= Kitchen =-
You find yourself in a kitchen. An usual one.

An open fridge is in the corner. The fridge contains an orange bell pepper and a raw white tuna. Were you looking \
for an oven? Because look over there, it's an oven. You can make out a table. You see a cookbook and a knife on the \
table. The counter is vast. But the thing hasn't got anything on it. Aw, and here you were, all excited for there to \
be things on it! Look out! It's a- oh, never mind, it's just a stove.

There is an open frosted-glass door leading south. You need an exit without a door? You should try going east. You \
don't like doors? Why not try going north, that entranceway is not blocked by one."""


def test_a_kitchen_is_read_in_full(triples_of):
    assert triples_of(KITCHEN) == {
        "player, is in, Kitchen",
        "fridge, is, open",
        "fridge, is in, Kitchen",
        "orange bell pepper, is in, fridge",
        "white tuna, is in, fridge",
        "white tuna, is, raw",
        "oven, is in, Kitchen",
        "table, is in, Kitchen",
        "cookbook, is on, table",
        "knife, is on, table",
        "stove, is in, Kitchen",
        "frosted-glass door, is, open",
        "frosted-glass door, leads south from, Kitchen",
        "Kitchen, has exit, south",
        "Kitchen, has exit, east",
        "Kitchen, has exit, north",
        "counter, is, empty",
    }


LEAD_INS = [
    "You see a Red locker.",
    "You can make out a Red locker, so there's that.",
    "You see a gleam over in a corner, where you can see a Red locker!",
    "What's that over there? It looks like it's a Red locker. Now that's what I call TextWorld!",
    "You scan the room, seeing a Red locker.",
    "You smell an awful smell, and follow it to a Red locker.",
    "Were you looking for a Red locker? Because look over there, it's a Red locker.",
    "You rest your hand against a wall, but you miss the wall and fall onto a Red locker.",
    "You scan the room for a Red locker, and you find a Red locker.",
    "You hear a noise behind you and spin around, but you can't see anything other than a Red locker.",
    "Look out! It's a- oh, never mind, it's just a Red locker.",
    "Look over there! a Red locker.",
    "Oh, great. Here's a Red locker.",
    "Hey, want to see a Red locker? Look over there, a Red locker.",
    "If you haven't noticed it already, there seems to be something there by the wall, it's a Red locker. "
    "Now why would someone leave that there?",
    "You bend down to tie your shoe. When you stand up, you notice a Red locker.",
    "Oh wow! Is that what I think it is? It is! It's a Red locker.",
    "You lean against the wall, inadvertently pressing a secret button. The wall opens up to reveal a Red locker.",
    "As if things weren't amazing enough already, you can even see a Red locker.",
    "A Red locker is in the corner.",
    "There is a Red locker here.",
    "There is a Red locker on the floor.",
    "Hm. Oh well You make out a Red locker.",
]


@pytest.mark.parametrize("sentence", LEAD_INS)
def test_every_lead_in_of_the_grammar_shows_what_stands_here(triples_of, sentence):
    assert triples_of(f"-= Hall =-\n{sentence}") == {"player, is in, Hall", "Red locker, is in, Hall"}


JOKES = [
    "A locker... Is that really what you were looking for?",
    "You check the price tag that hangs off the locker. Thirty bucks?! That's ridiculous!",
    "Silly bed, silly, empty, good for nothing bed.",
    "You can't really describe the locker besides that it's normal.",
    "There's something about an object in a room that's just so... TextWorld.",
    "What, you think everything in TextWorld should have stuff on it?",
    "You've entered a bedroom. Your mind races to think of what kind of room would be ordinary.",
]


@pytest.mark.parametrize("sentence", JOKES)
def test_the_jokes_of_the_grammar_teach_nothing(triples_of, sentence):
    assert triples_of(f"-= Hall =-\n{sentence}") == {"player, is in, Hall"}


@pytest.mark.parametrize(
    "phrase",
    [
        "a locked normal looking Cyan locker nearby",
        "a locked Cyan locker, which looks ordinary, here",
        "a locked Cyan locker",
    ],
)
def test_decoration_is_no_part_of_a_name_but_a_state_is_a_fact(triples_of, phrase):
    facts = triples_of(f"-= Hall =-\nYou make out {phrase}.")
    assert facts == {"player, is in, Hall", "Cyan locker, is, locked", "Cyan locker, is in, Hall"}


def test_a_thing_named_now_with_and_now_without_its_adjective_is_one_thing(triples_of):
    facts = triples_of("-= Hall =-\nYou see an opened chest. The small chest contains a spoon.")
    assert {"small chest, is in, Hall", "small chest, is, open", "spoon, is in, small chest"} < facts
    assert not any(fact.startswith("chest,") for fact in facts)


def test_the_table_and_the_patio_table_are_two_things(triples_of):
    facts = triples_of("-= Hall =-\nYou see a patio table. You see a table. On the table you see a cup.")
    assert {"table, is in, Hall", "patio table, is in, Hall", "cup, is on, table"} < facts


@pytest.mark.parametrize(
    "sentence",
    [
        "There is an unblocked exit to the east.",
        "There is an exit to the east. Don't worry, it is unguarded.",
        "There is an exit to the east. Don't worry, there is no door.",
        "You need an unguarded exit? You should try going east.",
        "You don't like doors? Why not try going east, that entranceway is unblocked.",
    ],
)
def test_every_way_to_tell_of_an_exit(triples_of, sentence):
    assert triples_of(f"-= Hall =-\n{sentence}") == {"player, is in, Hall", "Hall, has exit, east"}


def test_several_exits_in_one_sentence(triples_of):
    facts = triples_of("-= Hall =-\nThere are unguarded exits to the east, north and west.")
    assert facts - {"player, is in, Hall"} == {f"Hall, has exit, {way}" for way in ("east", "north", "west")}


def test_a_step_links_the_two_rooms_both_ways(triples_of):
    facts = triples_of("> go east\n-= Kitchen =-\nYou are in a kitchen.", ("player", "is in", "Hall"))
    assert facts == {"player, is in, Kitchen", "Kitchen, is east of, Hall", "Hall, is west of, Kitchen"}


def test_a_step_that_failed_links_nothing(triples_of):
    assert triples_of("> go east\nYou can't go that way.", ("player", "is in", "Hall")) == set()


@pytest.mark.parametrize(
    "sentence",
    [
        "But there isn't a thing on it.",
        "Unfortunately, there isn't a thing on it. You swear loudly.",
        "But the thing is empty, unfortunately.",
        "But the thing hasn't got anything on it. Hm. Oh well",
        "But oh no! there's nothing on this piece of junk.",
        "The table appears to be empty.",
        "Looks like someone's already been here and taken everything off it, though.",
        "However, the table, like an empty table, has nothing on it.",
    ],
)
def test_an_empty_table_retires_what_was_on_it(read, sentence):
    known = [("knife", "is on", "table"), ("fork", "is on", "shelf")]
    extraction = read(f"-= Hall =-\nYou see a table. {sentence}", *known)
    assert "table, is, empty" in {str(triple) for triple in extraction.triples}
    assert extraction.outdated == (0,)


def test_what_is_known_to_be_locked_may_look_closed(triples_of):
    assert triples_of("> examine door\nThe door looks stuffy. It is closed.", ("door", "is", "locked")) == set()


def test_mentions_name_what_the_text_speaks_of(read):
    mentions = {entity_key(name) for name in read("-= Hall =-\nYou see a table. On the table you see a cup.").mentions}
    assert mentions == {"hall", "table", "cup"}


def test_a_can_is_a_thing(triples_of):
    facts = triples_of("-= Garage =-\nThere is a motor oil can, a watering can and a tire on the floor.")
    assert {"motor oil can, is in, Garage", "watering can, is in, Garage", "tire, is in, Garage"} < facts
