"""What is left of a graph without some of its episodes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Set
from dataclasses import replace

from graphmem.errors import InputError
from graphmem.graph import identity, merging
from graphmem.graph.draft import Draft, places, written
from graphmem.graph.learning import another
from graphmem.protocols import Store
from graphmem.records import Fact, Forgotten, Wanted


def check_held(store: Store, episode_ids: Collection[str]) -> None:
    """Raises `InputError` when no episode has one of these ids."""
    missing = set(episode_ids) - {episode.id for episode in store.episodes(ids=episode_ids)}
    if missing:
        raise InputError(f"no episode with the id {', '.join(sorted(missing))} is in this memory")


def forget(store: Store, episode_ids: Iterable[str]) -> Forgotten:
    """Remove episodes, the facts that no other episode supports, and every trace of either.

    A fact that such an episode had retired holds again, unless its slot is filled. Merges stay, of entities that do;
    nothing that is kept to undo them tells of what was forgotten. Ids that are not there are passed over.
    """
    ids = tuple(dict.fromkeys(episode_ids))
    gone, loose = written(store, lambda draft: (forget_all(draft, ids), _loose(draft)))
    left = {entity.key for entity in store.entities(loose)} if loose else set()
    return replace(gone, entities=len(loose - left))


def _loose(draft: Draft) -> set[str]:
    """The keys of the entities that nothing may name any more."""
    draft.see(Wanted(names=identity.keys(draft.loose)))
    return {entity.key for name in draft.loose if (entity := draft.called(name))}


def forget_all(draft: Draft, episode_ids: tuple[str, ...]) -> Forgotten:
    """The same, in a draft; entities are not counted, since others may name them."""
    draft.see(Wanted(episodes=episode_ids, taught_by=episode_ids, merges=True))
    told = [draft.episodes[id_] for id_ in episode_ids if id_ in draft.episodes]
    taught = [draft.facts[id_] for episode in told for id_ in episode.facts if id_ in draft.facts]
    redo = merging.to_redo(told, taught, draft.merges)
    for merge in reversed(redo):
        merging.part(draft, merge)
    _forget(draft, {episode.id for episode in told})
    for merge in redo:
        names = merge.keep, merge.gone.name
        draft.see(Wanted(about=names, mentioning=names))
        if all(map(draft.is_named, names)):
            merging.join(draft, *names)
    return Forgotten(len(told), draft.facts_fewer(), 0)


def _forget(draft: Draft, gone: Set[str]) -> None:
    """Remove the episodes; each fact that they taught or retired is as if they had never been."""
    touched = _touched(draft, gone)
    first = min((fact.since for fact in touched), default=0) - 1  # what ended before fills no place that is left
    subjects = tuple({fact.subject for fact in touched})
    draft.see(Wanted(places=places(touched), holding=first, subjects=subjects, teachers=-1))
    alike = _in_the_places_of(touched, draft)
    draft.lose(gone)
    for fact in alike:
        remaining = draft.teachers(fact.id)
        if not remaining:
            draft.drop(fact.id)
            continue
        kept = replace(fact, support=len(remaining))
        if fact.asserted_by in gone:
            kept = replace(kept, since=remaining[0][0], asserted_by=remaining[0][1])
        draft.put(kept)
    left = [draft.facts[fact.id] for fact in alike if fact.id in draft.facts]
    for fact in sorted(left, key=draft.began):
        if fact.id in draft.facts and fact.retired_by in gone:
            _reopen(draft.facts[fact.id], gone, draft)


def _touched(draft: Draft, gone: Set[str]) -> list[Fact]:
    """The facts that any of `gone` taught or retired."""
    taught = draft.taught_by(gone) | {id_ for it in gone for id_ in draft.episodes[it].facts}
    return [it for it in draft.facts.values() if it.id in taught or it.retired_by in gone or it.asserted_by in gone]


def _in_the_places_of(facts: Iterable[Fact], draft: Draft) -> list[Fact]:
    return draft.at(*(at for fact in facts for at in ((fact.key[0], fact.slot or ""), fact.key)))


def _reopen(fact: Fact, gone: Set[str], draft: Draft) -> None:
    """The episode that retired `fact` is gone: it holds until the next fact that fills its place, if there is one."""
    others = [it for it in _in_the_places_of([fact], draft) if it.id != fact.id]
    holding = next((it for it in others if it.current), None)  # of one step, perhaps learned after what came later
    following = min((it for it in others if draft.began(it) > draft.began(fact)), key=draft.began, default=holding)
    if following is None:
        fact = replace(fact, retired_by=None, until=None, reason=None)
    elif following.key == fact.key:
        fact = _joined(fact, following, draft)
    else:
        fact = replace(fact, retired_by=following.asserted_by, until=following.since, reason=another(fact.slot))
    draft.put(fact)
    if fact.retired_by in gone:
        _reopen(fact, gone, draft)


def _joined(fact: Fact, following: Fact, draft: Draft) -> Fact:
    """One fact of two that are the same, one after the other."""
    for step, episode_id in draft.teachers(following.id):
        draft.teach(episode_id, fact.id, step)
    draft.drop(following.id)
    return replace(
        fact,
        retired_by=following.retired_by,
        until=following.until,
        reason=following.reason,
        support=fact.support + following.support,
    )
