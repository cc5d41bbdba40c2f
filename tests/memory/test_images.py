"""Images that come with what is observed: kept once, found, told, carried elsewhere, and forgotten to the byte."""

import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from graphmem import Memory, Observation
from graphmem.embedding.lexical import LexicalEmbedder
from graphmem.errors import InputError
from graphmem.graph.sync import sync
from graphmem.images import MOST_BYTES, data_url, hash_of
from graphmem.records import Image, Vector
from graphmem.storage import open_store
from graphmem.storage.sqlite.connection import back_up
from graphmem.testing import HashEmbedder, check_embedder
from tests.images import BLUE, RED

Put = Callable[[Memory, Path], object]


def _bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


def test_an_image_is_kept_with_its_caption_and_given_back(memory: Memory, tmp_path: Path) -> None:
    path = tmp_path / "gate.png"
    path.write_bytes(RED)
    episode = memory.remember("The garden gate.", images=[path, BLUE]).episode
    assert episode.images == (Image(hash_of(RED), "image/png"), Image(hash_of(BLUE), "image/png"))
    found = memory.recall("the gate")
    assert found.episodes[0].images == episode.images
    assert "The garden gate. [image] [image]" in found.text
    assert memory.image(episode.images[0].hash) == RED


@pytest.mark.parametrize(
    "put",
    [
        lambda memory, path: memory.remember("Seen.", images=[str(path)]),
        lambda memory, path: memory.remember("Seen.", images=[path], triples=[("gate", "is", "red")]),
        lambda memory, path: memory.remember("Seen.", images=[data_url(RED)]),
        lambda memory, path: memory.remember_many([Observation("Seen.", images=(path,))]),
        lambda memory, path: memory.remember_together([{"text": "Seen.", "images": [path]}]),
        lambda memory, path: memory.update({"text": "Seen.", "images": [RED], "key": "k"}),
        lambda memory, path: memory.remember_many(
            [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": data_url(RED)}}]}]
        ),
        lambda memory, path: (memory.remember("Seen.", images=[path], wait=False), memory.flush()),
    ],
)
def test_every_way_to_remember_takes_images(memory: Memory, tmp_path: Path, put: Put) -> None:
    path = tmp_path / "gate.png"
    path.write_bytes(RED)
    put(memory, path)
    (episode,) = memory.episodes()
    assert not episode.pending
    assert [memory.image(image.hash) for image in episode.images] == [RED]


def test_beside_an_image_the_text_may_be_empty(memory: Memory) -> None:
    memory.remember(images=[RED])
    assert memory.recall("what do I have an image of?", episodes=1).text.endswith("] [image]")
    memory.forget(*memory.episodes())
    with pytest.raises(InputError, match="not empty"):
        memory.remember("")


def test_an_image_of_two_episodes_is_kept_once(memory: Memory, tmp_path: Path) -> None:
    for text in ("one", "two", "three"):
        assert len(memory.remember(text, images=[RED, BLUE, RED]).episode.images) == 2
    back_up(str(tmp_path / "house.db"), str(tmp_path / "copy.db"))
    assert (tmp_path / "copy.db").read_bytes().count(RED) == 1


def test_it_is_forgotten_to_the_byte_with_the_last_episode_that_has_it(memory: Memory, tmp_path: Path) -> None:
    secret = RED + b"quokka" * 40_000
    one, two = (memory.remember(text, images=[secret]).episode for text in ("one", "two"))
    memory.forget(one)
    assert memory.image(hash_of(secret)) == secret
    memory.forget(two)
    left = _bytes(tmp_path)
    assert b"quokka" not in left
    assert hash_of(secret).encode() not in left
    with pytest.raises(InputError, match="no image"):
        memory.image(hash_of(secret))


@pytest.mark.parametrize("ending", [".jsonl", ".graphml"])
def test_an_export_holds_them(memory: Memory, tmp_path: Path, ending: str) -> None:
    memory.remember("one", images=[RED, BLUE])
    memory.remember(images=[BLUE])
    memory.export(tmp_path / f"out{ending}")
    with Memory(":memory:", embedder=HashEmbedder()) as other:
        other.import_file(tmp_path / f"out{ending}")
        assert other.episodes() == memory.episodes()
        assert [other.image(hash_of(image)) for image in (RED, BLUE)] == [RED, BLUE]


@pytest.mark.parametrize("put_there", [data_url(BLUE), data_url(b"<svg/>"), "data:image/png;base64,!", "/etc/hosts"])
def test_an_export_with_another_image_than_it_names_is_refused(memory: Memory, tmp_path: Path, put_there: str) -> None:
    memory.remember("one", images=[RED])
    memory.export(tmp_path / "out.jsonl")
    altered = (tmp_path / "out.jsonl").read_text().replace(data_url(RED), put_there)
    (tmp_path / "out.jsonl").write_text(altered)
    with Memory(":memory:", embedder=HashEmbedder()) as other:
        with pytest.raises(InputError):
            other.import_file(tmp_path / "out.jsonl")
        assert other.episodes() == []


def test_copies_of_the_file_and_of_the_graph_hold_them(memory: Memory, tmp_path: Path) -> None:
    memory.remember("one", images=[RED])
    back_up(str(tmp_path / "house.db"), str(tmp_path / "copy.db"))
    target = open_store(tmp_path / "target.db")
    sync(open_store(tmp_path / "house.db"), target)
    target.close()
    for name in ("copy.db", "target.db"):
        with Memory(tmp_path / name, embedder=HashEmbedder()) as other:
            assert other.episodes() == memory.episodes()
            assert other.image(hash_of(RED)) == RED


def test_merging_and_parting_entities_leaves_them(memory: Memory) -> None:
    memory.remember("one", images=[RED], triples=[("Ada", "has", "lamp")])
    memory.remember("two", triples=[("Mrs Lovelace", "has", "key")])
    memory.merge("Ada", "Mrs Lovelace")
    memory.unmerge("Mrs Lovelace")
    assert [len(each.images) for each in memory.episodes()] == [1, 0]


def test_namespaces_do_not_see_each_others(memory: Memory, tmp_path: Path) -> None:
    memory.remember("one", images=[RED])
    with Memory(tmp_path / "house.db", namespace="beside", embedder=HashEmbedder()) as other:
        with pytest.raises(InputError, match="no image"):
            other.image(hash_of(RED))
        other.forget(other.remember("mine", images=[RED]).episode)
    assert memory.image(hash_of(RED)) == RED


def test_of_many_large_images_a_few_are_held_at_once(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graphmem.memory.BATCH_BYTES", len(RED) + len(BLUE))
    done: list[int] = []
    given = [{"text": f"{number}", "images": [RED, BLUE][number % 2 :][:1]} for number in range(5)]
    memory.remember_many(given, progress=lambda number, _: done.append(number))
    assert done == [2, 4, 5]


def test_another_image_under_a_key_is_no_repeat(memory: Memory, caplog: pytest.LogCaptureFixture) -> None:
    memory.remember("one", images=[RED], key="k")
    assert memory.remember("one", images=[RED], key="k").repeated
    assert not caplog.records
    assert memory.remember("one", images=[BLUE], key="k").episode.images[0].hash == hash_of(RED)
    assert "another text or image" in caplog.text


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda folder: folder / "none.png", "none.png is no file"),
        (lambda folder: folder, "is no file"),
        (lambda folder: "/dev/zero", "is no file"),
        (lambda folder: "a\0b", "is no file"),
        (lambda folder: b"", "is empty"),
        (lambda folder: b"just a text", "no PNG, JPEG, GIF or WebP"),
        (lambda folder: b"<svg onload='x()'/>", "no PNG, JPEG, GIF or WebP"),
        (lambda folder: RED + bytes(MOST_BYTES), "20 MB"),
        (lambda folder: "data:image/png;base64,@@", "data:image/png"),
        (lambda folder: 7, "a path or bytes"),
    ],
)
def test_what_is_no_image_is_told_and_leaves_nothing(
    memory: Memory, tmp_path: Path, make: Callable[[Path], object], told: str
) -> None:
    with pytest.raises(InputError, match=told):
        memory.remember("one", images=[RED, make(tmp_path)])  # type: ignore[list-item]
    assert memory.episodes() == []


