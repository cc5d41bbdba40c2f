"""Making two entities one, and parting them again.

Both read the sightings again in order of step. A merge leaves what would be known if the two had been one all along;
undoing it, what would be known if they never had been, and all that was learned in between was said of the one kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from graphmem.errors import InputError
from graphmem.graph import identity
from graphmem.graph.draft import Draft, Spot, places, spot, written
from graphmem.graph.learning import another, new_id
from graphmem.protocols import Store
from graphmem.records import Entity, Episode, Fact, Merge, Sightings, Teaching, Vector, Wanted, entity_key


def merge(
    store: Store, keep: str, gone: str, *, vectors: Mapping[str, Vector] | None = None, embedder: str | None = None
) -> Entity:
    """Make two entities one, and give it: `gone` and its aliases become aliases of `keep`, which gets its facts.

    All is then as if both had been one all along: of facts that are the same one is left, with the support of both; a
    slot is filled by what was seen last. `vectors` are those of texts that are new by that, by `embedder`. Raises
    `InputError` when either is not an entity, or both are one.
    """

    def decide(draft: Draft) -> Entity:
        draft.vectors |= vectors or {}
        draft.embedder = embedder
        draft.see(Wanted(merges=True))
        return join(draft, keep, gone)

    return written(store, decide)


def unmerge(store: Store, gone: str) -> Entity:
    """Undo the merge that took the name `gone`, and give it back as it was; what was learned since stays.

    What was learned since was said of the entity that was kept, unless it names the other by itself. Raises
    `InputError` when `gone` was not merged, or a later merge builds on that one.
    """

    def decide(draft: Draft) -> Entity:
        draft.see(Wanted(merges=True))
        return part(draft, to_undo(gone, draft.merges))

    return written(store, decide)


def called(name: str, found: Sequence[Entity]) -> Entity:
    """The entity that `name` means, of those `found` by it: whose own name it is, before whose alias it is."""
    if not found:
        raise InputError(f"no entity of this memory is called {name!r}")
    return min(found, key=lambda entity: entity.key != entity_key(name))


def join(draft: Draft, keep: str, gone: str) -> Entity:
    """Make `gone` a name of `keep`, in a draft that holds the merges."""
    draft.see(Wanted(names=identity.keys((keep, gone))))
    one, other = (called(name, [found] if (found := draft.called(name)) else []) for name in (keep, gone))
    if one.key == other.key:
        raise InputError(f"{one.name!r} is one entity already: nothing to merge")
    both = one.name, other.name
    draft.see(Wanted(about=(other.name,), teachers=-1, subjects=both, mentioning=both))
    mentioning = set(draft.mentioning(one.name))
    mentions = {id_: id_ in mentioning for id_ in draft.mentioning(other.name)}
    made = _merged(one, other, _alike(draft, draft.about([other]), one.name, other.name), mentions)
    for id_ in made.mentions:
        draft.unmention(id_, other.name)
    draft.unname(other)
    joined = replace(one, aliases=tuple(dict.fromkeys([*one.aliases, *made.names])))
    draft.name_entity(joined)
    for id_ in made.mentions:
        draft.mention(id_, one.name)
    _replace(draft, {fact.id for fact in made.before.facts}, made.after)
    draft.merges.append(made)
    return joined


def part(draft: Draft, merge: Merge) -> Entity:
    """Undo `merge`, one of the draft's; gives the entity that had gone."""
    both = merge.keep, merge.gone.name
    draft.see(Wanted(names=identity.keys(both), subjects=both))
    now = _alike(draft, [*merge.before.facts, *merge.after.facts], merge.keep, merge.gone.name)
    keep = called(merge.keep, [found] if (found := draft.called(merge.keep)) else [])
    draft.name_entity(replace(keep, aliases=tuple(alias for alias in keep.aliases if alias not in merge.names)))
    if merge.gone.key not in draft.entities:
        draft.name_entity(merge.gone)
    _replace(draft, *_undone(merge, now))
    for id_ in merge.moved:
        draft.unmention(id_, keep.name)
    for id_ in merge.mentions:
        draft.mention(id_, merge.gone.name)
    draft.merges.remove(merge)
    return merge.gone


def _replace(draft: Draft, old: set[str], new: Sightings) -> None:
    """`new` facts and teachings instead of the `old` facts."""
    for fact_id in old - {fact.id for fact in new.facts}:
        draft.drop(fact_id)
    taught = {(episode_id, fact_id) for _, episode_id, fact_id in new.taught}
    for fact in new.facts:
        for _, episode_id in draft.teachers(fact.id):
            if (episode_id, fact.id) not in taught:
                draft.unteach(episode_id, fact.id)
        draft.put(fact)
    for step, episode_id, fact_id in new.taught:
        draft.teach(episode_id, fact_id, step)


