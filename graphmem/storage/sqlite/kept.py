"""What was read of a file and is still so: a question often comes by what the one before it came by.

A write of this process leaves what it does not touch; one of another process leaves nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from graphmem.records import Episode, Fact, Vector

Key = TypeVar("Key")
Value = TypeVar("Value")

MOST = 10_000
"""So many of each kind are kept, at most."""

LONGEST = 2000
"""Episodes of more characters are read anew."""


EntityAsked = tuple[int, int, int, int | None]
"""The row of an entity, two limits, the step."""


@dataclass(frozen=True, slots=True)
class OfEntity:
    """What lies around an entity: the rows of some of its facts, the ids of some episodes, how many there are."""

    name: str
    facts: tuple[int, ...]
    episodes: tuple[str, ...]
    degree: int


@dataclass(frozen=True, slots=True)
class OfEpisode:
    """What lies around an episode: facts it taught, by row and id, names it mentions, the ids before and after it."""

    facts: tuple[tuple[int, str], ...]
    names: tuple[str, ...]
    before: str | None
    after: str | None


@dataclass(slots=True)
class Touched:
    """What a write made another than it was: facts and entities by row, episodes and facts that went by id.

    `entities` stand beside their keys, `around` are the episodes whose facts hold or not as they did not before.
    `named` says that names came or went, `between` that episodes came or went amid others, `all` that it may be all.
    """

    revision: int
    facts: set[int] = field(default_factory=set)
    gone_facts: set[str] = field(default_factory=set)
    entities: dict[str, int] = field(default_factory=dict)
    ends: set[int] = field(default_factory=set)
    episodes: set[str] = field(default_factory=set)
    around: set[str] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)
    named: bool = False
    between: bool = False
    all: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """Some of what a namespace held at a revision, at most `MOST` of each kind: some tens of megabytes in all.

    The surroundings are by row or id, and the limits and the step that were asked for. `seen` tells whether anything
    was written since the revision was looked at.
    """

    facts: dict[int, Fact] = field(default_factory=dict)
    fact_rows: dict[str, int] = field(default_factory=dict)
    episodes: dict[str, tuple[int, str, Episode]] = field(default_factory=dict)
    rows: dict[str, tuple[int, ...]] = field(default_factory=dict)
    of_entities: dict[EntityAsked, OfEntity] = field(default_factory=dict)
    of_episodes: dict[tuple[str, int, int | None], OfEpisode] = field(default_factory=dict)
    outgoing: dict[EntityAsked, tuple[int, ...]] = field(default_factory=dict)
    vectors: dict[str, Vector] = field(default_factory=dict)
    revision: int | None = None
    seen: tuple[int, int] | None = None

    def renew(self, db: sqlite3.Connection, namespace: int) -> Kept:
        """Itself, if it knows of the last write; else nothing, to begin with."""
        seen = db.execute("PRAGMA data_version").fetchone()[0], db.total_changes
        if seen == self.seen:
            return self
        row = db.execute("SELECT revision FROM namespaces WHERE id = ?", [namespace]).fetchone()
        revision = row[0] if row else 0
        return replace(self, seen=seen) if revision == self.revision else Kept(revision=revision, seen=seen)

    def after(self, touched: Touched) -> Kept:
        """What a write has left as it was, if there was no other since."""
        if touched.all or self.revision != touched.revision - 1:
            return Kept()
        _drop(self.facts, touched.facts)
        _drop(self.fact_rows, touched.gone_facts)
        _drop(self.episodes, touched.episodes | touched.around)
        _drop(self.rows, self.rows if touched.named else touched.entities)
        _drop(self.vectors, touched.texts)
        ends = {*touched.entities.values(), *touched.ends}
        _drop(self.of_entities, [key for key in self.of_entities if key[0] in ends])
        _drop(self.outgoing, [key for key in self.outgoing if key[0] in ends])
        of = touched.episodes | touched.around
        beside = (key for key, it in self.of_episodes.items() if touched.between or key[0] in of or it.after is None)
        _drop(self.of_episodes, list(beside))
        return replace(self, revision=touched.revision)


def _drop(kept: dict[Key, Value], keys: Iterable[Key]) -> None:
    for key in list(keys):
        kept.pop(key, None)


def through(
    kept: dict[Key, Value], wanted: Iterable[Key], read: Callable[[list[Key]], Mapping[Key, Value]]
) -> dict[Key, Value]:
    """What is kept of what is wanted, and the rest as `read` gives it, which is then kept too."""
    wanted = list(wanted)
    if new := [key for key in wanted if key not in kept]:
        if len(kept) + len(new) > MOST:
            kept.clear()
            new = wanted
        kept.update(read(new))
    return {key: kept[key] for key in wanted if key in kept}
