"""What was read of a file since anybody last wrote to it: a question often comes by what the one before it came by."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from graphmem.records import Episode, Fact, Vector

Key = TypeVar("Key")
Value = TypeVar("Value")

MOST = 10_000
"""So many of each kind are kept, at most."""

LONGEST = 2000
"""Episodes of more characters are read anew."""


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


@dataclass(frozen=True, slots=True)
class Kept:
    """Some of what a file holds, at most `MOST` of each kind: some tens of megabytes in all.

    The surroundings are by row or id, and the limits and the step that were asked for.
    """

    facts: dict[int, Fact] = field(default_factory=dict)
    fact_rows: dict[str, int] = field(default_factory=dict)
    episodes: dict[str, tuple[int, str, Episode]] = field(default_factory=dict)
    rows: dict[str, tuple[int, ...]] = field(default_factory=dict)
    of_entities: dict[tuple[int, int, int, int | None], OfEntity] = field(default_factory=dict)
    of_episodes: dict[tuple[str, int, int | None], OfEpisode] = field(default_factory=dict)
    vectors: dict[str, Vector] = field(default_factory=dict)
    version: tuple[int, int] | None = None

    def renew(self, db: sqlite3.Connection) -> Kept:
        """Itself; without what was read before the last write, if there was one."""
        version = db.execute("PRAGMA data_version").fetchone()[0], db.total_changes
        if version != self.version:
            return Kept(version=version)
        return self


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