def test_images_are_a_list(memory: Memory) -> None:
    with pytest.raises(InputError, match="a list of paths or bytes"):
        memory.remember("one", images="gate.png")


def test_a_link_to_an_image_is_followed(memory: Memory, tmp_path: Path) -> None:
    (tmp_path / "gate.png").write_bytes(RED)
    (tmp_path / "link").symlink_to(tmp_path / "gate.png")
    assert memory.remember("one", images=[tmp_path / "link"]).episode.images[0].hash == hash_of(RED)


def test_the_media_type_is_what_the_bytes_say(memory: Memory) -> None:
    kinds = (b"\xff\xd8\xff\xe0", b"GIF89a", b"RIFF\x04\0\0\0WEBPVP8 ")
    images = memory.remember("one", images=kinds).episode.images
    assert [image.media_type for image in images] == ["image/jpeg", "image/gif", "image/webp"]


class Eyes(LexicalEmbedder):
    """Sees the colour of a square, as the word for it."""

    @property
    def name(self) -> str:
        return "eyes"

    def embed_images(self, images: Sequence[bytes]) -> Vector:
        return self.embed([{RED: "red", BLUE: "blue"}[image] for image in images])


@pytest.fixture
def seeing() -> Iterator[Memory]:
    with Memory(":memory:", embedder=Eyes()) as memory:
        memory.remember("Tuesday", images=[RED])
        memory.remember_many([{"text": "Wednesday", "images": [BLUE]}, "Thursday"])
        yield memory


