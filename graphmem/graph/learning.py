"""What a lesson, or forgetting one, does to the facts: pure functions that every store calls inside its transaction.

Time is the step, not the order of arrival: an observation extracted late (it was pending, or another process was
faster) never overrules what a later observation has shown.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

from graphmem.errors import InputError
from graphmem.records import Episode, Fact, Lesson, Triple, entity_key


def new_id() -> str:
    """A client-made id: 16 hexadecimal digits."""
    return secrets.token_hex(8)


def contradiction() -> InputError:
    """What a store says to records that do not go with what it holds."""
    return InputError(
        "these records contradict what the memory holds (another value of the same slot, or a fact or key under "
        "another id): import them into an empty memory or namespace"
    )


def as_known(fact: Fact, at: int | None) -> Fact:
    """`fact` as it was known after step `at` (None: now): a later retirement is not yet seen."""
    if at is None or fact.until is None or fact.until <= at:
        return fact
    return replace(fact, retired_by=None, until=None)


@dataclass
class Resolution:
    """The facts a lesson touches, in their new state: `written` is all of them, by id.

    `moved` gives, for a fact that was split off another, that other's id and the episodes that now teach the new one.
    """

    asserted: list[Fact] = field(default_factory=list)
    supported: list[Fact] = field(default_factory=list)
    retired: list[Fact] = field(default_factory=list)
    written: dict[str, Fact] = field(default_factory=dict)
    moved: dict[str, tuple[str, list[str]]] = field(default_factory=dict)


Later = Mapping[str, Sequence[tuple[int, str]]]
"""By fact id, the (step, episode id) that taught it after the lesson's step, earliest first."""


def resolve(lesson: Lesson, existing: Sequence[Fact], later: Later) -> Resolution:
    """Decide what `lesson` asserts, supports and retires.

    `existing` must hold the facts that hold at the episode's step or later, and are named in `lesson.outdated`, equal
    one of its triples, or share the subject and slot of one; `later` who taught them after that step.
    """
    graph = {fact.id: fact for fact in existing}
    result = Resolution()
    for triple, slot in _last_of_each_slot(lesson):
        _place(triple, slot, lesson.episode, graph, later, result)
    taught = {fact.id for fact in (*result.asserted, *result.supported)}
    for fact_id in lesson.outdated:
        fact = graph.get(fact_id)
        if fact and fact_id not in taught and fact.holds_at(lesson.episode.step):
            fact = _split(fact, later, graph, result)
            _retire(fact, lesson.episode, graph, result)
    result.asserted = [graph[fact.id] for fact in result.asserted]
    return result


def _last_of_each_slot(lesson: Lesson) -> list[tuple[Triple, str | None]]:
    """The triples without repeats; where two fill one slot of a subject, the one said last."""
    chosen: dict[object, tuple[Triple, str | None]] = {}
    for triple, slot in zip(lesson.triples, lesson.slots, strict=True):
        place = (triple.key[0], slot) if slot else triple.key
        chosen.pop(place, None)
        chosen[place] = (triple, slot)
    return list(chosen.values())


def _place(
    triple: Triple, slot: str | None, episode: Episode, graph: dict[str, Fact], later: Later, result: Resolution
) -> None:
    same = [fact for fact in graph.values() if fact.triple.key == triple.key]
    rivals = [fact for fact in graph.values() if _rivals(fact, triple, slot)]
    for fact in same:
        if fact.holds_at(episode.step):
            _support(fact, graph, result)
            return
    overruled = [_split(fact, later, graph, result) for fact in rivals if fact.holds_at(episode.step)]
    rivals = [fact for fact in graph.values() if _rivals(fact, triple, slot)]
    following = min((f for f in (*same, *rivals) if f.since > episode.step), key=lambda f: f.since, default=None)
    if following in same:
        earlier = replace(following, asserted_by=episode.id, since=episode.step)
        _support(earlier, graph, result)
    else:
        fact = Fact(new_id(), triple.subject, triple.relation, triple.object, episode.id, episode.step, slot)
        if following:
            fact = replace(fact, retired_by=following.asserted_by, until=following.since)
        graph[fact.id] = result.written[fact.id] = fact
        result.asserted.append(fact)
    for rival in overruled:
        _retire(rival, episode, graph, result)


