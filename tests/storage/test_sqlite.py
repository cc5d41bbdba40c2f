"""The file: durable, shared between processes, and clear about what it is not."""

import multiprocessing
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path

import pytest

from benchmarks.durability import survive
from graphmem import Memory
from graphmem.errors import NotAMemory, SchemaTooNew, StoreBusy, StoreUnwritable
from graphmem.graph.forgetting import forget
from graphmem.graph.learning import append
from graphmem.records import Episode, Triple
from graphmem.storage.sqlite import connection, kept, schema
from graphmem.storage.sqlite.store import SqliteStore
from graphmem.testing import HashEmbedder, teach


def test_a_killed_writer_loses_nothing_it_acknowledged(tmp_path: Path) -> None:
    tally = survive(tmp_path / "house.db", rounds=6, longest=0.3, seed=1)
    assert tally.acknowledged > 6
    assert (tally.lost, tally.half_written) == (0, 0)
    assert tally.in_flight <= tally.rounds


def test_a_closed_memory_is_one_file(tmp_path: Path) -> None:
    with Memory(tmp_path / "house.db", embedder=HashEmbedder()) as memory:
        memory.remember("seen", triples=[("apple", "is in", "box")])
    assert [path.name for path in tmp_path.iterdir()] == ["house.db"]


def test_a_reader_sees_what_another_process_wrote(tmp_path: Path) -> None:
    reader, writer = SqliteStore(tmp_path / "house.db"), SqliteStore(tmp_path / "house.db")
    teach(writer, 1, ("apple", "is in", "box"))
    query = writer.vectors(["apple, is in, box"])["apple, is in, box"][None]
    assert len(reader.nearest("fact", query, limit=5)[0]) == 1
    teach(writer, 2, ("pear", "is in", "box"))
    assert len(reader.nearest("fact", query, limit=5)[0]) == 2
    forget(writer, ["e1"])
    assert len(reader.nearest("fact", query, limit=5)[0]) == 1
    reader.close()
    writer.close()


def test_facts_that_were_read_before_are_as_another_left_them(tmp_path: Path) -> None:
    with closing(SqliteStore(tmp_path / "house.db")) as reader, closing(SqliteStore(tmp_path / "house.db")) as writer:
        teach(writer, 1, ("apple", "is in", "box"))
        assert [fact.support for fact in reader.around(["apple"], facts=5, episodes=5).facts] == [1]
        teach(writer, 2, ("apple", "is in", "box"))
        assert [fact.support for fact in reader.around(["apple"], facts=5, episodes=5).facts] == [2]
        teach(reader, 3, ("apple", "is in", "box"))
        assert [fact.support for fact in reader.around(["apple"], facts=5, episodes=5).facts] == [3]


def test_what_was_read_before_is_read_again_after_anybody_wrote(tmp_path: Path) -> None:
    with closing(SqliteStore(tmp_path / "house.db")) as reader, closing(SqliteStore(tmp_path / "house.db")) as writer:
        for step, store in enumerate((writer, writer, reader), start=1):
            teach(store, step, (f"apple {step}", "is in", "box"))
            around = reader.around(["box"], ["e1"], facts=5, episodes=5)
            assert {fact.subject for fact in around.facts} == {f"apple {past}" for past in range(1, step + 1)}
            assert around.degrees == {"box": step}
            assert around.follows == ((("e1", "e2"),) if step > 1 else ())
        fact = reader.facts(ids=[reader.facts()[0].id])[0]
        assert [episode.facts for episode in reader.episodes(ids=["e1"])] == [(fact.id,)]
        forget(writer, ["e1"])
        assert reader.facts(ids=[fact.id]) == reader.episodes(ids=["e1"]) == reader.entities(["apple 1"]) == []
        assert reader.vectors([fact.triple.text]) == {}


