"""Query -> ranked facts and episodes: two searches, and the seam for one's own.

search           what a search is given (`Question`, `Snapshot`) and gives (`Found`)
pagerank         the search by a random walk: links, seeds, neighbourhood, ranking, reasons
arigraph         the paper's two searches
reranked         another search, and a model that looks again at what it found
neighbourhood    from the seeds along the graph, bounded; random_walk ranks its nodes
ranking          how hits become one ranking, of facts and of episodes
scoring          what each episode is worth by itself
repeats          what adds nothing to what is told before it
absence          whether anything bears on the question; whom, on one that asks of somebody
budget           the cut to a number of tokens, as prompt text
weights          the numbers that may be tuned
"""

from graphmem.retrieval.arigraph import AriGraph
from graphmem.retrieval.pagerank import PageRank
from graphmem.retrieval.reranked import Reranked
from graphmem.retrieval.search import Found, Question, Search, Snapshot

__all__ = ["AriGraph", "Found", "PageRank", "Question", "Reranked", "Search", "Snapshot"]
