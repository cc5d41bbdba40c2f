"""AriGraph's search (section 2.2): facts near the query, spread along the graph; then the episodes that taught most."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from graphmem import validation
from graphmem.records import Episode, Fact, Vector, Why, entity_key
from graphmem.retrieval import weights
from graphmem.retrieval.search import Found, Question, Snapshot


@dataclass(frozen=True, slots=True)
class AriGraph:
    """The search of the paper: `depth` rounds of semantic search, `width` facts each, then episodic search.

    A mapping gives the texts of a question depths of their own; one that it does not name has a depth of 1.
    """

    depth: int | Mapping[str, int] = 2
    width: int = 6

    def __post_init__(self) -> None:
        for depth in self.depth.values() if isinstance(self.depth, Mapping) else [self.depth]:
            validation.whole("depth", depth, 1)
        validation.whole("width", self.width, 1)

    def find(self, question: Question, snapshot: Snapshot) -> Found:
        """The facts by semantic search, and the best episodes by episodic search."""
        depth = self.depth
        depths = {text: depth.get(text, 1) if isinstance(depth, Mapping) else depth for text in question.texts}
        hits = semantic_search(snapshot, depths, width=self.width, without=question.known)
        (aim,) = snapshot.ask([question.plan or " ".join(question.texts)])
        ids = {hit.fact.id for hit in hits}
        sightings = episodic_search(snapshot, ids, aim, limit=question.episodes, without=question.without)
        why = {hit.fact.id: Why(hit.score, (f"similar, {hit.hop} hops from the query",), ()) for hit in hits}
        why |= {episode.id: Why(score, ("taught what was found",), ()) for episode, score in sightings}
        return Found(tuple(hit.fact for hit in hits), tuple(episode for episode, _ in sightings), why)


@dataclass(frozen=True, slots=True)
class FoundFact:
    """A fact, how many hops from a query it was found, and its cosine to what found it."""

    fact: Fact
    hop: int
    score: float


def semantic_search(
    snapshot: Snapshot, queries: Mapping[str, int], *, width: int, without: Collection[str] = ()
) -> list[FoundFact]:
    """The `width` facts nearest to each query, then those nearest to the entities of what was found (algorithm 1).

    `queries` gives each query its depth: how many rounds may start from it. Equal to the paper's search run for each
    query and united; a round asks the store once for all its queries. Facts whose ids are in `without` are passed over
    as if they were not there. The result is ranked: fewer hops first, then the higher cosine, then the newer fact.
    """
    left = {query: depth for query, depth in queries.items() if depth > 0}
    hops = dict.fromkeys(left, 0)
    asked: set[str] = set()
    found: dict[str, FoundFact] = {}
    while open_ := {query: depth for query, depth in left.items() if depth > 0 and query not in asked}:
        depth = max(open_.values())
        batch = [query for query in open_ if open_[query] == depth]
        asked.update(batch)
        vectors = snapshot.vectors(batch) if any(hops[query] for query in batch) else snapshot.ask(batch)
        nearest = snapshot.nearest("fact", vectors, limit=width + len(without))
        hits = [[hit for hit in row if hit[0] not in without][:width] for row in nearest]
        facts = {fact.id: fact for fact in snapshot.facts(ids={id_ for row in hits for id_, _ in row})}
        for query, row in zip(batch, hits, strict=True):
            for id_, score in row:
                if id_ not in facts:  # retired by another process between the two questions
                    continue
                _keep_best(found, FoundFact(facts[id_], hops[query], score))
                for name in map(entity_key, (facts[id_].subject, facts[id_].object)):
                    left[name] = max(left.get(name, 0), depth - 1)
                    hops.setdefault(name, hops[query] + 1)
    return sorted(found.values(), key=lambda hit: (hit.hop, -hit.score, -hit.fact.since))


def _keep_best(found: dict[str, FoundFact], hit: FoundFact) -> None:
    held = found.get(hit.fact.id)
    if held is None or (hit.hop, -hit.score) < (held.hop, -held.score):
        found[hit.fact.id] = hit


def relevance(matching: int, taught: int) -> float:
    """The paper's relevance of an episode, `n / max(N, 1) · log(max(N, 1))`.

    n = `matching` of its facts were found by semantic search, N = `taught` in all. The logarithm keeps an episode of
    a single fact from winning by its one match.

    >>> relevance(1, 1), round(relevance(4, 8), 3)
    (0.0, 1.04)
    """
    return matching / max(taught, 1) * math.log(max(taught, 1))


def episodic_search(
    snapshot: Snapshot, found: Collection[str], plan: Vector, *, limit: int, without: Collection[str] = ()
) -> list[tuple[Episode, float]]:
    """At most `limit` episodes with their score, best first; `found` are the ids of the facts recalled.

    As in AriGraph's code, the score is the relevance and the cosine to the `plan` (a unit vector), each divided by
    its largest value among all episodes, and added. Episodes that taught none of the facts can only win by the
    cosine, so the nearest of them are enough to give the same answer as looking at all. Episodes in `without` are
    passed over, and of episodes that read the same only the newest counts.
    """
    if limit < 1:
        return []
    teaching = snapshot.episodes(taught=found) if found else []
    enough = weights.SPARE_NEAREST * limit + len(teaching) + len(without)
    (nearest,) = snapshot.nearest("episode", plan[None], limit=enough)
    taught = {episode.id for episode in teaching}
    others = snapshot.episodes(ids=[id_ for id_, _ in nearest if id_ not in taught])
    candidates = _newest_of_same(episode for episode in teaching + others if episode.id not in without)
    cosine = dict(nearest) | _cosines_of_others(snapshot, candidates, dict(nearest), plan)
    matches = {
        episode.id: relevance(len(set(episode.facts).intersection(found)), len(episode.facts)) for episode in candidates
    }
    best_match, best_cosine = max(matches.values(), default=0.0), max(cosine.values(), default=0.0)
    scored = [
        (episode, _share(matches[episode.id], best_match) + _share(cosine.get(episode.id, 0.0), best_cosine))
        for episode in candidates
    ]
    return sorted(scored, key=lambda pair: (-pair[1], -pair[0].step))[:limit]


def _cosines_of_others(
    snapshot: Snapshot, candidates: Iterable[Episode], near: Mapping[str, float], plan: Vector
) -> dict[str, float]:
    """The cosine to the plan of those candidates that are not among the nearest."""
    missing = {episode.text: episode.id for episode in candidates if episode.id not in near}  # no text twice
    return {missing[text]: float(vector @ plan) for text, vector in snapshot.store.vectors(missing).items()}


def _newest_of_same(episodes: Iterable[Episode]) -> list[Episode]:
    newest: dict[str, Episode] = {}
    for episode in sorted(episodes, key=lambda episode: episode.step):
        newest[episode.text] = episode
    return list(newest.values())


def _share(value: float, largest: float) -> float:
    return value / largest if largest > 0 else 0.0
