"""Which text is a transcript of a game: what begins with a command, or shows a room's title."""

from __future__ import annotations

import pytest

from graphmem.extraction.textworld import is_transcript


@pytest.mark.parametrize(
    "text",
    [
        "> take lamp\nTaken.",
        "> Open red chest\nYou open the red chest.",
        "> n\n-= Attic =-\nYou are in an attic.",
        "-= Attic =-\nYou are in an attic.",
        "Welcome!\n\n-= Attic =-\nYou are in an attic.",
        "> take lamp\n",
    ],
)
def test_a_command_or_a_title_makes_a_transcript(text: str) -> None:
    assert is_transcript(text)


@pytest.mark.parametrize(
    "text",
    [
        "You are in the attic.",
        "> I can come on Monday.\nGreat, see you then.",
        "> can you send the invoice?\nYou take the file from the shared folder.",
        "> the offer is still open\nYou take the job, then?",
        "> first point\n> second point\nBoth are fine.",
        "> Berlin office\nThe office has two floors.",
        "a > b",
        ">",
        "",
    ],
)
def test_prose_and_quotations_are_none(text: str) -> None:
    assert not is_transcript(text)
