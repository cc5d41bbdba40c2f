"""Images of a memory on a server: files in a folder, each called by its hash, as long as an episode has it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from graphmem import Memory
from graphmem.errors import StoreError, StoreUnwritable
from graphmem.graph.sync import sync
from graphmem.images import hash_of
from graphmem.storage import open_store
from graphmem.storage.neo4j import Neo4jStore, images
from graphmem.testing import HashEmbedder
from tests.images import BLUE, RED
from tests.neo4j_server import Server


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GRAPHMEM_IMAGES", str(tmp_path / "images"))
    return tmp_path / "images"


@pytest.fixture
def memory(server: Server, namespace: str, folder: Path) -> Iterator[Memory]:
    with Memory(server.uri, namespace=namespace, embedder=HashEmbedder()) as made:
        yield made


def _files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_an_image_is_one_file_until_the_last_episode_that_has_it_is_forgotten(memory: Memory, folder: Path) -> None:
    one = memory.remember("one", images=[RED]).episode
    memory.remember_many([{"text": "two", "images": [RED, BLUE]}, "three"])
    assert _files(folder) == sorted(map(hash_of, (RED, BLUE)))
    assert memory.image(hash_of(RED)) == RED
    memory.forget(one)
    assert len(_files(folder)) == 2
    memory.forget(*memory.episodes())
    assert _files(folder) == []


def test_what_a_killed_process_has_left_of_the_forgotten_goes_with_the_next(
    memory: Memory, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    secret = memory.remember("one", images=[RED]).episode
    with monkeypatch.context() as patched:
        patched.setattr(images.Images, "sweep", killed)
        with pytest.raises(KeyboardInterrupt):
            memory.forget(secret)
    assert _files(folder) == [hash_of(RED)]
    kept = memory.remember("two", images=[BLUE]).episode
    memory.forget(memory.remember("three").episode)
    assert _files(folder) == [kept.images[0].hash]


def test_an_image_that_comes_again_before_it_was_removed_stays(
    memory: Memory, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(images.Images, "sweep", lambda *_: None)
        memory.forget(memory.remember("one", images=[RED]).episode)
    memory.remember("again", images=[RED])
    memory.forget(memory.remember("three").episode)
    assert memory.image(hash_of(RED)) == RED


def test_another_folder_is_told(memory: Memory, server: Server, namespace: str, tmp_path: Path) -> None:
    memory.remember("one", images=[RED])
    other = Neo4jStore(server.uri, namespace, images=tmp_path / "elsewhere")
    with pytest.raises(StoreError, match="GRAPHMEM_IMAGES"):
        other.images([hash_of(RED)])
    other.close()


def test_a_folder_that_cannot_be_written_keeps_no_episode(server: Server, namespace: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    store = Neo4jStore(server.uri, namespace, images=tmp_path / "file")
    with Memory(store, embedder=HashEmbedder()) as memory:
        with pytest.raises(StoreUnwritable, match="GRAPHMEM_IMAGES"):
            memory.remember("one", images=[RED])
        assert memory.episodes() == []


def test_an_altered_file_is_not_given(memory: Memory, folder: Path) -> None:
    memory.remember("one", images=[RED])
    (path,) = (path for path in folder.rglob("*") if path.is_file())
    path.write_bytes(BLUE)
    with pytest.raises(StoreError, match="altered"):
        memory.image(hash_of(RED))


def test_a_copy_takes_them_along_both_ways(memory: Memory, server: Server, namespace: str, tmp_path: Path) -> None:
    episode = memory.remember("one", images=[RED]).episode
    file, back = open_store(tmp_path / "a.db"), open_store(server.uri, f"{namespace} back")
    sync(memory._store, file)
    sync(file, back)
    for store in (file, back):
        assert store.episodes()[0].images == episode.images
        assert store.images([hash_of(RED)]) == {hash_of(RED): RED}
        store.close()
