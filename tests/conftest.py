"""Fixtures that many tests share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from graphmem import Memory
from graphmem.testing import HashEmbedder


@pytest.fixture
def embedder() -> HashEmbedder:
    return HashEmbedder()


@pytest.fixture
def memory(tmp_path: Path, embedder: HashEmbedder) -> Iterator[Memory]:
    """A memory in a file, with an embedder that a reader can check by hand."""
    with Memory(tmp_path / "house.db", embedder=embedder) as made:
        yield made
