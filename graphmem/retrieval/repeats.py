"""Near-repeats among what was found: what adds nothing to what is told before it."""

from __future__ import annotations

from collections.abc import Sequence

from graphmem.language.words import words
from graphmem.records import Episode, Fact
from graphmem.retrieval import weights

_SAYS_NOTHING = frozenset({"is", "are", "was", "were", "be", "been", "being", "located", "situated", "now"})


def distinct_facts(facts: Sequence[Fact]) -> list[Fact]:
    """The facts, in order, without those that say of the same two entities what an earlier one says.

    "box, is in, hall" and "box, is located in, hall" are one; "hall, is west of, box" and its reverse are two.
    """
    found: dict[object, Fact] = {}
    for fact in facts:
        subject, relation, object_ = fact.triple.key
        found.setdefault((subject, _meaning(relation), object_), fact)
    return list(found.values())


def _meaning(relation: str) -> frozenset[str]:
    own = frozenset(words(relation))
    return own - _SAYS_NOTHING or own


def distinct_episodes(episodes: Sequence[Episode]) -> list[Episode]:
    """The episodes, in order, without those that read nearly like an earlier one."""
    found: list[tuple[Episode, frozenset[str]]] = []
    for episode in episodes:
        own = frozenset(words(episode.text))
        if not any(len(own & other) >= weights.ALIKE * len(own | other) for _, other in found):
            found.append((episode, own))
    return [episode for episode, _ in found]
