"""An event loop in a thread of its own: plain code waits there as async code does, for no longer than it wants to."""

from __future__ import annotations

import asyncio
import os
import weakref
from collections.abc import Coroutine
from concurrent.futures import Future
from threading import Thread, current_thread
from typing import Any, TypeVar

T = TypeVar("T")


class Loop:
    """Runs coroutines until it is ended, forgotten, or the program ends; those under way are cancelled then."""

    def __init__(self) -> None:
        loop = asyncio.new_event_loop()
        thread = Thread(target=_run, args=(loop,), name="graphmem-llm", daemon=True)
        thread.start()
        self._loop = loop
        self._process = os.getpid()
        self._stop = weakref.finalize(self, _stop, loop, thread)

    @property
    def is_alive(self) -> bool:
        """Whether its thread is in this process: a fork leaves it behind."""
        return self._stop.alive and self._process == os.getpid()

    def start(self, coroutine: Coroutine[Any, Any, T]) -> Future[T]:
        """The result to come. Must not be called while another thread ends the loop."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    def end(self, last: Coroutine[Any, Any, None]) -> None:
        """Cancel what is under way, do `last`, and stop."""
        awaited(self.start(_alone(last)))
        self._stop()


def awaited(future: Future[T]) -> T:
    """The result, when it is there; what interrupts the waiting (Ctrl-C) cancels the coroutine.

    Raises `concurrent.futures.CancelledError` when the loop was ended meanwhile.
    """
    try:
        return future.result()
    except BaseException:
        future.cancel()
        raise


async def _alone(last: Coroutine[Any, Any, None]) -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await last


def _run(loop: asyncio.AbstractEventLoop) -> None:
    """The runner cancels what is left, and closes the loop."""
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.get_loop().run_forever()


def _stop(loop: asyncio.AbstractEventLoop, thread: Thread) -> None:
    loop.call_soon_threadsafe(loop.stop)
    if thread is not current_thread():
        thread.join()
