"""Words of time in a question: whether it asks for what came last, first, or at a certain step."""

from __future__ import annotations

import re

_STEP = re.compile(r"\bsteps?\s+(\d{1,9})\b")
_NEWEST = re.compile(r"\b(?:latest|newest|most recent|most recently|last time|just now|right now|currently)\b")
_NOW = re.compile(r"\b(?:now|current|currently|at the moment|these days)\b")
_OLDEST = re.compile(r"\b(?:at first|at the start|at the beginning|originally|initially|earliest|the first time)\b")


def steps_asked(question: str) -> list[int]:
    """The steps that a question names: "at step 12"."""
    return [int(number) for number in _STEP.findall(question.casefold())]


def asks_for_newest(question: str) -> bool:
    """Whether a question asks for what came last. A bare "last" does not say so: "last name", "who spoke last"."""
    return bool(_NEWEST.search(question.casefold()))


def asks_for_now(question: str) -> bool:
    """Whether a question asks how things stand: what was said long ago may still hold, unless it was said anew."""
    return bool(_NOW.search(question.casefold()))


def asks_for_oldest(question: str) -> bool:
    """Whether a question asks for what came first. A bare "first" does not say so: "who was born first?"."""
    return bool(_OLDEST.search(question.casefold()))
