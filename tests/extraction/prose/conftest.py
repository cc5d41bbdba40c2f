"""What the tests of prose share: a real trained pipeline."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from graphmem.extraction.prose.extractor import ParseExtractor, installed_pipeline
from graphmem.records import Extraction, Fact, Observation


@pytest.fixture(scope="session")
def extract() -> Callable[..., Extraction]:
    """Reads a text, said by `speaker`, given the known facts."""
    if installed_pipeline() is None:
        pytest.skip("no trained spaCy pipeline is installed")
    parser = ParseExtractor()
    return lambda text, known=(), speaker=None: parser.extract(Observation(text, speaker=speaker), known)


@pytest.fixture(scope="session")
def told(extract: Callable[..., Extraction]) -> Callable[..., set[str]]:
    """The triples of a text as strings."""
    return lambda text, speaker=None: {str(triple) for triple in extract(text, (), speaker).triples}


@pytest.fixture(scope="session")
def ended(extract: Callable[..., Extraction]) -> Callable[..., dict[str, str]]:
    """What a second text ends of the facts of a first, with the reasons; what a slot replaces has the reason "slot"."""

    def read(before: str, after: str, speaker: str | None = None) -> dict[str, str]:
        first = extract(before, (), speaker)
        known = [
            Fact(str(number), *triple_parts, asserted_by="episode", since=0, slot=slot)
            for number, (triple, slot) in enumerate(zip(first.triples, first.slots, strict=True))
            for triple_parts in [(triple.subject, triple.relation, triple.object)]
        ]
        second = extract(after, known, speaker)
        gone = {str(known[index]): second.reasons[index] for index in second.outdated}
        filled = {
            (triple.key[0], slot): triple for triple, slot in zip(second.triples, second.slots, strict=True) if slot
        }
        for fact in known:
            new = filled.get((fact.triple.key[0], fact.slot))
            if new and new.key != fact.triple.key:
                gone.setdefault(str(fact), "slot")
        return gone

    return read
