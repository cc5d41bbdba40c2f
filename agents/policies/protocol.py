"""The seam between the loop and whoever plans and decides in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

GO_TO = "go to "
"""An action beside the game's own commands: `go to <known place>`."""

STOP = ""
"""The action of a policy that sees nothing left to do: the run ends."""


@dataclass(frozen=True, slots=True)
class SubGoal:
    """One step of a plan, why it is there, and the names of what it is about: what to recall for it."""

    text: str
    reason: str = ""
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """AriGraph's plan (section 3): the main goal, ordered sub-goals, and whether exploration is needed."""

    goal: str = ""
    sub_goals: tuple[SubGoal, ...] = ()
    explore: bool = False

    def __str__(self) -> str:
        """The sub-goals as numbered lines; the goal where there is none."""
        steps = [f"{number}. {step.text}" for number, step in enumerate(self.sub_goals, start=1)]
        return "\n".join(steps) or self.goal

    @property
    def about(self) -> tuple[str, ...]:
        """The names that the sub-goals are about, in their order."""
        return tuple(dict.fromkeys(name for step in self.sub_goals for name in step.about))


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do now, and why: an admissible command, `go to <known place>`, or `STOP`."""

    action: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Situation:
    """Working memory: all that a policy may know of the world.

    `recollection` is prompt text out of the memory, `plan` the policy's own of the step before, `recent` the latest
    (command, observation) pairs. `place` is where the agent is; `distances` gives each place that it can `go to`
    with the number of moves, `unexplored` the exits of known places that were never taken. `lessons` were drawn from
    earlier attempts.
    """

    task: str
    observation: str
    inventory: str
    admissible: Sequence[str]
    recollection: str = ""
    plan: Plan = field(default_factory=Plan)
    recent: Sequence[tuple[str, str]] = ()
    place: str | None = None
    distances: Mapping[str, int] = field(default_factory=dict)
    unexplored: Mapping[str, Sequence[str]] = field(default_factory=dict)
    lessons: Sequence[str] = ()


class Policy(Protocol):
    """Plans, then decides. Both see the same situation; the recollection may be richer at the second call.

    Subclass it, or write all four methods.
    """

    def queries(self, mentioned: Sequence[str], plan: Plan) -> Mapping[str, int]:
        """What to recall, each with its depth: what the plan is about, and what the observation mentions."""
        return dict.fromkeys(mentioned, 1) | dict.fromkeys(plan.about, 2)

    def plan(self, situation: Situation) -> Plan:
        """The plan from here on; what it is `about` is recalled before `act` is asked."""

    def act(self, situation: Situation) -> Decision:
        """One action; `situation.plan` is the plan just made."""

    def reflect(self, situation: Situation) -> str | None:
        """The lesson of an attempt that failed and ended so; None when this policy draws none."""
        return None
