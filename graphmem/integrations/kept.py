"""What a door keeps as episodes, found again: by what their metadata says, read once, then only what is new."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any, Generic, TypeVar

from graphmem import validation
from graphmem.memory import Memory
from graphmem.records import Episode

K = TypeVar("K")


class Kept(Generic[K]):
    """The episodes of a memory to whose metadata `key_of` gives a key, in order of step.

    Other threads and processes may write to the memory, and forget, at the same time. Only ids and keys are held.
    """

    def __init__(self, memory: Memory, key_of: Callable[[Mapping[str, Any]], K | None]) -> None:
        self._memory, self._key_of = validation.memory(memory), key_of
        self._known: dict[str, K] = {}
        self._last: str | None = None
        self._lock = Lock()

    def keys(self) -> dict[str, K]:
        """The key of each episode, by its id, in order of step."""
        with self._lock:
            for episode in self._unread():
                key = self._key_of(episode.metadata)
                if key is not None:
                    self._known[episode.id] = key
            return dict(self._known)

    def _unread(self) -> list[Episode]:
        """Episodes after the last that was read; all of them at first, and when that one has been forgotten."""
        wanted: int | None = 1 if self._last else None
        while True:
            newest = self._memory.episodes(newest=wanted)
            read = next((place for place, episode in enumerate(newest) if episode.id == self._last), None)
            if read is None and wanted is not None and len(newest) == wanted:
                wanted *= 4  # more have been written since
                continue
            if read is None:
                self._known.clear()
            self._last = newest[-1].id if newest else None
            return newest if read is None else newest[read + 1 :]

    def episodes(self, ids: list[str]) -> list[Episode]:
        """Those of `ids` that have not been forgotten meanwhile, in order of step."""
        found = self._memory.episodes(ids=ids)
        with self._lock:
            for gone in set(ids) - {episode.id for episode in found}:
                self._known.pop(gone, None)
        return found
