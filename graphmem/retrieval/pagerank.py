"""The search by PageRank: what bears on a question, by a random walk over the neighbourhood of its seeds.

    link     the entities that the question names, the nearest and the matching facts and episodes: one question
    explore  a bounded neighbourhood of these, hop by hop, ranked by personalised PageRank
    rank     the facts and the episodes to tell
    explain  the seeds that lead to each, and the way

No model is asked. HippoRAG's idea (arXiv 2405.14831), over facts, entities and episodes, and bounded at each hop, so
that a question costs the same in a small memory and in a large one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from graphmem import validation
from graphmem.language.names import named, spans
from graphmem.language.words import content
from graphmem.records import Episode, Fact, Seeds, Why, entity_key
from graphmem.retrieval import ranking, weights
from graphmem.retrieval.absence import is_known
from graphmem.retrieval.chains import Chain, chains, reasons
from graphmem.retrieval.excerpts import excerpts_of
from graphmem.retrieval.explaining import explain
from graphmem.retrieval.neighbourhood import Neighbourhood, explore
from graphmem.retrieval.newest import without_older
from graphmem.retrieval.search import Found, Question, Snapshot


@dataclass(frozen=True, slots=True)
class PageRank:
    """The search by a random walk, taken `rounds` times: in each after the first, what was found joins the question."""

    rounds: int = 1

    def __post_init__(self) -> None:
        validation.whole("rounds", self.rounds, 1)

    def find(self, question: Question, snapshot: Snapshot) -> Found:
        """What bears on the texts of the question taken together; episodes similar to its plan count as near, too."""
        found, around = Found(), Neighbourhood()
        for _ in range(self.rounds):
            seeds, names = _link(question, snapshot, found)
            around = explore(snapshot, seeds, names)
            candidates = snapshot.episodes(
                ids=ranking.candidates(seeds, around.ranked("episode"), around.follows, question.episodes)
            )
            if not is_known(_text(question), seeds, around.facts.values(), candidates, snapshot.embed):
                return Found()
            found = _rank(question, snapshot, seeds, around, candidates)
        led = _led(question, seeds, snapshot)
        found = replace(found, facts=_led_first(led, found.facts), chains=tuple(led))
        return replace(found, why={**_reasons(found, around), **reasons(led)}) if question.explain else found


def _text(question: Question) -> str:
    return " . ".join(question.texts)


def _led(question: Question, seeds: Seeds, snapshot: Snapshot) -> Mapping[Chain, float]:
    """The chains that answer one of the texts, without those whose end the asker has before it."""
    found = {chain: score for text in question.texts for chain, score in chains(text, seeds, snapshot).items()}
    return {chain: score for chain, score in found.items() if chain[-1].id not in question.known}


def _led_first(led: Iterable[Chain], facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """The facts of the chains, the end of each first, before all others."""
    first = [fact for chain in led for fact in reversed(chain)]
    return tuple({fact.id: fact for fact in (*first, *facts)}.values())


def _link(question: Question, snapshot: Snapshot, before: Found) -> tuple[Seeds, Mapping[str, float]]:
    """Where the search starts: hits, and the entities that the question names or that the best found mention."""
    text = _text(question)
    mentioned = {name for episode in before.episodes[: weights.LEADING] for name in episode.mentions}
    leads = [fact.triple.text for fact in before.facts[: weights.LEADING]]
    texts = [*question.texts, *filter(None, [question.plan]), *leads]
    seeds = snapshot.seeds(spans(text) | mentioned, texts, " ".join(content(text)), limit=weights.HITS)
    led_to = {entity.name: weights.LED_TO for entity in seeds.entities if entity.name in mentioned}
    return seeds, led_to | named(text, seeds.entities)


def _rank(
    question: Question, snapshot: Snapshot, seeds: Seeds, around: Neighbourhood, candidates: Sequence[Episode]
) -> Found:
    facts = ranking.rank_facts(around.facts, around.ranked("fact"), dict(seeds.near_facts), without=question.known)
    facts = _with_chains(without_older(facts, around.facts.values()), around.facts.values())
    whole = {episode.id: episode for episode in candidates if episode.id not in question.without}
    excerpts = excerpts_of(whole.values(), seeds.passages)
    ranked = ranking.rank_episodes(
        _text(question),
        [replace(each, text=excerpts.get(each.id, each.text)) for each in whole.values()],
        rank=around.ranked("episode"),
        cosine=_cosines(question, snapshot, seeds, candidates),
        follows=around.follows,
        limit=weights.MOST_EPISODES if question.stops else question.episodes,
        stops=question.stops,
    )
    episodes = [whole[episode.id] for episode in ranked]
    conflicts = _conflicts(facts, around.disputed.values())
    sides = {side.asserted_by for pair in conflicts for side in pair} - {episode.id for episode in episodes}
    if sides:
        episodes += snapshot.episodes(ids=sides - question.without)
    return Found(tuple(facts), tuple(episodes), conflicts=conflicts, excerpts=excerpts)


def _cosines(
    question: Question, snapshot: Snapshot, seeds: Seeds, candidates: Sequence[Episode]
) -> Mapping[str, float]:
    """How near each candidate is to the question, by its own vector too, when it was not among the nearest."""
    near = dict(seeds.near_episodes)
    stored = snapshot.store.vectors([each.text for each in candidates if each.id not in near])
    texts = snapshot.ask([*question.texts, *filter(None, [question.plan])])
    own = {each.id: float((texts @ stored[each.text]).max()) for each in candidates if each.text in stored}
    return own | near


def _with_chains(facts: Sequence[Fact], known: Iterable[Fact]) -> list[Fact]:
    """After each fact with a slot the one that fills the same slot of its object, and so on along the chain.

    What lies in a box goes where the box goes.
    """
    filled = {(entity_key(fact.subject), fact.slot): fact for fact in known if fact.slot}
    found: dict[str, Fact] = {}
    for fact in facts:
        link: Fact | None = fact
        while link and link.id not in found:
            found[link.id] = link
            link = filled.get((entity_key(link.object), link.slot)) if link.slot else None
    return list(found.values())


def _conflicts(facts: Iterable[Fact], disputed: Iterable[Fact]) -> tuple[tuple[Fact, Fact], ...]:
    """The facts that another sighting of the same step contradicts, with what that one says."""
    disputed = list(disputed)
    return tuple(
        (fact, other)
        for fact in facts
        for other in disputed
        if fact.slot
        and (fact.slot, fact.since) == (other.slot, other.since)
        and fact.triple.key[0] == other.triple.key[0]
    )


def _reasons(found: Found, around: Neighbourhood) -> Mapping[str, Why]:
    return explain(around, [("fact", fact.id) for fact in found.facts] + [("episode", it.id) for it in found.episodes])
