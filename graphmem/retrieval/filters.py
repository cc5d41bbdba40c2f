"""Which episodes count in a recall: those of a speaker, of a time, with some field of their metadata."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from graphmem import validation
from graphmem.errors import InputError
from graphmem.protocols import Kind
from graphmem.records import Around, Episode, Fact, Hits, Seeds, Vector, step_of
from graphmem.retrieval.search import Snapshot

MOST_ASKED = 20_000
"""So many nearest and matching are looked through, at most, for those that pass."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What an episode must have to count: one of the `speakers` (in any case), a step in a span, fields of metadata.

    A field of metadata that holds a list has a value when that is in the list.
    """

    speakers: frozenset[str] | None = None
    since: int | None = None
    until: int | None = None
    fields: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)

    def passes(self, episode: Episode) -> bool:
        if self.speakers is not None and (episode.speaker or "").casefold() not in self.speakers:
            return False
        if self.since is not None and episode.step < self.since:
            return False
        if self.until is not None and episode.step >= self.until:
            return False
        return all(_has(episode.metadata.get(name), wanted) for name, wanted in self.fields.items())


def filter_of(where: Mapping[str, Any]) -> Filter:
    """The filter that `where` describes: "speaker", "since", "until", and fields of metadata, each a value or several.

    `since` and `until` are moments (until is not in the span) or steps. Raises `InputError` for anything else.
    """
    if not isinstance(where, Mapping) or not all(isinstance(name, str) for name in where):
        raise InputError(f'where is a mapping such as {{"speaker": "Ana", "since": "2024-05-01"}}, not {where!r:.80}')
    given = dict(where)
    speakers = given.pop("speaker", None)
    return Filter(
        speakers=None if speakers is None else frozenset(str(name).casefold() for name in _several(speakers)),
        since=_step(given.pop("since", None)),
        until=_step(given.pop("until", None)),
        fields={name: tuple(_several(value)) for name, value in given.items()},
    )


def _several(value: Any) -> Sequence[Any]:
    return list(value) if isinstance(value, list | tuple | set | frozenset) else [value]


def _step(given: Any) -> int | None:
    return given if given is None or isinstance(given, int) else step_of(validation.some_moment(given))


def _has(value: Any, wanted: Sequence[Any]) -> bool:
    held = value if isinstance(value, list | tuple) else [value]
    return any(each in wanted for each in held)


@dataclass(frozen=True, slots=True)
class FilteredSnapshot(Snapshot):
    """A graph of which only the episodes count that pass `where`, and the facts that these asserted."""

    where: Filter = field(default_factory=Filter)
    _passing: dict[str, bool] = field(default_factory=dict)

    def seeds(self, names: Iterable[str], texts: Sequence[str], words: str, *, limit: int) -> Seeds:
        names, asked = list(names), limit
        while True:
            seeds = Snapshot.seeds(self, names, texts, words, limit=asked)
            kept = self._of(seeds)
            lists = (seeds.near_episodes, seeds.matching_episodes, seeds.near_facts, seeds.matching_facts)
            short = len(kept.near_episodes) < limit and any(len(hits) >= asked for hits in lists)
            if not short or asked >= MOST_ASKED:
                return _cut(kept, limit)
            asked = min(4 * asked, MOST_ASKED)

    def _of(self, seeds: Seeds) -> Seeds:
        facts = self._facts_that_pass(seeds.facts)
        ids = {fact.id for fact in facts}
        told = self._episodes_that_pass(
            id_ for hits in (seeds.near_episodes, seeds.matching_episodes) for id_, _ in hits
        )
        return replace(
            seeds,
            facts=tuple(facts),
            near_facts=_only(seeds.near_facts, ids),
            matching_facts=_only(seeds.matching_facts, ids),
            near_episodes=_only(seeds.near_episodes, told),
            matching_episodes=_only(seeds.matching_episodes, told),
        )

    def around(self, entities: Iterable[str], of: Iterable[str], *, facts: int, episodes: int) -> Around:
        around = Snapshot.around(self, entities, of, facts=facts, episodes=episodes)
        kept = self._facts_that_pass(around.facts)
        ids = {fact.id for fact in kept}
        pairs = (*around.mentions, *((one, other) for one, other in around.follows))
        told = self._episodes_that_pass(
            [*(id_ for _, id_ in pairs), *(id_ for id_, _ in (*around.follows, *around.taught))]
        )
        return replace(
            around,
            facts=tuple(kept),
            taught=tuple((id_, fact) for id_, fact in around.taught if id_ in told and fact in ids),
            mentions=tuple((name, id_) for name, id_ in around.mentions if id_ in told),
            follows=tuple((one, other) for one, other in around.follows if {one, other} <= told),
            disputed=tuple(self._facts_that_pass(around.disputed)),
        )

    def outgoing(self, entities: Iterable[str], *, each: int, limit: int) -> list[Fact]:
        found = Snapshot.outgoing(self, entities, each=limit, limit=4 * limit)  # more, since some do not pass
        return self._facts_that_pass(found)

    def nearest(self, kind: Kind, vectors: Vector, *, limit: int) -> list[list[tuple[str, float]]]:
        asked = limit
        while True:
            rows = Snapshot.nearest(self, kind, vectors, limit=asked)
            ids = {id_ for row in rows for id_, _ in row}
            if kind == "fact":
                passing = {fact.id for fact in self._facts_that_pass(Snapshot.facts(self, ids=ids))}
            else:
                passing = self._episodes_that_pass(ids)
            kept = [[hit for hit in row if hit[0] in passing] for row in rows]
            if all(len(row) >= limit for row in kept) or asked >= MOST_ASKED or all(len(row) < asked for row in rows):
                return [row[:limit] for row in kept]
            asked = min(4 * asked, MOST_ASKED)

    def facts(self, *, ids: Iterable[str] | None = None, about: Iterable[str] | None = None) -> list[Fact]:
        return self._facts_that_pass(Snapshot.facts(self, ids=ids, about=about))

    def episodes(
        self, *, ids: Iterable[str] | None = None, taught: Iterable[str] | None = None, newest: int | None = None
    ) -> list[Episode]:
        asked = newest
        while True:
            rows = Snapshot.episodes(self, ids=ids, taught=taught, newest=asked)
            found = [each for each in rows if self.where.passes(each)]
            if newest is None or asked is None or len(found) >= newest or len(rows) < asked:
                return found if newest is None else found[max(0, len(found) - newest) :]
            asked *= 4

    def _facts_that_pass(self, facts: Iterable[Fact]) -> list[Fact]:
        facts = list(facts)
        told = self._episodes_that_pass(fact.asserted_by for fact in facts)
        return [fact for fact in facts if fact.asserted_by in told]

    def _episodes_that_pass(self, ids: Iterable[str]) -> set[str]:
        wanted = set(ids)
        if unread := wanted - self._passing.keys():
            found = {each.id: self.where.passes(each) for each in Snapshot.episodes(self, ids=unread)}
            self._passing.update({id_: found.get(id_, False) for id_ in unread})
        return {id_ for id_ in wanted if self._passing[id_]}


def _only(hits: Hits, ids: Collection[str]) -> Hits:
    return tuple(hit for hit in hits if hit[0] in ids)


def _cut(seeds: Seeds, limit: int) -> Seeds:
    return replace(
        seeds,
        near_facts=seeds.near_facts[:limit],
        matching_facts=seeds.matching_facts[:limit],
        near_episodes=seeds.near_episodes[:limit],
        matching_episodes=seeds.matching_episodes[:limit],
    )
