"""Near-repeats among what was found: what adds nothing to what is told before it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from graphmem.language.names import proper_names
from graphmem.language.words import words
from graphmem.records import Episode, Fact
from graphmem.retrieval import weights

_SAYS_NOTHING = frozenset({"is", "are", "was", "were", "be", "been", "being", "located", "situated", "now"})


def distinct_facts(facts: Iterable[Fact]) -> Iterator[Fact]:
    """The facts, in order, without those that say of the same two entities what an earlier one says.

    "box, is in, hall" and "box, is located in, hall" are one; "hall, is behind, box" and its reverse are two.
    """
    told: set[object] = set()
    for fact in facts:
        subject, relation, object_ = fact.key
        if (said := (subject, _meaning(relation), object_)) not in told:
            told.add(said)
            yield fact


@lru_cache(maxsize=4096)
def _meaning(relation: str) -> frozenset[str]:
    own = frozenset(words(relation))
    return own - _SAYS_NOTHING or own


def distinct_episodes(episodes: Sequence[Episode]) -> list[Episode]:
    """The episodes, in order; of those that read nearly alike the newest, in the place of the first.

    What differs in a number or a name is no repeat: a code that was changed, a visit of somebody else.
    """
    found: list[Episode] = []
    for episode in episodes:
        for place, other in enumerate(found):
            if _repeats(episode.text, other.text):
                found[place] = max(other, episode, key=lambda each: each.step)
                break
        else:
            found.append(episode)
    return found


def _repeats(one: str, other: str) -> bool:
    return _alike(_words(one), _words(other)) >= weights.ALIKE and _values(one) == _values(other)


def series(texts: Sequence[str]) -> list[int]:
    """For each text the number of its series: of one are those that read alike but for numbers."""
    firsts: list[frozenset[str]] = []
    numbers = []
    for text in texts:
        own = frozenset(word for word in _words(text) if not has_digit(word))
        number = next((n for n, first in enumerate(firsts) if _alike(own, first) >= weights.SERIES), len(firsts))
        firsts += [own] if number == len(firsts) else []
        numbers.append(number)
    return numbers


def _alike(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of all words that both have (Jaccard)."""
    return len(one & other) / max(len(one | other), 1)


@lru_cache(maxsize=4096)
def _words(text: str) -> frozenset[str]:
    return frozenset(words(text))


@lru_cache(maxsize=4096)
def _values(text: str) -> frozenset[str]:
    """The numbers and the names in a text."""
    numbers = {word for word in _words(text) if has_digit(word)}
    return frozenset(numbers.union(*(words(name) for name in proper_names(text))))


def has_digit(word: str) -> bool:
    return any(letter.isdigit() for letter in word)
