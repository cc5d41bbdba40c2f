"""Who says what."""

import pytest

from graphmem.language.speakers import speaker, speakers, turns


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Ann: Hello.", "Ann"),
        ("Dr. Mary O'Hara: Come in.", "Dr. Mary O'Hara"),
        ("ann: hello", None),
        ("At 10:15 we met.", None),
        ("Ann:", None),
        ("She said: hello", None),
    ],
)
def test_a_line_may_say_who_speaks(text: str, name: str | None) -> None:
    assert speaker(text) == name


def test_each_line_may_have_a_speaker() -> None:
    assert speakers("Ann: Hello.\nBob: Yes?\nAnn: No.") == ["Ann", "Bob", "Ann"]


def test_a_turn_goes_on_until_the_next_one_speaks() -> None:
    assert list(turns("On Monday.\nAnn: Hello.\nAll well?\n\nBob: Yes.")) == [
        (None, "On Monday."),
        ("Ann", "Hello.\nAll well?"),
        ("Bob", "Yes."),
    ]
