"""Which facts are no longer the newest of what can be one only, as far as the graph itself shows it.

Nothing is retired for it: such a fact is just not told beside the newer one, and stands in the history as before.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import TypeVar

from graphmem.language.times import asks_of_present, tells_of_change
from graphmem.language.words import STOP_WORDS, stem, stems, words
from graphmem.records import Episode, Fact
from graphmem.retrieval import weights
from graphmem.retrieval.whom import asked_of

T = TypeVar("T")

# What a thing is in one of at a time: where it is, whom it belongs to, what it costs. Never what one likes, visited,
# has, or works with, of which the graph may not yet show the second.
_STATE = re.compile(
    r"(?:is|are) (?:now |currently )?(?:located |based |situated |stationed |kept |stored |parked |hosted |deployed )?"
    r"(?:in|at|on)(?: the \w+ of)?"
    r"|(?:is|are) (?:now |currently )?(?:headed|led|owned|managed|run|coached|employed|hosted|maintained) by"
    r"|(?:lives|sits|stays|stands|sleeps|studies) (?:in|at|on|with)|works (?:at|for|in|as)|plays for|reports to"
    r"|belongs to|costs|weighs"
)


def single_valued(facts: Iterable[Fact]) -> frozenset[str]:
    """The relations of a state of which, by these facts, nearly every subject has one object at a time."""
    held: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for subject, relation, object_ in (fact.key for fact in facts if _is_state(fact.relation)):
        held[relation][subject].add(object_)
    return frozenset(
        relation
        for relation, objects in held.items()
        if len(objects) >= weights.SUBJECTS
        and sum(len(each) == 1 for each in objects.values()) >= weights.NEARLY_ALL * len(objects)
    )


@lru_cache(maxsize=4096)
def _is_state(relation: str) -> bool:
    return _STATE.fullmatch(" ".join(relation.casefold().split())) is not None


def without_older(facts: Iterable[Fact], known: Iterable[Fact]) -> list[Fact]:
    """The facts, in order, without those that one of `known` has followed in what can be one only."""
    facts = list(facts)
    states = {fact.id: fact for fact in chain(facts, known) if _is_state(fact.relation)}
    single = single_valued(states.values())
    newest = _newest(fact for fact in states.values() if fact.key[1] in single)
    return [fact for fact in facts if fact.id not in states or fact.since >= newest.get(fact.key[:2], fact.since)]


def _newest(facts: Iterable[Fact]) -> Mapping[tuple[str, str], int]:
    """By subject and relation, the step of the newest."""
    newest: dict[tuple[str, str], int] = {}
    for fact in facts:
        newest[fact.key[:2]] = max(fact.since, newest.get(fact.key[:2], fact.since))
    return newest


def changes(
    question: str, episodes: Sequence[Episode], cosine: Mapping[str, float], ended: Mapping[str, Collection[str]]
) -> dict[str, set[str]]:
    """By the id of an episode those of earlier ones that it changes, when the question asks how things are.

    It tells of a change of the same matter: both have every word of the question but names, and it is as near to the
    question, or nearly (`cosine`). Or it asserts what leads the facts, and the earlier taught nothing that still holds:
    `ended` gives these ids, by its id.
    """
    news = [each for each in episodes if tells_of_change(each.text)]
    if not (news or ended) or not asks_of_present(question):
        return {}
    sought = {stem(word) for word in words(question) if word not in STOP_WORDS} - set(map(stem, asked_of(question)))
    same = [each for each in episodes if sought and sought <= stems(each.text)]
    near = {each.id: cosine.get(each.id, 0.0) for each in same}
    found = {new.id: {old.id for old in episodes if old.id in ended.get(new.id, ())} for new in episodes}
    for new in (each for each in news if each.id in near):
        earlier = (old for old in same if old.step < new.step)
        found[new.id] |= {old.id for old in earlier if near[new.id] >= weights.NEAR_CHANGE * near[old.id]}
    return found


def changes_first(items: Iterable[T], episode: Callable[[T], str], changes: Mapping[str, Collection[str]]) -> list[T]:
    """The items in their order, but those of an `episode` go before those of one that it changes."""
    if not any(changes.values()):
        return list(items)
    found: list[T] = []
    for item in items:
        changed = changes.get(episode(item), ())
        found.insert(next((at for at, other in enumerate(found) if episode(other) in changed), len(found)), item)
    return found