def test_what_a_caller_does_to_a_record_is_not_read_again(tmp_path: Path) -> None:
    with closing(SqliteStore(tmp_path / "house.db")) as store:
        append(store, [Episode("e1", "seen", 1, metadata={"rooms": ["hall"]})])
        store.episodes(ids=["e1"])[0].metadata["rooms"].append("attic")
        assert store.episodes(ids=["e1"])[0].metadata == {"rooms": ["hall"]}


def test_no_more_is_kept_of_what_was_read_than_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST", 3)
    with closing(SqliteStore(tmp_path / "house.db")) as store:
        append(store, [Episode(f"e{step}", "seen", step) for step in range(9)])
        for step in range(9):
            assert [episode.id for episode in store.episodes(ids=[f"e{step}"])] == [f"e{step}"]
        assert len(store._kept.episodes) <= 3


def test_a_reader_goes_on_while_another_writes(tmp_path: Path) -> None:
    reader, writer = SqliteStore(tmp_path / "house.db"), SqliteStore(tmp_path / "house.db")
    teach(writer, 1, ("apple", "is in", "box"))
    with writer._writing():
        assert len(reader.facts()) == 1
    reader.close()
    writer.close()


def _write(path: Path, worker: int) -> None:
    with Memory(path, embedder=HashEmbedder()) as memory:
        for number in range(20):
            memory.remember(
                f"worker {worker} saw {number}", triples=[("lamp", "is", "seen"), ("lamp", "is in", "hall")]
            )


def test_many_processes_may_make_and_write_one_file(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    workers = [spawn.Process(target=_write, args=(tmp_path / "house.db", number)) for number in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    with Memory(tmp_path / "house.db", embedder=HashEmbedder()) as memory:
        assert memory.stats().episodes == 60
        support = {str(fact): fact.support for fact in memory.facts()}
    assert support == {"lamp, is, seen": 60, "lamp, is in, hall": 60}


def test_a_writer_that_must_wait_too_long_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "WAIT_SECONDS", 0.1)
    one, other = SqliteStore(tmp_path / "house.db"), SqliteStore(tmp_path / "house.db")
    with one._writing(), pytest.raises(StoreBusy, match=r"house\.db: another process is writing"):
        append(other, [Episode("e1", "seen", 1)])
    append(other, [Episode("e1", "seen", 1)])
    one.close()
    other.close()


def test_threads_share_one_memory(tmp_path: Path) -> None:
    with Memory(tmp_path / "house.db", embedder=HashEmbedder()) as memory:

        def write(worker: int) -> None:
            for number in range(10):
                memory.remember(f"{worker} saw {number}", triples=[(f"thing {worker}.{number}", "is in", "hall")])
                memory.recall("hall", episodes=1)

        threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (memory.stats().episodes, memory.stats().facts, memory.stats().pending) == (40, 40, 0)


def test_a_failed_transaction_leaves_nothing(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "house.db")
    unwritable = Episode("e2", "seen", 1, metadata={"not": object()})
    with pytest.raises(TypeError):
        append(store, [Episode("e1", "seen", 1), unwritable])
    assert store.episodes() == []
    store.close()


@pytest.mark.parametrize("content", [b"not a database at all", b"SQLite format 3\0" + b"\xff" * 500])
def test_a_file_that_is_no_memory_is_named_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    with pytest.raises(NotAMemory, match=r"notes\.txt"):
        SqliteStore(path)
    assert path.read_bytes() == content


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "other.db") as db:
        db.execute("CREATE TABLE mine (x)")
    db.close()
    before = (tmp_path / "other.db").read_bytes()
    with pytest.raises(NotAMemory, match="another program"):
        SqliteStore(tmp_path / "other.db")
    assert (tmp_path / "other.db").read_bytes() == before


def test_a_folder_is_no_memory(tmp_path: Path) -> None:
    with pytest.raises(NotAMemory, match="is a folder"):
        SqliteStore(tmp_path)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreUnwritable, match="does not exist"):
        SqliteStore(tmp_path / "no" / "house.db")


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    folder = Path("/proc") if os.geteuid() == 0 else tmp_path  # root may write anywhere but there
    with pytest.raises(StoreUnwritable, match=r"house\.db"):
        SqliteStore(folder / "house.db")


