"""Whose facts are told: the speaker's, and nobody's when an assistant speaks."""

from __future__ import annotations

import pytest

from graphmem import Memory
from graphmem.extraction.prose.extractor import ParseExtractor
from graphmem.records import Observation

pytestmark = pytest.mark.usefixtures("extract")  # which skips where there is no trained pipeline


def test_i_and_my_are_the_speakers(told):
    assert told("I live in Ghent. My sister lives in Lille.", "Ana") == {
        "Ana, lives in, Ghent",
        "Ana's sister, lives in, Lille",
    }


def test_two_speakers_sisters_are_two(told):
    assert told("My sister is a vet.", "Ana") | told("My sister is a pilot.", "Leo") == {
        "Ana's sister, is, vet",
        "Leo's sister, is, pilot",
    }


def test_an_unnamed_speaker_is_i(told):
    assert told("We live in Ghent.") == {"I, lives in, Ghent"}


def test_a_user_is_called_so(told):
    assert told("I live in Ghent.", "User") == {"user, lives in, Ghent"}


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("Moved to Ghent.", {"Ana, moved to, Ghent"}),
        ("Phew! Sold the van. Met Leo at the mill.", {"Ana, sold, van", "Ana, met, Leo", "Ana, met Leo at, mill"}),
        ("Painted the fence with Leo.", {"Ana, painted, fence", "Ana, painted fence with, Leo"}),
    ],
)
def test_who_says_what_was_done_and_not_by_whom_did_it(told, text, facts):
    assert told(text, "Ana") == facts


@pytest.mark.parametrize("text", ["Painted by Leo.", "Closed on Mondays.", "Feed the cat.", "Moved to Friday."])
def test_what_only_begins_alike_was_done_by_nobody(told, text):
    assert told(text, "Ana") == set()


def test_where_nobody_is_named_what_was_done_is_nobodys(told):
    assert told("Sold the van. It is at the mill.") == {"van, is at, mill"}


@pytest.mark.parametrize("speaker", ["assistant", "system", "Tool", "bot"])
def test_what_an_assistant_says_teaches_nothing(told, speaker):
    assert told("I live in the cloud. Ana lives in Ghent.", speaker) == set()


LINES = [
    "Ana: I live in Ghent.",
    "**Ana:** I live in Ghent.",
    "[2024-05-03, 10:12] Ana: I live in Ghent.",
    "2024-05-03 10:13 - Ana: I live in Ghent.",
    "Ana (10:14): I live in Ghent.",
]


@pytest.mark.parametrize("line", LINES)
def test_a_line_of_a_chat_says_who_speaks(told, line):
    assert told(line) == {"Ana, lives in, Ghent"}


def test_a_label_is_no_speaker(told):
    assert told("Correction: the rehearsal is in room 4.") == {"rehearsal, is in, room 4"}


def test_each_line_of_a_transcript_is_its_speakers(told):
    text = "user: I live in Ghent.\nassistant: I live in the cloud.\nLeo: I live in Oslo."
    assert told(text) == {"user, lives in, Ghent", "Leo, lives in, Oslo"}


def test_one_person_is_called_by_one_name(told):
    assert told("Rita Chen works at Foo. Dr. Chen lives in Basel. R. Chen likes tea.") == {
        "Rita Chen, works at, Foo",
        "Rita Chen, lives in, Basel",
        "Rita Chen, likes, tea",
    }


def test_two_people_of_one_surname_stay_two(told):
    assert told("Rita Chen works at Foo. Paul Chen works at Bar. Dr. Chen lives in Basel.") == {
        "Rita Chen, works at, Foo",
        "Paul Chen, works at, Bar",
        "Dr. Chen, lives in, Basel",
    }


def _after(*said, text, speaker):
    """The triples of a text, after what was said just before, pairs of a speaker and a text."""
    before = tuple(Observation(text, speaker=by) for by, text in said)
    return {str(it) for it in ParseExtractor().extract(Observation(text, speaker=speaker, before=before), ()).triples}


