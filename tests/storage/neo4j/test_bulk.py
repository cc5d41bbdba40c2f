"""A memory written for Neo4j's bulk importer, imported by it, and opened on the server: all is as it was."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from graphmem import Memory, Triple
from graphmem.errors import InputError
from graphmem.graph.learning import append
from graphmem.graph.merging import unmerge
from graphmem.graph.sync import sync
from graphmem.records import NEXT, Episode
from graphmem.storage.neo4j import Neo4jStore, write_import
from graphmem.testing import HashEmbedder
from tests.images import RED
from tests.neo4j_server import PASSWORD, VARIABLE, Server, Unavailable
from tests.storage.neo4j.test_sync import alike, everything

HOSTILE = (
    'She said "no", then ""no"" again.',
    'ends in a quote"',
    '"',
    "a line\nand another\r\nand a third\rand\ttabs",
    "Борис любит чай; Анна — нет.",
    "雪が降る 👩‍👩‍👧 \u200f\u202e",
    "a, b; c | d \\ e \\\" f \\n ' g `h` $i {j} :ID(Entity)",
    "…!?",
    "=1+1",
    "null",
    "\n\n".join(f"# Part {number}\n\n" + 'It goes on, "and" on. ' * 60 for number in range(3)),
)
NAMESPACE = 'it\'s ;"mine"'


def one_value(triple: Triple) -> str:
    return triple.relation


@pytest.fixture
def source(tmp_path: Path) -> Iterator[Memory]:
    """Texts that a table may break at, facts that ended or were said twice, other names, and what is not read yet."""
    path = tmp_path / "source.db"
    with Memory(path, namespace=NAMESPACE, embedder=HashEmbedder(), slot_of=one_value) as memory:
        for number, text in enumerate(HOSTILE):
            triples = [(text[:30], "is near", f"thing {number % 3}"), ("Борис", 'has "it" on', f"floor {number // 2}")]
            memory.remember(text, triples=triples, speaker=text[:20], key=text[:50])
        noon = datetime(2024, 5, 3, 12, tzinfo=UTC)
        memory.remember("later", triples=[("Борис", "is", "Рига")], time=noon, metadata={"a": [1, 'é;"'], "b": None})
        append(memory._store, [Episode("p", "not understood yet", NEXT)])
        memory.alias("Борис", 'Boris "B";')
        memory.merge("thing 1", "thing 2")
        yield memory


@pytest.fixture
def imported(source: Memory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Memory]:
    """The same on a server of its own, by way of its importer."""
    if VARIABLE not in os.environ:
        pytest.skip(f"no Neo4j server is asked for: {VARIABLE}=5.26.30 fetches and starts one")
    try:
        server = Server(os.environ[VARIABLE], tmp_path / "server")
    except Unavailable as reason:
        pytest.skip(str(reason))
    command = write_import(source._store, tmp_path / "to import", NAMESPACE)
    server.admin(*command.rpartition("neo4j-admin ")[2].split(), cwd=tmp_path / "to import")
    monkeypatch.setenv("NEO4J_PASSWORD", PASSWORD)
    try:
        server.start()
        with Memory(server.uri, namespace=NAMESPACE, embedder=HashEmbedder(), slot_of=one_value) as memory:
            yield memory
    finally:
        server.stop()


def test_what_the_importer_made_is_the_memory_and_goes_on(source: Memory, imported: Memory) -> None:
    assert everything(imported._store) == everything(source._store)
    assert alike(imported._store, source._store)
    assert imported.stats() == source.stats()
    assert imported._store.merges() == source._store.merges()
    _found_alike(imported, source)
    for memory in (source, imported):
        memory.remember("Борис moved.", triples=[("Борис", "is", "Riga")], key="later still")
        unmerge(memory._store, "thing 2")
    assert {str(fact) for fact in imported.facts()} == {str(fact) for fact in source.facts()}


def _found_alike(imported: Memory, source: Memory) -> None:
    """As what was copied by statements is found."""
    copied = Neo4jStore(str(imported._store.connection.address), "copy")
    sync(source._store, copied)
    with Memory(copied, embedder=HashEmbedder()) as copy:
        for query in ("Who loves чай?", "where is Борис?", "what goes on?", "雪", '"no"'):
            assert str(imported.recall(query)) == str(copy.recall(query))


def test_the_shell_says_how_to_import_what_it_wrote(source: Memory, tmp_path: Path) -> None:
    source.close()
    folder = tmp_path / "new" / "folder"
    command = [sys.executable, "-m", "graphmem.cli", "export", str(tmp_path / "source.db"), str(folder)]
    options = ["--neo4j-import", "--namespace", NAMESPACE]
    done = subprocess.run([*command, *options], capture_output=True, text=True)
    assert f"cd {folder} && neo4j-admin database import full" in done.stdout
    named = [line.rpartition("=")[2] for line in (folder / "import.args").read_text().splitlines()[2:]]
    assert all(path.startswith("./") and (folder / path).is_file() for path in named)  # Neo4j 2026 wants a folder


def test_files_that_are_there_are_left_alone(source: Memory, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is not empty"):
        write_import(source._store, tmp_path)


def test_a_memory_with_images_is_refused_with_the_way_to_copy_it(source: Memory, tmp_path: Path) -> None:
    source.remember("The garden gate.", images=[RED])
    with pytest.raises(InputError, match="graphmem sync"):
        write_import(source._store, tmp_path / "new")
