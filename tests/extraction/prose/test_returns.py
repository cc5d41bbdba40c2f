"""Who is back, out or well again is no longer away, in there or ill; with a trip all is off that was to be on it."""

from __future__ import annotations

import pytest

from graphmem import Memory
from graphmem.extraction.prose.extractor import installed_pipeline
from graphmem.testing import HashEmbedder


@pytest.mark.parametrize(
    ("before", "after", "gone"),
    [
        ("Uli lives with me.", "Uli moved out last month.", {"Uli, lives with, Ana"}),
        ("I live with Uli.", "Uli moved out.", {"Ana, lives with, Uli"}),
        ("I'm on parental leave.", "I'm back at work.", {"Ana, is on, parental leave"}),
        ("I'm ill.", "Back at school again.", {"Ana, is, ill"}),
        ("I'm off work.", "I went back to work.", {"Ana, is off, work"}),
        ("Leo is on leave.", "Leo's back from leave.", {"Leo, is on, leave"}),
        ("Leo is in Spain.", "Leo returned from Spain.", {"Leo, is in, Spain"}),
        ("Leo is in Spain.", "Leo is back in Hull.", {"Leo, is in, Spain"}),
        ("Gran is in hospital.", "Gran's out of hospital.", {"Gran, is in, hospital"}),
        ("Gran is on Ward 4.", "Gran came home from hospital.", {"Gran, is on, Ward 4"}),
        ("Gran is in hospital.", "Gran was discharged today.", {"Gran, is in, hospital"}),
        ("I have the flu.", "I'm over the flu.", {"Ana, has, flu"}),
        ("I have a cold.", "I'm better.", {"Ana, has, cold"}),
        ("Leo is staying with his sister.", "Leo is back with me.", {"Leo, is staying with, Leo's sister"}),
        ("I'm waiting for a parcel.", "The parcel came through.", {"Ana, is waiting for, parcel"}),
        ("The oven is broken.", "The oven's fixed.", {"oven, is, broken"}),
        ("The fair is on 3 May.", "The fair was put back to 9 May.", {"fair, is on, 3 May"}),
    ],
)
def test_what_is_over_ends(ended, before, after, gone):
    assert ended(before, after, "Ana").keys() == gone


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("I live in Hull.", "I'm back at work."),
        ("I'm in love.", "I'm back in Hull."),
        ("Leo is in hospital.", "Gran was discharged."),
        ("Gran is in hospital.", "Gran is out of milk."),
        ("I have a cold.", "I'm better at chess."),
        ("I live with Uli.", "Uli moved out of the office."),
        ("I have two dogs.", "I'm back at work."),
        ("Gran is in hospital.", "Gran will be out of hospital in May."),
        ("I'm on leave.", "Leo is back at work."),
        ("I put the pan on the shelf.", "I put the pan back."),
    ],
)
def test_what_is_not_over_stays(ended, before, after):
    assert ended(before, after, "Ana") == {}


@pytest.mark.parametrize(
    ("before", "after", "gone"),
    [
        ("I have a hut in Oban. I have a hut in Ayr.", "I sold my hut in Oban.", {"Ana, has hut in, Oban"}),
        ("I own a hut in Ayr.", "I sold my hut in Oban.", set()),
        ("I own a hut in Ayr.", "I sold my hut.", {"Ana, owns, hut", "Ana, owns hut in, Ayr"}),
        ("I own a hut in Ayr. I own a hut in Oban.", "I sold my hut.", set()),
    ],
)
def test_what_is_sold_is_the_one_in_that_place(ended, before, after, gone):
    assert ended(before, after, "Ana").keys() == gone


def _retired(*texts: str) -> set[str]:
    """What the last of the texts ends of what the others taught a memory."""
    if installed_pipeline() is None:
        pytest.skip("no trained spaCy pipeline is installed")
    with Memory(":memory:", embedder=HashEmbedder()) as memory:
        return {str(fact) for fact in [memory.remember(text, speaker="Ana") for text in texts][-1].retired}


def test_with_a_trip_all_is_off_that_was_to_be_on_it():
    assert _retired("We fly on 9 July.", "The trip is cancelled.") == {"Ana, flies on, 9 July"}
    assert _retired("We're driving to Bude on 3 May and staying at the Crown.", "The Bude trip is off.") == {
        "Ana, is driving to, Bude",
        "Ana, is driving on, 3 May",
        "Ana, is staying at, Crown",
    }
    assert _retired("We fly to Malta on 2 April.", "We've had to cancel Malta.") == {
        "Ana, flies to, Malta",
        "Ana, flies on, 2 April",
    }


def test_another_trip_is_not_off():
    other = "We fly to Oslo on 3 May."
    assert _retired("We fly to Crete on 9 July.", other, "The trip is cancelled.") == set()
    assert "Ana, flies to, Oslo" not in _retired("We fly to Crete on 9 July.", other, "Our trip to Crete is cancelled.")
    assert _retired("I'm going to yoga.", "The trip is cancelled.") == set()
