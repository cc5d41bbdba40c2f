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
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from graphmem.language.names import heading, without_brackets
from graphmem.language.speakers import speaker_of
from graphmem.language.times import asks_for_newest, asks_for_now, asks_for_oldest, steps_asked
from graphmem.language.words import STOP_WORDS, stem, words
from graphmem.records import Episode, Fact, Hits, Seeds, entity_key
from graphmem.retrieval import weights
from graphmem.retrieval.repeats import distinct_episodes, distinct_facts, series

Scores = NDArray[np.float64]


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
    bearing = [facts[id_] for id_ in best if id_ not in without and ranks[id_] >= weights.FAINT * highest]
    return distinct_facts(bearing)[: weights.MOST_FACTS]


def candidates(seeds: Seeds, rank: Iterable[str], follows: Iterable[tuple[str, str]]) -> set[str]:
    """The ids of the episodes among which those to tell are chosen; `rank` has the highest first."""
    near = seeds.near_episodes[: weights.BY_VECTOR]
    matching = seeds.matching_episodes[: weights.BY_TEXT]
    beside = {id_ for pair in follows for id_ in pair}
    return {*list(rank)[: weights.BY_RANK], *(id_ for id_, _ in (*near, *matching)), *beside}


def rank_episodes(
    question: str,
    episodes: Sequence[Episode],
    *,
    rank: Mapping[str, float],
    cosine: Mapping[str, float],
    follows: Iterable[tuple[str, str]],
    limit: int,
) -> list[Episode]:
    """At most `limit` of the `episodes`, in the order of choice, without near-repeats.

    `rank` is that of the walk, `cosine` the similarity of those nearest to the question, both by id; `follows` pairs
    ids of episodes with those just after them.
    """
    if not episodes or not limit:
        return []
    texts = [words(episode.text) for episode in episodes]
    asked = words(question)
    own = _own_scores(question, episodes, texts, rank, cosine)
    matching = _matching_words(asked, texts)
    chosen = _choose(asked, episodes, own, matching, _beside(episodes, follows), limit + weights.SPARE_EPISODES)
    return distinct_episodes(_in_time(question, episodes, chosen))[:limit]


def _choose(
    asked: Sequence[str], episodes: Sequence[Episode], own: Scores, matching: Scores, beside: Scores, limit: int
) -> list[int]:
    """The indices of the best episodes, one after the other: what is chosen changes what the others are worth."""
    bridges, alike = _bridges(asked, episodes), _same_heading(episodes)
    uncovered, bridged = np.ones(matching.shape[1]), np.zeros(len(episodes))
    repeated = np.zeros(len(episodes), bool)
    chosen: list[int] = []
    while len(chosen) < min(limit, len(episodes)):
        score = own + weights.WORDS * (matching @ uncovered)
        score = score + weights.NEIGHBOUR * beside @ score + weights.BRIDGE * bridged - weights.SAME_HEADING * repeated
        score[chosen] = -np.inf
        best = int(score.argmax())
        chosen.append(best)
        if heading(episodes[best].text):
            uncovered = np.where(matching[best] > 0, weights.COVERED, 1.0) * uncovered
        bridged = np.maximum(bridged, bridges[best])
        repeated |= alike[best]
    return chosen


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


def _own_scores(
    question: str,
    episodes: Sequence[Episode],
    texts: Sequence[Sequence[str]],
    rank: Mapping[str, float],
    cosine: Mapping[str, float],
) -> Scores:
    """What each episode scores by itself, but for the question's words."""
    asked, low = words(question), min(cosine.values(), default=0.0)
    return (
        weights.COSINE * _share([max(cosine.get(episode.id, low), 0.0) for episode in episodes])
        + weights.RANK * _share([rank.get(episode.id, 0.0) for episode in episodes])
        + weights.PHRASES * _share(_matching_phrases(asked, texts))
        + weights.TITLE * np.array([_is_named(episode, asked) for episode in episodes])
        + weights.TIME * timeliness(question, [episode.step for episode in episodes])
    )


