"""What every `Store` keeps to: each check takes a fresh, empty store.

learning.py     what is stored, and what a lesson asserts, supports and retires
reading.py      what is known, now and in the past, and what lies around it
searching.py    what is found by vectors and by words
copying.py      records put in as they are, and renewed
forgetting.py   what goes with an episode, and what comes back
merging.py      two entities made one, and parted again
images.py       images, kept as long as an episode has them
teaching.py     how the checks teach a store, and what several of them ask of it
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from inspect import isfunction
from types import ModuleType

from graphmem.protocols import Store
from graphmem.testing.store_contract import copying, forgetting, images, learning, merging, reading, searching
from graphmem.testing.store_contract.teaching import teach as teach

Check = Callable[[Store], None]


def _checks(module: ModuleType) -> Iterator[Check]:
    """The functions of a module that others may see, in their order."""
    for name, each in vars(module).items():
        if isfunction(each) and each.__module__ == module.__name__ and not name.startswith("_"):
            yield each


_KINDS = (learning, reading, searching, copying, forgetting, merging, images)

STORE_CONTRACT: tuple[Check, ...] = tuple(check for kind in _KINDS for check in _checks(kind))
