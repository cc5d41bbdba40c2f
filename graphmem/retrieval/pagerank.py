"""The search by PageRank: what bears on a question, by a random walk over the neighbourhood of its seeds.

    link     the entities that the question names, the nearest and the matching facts and episodes: one question
    explore  a bounded neighbourhood of these, hop by hop, ranked by personalised PageRank
    rank     the facts and the episodes to tell
    explain  the seeds that lead to each, and the way

No model is asked. HippoRAG's idea (arXiv 2405.14831), over facts, entities and episodes, and bounded at each hop, so
that a question costs the same in a small memory and in a large one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter

import numpy as np

from graphmem import validation
from graphmem.language.names import named, other_forms, spans
from graphmem.language.times import asks_of_present
from graphmem.language.words import content, stem, stems
from graphmem.records import Episode, Fact, Seeds, Why, entity_key, with_images
from graphmem.retrieval import ranking, weights
from graphmem.retrieval.absence import is_known
from graphmem.retrieval.chains import Chain, chains, reasons
from graphmem.retrieval.excerpts import excerpts_of
from graphmem.retrieval.explaining import explain
from graphmem.retrieval.neighbourhood import Neighbourhood, explore
from graphmem.retrieval.newest import changes, changes_first, without_older
from graphmem.retrieval.search import Found, Question, Snapshot
from graphmem.retrieval.timing import Then, Time, at_end, then_of, time_asked, told_then
from graphmem.retrieval.whom import asked_of


@dataclass(frozen=True, slots=True)
class PageRank:
    """The search by a random walk, taken `rounds` times: in each after the first, what was found joins the question."""

    rounds: int = 1

    def __post_init__(self) -> None:
        validation.whole("rounds", self.rounds, 1)

    def find(self, question: Question, snapshot: Snapshot) -> Found:
        """What bears on the texts of the question taken together; episodes similar to its plan count as near, too.

        When they ask about a time, what was told of it goes first, and the facts are those that held at its end.
        """
        question = _as_told(question, snapshot)
        time = time_asked(_text(question), snapshot, lambda event: _telling_of(event, snapshot))
        past = at_end(time, snapshot)
        found, around = Found(), Neighbourhood()
        for _ in range(self.rounds):
            seeds, names = _link(question, snapshot, found)
            around = explore(snapshot, seeds, names)
            candidates = _candidates(question, snapshot, seeds, around, time)
            then = then_of(time, candidates)
            if not (then.only or _is_known(question, snapshot, seeds, around, candidates, then)):
                return Found()
            found = _rank(question, snapshot, past, seeds, around, candidates, then)
        led = _led(question, seeds, past)
        first = changes_first(_led_first(led, found.facts), attrgetter("asserted_by"), found.changes)
        facts = _with_ends(first, past, snapshot)
        found = replace(found, facts=facts, chains=tuple(led))
        return replace(found, why={**_reasons(found, around), **reasons(led)}) if question.explain else found


def _as_told(question: Question, snapshot: Snapshot) -> Question:
    """The question with the names that the memory has for whom it asks of: "Bob or Robert", if it knows no Bob.

    A name that goes on is left as it is: "Bob Dylan".
    """
    asked = asked_of(_text(question))
    known = {entity_key(entity.name) for entity in snapshot.entities(asked)} if asked else ()
    for name in asked:
        if name not in known and (found := snapshot.entities(other_forms(name))):
            others = " or ".join((name.title(), *(entity.name for entity in found)))
            alone = re.compile(rf"\b(?i:{re.escape(name)})\b(?! [A-Z])")
            texts = (alone.sub(others, text) for text in question.texts)
            question = replace(question, texts=tuple(texts))
    return question


def _telling_of(event: str, snapshot: Snapshot) -> Sequence[Episode]:
    """The episodes that may tell of an event, the likeliest first."""
    return PageRank().find(Question((event,)), snapshot).episodes


def _candidates(
    question: Question, snapshot: Snapshot, seeds: Seeds, around: Neighbourhood, time: Time | None
) -> Sequence[Episode]:
    """The episodes among which those to tell are chosen, in order of step."""
    found = snapshot.episodes(
        ids=ranking.candidates(seeds, around.ranked("episode"), around.follows, question.episodes)
    )
    then = told_then(time, question.texts, snapshot) if time else []
    return sorted({each.id: each for each in (*found, *then)}.values(), key=lambda each: each.step) if then else found


def _is_known(
    question: Question,
    snapshot: Snapshot,
    seeds: Seeds,
    around: Neighbourhood,
    candidates: Sequence[Episode],
    then: Then,
) -> bool:
    asked = then.time.rest if then.time and then.fits else _text(question)
    return is_known(asked, seeds, around.facts.values(), candidates, snapshot.embed, timely=bool(then.fits))


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
    question: Question,
    snapshot: Snapshot,
    past: Snapshot,
    seeds: Seeds,
    around: Neighbourhood,
    candidates: Sequence[Episode],
    then: Then,
) -> Found:
    facts = _facts(question, seeds, around)
    if then.time:
        facts = _facts_then(question, snapshot, past, facts, then)
    whole = {episode.id: episode for episode in then.only or candidates if episode.id not in question.without}
    excerpts = excerpts_of(whole.values(), seeds.passages, _text(question))
    cosines = _cosines(question, snapshot, seeds, whole.values())
    ended = _ended(_text(question), facts, whole.values(), around)
    ranked = ranking.rank_episodes(
        _text(question),
        [
            replace(each, text=with_images(excerpts.get(each.id, each.text), each.images))
            if each.id in excerpts or each.images
            else each
            for each in whole.values()
        ],
        rank=around.ranked("episode"),
        cosine=cosines,
        follows=around.follows,
        limit=weights.MOST_EPISODES if question.stops else question.episodes,
        stops=question.stops and not then.only,
        timely=then.fits,
        ended=ended,
    )
    episodes = [whole[episode.id] for episode in ranked]
    if then.only:
        episodes.sort(key=lambda each: -then.fits[each.id])
    changed = changes(_text(question), episodes, cosines, ended)
    conflicts = _conflicts(facts, around.disputed.values())
    sides = {side.asserted_by for pair in conflicts for side in pair} - {episode.id for episode in episodes}
    if sides:
        episodes += snapshot.episodes(ids=sides - question.without)
    return Found(tuple(facts), tuple(episodes), conflicts=conflicts, excerpts=excerpts, changes=changed)


def _ended(
    question: str, facts: Sequence[Fact], episodes: Iterable[Episode], around: Neighbourhood
) -> Mapping[str, set[str]]:
    """By the id of the episode that asserted the first fact the earlier ones of its subject of which nothing holds.

    None, if the fact has no word of the question, or that does not ask how things are.
    """
    first = next(iter(facts), None)
    if not first or not asks_of_present(question) or stems(first.triple.text).isdisjoint(map(stem, content(question))):
        return {}
    ended = {
        each.id
        for each in episodes
        if each.facts and each.step < first.since and first.subject in each.mentions
        if ("episode", each.id) in around.asked and around.facts.keys().isdisjoint(each.facts)
    }
    return {first.asserted_by: ended} if ended else {}


def _facts(question: Question, seeds: Seeds, around: Neighbourhood) -> list[Fact]:
    facts = ranking.rank_facts(around.facts, around.ranked("fact"), dict(seeds.near_facts), without=question.known)
    return _with_chains(without_older(facts, around.facts.values()), around.facts.values())


def _facts_then(
    question: Question, snapshot: Snapshot, past: Snapshot, facts: Sequence[Fact], then: Then
) -> list[Fact]:
    """The facts that held at the end of the time, first those taught in it; these alone, when no more is asked."""
    if then.only:
        return [fact for fact in past.facts(ids=then.taught) if fact.id not in question.known][: weights.MOST_FACTS]
    if past is not snapshot:
        seeds, names = _link(question, past, Found())
        held = _facts(question, seeds, explore(past, seeds, names))
        facts = list({fact.id: fact for fact in (*held, *facts) if fact in held or fact.id in then.taught}.values())
    return sorted(facts, key=lambda fact: fact.id not in then.taught)


def _with_ends(facts: Sequence[Fact], past: Snapshot, snapshot: Snapshot) -> tuple[Fact, ...]:
    """The facts as they held in the `past`, each with its end, if it has ended since."""
    if past is snapshot or not facts:
        return tuple(facts)
    now = snapshot.store.facts(ids=[fact.id for fact in facts], current=False, at=snapshot.at)
    ends = {fact.id: fact for fact in now}
    return tuple(ends.get(fact.id, fact) for fact in facts)


def _cosines(
    question: Question, snapshot: Snapshot, seeds: Seeds, candidates: Collection[Episode]
) -> Mapping[str, float]:
    """How near each candidate is to the question, by its own vector too, when it was not among the nearest."""
    near = dict(seeds.near_episodes)
    stored = snapshot.store.vectors([each.text for each in candidates if each.id not in near])
    texts = snapshot.ask([*question.texts, *filter(None, [question.plan])])
    own = [each for each in candidates if each.text in stored]
    if not own:
        return near
    cosines = np.vecdot(np.stack([stored[each.text] for each in own])[:, None], texts).max(axis=1)
    return dict(zip((each.id for each in own), cosines.tolist(), strict=True)) | near


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
