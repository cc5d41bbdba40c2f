"""What a text tells that is no memory's fact: an observation, or those that a memory of texts recalls."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from agents.policies.protocol import Situation
from graphmem import Fact, Triple
from graphmem.extraction.textworld.extractor import TextWorldExtractor
from graphmem.extraction.textworld.names import read_name
from graphmem.extraction.textworld.slots import slot
from graphmem.records import Observation

INVENTORY = "inventory"

_OBSERVATION = re.compile(r"^\[step (\d+)(?:, in (.+?))?\] (.*(?:\n  .*)*)", re.MULTILINE)
_INDENT = re.compile(r"^  ", re.MULTILINE)
_TITLE = re.compile(r"^-= (.+?) =-\s*$", re.MULTILINE)
_LISTED = re.compile(r",\s*(?:and\s+)?|\s+and\s+|\n")
_CACHED = 8192

_EXTRACTOR = TextWorldExtractor()


def recalled(text: str) -> Iterator[Fact]:
    """What recalled observations say, in order of time."""
    for _, place, seen in sorted(_OBSERVATION.findall(text), key=lambda found: int(found[0])):
        yield from _read(_INDENT.sub("", seen), place or None)


def observed(situation: Situation) -> tuple[Fact, ...]:
    """What the newest observation says, with the command that led to it; at first, what the task says too."""
    if not situation.recent:
        return _read(f"{situation.observation}\n{situation.task}", situation.place)
    command, seen = situation.recent[-1]
    before = next((found[-1] for _, text in reversed(situation.recent[:-1]) if (found := _TITLE.findall(text))), None)
    return _read(f"> {command}\n{seen}", before or situation.place)


def carried(inventory: str) -> Iterator[Fact]:
    """What the game lists as carried, with the states that it names: "You are carrying: a diced carrot"."""
    _, _, listed = inventory.partition("carrying:")
    for phrase in _LISTED.split(listed):
        if named := read_name(phrase):
            yield _fact(Triple(named.name, "is in", INVENTORY))
            yield from (_fact(Triple(named.name, "is", state)) for state in named.states)


@lru_cache(_CACHED)
def _read(text: str, place: str | None) -> tuple[Fact, ...]:
    here = [Fact("", "player", "is in", place, "", 0)] if place else []
    return tuple(map(_fact, _EXTRACTOR.extract(Observation(text), here).triples))


def _fact(triple: Triple) -> Fact:
    """As a memory would hold it."""
    return Fact("", triple.subject, triple.relation, triple.object, asserted_by="", since=0, slot=slot(triple))
