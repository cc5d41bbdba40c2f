"""Who says what, in a text with lines such as "Ann: Hello"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from graphmem.language.words import CAPITALISED

_NAME = rf"{CAPITALISED}\.?"  # with the dot of "Dr."
_SPEAKER = re.compile(rf"^[^\S\n]*({_NAME}(?: {_NAME}){{0,3}}):[^\S\n]+(?=\S)", re.MULTILINE)


def speaker(text: str) -> str | None:
    """Who says it, when the text starts as said by someone: "Ann: Hello"."""
    match = _SPEAKER.match(text)
    return match[1] if match else None


def speakers(text: str) -> list[str]:
    """Who speaks in a text, at each line that says so, in order."""
    return _SPEAKER.findall(text)


def turns(text: str) -> Iterator[tuple[str | None, str]]:
    """The turns of a text, each with its speaker and the lines said; None for what stands before the first.

    >>> list(turns("Monday.\\nAnn: Hello.\\nAll well?\\nBob: Yes."))
    [(None, 'Monday.'), ('Ann', 'Hello.\\nAll well?'), ('Bob', 'Yes.')]
    """
    name, start = None, 0
    for match in _SPEAKER.finditer(text):
        if said := text[start : match.start()].strip():
            yield name, said
        name, start = match[1], match.end()
    if said := text[start:].strip():
        yield name, said
