"""Whose turn it is: what begins a turn, and what only looks like it."""

from datetime import datetime

import pytest

from graphmem.language.speakers import begins_turn, speaker_of, turns


@pytest.mark.parametrize(
    ("line", "speaker", "said"),
    [
        ("user: I keep bees in Bruges.", "user", "I keep bees in Bruges."),
        ("Assistant: I keep no bees.", "assistant", "I keep no bees."),
        ("Nora: I keep bees too.", "Nora", "I keep bees too."),
        ("Nora: The hive was moved.", "Nora", "The hive was moved."),
        ("Dr. Adeyemi: How are the bees?", "Dr. Adeyemi", "How are the bees?"),
        ("Rosa de la Cruz: we harvested today", "Rosa de la Cruz", "we harvested today"),
        ("**Nora:** I bought a smoker.", "Nora", "I bought a smoker."),
        ("**Nora**: I bought a smoker.", "Nora", "I bought a smoker."),
        ("[2023-07-09, 08:15] Nora: swarm!", "Nora", "swarm!"),
        ("[09/07/2023, 08:15:30] Nora: swarm", "Nora", "swarm"),
        ("[8:15 AM, 7/9/2023] Nora: swarm", "Nora", "swarm"),
        ("2023-07-09 08:16 - Emil: coming", "Emil", "coming"),
        ("9 Jul 2023, 08:16 - Emil: coming", "Emil", "coming"),
        ("Emil (08:17): be there soon", "Emil", "be there soon"),
        ("[08:17] <emil> soon", "emil", "soon"),
    ],
)
def test_a_turn_has_a_speaker_and_what_is_said(line: str, speaker: str, said: str) -> None:
    assert [(turn.speaker, turn.text) for turn in turns(line)] == [(speaker, said)]
    assert speaker_of(line) == speaker


@pytest.mark.parametrize(
    "text",
    [
        "Note: I left the key at the door.",
        "Subject: your order",
        "Reminder: you owe Emil 20 euros.",
        "Shopping list: we need jars.",
        "Plumber called: he comes on Monday.",
        "Sold the van: it is gone now.",
        "Password of the router: swordfish",
        "He said: I am late.",
        "https://example.com/I: you",
        "07:45 yoga",
        "07:45 Yoga: you pay at the door",
        "System: Debian 12",
        "Berlin: 12 degrees",
        "Flour: 2 kg\nSugar: 1 kg",
        "Name: Nora\nPhone: 555 0101\nCity: Bruges",
        "Q: where do you live?\nA: in Bruges.",
        "From: Nora <n@example.com>\nTo: Emil\nSubject: bees\n\nDear Emil,\nI have news.",
        "[2023-07-09 08:15:30] ERROR: disk full",
        "2023-07-09 08:15:30 nginx: started",
        "Emil (08:17) came home.",
        "The hive is full.\nNora: Yes, it is.",
    ],
)
def test_a_label_is_no_speaker(text: str) -> None:
    assert turns(text) == ()
    assert speaker_of(text) is None


def test_lines_without_a_beginning_belong_to_the_turn_before() -> None:
    found = turns("Nora: I'll bring:\nNote: the big one\n- jars\nEmil: ok\nNora: See you.")
    assert [(turn.speaker, turn.text) for turn in found] == [
        ("Nora", "I'll bring:\nNote: the big one\n- jars"),
        ("Emil", "ok"),
        ("Nora", "See you."),
    ]


def test_what_stands_before_the_first_turn_is_nobodys() -> None:
    first, *_ = turns("Call about bees\n\nNora: hello\nEmil: hi\nNora: how are you?")
    assert (first.speaker, first.text) == (None, "Call about bees")


def test_a_notice_of_the_chat_is_nobodys() -> None:
    found = turns(
        "5/23/23, 9:01 PM - Messages are encrypted.\n5/23/23, 9:02 PM - Nora: hi\n5/23/23, 9:03 PM - Emil: hi"
    )
    assert [turn.speaker for turn in found] == [None, "Nora", "Emil"]
    assert found[1].time == datetime(2023, 5, 23, 21, 2)


def test_a_name_and_a_time_on_a_line_of_their_own_begin_a_turn() -> None:
    found = turns("Nora Peeters  9:12 AM\nhello there\nEmil  9:13 AM\nhi\nNora Peeters  9:14 AM\nall well?")
    assert [(turn.speaker, turn.text) for turn in found] == [
        ("Nora Peeters", "hello there"),
        ("Emil", "hi"),
        ("Nora Peeters", "all well?"),
    ]


def test_roles_as_headings_begin_turns() -> None:
    assert [turn.speaker for turn in turns("## User\nhello\n\n## Assistant\nhi")] == ["user", "assistant"]


def test_names_without_capitals_count_when_they_come_again() -> None:
    text = "小明\uff1a早上好\n小红\uff1a早\n小明\uff1a走吧"
    assert [turn.speaker for turn in turns(text)] == ["小明", "小红", "小明"]


def test_each_turn_says_where_it_stands() -> None:
    text = "Nora: hello\n\nEmil: hi\nthere\nNora: bye"
    assert [text[turn.start : turn.end] for turn in turns(text)] == ["Nora: hello", "Emil: hi\nthere", "Nora: bye"]


def test_days_come_before_months_unless_the_numbers_say_otherwise() -> None:
    def day(text: str) -> tuple[int, int]:
        at = turns(text)[0].time
        assert at
        return at.day, at.month

    assert day("[04/05/2023, 10:12] Nora: hi") == (4, 5)
    assert day("[04/05/2023, 10:12] Nora: hi\n[04/25/2023, 10:12] Emil: hi") == (5, 4)
    assert day("[4/5/23, 10:12 AM] Nora: hi") == (5, 4)


def test_a_clock_alone_is_of_the_day_given_or_of_the_last_full_stamp() -> None:
    assert turns("Emil (10:14): ok")[0].time is None
    assert turns("Emil (10:14): ok", datetime(2023, 5, 2, 20))[0].time == datetime(2023, 5, 2, 10, 14)
    assert turns("[2023-05-04, 23:50] Nora: hi\nEmil (23:55): ok")[1].time == datetime(2023, 5, 4, 23, 55)


def test_a_stamp_that_is_no_time_gives_none() -> None:
    assert turns("[99/99/2023, 10:12] Nora: hi")[0].time is None


def test_a_line_begins_a_turn_by_its_form() -> None:
    assert begins_turn("[10:12] Nora: hi")
    assert begins_turn("**Nora:** hi")
    assert not begins_turn("Nora: hi")
    assert not begins_turn("[10:12] the meeting")


@pytest.mark.parametrize(
    "text",
    [
        "[10:12 AM] Ana Lund\nI'm out on Friday.\n\n[10:13 AM] Leo Park\nMy boss is Ida.",
        "Ana Lund \u2014 Today at 10:12\nI'm out on Friday.\nLeo Park \u2014 Today at 10:13\nMy boss is Ida.",
        "Ana Lund (CEO): I'm out on Friday.\nLeo Park (CFO): My boss is Ida.",
    ],
)
def test_a_heading_of_a_turn_tells_who_speaks(text):
    assert [(turn.speaker, turn.text) for turn in turns(text)] == [
        ("Ana Lund", "I'm out on Friday."),
        ("Leo Park", "My boss is Ida."),
    ]
