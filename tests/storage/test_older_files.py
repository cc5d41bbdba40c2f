"""A memory that an older version wrote opens, and is used, as what it is."""

import gzip
import shutil
from datetime import datetime
from pathlib import Path

import pytest

from graphmem import Entity, Memory
from graphmem.testing import HashEmbedder

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
