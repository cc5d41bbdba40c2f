"""What may be wrong in a memory: two entities that look like one, facts that cannot all be true, facts nobody taught.

It only suggests: nothing is changed, and no model is called. Its work grows with the graph, not with the pairs in it:
names are compared that share a rare word, that stand near each other in the alphabet (read from either end), or whose
stored vectors are near.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import combinations, islice

import numpy as np
from numpy.typing import NDArray

from graphmem.language.plurals import singular
from graphmem.protocols import SlotOf, Store
from graphmem.records import Fact, Vector

LEAST = 0.85
"""Two names of a lower score are not taken for one."""

NEAR = 0.7
"""A name that ends another is no short form of it if their vectors, where there are any, are less similar."""

RARE = 12
"""Names are compared for a shared word that at most so many entities have."""

NEIGHBOURS = 4
"""Each name is compared with so many that follow it in the alphabet, and with so many nearest by vector."""

MOST_VECTORS = 20_000
"""With more entities than this, vectors score pairs but do not propose any."""

CHUNK = 500
"""So many names' vectors are compared with all at once."""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Two entities that may be one: `likeness` of their names as written, `similarity` (cosine) of their vectors.

    `score` is the greater of the two. `similarity` is None when one has no vector.
    """

    names: tuple[str, str]
    score: float
    likeness: float
    similarity: float | None


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Facts of which only one can be true, of one `step` (the same sighting, told twice); None: they hold now."""

    facts: tuple[Fact, ...]
    step: int | None = None


