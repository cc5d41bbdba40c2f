"""Episodes that are stored and wait to be read: one after the other, by a thread that lives while there are any."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable

from graphmem.errors import ExtractionError
from graphmem.records import Episode

log = logging.getLogger(__name__)


class Unread:
    """Hands episodes to `read` in the order in which they come; it gives why one could not be read, or None.

    Its thread is no daemon and ends when nothing waits, so that a program that ends lets all be read before.
    """

    def __init__(self, read: Callable[[Episode], str | None]) -> None:
        self._read = read
        self._waiting: deque[Episode] = deque()
        self._changed = threading.Condition()
        self._works = False
        self._failures: list[str] = []

    def put(self, episodes: Iterable[Episode]) -> None:
        with self._changed:
            self._waiting.extend(episodes)
            if self._waiting and not self._works:
                try:
                    threading.Thread(target=self._work, name="graphmem reads").start()
                    self._works = True
                except RuntimeError as error:  # the interpreter ends: what is stored stays pending
                    log.warning("%d episodes stay pending: %s", len(self._waiting), error)

    def wait(self) -> None:
        """Until nothing waits."""
        with self._changed:
            self._changed.wait_for(lambda: not self._works)

    def leave(self) -> None:
        """Let go of what waits; it stays pending."""
        with self._changed:
            self._waiting.clear()

    def told(self) -> None:
        """Raise `ExtractionError` when something could not be read since this was asked last."""
        with self._changed:
            failures, self._failures = self._failures, []
        if failures:
            mend = "`extract_pending()` tries again"
            raise ExtractionError(f"{len(failures)} episodes are stored and could not be read ({failures[0]}); {mend}")

    def _work(self) -> None:
        while episode := self._next():
            try:
                failure = self._read(episode)
            except BaseException as error:  # the thread must go on, or nobody would read the next
                failure = f"{type(error).__name__}: {error}"
                log.warning("step %d: the episode is pending: %s", episode.step, failure)
            if failure:
                self._failures.append(failure)

    def _next(self) -> Episode | None:
        with self._changed:
            if self._waiting:
                return self._waiting.popleft()
            self._works = False
            self._changed.notify_all()
            return None
