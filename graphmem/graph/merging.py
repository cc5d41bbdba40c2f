"""Making two entities one, and parting them again: pure functions that every store calls inside its transaction.

Both read the sightings again in order of step. A merge leaves what would be known if the two had been one all along;
undoing it, what would be known if they never had been, and all that was learned in between was said of the one kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pydantic import TypeAdapter

from graphmem.errors import InputError
from graphmem.graph.learning import new_id
from graphmem.records import Entity, Episode, Fact, Lesson, Triple, entity_key

Taught = tuple[int, str, str]
"""A step, the episode of that step, and the id of a fact that it taught."""

Place = tuple[str, ...]
"""Where only one fact can hold: a slot of a subject or, without a slot, one triple."""


@dataclass(frozen=True)
class Known:
    """Some facts, and who taught them, in order of step and of arrival."""

    facts: tuple[Fact, ...] = ()
    taught: tuple[Taught, ...] = ()

    def __add__(self, other: Known) -> Known:
        return Known(self.facts + other.facts, self.taught + other.taught)

    @property
    def ids(self) -> set[str]:
        return {fact.id for fact in self.facts}

    def only(self, facts: Iterable[Fact]) -> Known:
        """These of the facts, and who taught them."""
        ids = {fact.id for fact in facts}
        return Known(
            tuple(fact for fact in self.facts if fact.id in ids), tuple(row for row in self.taught if row[2] in ids)
        )

    def same_as(self, other: Known) -> bool:
        return set(self.facts) == set(other.facts) and set(self.taught) == set(other.taught)


@dataclass(frozen=True)
class Merge:
    """What a store keeps of a merge, to undo it.

    `before` is every fact of each place that `gone` had a part in, `after` what became of them. `mentions` are the
    episodes that mentioned `gone`; those among them that did not mention `keep` too are `moved`.
    """

    keep: str
    gone: Entity
    mentions: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    before: Known = field(default_factory=Known)
    after: Known = field(default_factory=Known)

    @property
    def names(self) -> tuple[str, ...]:
        """The names that `keep` gains."""
        return tuple(name for name in (self.gone.name, *self.gone.aliases) if entity_key(name) != entity_key(self.keep))


RECORD: TypeAdapter[Merge] = TypeAdapter(Merge)
"""A merge as JSON, for stores that keep text."""


def called(name: str, found: Sequence[Entity]) -> Entity:
    """The entity that `name` means, of those `found` by it: whose own name it is, before whose alias it is."""
    if not found:
        raise InputError(f"no entity of this memory is called {name!r}")
    return min(found, key=lambda entity: entity.key != entity_key(name))


def check_two(keep: Entity, gone: Entity) -> None:
    """Raise `InputError` when both are one entity."""
    if keep.key == gone.key:
        raise InputError(f"{keep.name!r} is one entity already: nothing to merge")


def linked(lesson: Lesson, names: Mapping[str, str]) -> Lesson:
    """The lesson with the `names` of entities (by key) that it calls by an alias, whoever has merged them meanwhile.

    What is said of a thing and itself ("apple, is in, apple") fills no slot.
    """

    def name(given: str) -> str:
        return names.get(entity_key(given), given)

    triples = [Triple(name(triple.subject), triple.relation, name(triple.object)) for triple in lesson.triples]
    slots = (
        None if triple.key[0] == triple.key[2] else slot for triple, slot in zip(triples, lesson.slots, strict=True)
    )
    mentions = dict.fromkeys(map(name, lesson.mentions))
    return replace(lesson, triples=tuple(triples), slots=tuple(slots), mentions=tuple(mentions))


def to_undo(gone: str, merges: Sequence[Merge]) -> int:
    """The position of the merge that took the name `gone`. `merges` are all there are, oldest first.

    Raises `InputError` when there is none, or a later one built on it.
    """
    positions = [at for at, merge in enumerate(merges) if merge.gone.key == entity_key(gone)]
    if not positions:
        raise InputError(f"{gone!r} was not merged into another entity: nothing to undo")
    for later in reversed(merges[positions[-1] + 1 :]):
        if _builds_on(later, merges[positions[-1]]):
            raise InputError(f"{gone!r} cannot be parted yet: first undo the later merge of {later.gone.name!r}")
    return positions[-1]


def _builds_on(later: Merge, earlier: Merge) -> bool:
    shared = {entity_key(later.keep), later.gone.key} & {entity_key(earlier.keep), earlier.gone.key}
    return bool(shared or (later.before.ids | later.after.ids) & (earlier.before.ids | earlier.after.ids))


def to_redo(gone: Sequence[Episode], taught: Sequence[Fact], merges: Sequence[Merge]) -> int:
    """The position of the first of `merges` that has to do with the episodes `gone`, or with what they `taught`.

    To forget these, undo all from there on, newest first; forget; and merge again those whose entities are left.
    """
    ids = {episode.id for episode in gone}
    names = [*(name for fact in taught for name in (fact.subject, fact.object)), *(n for e in gone for n in e.mentions)]
    keys = set(map(entity_key, names))
    first = len(merges)
    for at in reversed(range(len(merges))):
        merge = merges[at]
        if entity_key(merge.keep) in keys or ids & _episodes(merge):
            keys |= {entity_key(merge.keep), merge.gone.key}  # whom they may have spoken of before the merge
            first = at
    return first


def _episodes(merge: Merge) -> set[str | None]:
    """The ids of the episodes of which the record of a merge tells."""
    both = merge.before + merge.after
    return {*merge.mentions, *(episode for _, episode, _ in both.taught), *(fact.retired_by for fact in both.facts)}


def alike(facts: Iterable[Fact], keep: str, gone: str) -> list[tuple[str, str, str, str]]:
    """What a store must look up beside `facts`: (subject, relation, object, slot or ""), as keys, under either name.

    Wanted is every fact, retired ones too, with such a triple, or such a subject and slot.
    """
    found: dict[tuple[str, str, str, str], None] = {}
    for fact in facts:
        for each in (fact, renamed(fact, keep, gone)):
            found[(*each.triple.key, fact.slot or "")] = None
    return list(found)


def merge(keep: Entity, gone: Entity, known: Known, mentions: Mapping[str, bool]) -> Merge:
    """Make `gone` a name of `keep`.

    `known` must hold every fact of `gone`, and those `alike` to them. `mentions` gives, for each episode that mentions
    `gone`, whether it mentions `keep` too.
    """
    joined = _unified([renamed(fact, keep.name, gone.name) for fact in known.facts])
    before, after = Known(), Known()
    for group in _by_place(joined.values()).values():
        part = known.only(group)
        if not any(gone.key in (fact.triple.key[0], fact.triple.key[2]) for fact in part.facts):
            continue
        before += part
        after += _reread(part, joined) if _meet(part.facts, joined) else Known(tuple(group), part.taught)
    moved = tuple(id_ for id_, both in mentions.items() if not both)
    return Merge(keep.name, gone, tuple(mentions), moved, before, after)


def undo(merge: Merge, now: Known) -> tuple[set[str], Known]:
    """The ids of the facts that go, and what comes instead of them.

    `now` must hold the facts of `merge.before` and `merge.after` that are left, and those `alike` to them.
    """
    keep, gone = merge.keep, merge.gone.name
    every = [*merge.before.facts, *merge.after.facts, *now.facts]
    places = _by_place(_unified([renamed(fact, keep, gone) for fact in every]).values())
    touched = {fact.id for fact in merge.before.facts}
    ids: set[str] = set()
    result = Known()
    for group in places.values():
        if not touched & {fact.id for fact in group}:
            continue
        before, after, since = (known.only(group) for known in (merge.before, merge.after, now))
        ids |= since.ids
        result += before if since.same_as(after) else _parted(before, after, since, keep, gone)
    return ids, result


def renamed(fact: Fact, keep: str, gone: str) -> Fact:
    """`fact` with the name `keep` for the entity `gone`."""
    key = entity_key(gone)
    subject, object_ = (keep if entity_key(name) == key else name for name in (fact.subject, fact.object))
    return fact if (subject, object_) == (fact.subject, fact.object) else replace(fact, subject=subject, object=object_)


def _unified(facts: Sequence[Fact]) -> dict[str, Fact]:
    """The facts by id, one slot for each triple; none for a fact of a thing and itself, which rules nothing out."""
    slots = {fact.triple.key: fact.slot for fact in facts if fact.slot and fact.triple.key[0] != fact.triple.key[2]}
    return {fact.id: replace(fact, slot=slots.get(fact.triple.key)) for fact in facts}


def _place(fact: Fact) -> Place:
    return (fact.triple.key[0], fact.slot) if fact.slot else fact.triple.key


def _by_place(facts: Iterable[Fact]) -> dict[Place, list[Fact]]:
    groups: dict[Place, list[Fact]] = {}
    for fact in facts:
        groups.setdefault(_place(fact), []).append(fact)
    return groups


def _meet(facts: Sequence[Fact], joined: Mapping[str, Fact]) -> bool:
    """Whether facts that had nothing to do with each other come to share a slot, or a triple."""
    keys = {fact.triple.key for fact in facts}
    return len({_place(fact) for fact in facts}) > 1 or len({joined[fact.id].triple.key for fact in facts}) < len(keys)


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


def _sightings(known: Known) -> list[_Event]:
    facts = {fact.id: fact for fact in known.facts}
    rows = dict.fromkeys([*known.taught, *((fact.since, fact.asserted_by, fact.id) for fact in known.facts)])
    return [
        _Event(step, 1 if facts[id_].until == facts[id_].since else 3, episode, facts[id_])
        for step, episode, id_ in rows
    ]


def _endings(known: Known) -> list[_Event]:
    """Retirements that no rival explains: the episode just said that the fact is outdated."""
    taught: dict[str, list[Fact]] = {}
    for event in _sightings(known):
        taught.setdefault(event.episode, []).append(event.fact)
    return [
        _Event(fact.until, 2 if fact.until == fact.since else 0, fact.retired_by, fact, ends=True)
        for fact in known.facts
        if fact.retired_by is not None and fact.until is not None
        if not any(_place(rival) == _place(fact) and rival.triple.key != fact.triple.key
                   for rival in taught.get(fact.retired_by, ()))
    ]  # fmt: skip


def _reread(part: Known, joined: Mapping[str, Fact]) -> Known:
    events = [*_sightings(part), *_endings(part)]
    return _replay([replace(event, fact=joined[event.fact.id]) for event in events])


def _replay(events: Sequence[_Event]) -> Known:
    """What one place holds after `events`: each fact from its first sighting until a rival's, or until it ends."""
    told = {(event.episode, event.fact.triple.key) for event in events if not event.ends}
    spans: list[tuple[list[_Event], list[_Event]]] = []  # the sightings of a fact, and what ended it
    for event in sorted(events, key=lambda event: (event.step, event.rank)):
        sightings, ending = spans[-1] if spans else ([], [event])
        same = not ending and sightings[0].fact.triple.key == event.fact.triple.key
        if event.ends:
            if same and (event.episode, event.fact.triple.key) not in told:
                ending.append(event)
        elif same:
            sightings.append(event)
        else:
            if not ending:
                ending.append(event)
            spans.append(([event], []))
    return _written(spans)


