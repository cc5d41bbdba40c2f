"""Episodes of all namespaces of a file, by what their metadata says."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graphmem import Memory
from graphmem.errors import EmbedderMismatch
from graphmem.passages import parts
from graphmem.storage.sqlite.catalogue import Catalogue
from graphmem.testing import HashEmbedder


def _tag(metadata: Mapping[str, Any]) -> str | None:
    return metadata.get("tag")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "house.db"


@pytest.fixture
def catalogue(path: Path) -> Iterator[Catalogue]:
    made = Catalogue(path, _tag)
    yield made
    made.close()


def _remember(path: Path, namespace: str, text: str, tag: str | None) -> str:
    with Memory(path, namespace=namespace, embedder=HashEmbedder()) as memory:
        return memory.remember(text, metadata={"tag": tag} if tag else {}, triples=()).episode.id


def _forget(path: Path, namespace: str, episode: str) -> None:
    with Memory(path, namespace=namespace, embedder=HashEmbedder()) as memory:
        memory.forget(episode)


def test_what_others_write_and_forget_is_seen(catalogue: Catalogue, path: Path) -> None:
    assert catalogue.namespaces() == []
    first, second = (_remember(path, "ada", text, "home") for text in ("Oslo", "Bergen"))
    _remember(path, "ada", "of nobody's", None)
    assert [entry.id for entry in catalogue.of_key("ada", "home")] == [first, second]
    _forget(path, "ada", second)
    assert [entry.id for entry in catalogue.newest(["ada"])] == [first]
    _forget(path, "ada", first)
    assert catalogue.namespaces() == []
    third = _remember(path, "ada", "Narva", "home")
    assert [entry.id for entry in catalogue.newest(catalogue.namespaces())] == [third]


def test_what_is_forgotten_after_it_was_found_is_left_out(catalogue: Catalogue, path: Path) -> None:
    ids = [_remember(path, space, "seen", "home") for space in ("ada", "ben")]
    entries = catalogue.newest(["ben", "ada"])
    assert [entry.id for entry in entries] == ids[::-1]
    _forget(path, "ben", ids[1])
    assert [(content.entry.namespace, content.metadata) for content in catalogue.read(entries)] == [
        ("ada", {"tag": "home"})
    ]


def test_the_nearest_text_of_any_namespace_comes_first(catalogue: Catalogue, path: Path) -> None:
    for space, text in (("ada", "Oslo"), ("ben", "Bergen"), ("cem", "Narva")):
        _remember(path, space, text, "home")
    entries = catalogue.newest(catalogue.namespaces())
    bergen = HashEmbedder().embed(["Bergen"])[0]
    scores = catalogue.cosines(bergen, entries, embedder="hash")
    assert next(iter(scores)) == entries[1].id
    assert list(scores.values()) == sorted(scores.values(), reverse=True)
    assert scores[entries[1].id] == pytest.approx(1.0, abs=1e-4)
    assert catalogue.cosines(np.zeros(16, np.float32), [], embedder="hash") == {}
    with pytest.raises(EmbedderMismatch):
        catalogue.cosines(bergen, entries, embedder="another")


def test_a_long_text_is_as_near_as_the_nearest_part_of_it(catalogue: Catalogue, path: Path) -> None:
    text = "\n\n".join(f"Paragraph {number} tells of the {number}th day in the house. " * 12 for number in range(6))
    _remember(path, "ada", text, "diary")
    _remember(path, "ada", "Bergen", "home")
    entries = catalogue.newest(["ada"])
    part = parts(text)[2].text
    scores = catalogue.cosines(HashEmbedder().embed([part])[0], entries, embedder="hash")
    assert list(scores) == [entry.id for entry in entries]
    assert scores[entries[0].id] == pytest.approx(1.0, abs=1e-4)
