"""Who extracts, plans and acts in a run: put together from what the command line names."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from agents.extraction import game_extractor
from agents.policies.heuristic import HeuristicPlayer
from agents.policies.llm import LLMPolicy
from agents.policies.paper import PaperMind
from agents.policies.protocol import Policy
from agents.worldmap import Mapped
from graphmem.extraction import TextWorldExtractor
from graphmem.protocols import LLM, Embedder, Extractor

PAID_TOKENS = 350
"""The recollection where each token is paid for, in every prompt."""


@dataclass(frozen=True)
class Mind:
    """A policy, the extractor that reads for it, and how many tokens of recollection it is handed."""

    policy: Policy
    extractor: Extractor
    recall_tokens: int = 1000
    counters: tuple[Counter[str], ...] = ()

    @property
    def reply_faults(self) -> Counter[str]:
        """What of a model's replies was not used as it was, and why, with how often so far."""
        return sum(self.counters, Counter())


def rules_of_thumb(embedder: Embedder) -> Mind:
    """No model: the heuristic player, and extraction by rules."""
    return Mind(HeuristicPlayer(embedder), TextWorldExtractor())


def language_model(llm: LLM, *, calls: int = 3) -> Mind:
    """One call to extract, then plan and act in one call each (3), or in one together (2)."""
    policy, reader = LLMPolicy(llm, calls=calls), game_extractor(llm)
    return Mind(policy, Mapped(reader), PAID_TOKENS, (policy.counts, reader.counts))


def as_in_the_paper(llm: LLM) -> Mind:
    """AriGraph's own six calls."""
    mind = PaperMind(llm)
    return Mind(mind, Mapped(mind), PAID_TOKENS, (mind.counts,))
