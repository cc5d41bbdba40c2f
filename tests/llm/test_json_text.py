"""Finding JSON objects in text that says other things, too."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphmem.llm.json_text import json_objects

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
objects = st.dictionaries(st.text(), values, max_size=5)
prose = st.text(st.characters(exclude_characters="{}")).filter(lambda text: "</think>" not in text)
dumped = objects.map(json.dumps) | objects.map(lambda made: json.dumps(made, ensure_ascii=False, indent=2))


def found(text: str) -> list[object]:
    return [json.loads(each) for each in json_objects(text)]


@given(prose, dumped, prose)
def test_an_object_is_found_whatever_stands_around_it(before: str, text: str, after: str) -> None:
    assert found(before + text + after) == [json.loads(text)]


@given(prose, dumped, prose, dumped, prose)
def test_objects_come_in_order(one: str, first: str, two: str, second: str, three: str) -> None:
    assert found(one + first + two + second + three) == [json.loads(first), json.loads(second)]


@given(dumped)
def test_a_fence_does_not_matter(text: str) -> None:
    assert found(f"Here it is:\n```json\n{text}\n```\n") == [json.loads(text)]


@given(dumped, st.data())
def test_an_unfinished_object_holds_nothing(text: str, data: st.DataObject) -> None:
    end = data.draw(st.integers(0, len(text) - 1))
    assert found(text[:end]) == []


@given(st.text() | st.text(st.sampled_from('{}[]":,\\ n1')))
def test_any_text_is_read_without_a_fault(text: str) -> None:
    assert all(isinstance(each, dict) for each in found(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no object", []),
        ('{"a": {"b": 1}}', [{"a": {"b": 1}}]),
        ("use {name} and {} here", [{}]),
        ('{"a": 1, \'b\': {"c": 2}}', []),
        ('{"a": 1, \'b\': {"c": 2}} {"d": 3}', [{"d": 3}]),
        ('{"a": "line\nbreak"}', [{"a": "line\nbreak"}]),
        ('<think>maybe {"a": 1}</think>\n{"a": 2}', [{"a": 2}]),
        ('<think>maybe {"a": 1, </think>\n{"a": 2}', [{"a": 2}]),
        ('{"a": "</think>"}', [{"a": "</think>"}]),
        ('{"</think>": {"b": 1}}', [{"</think>": {"b": 1}}]),
        ('{"a": 2}</think>', [{"a": 2}]),
        ('{"a": "} {\\" }"}', [{"a": '} {" }'}]),
    ],
)
def test_examples(text: str, expected: list[object]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "junk",
    ['{"a":' * 40_000, "{" * 200_000, '{"' * 100_000, '{"' + '\\"' * 100_000, '{"a": "' * 30_000, "{ " * 100_000],
    ids=["nested", "braces", "openings", "escapes", "strings", "spaces"],
)
def test_long_junk_takes_no_time(junk: str) -> None:
    began = time.perf_counter()
    assert found(junk) == []
    assert time.perf_counter() - began < 1
