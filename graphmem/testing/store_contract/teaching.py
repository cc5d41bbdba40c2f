"""How the checks teach a store, and what several of them ask of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import numpy as np

from graphmem.graph.copying import all_of, texts_of
from graphmem.graph.learning import append, learn
from graphmem.protocols import Kind, Store
from graphmem.records import Episode, Fact, Learned, Lesson, Triple
from graphmem.testing.doubles import HashEmbedder, hash_vector


def teach(
    store: Store, step: int, *triples: tuple[str, str, str], slot: str | None = None, **lesson: object
) -> Learned:
    """Append one episode at `step` and learn `triples` from it, each in `slot`."""
    episode = append(store, [Episode(f"e{step}", f"text of step {step}", step)])[0]
    facts = tuple(Triple(*triple) for triple in triples)
    texts = [episode.text, *(fact.text for fact in facts)]
    vectors = {text: hash_vector(text) for text in texts}
    made = Lesson(episode, facts, (slot,) * len(facts), vectors=vectors)
    return learn(store, [replace(made, **lesson)], embedder="hash")[0]  # type: ignore[arg-type]


@contextmanager
def refuses(kind: type[Exception], word: str = "") -> Iterator[None]:
    """What is done inside must raise that error, and the error name the word."""
    try:
        yield
    except kind as error:
        told = str(error)
    else:
        raise AssertionError(f"what cannot be was let in, where {kind.__name__} is due")
    assert word in told, f"the error does not name {word!r}: {told}"


def matching(store: Store, kind: Kind, query: str, *, limit: int, at: int | None = None) -> list[tuple[str, float]]:
    """What full text alone finds."""
    seeds = store.seeds([], np.empty((0, HashEmbedder.dimension), np.float32), query, limit=limit, at=at)
    return list(seeds.matching_facts if kind == "fact" else seeds.matching_episodes)


def all_texts(store: Store) -> set[str]:
    """All that has, or wants, a vector."""
    return set(texts_of(all_of(store), [fact for each in store.merges() for fact in each.before.facts]))


def as_text(facts: Sequence[Fact]) -> list[str]:
    return [str(fact) for fact in facts]
