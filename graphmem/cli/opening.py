"""Opening the memory that a command names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from graphmem.embedding import load_embedder
from graphmem.errors import InputError
from graphmem.memory import Memory
from graphmem.protocols import Store
from graphmem.storage import is_server, open_store
from graphmem.view import View


@contextmanager
def store_at(file: str, namespace: str, *, new: bool = False) -> Iterator[Store]:
    if not new and not is_server(file) and not Path(file).exists():
        raise InputError(f"there is no memory at {file}; `graphmem remember {file} TEXT` makes one")
    store = open_store(file, namespace)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def view_at(file: str, namespace: str, at: int | None) -> Iterator[View]:
    with store_at(file, namespace) as store:
        yield View(store, load_embedder, at)


@contextmanager
def memory_at(file: str, namespace: str, spec: str | None, *, new: bool = False) -> Iterator[Memory]:
    with store_at(file, namespace, new=new) as store:
        yield Memory(store, embedder=load_embedder(spec) if spec else None)