@dataclass(frozen=True, slots=True)
class Audit:
    """What an audit found: the likeliest duplicates first, the newest contradictions first."""

    duplicates: tuple[Duplicate, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    unsupported: tuple[Fact, ...] = ()
    merges: tuple[tuple[str, str], ...] = ()


def audit(store: Store, slot_of: SlotOf, *, limit: int) -> Audit:
    """At most `limit` findings of each kind, and all merges that can be undone."""
    facts = store.facts(current=False)
    taught = {id_ for episode in store.episodes() for id_ in episode.facts}
    contradictions = sorted(_contradictions(facts, slot_of), key=lambda found: -max(it.since for it in found.facts))
    unsupported = (fact for fact in facts if fact.id not in taught)
    return Audit(
        duplicates=tuple(_duplicates(store, facts, limit)),
        contradictions=tuple(contradictions[:limit]),
        unsupported=tuple(islice(unsupported, limit)),
        merges=tuple((merge.keep, merge.gone.name) for merge in store.merges()),
    )


def _contradictions(facts: Iterable[Fact], slot_of: SlotOf) -> Iterator[Contradiction]:
    """Current facts that fill one slot; and facts that another sighting of the same step ended as they began."""
    slots: dict[tuple[str, str], list[Fact]] = {}
    for fact in facts:
        if slot := fact.slot or slot_of(fact.triple):
            slots.setdefault((fact.key[0], slot), []).append(fact)
    for rivals in slots.values():
        current = tuple(fact for fact in rivals if fact.current)
        if len(current) > 1:
            yield Contradiction(current)
        for fact in rivals:
            if fact.until == fact.since and fact.retired_by != fact.asserted_by:
                others = tuple(it for it in rivals if it.since == fact.since and it.asserted_by == fact.retired_by)
                if others:
                    yield Contradiction((fact, *others), fact.since)


def _duplicates(store: Store, facts: Iterable[Fact], limit: int) -> list[Duplicate]:
    """The likeliest pairs; entities that one of the `facts` relates to each other are two."""
    names = {entity.key: entity.name for entity in store.entities()}
    keys = list(names)
    vectors = store.vectors(keys)
    pairs = _sharing_a_word(keys) | _next_in_the_alphabet(keys)
    if len(vectors) <= MOST_VECTORS:
        pairs |= _nearest(vectors)
    words = {key: _words(key) for key in keys}
    short = {(one, other) for one, other in pairs if _short_for(words[one], words[other])}
    generic = Counter(min(pair, key=len) for pair in short)  # "room" is short for none of many rooms
    likely = []
    for one, other in pairs:
        if (likeness := _likeness(words[one], words[other], exactly=False)) is None:
            continue  # as of most
        similarity = float(vectors[one] @ vectors[other]) if one in vectors and other in vectors else None
        if not likeness and (similarity or 0.0) >= LEAST:
            likeness = _likeness(words[one], words[other])
        if (one, other) in short and (generic[min(one, other, key=len)] > 1 or (similarity or 1.0) < NEAR):
            continue
        if likeness is not None and (score := max(likeness, similarity or 0.0)) >= LEAST:
            likely.append((score, likeness, similarity, one, other))
    likely.sort(key=lambda found: (-found[0], -found[1], *found[3:]))
    related = {(min(one, other), max(one, other)) for one, _, other in (fact.key for fact in facts)}
    return [
        Duplicate((names[one], names[other]), round(score, 3), round(likeness, 3), similarity and round(similarity, 3))
        for score, likeness, similarity, one, other in likely
        if (one, other) not in related
    ][:limit]


def _sharing_a_word(keys: Iterable[str]) -> set[tuple[str, str]]:
    named: dict[str, list[str]] = {}
    for key in keys:
        for word in {singular(word) for word in key.split()}:
            named.setdefault(word, []).append(key)
    groups = (sorted(group) for group in named.values() if len(group) <= RARE)
    return {pair for group in groups for pair in combinations(group, 2)}


def _next_in_the_alphabet(keys: Iterable[str]) -> set[tuple[str, str]]:
    """Pairs that a slip of the pen parts stand near each other, sorted from the start or from the end."""
    forwards = sorted(keys)
    backwards = sorted(forwards, key=lambda key: key[::-1])
    return {
        (min(key, other), max(key, other))
        for order in (forwards, backwards)
        for at, key in enumerate(order)
        for other in order[at + 1 : at + 1 + NEIGHBOURS]
    }


def _nearest(vectors: dict[str, Vector]) -> set[tuple[str, str]]:
    """Pairs of keys with a cosine of `LEAST` or more, for each key the nearest."""
    keys = list(vectors)
    if len(keys) < 2:
        return set()
    matrix = np.stack([vectors[key] for key in keys])
    pairs: set[tuple[str, str]] = set()
    for start in range(0, len(keys), CHUNK):
        scores: NDArray[np.float32] = matrix[start : start + CHUNK] @ matrix.T
        count = min(NEIGHBOURS + 1, len(keys))
        best = np.argpartition(-scores, count - 1, axis=1)[:, :count]
        for row, column in zip(*np.nonzero(np.take_along_axis(scores, best, axis=1) >= LEAST), strict=True):
            one, other = keys[start + row], keys[best[row, column]]
            if one != other:
                pairs.add((min(one, other), max(one, other)))
    return pairs


_TELLS_APART = re.compile(r"\d|(?<!\S)\w(?!\S)")
_OPPOSITE = ("un", "in", "non", "dis")
_IN_NO_NAME = frozenset({"a", "an", "the", "this", "that", "and", "or", "not", "all", "with", "to"})


def _likeness(words: list[str], others: list[str], *, exactly: bool = True) -> float | None:
    """How alike two names are as written, 0 to 1; None when what they differ in tells them apart.

    Unless it is wanted `exactly`, 0 stands for whatever is less than `LEAST`.

    That is a number or a letter ("room 1", "room 2"), an opposite ("locked", "unlocked"), or a word of each beside
    words that both have ("red apple", "green apple"), unless it is a slip of the pen.

    >>> _likeness(["room", "1"], ["room", "2"]), _likeness(["hawaii"], ["hawai"]), _likeness(["ann"], ["miss", "ann"])
    (None, 0.9090909090909091, 0.85)
    """
    own = [word for word in words if word not in others]
    left, right = " ".join(own), " ".join([word for word in others if word not in words])
    if left and right and (len(own) < len(words) or not exactly) and _differ(left, right):
        return None if len(own) < len(words) else 0.0
    if _TELLS_APART.search(f"{left} {right}") or _opposite(left, right):
        return None
    if not left and not right:
        return 1.0
    if left and right:
        alike = SequenceMatcher(None, left, right, autojunk=False).ratio()
        return alike if alike >= LEAST or not set(words) & set(others) else None
    return LEAST if _short_for(words, others) else None


def _differ(left: str, right: str) -> bool:
    """Whether the ratio of two texts is surely less than `LEAST`: by the letters that one has oftener."""
    both = len(left) + len(right)
    return both - (_letters(left) ^ _letters(right)).bit_count() < LEAST * both


@lru_cache(maxsize=65536)
def _letters(text: str) -> int:
    """The letters of a text: a bit for each, at its first, second, third and fourth time; some letters share theirs."""
    bits, times = 0, Counter[int]()
    for place in (ord(letter) % 61 for letter in text):
        bits |= 1 << place + 61 * min(times[place], 3)
        times[place] += 1
    return bits


def _opposite(left: str, right: str) -> bool:
    shorter, longer = sorted((left, right), key=len)
    return bool(shorter) and longer.endswith(shorter) and longer.removesuffix(shorter) in _OPPOSITE


def _short_for(words: list[str], others: list[str]) -> bool:
    """Whether one ends the other, as "apple" ends "red apple", and "Obama" "Barack Obama"."""
    if len(words) == len(others):
        return False
    shorter, longer = sorted((words, others), key=len)
    before = longer[: len(longer) - len(shorter)]
    return 0 < len(before) <= 2 and longer[len(before) :] == shorter and not _IN_NO_NAME & set(before)


def _words(name: str) -> list[str]:
    return [singular(word) for word in name.split()]
