"""A memory that an older version wrote opens, and is used, as what it is."""

import gzip
import multiprocessing
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from graphmem import Entity, Memory
from graphmem.records import Vector
from graphmem.storage.sqlite import schema
from graphmem.storage.sqlite.rows import to_blobs, to_vectors
from graphmem.testing import HashEmbedder
from tests.images import RED

MADE_BY_0_1 = Path(__file__).parent / "house-0.1.db.gz"
"""Four episodes, one of them pending, a merge and an alias, and a second namespace; with vectors of `HashEmbedder`."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "house.db"
    with gzip.open(MADE_BY_0_1) as packed, path.open("wb") as file:
        shutil.copyfileobj(packed, file)
    return path


def test_all_that_it_holds_is_there(path: Path) -> None:
    with Memory(path, embedder=HashEmbedder()) as memory:
        first, *_, last = memory.episodes()
        assert (first.text, first.time, first.key) == (
            "The key is on the table.",
            datetime(2024, 5, 3, 10, 12),
            "first",
        )
        assert (first.metadata, first.speaker) == ({"room": "hall"}, None)
        assert (last.text, last.pending) == ("nobody can read this", True)
        told = [(str(fact), fact.since, fact.until, fact.support, fact.reason) for fact in memory.facts(retired=True)]
        assert told == [
            ("key, is on, table", 0, 1, 1, None),
            ("key, is in, box", 1, None, 2, None),
            ("key, opens, door", 5, None, 1, None),
        ]
        assert memory.entities(["Mrs Lovelace"]) == [Entity("Ada", ("Mrs Lovelace",))]
        assert memory.recall("brass key").facts


def test_its_merge_can_be_undone(path: Path) -> None:
    with Memory(path, embedder=HashEmbedder()) as memory:
        assert memory.unmerge("brass key") == Entity("brass key")
        assert [str(fact) for fact in memory.facts("brass key")] == ["brass key, opens, door"]


def test_what_replaces_a_fact_of_it_says_why(path: Path) -> None:
    with Memory(path, embedder=HashEmbedder(), slot_of=lambda triple: "location") as memory:
        (gone,) = memory.remember("The key lies in a drawer.", triples=[("key", "is in", "drawer")]).retired
        assert (str(gone), gone.reason) == ("key, is in, box", "another location")


def test_it_takes_new_episodes_and_forgets_old_ones(path: Path) -> None:
    with Memory(path, embedder=HashEmbedder()) as memory:
        memory.remember("Ben has a lamp.", speaker="Ben", triples=[("Ben", "has", "lamp")])
        forgotten = memory.forget(memory.episodes()[0])
        assert (forgotten.episodes, forgotten.facts) == (1, 1)
        assert memory.episodes()[-1].speaker == "Ben"


def test_a_namespace_beside_is_left_alone(path: Path) -> None:
    with Memory(path, embedder=HashEmbedder()) as memory:
        memory.forget(*memory.episodes())
    with Memory(path, embedder=HashEmbedder(), namespace="beside") as memory:
        assert [str(fact) for fact in memory.facts()] == ["pear, is in, bowl"]


def _kept(path: Path) -> dict[bytes, bytes]:
    """The vectors in the file, by the hash of their text and the namespace."""
    with closing(sqlite3.connect(path)) as db:
        return {
            key + bytes([space]): blob for key, space, blob in db.execute("SELECT hash, namespace, vector FROM vectors")
        }


def test_its_vectors_come_to_take_a_byte_a_number(path: Path) -> None:
    before = _kept(path)
    Memory(path, embedder=HashEmbedder()).close()
    after = _kept(path)
    dimension = HashEmbedder().dimension
    assert before.keys() == after.keys()
    assert {len(blob) for blob in before.values()} == {4 * dimension}
    assert {len(blob) for blob in after.values()} == {4 + dimension}
    for key, blob in before.items():
        assert to_vectors([after[key]])[0] == pytest.approx(memoryview(blob).cast("f").tolist(), abs=0.01)


def test_a_conversion_that_is_cut_short_changes_nothing_and_is_made_the_next_time(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, left = _kept(path), iter(range(3))

    def cut_short(vectors: Vector) -> Sequence[bytes]:
        if next(left, None) is None:
            raise KeyboardInterrupt
        return to_blobs(vectors)

    monkeypatch.setattr(schema, "to_blobs", cut_short)
    with pytest.raises(KeyboardInterrupt):
        Memory(path, embedder=HashEmbedder())
    monkeypatch.undo()
    assert _kept(path) == before
    with Memory(path, embedder=HashEmbedder()) as memory:
        assert memory.recall("brass key").facts
    assert _kept(path) != before


def _read(path: Path) -> None:
    with Memory(path, embedder=HashEmbedder()) as memory:
        assert memory.recall("brass key").facts


def test_two_processes_may_open_it_at_once(path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    readers = [spawn.Process(target=_read, args=(path,)) for _ in range(2)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join(120)
    assert [reader.exitcode for reader in readers] == [0, 0]


MADE_BY_SCHEMA_7 = Path(__file__).parent / "house-schema-7.db.gz"
"""Four episodes as they were kept before images were, one of them long; with vectors of `HashEmbedder`."""


def test_a_file_from_before_images_takes_them(tmp_path: Path) -> None:
    path = tmp_path / "house.db"
    with gzip.open(MADE_BY_SCHEMA_7) as packed, path.open("wb") as file:
        shutil.copyfileobj(packed, file)
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (7,)
    with Memory(path, embedder=HashEmbedder()) as memory:
        told = memory.episodes()
        assert [(each.text[:12], each.images) for each in told[::3]] == [("Ben waits", ()), ("The key is o", ())][::-1]
        assert (told[0].speaker, told[0].key, told[0].time) == ("Ana", "first", datetime(2024, 5, 3, 10, 12))
        assert memory.recall("what does the heron like?").facts
        episode = memory.remember("The gate.", images=[RED]).episode
    with Memory(path, embedder=HashEmbedder()) as memory:
        assert memory.episodes()[:-1] == told
        assert memory.image(episode.images[0].hash) == RED


def test_to_take_images_a_file_is_not_written_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(schema.MIGRATIONS) > schema.WRITTEN_ANEW
    with closing(sqlite3.connect(":memory:")) as db:
        for version in (6, 7):
            monkeypatch.setattr(schema, "MIGRATIONS", (lambda db: None,) * 8)
            db.execute(f"PRAGMA user_version = {version}")
            assert schema.migrate(db, "") == (version < 7)


READER = """
import os, sys
from graphmem import Memory
from graphmem.errors import GraphmemError
from graphmem.testing import HashEmbedder
with Memory(":memory:", embedder=HashEmbedder()) as memory:  # all is imported that another user may not read
    memory.remember("The key.", triples=[])
    memory.recall("brass key")
if os.geteuid() == 0:
    os.setgid(65534); os.setuid(65534)
with Memory(sys.argv[1], embedder=HashEmbedder()) as memory:
    print(*memory.recall("brass key").facts, sep="; ")
    try:
        memory.remember("The key is lost.", triples=[])
    except GraphmemError as error:
        print(type(error).__name__)
"""


def test_where_it_cannot_be_written_to_it_is_read_as_it_is(path: Path) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as name:  # one that others may enter
        folder = Path(name)
        shutil.copy(path, folder)
        (folder / path.name).chmod(0o444)
        folder.chmod(0o555)
        before = (folder / path.name).read_bytes()
        command = [sys.executable, "-c", READER, folder / path.name]
        told = subprocess.run(command, capture_output=True, text=True, check=True)
        assert (folder / path.name).read_bytes() == before
        assert list(folder.iterdir()) == [folder / path.name]
        folder.chmod(0o755)
    facts, refused = told.stdout.splitlines()
    assert "key, is in, box" in facts
    assert refused == "StoreUnwritable"
    assert "converted copy" in told.stderr
