"""Episodic search (AriGraph, section 2.2): the episodes that taught most of the facts found."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable

import numpy as np

from graphmem.protocols import Store
from graphmem.records import Episode, Vector

REPEATS = 4
"""How many times as many nearest episodes are asked for as wanted, since some read the same."""


def relevance(matching: int, taught: int) -> float:
    """The paper's relevance of an episode, `n / max(N, 1) · log(max(N, 1))`.

    n = `matching` of its facts were found by semantic search, N = `taught` in all. The logarithm keeps an episode of
    a single fact from winning by its one match.

    >>> relevance(1, 1), round(relevance(4, 8), 3)
    (0.0, 1.04)
    """
    return matching / max(taught, 1) * math.log(max(taught, 1))


def episodic_search(
    store: Store,
    found: Collection[str],
    plan: Vector,
    *,
    limit: int,
    without: Collection[str] = (),
    at: int | None = None,
) -> list[tuple[Episode, float]]:
    """At most `limit` episodes with their score, best first; `found` are the ids of the facts recalled.

    As in AriGraph's code, the score is the relevance and the cosine to the `plan` (a unit vector), each divided by
    its largest value among all episodes, and added. Episodes that taught none of the facts can only win by the
    cosine, so the nearest of them are enough to give the same answer as looking at all. Episodes in `without` are
    passed over, and of episodes that read the same only the newest counts.
    """
    if limit < 1:
        return []
    teaching = store.episodes(facts=found, at=at) if found else []
    enough = REPEATS * limit + len(teaching) + len(without)
    nearest = store.nearest("episode", plan[np.newaxis], limit=enough, at=at)[0]
    cosine = dict(nearest)
    known = {episode.id for episode in teaching}
    candidates = teaching + store.episodes(ids=[id_ for id_, _ in nearest if id_ not in known], at=at)
    candidates = _newest_of_same(episode for episode in candidates if episode.id not in without)
    _fill_in(cosine, candidates, store, plan)
    matches = {
        episode.id: relevance(len(set(episode.facts).intersection(found)), len(episode.facts)) for episode in candidates
    }
    best_match, best_cosine = max(matches.values(), default=0.0), max(cosine.values(), default=0.0)
    scored = [
        (episode, _share(matches[episode.id], best_match) + _share(cosine.get(episode.id, 0.0), best_cosine))
        for episode in candidates
    ]
    return sorted(scored, key=lambda pair: (-pair[1], -pair[0].step))[:limit]


def _fill_in(cosine: dict[str, float], candidates: list[Episode], store: Store, plan: Vector) -> None:
    """The cosine of those candidates that were not among the nearest."""
    missing = {episode.text: episode.id for episode in candidates if episode.id not in cosine}  # no text twice
    for text, vector in store.vectors(missing).items():
        cosine[missing[text]] = float(vector @ plan)


def _newest_of_same(episodes: Iterable[Episode]) -> list[Episode]:
    newest: dict[str, Episode] = {}
    for episode in sorted(episodes, key=lambda episode: episode.step):
        newest[episode.text] = episode
    return list(newest.values())


def _share(value: float, largest: float) -> float:
    return value / largest if largest > 0 else 0.0
