"""Async twins of what takes a while: the same call on a worker thread, so that the event loop goes on."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import update_wrapper
from typing import Any, Concatenate, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
V = TypeVar("V")


def twin(method: Callable[Concatenate[V, P], R]) -> Callable[Concatenate[V, P], Coroutine[Any, Any, R]]:
    """`method` to be awaited. A task that is cancelled meanwhile does not wait; what was begun is done all the same."""

    async def awaited(self: V, /, *args: P.args, **kwargs: P.kwargs) -> R:
        from asyncio import to_thread  # here, since it takes longer to import than all of this package

        return await to_thread(method, self, *args, **kwargs)

    update_wrapper(awaited, method)
    awaited.__name__ = f"a{method.__name__}"
    awaited.__doc__ = f"`{method.__name__}`, awaited: the same arguments and result."
    return awaited
