"""What a model reads of a game, and what rules read beside it."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence

from agents.worldmap import RELATIONS
from graphmem import Extraction, Fact
from graphmem.errors import BudgetSpent, GraphmemError
from graphmem.extraction.textworld.extractor import TextWorldExtractor
from graphmem.extraction.textworld.slots import slot
from graphmem.protocols import Extractor
from graphmem.records import Observation

log = logging.getLogger(__name__)


class GameExtractor:
    """An `Extractor` that reads what `inner` does, and the map by rule: as in AriGraph, no model is asked for it.

    `inner` is asked once more where it fails, which `counts` tells as "read again". A thing of a game is in one place
    at a time.
    """

    anchors = ("player",)

    def __init__(self, inner: Extractor) -> None:
        self._inner = inner
        self._rules = TextWorldExtractor()
        self.name = f"{inner.name} with map"
        self.counts: Counter[str] = Counter()

    def extract(self, observation: Observation, known: Sequence[Fact]) -> Extraction:
        read = self._asked_twice(observation, known)
        rules = self._rules.extract(observation, known).triples
        drawn = [triple for triple in rules if triple.key[1] in RELATIONS or triple.key[:2] == ("player", "is in")]
        triples = (*read.triples, *drawn)
        return Extraction(triples, read.outdated, read.mentions, tuple(map(slot, triples)), read.reasons)

    def _asked_twice(self, observation: Observation, known: Sequence[Fact]) -> Extraction:
        try:
            return self._inner.extract(observation, known)
        except BudgetSpent:
            raise
        except GraphmemError as error:
            log.warning("the observation is read again: %s", error)
            self.counts["read again"] += 1
            return self._inner.extract(observation, known)
