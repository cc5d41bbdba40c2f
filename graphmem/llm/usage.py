"""What the calls of a model took, by purpose, and the budget that they may not exceed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

from graphmem.errors import BudgetSpent
from graphmem.llm.exchange import Answer


@dataclass(frozen=True)
class Usage:
    """What some calls took together."""

    calls: int = 0
    """Replies that a model gave, repairs among them."""
    prompt_tokens: int = 0
    cached_tokens: int = 0
    """Those of the prompt tokens that the server had read before."""
    completion_tokens: int = 0
    seconds: float = 0.0
    """From request to reply, waits between attempts included."""
    repairs: int = 0
    """Replies that did not fit their form and were asked for once more."""
    retries: int = 0
    """Attempts after the first, because the endpoint was busy or out of reach."""
    cost: float | None = 0.0
    """USD; None when the model's price is unknown."""

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.calls + other.calls,
            self.prompt_tokens + other.prompt_tokens,
            self.cached_tokens + other.cached_tokens,
            self.completion_tokens + other.completion_tokens,
            self.seconds + other.seconds,
            self.repairs + other.repairs,
            self.retries + other.retries,
            None if self.cost is None or other.cost is None else self.cost + other.cost,
        )


class Bill(dict[str, Usage]):
    """Usage by purpose ("extract", "plan", "act"), as it stood when asked for."""

    @property
    def total(self) -> Usage:
        return sum(self.values(), Usage())


class Ledger:
    """Adds up usage and guards the budget (USD, None for no bound); safe to share between threads."""

    def __init__(self, budget: float | None) -> None:
        self._budget = budget
        self._bill: dict[str, Usage] = {}
        self._reserved = 0.0
        self._lock = Lock()

    def bill(self) -> Bill:
        with self._lock:
            return Bill(self._bill)

    def add(self, purpose: str, usage: Usage) -> None:
        with self._lock:
            self._bill[purpose] = self._bill.get(purpose, Usage()) + usage

    def answered(self, purpose: str, answer: Answer) -> None:
        """Note one reply of a model."""
        taken = (answer.prompt_tokens, answer.cached_tokens, answer.completion_tokens)
        self.add(purpose, Usage(1, *taken, answer.seconds, cost=answer.cost))

    @contextmanager
    def reserved(self, purpose: str, worst: float) -> Iterator[None]:
        """Hold `worst` USD while a call is under way. Raises `BudgetSpent` when the budget has not that much left."""
        with self._lock:
            spent = sum(usage.cost or 0.0 for usage in self._bill.values())
            if self._budget is not None and spent + self._reserved + worst > self._budget:
                raise BudgetSpent(
                    f"the next call ({purpose}) could cost ${worst:.4f}, and of the budget of ${self._budget:.4f} "
                    f"${spent + self._reserved:.4f} is spent or under way: allow more with budget="
                )
            self._reserved += worst
        try:
            yield
        finally:
            with self._lock:
                self._reserved -= worst
