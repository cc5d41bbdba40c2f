"""Near-repeats among what was recalled: what adds nothing to what is told before it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from graphmem.records import Episode, Fact

ALIKE = 0.9
"""Episodes are near-repeats when they share this part of their words (Jaccard)."""

_WORD = re.compile(r"\w+")
_SAYS_NOTHING = frozenset({"is", "are", "was", "were", "be", "been", "being", "located", "situated", "now"})


def distinct_facts(facts: Sequence[Fact]) -> list[Fact]:
    """The facts, in order, without those that say of the same two entities what an earlier one says.

    "box, is in, hall" and "box, is located in, hall" are one; "hall, is behind, box" and its reverse are two.
    """
    told: dict[object, Fact] = {}
    for fact in facts:
        subject, relation, object_ = fact.triple.key
        told.setdefault((subject, _meaning(relation), object_), fact)
    return list(told.values())


def _meaning(relation: str) -> frozenset[str]:
    words = frozenset(_WORD.findall(relation))
    return words - _SAYS_NOTHING or words


def distinct_episodes(episodes: Sequence[Episode]) -> list[Episode]:
    """The episodes, in order, without those that read nearly like an earlier one."""
    kept: list[Episode] = []
    told: list[frozenset[str]] = []
    for episode in episodes:
        words = frozenset(_WORD.findall(episode.text.casefold()))
        if not any(len(words & other) >= ALIKE * len(words | other) for other in told):
            kept.append(episode)
            told.append(words)
    return kept
