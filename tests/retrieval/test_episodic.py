"""Episodic search: the paper's relevance, and AriGraph's sum with the similarity to the plan."""

import math

import numpy as np
import pytest

from graphmem.graph.learning import append, learn
from graphmem.records import Episode, Lesson, Triple, Vector
from graphmem.retrieval.arigraph import episodic_search, relevance
from graphmem.retrieval.search import Snapshot
from graphmem.testing import HashEmbedder
from tests.oracle import DictStore

AXES = np.eye(4, dtype=np.float32)


@pytest.mark.parametrize(
    ("matching", "taught", "expected"),
    [(0, 0, 0.0), (1, 1, 0.0), (0, 5, 0.0), (2, 2, math.log(2)), (3, 6, 0.5 * math.log(6))],
)
def test_the_relevance_is_the_papers(matching: int, taught: int, expected: float) -> None:
    assert relevance(matching, taught) == pytest.approx(expected)


@pytest.fixture
def store() -> DictStore:
    """Three episodes: one that taught four facts, one of two, and one of none, on three axes."""
    made = DictStore()
    for number, size in enumerate((4, 2, 0)):
        episode = append(made, [Episode(f"e{number}", f"text {number}", number)])[0]
        triples = tuple(Triple(f"thing {number}.{n}", "is in", "hall") for n in range(size))
        vectors = {episode.text: AXES[number]}
        learn(made, [Lesson(episode, triples, (None,) * size, vectors=vectors)], embedder="axes")
    return made


def _snapshot(store: DictStore) -> Snapshot:
    return Snapshot(store, HashEmbedder().embed)


def _search(store: DictStore, subjects: list[str], plan: Vector, limit: int = 3) -> list[tuple[str, float]]:
    found = [fact.id for fact in store.facts() if fact.subject in subjects]
    return [
        (episode.id, round(score, 3)) for episode, score in episodic_search(_snapshot(store), found, plan, limit=limit)
    ]


def test_match_and_similarity_are_each_scaled_to_their_largest_and_added(store: DictStore) -> None:
    plan = (0.8 * AXES[1] + 0.6 * AXES[2]).astype(np.float32)
    found = _search(store, ["thing 0.0", "thing 0.1", "thing 1.0"], plan)
    match = {"e0": 2 / 4 * math.log(4), "e1": 1 / 2 * math.log(2)}
    assert found == [("e1", round(match["e1"] / match["e0"] + 1, 3)), ("e0", 1.0), ("e2", 0.75)]


def test_without_facts_the_similarity_decides(store: DictStore) -> None:
    assert _search(store, [], AXES[2], limit=1) == [("e2", 1.0)]


def test_an_episode_that_is_far_from_the_plan_is_found_by_its_facts(store: DictStore) -> None:
    assert _search(store, ["thing 1.0", "thing 1.1"], AXES[3], limit=1)[0][0] == "e1"


def test_none_are_found_when_none_are_asked_for(store: DictStore) -> None:
    assert _search(store, ["thing 0.0"], AXES[0], limit=0) == []


def test_of_episodes_that_read_the_same_the_newest_counts_once(store: DictStore) -> None:
    for number in range(3, 6):
        append(store, [Episode(f"e{number}", "text 2", number)])
    found = [id_ for id_, _ in _search(store, [], AXES[2], limit=2)]
    assert found[0] == "e5"
    assert len(found) == 2


def test_an_episode_that_is_not_among_the_nearest_has_its_similarity_too(store: DictStore) -> None:
    plan = (0.8 * AXES[1] + 0.6 * AXES[0]).astype(np.float32)
    found = dict(_search(store, ["thing 0.0", "thing 0.1"], plan, limit=1))
    assert found == {"e0": 1.75}


def test_episodes_that_the_reader_has_before_it_are_passed_over(store: DictStore) -> None:
    found = [fact.id for fact in store.facts()]
    assert {e.id for e, _ in episodic_search(_snapshot(store), found, AXES[0], limit=3, without=["e0"])} == {"e1", "e2"}
