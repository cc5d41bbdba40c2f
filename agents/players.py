"""Who plays a run: a policy, the extractor that reads for it, and how its memory is searched.

What `play` runs and what `compare` measures is put together here, once.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from agents.extraction import GameExtractor, game_model
from agents.memories.graph import WIDTH
from agents.policies.heuristic import HeuristicPlayer
from agents.policies.hybrid import Adviser, HybridPlayer, HybridReader
from agents.policies.llm import LLMPolicy
from agents.policies.paper import PaperPolicy
from agents.policies.protocol import Policy
from graphmem.errors import InputError
from graphmem.extraction.llm import LLMExtractor
from graphmem.extraction.textworld.extractor import TextWorldExtractor
from graphmem.protocols import LLM, Embedder, Extractor
from graphmem.retrieval import AriGraph, PageRank, Search

RECALL_TOKENS = 1000
"""What a memory may tell at a step."""

POLICIES = ("heuristic", "hybrid", "llm")
"""Those that play by themselves."""

PAID_TOKENS = 500
"""The same where each token is paid for, in every prompt."""


@dataclass(frozen=True)
class Player:
    """A policy, the extractor that reads for it, how its graph is searched, and how much of it is told at a step."""

    policy: Policy
    extractor: Extractor
    search: Search = field(default_factory=PageRank)
    recall_tokens: int = RECALL_TOKENS
    counters: tuple[Counter[str], ...] = ()

    @property
    def reply_faults(self) -> Counter[str]:
        """What of a model's replies was not used as it was, and why, with how often so far."""
        return sum(self.counters, Counter())


def rules_of_thumb(embedder: Embedder, seed: int = 0) -> Player:
    """No model: the heuristic player, and extraction by rules."""
    return Player(HeuristicPlayer(embedder, seed), TextWorldExtractor())


def language_model(llm: LLM, *, calls: int = 2, reader: LLMExtractor | None = None) -> Player:
    """One call to extract, then plan and act in one together (2), or in one call each (3)."""
    policy, reader = LLMPolicy(llm, calls=calls), reader or game_model(llm)
    extractor = GameExtractor(reader)
    return Player(
        policy, extractor, recall_tokens=PAID_TOKENS, counters=(policy.counts, reader.counts, extractor.counts)
    )


def rules_and_model(llm: LLM, embedder: Embedder, seed: int = 0) -> Player:
    """The heuristic player and its rules, and a model for what these do not understand or rank alike."""
    adviser = Adviser(llm)
    reader = HybridReader(adviser)
    return Player(HybridPlayer(embedder, adviser, seed), reader, counters=(adviser.counts, reader.counts))


def player_of(policy: str, embedder: Embedder, seed: int = 0, llm: LLM | None = None, *, calls: int = 2) -> Player:
    """The player of one of the `POLICIES`. Raises `InputError` where it needs a model and there is none."""
    if policy == "heuristic":
        return rules_of_thumb(embedder, seed)
    if llm is None:
        raise InputError(f"the policy {policy!r} needs a model")
    return rules_and_model(llm, embedder, seed) if policy == "hybrid" else language_model(llm, calls=calls)


def as_in_the_paper(llm: LLM) -> Player:
    """AriGraph's own six calls, and its search."""
    policy = PaperPolicy(llm)
    extractor = GameExtractor(policy)
    return Player(policy, extractor, AriGraph(width=WIDTH), PAID_TOKENS, (policy.counts, extractor.counts))
