"""The part of the graph that a decision looks at, as it is changed; carrying the change out is the store's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import replace
from typing import Any, TypeVar

from graphmem.images import keys_of
from graphmem.passages import parts
from graphmem.protocols import Select, Store
from graphmem.records import (
    Change,
    Entity,
    Episode,
    Fact,
    Merge,
    Place,
    Sightings,
    Vector,
    Wanted,
    entity_key,
)

Result = TypeVar("Result")

Spot = tuple[str, ...]
"""Where only one fact can hold: a slot of a subject or, without a slot, one triple."""

_LAST = 2**62
_NOT = _LAST + 1  # later than any step: not asked


def written(store: Store, decide: Callable[[Draft], Result]) -> Result:
    """Let `decide` change a draft of the graph in `store`, and carry out what it changed."""

    def work(select: Select) -> tuple[Change, Result]:
        draft = Draft(select)
        result = decide(draft)
        return draft.change(), result

    return store.write(work)


def spot(fact: Fact) -> Spot:
    return (fact.key[0], fact.slot) if fact.slot else fact.key


def places(facts: Iterable[Fact]) -> tuple[Place, ...]:
    """Where these facts hold, as a store is asked for them."""
    return tuple(dict.fromkeys((*fact.key, fact.slot or "") for fact in facts))


class Draft:
    """What was seen of the graph, with what was changed of it since.

    `see` asks for more; what is changed here, or gone, stays so. `facts` and `episodes` are by id, `entities` by key,
    `merges` in order of time. `vectors`, `images` and `embedder` are handed on, as `Change` has them;
    `held_embedder` is whose vectors the graph holds. `loose` are the names of entities that nothing may name any more.
    """

    def __init__(self, select: Select) -> None:
        self._select = select
        self.facts: dict[str, Fact] = {}
        self.episodes: dict[str, Episode] = {}
        self.entities: dict[str, Entity] = {}
        self.merges: list[Merge] = []
        self.last_step = -1
        self.vectors: dict[str, Vector] = {}
        self.images: dict[str, bytes] = {}
        self.held_embedder: str | None = None
        self.embedder: str | None = None
        self._facts_at: dict[Spot, dict[str, None]] = {}
        self._facts_about: dict[str, dict[str, None]] = {}
        self._teachers: dict[str, dict[str, tuple[int, int]]] = {}
        self._mentioning: dict[str, dict[str, None]] = {}
        self._aliases: dict[str, str] = {}
        self._asked: dict[str, set[str]] = {}
        self._asked_places: dict[Place, tuple[int, int]] = {}
        self._asked_about: dict[str, int] = {}  # by key, after which step the teachers were asked for
        self._arrivals: dict[str, int] = {}
        self._merges_before: list[Merge] | None = None
        # What has changed, and whether it is there now; a mention with the name by which it goes.
        self._changed_facts: dict[str, bool] = {}
        self._changed_episodes: dict[str, bool] = {}
        self._changed_entities: dict[str, tuple[str, bool]] = {}
        self._changed_teachings: dict[tuple[str, str], bool] = {}
        self._changed_mentions: dict[tuple[str, str], tuple[str, bool]] = {}
        self._stored_facts: dict[str, int] = {}  # by id, the same
        self.loose: dict[str, None] = {}
        self._loose_texts: dict[str, None] = {}

    def see(self, wanted: Wanted) -> None:
        """Ask the store, and hold what it gives beside what is held; what was asked before is not asked again."""
        left = self._unasked(wanted)
        if self._asked and left == Wanted(holding=left.holding, teachers=left.teachers, newest=left.newest):
            return
        self._note(left)
        known = self._select(left)
        self.last_step = max(self.last_step, known.last_step)
        self.held_embedder = known.embedder
        self.episodes |= {it.id: it for it in known.episodes if it.id not in self._changed_episodes}
        for entity in known.entities:
            if entity.key not in self._changed_entities:
                self._hold_entity(entity)
        _, after = _steps(left)
        for fact in known.facts:
            self._stored_facts[fact.id] = min(after, self._stored_facts.get(fact.id, after))
            if fact.id not in self._changed_facts and self.facts.get(fact.id) != fact:
                self._hold(fact)
        for step, arrival, episode_id, fact_id in known.taught:
            self._arrivals[episode_id] = arrival
            if (
                (episode_id, fact_id) not in self._changed_teachings
                and fact_id in self.facts
                and self._is_left(episode_id)
            ):
                self._teachers.setdefault(fact_id, {})[episode_id] = step, arrival
        for name, episode_id in known.mentions:
            if (episode_id, key := entity_key(name)) not in self._changed_mentions and self._is_left(episode_id):
                self._mentioning.setdefault(key, {})[episode_id] = None
        if wanted.merges and self._merges_before is None:
            self.merges, self._merges_before = list(known.merges), list(known.merges)

    def _unasked(self, wanted: Wanted) -> Wanted:
        """What of this was not asked before, by name or by key, or not of so early a step."""
        (since, after), about = _steps(wanted), self._asked_about

        def is_new(place: Place) -> bool:
            subject, _, object_, slot = place
            if min(about.get(subject, _NOT), _NOT if slot else about.get(object_, _NOT)) <= after:
                return False
            asked = self._asked_places.get(place, (_NOT, _NOT))
            return asked[0] > since or asked[1] > after

        return replace(
            wanted,
            episodes=self._new("episodes", wanted.episodes),
            names=wanted.names if wanted.newest else self._new("names", wanted.names),
            subjects=self._new("subjects", wanted.subjects),
            facts=tuple(id_ for id_ in wanted.facts if self._stored_facts.get(id_, _NOT) > after),
            places=tuple(filter(is_new, wanted.places)),
        )

    def _new(self, kind: str, wanted: Sequence[str]) -> tuple[str, ...]:
        if not (asked := self._asked.get(kind)):
            return tuple(wanted)
        new = tuple(it for it in wanted if it not in asked)
        return new if kind == "episodes" else tuple(it for it in new if entity_key(it) not in asked)

    def _note(self, wanted: Wanted) -> None:
        for kind in ("episodes", "names", "subjects"):
            self._asked.setdefault(kind, set()).update(getattr(wanted, kind))
        since, after = _steps(wanted)
        self._asked_places |= dict.fromkeys(wanted.places, (since, after))
        for key in map(entity_key, wanted.about):
            self._asked_about[key] = min(after, self._asked_about.get(key, after))

    def _is_left(self, episode_id: str) -> bool:
        return self._changed_episodes.get(episode_id, True)

    # Facts

    def at(self, *spots: Spot) -> list[Fact]:
        """The facts here of a triple, or of a subject and slot, each once."""
        return [self.facts[id_] for id_ in dict.fromkeys(i for where in spots for i in self._facts_at.get(where, ()))]

    def about(self, entities: Iterable[Entity]) -> list[Fact]:
        """The facts here about any of these, each once."""
        ids = dict.fromkeys(id_ for entity in entities for id_ in self._facts_about.get(entity.key, ()))
        return [self.facts[id_] for id_ in ids]

    def put(self, fact: Fact) -> Fact:
        """Let a fact be as given, new or not; its ends are called as the entities are that they mean."""
        ends = self._meet(fact.subject), self._meet(fact.object)
        fact = fact if ends == (fact.subject, fact.object) else replace(fact, subject=ends[0], object=ends[1])
        before = self.facts.get(fact.id)
        if before == fact:
            return fact
        if before and before.key != fact.key:
            ends = _ends(fact)
            self.loosen(
                [it for it in (before.subject, before.object) if entity_key(it) not in ends], (before.triple.text,)
            )
        self._changed_facts[fact.id] = True
        self._hold(fact)
        return fact

    def drop(self, fact_id: str) -> None:
        """Remove a fact, and who taught it."""
        fact = self._let_go(fact_id)
        self._changed_facts[fact_id] = False
        self._teachers.pop(fact_id, None)
        self.loosen((fact.subject, fact.object), (fact.triple.text,))

    def facts_fewer(self) -> int:
        """How many facts fewer there are than in the store."""
        there = [id_ in self._stored_facts for id_, now in self._changed_facts.items() if now]
        gone = [id_ in self._stored_facts for id_, now in self._changed_facts.items() if not now]
        return sum(gone) - there.count(False)

    def _hold(self, fact: Fact) -> None:
        if fact.id in self.facts:
            self._let_go(fact.id)
        self.facts[fact.id] = fact
        for where in _spots(fact):
            self._facts_at.setdefault(where, {})[fact.id] = None
        for key in _ends(fact):
            self._facts_about.setdefault(key, {})[fact.id] = None

    def _let_go(self, fact_id: str) -> Fact:
        fact = self.facts.pop(fact_id)
        for where in _spots(fact):
            del self._facts_at[where][fact_id]
        for key in set(_ends(fact)):
            del self._facts_about[key][fact_id]
        return fact

    # Who taught them

    def teachers(self, fact_id: str, *, after: int = -1) -> list[tuple[int, str]]:
        """The (step, episode id) that taught a fact after a step, earliest first."""
        found = sorted((when, id_) for id_, when in self._teachers.get(fact_id, {}).items() if when[0] > after)
        return [(step, id_) for (step, _), id_ in found]

    def began(self, fact: Fact) -> tuple[int, int]:
        """When a fact was first seen: the step, and of episodes of one step, which came first."""
        return fact.since, self._arrivals.get(fact.asserted_by, _LAST)

    def taught_by(self, episode_ids: Iterable[str]) -> set[str]:
        """The ids of the facts here that any of these taught."""
        wanted = set(episode_ids)
        return {id_ for id_, teachers in self._teachers.items() if wanted & teachers.keys()}

    def teach(self, episode_id: str, fact_id: str, step: int) -> None:
        teachers = self._teachers.setdefault(fact_id, {})
        if episode_id not in teachers:
            teachers[episode_id] = step, self._arrivals.setdefault(episode_id, _LAST + len(self._arrivals))
            self._changed_teachings[episode_id, fact_id] = True

    def unteach(self, episode_id: str, fact_id: str) -> None:
        self._teachers.get(fact_id, {}).pop(episode_id, None)
        self._changed_teachings[episode_id, fact_id] = False

    def sightings(self, facts: Iterable[Fact]) -> Sightings:
        """These facts, and who taught them."""
        facts = tuple(facts)
        rows = sorted(
            (*when, place, episode_id, fact.id)
            for place, fact in enumerate(facts)
            for episode_id, when in self._teachers.get(fact.id, {}).items()
        )
        return Sightings(facts, tuple((step, episode_id, id_) for step, _, _, episode_id, id_ in rows))

    # Episodes

    def keep(self, episode: Episode) -> Episode:
        """Let an episode be as given, new or not."""
        self._changed_episodes[episode.id] = True
        self.episodes[episode.id] = episode
        self.last_step = max(self.last_step, episode.step)
        return episode

    def has_kept(self, episode_id: str) -> bool:
        """Whether an episode was changed here, or is new."""
        return self._changed_episodes.get(episode_id, False)

    def lose(self, episode_ids: Set[str]) -> None:
        """Remove episodes, with what they taught and mentioned."""
        for id_ in episode_ids:
            episode = self.episodes.pop(id_)
            self._changed_episodes[id_] = False
            texts = (episode.text, *(part.text for part in parts(episode.text)), *keys_of(episode.images))
            self.loosen(episode.mentions, texts)
        by_episode: list[dict[str, Any]] = [*self._teachers.values(), *self._mentioning.values()]
        for held in by_episode:
            for id_ in held.keys() & episode_ids:
                del held[id_]

    def mention(self, episode_id: str, name: str) -> None:
        key = entity_key(name := self._meet(name))
        self._mentioning.setdefault(key, {})[episode_id] = None
        self._changed_mentions[episode_id, key] = name, True

    def unmention(self, episode_id: str, name: str) -> None:
        self._mentioning.get(entity_key(name), {}).pop(episode_id, None)
        self._changed_mentions[episode_id, entity_key(name)] = name, False
        self.loosen((name,))

    def mentioning(self, name: str) -> list[str]:
        """The ids of the episodes here that mention an entity."""
        return list(self._mentioning.get(entity_key(name), ()))

    # Entities

    def name(self, given: str) -> str:
        """What the entity of that name or alias is called; the name as given when it is new."""
        found = self.called(given)
        return found.name if found else given

    def known(self, keys: Set[str]) -> Set[str]:
        """Those of these keys of names by which an entity here is called."""
        return (keys & self.entities.keys()) | (keys & self._aliases.keys())

    def called(self, name: str) -> Entity | None:
        """The entity of that name: whose own it is, before whose alias it is."""
        key = entity_key(name)
        return self.entities.get(key) or self.entities.get(self._aliases.get(key, ""))

    def _meet(self, given: str) -> str:
        """What the entity of that name is called, which is there from now on."""
        found = self.called(given)
        if found is None:
            self._hold_entity(found := Entity(given))
        return found.name

    def name_entity(self, entity: Entity) -> None:
        """Let an entity have just this name and these aliases."""
        self._changed_entities[entity.key] = entity.name, True
        self._hold_entity(entity)

    def unname(self, entity: Entity) -> None:
        """Remove an entity and its names; nothing speaks of it any more."""
        self._changed_entities[entity.key] = entity.name, False
        self._forget_aliases(entity.key)
        del self.entities[entity.key]
        self.loosen((), (entity.key,))

    def _hold_entity(self, entity: Entity) -> None:
        self._forget_aliases(entity.key)
        self.entities[entity.key] = entity
        self._aliases |= {entity_key(alias): entity.key for alias in entity.aliases}

    def _forget_aliases(self, of: str) -> None:
        for alias in map(entity_key, self.entities[of].aliases if of in self.entities else ()):
            if self._aliases.get(alias) == of:
                del self._aliases[alias]

    def is_named(self, name: str) -> bool:
        """Whether a fact or an episode here names the entity."""
        key = entity_key(name)
        return bool(self._mentioning.get(key) or self._facts_about.get(key))

    def loosen(self, names: Sequence[str], texts: Iterable[str] = ()) -> None:
        """These may be nobody's any more."""
        self.loose |= dict.fromkeys(names)
        self._loose_texts |= dict.fromkeys((*texts, *map(entity_key, names)))

    # What has changed

    def change(self) -> Change:
        """What is the store's to carry out. What an undone merge would bring back keeps its vectors."""
        before = {id(merge): merge for merge in self._merges_before or ()}  # by what they are: to compare them costs
        now = {id(merge): merge for merge in self.merges}
        undoable = (fact for merge in self.merges for fact in merge.before.facts) if self._loose_texts else ()
        kept = {fact.triple.text for fact in undoable}
        return Change(
            embedder=self.embedder,
            vectors=self.vectors,
            images=self.images,
            entities=tuple(self.entities[key] for key, (_, there) in self._changed_entities.items() if there),
            gone_entities=tuple(name for name, there in self._changed_entities.values() if not there),
            episodes=tuple(self.episodes[id_] for id_, there in self._changed_episodes.items() if there),
            gone_episodes=_gone(self._changed_episodes),
            facts=tuple(self.facts[id_] for id_, there in self._changed_facts.items() if there),
            gone_facts=_gone(self._changed_facts),
            taught=self._teachings(there=True),
            untaught=self._teachings(there=False),
            mentioned=self._mentions(there=True),
            unmentioned=self._mentions(there=False),
            merges=tuple(merge for at, merge in now.items() if at not in before),
            gone_merges=tuple(merge for at, merge in before.items() if at not in now),
            loose=tuple(self.loose),
            loose_texts=tuple(text for text in self._loose_texts if text not in kept),
        )

    def _teachings(self, *, there: bool) -> tuple[tuple[str, str], ...]:
        gone = {*_gone(self._changed_episodes), *_gone(self._changed_facts)}
        changed = (pair for pair, now in self._changed_teachings.items() if now == there)
        return tuple(pair for pair in changed if not gone.intersection(pair))

    def _mentions(self, *, there: bool) -> tuple[tuple[str, str], ...]:
        gone = set(_gone(self._changed_episodes))
        changed = ((id_, name) for (id_, _), (name, now) in self._changed_mentions.items() if now == there)
        return tuple((id_, name) for id_, name in changed if id_ not in gone)


def _steps(wanted: Wanted) -> tuple[int, int]:
    """From which step on facts are asked for, and after which who taught them."""
    return -1 if wanted.holding is None else wanted.holding, _LAST if wanted.teachers is None else wanted.teachers


def _spots(fact: Fact) -> set[Spot]:
    """Where a fact is looked for: its triple and, if it has one, its subject's slot."""
    subject, *_ = fact.key
    return {fact.key, (subject, fact.slot)} if fact.slot else {fact.key}


def _ends(fact: Fact) -> tuple[str, str]:
    return fact.key[0], fact.key[2]


def _gone(changed: Mapping[str, bool]) -> tuple[str, ...]:
    return tuple(id_ for id_, there in changed.items() if not there)
