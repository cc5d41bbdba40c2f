"""What was read of a server since anybody last wrote to its database: a question often comes by what others came by.

Each read ends with a bookmark of the server. It names the database's state, and is another after every write, whoever
wrote. What reads that end with one bookmark gave is of one state.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from graphmem.records import Episode, Fact

Key = TypeVar("Key")
Value = TypeVar("Value")

MOST = 10_000
"""So many of each kind are kept, at most."""


@dataclass(frozen=True, slots=True)
class OfEntity:
    """What lies around an entity: facts that hold, facts denied at once, ids of episodes, how many there are."""

    name: str
    held: tuple[Fact, ...]
    disputed: tuple[Fact, ...]
    told: tuple[str, ...]
    degree: int


@dataclass(frozen=True, slots=True)
class OfEpisode:
    """What lies around an episode: facts that it taught, names that it mentions, the ids before and after it."""

    id: str
    held: tuple[Fact, ...]
    mentions: tuple[str, ...]
    before: str | None
    after: str | None


EntityAsked = tuple[str, int, int, int | None]
"""The hash of a name, two limits, the step."""

EpisodeAsked = tuple[str, int, int | None]
"""An id, most facts, the step."""

Asked = EntityAsked | EpisodeAsked


@dataclass(frozen=True, slots=True)
class Kept:
    """Some of what a database holds in the state that `bookmark` names; what is not there is kept as nothing."""

    bookmark: str | None = None
    episodes: dict[tuple[str, int], tuple[tuple[int, Episode], ...]] = field(default_factory=dict)
    around: dict[Asked, tuple[Any, ...]] = field(default_factory=dict)  # OfEntity, OfEpisode
    outgoing: dict[EntityAsked, tuple[Fact, ...]] = field(default_factory=dict)


def known(kept: Mapping[Key, Value], wanted: Iterable[Key]) -> dict[Key, Value]:
    """What is kept of what is wanted; another thread may add and clear meanwhile."""
    found = ((key, kept.get(key)) for key in wanted)
    return {key: value for key, value in found if value is not None}


def put(kept: dict[Key, Value], new: Mapping[Key, Value]) -> None:
    """Keep `new` too; alone, where it would be too many."""
    if len(kept) + len(new) > MOST:
        kept.clear()
    kept.update(new)


def grouped(keys: Iterable[Key], rows: Iterable[tuple[Key, Value]]) -> dict[Key, tuple[Value, ...]]:
    """What belongs to each of the keys, in order."""
    found: dict[Key, list[Value]] = {key: [] for key in keys}
    for key, value in rows:
        found[key].append(value)
    return {key: tuple(values) for key, values in found.items()}
