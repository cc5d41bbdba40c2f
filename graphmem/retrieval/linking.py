"""Which entities of the graph a text names."""

from __future__ import annotations

import re

from graphmem.records import entity_key

LONGEST_NAME = 6
"""Names of more words than this are not looked for in running text."""

WORDS = 3000
"""Names are looked for in so many words of a text."""

_SENTENCE_END = re.compile(r"[.!?;:,\n]+\s*|\s-=|=-\s?")


def spans(text: str) -> set[str]:
    """The key of every run of at most `LONGEST_NAME` words within a sentence: what may be an entity's name.

    The number grows with the text, never with the graph: the store is asked once which of them it knows.
    """
    found: set[str] = set()
    left = WORDS
    for sentence in _SENTENCE_END.split(text):
        words = sentence.split()[:left]
        left -= len(words)
        for start in range(len(words)):
            for end in range(start + 1, min(start + LONGEST_NAME, len(words)) + 1):
                found.add(entity_key(" ".join(words[start:end])))
    return found
