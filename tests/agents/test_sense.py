"""What goes where in a house: things that the sense was not made with, in rooms it knows and rooms it does not."""

import random

import pytest

from agents.policies.heuristic.sense import ROOMS, Sense
from graphmem.embedding import load_embedder

THINGS = {
    "oven mitt, frozen pizza, whisk, colander, block of cheddar": "kitchen",
    "pepper mill": "kitchen, dining room",
    "toilet brush, thermometer, bandages, cotton swabs": "bathroom",
    "bathrobe, hair dryer": "bathroom, bedroom",
    "sleep mask, nightgown, jewelry box, necktie": "bedroom",
    "underpants": "bedroom, laundry room",
    "coffee table book": "living room, library",
    "game console": "living room, kids room",
    "framed family photo": "living room, hallway, bedroom, study, office",
    "remote for the TV, set-top box": "living room",
    "newspaper": "living room, library, study, kitchen",
    "linen napkin": "dining room, kitchen, laundry room",
    "place mat, gravy boat": "dining room, kitchen",
    "candelabra": "dining room, living room",
    "coloring book, building blocks, pacifier, puppet": "kids room",
    "jigsaw puzzle": "kids room, living room",
    "bookend": "library, study, office",
    "reading glasses": "library, study, bedroom, living room",
    "hardcover thriller": "library, living room, bedroom, study",
    "book of Shakespeare sonnets": "library, study",
    "business cards, ring binder, whiteboard marker, ballpoint pen, laptop charger, ink cartridge": "office, study",
    "box of nails, wrench": "garage, basement",
    "spare tire, can of motor oil, spark plug, bicycle pump": "garage",
    "pruning shears, tulip bulbs, bird feeder": "garden, backyard",
    "wheelbarrow": "garden, backyard, garage",
    "charcoal briquettes, hammock": "backyard, garden",
    "beach ball, swim trunks, chlorine tablets": "pool",
    "kickboard": "pool, gym",
    "foam roller, dumbbell, kettlebell": "gym",
    "protein shake": "gym, kitchen",
    "lint roller": "laundry room, bedroom, hallway",
    "clothespins, basket of dirty socks": "laundry room",
    "car keys": "hallway, garage",
    "doormat, umbrella stand": "hallway",
    "shoehorn": "hallway, bedroom",
    "piano stool, guitar pick, drumsticks": "music room",
    "corkscrew": "wine cellar, bar, kitchen, dining room",
    "decanter": "wine cellar, dining room, bar",
    "bottle of merlot": "wine cellar, bar, dining room",
    "box of spaghetti, bag of flour, can of beans": "pantry, kitchen",
    "box of childhood keepsakes, old suitcase": "attic, basement",
    "dehumidifier": "basement",
    "beer mug": "bar, kitchen",
    "cocktail shaker": "bar",
}
"""Household things, and the rooms where they may well be kept."""
BELONGS = {thing: places.split(", ") for things, places in THINGS.items() for thing in things.split(", ")}
STRANGE = {
    "kitchen": "cooking area",
    "bathroom": "shower room",
    "bedroom": "master bedroom",
    "living room": "television room",
    "library": "book room",
    "garage": "car shed",
    "pool": "swimming pool",
    "gym": "home gym",
    "music room": "piano room",
}
"""Names that no table holds, for some of the kinds."""


@pytest.fixture(scope="module")
def sense() -> Sense:
    return Sense(load_embedder("minilm"))


def test_of_nine_rooms_it_mostly_picks_one_where_the_thing_belongs(sense: Sense) -> None:
    chance, right = random.Random(0), []
    for thing, places in BELONGS.items():
        for _ in range(10):
            home = chance.choice(places)
            rooms = [home, *chance.sample([room for room in ROOMS if room != home], 8)]
            chance.shuffle(rooms)
            right.append(rooms[int(sense.suits(thing, rooms).argmax())] in places)
    assert sum(right) / len(right) > 0.8


def test_the_things_are_not_the_words_of_the_table() -> None:
    words = {word.casefold() for kind in ROOMS.values() for word in kind.split(", ")}
    assert not words & {thing.casefold() for thing in BELONGS}


def test_rooms_of_strange_names_are_taken_for_what_they_are_like(sense: Sense) -> None:
    rooms = [*STRANGE.values(), "hallway"]
    known = [*STRANGE, "hallway"]
    alike = [sense.suits(thing, rooms).argmax() == sense.suits(thing, known).argmax() for thing in BELONGS]
    assert sum(alike) / len(alike) > 0.8


@pytest.mark.parametrize(
    ("thing", "place"),
    [("doll", "toy chest"), ("coat", "coat rack"), ("novel", "bookshelf"), ("wine", "wine rack")],
)
def test_places_that_are_no_rooms_are_judged_by_their_names(sense: Sense, thing: str, place: str) -> None:
    places = ["toy chest", "coat rack", "bookshelf", "wine rack", "desk"]
    assert places[int(sense.suits(thing, places).argmax())] == place


def test_one_number_for_each_room(sense: Sense) -> None:
    assert sense.suits("lamp", []).shape == (0,)
    assert sense.suits("lamp", ["Kitchen", "the zorgle"]).shape == (2,)
    assert sense.suits("lamp", ["Kitchen"]) == pytest.approx(sense.suits("the Lamp", ["the kitchen"]))
