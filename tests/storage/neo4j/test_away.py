"""The server goes away, and several write at once: nothing acknowledged is lost, nothing is there twice."""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from graphmem import Memory
from graphmem.errors import StoreUnreachable
from graphmem.storage.neo4j import connection
from graphmem.testing import HashEmbedder
from tests.neo4j_server import Server
from tests.storage.neo4j.writer import one_place, triples

ROOT = Path(__file__).parents[3]

Writer = subprocess.Popen[bytes]


@pytest.fixture
def mortal(server: Server) -> Iterator[Server]:
    """The server, which a test may kill: the others find it running."""
    yield server
    if not server.alive:
        server.start()


def writing(server: Server, namespace: str, name: str, count: int) -> Writer:
    """Its output is not buffered here: what follows a line that was read is left to `communicate`."""
    command = [sys.executable, "-m", "tests.storage.neo4j.writer", server.uri, namespace, name, str(count)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0)


def acknowledged(writers: Sequence[Writer]) -> list[int]:
    """How many more each acknowledged until its end."""
    told = [writer.communicate(timeout=240) for writer in writers]
    assert [writer.returncode for writer in writers] == [0] * len(writers), told
    return [len(output.splitlines()) for output, _ in told]


def check_whole(server: Server, namespace: str, names: Sequence[str], count: int) -> None:
    """Each episode of each writer is there once, with all that it taught; and each fact once."""
    with Memory(server.uri, namespace=namespace, embedder=HashEmbedder()) as memory:
        episodes, facts, ever = memory.episodes(), memory.facts(), memory.facts(retired=True)
        entities = Counter(entity.key for entity in memory.entities())
    keys = Counter((episode.key, episode.pending) for episode in episodes)
    assert keys == Counter({(f"{name} {number}", False): 1 for name in names for number in range(count)})
    assert set(Counter(fact.triple.key for fact in facts).values()) == {1}
    assert set(Counter(fact.subject for fact in facts).values()) == {1}, "a thing is in one place"
    assert set(entities.values()) == {1}
    assert Counter(id_ for episode in episodes for id_ in episode.facts) == {fact.id: fact.support for fact in ever}
    assert all(len(e.facts) == len(triples(int(str(e.key).split()[-1]))) for e in episodes)


def test_two_processes_write_the_same_entities(server: Server, namespace: str) -> None:
    writers = [writing(server, namespace, name, 25) for name in ("ada", "ben")]
    assert acknowledged(writers) == [25, 25]
    check_whole(server, namespace, ["ada", "ben"], 25)


def test_a_server_killed_in_the_middle_of_writing_and_started_again(mortal: Server, namespace: str) -> None:
    writers = [writing(mortal, namespace, name, 30) for name in ("ada", "ben")]
    for writer in writers:
        assert writer.stdout
        assert [int(writer.stdout.readline()) for _ in range(4)] == [0, 1, 2, 3]
    mortal.kill()
    mortal.start()
    assert acknowledged(writers) == [26, 26]
    check_whole(mortal, namespace, ["ada", "ben"], 30)


def test_while_it_stays_away_one_error_names_it_and_nothing_is_half_written(
    mortal: Server, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Memory(mortal.uri, namespace=namespace, embedder=HashEmbedder(), slot_of=one_place) as memory:
        memory.remember("one", triples=[("apple", "is in", "kitchen")])
        mortal.kill()
        with monkeypatch.context() as impatient:
            impatient.setattr(connection, "PATIENCE_SECONDS", 1.0)
            with pytest.raises(StoreUnreachable, match=rf"127\.0\.0\.1:{mortal.bolt_port} does not answer: is the"):
                memory.remember("two", triples=[("apple", "is in", "cellar")], key="two")
            with pytest.raises(StoreUnreachable, match="does not answer"):
                memory.recall("where is the apple?")
        with pytest.raises(StoreUnreachable, match="does not answer"):
            Memory(mortal.uri)
        mortal.start()
        assert [str(fact) for fact in memory.facts("apple")] == ["apple, is in, kitchen"]
        memory.remember("two", triples=[("apple", "is in", "cellar")], key="two")
        assert [str(fact) for fact in memory.facts("apple")] == ["apple, is in, cellar"]
        assert memory.stats().episodes == 2