def _split(fact: Fact, later: Later, graph: dict[str, Fact], result: Resolution) -> Fact:
    """Before a late lesson ends `fact`: what was seen since goes on as a fact of its own. Gives the first part."""
    since = later.get(fact.id, ())
    if not since:
        return fact
    step, episode_id = since[0]
    rest = replace(fact, id=new_id(), since=step, asserted_by=episode_id, support=len(since))
    fact = replace(fact, until=step, retired_by=episode_id, support=fact.support - len(since))
    result.moved[rest.id] = (fact.id, [id_ for _, id_ in since])
    for part in (fact, rest):
        graph[part.id] = result.written[part.id] = part
    return fact


def _rivals(fact: Fact, triple: Triple, slot: str | None) -> bool:
    """Whether `fact` gives another value to the slot that `triple` fills."""
    return (
        slot is not None
        and fact.slot == slot
        and entity_key(fact.subject) == triple.key[0]
        and fact.triple.key != triple.key
    )


def _support(fact: Fact, graph: dict[str, Fact], result: Resolution) -> None:
    fact = replace(fact, support=fact.support + 1)
    graph[fact.id] = result.written[fact.id] = fact
    result.supported.append(fact)


def _retire(fact: Fact, episode: Episode, graph: dict[str, Fact], result: Resolution) -> None:
    fact = replace(fact, retired_by=episode.id, until=episode.step)
    graph[fact.id] = result.written[fact.id] = fact
    result.retired.append(fact)


@dataclass
class Aftermath:
    """What forgetting leaves: facts to delete, facts in their new state, and whose episodes pass to which fact."""

    deleted: set[str] = field(default_factory=set)
    written: dict[str, Fact] = field(default_factory=dict)
    merged: dict[str, str] = field(default_factory=dict)


def forget(gone: Set[str], facts: Sequence[Fact], teachers: Mapping[str, Sequence[tuple[int, str]]]) -> Aftermath:
    """Decide what becomes of `facts` once the episodes `gone` are no more.

    `facts` must hold those that any of `gone` taught or retired, and all that share a triple, or subject and slot,
    with one of them. `teachers` gives each fact's remaining (step, episode id), earliest first.
    """
    result = Aftermath()
    graph = {fact.id: fact for fact in facts}
    for fact in facts:
        remaining = teachers.get(fact.id, ())
        if not remaining:
            result.deleted.add(fact.id)
            del graph[fact.id]
            continue
        kept = replace(fact, support=len(remaining))
        if fact.asserted_by in gone:
            kept = replace(kept, since=remaining[0][0], asserted_by=remaining[0][1])
        if kept != fact:
            graph[fact.id] = result.written[fact.id] = kept
    for fact in sorted(graph.values(), key=lambda fact: fact.since):
        if fact.id in graph and fact.retired_by in gone:
            _reopen(graph[fact.id], gone, graph, result)
    return result


def _reopen(fact: Fact, gone: Set[str], graph: dict[str, Fact], result: Aftermath) -> None:
    """The episode that retired `fact` is gone: it holds until the next fact that fills its place, if there is one."""
    following = min(
        (f for f in graph.values() if f.since > fact.since and (_same(f, fact) or _rivals(f, fact.triple, fact.slot))),
        key=lambda f: f.since,
        default=None,
    )
    if following is None:
        fact = replace(fact, retired_by=None, until=None)
    elif _same(following, fact):
        support = fact.support + following.support
        fact = replace(fact, retired_by=following.retired_by, until=following.until, support=support)
        result.deleted.add(following.id)
        result.merged[following.id] = fact.id
        result.written.pop(following.id, None)
        del graph[following.id]
    else:
        fact = replace(fact, retired_by=following.asserted_by, until=following.since)
    graph[fact.id] = result.written[fact.id] = fact
    if fact.retired_by in gone:
        _reopen(fact, gone, graph, result)


def _same(one: Fact, other: Fact) -> bool:
    return one.triple.key == other.triple.key
