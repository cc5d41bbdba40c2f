"""Long texts in passages: nothing is lost, each is of a size, and what is no prose is known for it."""

import json
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmem.passages import READABLE, SIZE, Passage, passages, sections, sentences_of

_LINES = st.sampled_from(
    [
        "", "", "# Bees", "## Hives in May", "Title", "=====", "---", "The bees are fine. They fly again.", "{", "--",
        "- feed them", "  and water", "1. check the queen", "| a | b |", "|---|---|", "| 1 | 2 |", "```", "x = f(y);",
        '{"a": [1, 2]}', "2024-03-01 10:00:00 INFO start", "<div>hive</div>", "> he said", "[10:12] Nora: hi", "\t",
        "x" * 90, "蜜蜂很好。" * 9, "From: a@example.com", "Subject: bees",
    ]
)  # fmt: skip


def _kinds(text: str, size: int = SIZE) -> list[str]:
    return [each.kind for each in passages(text, size)]


@settings(max_examples=150, deadline=None)
@given(st.lists(_LINES, max_size=40).map("\n".join), st.integers(20, 400))
def test_passages_hold_all_of_a_text_in_order(text: str, size: int) -> None:
    at = 0
    for each in passages(text, size):
        assert each.text == text[each.start : each.end] == each.text.strip() != ""
        assert len(each.text) <= size
        assert not text[at : each.start].strip()
        at = each.end
    assert not text[at:].strip()


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300), st.integers(1, 50))
def test_any_text_at_all_is_cut_without_loss(text: str, size: int) -> None:
    assert "".join("".join(each.text.split()) for each in passages(text, size)) == "".join(text.split())


def test_a_short_text_is_one_passage() -> None:
    text = "\nThe bees are fine.\n\nThey fly again.\n"
    assert passages(text) == [Passage("The bees are fine.\n\nThey fly again.", 1, 36)]
    assert passages(" \n") == []


def test_paragraphs_are_put_together_while_there_is_room() -> None:
    paragraph = "The bees are fine today and fly."
    found = passages("\n\n".join([paragraph] * 4), 70)
    assert [each.text for each in found] == [f"{paragraph}\n\n{paragraph}"] * 2


def test_a_long_paragraph_is_cut_between_sentences() -> None:
    found = passages("The bees are fine. " * 20, 100)
    assert {each.text for each in found[:-1]} == {" ".join(["The bees are fine."] * 5)}


def test_a_passage_knows_the_headings_it_stands_under() -> None:
    text = "# Farm\n\n## Bees\n\nThey fly.\n\n### Queen\n\nShe is old.\n\n## Hens\n\nThey lay.\n"
    assert [(each.headings, each.text.split("\n")[-1]) for each in passages(text, 40)] == [
        (("Farm", "Bees"), "They fly."),
        (("Farm", "Bees", "Queen"), "She is old."),
        (("Farm", "Hens"), "They lay."),
    ]


def test_sections_are_told_apart_in_a_short_text_too() -> None:
    text = "# Farm\n\nIt is old.\n\n## Bees\n\nThey fly."
    assert len(passages(text)) == 1
    assert [each.headings for each in sections(text)] == [("Farm",), ("Farm", "Bees")]


def test_a_heading_stands_with_what_it_leads_to() -> None:
    assert passages("Farm\n====\n\n## Bees\n- one\n\n## Hens\n- two", 30)[0].text == "Farm\n====\n\n## Bees\n- one"


def test_the_subject_of_a_mail_is_its_heading() -> None:
    text = "From: Nora <n@example.com>\nTo: Emil\nSubject: Honey\n\nThe jars are here.\n\n> Where are the jars?"
    found = passages(text, 60)
    assert [(each.kind, each.headings) for each in found[-2:]] == [("prose", ("Honey",)), ("quote", ("Honey",))]
    assert found[0].kind == "headers"


def test_short_items_stay_together_and_long_lists_are_cut_between_items() -> None:
    items = [f"- item number {number} of the list" for number in range(20)]
    assert _kinds("\n".join(items)) == ["list"]
    cut = passages("\n".join(items), 120)
    assert [line for each in cut for line in each.text.split("\n")] == items


def test_each_item_of_a_list_is_read_by_itself() -> None:
    (found,) = passages("- call the vet\n- [x] buy wax\n  and frames\n2. mend the fence")
    assert found.kind == "list"
    assert sentences_of(found) == ("call the vet", "buy wax and frames", "mend the fence")


