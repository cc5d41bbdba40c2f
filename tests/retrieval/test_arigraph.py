"""Semantic search is the paper's algorithm, checked on vectors that a reader can follow."""

from collections import deque
from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from graphmem.graph.learning import append, learn
from graphmem.protocols import Store
from graphmem.records import Episode, Lesson, Triple, Vector, entity_key
from graphmem.retrieval.arigraph import semantic_search
from graphmem.retrieval.search import Snapshot
from graphmem.testing import HashEmbedder
from tests.oracle import DictStore


def _store(triples: Sequence[Triple]) -> Store:
    store = DictStore()
    embed = HashEmbedder().embed
    for number, triple in enumerate(triples):
        episode = append(store, [Episode(f"e{number}", f"seen {number}", number)])[0]
        vectors = dict(zip([triple.text], embed([triple.text]), strict=True))
        learn(store, [Lesson(episode, (triple,), (None,), vectors=vectors)], embedder="hash")
    return store


def _snapshot(store: Store) -> Snapshot:
    return Snapshot(store, HashEmbedder().embed)


def _paper(triples: Sequence[Triple], query: str, depth: int, width: int) -> set[tuple[str, str, str]]:
    """Algorithm 1 of the paper, word for word: a queue of queries, each with its distance."""
    embed = HashEmbedder().embed
    facts = list({triple.key: triple for triple in triples}.values())
    matrix = embed([fact.text for fact in facts])
    queue, distance, found = deque([query]), {query: 0}, set()
    while queue:
        asked = queue.popleft()
        if distance[asked] >= depth:
            continue
        scores = matrix @ embed([asked])[0]
        for index in sorted(range(len(facts)), key=lambda i: -scores[i])[:width]:
            found.add(facts[index].key)
            for vertex in (facts[index].subject, facts[index].object):
                if entity_key(vertex) not in distance:
                    distance[entity_key(vertex)] = distance[asked] + 1
                    queue.append(entity_key(vertex))
    return found


NAMES = st.sampled_from([f"thing {number}" for number in range(8)])
TRIPLES = st.lists(st.builds(Triple, NAMES, st.sampled_from(["is in", "likes"]), NAMES), min_size=1, max_size=20)


@given(TRIPLES, st.integers(1, 4), st.integers(1, 5))
def test_it_finds_exactly_what_the_papers_algorithm_finds(triples: list[Triple], depth: int, width: int) -> None:
    found = semantic_search(_snapshot(_store(triples)), {"query": depth}, width=width)
    assert {hit.fact.triple.key for hit in found} == _paper(triples, "query", depth, width)


@given(TRIPLES, st.integers(1, 3), st.integers(1, 3))
def test_queries_with_depths_of_their_own_find_what_each_would_find_alone(
    triples: list[Triple], one: int, other: int
) -> None:
    snapshot = _snapshot(_store(triples))
    together = semantic_search(snapshot, {"one": one, "other": other}, width=2)
    alone = [
        *semantic_search(snapshot, {"one": one}, width=2),
        *semantic_search(snapshot, {"other": other}, width=2),
    ]
    assert {hit.fact.id for hit in together} == {hit.fact.id for hit in alone}


def test_the_store_is_asked_once_a_round() -> None:
    class Counting(DictStore):
        asked = 0

        def nearest(self, kind, vectors: Vector, *, limit, at=None):  # type: ignore[no-untyped-def]
            self.asked += 1
            return super().nearest(kind, vectors, limit=limit, at=at)

    store = Counting()
    store.__dict__.update(_store([Triple(f"a{n}", "is in", f"a{n + 1}") for n in range(9)]).__dict__)
    semantic_search(_snapshot(store), {"x": 3, "y": 3}, width=3)
    assert store.asked == 3


def test_fewer_hops_come_first_then_the_nearer() -> None:
    triples = [Triple(f"thing {n}", "likes", f"thing {n + 1}") for n in range(6)]
    found = semantic_search(_snapshot(_store(triples)), {"query": 3}, width=2)
    assert [hit.hop for hit in found] == sorted(hit.hop for hit in found)
    first = [hit.score for hit in found if hit.hop == 0]
    assert first == sorted(first, reverse=True)
    assert np.isfinite(first).all()


def test_what_is_left_out_does_not_use_up_the_width() -> None:
    store = _store([Triple(f"thing {n}", "likes", "tea") for n in range(6)])
    all_ids = [hit.fact.id for hit in semantic_search(_snapshot(store), {"query": 1}, width=6)]
    found = semantic_search(_snapshot(store), {"query": 1}, width=2, without=all_ids[:3])
    assert [hit.fact.id for hit in found] == all_ids[3:5]


def test_a_depth_beyond_the_graph_ends_all_the_same() -> None:
    assert semantic_search(_snapshot(_store([Triple("a", "is in", "b")])), {"query": 10**9}, width=1)
