"""What a rule of thumb proposes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Option:
    """Something worth doing: its text and reason for the plan, what it is about, and the action that serves it now.

    `action` is None when nothing can be done for it yet.
    """

    text: str
    reason: str
    about: tuple[str, ...] = ()
    action: str | None = None
