"""The heuristic player: its rules in order of urgency make the plan, and the first that can act decides."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

from agents.policies.heuristic.cleaning import cleaning, is_cleaning
from agents.policies.heuristic.cooking import cooking, is_cooking
from agents.policies.heuristic.errands import errands
from agents.policies.heuristic.exploring import exploring
from agents.policies.heuristic.hunting import hunting
from agents.policies.heuristic.knowledge import Knowledge
from agents.policies.heuristic.option import Option
from agents.policies.heuristic.sense import Sense
from agents.policies.protocol import GO_TO, STOP, Decision, Plan, Policy, Situation
from agents.worldmap import DIRECTIONS
from graphmem.protocols import Embedder

PLAN_LENGTH = 24
"""Sub-goals that a plan holds at most."""


class HeuristicPlayer(Policy):
    """A `Policy` of rules of thumb. `embedder` gives it its sense of what goes with what.

    Of the past it knows what it is handed: no plan, notes or map of the step before. `seed` is that of its chance.
    """

    def __init__(self, embedder: Embedder, seed: int = 0) -> None:
        self._sense = Sense(embedder)
        self._seed = seed

    def plan(self, situation: Situation) -> Plan:
        options = list(self._options(Knowledge(situation, self._seed)))
        first = next((option for option in options if option.action), None)
        sub_goals = dict.fromkeys(option.goal for option in options)
        return Plan(
            goal=situation.task,
            sub_goals=tuple(itertools.islice(sub_goals, PLAN_LENGTH)),
            explore=first is None or first.goal.kind == "explore",
        )

    def act(self, situation: Situation) -> Decision:
        known = Knowledge(situation, self._seed)
        best = self._best(known, (each for each in self._options(known) if not known.is_vain(each.action or "")))
        if best is None or best.action is None:
            return self._at_a_loss(known)
        decision = Decision(best.action, f"{best.goal.text}: {best.goal.reason}")
        return decision if situation.facts is not None else self._first_step(decision, known)

    def _best(self, known: Knowledge, options: Iterator[Option]) -> Option | None:
        """The first that can be done now; None when none can."""
        return next((option for option in options if option.action), None)

    def _at_a_loss(self, known: Knowledge) -> Decision:
        return Decision(STOP, "nothing is left that I could do") if known.knows_all else self._wander(known)

    def _options(self, known: Knowledge) -> Iterator[Option]:
        if is_cleaning(known):
            yield from cleaning(known, self._sense)
        elif is_cooking(known):
            yield from cooking(known)
        else:
            yield from errands(known)
            yield from hunting(known)
            yield from exploring(known, "what I need is not where I have been")

    def _first_step(self, decision: Decision, known: Knowledge) -> Decision:
        """Of a walk over a map that nobody has but the player."""
        if not decision.action.startswith(GO_TO):
            return decision
        route = known.map.route(known.place or "", decision.action.removeprefix(GO_TO))
        command = f"go {route[0][0]}" if route else ""
        return replace(decision, action=command) if command in known.situation.admissible else self._wander(known)

    def _wander(self, known: Knowledge) -> Decision:
        """Any exit, when nothing is known that would be better."""
        ways = [command for command in known.situation.admissible if command.removeprefix("go ") in DIRECTIONS]
        if known.place and ways:
            return Decision(known.chance.choice(ways), "I know of nothing better to do")
        return Decision(STOP if known.is_vain("look") else "look", "there is no way on")
