"""Which facts are no longer the newest of what can be one only, as far as the graph itself shows it.

Nothing is retired for it: such a fact is just not told beside the newer one, and stands in the history as before.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import chain

from graphmem.records import Fact
from graphmem.retrieval import weights

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
