"""What a rule of thumb proposes."""

from __future__ import annotations

from dataclasses import dataclass

from agents.policies.protocol import Kind, SubGoal


@dataclass(frozen=True, slots=True)
class Option:
    """Something worth doing, and the action that serves it now; None when nothing can be done for it yet."""

    goal: SubGoal
    action: str | None = None


def option(
    kind: Kind,
    thing: str = "",
    reason: str = "",
    action: str | None = None,
    *,
    place: str = "",
    other: str = "",
    about: tuple[str, ...] | None = None,
) -> Option:
    """To do this to a `thing`, for a `reason`; it is `about` the thing alone, when nothing else is said."""
    named = about if about is not None else (thing,)
    return Option(SubGoal(reason=reason, about=named, kind=kind, thing=thing, place=place, other=other), action)
