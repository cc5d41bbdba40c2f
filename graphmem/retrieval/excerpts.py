"""What is told of an episode that is too long to be told whole: the passages, and of these the sentences, that bear on
the question.

A sentence is worth telling for the words of the question that it has, and a little for standing beside one that has
them or for opening what it belongs to; less, the lower its episode ranks.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from graphmem.language.names import heading
from graphmem.language.words import STOP_WORDS, stem, stems, words
from graphmem.passages import SIZE, Unit, units
from graphmem.records import Episode, Part
from graphmem.retrieval.scoring import mended

TOLD, CHOICE = 3, 20
"""So many passages of one episode are told, of so many that were found at most."""

HIGH = 0.5
"""What being found first weighs beside having all words of the question; being found second half of it, and so on."""

SHORT, TITLED = 400, 200
"""A text of no more characters is told as it is, or not at all while there is room for other ones; the second of those
with a heading, which are documents."""

BESIDE, LEADS = 0.3, 0.3
"""Of the worth of a sentence each of its neighbours has as much; the first of a text has so much more."""

LOWER, LOWEST = 0.1, 8
"""All of a text is worth so much less for each that ranks higher, of at most so many."""

UNMATCHED = 0.5
"""What each sentence of a text is worth when none of them has a word of the question; far less, the more of its words
stand in one of them. What answers a question in other words is told while there is room."""

LEAST_WORTH = 0.1
"""What is worth no more is not told, whatever the room."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A unit of the text of an episode, which is that at `place` of the ranking, with its worth: about 0 to 1."""

    place: int
    unit: Unit
    worth: float


def pieces(texts: Sequence[str], question: str, *, size: int) -> list[Piece]:
    """The pieces of `texts`, the best ranked first; a short text is one. None is longer than `size` characters."""
    cut = [[Unit(0, len(text))] if _is_short(text, size) else units(text, size) for text in texts]
    own = [[stems(text[unit.start : unit.end]) for unit in of] for text, of in zip(texts, cut, strict=True)]
    asked = {stem(word) for word in mended(words(question), [words(text) for text in texts])} - _unsaid()
    rarity = _rarity(asked, [found for of in own for found in of])
    all_asked = _weight(asked, rarity) or 1.0
    shares = [[_weight(asked & each, rarity) / all_asked for each in of] for of in own]
    return [
        Piece(place, unit, worth)
        for place, (of, share) in enumerate(zip(cut, shares, strict=True))
        for unit, worth in zip(of, _worths(share, place), strict=True)
    ]


def _rarity(terms: Iterable[str], texts: Collection[frozenset[str]]) -> dict[str, float]:
    """What each term tells: more, the fewer of the texts have it."""
    having = {term: sum(term in text for text in texts) for term in terms}
    return {term: math.log(1 + (len(texts) - count + 0.5) / (count + 0.5)) for term, count in having.items()}


def _weight(terms: Iterable[str], rarity: Mapping[str, float]) -> float:
    return math.fsum(rarity[term] for term in terms)  # the same in whatever order a set has them


def _is_short(text: str, size: int) -> bool:
    return len(text) <= min(size, TITLED if heading(text) else SHORT)


@cache
def _unsaid() -> frozenset[str]:
    return frozenset(map(stem, STOP_WORDS))


def _worths(scores: Sequence[float], place: int) -> Iterator[float]:
    """What each unit of an episode is worth, by the share of the question that each matches."""
    highest = max(scores, default=0.0)
    least = UNMATCHED * (1.0 - highest) ** 3
    shares = [max(score / highest, least) if highest else least for score in scores]
    around = [0.0, *shares, 0.0]
    for index, share in enumerate(shares):
        beside = BESIDE * max(around[index], around[index + 2])
        yield max(share, beside) + LEADS * (index == 0) - LOWER * min(place, LOWEST)


def joined(text: str, told: Iterable[Unit]) -> str:
    """The units of `text` that are told, in their order, with what they stand under; "…" for what is left out."""
    spans = sorted({span for unit in told for span in (*unit.under, (unit.start, unit.end))})
    parts: list[str] = []
    at = 0
    for start, end in spans:
        gap = text[at:start]
        parts += [_elision(gap, opens=not parts), text[max(start, at) : end]]
        at = max(at, end)
    return "".join([*parts, " …" if text[at:].strip(" …\n\t") else ""])


def _elision(gap: str, *, opens: bool) -> str:
    if not gap.strip():
        return "" if opens else gap
    return "… " if opens else "\n…\n" if "\n" in gap else " … "


def excerpts_of(episodes: Iterable[Episode], passages: Sequence[Part], question: str) -> dict[str, str]:
    """By id, the best passages of each long episode, with the headings under which they stand; else how it begins.

    `passages` are those that were found, the best first.
    """
    found: dict[str, list[Part]] = {}
    for part in passages:
        if part.end == part.start:  # what is seen in an image, which is told by itself
            continue
        found.setdefault(part.episode, []).append(part)
    return {
        episode.id: _excerpt(episode.text, _best(episode.text, found.get(episode.id, [])[:CHOICE], question))
        for episode in episodes
        if len(episode.text) > SIZE
    }


def _best(text: str, parts: Sequence[Part], question: str) -> list[Part]:
    """Of the passages found of a text those to tell: high among them, and with words that the others lack."""
    own = {part: stems(f"{part.heading} {text[part.start : part.end]}") for part in parts}
    asked = frozenset(map(stem, words(question))) - _unsaid()
    rarity = _rarity(asked, own.values())
    every, best = _weight(asked, rarity) or 1.0, list[Part]()
    while own and len(best) < TOLD:
        worth = {part: _weight(asked & own[part], rarity) / every + HIGH / (1 + parts.index(part)) for part in own}
        best.append(max(own, key=worth.__getitem__))
        asked -= own.pop(best[-1])
    return best


def _excerpt(text: str, parts: Sequence[Part]) -> str:
    told = [_told(text, part) for part in sorted(parts, key=lambda part: part.start)]
    return "\n\n…\n\n".join(told) or f"{text[:SIZE].rsplit(maxsplit=1)[0]} …"


def _told(text: str, part: Part) -> str:
    passage = text[part.start : part.end].strip()
    before, after = "… " if part.start else "", " …" if part.end < len(text.rstrip()) else ""
    return f"({part.heading})\n\n{before}{passage}{after}" if part.heading else f"{before}{passage}{after}"
