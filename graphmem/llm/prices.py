"""What well-known models cost, in USD per million tokens, as of June 2026. Prices change: give your own where they did.

>>> from graphmem.llm import ChatModel, Price
>>> ChatModel("my-model", prices={"my-model": Price(prompt=0.5, cached=0.1, completion=2.0)})  # doctest: +SKIP
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass


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
