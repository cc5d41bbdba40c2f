"""What the tests of extraction share."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from graphmem.extraction import TextWorldExtractor
from graphmem.records import Extraction, Fact, Observation

Read = Callable[..., Extraction]


def known_facts(*triples: tuple[str, str, str]) -> list[Fact]:
    return [Fact(str(number), *triple, asserted_by="episode", since=0) for number, triple in enumerate(triples)]


@pytest.fixture(scope="session")
def read() -> Read:
    """Reads a text by the rules, given known triples."""
    extractor = TextWorldExtractor()
    return lambda text, *known: extractor.extract(Observation(text), known_facts(*known))


@pytest.fixture(scope="session")
def triples_of(read: Read) -> Callable[..., set[str]]:
    """The triples of a text as strings."""
    return lambda text, *known: {str(triple) for triple in read(text, *known).triples}
