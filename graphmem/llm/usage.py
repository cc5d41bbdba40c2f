"""What the calls of a model took, by purpose, what that costs, and the budget that they may not exceed."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from urllib.parse import urlsplit

from graphmem.errors import BudgetSpent, InputError
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


@dataclass(frozen=True)
class Price:
    """USD per million tokens: of the prompt, of the part of the prompt that was cached, of the completion."""

    prompt: float
    cached: float
    completion: float

    def cost(self, prompt: int, completion: int, cached: int = 0) -> float:
        """USD for that many tokens; `cached` of the `prompt` tokens were read before."""
        cached = min(cached, prompt)
        return ((prompt - cached) * self.prompt + cached * self.cached + completion * self.completion) / 1e6


FREE = Price(0.0, 0.0, 0.0)

# In June 2026. Prices change: give your own where they did.
PRICES: Mapping[str, Price] = {
    "gpt-5.4": Price(2.50, 0.25, 15.00),
    "gpt-5.1": Price(1.25, 0.125, 10.00),
    "gpt-5": Price(1.25, 0.125, 10.00),
    "gpt-5-mini": Price(0.25, 0.025, 2.00),
    "gpt-5-nano": Price(0.05, 0.005, 0.40),
    "gpt-4.1": Price(2.00, 0.50, 8.00),
    "gpt-4.1-mini": Price(0.40, 0.10, 1.60),
    "gpt-4.1-nano": Price(0.10, 0.025, 0.40),
    "gpt-4o": Price(2.50, 1.25, 10.00),
    "gpt-4o-mini": Price(0.15, 0.075, 0.60),
    "o3": Price(2.00, 0.50, 8.00),
    "o4-mini": Price(1.10, 0.275, 4.40),
    "gpt-4-turbo": Price(10.00, 10.00, 30.00),
    "gpt-4-0125-preview": Price(10.00, 10.00, 30.00),
    "gpt-4-1106-preview": Price(10.00, 10.00, 30.00),
    "gpt-3.5-turbo": Price(0.50, 0.50, 1.50),
}

_SNAPSHOT = re.compile(r"-\d{4}-\d{2}-\d{2}$")


def price_of(model: str, prices: Mapping[str, Price]) -> Price | None:
    """The price of `model` in `prices`; a dated snapshot ("gpt-4o-2024-11-20") costs what its model costs."""
    return prices.get(model) or prices.get(_SNAPSHOT.sub("", model))


def _is_local(url: str) -> bool:
    """Whether `url` names this machine or its own network."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return "." not in host or host.endswith((".local", ".localhost", ".internal"))


def price_at(url: str, model: str, prices: Mapping[str, Price]) -> Price | None:
    """The price of `model` at an endpoint: one's own, none on this machine or network, or the known one."""
    return price_of(model, prices) or (FREE if _is_local(url) else price_of(model, PRICES))


def check_budget(model: str, budget: float | None, price: Price | None) -> None:
    """Raises `InputError` for a budget without a price."""
    if budget is not None and price is None:
        raise InputError(
            f"a budget needs the price of {model}, which is unknown: leave it out, or give "
            f"ChatModel(prices={{{model!r}: Price(...)}}); `agents play` has --price"
        )