def test_it_and_she_go_on_with_what_one_has_just_said():
    assert _after(("Ana", "The server is in rack 2."), text="It runs Debian.", speaker="Ana") == {
        "server, runs, Debian"
    }
    assert _after(("Ana", "Rita moved to Ghent."), text="She works at Foo.", speaker="Ana") == {"Rita, works at, Foo"}


def test_what_an_assistant_says_between_does_not_matter(told):
    said = ("user", "The server is in rack 2."), ("assistant", "The rack is in the cellar, I see.")
    assert _after(*said, text="It runs Debian.", speaker="user") == {"server, runs, Debian"}


def test_it_is_not_what_another_has_said_nor_one_of_two_things(told):
    assert _after(("Leo", "The server is in rack 2."), text="It runs Debian.", speaker="Ana") == set()
    two = "The server is in rack 2 and the printer is in rack 3."
    assert _after(("Ana", two), text="It runs Debian.", speaker="Ana") == set()


def test_it_is_monday_says_nothing_of_a_thing(told):
    assert told("Tom has a boat. It's Monday.") == {"Tom, has, boat"}


@pytest.mark.parametrize("together", [True, False])
def test_what_goes_on_in_another_message_ends_what_was_so(told, together):
    texts = ["The archive is at old.example.org.", "It's now at new.example.org."]
    with Memory(":memory:") as memory:
        if together:
            memory.remember_many(texts)
        else:
            for text in texts:
                memory.remember(text)
        assert [str(fact.triple) for fact in memory.facts()] == ["archive, is at, new.example.org"]


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("Rosa and Karl live in Graz. They own a mill.", {"Rosa, owns, mill", "Karl, owns, mill"}),
        ("My parents live in Graz. They own a mill.", {"my parents, owns, mill"}),
        ("We adopted a puppy. His name is Rex.", {"puppy, has name, Rex"}),
        ("My brother has a dog. He lives in Rome.", {"my brother, lives in, Rome"}),
        ("I'm Rosa, a painter from Graz.", {"I, is, painter", "I, is from, Graz"}),
        ("I have three kids: Rosa, Karl and Max.", {"I, has kid, Rosa", "I, has kid, Karl", "I, has kid, Max"}),
    ],
)
def test_who_is_meant(told, text, facts):
    assert facts <= told(text)


@pytest.mark.parametrize("text", ["im allergic to nuts", "i'm allergic to nuts", "I\u2019m allergic to nuts."])
def test_short_forms_are_as_the_long_ones(told, text):
    assert told(text, "Ana") == {"Ana, is allergic to, nuts"}


@pytest.mark.parametrize(
    "text", ["Haha, I'm dead.", "I'm done.", "I have a question about my order.", "Just kidding, I own a yacht."]
)
def test_chatter_is_no_fact(told, text):
    assert told(text, "Ana") == set()


def test_an_office_in_capitals_is_somebodys_role(told):
    assert told("Our CFO, Lena Brandt, is based in Bonn.") == {
        "I, has CFO, Lena Brandt",
        "Lena Brandt, is based in, Bonn",
    }


def test_she_goes_on_with_whom_the_same_speaker_named_though_another_spoke_between():
    between = (Observation("My sister is called Bea.", speaker="Ana"), Observation("Ok.", speaker="Leo"))
    said = Observation("She's a pilot.", speaker="Ana", before=between)
    assert [str(triple) for triple in ParseExtractor().extract(said, ()).triples] == ["Ana's sister, is, pilot"]


def test_whom_she_means_is_not_guessed_when_another_spoke_of_a_woman_between():
    between = (Observation("My sister is called Bea.", speaker="Ana"), Observation("My aunt is here.", speaker="Leo"))
    said = Observation("She's a pilot.", speaker="Ana", before=between)
    assert ParseExtractor().extract(said, ()).triples == ()


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("I have a brother, Max.", {"I, has brother, Max"}),
        ("Ida isn't allergic to nuts, it was a rumour.", set()),
        ("The van isn't charged.", set()),
        ("The kiosk doesn't close at 6.", set()),
    ],
)
def test_who_and_what_is_not_meant(told, text, facts):
    assert told(text) == facts