def _alike(draft: Draft, facts: Sequence[Fact], keep: str, gone: str) -> Sightings:
    """These facts as they are now and, under either name, all of their places; and who taught them."""
    here = new = list(facts)
    ids = tuple(dict.fromkeys(fact.id for fact in facts))
    spots: dict[Spot, None] = {}
    for _ in range(2):  # what shares a slot with one of the same triple may have none itself
        wanted = places(each for fact in new for each in dict.fromkeys((fact, renamed(fact, keep, gone))))
        draft.see(Wanted(facts=ids, places=wanted, teachers=-1))
        spots |= dict.fromkeys(at for *triple, slot in wanted for at in ((*triple,), (triple[0], slot)) if all(at))
        before, here, ids = set(here), draft.at(*spots), ()
        new = [fact for fact in here if fact not in before]
    return draft.sightings(here)


def to_undo(gone: str, merges: Sequence[Merge]) -> Merge:
    """The merge that took the name `gone`. `merges` are all there are, oldest first.

    Raises `InputError` when there is none, or a later one built on it.
    """
    positions = [at for at, merge in enumerate(merges) if merge.gone.key == entity_key(gone)]
    if not positions:
        raise InputError(f"{gone!r} was not merged into another entity: nothing to undo")
    undone = merges[positions[-1]]
    about = _about(undone)
    for later in reversed(merges[positions[-1] + 1 :]):
        if about & _about(later):
            raise InputError(f"{gone!r} cannot be parted yet: first undo the later merge of {later.gone.name!r}")
    return undone


def _about(merge: Merge) -> set[tuple[str, str]]:
    """The keys of both entities and the ids of the facts that a merge is about; a later one of any builds on it."""
    ids = {("fact", fact.id) for fact in (*merge.before.facts, *merge.after.facts)}
    return {("entity", entity_key(merge.keep)), ("entity", merge.gone.key), *ids}


def to_redo(gone: Sequence[Episode], taught: Iterable[Fact], merges: Sequence[Merge]) -> list[Merge]:
    """Those of `merges` that have to do with the episodes `gone`, or with what they `taught`, and what builds on these.

    To forget these, undo the merges, newest first; forget; and merge again those whose entities are left.
    """
    ids = {episode.id for episode in gone}
    names = [*(name for fact in taught for name in (fact.subject, fact.object)), *(n for e in gone for n in e.mentions)]
    keys = set(map(entity_key, names))
    touched: list[Merge] = []
    for merge in reversed(merges):
        if entity_key(merge.keep) in keys or _tells_of(merge, ids):
            keys |= {entity_key(merge.keep), merge.gone.key}  # whom they may have spoken of before the merge
            touched.append(merge)
    return _with_later(touched, merges) if touched else []


def _with_later(some: Iterable[Merge], merges: Iterable[Merge]) -> list[Merge]:
    """Some of the merges, and all later ones that build on one of these, in their order."""
    chosen, touched = set(map(id, some)), set[tuple[str, str]]()
    found = []
    for merge in merges:
        about = _about(merge)
        if id(merge) in chosen or about & touched:
            touched |= about
            found.append(merge)
    return found


def _tells_of(merge: Merge, episodes: Set[str]) -> bool:
    """Whether the record of a merge tells of any of these episodes."""
    both = merge.before, merge.after
    return (
        not episodes.isdisjoint(merge.mentions)
        or any(id_ in episodes for part in both for _, id_, _ in part.taught)
        or any(fact.retired_by in episodes for part in both for fact in part.facts)
    )


def _all(parts: Sequence[Sightings]) -> Sightings:
    return Sightings(
        tuple(fact for part in parts for fact in part.facts), tuple(row for part in parts for row in part.taught)
    )


def _only(known: Sightings) -> Callable[[Iterable[Fact]], Sightings]:
    """What gives some of the facts that are known, and who taught them, in the order in which they are known."""
    facts = {fact.id: (place, fact) for place, fact in enumerate(known.facts)}
    taught: dict[str, list[tuple[int, Teaching]]] = {}
    for place, row in enumerate(known.taught):
        taught.setdefault(row[2], []).append((place, row))

    def only(wanted: Iterable[Fact]) -> Sightings:
        ids = {fact.id for fact in wanted}
        rows = sorted(row for id_ in ids for row in taught.get(id_, ()))
        found = sorted((facts[id_] for id_ in ids if id_ in facts), key=lambda it: it[0])
        return Sightings(tuple(fact for _, fact in found), tuple(row for _, row in rows))

    return only


