"""Messages and exports of chats become observations: what is said, by whom, when."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from graphmem.conversations import is_message, observations_of
from graphmem.errors import InputError
from graphmem.images import data_url
from graphmem.records import Observation
from tests.images import RED


def _said(messages: Any) -> list[tuple[str | None, str]]:
    return [(each.speaker, each.text) for each in observations_of(messages)]


def test_who_says_it_is_the_name_or_else_the_role() -> None:
    found = observations_of(
        [{"role": "user", "name": "Nora", "content": "I keep bees."}, {"role": "assistant", "content": "Fine."}]
    )
    assert found == [
        Observation("I keep bees.", metadata={"role": "user"}, speaker="Nora"),
        Observation("Fine.", metadata={"role": "assistant"}, speaker="assistant"),
    ]


@pytest.mark.parametrize(
    "content",
    [
        [
            {"type": "text", "text": "I keep bees."},
            {"type": "image_url", "image_url": {"url": "https://example.com/b.png"}},
        ],
        [{"type": "input_text", "text": "I keep bees."}],
        ["I keep bees."],
    ],
)
def test_content_may_be_parts_of_which_only_words_count(content: object) -> None:
    assert _said([{"role": "user", "content": content}]) == [("user", "I keep bees.")]


def test_a_message_without_words_is_passed_over() -> None:
    image = {"type": "image_url", "image_url": {"url": "https://example.com/b.png"}}
    assert observations_of([{"role": "user", "content": [image]}, {"role": "assistant", "content": None}]) == []


@pytest.mark.parametrize(
    "message",
    [
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"function": {"name": "count", "arguments": '{"hive": 7}'}}],
        },
        {"role": "assistant", "content": [{"type": "tool_use", "name": "count", "input": {"hive": 7}}]},
        {"type": "function_call", "name": "count", "arguments": '{"hive": 7}'},
        {"type": "ai", "content": "", "tool_calls": [{"name": "count", "args": {"hive": 7}}]},
    ],
)
def test_a_call_of_a_tool_is_told_as_it_is_written(message: dict[str, Any]) -> None:
    assert _said([message]) == [("assistant", 'count({"hive": 7})')]


@pytest.mark.parametrize(
    "message",
    [
        {"role": "tool", "name": "count", "tool_call_id": "1", "content": "40,000"},
        {"role": "tool", "content": [{"type": "tool_result", "content": [{"type": "text", "text": "40,000"}]}]},
        {"type": "function_call_output", "output": "40,000"},
    ],
)
def test_the_answer_of_a_tool_is_the_tools(message: dict[str, Any]) -> None:
    (found,) = observations_of([message])
    assert (found.text, found.metadata["role"]) == ("40,000", "tool")


@dataclass
class HumanMessage:
    content: str
    type: str = "human"


@pytest.mark.parametrize(
    "message",
    [
        {"role": "user", "parts": [{"text": "I keep bees."}]},
        {"type": "human", "content": "I keep bees."},
        {"sender": "human", "text": "I keep bees.", "created_at": "2023-05-04T10:00:00"},
        HumanMessage("I keep bees."),
        ("user", "I keep bees."),
        "user: I keep bees.",
        {"role": "user", "content": "user: I keep bees."},
    ],
)
def test_other_apis_and_exports_say_the_same(message: object) -> None:
    assert _said([message]) == [("user", "I keep bees.")]


def test_a_name_in_front_of_what_a_user_says_is_who_says_it() -> None:
    assert _said([{"role": "user", "content": "Nora: I keep bees."}]) == [("Nora", "I keep bees.")]
    assert _said([{"role": "assistant", "content": "Nora: I keep bees."}]) == [("assistant", "Nora: I keep bees.")]


@pytest.mark.parametrize("given", ["2023-05-04T10:00:00+00:00", 1683194400, "1683194400.000100", 1683194400000])
def test_a_message_may_say_when_it_was_sent(given: object) -> None:
    (found,) = observations_of([{"user": "Nora", "text": "hello", "ts": given}])
    assert found.time
    assert found.time.replace(microsecond=0) == datetime(2023, 5, 4, 10, tzinfo=UTC)


def test_a_time_may_be_given_for_messages_without_one() -> None:
    (found,) = observations_of([{"role": "user", "content": "hello"}], time=datetime(2023, 5, 4))
    assert found.time == datetime(2023, 5, 4)


def test_a_text_is_read_as_an_export() -> None:
    found = observations_of("[2023-05-04, 10:12] Nora: I keep bees.\nand hens\nEmil (10:14): Good.")
    assert found == [
        Observation("I keep bees.\nand hens", time=datetime(2023, 5, 4, 10, 12), speaker="Nora"),
        Observation("Good.", time=datetime(2023, 5, 4, 10, 14), speaker="Emil"),
    ]
    assert observations_of("Nothing of a chat.") == [Observation("Nothing of a chat.")]


@pytest.mark.parametrize(
    "message",
    [{"content": "hello"}, {"role": "user", "content": 7}, 7, object(), {"user": "N", "text": "x", "ts": "noon"}],
)
def test_what_is_no_message_is_told_with_its_number(message: object) -> None:
    with pytest.raises(InputError, match="message 2"):
        observations_of([{"role": "user", "content": "hello"}, message])


def _nested(depth: int) -> list[Any]:
    return [_nested(depth - 1)] if depth else ["I keep bees."]


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ({"tool_calls": ["count"]}, "a call of a tool has a name and arguments, not 'count'"),
        ({"tool_calls": [{"function": 3}]}, "a call of a tool has a name and arguments, not 3"),
        ({"tool_calls": "count"}, "calls of tools come in a list"),
        ({"tool_calls": True}, "calls of tools come in a list"),
        ({"content": _nested(900)}, "lie too deep"),
    ],
)
def test_a_message_whose_parts_have_no_known_form_is_told_with_its_number(part: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=f"message 1: .*{told}"):
        observations_of([{"role": "user", "content": "I keep bees.", **part}])


def test_messages_are_a_list() -> None:
    with pytest.raises(InputError, match="a list of messages"):
        observations_of({"role": "user", "content": "hello"})


def test_a_message_is_told_from_an_observation() -> None:
    assert is_message({"role": "user", "content": "hello"})
    assert is_message({"sender": "Nora", "text": "hello"})
    assert not is_message({"text": "hello", "metadata": {}})
    assert not is_message("user: hello")


@pytest.mark.parametrize(
    "part",
    [
        {"type": "image_url", "image_url": {"url": data_url(RED)}},
        {"type": "input_image", "image_url": data_url(RED)},
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": data_url(RED)[22:]}},
    ],
)
def test_an_image_that_stands_in_a_message_comes_with_it(part: dict[str, Any]) -> None:
    (seen,) = observations_of([{"role": "user", "content": [{"type": "text", "text": "My gate."}, part]}])
    assert (seen.text, seen.images) == ("My gate.", (RED,))
    (alone,) = observations_of([{"role": "user", "content": [part]}])
    assert (alone.text, alone.images) == ("", (RED,))


@pytest.mark.parametrize("url", ["data:image/svg+xml;base64,PHN2Zy8+", "data:image/png;base64,@", "data:,x", None, 7])
def test_an_image_that_cannot_be_kept_is_passed_over(url: object) -> None:
    part = {"type": "image_url", "image_url": {"url": url}}
    (seen,) = observations_of([{"role": "user", "content": [{"type": "text", "text": "My gate."}, part]}])
    assert (seen.text, seen.images) == ("My gate.", ())