def test_a_memory_of_a_newer_graphmem_is_refused(tmp_path: Path) -> None:
    SqliteStore(tmp_path / "house.db").close()
    with sqlite3.connect(tmp_path / "house.db") as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(SchemaTooNew, match="upgrade graphmem"):
        SqliteStore(tmp_path / "house.db")


def test_an_older_memory_is_brought_up_to_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = SqliteStore(tmp_path / "house.db")
    teach(store, 1, ("apple", "is in", "box"))
    store.close()
    newer = (*schema.MIGRATIONS, lambda db: db.execute("ALTER TABLE entities ADD COLUMN colour TEXT"))
    monkeypatch.setattr(schema, "MIGRATIONS", newer)
    monkeypatch.setattr(connection, "MIGRATIONS", newer)
    with closing(SqliteStore(tmp_path / "house.db")) as store:
        assert [str(fact) for fact in store.facts()] == ["apple, is in, box"]
        assert store._db.execute("PRAGMA user_version").fetchone()[0] == len(newer)
        assert store._db.execute("SELECT colour FROM entities").fetchone() == (None,)


def test_a_migration_that_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    SqliteStore(tmp_path / "house.db").close()

    def broken(db: sqlite3.Connection) -> None:
        db.execute("DROP TABLE mentions")
        raise sqlite3.OperationalError("no")

    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, broken))
    monkeypatch.setattr(connection, "MIGRATIONS", schema.MIGRATIONS)
    with pytest.raises(Exception, match="no"):
        SqliteStore(tmp_path / "house.db")
    monkeypatch.undo()
    SqliteStore(tmp_path / "house.db").close()


def test_every_commit_is_on_the_disk_and_what_is_deleted_is_overwritten(tmp_path: Path) -> None:
    with closing(SqliteStore(tmp_path / "house.db")) as store:
        pragmas = {name: store._db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("synchronous", "secure_delete")}
    assert pragmas == {"synchronous": 2, "secure_delete": 1}


def test_a_write_looks_up_its_own_facts_and_never_walks_the_graph(tmp_path: Path) -> None:
    with closing(SqliteStore(tmp_path / "house.db")) as store:
        statements: list[str] = []
        store._db.set_trace_callback(statements.append)
        teach(store, 1, ("apple", "is in", "box"), slot="location")
        store._db.set_trace_callback(None)
        asked = next(statement for statement in statements if "CROSS JOIN" in statement)
        plan = [row[3] for row in store._db.execute(f"EXPLAIN QUERY PLAN {asked}")]
    assert not [
        line for line in plan if line.startswith("SCAN") and "json_each" not in line and "VIRTUAL" not in line
    ], plan
    assert sum("entities" in line and "key=?" in line for line in plan) >= 2, plan


def test_a_namespace_that_was_rolled_back_is_not_anothers(tmp_path: Path) -> None:
    alice = SqliteStore(tmp_path / "house.db", "alice")
    with pytest.raises(TypeError):
        append(alice, [Episode("e1", "seen", 1, metadata={"not": object()})])
    bob = SqliteStore(tmp_path / "house.db", "bob")
    teach(bob, 1, ("bob", "hides", "gold"))
    assert alice.facts() == []
    assert alice.episodes() == []
    alice.close()
    bob.close()


def test_another_programs_database_of_the_same_version_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "other.db") as db:
        db.execute("CREATE TABLE mine (x)")
        db.execute(f"PRAGMA user_version = {len(schema.MIGRATIONS)}")
    db.close()
    with pytest.raises(NotAMemory, match="another program"):
        SqliteStore(tmp_path / "other.db")