def _written(spans: Sequence[tuple[list[_Event], list[_Event]]]) -> Known:
    """The facts of `spans`; each takes the id of a fact that it continues, if one is left."""
    result, used = Known(), {""}
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
        )
        result += Known((fact,), tuple((step, episode, id_) for episode, step in teachers.items()))
    return result


def _parted(before: Known, after: Known, now: Known, keep: str, gone: str) -> Known:
    """One place of a merged entity as two: what each had before, and what was learned since.

    What was seen since was seen of `keep`; what was called outdated since is so for both.
    """

    def key(fact: Fact) -> tuple[str, str, str]:
        return renamed(fact, keep, gone).triple.key

    told = {(event.episode, key(event.fact)) for event in _sightings(after)}
    ended = {(event.step, event.episode, key(event.fact)) for event in _endings(after)}
    sightings = [event for event in _sightings(now) if (event.episode, key(event.fact)) not in told]
    endings = [event for event in _endings(now) if (event.step, event.episode, key(event.fact)) not in ended]
    free = [replace(it, fact=replace(it.fact, id="")) if it.fact.id in before.ids else it for it in sightings]
    events = [*_sightings(before), *_endings(before), *free, *endings]
    events += [
        replace(event, fact=fact) for event in endings for fact in before.facts
        if key(fact) == key(event.fact) and fact.triple.key != event.fact.triple.key
    ]  # fmt: skip
    places: dict[Place, list[_Event]] = {}
    for event in events:
        places.setdefault(_place(event.fact), []).append(event)
    result = Known()
    for group in places.values():
        result += _replay(group)
    return result
