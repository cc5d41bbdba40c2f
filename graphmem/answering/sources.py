"""What a model is told before it answers: facts and episodes, the episodes numbered, within a number of tokens.

A model gives back numbers, never ids or texts: a number that stands for nothing shown is told apart at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from graphmem.records import Episode, Fact, Recollection, when, with_images
from graphmem.retrieval.budget import chain_line, count_tokens, episode_lines, fact_line

FACTS, SOURCES = "Facts:", "Sources:"
HEADINGS = count_tokens(f"{FACTS} {SOURCES}")
NUMBER = 5
"""Tokens of a source's number, rather too many than too few."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line to tell, and the ids of the episodes that it stands on; `said` when it is such an episode itself."""

    text: str
    episodes: tuple[str, ...]
    said: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """The lines that are told, the most relevant first, and the episodes that they stand on, by id."""

    lines: tuple[Line, ...]
    episodes: Mapping[str, Episode]

    @property
    def shown(self) -> tuple[Episode, ...]:
        """The episodes in the order of their numbers, from 1: in order of time."""
        ids = {id_ for line in self.lines for id_ in line.episodes}
        return tuple(sorted((self.episodes[id_] for id_ in ids), key=lambda each: (each.step, each.id)))

    @property
    def text(self) -> str:
        """The lines as they are told: facts with the numbers of their sources, then the sources in order of time."""
        numbers = {episode.id: number for number, episode in enumerate(self.shown, 1)}
        said = {line.episodes[0]: line.text for line in self.lines if line.said}
        facts = [
            f"{line.text} {''.join(self._reference(id_, numbers[id_], id_ in said) for id_ in line.episodes)}"
            for line in self.lines
            if not line.said
        ]
        sources = [f"[{numbers[id_]}] {said[id_]}" for id_ in numbers if id_ in said]
        return "\n".join([*([FACTS, *facts] if facts else []), *([SOURCES, *sources] if sources else [])])

    def _reference(self, id_: str, number: int, is_told: bool) -> str:
        """The number of a fact's source; when that is not told itself, with its date, and who said it."""
        return f"[{number}]" if is_told else f"[{number}: {_origin(self.episodes[id_])}]"

    def cited(self, numbers: Iterable[int]) -> tuple[Episode, ...]:
        """The episodes of these numbers, each once; numbers of nothing shown stand for none."""
        shown = self.shown
        return tuple(shown[number - 1] for number in dict.fromkeys(numbers) if 1 <= number <= len(shown))


def lines_of(found: Recollection) -> list[Line]:
    """What was recalled as lines: episodes first, then chains of facts, then the other facts, each by rank."""
    episodes = [said(episode, found.excerpts.get(episode.id)) for episode in found.episodes]
    chained = {fact.id for chain in found.chains for fact in chain}
    chains = [Line(chain_line(chain), _asserted(chain)) for chain in found.chains]
    facts = [fact_of(fact) for fact in found.facts if fact.id not in chained]
    return [*episodes, *chains, *facts]


def said(episode: Episode, excerpt: str | None = None) -> Line:
    """An episode as a line: its date, who said it, and its text, or an excerpt of it."""
    text = with_images(excerpt or episode.text, episode.images)
    return Line(episode_lines(replace(episode, text=text)), (episode.id,), said=True)


def fact_of(fact: Fact) -> Line:
    """A fact as a line, with the time when it ceased to hold."""
    until = f" (until {when(fact.until)})" if fact.until is not None else ""
    return Line(fact_line(fact) + until, (fact.asserted_by,))


def disputed(pair: tuple[Fact, Fact]) -> Line:
    """Two facts that cannot both be so, as one line."""
    return Line(f"{fact_line(pair[0])}; but also: {fact_line(pair[1])[2:]}", _asserted(pair))


def fit(lines: Iterable[Line], budget: int, episodes: Mapping[str, Episode]) -> tuple[Line, ...]:
    """Those of the lines, in their order, that `budget` tokens hold; a long one does not keep a shorter one out."""
    kept: list[Line] = []
    told: set[str] = set()
    for line in lines:
        origins = [_origin(episodes[id_]) for id_ in line.episodes if not line.said and id_ not in told]
        tokens = count_tokens(f"{line.text} {' '.join(origins)}") + NUMBER * len(line.episodes)
        if tokens <= budget:
            kept.append(line)
            budget -= tokens
            told.update(line.episodes if line.said else ())
    return tuple(kept)


def _origin(episode: Episode) -> str:
    """When it was, and who said it."""
    return ", ".join(filter(None, (when(episode.step), " ".join((episode.speaker or "").split()))))


def _asserted(facts: Sequence[Fact]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fact.asserted_by for fact in facts))
