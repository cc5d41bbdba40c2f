"""Whether a memory knows anything of what a question asks about; the nearest noise is no answer."""

from __future__ import annotations

from collections.abc import Iterable

from graphmem.records import Entity, Episode, Fact, Seeds
from graphmem.retrieval.selection import stems
from graphmem.retrieval.words import COMMON

NEAR_ENOUGH = 0.4
"""The least cosine of what answers a question none of whose words the memory knows."""

LONGEST_THING = 3
"""A question of one run of at most so many words asks about one thing: "where is the silver key?"."""


def is_known(question: str, seeds: Seeds, facts: Iterable[Fact], episodes: Iterable[Episode]) -> bool:
    """Whether what was found bears on the question, and is not just the nearest of all that does not.

    A question about one thing ("the silver key") is known when an entity is called so, or some fact or episode has all
    its words; a golden key will not do. Any other one is known when the memory has any of its words or comes near.
    """
    thing = _one_thing(question)
    if not thing:
        return bool(seeds.matching_facts or seeds.matching_episodes or seeds.entities) or _near(seeds)
    texts = [*map(_names, seeds.entities), *map(str, facts), *(episode.text for episode in episodes)]
    if any(thing <= stems(text) for text in texts):
        return True
    matching = bool(seeds.matching_facts or seeds.matching_episodes)
    return not matching and len(thing) == 1 and _near(seeds)


def _one_thing(question: str) -> frozenset[str]:
    """The stems of the only run of content words in the question; none when there are several, or a long one."""
    runs: list[list[str]] = [[]]
    for word in question.casefold().replace("?", " ").replace(".", " . ").split():
        if word in COMMON or not word.isalnum():
            runs.append([])
        else:
            runs[-1].append(word)
    filled = [run for run in runs if run]
    return stems(" ".join(filled[0])) if len(filled) == 1 and len(filled[0]) <= LONGEST_THING else frozenset()


def _names(entity: Entity) -> str:
    return " ".join((entity.name, *entity.aliases))


def _near(seeds: Seeds) -> bool:
    best = max((hits[0][1] for hits in (seeds.near_facts, seeds.near_episodes) if hits), default=0.0)
    return best >= NEAR_ENOUGH
