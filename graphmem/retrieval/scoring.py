"""What each episode is worth by itself: by meaning, by words, by rank, by time, by what stands around it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from graphmem.language.names import heading, titles
from graphmem.language.speakers import speaker_of
from graphmem.language.times import asks_for_newest, asks_for_oldest, steps_asked
from graphmem.language.words import STOP_WORDS, stem, words
from graphmem.records import Episode
from graphmem.retrieval import weights
from graphmem.retrieval.repeats import has_digit

Scores = NDArray[np.float64]

_NOTED = re.compile(r"\s*\[[^\[\]]*\]$")

LINES_KEPT = 4096
"""So many texts that were looked at last are not looked at again: what one question finds, the next often finds."""


@dataclass(frozen=True, slots=True)
class Line:
    """What a text shows before any question: whether it has a heading, somebody says it, it is a question itself.

    `names` are what it is about, or who says it, by their stems with a space around them.
    """

    headed: bool
    said: bool
    asks: bool
    names: tuple[str, ...]


@lru_cache(maxsize=LINES_KEPT)
def _line(text: str, speaker: str | None) -> Line:
    title = heading(text)
    by = speaker or speaker_of(text) or ""
    names = [" ".join(map(stem, words(each))) for each in (titles(title) if title else [by])]
    return Line(title is not None, title is None and bool(by), asks(text), tuple(f" {it} " for it in names if it))


def _lines(episodes: Iterable[Episode]) -> list[Line]:
    return [_line(episode.text, episode.speaker) for episode in episodes]


def own_scores(
    question: str,
    asked: Sequence[str],
    episodes: Sequence[Episode],
    texts: Sequence[Sequence[str]],
    rank: Mapping[str, float],
    cosine: Mapping[str, float],
) -> Scores:
    """What each episode scores by itself, but for the question's words."""
    low = min(cosine.values(), default=0.0)
    lines = _lines(episodes)
    headed = np.array([line.headed for line in lines])
    return np.asarray(
        weights.COSINE * _share([max(cosine.get(episode.id, low), 0.0) for episode in episodes])
        + np.where(headed, weights.RANK, weights.RANK_OF_TALK)
        * _share([rank.get(episode.id, 0.0) for episode in episodes])
        + weights.PHRASES * _share(_matching_phrases(asked, texts))
        + weights.TITLE * headed * _named(asked, lines)
        + weights.TIME * timeliness(question, [episode.step for episode in episodes])
        - weights.ASKING * ~headed * np.array([line.asks for line in lines])
    )


def saying(asked: Sequence[str], episodes: Sequence[Episode], texts: Sequence[Sequence[str]]) -> Scores:
    """What it counts who says a line, and how much; nothing for a text that nobody says.

    It puts what bears on the question in order, and tells nothing of whether it does.
    """
    lines = _lines(episodes)
    much = np.minimum([len(text) / weights.MUCH for text in texts], 1.0)
    said = np.array([line.said for line in lines])
    return np.asarray(said * (weights.SPEAKER * _named(asked, lines) + weights.SAYING * much))


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


def _share(values: Sequence[float] | Scores) -> Scores:
    """Each value as a part of the largest."""
    array = np.array(values, float)
    largest = array.max(initial=0.0)
    return array / largest if largest > 0 else array


def matching_words(asked: Sequence[str], texts: Sequence[Sequence[str]]) -> Scores:
    """BM25 of each text for each word of the question, shape (texts, words); the largest sum of a row is 1."""
    terms = list(dict.fromkeys(stem(word) for word in asked if word not in STOP_WORDS))
    counts = [_stems(tuple(text)) for text in texts]
    often = np.array([[count.get(term, 0) for term in terms] for count in counts], float).reshape(
        len(texts), len(terms)
    )
    length = np.array([[len(text)] for text in texts], float).reshape(len(texts), 1)
    having = (often > 0).sum(axis=0)
    rarity = np.maximum(np.log((len(texts) - having + 0.5) / (having + 0.5)), 1e-6)
    scores = rarity * often * 2.2 / (often + 1.2 * (0.25 + 0.75 * length / max(length.mean(), 1.0)))
    return np.asarray(scores / max(scores.sum(axis=1).max(initial=0.0), weights.TELLING))


