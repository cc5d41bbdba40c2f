"""Whether a memory knows anything of what a question asks about; the nearest noise is no answer."""

from __future__ import annotations

import re
from collections.abc import Iterable

from graphmem.language.words import STOP_WORDS, stems
from graphmem.records import Entity, Episode, Fact, Seeds
from graphmem.retrieval import weights

_WORD_OR_END = re.compile(r"\w+|[^\w\s]")
_DETERMINERS = frozenset({"the", "a", "an", "this", "that", "my", "our", "your", "his", "her", "their"})


def is_known(question: str, seeds: Seeds, facts: Iterable[Fact], episodes: Iterable[Episode]) -> bool:
    """Whether what was found bears on the question, and is not just the nearest of all that does not.

    A question about one thing ("where is the silver key?") is known when an entity, a fact or an episode has all its
    words: a golden key will not do. Any other one when the memory has one of its words, or something near in meaning.
    """
    if thing := _one_thing(question):
        texts = [*map(_names, seeds.entities), *map(str, facts), *(episode.text for episode in episodes)]
        return any(thing <= stems(text) for text in texts)
    if seeds.matching_facts or seeds.matching_episodes or seeds.entities:
        return True
    nearest = max((hits[0][1] for hits in (seeds.near_facts, seeds.near_episodes) if hits), default=0.0)
    return nearest >= weights.NEAR_ENOUGH


def _one_thing(question: str) -> frozenset[str]:
    """The stems of what follows a determiner ("the silver key"), when no other word says anything."""
    runs: list[list[str]] = [[]]
    before = ""
    determined = False
    for word in _WORD_OR_END.findall(question.casefold()):
        if word in STOP_WORDS or not word.isalnum():
            runs.append([])
        else:
            determined = determined or before in _DETERMINERS
            runs[-1].append(word)
        before = word
    filled = [run for run in runs if run]
    one = determined and len(filled) == 1 and len(filled[0]) <= weights.LONGEST_THING
    return stems(" ".join(filled[0])) if one else frozenset()


def _names(entity: Entity) -> str:
    return " ".join((entity.name, *entity.aliases))
