"""Which episodes to tell: those that bear on the question, each for something that those before it do not say.

The first is the one with the highest score of its own; each next one also for what leads from those chosen to it (an
entity that the question does not name, above all when the episode is about that entity) and for the words of the
question that none of them has. So a question of several hops gets a passage for each hop, not the first one thrice.
"""

from __future__ import annotations

import functools
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from graphmem.language.names import heading, speaker, without_brackets
from graphmem.language.times import timeliness
from graphmem.language.words import COMMON
from graphmem.records import Episode, entity_key

Scores = NDArray[np.float64]

# What the parts of a score weigh, each of which is at most 1. Chosen on passages of Wikipedia and on dialogue.
COSINE, RANK, WORDS, PHRASES, TITLE, TIME = 0.8, 1.0, 1.0, 0.3, 0.5, 0.5
BRIDGE = 1.6
NEIGHBOUR = 0.35
"""Of the score of the episode before or after: in a dialogue the answer stands beside the question."""
SAME_HEADING = 0.8
"""Taken from an episode with the heading of a chosen one."""
SAID = 0.1
"""What is left of a word's weight once a document with it is chosen."""
ABOUT = 4.0
"""How much more a shared entity counts that is what an episode is about."""
TELLING = 0.5
"""Words that are in nearly all texts tell them apart by less than this, and count less."""
STRONG = 3.0
"""So many shared names that no other episode has make the strongest bridge."""

_WORD = re.compile(r"\w+")
_ENDINGS = ("ing", "ed", "es", "s", "er")


def select(
    question: str,
    episodes: Sequence[Episode],
    *,
    rank: Mapping[str, float],
    cosine: Mapping[str, float],
    follows: Iterable[tuple[str, str]],
    limit: int,
) -> list[tuple[Episode, float]]:
    """At most `limit` of the `episodes` with the score for which each was chosen, in the order of choice.

    `rank` is PageRank, `cosine` the similarity of those nearest to the question, both by id; `follows` pairs ids of
    episodes with those just after them.
    """
    if not episodes:
        return []
    texts = [_words(episode.text) for episode in episodes]
    words = _matching_words(_words(question), texts)
    own = _own_scores(question, episodes, texts, rank, cosine)
    beside, bridges, alike = _beside(episodes, follows), _bridges(question, episodes), _same_heading(episodes)
    unsaid, bridged = np.ones(words.shape[1]), np.zeros(len(episodes))
    repeated = np.zeros(len(episodes), bool)
    chosen: dict[int, float] = {}
    while len(chosen) < min(limit, len(episodes)):
        score = own + WORDS * (words @ unsaid)
        score = score + NEIGHBOUR * beside @ score + BRIDGE * bridged - SAME_HEADING * repeated
        score[list(chosen)] = -np.inf
        best = int(score.argmax())
        chosen[best] = float(score[best])
        if heading(episodes[best].text):
            unsaid = np.where(words[best] > 0, SAID, 1.0) * unsaid
        bridged = np.maximum(bridged, bridges[best])
        repeated |= alike[best]
    return [(episodes[index], score) for index, score in chosen.items()]


def _own_scores(
    question: str,
    episodes: Sequence[Episode],
    texts: Sequence[Sequence[str]],
    rank: Mapping[str, float],
    cosine: Mapping[str, float],
) -> Scores:
    """What each episode scores by itself, but for the question's words."""
    asked, low = _words(question), min(cosine.values(), default=0.0)
    return (
        COSINE * _share([max(cosine.get(episode.id, low), 0.0) for episode in episodes])
        + RANK * _share([rank.get(episode.id, 0.0) for episode in episodes])
        + PHRASES * _share(_matching_phrases(asked, texts))
        + TITLE * np.array([_is_named(episode, asked) for episode in episodes])
        + TIME * timeliness(question, [episode.step for episode in episodes])
    )


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _share(values: Sequence[float]) -> Scores:
    """Each value as a part of the largest."""
    array = np.array(values, float)
    largest = array.max(initial=0.0)
    return array / largest if largest > 0 else array


@functools.lru_cache(maxsize=65536)
def _stem(word: str) -> str:
    """A word without its ending, roughly: "painted", "painting" and "paints" are one."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word.removesuffix(ending).rstrip("e")
    return word.rstrip("e")


def stems(text: str) -> frozenset[str]:
    """The words of a text without their endings."""
    return frozenset(map(_stem, _words(text)))


def _matching_words(asked: Sequence[str], texts: Sequence[Sequence[str]]) -> Scores:
    """BM25 of each text for each word of the question, shape (texts, words); the largest sum of a row is 1."""
    terms = list(dict.fromkeys(_stem(word) for word in asked if word not in COMMON))
    sought = set(terms)
    counts = [Counter(stem for stem in map(_stem, text) if stem in sought) for text in texts]
    often = np.array([[count[term] for term in terms] for count in counts], float).reshape(len(texts), len(terms))
    length = np.array([[len(text)] for text in texts], float).reshape(len(texts), 1)
    having = (often > 0).sum(axis=0)
    rarity = np.maximum(np.log((len(texts) - having + 0.5) / (having + 0.5)), 1e-6)
    scores = rarity * often * 2.2 / (often + 1.2 * (0.25 + 0.75 * length / max(length.mean(), 1.0)))
    return np.asarray(scores / max(scores.sum(axis=1).max(initial=0.0), TELLING))


def _matching_phrases(asked: Sequence[str], texts: Sequence[Sequence[str]]) -> list[float]:
    """How many pairs of neighbouring words of the question each text has."""
    pairs = {pair for pair in pairwise(asked) if not COMMON.intersection(pair)}
    return [len(pairs.intersection(pairwise(text))) for text in texts]


def _is_named(episode: Episode, asked: Sequence[str]) -> bool:
    """Whether the question names what the episode is about, or who says it."""
    title = " ".join(_words(without_brackets(heading(episode.text) or speaker(episode.text) or "")))
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


def _bridges(question: str, episodes: Sequence[Episode]) -> Scores:
    """From each episode (row) to each (column), how strongly they are joined by entities that are not asked about."""
    size = len(episodes)
    asked = f" {' '.join(_words(question))} "
    counts = Counter(name for episode in episodes for name in episode.mentions)
    keys = {name: entity_key(name) for name, count in counts.items() if count > 1}
    shared = {name: place for place, name in enumerate(n for n, key in keys.items() if f" {key} " not in asked)}
    has, headed = np.zeros((2, size, len(shared)))
    for row, episode in enumerate(episodes):
        about = _about(episode)
        for name in shared.keys() & set(episode.mentions):
            has[row, shared[name]] = 1.0
            headed[row, shared[name]] = keys[name] in about
    rarity = np.log(size / np.array([counts[name] for name in shared], float))
    matrix = (has * rarity) @ (has + (ABOUT - 1.0) * headed).T
    np.fill_diagonal(matrix, 0.0)
    return np.asarray(np.minimum(matrix / (STRONG * math.log(max(size, 3))), 1.0))


def _about(episode: Episode) -> set[str]:
    """The keys of the names of what the episode is about, by its heading."""
    title = heading(episode.text)
    return {entity_key(title), entity_key(without_brackets(title))} if title else set()