def _merged(keep: Entity, gone: Entity, known: Sightings, mentions: Mapping[str, bool]) -> Merge:
    """`gone` as a name of `keep`.

    `known` must hold every fact of `gone`, and those alike. `mentions` gives, for each episode that mentions `gone`,
    whether it mentions `keep` too.
    """
    joined = _unified([renamed(fact, keep.name, gone.name) for fact in known.facts])
    only = _only(known)
    before: list[Sightings] = []
    after: list[Sightings] = []
    for group in _by_spot(joined.values()).values():
        part = only(group)
        if not any(gone.key in (fact.key[0], fact.key[2]) for fact in part.facts):
            continue
        before.append(part)
        after.append(_reread(part, joined) if _meet(part.facts, joined) else Sightings(tuple(group), part.taught))
    moved = tuple(id_ for id_, both in mentions.items() if not both)
    return Merge(keep.name, gone, tuple(mentions), moved, _all(before), _all(after))


def _undone(merge: Merge, now: Sightings) -> tuple[set[str], Sightings]:
    """The ids of the facts that go, and what comes instead of them.

    `now` must hold the facts of `merge.before` and `merge.after` that are left, and those alike.
    """
    keep, gone = merge.keep, merge.gone.name
    every = [*merge.before.facts, *merge.after.facts, *now.facts]
    groups = _meeting(_unified([renamed(fact, keep, gone) for fact in every]).values(), merge.before.facts)
    touched = {fact.id for fact in merge.before.facts}
    ids: set[str] = set()
    result: list[Sightings] = []
    of_before, of_after, of_now = map(_only, (merge.before, merge.after, now))
    for group in groups:
        if not touched & {fact.id for fact in group}:
            continue
        before, after, since = of_before(group), of_after(group), of_now(group)
        ids |= {fact.id for fact in since.facts}
        result.append(before if _same(since, after) else _parted(before, after, since, keep, gone))
    return ids, _all(result)


def _same(one: Sightings, other: Sightings) -> bool:
    return set(one.facts) == set(other.facts) and set(one.taught) == set(other.taught)


def renamed(fact: Fact, keep: str, gone: str) -> Fact:
    """`fact` with the name `keep` for the entity `gone`."""
    key, (subject, _, object_) = entity_key(gone), fact.key
    if key not in (subject, object_):
        return fact
    return replace(
        fact, subject=keep if subject == key else fact.subject, object=keep if object_ == key else fact.object
    )


def _unified(facts: Sequence[Fact]) -> dict[str, Fact]:
    """The facts by id, one slot for each triple; none for a fact of a thing and itself, which rules nothing out."""
    slots = {fact.key: fact.slot for fact in facts if fact.slot and fact.key[0] != fact.key[2]}
    return {fact.id: fact if fact.slot == (slot := slots.get(fact.key)) else replace(fact, slot=slot) for fact in facts}


def _by_spot(facts: Iterable[Fact]) -> dict[Spot, list[Fact]]:
    groups: dict[Spot, list[Fact]] = {}
    for fact in facts:
        groups.setdefault(spot(fact), []).append(fact)
    return groups


def _meeting(merged: Iterable[Fact], before: Iterable[Fact]) -> list[list[Fact]]:
    """The facts that share a spot as they are merged, or as they were before: of a thing and itself none has a slot."""
    was = {fact.id: spot(fact) for fact in before}
    found: dict[Spot, list[Fact]] = {}  # spots that are one share one list
    for fact in merged:
        one = found.setdefault(spot(fact), [])
        other = found.setdefault(was.get(fact.id, spot(fact)), one)
        if other is not one:
            one += other
            found |= {at: one for at, facts in found.items() if facts is other}
        one.append(fact)
    return list({id(facts): facts for facts in found.values()}.values())


def _meet(facts: Sequence[Fact], joined: Mapping[str, Fact]) -> bool:
    """Whether facts that had nothing to do with each other come to share a slot, or a triple."""
    keys = {fact.key for fact in facts}
    return len({spot(fact) for fact in facts}) > 1 or len({joined[fact.id].key for fact in facts}) < len(keys)


