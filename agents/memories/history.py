"""Observations as prompt text, the newest kept when the budget is full; and no memory at all."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable

from agents.memories.protocol import AgentMemory, Cue, Moment
from graphmem import Learned
from graphmem.retrieval.budget import count_tokens

HEADING = "Observations I remember:"


class FullHistory(AgentMemory):
    """Tells what was seen, the newest first to find room."""

    def __init__(self) -> None:
        self._moments: list[Moment] = []

    def take_in(self, moment: Moment) -> Learned | None:
        self._moments.append(moment)
        return None

    def recall(self, cue: Cue, budget: int) -> str:
        return in_order(reversed(self._moments[:-1]), budget)


class Nothing(AgentMemory):
    """Takes in nothing and recalls nothing: what every other memory is measured against."""

    def take_in(self, moment: Moment) -> Learned | None:
        return None

    def recall(self, cue: Cue, budget: int) -> str:
        return ""


def entry(moment: Moment) -> str:
    """`[step 7, in Hall] > go east`, and the observation below it, indented: no line of it can pass for another's."""
    lines = [stripped for line in moment.text.splitlines() if (stripped := line.strip())]
    place = f", in {' '.join(moment.place.split())}" if moment.place else ""
    return f"[step {moment.step}{place}] " + "\n  ".join(lines)


def cut(text: str, room: int) -> str:
    """The first words of `text`, as many as fit in `room` tokens."""
    ends = [0, *(gap.start() for gap in re.finditer(r"\s+|\Z", text))]
    return text[: ends[bisect_right(ends, room, key=lambda end: count_tokens(text[:end])) - 1]]


def fitting(ranked: Iterable[Moment], room: int) -> list[Moment]:
    """The moments, best first, whose entries fit in `room` tokens.

    The first that does not fit ends it, so that what is left out is always worth less than what is kept.
    """
    kept: list[Moment] = []
    for moment in ranked:
        room -= count_tokens(entry(moment))
        if room < 0:
            break
        kept.append(moment)
    return kept


def in_order(ranked: Iterable[Moment], budget: int) -> str:
    """The moments, best first, that fit in `budget` tokens with their heading, printed in order of time."""
    kept = fitting(ranked, budget - count_tokens(HEADING))
    return "\n".join([HEADING, *map(entry, sorted(kept, key=lambda moment: moment.step))]) if kept else ""
