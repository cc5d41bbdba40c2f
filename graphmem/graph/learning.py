"""What a lesson does to the graph: the facts that it asserts, supports and retires.

Time is the step, not the order of arrival: an observation extracted late (it was pending, or another process was
faster) never overrules what a later observation has shown.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

from graphmem.errors import EmbedderMismatch, InputError
from graphmem.graph import identity
from graphmem.graph.draft import Draft, places, written
from graphmem.images import described
from graphmem.protocols import Store
from graphmem.records import NEXT, Episode, Fact, Learned, Lesson, Triple, Wanted, at_its_step

OUTDATED = "said to be outdated"
"""The reason of a fact that ends with a lesson that does not say why."""


def new_id() -> str:
    """A client-made id: 16 hexadecimal digits."""
    return os.urandom(8).hex()


def learn(store: Store, lessons: Sequence[Lesson], *, embedder: str) -> list[Learned]:
    """Commit lessons together; their episodes are pending no more. Learning twice changes nothing.

    `embedder` names whose vectors the lessons carry: the first one claims the graph, another is refused with
    `EmbedderMismatch`. A triple that holds already gains a supporter. One with a slot retires what else holds that slot
    of its subject; if a later observation has filled the slot, it is recorded as retired by that one.
    """
    return written(store, lambda draft: learn_all(draft, lessons, embedder))


def learn_all(draft: Draft, lessons: Sequence[Lesson], embedder: str) -> list[Learned]:
    """The same, in a draft."""
    see(draft, lessons)
    linked = [_linked(lesson, draft) for lesson in lessons]
    if any(new is not lesson for new, lesson in zip(linked, lessons, strict=True)):
        see(draft, linked)
    claim(draft, embedder)
    return [_learn(draft, lesson) for lesson in linked]


def claim(draft: Draft, embedder: str) -> None:
    """Raise `EmbedderMismatch` when the graph holds the vectors of another embedder; from now on it holds these."""
    if draft.held_embedder not in (None, embedder):
        raise EmbedderMismatch(str(draft.held_embedder), embedder)
    draft.embedder = embedder


def append(store: Store, episodes: Sequence[Episode], images: Mapping[str, bytes] | None = None) -> list[Episode]:
    """Store episodes durably, pending, with the `images` they bring, and give them back, a step of `NEXT` numbered.

    One whose id or key is there already is given back as stored.
    """

    def decide(draft: Draft) -> list[Episode]:
        draft.images |= images or {}
        return append_all(draft, episodes)

    return written(store, decide)


def append_all(draft: Draft, episodes: Sequence[Episode], names: Iterable[str] = (), newest: int = 0) -> list[Episode]:
    """The same, in a draft; entities with these keys of `names` are seen too, as `Wanted` has it."""
    keys = tuple(episode.key for episode in episodes if episode.key is not None)
    numbered = any(episode.step == NEXT for episode in episodes)
    ids = tuple(episode.id for episode in episodes)
    draft.see(Wanted(episodes=ids, keys=keys, numbered=numbered, names=tuple(sorted(names)), newest=newest))
    by_key = {episode.key: episode for episode in draft.episodes.values()}
    stored = []
    for episode in episodes:
        found = draft.episodes.get(episode.id) or (by_key.get(episode.key) if episode.key is not None else None)
        if found is None:
            found = by_key[episode.key] = draft.keep(at_its_step(episode, draft.last_step))
        stored.append(found)
    return stored


def restore(store: Store, fact_id: str) -> Fact:
    """Let a retired fact hold again, and give it.

    Where another fills its slot by now, it holds beside that one, with no slot any more. Raises `InputError` when it
    holds already.
    """

    def decide(draft: Draft) -> Fact:
        draft.see(Wanted(facts=(fact_id,)))
        fact = draft.facts.get(fact_id)
        if fact is None:
            raise InputError(f"no fact with the id {fact_id} is in this memory")
        draft.see(Wanted(places=places([fact]), subjects=(fact.subject,)))
        if any(same.current for same in draft.at(fact.key)):
            raise InputError(f"{fact!s} holds already: there is nothing to restore")
        slot = None if any(rival.current for rival in _rivals(draft, fact.triple, fact.slot)) else fact.slot
        return draft.put(replace(fact, slot=slot, retired_by=None, until=None, reason=None))

    return written(store, decide)


def renew(draft: Draft, episode: Episode) -> tuple[Episode, str | None]:
    """Let the episode that has this one's key, if any does, be an older version.

    Gives the new episode, which is no earlier than the older whatever its clock says, and the id of the older.
    """
    key = episode.key or ""
    draft.see(Wanted(keys=(key,), numbered=True))
    held = next((it for it in draft.episodes.values() if it.key == key), None)
    if held is None:
        return episode, None
    draft.keep(replace(held, key=_of_version(key, held.id)))
    return replace(episode, step=max(at_its_step(episode, draft.last_step).step, held.step + 1)), held.id


def _left_out(draft: Draft, lesson: Lesson, older: str) -> dict[str, str]:
    """The facts of the `older` version that the lesson does not teach, and nobody else has taught; and why they end."""
    draft.see(Wanted(episodes=(older,), taught_by=(older,)))
    again = {triple.key for triple in lesson.triples}
    told = [draft.facts[id_] for id_ in draft.episodes[older].facts] if older in draft.episodes else []
    left = [fact.id for fact in told if fact.key not in again and fact.holds_at(lesson.episode.step)]
    draft.see(Wanted(facts=tuple(left), teachers=-1))
    teachers = {id_: {episode_id for _, episode_id in draft.teachers(id_)} for id_ in left}
    draft.see(Wanted(episodes=tuple(set().union(*teachers.values()))))
    key = lesson.episode.key or ""
    versions = {it.id for it in draft.episodes.values() if it.key == _of_version(key, it.id)}
    return {id_: "a new version" for id_ in left if teachers[id_] <= versions}


def _of_version(key: str, episode_id: str) -> str:
    return f"{key} ({episode_id})"


def fail(store: Store, errors: Mapping[str, str]) -> None:
    """Note, by episode id, why extraction failed; the episodes stay pending."""

    def note(draft: Draft) -> None:
        draft.see(Wanted(episodes=tuple(errors)))
        for episode in list(draft.episodes.values()):
            if episode.pending and episode.id in errors:
                draft.keep(replace(episode, error=errors[episode.id]))

    written(store, note)


def see(draft: Draft, lessons: Sequence[Lesson]) -> None:
    """What must be known to learn these."""
    triples = [triple for lesson in lessons for triple in lesson.triples]
    steps = [lesson.episode.step for lesson in lessons]
    ends = dict.fromkeys(name for triple in triples for name in (triple.subject, triple.object))
    draft.see(
        Wanted(
            episodes=tuple(lesson.episode.id for lesson in lessons),
            names=identity.keys([*ends, *(name for lesson in lessons for name in lesson.mentions)]),
            subjects=tuple(dict.fromkeys(triple.subject for triple in triples)),
            places=tuple(
                dict.fromkeys(
                    (*triple.key, slot or "")
                    for lesson in lessons
                    for triple, slot in zip(lesson.triples, lesson.slots, strict=True)
                )
            ),
            facts=tuple(dict.fromkeys(id_ for lesson in lessons for id_ in lesson.outdated)),
            holding=min(steps, default=None),
            teachers=min(steps, default=None),
        )
    )


def _linked(lesson: Lesson, draft: Draft) -> Lesson:
    """The lesson with the names of the entities that it calls by an alias, whoever has merged them meanwhile.

    What is said of a thing and itself ("apple, is in, apple") fills no slot.
    """
    triples = tuple(Triple(draft.name(it.subject), it.relation, draft.name(it.object)) for it in lesson.triples)
    slots = tuple(
        None if triple.key[0] == triple.key[2] else slot for triple, slot in zip(triples, lesson.slots, strict=True)
    )
    mentions = tuple(dict.fromkeys(map(draft.name, lesson.mentions)))
    if (triples, slots, mentions) == (lesson.triples, lesson.slots, lesson.mentions):
        return lesson
    return replace(lesson, triples=triples, slots=slots, mentions=mentions)


def _learn(draft: Draft, lesson: Lesson) -> Learned:
    episode = draft.episodes.get(lesson.episode.id)
    if episode is None:  # it was forgotten since it was stored: it teaches nothing
        return Learned(lesson.episode)
    if not episode.pending:
        before = learned_before(draft, episode)
        if not lesson.more:
            return before
        taught = {fact.key for fact in (*before.asserted, *before.supported)}
        lesson = _without(lesson, taught)
        if not (lesson.triples or lesson.outdated):
            return replace(before, dropped=lesson.dropped)
    if lesson.renews:
        lesson = lesson.ending(_left_out(draft, lesson, lesson.renews))
    result = resolve(draft, replace(lesson, episode=episode))
    for fact in (*result.asserted, *result.supported):
        draft.teach(episode.id, fact.id, episode.step)
    for name in lesson.mentions:
        draft.mention(episode.id, name)
    draft.vectors |= lesson.vectors
    facts = (*episode.facts, *(fact.id for fact in (*result.asserted, *result.supported)))
    mentions = tuple(dict.fromkeys(map(draft.name, (*episode.mentions, *lesson.mentions))))
    images = described(episode.images, (image.description for image in lesson.episode.images))
    episode = draft.keep(replace(episode, pending=False, error=None, facts=facts, mentions=mentions, images=images))
    asserted, supported, retired = map(tuple, (result.asserted, result.supported, result.retired))
    return Learned(episode, asserted, supported, retired, dropped=lesson.dropped)


def _without(lesson: Lesson, taught: Set[tuple[str, str, str]]) -> Lesson:
    """The lesson without triples that are taught already."""
    left = [(it, slot) for it, slot in zip(lesson.triples, lesson.slots, strict=True) if it.key not in taught]
    return replace(lesson, triples=tuple(it for it, _ in left), slots=tuple(slot for _, slot in left))


def learned_before(draft: Draft, episode: Episode) -> Learned:
    """What an episode has taught and retired, when it was learned from before."""
    draft.see(Wanted(taught_by=(episode.id,)))
    taught = [draft.facts[id_] for id_ in episode.facts if id_ in draft.facts]
    return Learned(
        episode,
        asserted=tuple(fact for fact in taught if fact.asserted_by == episode.id),
        supported=tuple(fact for fact in taught if fact.asserted_by != episode.id),
        retired=tuple(fact for fact in draft.facts.values() if fact.retired_by == episode.id),
    )


@dataclass
class Resolution:
    """The facts that a lesson touches, in their new state."""

    asserted: list[Fact] = field(default_factory=list)
    supported: list[Fact] = field(default_factory=list)
    retired: list[Fact] = field(default_factory=list)


def resolve(draft: Draft, lesson: Lesson) -> Resolution:
    """Decide what `lesson` asserts, supports and retires.

    The draft must hold the facts that hold at the episode's step or later, and are named in `lesson.outdated`, equal
    one of its triples, or share the subject and slot of one; and who taught them after that step.
    """
    result = Resolution()
    for triple, slot in _last_of_each_slot(lesson):
        _place(triple, slot, lesson.episode, draft, result)
    taught = {fact.id for fact in (*result.asserted, *result.supported)}
    for fact_id in lesson.outdated:
        fact = draft.facts.get(fact_id)
        if fact and fact_id not in taught and fact.holds_at(lesson.episode.step):
            fact = _split(fact, lesson.episode.step, draft)
            _retire(fact, lesson.episode, lesson.reasons.get(fact_id, OUTDATED), draft, result)
    result.asserted = [draft.facts[fact.id] for fact in result.asserted]
    return result


def _last_of_each_slot(lesson: Lesson) -> list[tuple[Triple, str | None]]:
    """The triples without repeats; where two fill one slot of a subject, the one said last."""
    chosen: dict[object, tuple[Triple, str | None]] = {}
    for triple, slot in zip(lesson.triples, lesson.slots, strict=True):
        place = (triple.key[0], slot) if slot else triple.key
        chosen.pop(place, None)
        chosen[place] = (triple, slot)
    return list(chosen.values())


def _place(triple: Triple, slot: str | None, episode: Episode, draft: Draft, result: Resolution) -> None:
    same = draft.at(triple.key)
    for fact in same:
        if fact.holds_at(episode.step):
            result.supported.append(draft.put(replace(fact, support=fact.support + 1)))
            return
    overruled = [_split(it, episode.step, draft) for it in _rivals(draft, triple, slot) if it.holds_at(episode.step)]
    rivals = _rivals(draft, triple, slot)
    following = min((f for f in (*same, *rivals) if f.since > episode.step), key=lambda f: f.since, default=None)
    if following in same:
        earlier = replace(following, asserted_by=episode.id, since=episode.step, support=following.support + 1)
        result.supported.append(draft.put(earlier))
    else:
        fact = Fact(new_id(), triple.subject, triple.relation, triple.object, episode.id, episode.step, slot)
        if following:
            fact = _ended(fact, following.asserted_by, following.since, another(slot))
    for rival in overruled:  # first they end: two never hold one slot
        _retire(rival, episode, another(slot), draft, result)
    if following not in same:
        result.asserted.append(draft.put(fact))


def another(slot: str | None) -> str:
    """The reason of a fact that ends because its slot has another value."""
    return f"another {slot}"


def _split(fact: Fact, step: int, draft: Draft) -> Fact:
    """Before a late lesson ends `fact`: what was seen since goes on as a fact of its own. Gives the first part."""
    since = draft.teachers(fact.id, after=step)
    if not since:
        return fact
    first, episode_id = since[0]
    rest = replace(fact, id=new_id(), since=first, asserted_by=episode_id, support=len(since))
    fact = _ended(replace(fact, support=fact.support - len(since)), episode_id, first, None)
    draft.put(fact)
    draft.put(rest)
    for taught, id_ in since:
        draft.unteach(id_, fact.id)
        draft.teach(id_, rest.id, taught)
    return fact


def _rivals(draft: Draft, triple: Triple, slot: str | None) -> list[Fact]:
    """The facts that give another value to the slot that `triple` fills."""
    return [fact for fact in draft.at((triple.key[0], slot)) if fact.key != triple.key] if slot else []


def _ended(fact: Fact, by: str, step: int, reason: str | None) -> Fact:
    return replace(fact, retired_by=by, until=step, reason=reason)


def _retire(fact: Fact, episode: Episode, reason: str, draft: Draft, result: Resolution) -> None:
    result.retired.append(draft.put(_ended(fact, episode.id, episode.step, reason)))