@dataclass(frozen=True)
class _Event:
    """At `step`, `episode` saw that `fact` holds or, if it `ends`, that it holds no more.

    At the same step come first the ends of what held before, then what held for no time, then what goes on.
    """

    step: int
    rank: int
    episode: str
    fact: Fact
    ends: bool = False


def _sightings(known: Sightings) -> list[_Event]:
    facts = {fact.id: fact for fact in known.facts}
    rows = dict.fromkeys([*known.taught, *((fact.since, fact.asserted_by, fact.id) for fact in known.facts)])
    return [
        _Event(step, 1 if facts[id_].until == facts[id_].since else 3, episode, facts[id_])
        for step, episode, id_ in rows
    ]


def _endings(known: Sightings) -> list[_Event]:
    """Retirements that no rival explains: the episode just said that the fact is outdated."""
    taught: dict[str, list[Fact]] = {}
    for event in _sightings(known):
        taught.setdefault(event.episode, []).append(event.fact)
    return [
        _Event(fact.until, 2 if fact.until == fact.since else 0, fact.retired_by, fact, ends=True)
        for fact in known.facts
        if fact.retired_by is not None and fact.until is not None
        if not any(spot(rival) == spot(fact) and rival.key != fact.key
                   for rival in taught.get(fact.retired_by, ()))
    ]  # fmt: skip


def _reread(part: Sightings, joined: Mapping[str, Fact]) -> Sightings:
    events = [*_sightings(part), *_endings(part)]
    return _replay([replace(event, fact=joined[event.fact.id]) for event in events])


def _replay(events: Sequence[_Event]) -> Sightings:
    """What one place holds after `events`: each fact from its first sighting until a rival's, or until it ends."""
    told = {(event.episode, event.fact.key) for event in events if not event.ends}
    spans: list[tuple[list[_Event], list[_Event]]] = []  # the sightings of a fact, and what ended it
    for event in sorted(events, key=lambda event: (event.step, event.rank)):
        sightings, ending = spans[-1] if spans else ([], [event])
        same = not ending and sightings[0].fact.key == event.fact.key
        if event.ends:
            if same and (event.episode, event.fact.key) not in told:
                ending.append(event)
        elif same:
            sightings.append(event)
        else:
            if not ending:
                ending.append(event)
            spans.append(([event], []))
    return _written(spans)


def _written(spans: Sequence[tuple[list[_Event], list[_Event]]]) -> Sightings:
    """The facts of `spans`; each takes the id of a fact that it continues, if one is left."""
    result: list[Sightings] = []
    used = {""}
    for sightings, ending in spans:
        id_ = next((event.fact.id for event in sightings if event.fact.id not in used), None) or new_id()
        used.add(id_)
        teachers = {event.episode: event.step for event in sightings}
        first, end = sightings[0], ending[0] if ending else None
        fact = replace(
            first.fact,
            id=id_,
            asserted_by=first.episode,
            since=first.step,
            retired_by=end.episode if end else None,
            until=end.step if end else None,
            support=len(teachers),
            reason=_reason(first.fact, end) if end else None,
        )
        taught = tuple((step, episode, id_) for episode, step in teachers.items())
        result.append(Sightings((fact,), taught))
    return _all(result)


def _reason(fact: Fact, end: _Event) -> str | None:
    return end.fact.reason if end.ends else another(fact.slot)


def _parted(before: Sightings, after: Sightings, now: Sightings, keep: str, gone: str) -> Sightings:
    """One place of a merged entity as two: what each had before, and what was learned since.

    What was seen since was seen of `keep`; what was called outdated since is so for both.
    """

    def key(fact: Fact) -> tuple[str, str, str]:
        return renamed(fact, keep, gone).triple.key

    told = {(event.episode, key(event.fact)) for event in _sightings(after)}
    ended = {(event.step, event.episode, key(event.fact)) for event in _endings(after)}
    sightings = [event for event in _sightings(now) if (event.episode, key(event.fact)) not in told]
    endings = [event for event in _endings(now) if (event.step, event.episode, key(event.fact)) not in ended]
    taken = {fact.id for fact in before.facts}
    free = [replace(it, fact=replace(it.fact, id="")) if it.fact.id in taken else it for it in sightings]
    events = [*_sightings(before), *_endings(before), *free, *endings]
    events += [
        replace(event, fact=fact) for event in endings for fact in before.facts
        if key(fact) == key(event.fact) and fact.key != event.fact.key
    ]  # fmt: skip
    spots: dict[Spot, list[_Event]] = {}
    for event in events:
        spots.setdefault(spot(event.fact), []).append(event)
    return _all([_replay(group) for group in spots.values()])
