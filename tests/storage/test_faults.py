"""Whatever fails at whatever call to SQLite: what was acknowledged is there whole, what was not is not half there."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from graphmem import Memory
from graphmem.errors import GraphmemError
from graphmem.graph.sync import sync
from graphmem.storage.sqlite import SqliteStore, connection
from graphmem.testing import HashEmbedder


class Faults:
    """Raises an error at one call to SQLite, before it is carried out or after; counts all calls."""

    def __init__(self) -> None:
        self.calls = 0
        self.at: int | None = None
        self.error: BaseException = KeyboardInterrupt()
        self.after = False

    def call(self, run: Callable[[], Any]) -> Any:
        number, self.calls = self.calls, self.calls + 1
        if number == self.at and not self.after:
            raise self.error
        result = run()
        if number == self.at:
            result.close()  # as nobody holds it then
            raise self.error
        return result


FAULTS = Faults()


class Faulty(sqlite3.Connection):
    def execute(self, *given: Any) -> Any:
        return FAULTS.call(lambda: super(Faulty, self).execute(*given))

    def executemany(self, *given: Any) -> Any:
        return FAULTS.call(lambda: super(Faulty, self).executemany(*given))


def _sqlite_error(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("made up")
    error.sqlite_errorcode = code
    return error


KINDS: dict[str, tuple[Callable[[], BaseException], bool]] = {
    "Ctrl-C before it": (KeyboardInterrupt, False),
    "Ctrl-C just after it": (KeyboardInterrupt, True),
    "disk full": (lambda: _sqlite_error(sqlite3.SQLITE_FULL), False),
    "busy": (lambda: _sqlite_error(sqlite3.SQLITE_BUSY), False),
}


def _sync(memory: Memory, folder: Path) -> None:
    """Bring what another memory holds, and what has become of it, to this one."""
    source = SqliteStore(folder / "other.db")
    try:
        sync(source, memory._store)
    finally:
        source.close()


WRITES: dict[str, Callable[[Memory, Path], object]] = {
    "remember": lambda memory, _: memory.remember("apple to bag", triples=[("apple", "is in", "bag")], key="new"),
    "remember_many": lambda memory, _: memory.remember_many(
        [(f"thing {n}", [(f"thing {n}", "is in", "bag"), ("apple", "is in", f"thing {n}")]) for n in range(3)]
    ),
    "forget": lambda memory, _: memory.forget(memory.episodes()[1]),
    "merge": lambda memory, _: memory.merge("apple", "fruit"),
    "unmerge": lambda memory, _: memory.unmerge("pomme"),
    "renew": _sync,
}


def _state(path: Path) -> tuple[Any, ...]:
    """All that a second process sees, without ids, and that it goes together."""
    with Memory(path, embedder=HashEmbedder()) as memory:
        facts = memory.facts(retired=True)
        numbers = {fact.id: f"{fact} since {fact.since}" for fact in facts}
        texts = {episode.id: episode.text for episode in memory.episodes()}
        episodes = [
            (it.text, it.step, it.key, it.pending, sorted(numbers[id_] for id_ in it.facts), sorted(it.mentions))
            for it in memory.episodes()
        ]
        lives = sorted((numbers[f.id], f.until or -1, f.support, texts[f.asserted_by], f.slot or "") for f in facts)
        entities = sorted((entity.name, sorted(entity.aliases)) for entity in memory.entities())
        merges = [(merge.keep, merge.gone.name) for merge in memory._store.merges()]
        db = memory._store._db  # type: ignore[attr-defined]
        (found,) = db.execute("PRAGMA integrity_check").fetchone()
        assert found == "ok"
        for table, text in (("facts", "fact_text"), ("episodes", "episode_text")):
            rows = {db.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in (table, text)}
            assert len(rows) == 1, f"full text of {table}"
        return episodes, lives, entities, merges


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a memory, and with another that a copy of it has become."""
    folder = tmp_path_factory.mktemp("house")
    with _opened(folder / "house.db") as memory:
        memory.remember("apple on table", triples=[("apple", "is in", "table"), ("table", "is", "round")])
        memory.remember("apple in box", triples=[("apple", "is in", "box"), ("fruit", "is", "red")])
        memory.remember("a pomme", triples=[("pomme", "is", "red"), ("fruit", "is in", "box")])
        memory.merge("apple", "pomme")
    shutil.copy(folder / "house.db", folder / "other.db")
    with _opened(folder / "other.db") as memory:
        memory.remember("apple in hall", triples=[("apple", "is in", "hall"), ("Ann", "has", "hat")])
        memory.forget(memory.episodes()[0])
    return folder


def _opened(path: Path) -> Memory:
    return Memory(path, embedder=HashEmbedder(), slot_of=lambda it: "location" if it.relation == "is in" else None)


@contextmanager
def _faulty(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    real = sqlite3.connect
    with monkeypatch.context() as patch:
        patch.setattr(connection.sqlite3, "connect", lambda *args, **kw: real(*args, factory=Faulty, **kw))
        yield


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("write", WRITES)
def test_a_fault_at_any_call(
    write: str, kind: str, house: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "house.db"
    shutil.copy(house / "other.db", tmp_path / "other.db")

    def attempt(at: int | None) -> int:
        """Write with a fault at a call; then write on with the same memory. Gives the number of calls."""
        assert [it.name for it in tmp_path.glob("house.db-*")] == [], "a connection was left open"
        shutil.copy(house / "house.db", path)
        with _faulty(monkeypatch):
            FAULTS.at, FAULTS.after = None, False
            memory = _opened(path)
        try:
            (FAULTS.error, FAULTS.after), FAULTS.at, FAULTS.calls = (KINDS[kind][0](), KINDS[kind][1]), at, 0
            with suppress(KeyboardInterrupt, GraphmemError):
                WRITES[write](memory, tmp_path)
            calls, FAULTS.at = FAULTS.calls, None
            seen.append(_state(path))
            memory.remember("afterwards", triples=[("Zoe", "has", "umbrella")])
        finally:
            FAULTS.at = None
            memory.close()
        assert _state(path)[0][-1][0] == "afterwards", f"call {at}: a later write is lost"
        return calls

    seen: list[tuple[Any, ...]] = [_state(house / "house.db")]
    calls = attempt(None)
    whole = [*seen, *_between(write, seen)]
    for at in range(calls):
        attempt(at)
        assert seen[-1] in whole, f"call {at} of {calls}: half of it is there"


def _between(write: str, seen: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """What may be there beside nothing and all: an observation that is stored, and not yet learned."""
    if write != "remember":
        return []
    episodes, lives, entities, merges = seen[0]
    return [([*episodes, ("apple to bag", 3, "new", True, [], [])], lives, entities, merges)]
