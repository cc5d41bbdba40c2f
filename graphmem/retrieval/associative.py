"""Associative search: what bears on a question, by personalised PageRank over the neighbourhood of its seeds.

    linking     the entities that the question names
    seeds       those, and the nearest and the matching facts and episodes: one question to the store
    spreading   a bounded neighbourhood of the seeds, hop by hop, ranked by PageRank
    selection   the episodes that tell most, each something of its own

No model is asked. HippoRAG's idea (arXiv 2405.14831), over facts, entities and episodes, and bounded at each hop, so
that a question costs the same in a small memory and in a large one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from graphmem.language.names import named, spans
from graphmem.language.words import content
from graphmem.protocols import Store
from graphmem.records import Episode, Fact, Seeds, Vector, Why, entity_key
from graphmem.retrieval.absence import is_known
from graphmem.retrieval.explaining import explain
from graphmem.retrieval.repeats import distinct_episodes, distinct_facts
from graphmem.retrieval.selection import select
from graphmem.retrieval.spreading import Spread, spread

Embed = Callable[[Sequence[str]], Vector]
"""Texts -> unit vectors of shape (len(texts), dimension)."""

HITS = 60
"""So many facts and episodes are asked for by vector, and by full text."""

BY_RANK, BY_VECTOR, BY_TEXT = 30, 15, 15
"""From how many episodes of the highest rank, the nearest and the best matching, those to tell are selected."""

MOST_FACTS = 40
"""No more facts than these are recalled."""

FAINT = 0.03
"""A fact with less than this part of the highest rank bears on nothing that was asked."""

REPEATS = 3
"""So many episodes more are selected than told, since some may read the same."""

LEADING, LED_TO = 3, 0.3
"""A next round starts from so many of the best facts and episodes too; what these mention weighs so much of a name."""


@dataclass(frozen=True, slots=True)
class Found:
    """The facts and episodes that bear on a question, best first, and why each was found, by its id.

    `conflicts` pairs a fact with one that another episode of the same step asserts in its place.
    """

    facts: tuple[Fact, ...] = ()
    episodes: tuple[Episode, ...] = ()
    why: Mapping[str, Why] = field(default_factory=dict)
    conflicts: tuple[tuple[Fact, Fact], ...] = ()


def associative_search(
    store: Store,
    embed: Embed,
    questions: Sequence[str],
    *,
    plan: str | None = None,
    limit: int,
    rounds: int = 1,
    without: Collection[str] = (),
    told: Collection[str] = (),
    explained: bool = False,
    at: int | None = None,
) -> Found:
    """What bears on the `questions` taken together: facts, and at most `limit` episodes.

    Episodes similar to the `plan` count as near, too. In each of the `rounds` after the first, what the one before it
    found joins the question. Episodes with ids in `without` and facts with ids in `told` are passed over.
    """
    question = " . ".join(questions)
    texts = [*questions, plan] if plan else list(questions)
    found = Found()
    for _ in range(rounds):
        names = spans(question).union(*(episode.mentions for episode in found.episodes[:LEADING]))
        seeds = store.seeds(names, embed([*texts, *_leads(found)]), " ".join(content(question)), limit=HITS, at=at)
        links = _led_to(found, seeds) | named(question, seeds.entities)
        around = spread(store, seeds, links, at=at)
        candidates = _candidates(store, seeds, around, at)
        if not is_known(question, seeds, around.facts.values(), candidates):
            return Found()
        episodes = _tell(question, [e for e in candidates if e.id not in without], seeds, around, limit)
        facts = _facts(around, seeds, told)
        conflicts = _conflicts(facts, around)
        sides = {side.asserted_by for pair in conflicts for side in pair} - {episode.id for episode in episodes}
        seen = [*episodes, *store.episodes(ids=sides - set(without), at=at)] if sides else episodes
        found = Found(tuple(facts), tuple(seen), conflicts=conflicts)
    if explained:
        ids = [("fact", fact.id) for fact in found.facts] + [("episode", episode.id) for episode in found.episodes]
        found = replace(found, why=explain(around, ids))
    return found


def _facts(around: Spread, seeds: Seeds, told: Collection[str]) -> list[Fact]:
    """The facts by rank and by similarity, those near-repeated left out, each followed by the chain of its slot."""
    near = dict(seeds.near_facts)
    rank = {id_: value for id_, value in around.ranked("fact") if id_ in around.facts}
    most, nearest = max(rank.values(), default=1.0) or 1.0, max(near.values(), default=1.0) or 1.0
    score = {id_: value / most + max(near.get(id_, 0.0), 0.0) / nearest for id_, value in rank.items()}
    chosen = [
        around.facts[id_]
        for id_ in sorted(score, key=lambda id_: (-score[id_], -around.facts[id_].since))
        if id_ not in told and rank[id_] >= FAINT * most
    ]
    return _with_chains(distinct_facts(chosen)[:MOST_FACTS], around.facts.values())


def _with_chains(facts: Sequence[Fact], known: Iterable[Fact]) -> list[Fact]:
    """After each fact with a slot the one that fills the same slot of its object, and so on along the chain.

    What lies in a box goes where the box goes.
    """
    filled = {(entity_key(fact.subject), fact.slot): fact for fact in known if fact.slot}
    kept: dict[str, Fact] = {}
    for fact in facts:
        link: Fact | None = fact
        while link and link.id not in kept:
            kept[link.id] = link
            link = filled.get((entity_key(link.object), link.slot)) if link.slot else None
    return list(kept.values())


def _conflicts(facts: Sequence[Fact], around: Spread) -> tuple[tuple[Fact, Fact], ...]:
    """The facts to tell that another sighting of the same step contradicts, with what that one says."""
    return tuple(
        (fact, other)
        for fact in facts
        for other in around.disputed.values()
        if fact.slot
        and (fact.slot, fact.since) == (other.slot, other.since)
        and fact.triple.key[0] == other.triple.key[0]
    )


def _candidates(store: Store, seeds: Seeds, around: Spread, at: int | None) -> list[Episode]:
    """The episodes of the highest rank, the nearest, the best matching, and those beside them."""
    hits = [id_ for id_, _ in (*seeds.near_episodes[:BY_VECTOR], *seeds.matching_episodes[:BY_TEXT])]
    ranked = [id_ for id_, _ in around.ranked("episode")[:BY_RANK]]
    beside = {id_ for pair in around.follows for id_ in pair}
    return store.episodes(ids={*ranked, *hits, *beside}, at=at)


def _tell(question: str, candidates: Sequence[Episode], seeds: Seeds, around: Spread, limit: int) -> list[Episode]:
    rank, cosine = dict(around.ranked("episode")), dict(seeds.near_episodes)
    more = limit + REPEATS if limit else 0
    chosen = select(question, candidates, rank=rank, cosine=cosine, follows=around.follows, limit=more)
    return distinct_episodes([episode for episode, _ in chosen])[:limit]


def _leads(found: Found) -> list[str]:
    """What a round looks for beside the question: the best of what the round before found."""
    return [str(fact.triple.text) for fact in found.facts[:LEADING]]


def _led_to(found: Found, seeds: Seeds) -> dict[str, float]:
    """The entities that the best episodes of the round before mention."""
    mentioned = {name for episode in found.episodes[:LEADING] for name in episode.mentions}
    return {entity.name: LED_TO for entity in seeds.entities if entity.name in mentioned}
