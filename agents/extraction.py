"""Extraction by a language model in a text game: what may be said of the player there, and what lasts."""

from __future__ import annotations

import re

from graphmem import Fact, Triple
from graphmem.extraction.llm import LLMExtractor
from graphmem.protocols import LLM
from graphmem.records import entity_key

_WORDS = frozenset({"inventory", "recipe", "player", "items", "floor"})
_PLAYER = frozenset({"you", "player", "agent", "i", "yourself"})
_WHERE = re.compile(r"(is|are|am) (in|at|inside)\b")
_EXIT = re.compile(r"has exit\b|is (north|south|east|west|above|below)\b|leads (north|south|east|west|up|down)\b")


def game_extractor(llm: LLM) -> LLMExtractor:
    """An `LLMExtractor` that leaves where the player is ("self") and every exit to the map."""
    return LLMExtractor(llm, words=_WORDS, fault_of=_fault_of, lasting=_lasting)


def _fault_of(triple: Triple) -> str | None:
    return "self" if entity_key(triple.subject) in _PLAYER and _WHERE.match(triple.relation) else None


def _lasting(fact: Fact) -> str | None:
    return "exit called outdated" if _EXIT.match(fact.triple.key[1]) else None
