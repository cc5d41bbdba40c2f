"""Finding JSON in text that says other things, too; thoughts say nothing."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphmem.llm.reply import values as found

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
objects = st.dictionaries(st.text(), anything, max_size=5)
prose = st.text(st.characters(exclude_characters="{}[]<◁")).filter(lambda text: "analysis" not in text.lower())
dumped = objects.map(json.dumps) | objects.map(lambda made: json.dumps(made, ensure_ascii=False, indent=2))


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
    assert all(isinstance(each, dict | list) for each in found(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no object", []),
        ('{"a": {"b": 1}}', [{"a": {"b": 1}}]),
        ("use {name} and {} here", [{}]),
        ('{"a": "line\nbreak"}', [{"a": "line\nbreak"}]),
        ('{"a": "} {\\" }"}', [{"a": '} {" }'}]),
        ('[["a", "b"]] and [1]', [[["a", "b"]], [1]]),
        ("see [the note] (1)", []),
    ],
)
def test_what_is_json_is_found(text: str, expected: list[object]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": 1,}', {"a": 1}),
        ('{"a": [1, 2,],}', {"a": [1, 2]}),
        ("{'a': 'it is'}", {"a": "it is"}),
        ("{a: 1}", {"a": 1}),
        ('{"a": 1 // one\n}', {"a": 1}),
        ('{"a": 1, \'b\': {"c": 2}}', {"a": 1, "b": {"c": 2}}),
    ],
)
def test_a_slip_is_repaired(text: str, expected: object) -> None:
    assert found(f"So: {text}.") == [expected]


def test_an_escape_that_is_none_costs_no_more_than_itself() -> None:
    (made,) = found('{"a": "caf\\u12", "b": 2}')
    assert made["a"].startswith("caf")
    assert made["b"] == 2


@pytest.mark.parametrize(
    "thought",
    [
        "<think>{}</think>",
        "<thinking>{}</thinking>",
        "<Thinking>{}</Thinking>",
        "<thought>{}</thought>",
        "<seed:think>{}</seed:think>",
        "[THINK]{}[/THINK]",
        "◁think▷{}◁/think▷",
        "<|START_THINKING|>{}<|END_THINKING|>",
        "<|begin_of_thought|>{}<|end_of_thought|>",
        "<|channel|>analysis<|message|>{}<|end|><|start|>assistant<|channel|>final<|message|>",
        "analysis We need one. {} So.assistantfinal ",
        "analysisWe need one. {} So.assistantfinal",
        "{}</think>",
        "<think>a <think>b</think> {}</think>",
    ],
)
@pytest.mark.parametrize("draft", ['{"a": 1}', 'maybe {"a": 1, or', '{"a": "<think>"}', "no draft"])
def test_what_is_thought_says_nothing(thought: str, draft: str) -> None:
    assert found(thought.replace("{}", draft) + '{"a": 2}') == [{"a": 2}]


@pytest.mark.parametrize(
    "opening", ["<think>", "<thinking>", "[THINK]", "<|channel|>analysis<|message|>", "analysisThe "]
)
def test_a_thought_that_never_ends_says_nothing(opening: str) -> None:
    assert found(opening + '{"a": 1}') == []
    assert found('{"a": 1}' + opening.replace("analysisThe ", "assistantanalysis") + 'But {"a": 2}') == [{"a": 1}]


@pytest.mark.parametrize(
    "text", ['{"a": "</think>"}', '{"</think>": {"b": 1}}', '{"a": "the assistantfinal word"}', '{"a": "[THINK]"}']
)
def test_a_mark_of_thought_within_json_is_none(text: str) -> None:
    assert found(text) == [json.loads(text)]


def test_an_answer_that_alone_stands_before_a_mark_is_one() -> None:
    assert found('{"a": 2}</think>') == [{"a": 2}]
    assert found('Hm, {"a": 2} or</think>') == []


@pytest.mark.parametrize(
    "junk",
    ['{"a":' * 40_000, "{" * 200_000, '{"' * 100_000, '{"' + '\\"' * 100_000, '{"a": "' * 30_000, "{ " * 100_000],
    ids=["nested", "braces", "openings", "escapes", "strings", "spaces"],
)
def test_long_junk_takes_no_time(junk: str) -> None:
    began = time.process_time()
    assert found(junk) == []
    assert time.process_time() - began < 1
