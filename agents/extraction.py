"""What a model reads of a game, and what rules read beside it."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Sequence

from agents import prompts
from agents.worldmap import RELATIONS
from graphmem import Extraction, Fact, Triple
from graphmem.errors import BudgetSpent, GraphmemError, RequestRefused, Unreachable
from graphmem.extraction.llm import LLMExtractor
from graphmem.extraction.textworld import TextWorldExtractor, slot
from graphmem.protocols import LLM, Extractor
from graphmem.records import Observation, entity_key

log = logging.getLogger(__name__)

_WORDS = frozenset({"inventory", "recipe", "player", "items", "floor"})
_PLAYER = frozenset({"you", "player", "agent", "i", "yourself"})
_WHERE = re.compile(r"(is|are|am) (in|at|inside)\b")
_EXIT = re.compile(r"has exit\b|is (north|south|east|west|above|below)\b|leads (north|south|east|west|up|down)\b")


class GameExtractor:
    """An `Extractor` that reads what `inner` does, and the map by rule: as in AriGraph, no model is asked for it.

    `inner` is not shown the map's facts, which stay whatever it says, and is asked once more where it fails, which
    `counts` tells as "read again". A thing of a game is in one place at a time.
    """

    anchors = ("player",)

    def __init__(self, inner: Extractor) -> None:
        self._inner = inner
        self._rules = TextWorldExtractor()
        self.name = f"{inner.name} with map"
        self.examples = getattr(inner, "examples", "fixed")
        self.counts: Counter[str] = Counter()

    def extract(self, observation: Observation, known: Sequence[Fact]) -> Extraction:
        shown = [index for index, fact in enumerate(known) if fact.triple.key[1] not in RELATIONS]
        read = self._asked_twice(observation, [known[index] for index in shown])
        rules = self._rules.extract(observation, known).triples
        drawn = [triple for triple in rules if triple.key[1] in RELATIONS or triple.key[:2] == ("player", "is in")]
        triples = (*read.triples, *drawn)
        outdated = tuple(shown[index] for index in read.outdated)
        reasons = {shown[index]: why for index, why in read.reasons.items()}
        return Extraction(triples, outdated, read.mentions, tuple(map(slot, triples)), reasons, read.dropped)

    def _asked_twice(self, observation: Observation, known: Sequence[Fact]) -> Extraction:
        try:
            return self._inner.extract(observation, known)
        except (RequestRefused, Unreachable, BudgetSpent):  # it was asked in every way, and often enough
            raise
        except GraphmemError as error:
            log.warning("the observation is read again: %s", error)
            self.counts["read again"] += 1
            return self._inner.extract(observation, known)


def game_model(llm: LLM) -> LLMExtractor:
    """A model that reads a game's observations; where the player is ("self") and every exit are left to the map."""
    return LLMExtractor(llm, prompt=prompts.extract, words=_WORDS, fault_of=_fault_of, lasting=_lasting)


def _fault_of(triple: Triple) -> str | None:
    return "self" if entity_key(triple.subject) in _PLAYER and _WHERE.match(triple.relation) else None


def _lasting(fact: Fact) -> str | None:
    return "exit called outdated" if _EXIT.match(fact.triple.key[1]) else None
