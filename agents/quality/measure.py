"""Facts asserted and facts retired, held against the game's own state after each step.

Of the facts that a graph holds after a step, those count that the game can judge. Precision is the share of them that
is true, recall the share of what the texts so far have shown, and is still true, that is held. Of the facts that a step
retired, precision is the share that is true no more; recall is the share, of the facts that were held and that the step
made untrue, that is held no more. All are sums over the steps.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from agents.quality.state import IN, IS, Key, State, canonical, kind_of
from graphmem import Triple


@dataclass
class Tally:
    """Numbers of facts: told and right of them, wanted and found of them; by kind. `faults` names what went wrong."""

    told: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    wanted: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    faults: Counter[tuple[str, Key]] = field(default_factory=Counter)

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.told + other.told,
            self.right + other.right,
            self.wanted + other.wanted,
            self.found + other.found,
            self.faults + other.faults,
        )

    def tell(self, key: Key, right: bool) -> None:
        self.told[kind_of(key)] += 1
        self.right[kind_of(key)] += right
        if not right:
            self.faults["wrong", key] += 1

    def want(self, key: Key, found: bool) -> None:
        self.wanted[kind_of(key)] += 1
        self.found[kind_of(key)] += found
        if not found:
            self.faults["missed", key] += 1

    def precision(self, kind: str | None = None) -> float | None:
        """Of one kind of fact, or of all; None when there was nothing to judge."""
        return _share(self.right, self.told, kind)

    def recall(self, kind: str | None = None) -> float | None:
        """As `precision`."""
        return _share(self.found, self.wanted, kind)


def _share(part: Counter[str], whole: Counter[str], kind: str | None) -> float | None:
    number = whole[kind] if kind else whole.total()
    return (part[kind] if kind else part.total()) / number if number else None


@dataclass
class Quality:
    """What one graph was worth on one walk, or on many: add them up.

    `steps` counts those that were judged, `unread` the texts that the extractor failed at.
    """

    steps: int = 0
    unread: int = 0
    current: Tally = field(default_factory=Tally)
    retired: Tally = field(default_factory=Tally)

    def __add__(self, other: Quality) -> Quality:
        return Quality(
            self.steps + other.steps,
            self.unread + other.unread,
            self.current + other.current,
            self.retired + other.retired,
        )


class Judge:
    """Follows one graph through one walk."""

    def __init__(self) -> None:
        self.quality = Quality()
        self._shown: set[Key] = set()
        self._held: set[Key] = set()
        self._before: State | None = None

    def step(self, text: str, facts: Iterable[Triple], state: State) -> None:
        """Judge the graph that holds `facts` after it has read `text`, which the game gave out in `state`."""
        held = {key for fact in facts if (key := canonical(fact))}
        self._shown = {key for key in self._shown if state.exact(key)} | set(state.shown(text, self._before))
        self._judge_current(held, state)
        if self._before:
            self._judge_retired(held, self._before, state)
        self.quality.steps += 1
        self._held, self._before = held, state

    def _judge_current(self, held: set[Key], state: State) -> None:
        for key in filter(state.judged, held):
            self.quality.current.tell(key, state.exact(key) or state.implied(key))
        for key in self._shown:
            self.quality.current.want(key, key in held or _said_otherwise(key, held))

    def _judge_retired(self, held: set[Key], before: State, state: State) -> None:
        for key in self._held - held:
            if state.judged(key) and not state.implied(key):  # "closed" gives way to "locked", and neither is wrong
                self.quality.retired.tell(key, not state.exact(key))
        for key in self._held:
            ended = (before.exact(key) or before.implied(key)) and not (state.exact(key) or state.implied(key))
            if ended and before.judged(key):
                self.quality.retired.want(key, key not in held)


def _said_otherwise(key: Key, held: set[Key]) -> bool:
    """What is held as unlocked is closed; a door that is held to be in a room leads from there."""
    subject, relation, obj = key
    if relation == IS and obj == "closed":
        return (subject, IS, "unlocked") in held
    return relation.startswith("leads ") and (subject, IN, obj) in held
