"""A small memory to look at."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from graphmem import Memory
from graphmem.extraction.textworld import slot
from graphmem.testing import HashEmbedder


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Memory]:
    """Three observations: the apple is on the table, then carried, then in the chest."""
    with Memory(tmp_path / "house.db", embedder=HashEmbedder(), slot_of=slot) as memory:
        memory.remember(
            "You are in the kitchen. An apple is on the table.",
            triples=[("player", "is in", "kitchen"), ("apple", "is on", "table"), ("table", "is in", "kitchen")],
        )
        memory.remember("You take the apple.", triples=[("apple", "is in", "inventory")])
        memory.remember("You put it into the chest.", triples=[("apple", "is in", "chest"), ("chest", "is", "open")])
        yield memory
