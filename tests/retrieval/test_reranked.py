"""A second look at what a search found."""

from collections.abc import Sequence

import pytest

from graphmem import Memory
from graphmem.errors import InputError
from graphmem.retrieval import AriGraph, Reranked
from graphmem.testing import HashEmbedder

LINES = ["The key is red.", "The key is in the attic, behind the clock.", "The key was lost once.", "Rain is expected."]


def longest(question: str, texts: Sequence[str]) -> list[float]:
    return [float(len(text)) for text in texts]


@pytest.fixture
def memory() -> Memory:
    memory = Memory(":memory:", embedder=HashEmbedder())
    memory.remember_many(LINES)
    return memory


def test_the_reranker_puts_what_was_found_in_order(memory: Memory) -> None:
    found = memory.recall("where is the key?", episodes=2, search=Reranked(longest))
    assert [each.text for each in found.episodes] == [LINES[1], LINES[2]]


def test_it_looks_at_more_than_is_told(memory: Memory) -> None:
    (told,) = memory.recall("where is the red key?", episodes=1, search=Reranked(longest)).episodes
    assert told.text == LINES[1]


def test_as_many_are_told_as_without_it(memory: Memory) -> None:
    asked = "where is the key?"
    assert len(memory.recall(asked, search=Reranked(longest)).episodes) == len(memory.recall(asked).episodes)
    assert not memory.recall("how do penguins breed?", search=Reranked(longest)).episodes


def test_it_goes_with_any_search(memory: Memory) -> None:
    found = memory.recall("key", episodes=1, search=Reranked(longest, AriGraph()))
    assert len(found.episodes) == 1


def test_a_reranker_that_loses_a_text_is_refused(memory: Memory) -> None:
    with pytest.raises(InputError, match="one for each"):
        memory.recall("key", search=Reranked(lambda question, texts: [1.0]))
