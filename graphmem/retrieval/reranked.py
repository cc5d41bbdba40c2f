"""A second look: a search whose episodes a reranker puts in order.

from graphmem.embedding import load_reranker
from graphmem.retrieval import Reranked

memory.recall("where is the key?", search=Reranked(load_reranker("models/my-cross-encoder")))
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from graphmem.errors import InputError
from graphmem.protocols import Reranker
from graphmem.records import with_images
from graphmem.retrieval import weights
from graphmem.retrieval.pagerank import PageRank
from graphmem.retrieval.search import Found, Question, Search, Snapshot


@dataclass(frozen=True, slots=True)
class Reranked:
    """The episodes of a `search`, as many as it would tell, those with the highest score of the `reranker` first."""

    reranker: Reranker
    search: Search = field(default_factory=PageRank)

    def find(self, question: Question, snapshot: Snapshot) -> Found:
        """What the search finds; its facts and its order of equal episodes stay."""
        wide = replace(question, episodes=max(weights.RERANKED, question.episodes), stops=False)
        found = self.search.find(wide, snapshot)
        number = len(self.search.find(question, snapshot).episodes) if question.stops else question.episodes
        if not found.episodes:
            return found
        texts = [with_images(found.excerpts.get(e.id, e.text), e.images) for e in found.episodes]
        scores = self.reranker(" . ".join(question.texts), texts)
        if len(scores) != len(texts):
            raise InputError(
                f"the reranker gave {len(scores)} scores for {len(texts)} texts; it must give one for each"
            )
        best = sorted(range(len(texts)), key=lambda index: -scores[index])
        return replace(found, episodes=tuple(found.episodes[index] for index in best[:number]))
