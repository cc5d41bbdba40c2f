"""The seam between the loop and whoever plans and decides in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from graphmem import Fact

GO_TO = "go to "
"""An action beside the game's own commands: `go to <known place>`."""

STOP = ""
"""The action of a policy that sees nothing left to do: the run ends."""

Kind = Literal[
    "find", "take", "drop", "put", "put away", "open", "unlock", "read", "learn what it unlocks", "leave aside",
    "slice", "dice", "chop", "fry", "roast", "grill", "prepare", "eat", "explore", "explore later",
]  # fmt: skip
"""What a sub-goal of the heuristic player is about to do."""

_ENGLISH: Mapping[Kind, str] = {
    "put": "put {thing} on {other}",
    "put away": "put {thing} where it belongs",
    "unlock": "unlock {thing} with {other}",
    "learn what it unlocks": "find out what {thing} unlocks",
    "explore": "explore {other} from {place}",
    "explore later": "explore {other} from {place} when the way is free",
}


@dataclass(frozen=True, slots=True)
class SubGoal:
    """One step of a plan, why it is there, and the names of what it is about: what to recall for it.

    A model's is `text` alone. A rule's has a `kind` and what it concerns: a `thing`, a `place`, and the `other` thing
    or direction that it takes; `text` is then that in English.

    >>> SubGoal(kind="unlock", thing="chest", other="brass key").text
    'Unlock chest with brass key'
    """

    text: str = ""
    reason: str = ""
    about: tuple[str, ...] = ()
    kind: Kind | None = None
    thing: str = ""
    place: str = ""
    other: str = ""

    def __post_init__(self) -> None:
        if self.kind and not self.text:
            told = _ENGLISH.get(self.kind, "{kind} {thing}")
            text = told.format(kind=self.kind, thing=self.thing, place=self.place, other=self.other)
            object.__setattr__(self, "text", text[:1].upper() + text[1:])


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

    `recollection` is prompt text out of the memory, and `facts` those that it tells; None where the memory holds only
    texts. `learned` is what the memory read in the `observation`; None where it read nothing. `distances` gives each
    place that the agent, at `place`, can `go to` with the number of moves, `unexplored` the exits of known places that
    were never taken: both as far as `facts` and `learned` draw the map.

    `plan` is the policy's own of the step before, `recent` the latest (command, observation) pairs, `moves` the number
    of commands sent so far. `tried` counts, of each command, how often it was sent at this place in this very state,
    to the same answer each time. `lessons` were drawn from earlier attempts.
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
    facts: Sequence[Fact] | None = None
    learned: Sequence[Fact] | None = None
    tried: Mapping[str, int] = field(default_factory=dict)
    moves: int = 0


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