@lru_cache(maxsize=LINES_KEPT)
def _stems(text: Sequence[str]) -> Mapping[str, int]:
    """How often a text has each stem."""
    return Counter(map(stem, text))


def _matching_phrases(asked: Sequence[str], texts: Sequence[Sequence[str]]) -> list[float]:
    """How many pairs of neighbouring words of the question each text has."""
    pairs = {pair for pair in pairwise(asked) if not STOP_WORDS.intersection(pair)}
    firsts = {first for first, _ in pairs}
    return [0 if firsts.isdisjoint(text) else len(pairs.intersection(pairwise(text))) for text in texts]


def is_named(episode: Episode, asked: Sequence[str]) -> bool:
    """Whether the question names what the episode is about, or who says it."""
    return bool(_named(asked, _lines([episode])).all())


def _named(asked: Sequence[str], lines: Iterable[Line]) -> NDArray[np.bool_]:
    question = f" {' '.join(map(stem, asked))} "
    return np.array([any(name in question for name in line.names) for line in lines], bool)


def mended(asked: Sequence[str], texts: Sequence[Sequence[str]]) -> list[str]:
    """The words of the question; one that is in none of the texts as the word that is spelled most like it."""
    there = set().union(*texts)
    if all(word in there or stem(word) in STOP_WORDS for word in asked):
        return list(asked)
    known = set(map(stem, there)) | STOP_WORDS
    alike = [word for word in there if len(word) >= weights.SHORTEST_MENDED]
    return [word if stem(word) in known else _spelled(word, alike) for word in asked]


def _spelled(word: str, others: Sequence[str]) -> str:
    near = [other for other in others if other[0] == word[0] and not has_digit(word + other)]
    long = len(word) >= weights.SHORTEST_MENDED
    return next(iter(get_close_matches(word, near, 1, weights.SPELLED_ALIKE)), word) if long else word


def beside(episodes: Sequence[Episode], follows: Iterable[tuple[str, str]]) -> Scores:
    """How much of each one's score (column) goes to the one just before or after it (row).

    What follows a question gets more of it: it may be the answer. One with a heading stands for itself.
    """
    place = {episode.id: index for index, episode in enumerate(episodes) if heading(episode.text) is None}
    matrix = np.zeros((len(episodes), len(episodes)))
    for one, next_ in follows:
        if one in place and next_ in place:
            reply = weights.REPLY if asks(episodes[place[one]].text) else weights.AFTER
            matrix[place[next_], place[one]] = reply
            matrix[place[one], place[next_]] = weights.BEFORE
    return matrix


def company(episodes: Sequence[Episode], scores: Scores) -> Scores:
    """How much of what scores as high as the best stands at and around each, step by step, at most 1.

    What a question is about was talked of for a while. Each keeps its own part, so that of two neighbours the better
    stays the better. One with a heading stands for itself.
    """
    talk = np.array([heading(episode.text) is None for episode in episodes])
    at = np.array([episode.step for episode in episodes], float)
    near = np.exp(-np.abs(at[:, None] - at[None, :]) / weights.A_WHILE) * talk
    around = talk * np.vecdot(near, _share(np.maximum(scores, 0.0)) ** weights.COMPANY_SHARPNESS)
    return np.asarray(around / max(around.max(initial=0.0), 1.0))


def asks(text: str) -> bool:
    """Whether a text ends as a question, but for what is noted in brackets behind it."""
    end = text.rstrip()
    return (_NOTED.sub("", end) if end.endswith("]") else end).endswith(("?", "\uff1f"))
