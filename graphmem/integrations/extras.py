"""A clear word when the library of a door is not installed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from graphmem.errors import MissingExtra


@contextmanager
def extra(name: str) -> Iterator[None]:
    """Around the imports of a door: what is missing is told with the extra that installs it."""
    try:
        yield
    except ImportError as error:
        raise MissingExtra(f"{error}: pip install 'graphmem[{name}]'", name=error.name) from error
