"""The heuristic player: its rules in order of urgency make the plan, and the first that can act decides."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator

from agents.policies.heuristic.cleaning import cleaning, is_cleaning
from agents.policies.heuristic.cooking import cooking, is_cooking
from agents.policies.heuristic.errands import errands
from agents.policies.heuristic.exploring import exploring
from agents.policies.heuristic.hunting import hunting
from agents.policies.heuristic.option import Option
from agents.policies.heuristic.sense import Sense
from agents.policies.heuristic.world import World
from agents.policies.protocol import STOP, Decision, Plan, Policy, Situation, SubGoal
from graphmem.extraction import TextWorldExtractor
from graphmem.protocols import Embedder

PLAN_LENGTH = 24
"""Sub-goals that a plan holds at most."""


class HeuristicPlayer(Policy):
    """A `Policy` of rules of thumb. `embedder` gives it its sense of what goes with what."""

    def __init__(self, embedder: Embedder) -> None:
        self._sense = Sense(embedder)
        self._extractor = TextWorldExtractor()

    def plan(self, situation: Situation) -> Plan:
        options = list(self._options(World(situation, self._extractor)))
        first = next((option for option in options if option.action), None)
        sub_goals = dict.fromkeys(SubGoal(option.text, option.reason, option.about) for option in options)
        return Plan(
            goal=situation.task,
            sub_goals=tuple(itertools.islice(sub_goals, PLAN_LENGTH)),
            explore=first is None or first.text.startswith("Explore"),
        )

    def act(self, situation: Situation) -> Decision:
        vain = _vain(situation)
        for option in self._options(World(situation, self._extractor)):
            if option.action and option.action not in vain:
                return Decision(option.action, f"{option.text}: {option.reason}")
        return Decision(STOP, "nothing is left that I could do")

    def _options(self, world: World) -> Iterator[Option]:
        if is_cleaning(world):
            yield from cleaning(world, self._sense)
        elif is_cooking(world):
            yield from cooking(world)
        else:
            yield from errands(world)
            yield from hunting(world)
            yield from exploring(world, "what I need is not where I have been")


def _vain(situation: Situation) -> set[str]:
    """Commands that were sent twice of late: a third time will not help."""
    counts = Counter(command for command, _ in situation.recent if not command.startswith("go "))
    return {command for command, count in counts.items() if count > 1}
