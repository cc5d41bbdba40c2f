"""JSON objects in a model's text: bare, fenced, or in the midst of prose. Nothing is ever evaluated."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

_THOUGHTS = "</think>"
_START = re.compile(r'\{\s*["}]')
_DECODER = json.JSONDecoder(strict=False)
_BRACES = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|[{}]', re.DOTALL)
"""Strings, so that braces in them are passed over; one that never ends runs to the end of the text."""


def json_objects(text: str) -> Iterator[str]:
    """Every outermost JSON object in `text`, in order, as clean JSON.

    An object inside a broken or unfinished one is not taken for the whole; thoughts before "</think>" are passed over.

    'Sure: {"a": {"b": 1}} and {x}' -> '{"a": {"b": 1}}'
    """
    whole = list(_outermost(text))
    thought = text.rfind(_THOUGHTS)
    if any(start < thought < end for start, end, _ in whole):
        thought = -1
    said = list(_outermost(text[thought:])) if thought >= 0 else whole
    yield from (found for _, _, found in said or whole)


def _outermost(text: str) -> Iterator[tuple[int, int, str]]:
    """Where each object starts and ends, and the object."""
    position = 0
    while match := _START.search(text, position):
        start = match.start()
        try:
            found, position = _DECODER.raw_decode(text, start)
            yield start, position, json.dumps(found)
        except (ValueError, RecursionError):
            position = _end_of_block(text, start)


def _end_of_block(text: str, start: int) -> int:
    """Where the block of braces that opens at `start` ends; the end of the text when it never closes."""
    depth = 0
    for match in _BRACES.finditer(text, start):
        depth += {"{": 1, "}": -1}.get(match.group(), 0)
        if depth == 0 and match.group() == "}":
            return match.end()
    return len(text)
