"""What was tried where, so that what was done in vain is not done for ever."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable

from agents.worldmap import DIRECTIONS
from envs import Info
from graphmem.records import entity_key

_NUMBER = re.compile(r"\d+")


class Tried:
    """Counts how often each command was sent at one place, in one and the same state, to the same answer.

    The state is what can be seen of it: what is carried, which commands are possible, the score. A walk says nothing
    of its place, and where no place is known nothing tells one from another: there it counts, too, whether anything
    was read since that was never read before. Numbers in an answer (turns, times) make no other answer.
    """

    def __init__(self) -> None:
        self._times: Counter[tuple[Hashable, str, str]] = Counter()
        self._read: set[str] = set()

    def add(self, place: str | None, before: Info, command: str, answer: str) -> None:
        """The `command` was sent at `place`, where the game said `before` of itself, and led to `answer`."""
        answer = _NUMBER.sub("#", answer)
        self._read.add(answer)
        self._times[self._state(place, before, command), command, answer] += 1

    def here(self, place: str | None, info: Info) -> dict[str, int]:
        """Of each command that was sent here in this state, how often."""
        states = {command: self._state(place, info, command) for command in {each[1] for each in self._times}}
        times: dict[str, int] = {}
        for (state, command, _), number in self._times.items():
            if states[command] == state:
                times[command] = max(times.get(command, 0), number)
        return times

    def _state(self, place: str | None, info: Info, command: str) -> Hashable:
        seen = info["inventory"], info["score"], frozenset(info["admissible_commands"])
        walk = command.removeprefix("go ") in DIRECTIONS
        return entity_key(place or ""), *seen, len(self._read) if walk or not place else 0