def test_an_embedder_that_sees_finds_an_image_by_what_is_in_it(seeing: Memory) -> None:
    check_embedder(Eyes())
    assert [seeing.recall(word).episodes[0].text for word in ("red", "blue")] == ["Tuesday", "Wednesday"]


def test_what_another_embedder_sees_is_found_after_embedding_anew(memory: Memory) -> None:
    from graphmem.memory import re_embed

    memory.remember("Tuesday", images=[RED])
    memory.remember("Thursday")
    re_embed(memory._store, Eyes())
    nearest = memory._store.seeds([], Eyes().embed(["red"]), "", limit=2).near_episodes[0]
    assert nearest == (memory.episodes()[0].id, pytest.approx(1, abs=0.01))
    assert np.isfinite(nearest[1])


def test_a_process_that_is_killed_leaves_whole_episodes(tmp_path: Path) -> None:
    script = """
        import os, sys
        from graphmem import Memory
        from graphmem.testing import HashEmbedder
        from tests.images import RED
        memory = Memory(sys.argv[1], embedder=HashEmbedder())
        for number in range(10_000):
            memory.remember(f"seen {number}", images=[RED + os.urandom(200_000)])
            print(number, flush=True)
    """
    command = [sys.executable, "-c", textwrap.dedent(script), str(tmp_path / "house.db")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        for _ in range(5):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        told = 5 + len(process.stdout.read().splitlines())
    with Memory(tmp_path / "house.db", embedder=HashEmbedder()) as memory:
        episodes = memory.episodes()
        assert len(episodes) >= told
        assert all(hash_of(memory.image(each.images[0].hash)) == each.images[0].hash for each in episodes)
        kept = memory._store._db.execute("SELECT count(*) FROM images").fetchone()  # type: ignore[attr-defined]
        assert kept == (len(episodes),)
