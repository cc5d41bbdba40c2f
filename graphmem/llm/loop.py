"""An event loop in a thread of its own: plain code waits there as async code does, for no longer than it wants to."""

from __future__ import annotations

import asyncio
import os
import weakref
from collections.abc import Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Thread, current_thread
from typing import Any, TypeVar

T = TypeVar("T")


class Loop:
    """An event loop in a thread of its own, until it is ended or forgotten; what is under way is cancelled then.

    When the program ends it just stands still: to end it in order, or to start one, needs threads that cannot start.
    """

    def __init__(self) -> None:
        loop = _new_loop()
        thread = Thread(target=_run, args=(loop,), name="graphmem-llm", daemon=True)
        thread.start()
        self._loop = loop
        self._process = os.getpid()
        self._stop = weakref.finalize(self, _stop, loop, thread)
        self._stop.atexit = False

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


class _NoThread(ThreadPoolExecutor):
    """Looks up the names of hosts, which is all it is given, in the thread that asks."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except Exception as error:
            done.set_exception(error)
        return done


def awaited(future: Future[T]) -> T:
    """The result, when it is there; what interrupts the waiting (Ctrl-C) cancels the coroutine.

    Raises `concurrent.futures.CancelledError` when the loop was ended meanwhile.
    """
    try:
        return future.result()
    except BaseException:
        future.cancel()
        raise


async def _alone(last: Coroutine[Any, Any, None] | None = None) -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    if last is not None:
        await last


def _new_loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    loop.set_default_executor(_NoThread())
    return loop


def in_place(coroutine: Coroutine[Any, Any, T]) -> T:
    """The result, by a loop in this thread: that of a program which has ended but for this."""
    loop = _new_loop()
    try:
        return loop.run_until_complete(coroutine)
    finally:
        _close(loop)


def _run(loop: asyncio.AbstractEventLoop) -> None:
    try:
        loop.run_forever()
    finally:
        _close(loop)


def _close(loop: asyncio.AbstractEventLoop) -> None:
    """As a runner does, without the thread that it would start."""
    loop.run_until_complete(_alone())
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()


def _stop(loop: asyncio.AbstractEventLoop, thread: Thread) -> None:
    loop.call_soon_threadsafe(loop.stop)
    if thread is not current_thread():
        thread.join()
