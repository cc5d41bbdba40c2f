"""What a door keeps as episodes, found again: by what their metadata says, read once, then only what is new."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any, Generic, TypeVar

from graphmem.memory import Memory
from graphmem.records import Episode

K = TypeVar("K")


class Kept(Generic[K]):
    """The episodes of a memory to whose metadata `key_of` gives a key, in order of step.

    Other threads and processes may write to the memory, and forget, at the same time. Only ids and keys are held.
    """

    def __init__(self, memory: Memory, key_of: Callable[[Mapping[str, Any]], K | None]) -> None:
        self._memory, self._key_of = memory, key_of
        self._known: dict[str, K] = {}
        self._last: Episode | None = None
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
        """Episodes after the last that was read; all of them when that one has been forgotten."""
        newest = self._memory.episodes(newest=1)
        last, self._last = self._last, newest[0] if newest else None
        if last and self._last and last.id == self._last.id:
            return []
        if not (last and self._last and self._memory.episodes(ids=[last.id])):
            self._known.clear()
            return self._memory.episodes()
        later = self._memory.episodes(newest=self._last.step - last.step) if self._last.step > last.step else []
        return [episode for episode in later if episode.step > last.step]

    def episodes(self, ids: list[str]) -> list[Episode]:
        """Those of `ids` that have not been forgotten meanwhile, in order of step."""
        found = self._memory.episodes(ids=ids)
        with self._lock:
            for gone in set(ids) - {episode.id for episode in found}:
                self._known.pop(gone, None)
        return found
