"""Query -> ranked facts and episodes: linking names, the paper's two searches, and the cut to a token budget."""
