"""What the page is told of a memory, as data that JSON holds. Every answer is bounded, however large the memory.

A *piece* of the graph is {"facts": rows, "kinds": {name: kind}, "episodes": rows}. The page puts the pieces it gets
together. A fact's row has the fields `FACT`, an episode's the fields `EPISODE`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from heapq import nlargest
from typing import Any

from graphmem.records import Episode, Fact
from graphmem.view import View
from graphmem.viewer.kinds import COLOURS, kinds

FACT = ("id", "subject", "relation", "object", "since", "until", "support", "asserted_by", "retired_by")
EPISODE = ("id", "step", "headline")

MOST_FACTS = 20_000
"""Facts told at first: all of a memory that has no more, else those between its best connected entities."""

MOST_EPISODES = 5_000
"""Episodes told at first, the newest, each by its headline."""

MOST_ABOUT = 500
"""Facts told about one entity, the newest."""

_HEADLINE = 160

Piece = dict[str, Any]


def overview(view: View, name: str) -> Piece:
    """The memory called `name`, at first sight: its size, and the graph or its best connected part."""
    facts = view.facts(retired=True)
    shown = _best_connected(facts, MOST_FACTS)
    return {
        "name": name,
        "stats": stats(view),
        "colours": COLOURS,
        "fields": {"fact": FACT, "episode": EPISODE},
        "whole": len(shown) == len(facts),
        **_piece(shown, kinds(facts), view.episodes(newest=MOST_EPISODES)),
    }


def stats(view: View) -> Piece:
    """The size of the memory: when it is the same as before, nothing has changed."""
    return asdict(view.stats())


def changes(view: View, settled: int) -> Piece:
    """What has come since `settled` episodes had been read: the new ones, and the facts they taught and retired."""
    unseen = view.stats().episodes - settled
    episodes = view.episodes(newest=min(max(unseen, 0) + 1, MOST_EPISODES))
    about = _about(view, episodes)
    return {"stats": stats(view), **_piece(_touched(about, episodes), kinds(about), episodes)}


def entity(view: View, name: str) -> Piece:
    """All that is known of an entity: other names, its facts (the newest `MOST_ABOUT`), the episodes that made them."""
    facts = view.history(name)
    newest = facts[-MOST_ABOUT:]
    makers = {fact.asserted_by for fact in newest} | {fact.retired_by for fact in newest if fact.retired_by}
    aliases = [alias for found in view.entities([name]) for alias in found.aliases]
    return {"aliases": aliases, "all": len(facts), **_piece(newest, kinds(facts), view.episodes(ids=makers))}


def episode(view: View, id_: str) -> Piece:
    """An episode in full, and the facts that it taught and retired; {} when there is none of that id."""
    found = view.episodes(ids=[id_])
    about = _about(view, found)
    return {**_text(found[0]), **_piece(_touched(about, found), kinds(about), found)} if found else {}


def recollection(view: View, query: str) -> Piece:
    """What the memory recalls for `query`, the prompt's text, and why each fact and episode came to mind."""
    found = view.recall(query, explain=True)
    return {
        "text": found.text,
        "omitted": found.omitted_facts,
        "why": {id_: asdict(why) for id_, why in found.why.items()},
        **_piece(found.facts, kinds(found.facts), found.episodes),
    }


def whole(view: View, name: str) -> Piece:
    """The overview with the episodes' texts: all that a page can show with no memory behind it."""
    return {**overview(view, name), "texts": [_text(each) for each in view.episodes(newest=MOST_EPISODES)]}


def _piece(facts: Sequence[Fact], kind_of: Mapping[str, str], episodes: Iterable[Episode]) -> Piece:
    names = {name for fact in facts for name in (fact.subject, fact.object)}
    return {
        "facts": [[getattr(fact, field) for field in FACT] for fact in facts],
        "kinds": {name: kind_of[name] for name in sorted(names)},
        "episodes": [[each.id, each.step, _headline(each.told)] for each in episodes],
    }


def _text(episode: Episode) -> Piece:
    return {
        "id": episode.id,
        "step": episode.step,
        "time": episode.time and episode.time.isoformat(" ", "seconds"),
        "text": episode.told,
        "images": [image.hash for image in episode.images],
        "error": episode.error,
        "taught": episode.facts,
    }


def _headline(text: str) -> str:
    line = " ".join(text[: 4 * _HEADLINE].split())
    return line if len(line) <= _HEADLINE else line[: _HEADLINE - 1] + "…"


def _best_connected(facts: Sequence[Fact], most: int) -> Sequence[Fact]:
    """At most so many of `facts`: those that hold, between entities of many facts, first."""
    if len(facts) <= most:
        return facts
    degree = Counter(name for fact in facts for name in (fact.subject, fact.object))
    best = nlargest(most, facts, key=lambda fact: (fact.current, min(degree[fact.subject], degree[fact.object])))
    return sorted(best, key=lambda fact: fact.since)


def _about(view: View, episodes: Iterable[Episode]) -> list[Fact]:
    """Every fact about what the episodes mention."""
    names = {name for each in episodes for name in each.mentions}
    return view.facts(names, retired=True) if names else []


def _touched(facts: Iterable[Fact], episodes: Sequence[Episode]) -> list[Fact]:
    """Those of `facts` that the episodes taught or retired."""
    ids, taught = {each.id for each in episodes}, {fact for each in episodes for fact in each.facts}
    return [fact for fact in facts if fact.id in taught or fact.retired_by in ids]
