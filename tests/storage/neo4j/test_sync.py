"""A memory copied from a file to a server and back, by the command that its users run."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from graphmem.graph import sync as copying
from graphmem.graph.copying import all_of, texts_of
from graphmem.graph.learning import append
from graphmem.graph.merging import merge
from graphmem.graph.sync import sync
from graphmem.protocols import Store
from graphmem.records import Episode
from graphmem.storage import open_store
from graphmem.storage.sqlite.store import SqliteStore
from graphmem.testing import teach
from tests.neo4j_server import Server


def everything(store: Store) -> tuple[object, ...]:
    """All that a store holds but vectors, where the order of names and ids within an episode does not count."""
    episodes = [replace(e, facts=tuple(sorted(e.facts)), mentions=tuple(sorted(e.mentions))) for e in store.episodes()]
    facts = sorted(store.facts(current=False), key=lambda fact: fact.id)
    entities = {entity.name: set(entity.aliases) for entity in store.entities()}
    return episodes, facts, entities, store.embedder()


def alike(one: Store, other: Store) -> bool:
    """Whether two stores hold the same vectors, as near as a byte a number allows."""
    held, copied = (store.vectors(texts_of(all_of(store))) for store in (one, other))
    return held.keys() == copied.keys() and all(np.allclose(held[text], copied[text], atol=0.01) for text in held)


def live(store: Store, steps: range) -> None:
    """Things that move about, are seen again, and come back."""
    for step in steps:
        thing, place = f"thing {step % 7}", f"room {step * step % 5}"
        teach(store, step, (thing, "is in", place), slot="location", mentions=(thing, place))


@pytest.fixture
def lived(tmp_path: Path) -> Iterator[Store]:
    store = SqliteStore(tmp_path / "lived.db")
    live(store, range(40))
    append(store, [Episode("p", "not understood yet", 40, metadata={"a": [1, "é"]}, key="k", speaker="ada")])
    merge(store, "thing 1", "thing 2")
    yield store
    store.close()


def _sync(source: str | Path, target: str | Path, namespace: str) -> str:
    command = [sys.executable, "-m", "graphmem.cli", "sync", str(source), str(target), "--namespace", namespace]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_there_and_back_all_is_as_it_was(server: Server, namespace: str, tmp_path: Path) -> None:
    with_namespace = SqliteStore(tmp_path / "house.db", namespace)
    live(with_namespace, range(40))
    held = everything(with_namespace)
    assert "copied 40 episodes" in _sync(tmp_path / "house.db", server.uri, namespace)
    assert "copied 0 episodes and 0 facts" in _sync(tmp_path / "house.db", server.uri, namespace)
    live(with_namespace, range(40, 43))
    assert "copied 3 episodes" in _sync(tmp_path / "house.db", server.uri, namespace)
    _sync(server.uri, tmp_path / "back.db", namespace)
    back = SqliteStore(tmp_path / "back.db", namespace)
    assert everything(back) == everything(with_namespace) != held
    assert alike(back, with_namespace)
    for store in (back, with_namespace):
        store.close()


def test_what_is_pending_and_what_was_merged_is_copied_too(server: Server, namespace: str, lived: Store) -> None:
    target = open_store(server.uri, namespace)
    sync(lived, target)
    assert everything(target)[:3] == everything(lived)[:3]
    target.close()


def test_what_was_interrupted_goes_on(
    server: Server, namespace: str, lived: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "BATCH", 10)

    def stop(done: int, _: int) -> None:
        if done >= 20:
            raise KeyboardInterrupt

    target = open_store(server.uri, namespace)
    with pytest.raises(KeyboardInterrupt):
        sync(lived, target, progress=stop)
    assert target.stats().episodes == 20
    assert sync(lived, target).episodes == 21
    assert everything(target)[:3] == everything(lived)[:3]
    target.close()
