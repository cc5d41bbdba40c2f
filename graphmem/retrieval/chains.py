"""Chains of facts: from what a question names, fact by fact, to what it asks of it; no model reads the question.

    start   each entity that the question names, with the question as it reads without that name
    grow    hop by hop from subject to object, by the newest fact of each relation, the best few ways only
    rank    by how near in meaning the relations of a way, told in their order, are to the question without the name

"Which country is the wife of the author of Emma a citizen of?" becomes "Which country is the wife of the author of it a
citizen of?", and "it, author, married to, citizen of" is nearest to that, whoever the author is: what the facts say
between the two ends does not weigh. The relations alone are embedded, and these are few.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

import numpy as np

from graphmem.language.words import STOP_WORDS, words
from graphmem.records import Fact, Seeds, Vector, Why, entity_key
from graphmem.retrieval import weights
from graphmem.retrieval.search import Snapshot

Chain = tuple[Fact, ...]
"""Facts each of which begins where the one before it ends."""

_SAYS_LITTLE = frozenset({"name", "called", "title", "current", "currently", "it"})
_HELPERS = re.compile(r"^(?:has|have|is|are|was|were)(?: an?| the)? (?=\S)")


@dataclass(frozen=True, slots=True)
class Start:
    """What a question names, and what it asks of that: as a whole, by its first words, and word by word."""

    name: str
    asked: Vector
    head: Vector
    words: Vector


@dataclass(frozen=True, slots=True)
class Way:
    """A chain that may grow on from `end`, with the sum of the vectors of its relations, and how near that is."""

    start: Start
    facts: Chain
    total: Vector
    near: float = 0.0

    @property
    def end(self) -> str:
        return entity_key(self.facts[-1].object if self.facts else self.start.name)

    def passes(self, name: str) -> bool:
        return entity_key(name) in {entity_key(self.start.name), *(entity_key(fact.object) for fact in self.facts)}


def chains(text: str, seeds: Seeds, snapshot: Snapshot) -> dict[Chain, float]:
    """The chains that answer the question `text`, each with its score, best first; none when none is near enough.

    One may be a single fact. None that follow are longer than a first one of one fact.
    """
    starts = _starts(text, seeds, snapshot) if seeds.facts else []
    scored = _scored(_grown(starts, seeds.facts, snapshot), snapshot)
    best = max(scored.values(), default=0.0)
    found: dict[str, tuple[Chain, float]] = {}
    longest = 0
    for way, score in sorted(scored.items(), key=lambda item: -item[1]):
        longest = longest or (1 if len(way) == 1 else weights.CHAIN_HOPS)
        if len(way) <= longest and score >= best - weights.CHAIN_MARGIN:
            found.setdefault(entity_key(way[-1].object), (way, score))
    return dict(list(found.values())[: weights.CHAINS])


def reasons(found: Mapping[Chain, float]) -> dict[str, Why]:
    """By the id of the fact that ends it, why each chain was found: the name in the question, and the way from it."""
    return {
        chain[-1].id: Why(
            score=round(score, 6),
            seeds=(f"named {chain[0].subject}",),
            path=(chain[0].subject, *(part for fact in chain for part in (str(fact), fact.object))),
        )
        for chain, score in reversed(list(found.items()))
    }


def newest_of_each(facts: Iterable[Fact], named: Collection[str] = ()) -> list[Fact]:
    """Of the facts that say the same of one subject the newest; where one has many at once, some of the newest.

    One to what the question names too, by these keys, goes before a newer one.
    """
    told: dict[tuple[str, str], list[Fact]] = defaultdict(list)
    keyed = [(fact.key, fact) for fact in facts]
    for (subject, relation, _), fact in sorted(keyed, key=lambda it: (it[0][2] in named, it[1].since), reverse=True):
        told[subject, fact.slot or relation].append(fact)
    many = {what for (_, what), same in told.items() if len(same) >= weights.MANY_AT_ONCE}
    return [fact for (_, what), same in told.items() for fact in same[: weights.MANY_AT_ONCE if what in many else 1]]


def _starts(text: str, seeds: Seeds, snapshot: Snapshot) -> list[Start]:
    """What `text` names and asks something of."""
    asked = [(name, _without(text, said)) for name, said in _named(text, seeds)]
    telling = [(name, without, told) for name, without in asked if (told := _telling(without))]
    if not telling:
        return []
    texts = [[without, " ".join(told[: weights.HEAD_WORDS]), *told] for _, without, told in telling]
    left = iter(snapshot.embed([text for own in texts for text in own]))  # all in one: each run of a model costs
    vectors = [np.stack(list(islice(left, len(own)))) for own in texts]
    return [Start(name, own[0], own[1], own[2:]) for (name, _, _), own in zip(telling, vectors, strict=True)]


def _named(text: str, seeds: Seeds) -> list[tuple[str, str]]:
    """The entities that stand in the text, none inside a longer one, and as which of their names."""
    standing = f" {' '.join(words(text))} "
    called = {alias: entity.name for entity in seeds.entities for alias in (entity.name, *entity.aliases)}
    called = {fact.subject: fact.subject for fact in seeds.facts} | called
    runs = {alias: _run(alias) for alias in called}
    stand = [alias for alias, run in runs.items() if run in standing and not STOP_WORDS.issuperset(run.split())]
    found: list[str] = []
    for alias in sorted(stand, key=lambda alias: -len(runs[alias])):
        if not any(runs[alias] in runs[longer] for longer in found):
            found.append(alias)
    return [(called[alias], alias) for alias in found[: weights.CHAIN_STARTS]]


@lru_cache(maxsize=16384)
def _run(name: str) -> str:
    """A name as it stands among the words of a text."""
    return f" {' '.join(words(entity_key(name)))} "


def _without(text: str, name: str) -> str:
    """The text with "it" for the name."""
    run = r"[\W_]+".join(map(re.escape, words(entity_key(name))))
    return re.sub(
        rf"(?:\b(?:the|an?)\s+)?[\"'\u201c\u2018]*(?<!\w){run}(?!\w)\.?[\"\u201d]?", "it", text, flags=re.IGNORECASE
    )


def _telling(asked: str) -> list[str]:
    """The words that say what is asked for: "country", "author" of "Which country is the author of it from?"."""
    return list(dict.fromkeys(word for word in words(asked) if word not in STOP_WORDS | _SAYS_LITTLE))


def _grown(starts: Sequence[Start], near: Iterable[Fact], snapshot: Snapshot) -> list[Way]:
    """All ways that were looked at, from each start and from the best ways of each hop."""
    ways = [Way(start, (), np.zeros_like(start.asked)) for start in starts]
    named = {entity_key(start.name) for start in starts}
    near = [fact for fact in near if snapshot.at is None or fact.since <= snapshot.at]
    found: list[Way] = []
    for _ in range(weights.CHAIN_HOPS):
        if not ways:
            break
        longer = _longer(ways, newest_of_each(_facts_from(ways, near, snapshot), named), snapshot)
        found += longer
        ways = sorted(longer, key=lambda way: -way.near)[: weights.CHAIN_BEAM]
    return found


def _facts_from(ways: Sequence[Way], near: Iterable[Fact], snapshot: Snapshot) -> list[Fact]:
    """The newest facts of each relation of each end; of one that has very many, those near what is asked, too."""
    ends = {way.end: way for way in reversed(ways)}
    told = snapshot.outgoing(ends, each=weights.MANY_AT_ONCE, limit=weights.FACTS_OF_LINK)
    often = Counter(fact.key[0] for fact in told)
    if hubs := [end for end in ends if often[end] >= weights.FACTS_OF_LINK]:
        wanted = snapshot.vectors(hubs) + np.stack([ends[hub].start.asked for hub in hubs])
        hits = snapshot.nearest("fact", wanted.astype(np.float32), limit=weights.FACTS_OF_LINK)
        told += snapshot.facts(ids={id_ for row in hits for id_, _ in row})
    told += [fact for fact in near if fact.key[0] in ends]
    return list({fact.id: fact for fact in told}.values())


def _longer(ways: Sequence[Way], facts: Iterable[Fact], snapshot: Snapshot) -> list[Way]:
    """The ways by one fact more; none comes back to where it was."""
    said: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        said[fact.key[0]].append(fact)
    steps = [(way, fact) for way in ways for fact in said.get(way.end, ()) if not way.passes(fact.object)]
    if not steps:
        return []
    totals = np.stack([way.total for way, _ in steps]) + snapshot.embed([_phrase(fact) for _, fact in steps])
    near = np.vecdot(totals, np.stack([way.start.asked for way, _ in steps])).astype(float)
    length = np.sqrt(np.vecdot(totals, totals)).astype(float)
    cosines = (near / np.where(length > 0, length, 1.0)).tolist()
    return [
        Way(way.start, (*way.facts, fact), total, cosine)
        for (way, fact), total, cosine in zip(steps, totals, cosines, strict=True)
    ]


def _scored(ways: Sequence[Way], snapshot: Snapshot) -> dict[Chain, float]:
    """The nearest of the ways, told as a whole, with their scores; none that is not near the question."""
    nearest = sorted(ways, key=lambda way: -way.near)[: weights.CHAINS_TOLD]
    if not nearest:
        return {}
    whole = snapshot.embed([_told(way.facts) for way in nearest])
    last = snapshot.embed([_phrase(way.facts[-1]) for way in nearest])
    found: dict[Chain, float] = {}
    for way, told, end in zip(nearest, whole, last, strict=True):
        near = float(told @ way.start.asked)
        if near >= weights.NEAR_CHAIN and near - weights.UNASKED * _unasked(way, snapshot) >= weights.NEAR_CHAIN:
            score = near + weights.CHAIN_HEAD * float(end @ way.start.head) - weights.CHAIN_HOP * len(way.facts)
            found[way.facts] = max(score, found.get(way.facts, -1.0))
    return found


def _unasked(way: Way, snapshot: Snapshot) -> float:
    """How much of a chain the question has no word for: "Where does Ann live?" does not ask for her sister."""
    if len(way.facts) == 1:
        return 0.0
    missing = 0.0
    for fact in way.facts:
        said = snapshot.embed(_telling(_phrase(fact)) or [_phrase(fact)])
        missing += max(0.0, weights.ASKED - float(np.vecdot(said[:, None], way.start.words).max(axis=1).mean()))
    return missing


def _told(facts: Chain) -> str:
    """The relations of a chain in their order: "it, author, married to"."""
    return ", ".join(["it", *map(_phrase, facts)])


def _phrase(fact: Fact) -> str:
    """What a fact says of its subject: "author" of "has author"."""
    return _said(fact.relation)


@lru_cache(maxsize=16384)
def _said(relation: str) -> str:
    return _HELPERS.sub("", " ".join(relation.casefold().split()))
