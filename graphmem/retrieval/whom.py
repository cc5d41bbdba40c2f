"""Whom a question asks of: whether they were ever named, and whether anything that may be told of them bears on it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from difflib import get_close_matches
from itertools import chain

import numpy as np

from graphmem.language.forms import folded
from graphmem.language.labels import is_label
from graphmem.language.names import formal, proper_names
from graphmem.language.numbers import numbers_in
from graphmem.language.words import STOP_WORDS, runs, stem, stems, words
from graphmem.records import Episode, Fact, Vector
from graphmem.retrieval import weights

HELPERS = frozenset({"do", "does", "did", "has", "have", "had", "will", "would", "can", "could", "should", "must"})
_VERBS = "|".join((*sorted(HELPERS), "is", "are", "was", "were"))
_TITLE = r"(?:Mr|Mrs|Ms|Miss|Dr|Prof|Aunt|Uncle)\b\.? "
_ASKS = re.compile(rf"\s*(?:who\w*|what|when|where|which|why|how|{_VERBS})\b", re.IGNORECASE)
_ASKED_OF = re.compile(
    rf"\b(?:(?i:{_VERBS}|of) (?:{_TITLE})?|{_TITLE})([^\W\d_][\w-]+)|(?<=\s)([^\W\d_][\w-]+)['\u2019]s\b"
)
"""Whom or what a question asks of: "did Ann call?", "is Dr. Ng in?", "where is Ann's car?", "the car of Ann"."""
_ASKS_NUMBER = re.compile(r"\bhow (?:much|many|old|tall|heavy)\b|\bnumber\b", re.IGNORECASE)
_KIN = re.compile(r"(?:grand|step)?(?:m[ou]m(?:my)?|ma|mama|mother|dad(?:dy)?|pa|papa|father|granny|nana)")
"""Called by what they are, not by a name: another may call them otherwise."""
_ANYBODY = "someone"
_SAME = "doctor", "physician"
"""What is near only by meaning."""
_WORD = re.compile(r"[^\W_]+")
_I = frozenset({"i", "me", "my", "mine", "we", "us", "our", "ours"})
_THEY = frozenset({"he", "she", "they", "him", "her", "them", "his", "hers", "their", "theirs"})


def asked_of(question: str, names: Iterable[str] = ()) -> list[str]:
    """The words that are written as names of whom a question asks of; none of a text that is no English question.

    One that is written small counts if it is one of the `names`.

    >>> asked_of("When did Mr. Ng sell Ann's car to IBM?"), asked_of("where is ann's car?", ["Ann", "car"])
    (['ng', 'ann'], ['ann'])
    """
    found = [match[1] or match[2] for match in _ASKED_OF.finditer(question)] if _ASKS.match(question) else []
    small = {folded(name) for name in names if name[:1].isupper()} if found and question.islower() else ()
    called = [folded(name) for name in found if _is_name(name) or folded(name) in small]
    return [name for name in called if not is_label(name) and not _KIN.fullmatch(name)]


def _is_name(word: str) -> bool:
    return word[0].isupper() and not word.isupper()


def is_called(asked: Collection[str], names: Iterable[str], texts: Sequence[str]) -> bool:
    """Whether one of the words that are asked of was found, or a name that is spelled like it, or short for it."""
    return any(_has(text, asked) for text in chain(names, texts)) or bool(called_otherwise(asked, names, texts))


def _has(text: str, asked: Collection[str]) -> bool:
    return any(folded(word) in asked for word in words(text))


def called_otherwise(asked: Collection[str], names: Iterable[str], texts: Iterable[str]) -> set[str]:
    """The names that were found, and are spelled like one asked of, or short for it, or it for them."""
    found = chain(names, *map(proper_names, texts))
    called = {folded(word) for name in dict.fromkeys(found) for word in words(name)}
    return {other for other in called if len(other) > 2 and any(_is_short_or_alike(name, other) for name in asked)}


def _is_short_or_alike(name: str, other: str) -> bool:
    if other.startswith(name) or name.startswith(other) or get_close_matches(name, [other], 1, weights.NAMES_ALIKE):
        return True
    ones, others = formal(name), formal(other)
    return len(ones) + len(others) > 2 and any(get_close_matches(one, others, 1, weights.SPELLED_ALIKE) for one in ones)


def is_meant(asked: Sequence[str], texts: Iterable[str], embed: Callable[[Sequence[str]], Vector]) -> bool:
    """Whether a word of the texts is near in meaning to one that is asked of: "mother" to "Mom"."""
    own = dict.fromkeys(word for text in texts for word in words(text) if word not in STOP_WORDS)
    vectors = embed([*asked, *list(own)[: weights.WORDS_MEANT]])
    return bool((vectors[: len(asked)] @ vectors[len(asked) :].T).max(initial=0.0) >= weights.NAME_MEANT)


def said(episode: Episode) -> str:
    """What was said, and by whom."""
    return f"{episode.speaker}: {episode.told}" if episode.speaker else episode.told


def is_told(
    question: str,
    asked: Collection[str],
    facts: Collection[Fact],
    episodes: Sequence[Episode],
    embed: Callable[[Sequence[str]], Vector],
) -> bool:
    """Whether something that may be told of those asked of has a word of the question, or is near it without names.

    The `episodes` are the nearest first.
    """
    sought = {stem(word) for word in words(_nameless(question, asked)) if word != _ANYBODY and word not in STOP_WORDS}
    if not sought or any(_has(text, asked) and not sought.isdisjoint(stems(text)) for text in map(said, episodes)):
        return True
    ends = ((fact.subject, fact.object) for fact in facts)
    names = chain.from_iterable((*ends, *(each.mentions for each in episodes)))
    called = {*asked, *called_otherwise(asked, names, map(said, episodes))}
    own = [fact.triple.text for fact in facts if _has(f"{fact.subject} {fact.object}", called)]
    lines = [said(each) for each in episodes if _has(said(each), called) or not _is_of_another(each)]
    if any(len(text) > weights.LONGEST_LINE or not sought.isdisjoint(stems(text)) for text in (*own, *lines)):
        return True
    return _is_near(_nameless(question, called), _bare(own, called), _bare(lines, called), embed)


def _is_of_another(episode: Episode) -> bool:
    """Whether a text is of who says it, or begins with a name, and not with one who was named before.

    "Her number is at the clinic" may be of anybody, "Tom lost his key" and "I called the clinic" are not.
    """
    own = runs(episode.told)
    if not _I.isdisjoint(own):
        return _THEY.isdisjoint(own)
    places = [episode.told.find(name) for name in episode.mentions if name[:1].isupper()]
    first = min((at for at in places if at >= 0), default=None)
    return first is not None and _THEY.isdisjoint(runs(episode.told[:first]))


def _nameless(text: str, called: Collection[str]) -> str:
    """A text that says "someone" in place of the names: what two texts share is then more than a name."""
    return _WORD.sub(lambda word: _ANYBODY if folded(word[0]) in called else word[0], re.sub(_TITLE, "", text))


def _bare(texts: Sequence[str], called: Collection[str]) -> list[str]:
    return [_nameless(text, called) for text in texts[: weights.COMPARED]]


def _is_near(
    question: str, facts: Sequence[str], lines: Sequence[str], embed: Callable[[Sequence[str]], Vector]
) -> bool:
    """Whether one of the facts or lines is near the question, nearer when that asks for a number and they have none.

    By vectors that know spelling only nobody can tell: then they are.
    """
    least = np.repeat([weights.NEAR_FACT_OF_ONE, weights.NEAR_LINE_OF_ONE], [len(facts), len(lines)])
    if _ASKS_NUMBER.search(question) and not any(map(numbers_in, (*facts, *lines))):
        least *= weights.WITHOUT_NUMBER
    vectors = embed([*_SAME, question, *facts, *lines])
    knows_meaning = vectors[0] @ vectors[1] >= weights.NAME_MEANT
    return not knows_meaning or bool((vectors[3:] @ vectors[2] >= least).any())
