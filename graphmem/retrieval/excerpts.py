"""What is told of an episode that is too long to be told whole: the passages that bear on the question."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from graphmem.passages import SIZE
from graphmem.records import Episode, Part

TOLD = 2
"""So many passages of one episode are told, the best."""


def excerpts_of(episodes: Iterable[Episode], passages: Sequence[Part]) -> dict[str, str]:
    """By id, the best passages of each long episode, with the headings under which they stand; else how it begins.

    `passages` are those that were found, the best first.
    """
    found: dict[str, list[Part]] = {}
    for part in passages:
        found.setdefault(part.episode, []).append(part)
    return {
        episode.id: _excerpt(episode.text, found.get(episode.id, [])[:TOLD])
        for episode in episodes
        if len(episode.text) > SIZE
    }


def _excerpt(text: str, parts: Sequence[Part]) -> str:
    told = [_told(text, part) for part in sorted(parts, key=lambda part: part.start)]
    return "\n…\n".join(told) or f"{text[:SIZE].rsplit(maxsplit=1)[0]} …"


def _told(text: str, part: Part) -> str:
    passage = text[part.start : part.end].strip()
    before, after = "… " if part.start else "", " …" if part.end < len(text.rstrip()) else ""
    return f"({part.heading}) {before}{passage}{after}" if part.heading else f"{before}{passage}{after}"