def test_a_wrapped_paragraph_is_read_as_one_and_lines_of_their_own_as_many() -> None:
    wrapped = (
        "The bees that we brought to the field behind the old mill are\nback and have made a lot of honey already."
    )
    assert sentences_of(passages(wrapped)[0]) == (wrapped.replace("\n", " "),)
    assert sentences_of(passages("Call the vet\nBuy wax")[0]) == ("Call the vet", "Buy wax")


def test_the_turns_of_a_chat_are_read_one_by_one() -> None:
    (found,) = passages("[10:12] Nora: I bought wax.\nand frames\n[10:13] Emil: Good.")
    assert found.kind == "chat"
    assert sentences_of(found) == ("[10:12] Nora: I bought wax.\nand frames", "[10:13] Emil: Good.")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("| hive | state |\n|---|---|\n| 7 | weak |", "table"),
        ("10.1.1.4 | hive camera | offline", "table"),
        ("name,hives,town\nNora,7,Bruges\nEmil,2,Ghent", "table"),
        ("name\thives\nNora\t7", "table"),
        ('{"hive": 7, "state": "weak"}', "json"),
        ('{\n  "hive": 7,\n  "states": [\n    "weak"\n  ]\n}', "json"),
        ('{\n  "hive": 7,\n  "state": "we', "json"),
        ("```python\nhive = 7\n\nprint(hive)\n```", "code"),
        ("def hive(number):\n    return number", "code"),
        ("SELECT name FROM hives;", "code"),
        ("2024-03-01T10:00:00Z INFO hive 7 is open", "log"),
        ("Mar  1 10:00:00 box hived[12]: hive 7 is open", "log"),
        ("ERROR: hive 7 is gone\nWARN: hive 8 is weak", "log"),
        ('10.1.1.4 - - [01/Mar/2024:10:00:00 +0000] "GET /hive HTTP/1.1" 200', "log"),
        ('Traceback (most recent call last):\n  File "hive.py", line 3', "log"),
        ("<div>The <b>queen</b> is in hive 7.</div>", "html"),
        ("> The queen is in hive 7.", "quote"),
    ],
)
def test_what_is_no_prose_is_known_by_its_form(text: str, kind: str) -> None:
    (found,) = passages(text)
    assert found.kind == kind
    assert sentences_of(found) == ()


@pytest.mark.parametrize(
    "text",
    ["I <3 bees > wasps", "He took 3 | 4.", "[sic] he said", "# is a hash", "In {braces} it is", "Bees; wasps; flies."],
)
def test_prose_with_marks_in_it_is_prose(text: str) -> None:
    assert passages(text)[0].kind in READABLE


def test_of_a_text_of_several_kinds_only_the_prose_is_read() -> None:
    (found,) = passages("The hives:\n\n| hive | state |\n|---|---|\n| 7 | weak |\n\nThe rest is fine.")
    assert found.kind == "mixed"
    assert sentences_of(found) == ("The hives:", "The rest is fine.")


def test_a_table_is_cut_between_rows_and_goes_on_under_its_header() -> None:
    rows = [f"| {number} | weak |" for number in range(30)]
    found = passages("\n".join(["# Hives", "", "| hive | state |", "|---|---|", *rows]), 120)
    assert [each.headings for each in found] == [("Hives",)] + [("Hives", "hive | state")] * (len(found) - 1)
    assert [line for each in found for line in each.text.split("\n")][-30:] == rows


def test_code_in_a_fence_is_code_to_its_last_line() -> None:
    text = "```\n" + "The bees are fine.\n\n" * 20 + "```\n\nAfter."
    assert _kinds(text, 100)[-2:] == ["code", "prose"]
    assert set(_kinds(text, 100)[:-1]) == {"code"}


def test_a_script_without_spaces_has_fewer_characters_to_a_passage() -> None:
    assert max(len(each.text) for each in passages("蜜蜂很好。它们又飞了。" * 200)) <= SIZE // 3


@pytest.mark.parametrize(
    "text",
    [
        "The bees are fine. " * 52_000,
        "# Bees\n\n- one\n- two\n\n" * 45_000,
        json.dumps([{"hive": 7}] * 70_000),
        "2024-03-01 10:00:00 INFO start\n" * 32_000,
        "[1,\n" * 100_000,
        "{" * 500_000,
    ],
)
def test_a_megabyte_is_cut_in_seconds_whatever_it_is(text: str) -> None:
    started = process_time()
    assert passages(text)
    assert process_time() - started < 5