def test_forgetting_does_not_wait_long_for_a_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "SCRUB_MILLISECONDS", 50)
    store, reader = SqliteStore(tmp_path / "house.db"), sqlite3.connect(tmp_path / "house.db")
    teach(store, 1, ("apple", "is in", "box"))
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM facts").fetchone()
    assert forget(store, ["e1"]).episodes == 1
    reader.close()
    store.close()


def test_the_room_of_what_was_forgotten_is_given_back_on_demand(tmp_path: Path) -> None:
    with closing(SqliteStore(tmp_path / "house.db")) as store:
        for number in range(60):
            teach(store, number, (f"thing {number}", "is in", "box " * 200))
        forget(store, [f"e{number}" for number in range(59)])
        found = [str(fact) for fact in store.facts()]
    before, after = connection.compact(str(tmp_path / "house.db"))
    assert (tmp_path / "house.db").stat().st_size == after < before
    with closing(SqliteStore(tmp_path / "house.db")) as store:
        assert [str(fact) for fact in store.facts()] == found


def test_a_process_keeps_its_hold_on_a_file_that_it_opens_twice(tmp_path: Path) -> None:
    path = tmp_path / "house.db"
    with Memory(path, embedder=HashEmbedder()) as memory:
        memory.remember("one")
        Memory(path, namespace="other", embedder=HashEmbedder()).close()
        other = multiprocessing.get_context("spawn").Process(target=_open_and_close, args=(str(path),))
        other.start()
        other.join()
        assert path.with_name("house.db-wal").exists(), "the other process took itself for the last reader"


def _open_and_close(path: str) -> None:
    Memory(path, embedder=HashEmbedder()).close()


SHAPES: dict[str, Callable[[int], tuple[str, str, str]]] = {
    "many things": lambda n: (f"thing {n}", "is in", "box"),
    "one who has many": lambda n: ("Ada", "likes", f"thing {n}"),
    "one that changes for ever": lambda n: ("door", "is", "open" if n % 2 else "closed"),
}


@pytest.fixture(scope="module", params=list(SHAPES))
def small_and_large(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Memory]]:
    """Memories of one shape, one three times as large as the other."""
    shape, folder = SHAPES[request.param], tmp_path_factory.mktemp("sizes")
    with ExitStack() as stack:
        memories = []
        for size in (2000, 6000):
            memory = Memory(folder / f"{size}.db", embedder=HashEmbedder(), slot_of=slot_of_is)
            memories.append(stack.enter_context(memory))
            memory.remember_many((f"line {n}", [shape(n)]) for n in range(size))
            memory.recall("anything")  # has the vectors in memory from now on
        yield memories


def slot_of_is(triple: Triple) -> str | None:
    return "state" if triple.relation == "is" else None


def steps(memory: Memory, call: Callable[[], object]) -> int:
    """How many steps SQLite takes for a call, in tens."""
    counted: list[None] = []
    both = [memory._store._db, memory._store._read_db]  # type: ignore[attr-defined]
    for each in both:
        each.set_progress_handler(lambda: counted.append(None), 10)
    call()
    for each in both:
        each.set_progress_handler(None, 0)
    return len(counted)


def test_a_write_takes_as_many_steps_in_a_large_memory_as_in_a_small_one(small_and_large: list[Memory]) -> None:
    triples = [("thing 7", "is in", "bag"), ("Ada", "likes", "tea"), ("door", "is", "ajar")]
    small, large = (steps(each, partial(each.remember, "one more", triples=triples)) for each in small_and_large)
    assert large < 2 * small


def test_forgetting_takes_as_many_steps_in_a_large_memory_as_in_a_small_one(small_and_large: list[Memory]) -> None:
    small, large = (steps(each, partial(each.forget, *each.episodes(newest=3)[:2])) for each in small_and_large)
    assert large < 2 * small


def test_a_recall_takes_as_many_steps_in_a_large_memory_as_in_a_small_one(small_and_large: list[Memory]) -> None:
    question = "is the door open, and what does Ada like?"
    small, large = (steps(each, partial(each.recall, question)) for each in small_and_large)
    assert large < 2 * small
