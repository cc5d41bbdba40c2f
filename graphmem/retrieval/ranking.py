"""How hits become one ranking.

    a walk      starts at the hits and the names, each by its share, and gives every fact and episode a rank
    facts       by that rank and by cosine
    candidates  the episodes of the highest rank, the nearest, the best matching, and those beside them
    episodes    chosen one after the other, each for something that those before it do not say

The first episode is the one with the highest score of its own; each next one also counts for what leads from those
chosen to it (an entity that the question does not name, above all when the episode is about that entity) and for the
words of the question that none of them has. So a question of several hops gets a passage for each hop, not the first
one thrice. What each part weighs stands in `weights`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import chain, islice
from operator import attrgetter
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from graphmem.language.names import heading, without_brackets
from graphmem.language.times import asks_for_newest, asks_for_now, asks_for_oldest
from graphmem.language.words import words
from graphmem.records import Episode, Fact, Hits, Seeds, entity_key
from graphmem.retrieval import weights
from graphmem.retrieval.excerpts import TITLED
from graphmem.retrieval.newest import changes, changes_first
from graphmem.retrieval.repeats import distinct_episodes, distinct_facts, series
from graphmem.retrieval.scoring import Scores, beside, company, is_named, matching_words, mended, own_scores, saying


def shares_of_hits(hits: Hits, share: float) -> dict[str, float]:
    """How much of the walk starts at each of the strongest hits of a kind, `share` in all."""
    strongest = {id_: max(score, 0.0) ** weights.SHARPNESS for id_, score in hits[: weights.STRONGEST]}
    total = sum(strongest.values())
    return {id_: share * weight / total for id_, weight in strongest.items() if weight}


def shares_of_names(names: Mapping[str, float], degrees: Mapping[str, int]) -> dict[str, float]:
    """How much of the walk starts at each entity named, by its weight; at a rare one more than at a hub."""
    damped = {name: weight / math.log(2 + degrees.get(name, 0)) for name, weight in names.items()}
    total = sum(damped.values())
    return {name: weights.NAME_SHARE * weight / total for name, weight in damped.items()}


def rank_facts(
    facts: Mapping[str, Fact], rank: Mapping[str, float], cosine: Mapping[str, float], *, without: Collection[str] = ()
) -> list[Fact]:
    """The facts, by id, that bear on the question, best first; of equals the newer, of near-repeats one."""
    ranks = {id_: value for id_, value in rank.items() if id_ in facts}
    highest, nearest = max(ranks.values(), default=1.0) or 1.0, max(cosine.values(), default=1.0) or 1.0
    score = {id_: value / highest + max(cosine.get(id_, 0.0), 0.0) / nearest for id_, value in ranks.items()}
    best = sorted(score, key=lambda id_: (-score[id_], -facts[id_].since))
    bearing = (facts[id_] for id_ in best if id_ not in without and ranks[id_] >= weights.FAINT * highest)
    return list(islice(distinct_facts(bearing), weights.MOST_FACTS))


def candidates(seeds: Seeds, rank: Iterable[str], follows: Iterable[tuple[str, str]], limit: int) -> set[str]:
    """The ids of the episodes among which those to tell are chosen, `limit` of them; `rank` has the highest first."""
    wide = int(weights.CHOICE * limit)
    near = seeds.near_episodes[: max(weights.BY_VECTOR, wide)]
    matching = seeds.matching_episodes[: max(weights.BY_TEXT, wide)]
    beside = {id_ for pair in follows for id_ in pair}
    return {*list(rank)[: max(weights.BY_RANK, wide)], *(id_ for id_, _ in (*near, *matching)), *beside}


def rank_episodes(
    question: str,
    episodes: Sequence[Episode],
    *,
    rank: Mapping[str, float],
    cosine: Mapping[str, float],
    follows: Iterable[tuple[str, str]],
    limit: int,
    stops: bool = False,
    timely: Mapping[str, float] = MappingProxyType({}),
    ended: Mapping[str, Collection[str]] = MappingProxyType({}),
) -> list[Episode]:
    """At most `limit` of the `episodes`, in the order of choice, without near-repeats.

    With `stops`, none are told after the first that is not worth it, beside the best.

    `rank` is that of the walk, `cosine` the similarity of those nearest to the question, both by id; `follows` pairs
    ids of episodes with those just after them. `timely` says by id how well those fit that are of the time asked about,
    `ended` which episodes taught nothing that holds since another.
    """
    if not episodes or not limit:
        return []
    texts = [words(episode.text) for episode in episodes]
    asked = mended(words(question), texts)
    then = weights.THEN * np.array([timely.get(episode.id, 0.0) for episode in episodes])
    own = then + own_scores(question, asked, episodes, texts, rank, cosine)
    matching = matching_words(asked, texts)
    said = saying(asked, episodes, texts)
    own += weights.COMPANY * company(episodes, own + said + weights.WORDS * matching.sum(axis=1))
    near = beside(episodes, follows)
    chosen = _choose(asked, episodes, own, said, matching, near, then, limit + weights.SPARE_EPISODES, stops)
    found = _in_time(question, episodes, chosen)
    found += _since(found, episodes, ended)
    return distinct_episodes(changes_first(found, attrgetter("id"), changes(question, found, cosine, ended)))[:limit]


def _since(
    found: Sequence[Episode], episodes: Iterable[Episode], ended: Mapping[str, Collection[str]]
) -> list[Episode]:
    """Those of the episodes, not found, since which one that was found has taught nothing that holds."""
    ids = {each.id for each in found}
    return [each for each in episodes if each.id not in ids and not ids.isdisjoint(ended.get(each.id, ()))]


def _choose(
    asked: Sequence[str],
    episodes: Sequence[Episode],
    own: Scores,
    said: Scores,
    matching: Scores,
    near: Scores,
    then: Scores,
    limit: int,
    stops: bool,
) -> list[int]:
    """The indices of the best episodes, one after the other: what is chosen changes what the others are worth."""
    bridges, alike = _bridges(asked, episodes), _same_heading(episodes)
    uncovered, bridged = np.ones(matching.shape[1]), np.zeros(len(episodes))
    repeated = np.zeros(len(episodes), bool)
    chosen: list[int] = []
    highest = -np.inf
    while len(chosen) < min(limit, len(episodes)):
        score = own + weights.WORDS * np.vecdot(matching, uncovered)
        score = score + np.vecdot(near, score) + weights.BRIDGE * bridged - weights.SAME_HEADING * repeated
        score[chosen] = -np.inf
        best = int((score + said).argmax())
        highest = max(highest, score[best])
        title = heading(episodes[best].text)
        least = _least(asked, [episodes[index] for index in chosen], matching[chosen])
        bonus = then[chosen[0] if chosen else best]
        worth = bonus + least * (highest - bonus)
        if stops and score[best] < worth and not (title and is_named(episodes[best], asked)):
            break
        chosen.append(best)
        if title:
            uncovered = np.where(matching[best] > 0, weights.COVERED, 1.0) * uncovered
        bridged = np.maximum(bridged, bridges(best))
        repeated |= alike(best)
    return chosen


def _least(asked: Sequence[str], told: Sequence[Episode], matching: Scores) -> float:
    """The part of the best score below which nothing more is told.

    It is less while the question has words that nothing told has, and names nothing that is told.
    """
    answered = bool(matching.size) and bool((matching > 0).any(axis=0).all())
    documents = [each for each in told if heading(each.text)]
    if answered or any(is_named(each, asked) for each in documents):
        cut = any(len(each.text) > TITLED for each in documents)
        return weights.WORTH_DOCUMENT if cut else weights.WORTH
    return weights.WORTH_OPEN


def _in_time(question: str, episodes: Sequence[Episode], chosen: Sequence[int]) -> list[Episode]:
    """The chosen ones; of a series the newest (or oldest) in its place, when the question asks for that.

    A series is "Water meter: 4120", "Water meter: 4188", ...: nothing but its time tells which one answers.
    """
    newest = asks_for_newest(question) or asks_for_now(question)
    if not newest and not asks_for_oldest(question):
        return [episodes[index] for index in chosen]
    number = series([episode.text for episode in episodes])
    left: dict[int, list[int]] = {}
    for index in sorted(range(len(episodes)), key=lambda index: episodes[index].step, reverse=not newest):
        left.setdefault(number[index], []).append(index)
    return [episodes[left[number[index]].pop()] for index in chosen]


def _same_heading(episodes: Sequence[Episode]) -> Callable[[int], NDArray[np.bool_]]:
    """From an episode's index to which have its heading."""
    headings = np.array([heading(episode.text) or episode.id for episode in episodes], object)
    return lambda index: np.asarray(headings == headings[index], bool)


