"""What was tried where, so that what was done in vain is not done for ever."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable

from agents.worldmap import DIRECTIONS
from envs import Info
from graphmem.records import entity_key

_LOOKS = ("look", "examine", "read", "inventory")
_NUMBER = re.compile(r"\d+")


class Tried:
    """Counts how often each command was sent at one place, in one and the same state, to the same answer.

    The state is what can be seen of it: what is carried, which commands are possible, the score. Who comes back may
    look again: a memory may have lost what was read. A walk says nothing of its place, and where no place is known
    nothing tells one from another: there it counts, too, whether anything was read since that was never read before.
    Numbers in an answer (turns, times) make no other answer.
    """

    def __init__(self) -> None:
        self._times: Counter[tuple[Hashable, str, str]] = Counter()
        self._read: set[str] = set()
        self._visits: Counter[str] = Counter()
        self._place = ""

    def add(self, place: str | None, before: Info, command: str, answer: str) -> None:
        """The `command` was sent at `place`, where the game said `before` of itself, and led to `answer`."""
        answer = _NUMBER.sub("#", answer)
        self._arrive(place)
        self._read.add(answer)
        self._times[self._state(place, before, command), command, answer] += 1

    def here(self, place: str | None, info: Info) -> dict[str, int]:
        """Of each command that was sent here in this state, how often."""
        self._arrive(place)
        states = {command: self._state(place, info, command) for command in {each[1] for each in self._times}}
        times: dict[str, int] = {}
        for (state, command, _), number in self._times.items():
            if states[command] == state:
                times[command] = max(times.get(command, 0), number)
        return times

    def _arrive(self, place: str | None) -> None:
        """Count the visits to each place."""
        here = entity_key(place or "")
        self._visits[here] += here != self._place
        self._place = here

    def _state(self, place: str | None, info: Info, command: str) -> Hashable:
        seen = info["inventory"], info["score"], frozenset(info["admissible_commands"])
        here = entity_key(place or "")
        if command.removeprefix("go ") in DIRECTIONS or not place:
            return here, *seen, len(self._read)
        return here, *seen, self._visits[here] if command.partition(" ")[0] in _LOOKS else 0
