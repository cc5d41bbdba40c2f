"""Time in a question: whether it asks for what came last, first, or about a certain step."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_STEP = re.compile(r"\bsteps?\s+(\d{1,9})\b")
_LAST = re.compile(r"\b(?:latest|newest|most recent|most recently|last time|just now|right now|currently)\b")
_FIRST = re.compile(r"\b(?:at first|at the start|at the beginning|originally|initially|earliest|the first time)\b")


def timeliness(question: str, steps: Sequence[int]) -> NDArray[np.float64]:
    """How well each step fits the time that the question asks for, from 0 to 1; all 0 when it asks for none.

    "The last time ..." wants the newest, "at first ..." the earliest, "at step 12" those nearest to it. A bare "first"
    or "last" tells nothing: "who was born first" is not about when that was seen.
    """
    told = np.array(steps, float)
    low = question.casefold()
    if not len(told):
        return told
    span = max(float(np.ptp(told)), 1.0)
    if wanted := [int(number) for number in _STEP.findall(low)]:
        return np.asarray(1.0 / (1.0 + np.abs(told[:, None] - np.array(wanted)).min(axis=1)))
    if _LAST.search(low):
        return np.asarray((told - told.min()) / span)
    if _FIRST.search(low):
        return np.asarray((told.max() - told) / span)
    return np.zeros(len(told))
