"""Personalised PageRank over a small graph."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphmem.retrieval.random_walk import Graph


def _ranks(graph: Graph, seeds: dict[tuple[str, str], float]) -> dict[str, float]:
    rank = graph.rank(seeds, restart=0.3, steps=50)
    return {name: float(rank[index]) for (_, name), index in graph.index.items()}


def test_what_is_nearer_to_the_seed_ranks_higher() -> None:
    graph = Graph()
    for one, other in (("a", "b"), ("b", "c"), ("c", "d")):
        graph.link(("entity", one), ("entity", other))
    ranks = _ranks(graph, {("entity", "a"): 1.0})
    assert ranks["a"] > ranks["c"] > ranks["d"]
    assert ranks["b"] > ranks["c"]


def test_what_two_seeds_share_ranks_above_what_only_one_has() -> None:
    graph = Graph()
    for one, other in (("a", "both"), ("b", "both"), ("a", "only a"), ("b", "only b")):
        graph.link(("entity", one), ("entity", other))
    ranks = _ranks(graph, {("entity", "a"): 1.0, ("entity", "b"): 1.0})
    assert ranks["both"] > ranks["only a"]


def test_a_hub_passes_little_on() -> None:
    graph = Graph()
    for middle, degree in (("rare", 2), ("hub", 1000)):
        graph.link(("entity", "seed"), ("entity", middle))
        graph.link(("entity", middle), ("entity", f"behind {middle}"))
        graph.has_degree(("entity", middle), degree)
    ranks = _ranks(graph, {("entity", "seed"): 1.0})
    assert ranks["behind rare"] > 10 * ranks["behind hub"]


def test_without_seeds_nothing_ranks() -> None:
    graph = Graph()
    graph.link(("entity", "a"), ("entity", "b"))
    assert not graph.rank({}, restart=0.3, steps=20).any()


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=30),
    st.dictionaries(st.integers(0, 9), st.integers(1, 2000)),
)
def test_ranks_are_a_distribution(links: list[tuple[int, int]], degrees: dict[int, int]) -> None:
    graph = Graph()
    for one, other in links:
        graph.link(("entity", str(one)), ("entity", str(other)))
    for name, degree in degrees.items():
        graph.has_degree(("entity", str(name)), degree)
    rank = graph.rank({("entity", str(links[0][0])): 1.0}, restart=0.3, steps=20)
    assert (rank >= 0).all()
    assert np.isfinite(rank).all()
    assert rank.sum() == pytest.approx(1.0)