def _bridges(asked: Sequence[str], episodes: Sequence[Episode]) -> Callable[[int], Scores]:
    """From an episode's index to how strongly each is joined to it by entities that are not asked about."""
    size = len(episodes)
    question = f" {' '.join(asked)} "
    counts = Counter(chain.from_iterable(episode.mentions for episode in episodes))
    keys = {name: entity_key(name) for name, count in counts.items() if count > 1}
    shared = {name: place for place, name in enumerate(n for n, key in keys.items() if f" {key} " not in question)}
    has, weight = np.zeros((2, size, len(shared)))
    for row, episode in enumerate(episodes):
        about = _about(episode)
        for name in shared.keys() & episode.mentions:
            has[row, shared[name]] = 1.0
            weight[row, shared[name]] = weights.ABOUT if keys[name] in about else 1.0
    rarity = np.log(size / np.array([counts[name] for name in shared], float))

    def joined(index: int) -> Scores:
        strength = np.vecdot(weight, has[index] * rarity) / (weights.STRONG * math.log(max(size, 3)))
        strength[index] = 0.0
        return np.asarray(np.minimum(strength, 1.0))

    return joined


def _about(episode: Episode) -> set[str]:
    """The keys of the names of what the episode is about, by its heading."""
    title = heading(episode.text)
    return {entity_key(title), entity_key(without_brackets(title))} if title else set()