def timeliness(question: str, steps: Sequence[int]) -> Scores:
    """How well each step fits the time that the question asks for, from 0 to 1; all 0 when it asks for none.

    "The last time ..." wants the newest, "at first ..." the earliest, "at step 12" those nearest to it.
    """
    at = np.array(steps, float)
    if not len(at):
        return at
    span = max(float(np.ptp(at)), 1.0)
    if wanted := steps_asked(question):
        return np.asarray(1.0 / (1.0 + np.abs(at[:, None] - np.array(wanted)).min(axis=1)))
    if asks_for_newest(question):
        return np.asarray((at - at.min()) / span)
    if asks_for_oldest(question):
        return np.asarray((at.max() - at) / span)
    return np.zeros(len(at))


def _share(values: Sequence[float]) -> Scores:
    """Each value as a part of the largest."""
    array = np.array(values, float)
    largest = array.max(initial=0.0)
    return array / largest if largest > 0 else array


def _matching_words(asked: Sequence[str], texts: Sequence[Sequence[str]]) -> Scores:
    """BM25 of each text for each word of the question, shape (texts, words); the largest sum of a row is 1."""
    terms = list(dict.fromkeys(stem(word) for word in asked if word not in STOP_WORDS))
    sought = set(terms)
    counts = [Counter(term for term in map(stem, text) if term in sought) for text in texts]
    often = np.array([[count[term] for term in terms] for count in counts], float).reshape(len(texts), len(terms))
    length = np.array([[len(text)] for text in texts], float).reshape(len(texts), 1)
    having = (often > 0).sum(axis=0)
    rarity = np.maximum(np.log((len(texts) - having + 0.5) / (having + 0.5)), 1e-6)
    scores = rarity * often * 2.2 / (often + 1.2 * (0.25 + 0.75 * length / max(length.mean(), 1.0)))
    return np.asarray(scores / max(scores.sum(axis=1).max(initial=0.0), weights.TELLING))


def _matching_phrases(asked: Sequence[str], texts: Sequence[Sequence[str]]) -> list[float]:
    """How many pairs of neighbouring words of the question each text has."""
    pairs = {pair for pair in pairwise(asked) if not STOP_WORDS.intersection(pair)}
    return [len(pairs.intersection(pairwise(text))) for text in texts]


def _is_named(episode: Episode, asked: Sequence[str]) -> bool:
    """Whether the question names what the episode is about, or who says it."""
    about = heading(episode.text) or episode.speaker or speaker_of(episode.text) or ""
    title = " ".join(words(without_brackets(about)))
    return bool(title) and f" {title} " in f" {' '.join(asked)} "


def _beside(episodes: Sequence[Episode], follows: Iterable[tuple[str, str]]) -> Scores:
    """1 where one episode came just after the other. One with a heading stands for itself."""
    place = {episode.id: index for index, episode in enumerate(episodes) if heading(episode.text) is None}
    matrix = np.zeros((len(episodes), len(episodes)))
    for one, next_ in follows:
        if one in place and next_ in place:
            matrix[place[one], place[next_]] = matrix[place[next_], place[one]] = 1.0
    return matrix


def _same_heading(episodes: Sequence[Episode]) -> NDArray[np.bool_]:
    headings = np.array([heading(episode.text) or episode.id for episode in episodes], object)
    return np.asarray(headings[:, None] == headings[None, :], bool)


def _bridges(asked: Sequence[str], episodes: Sequence[Episode]) -> Scores:
    """From each episode (row) to each (column), how strongly they are joined by entities that are not asked about."""
    size = len(episodes)
    question = f" {' '.join(asked)} "
    counts = Counter(name for episode in episodes for name in episode.mentions)
    keys = {name: entity_key(name) for name, count in counts.items() if count > 1}
    shared = {name: place for place, name in enumerate(n for n, key in keys.items() if f" {key} " not in question)}
    has, headed = np.zeros((2, size, len(shared)))
    for row, episode in enumerate(episodes):
        about = _about(episode)
        for name in shared.keys() & set(episode.mentions):
            has[row, shared[name]] = 1.0
            headed[row, shared[name]] = keys[name] in about
    rarity = np.log(size / np.array([counts[name] for name in shared], float))
    matrix = (has * rarity) @ (has + (weights.ABOUT - 1.0) * headed).T
    np.fill_diagonal(matrix, 0.0)
    return np.asarray(np.minimum(matrix / (weights.STRONG * math.log(max(size, 3))), 1.0))


def _about(episode: Episode) -> set[str]:
    """The keys of the names of what the episode is about, by its heading."""
    title = heading(episode.text)
    return {entity_key(title), entity_key(without_brackets(title))} if title else set()
