"""Putting records into a graph as they are: an import, a copy that is kept up, another embedder's vectors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from graphmem.errors import InputError
from graphmem.graph import identity
from graphmem.graph.draft import Draft, places, spot, written
from graphmem.graph.learning import claim
from graphmem.images import texts_of as image_texts
from graphmem.images import vectors_of
from graphmem.passages import parts
from graphmem.protocols import Embedder, ImageEmbedder, Store
from graphmem.records import Change, Entity, Episode, Fact, Vector, Wanted, entity_key

BATCH = 256
"""Texts that are embedded at once."""


class Records(NamedTuple):
    """A graph, or a part of it, as records."""

    entities: Sequence[Entity] = ()
    episodes: Sequence[Episode] = ()
    facts: Sequence[Fact] = ()


def copy(
    store: Store,
    records: Records,
    *,
    vectors: Mapping[str, Vector] | None = None,
    embedder: str | None = None,
    renew: bool = False,
    images: Mapping[str, bytes] | None = None,
) -> None:
    """Put `records` into `store` exactly as given; `vectors` are those of their texts, by `embedder`, and `images` the
    bytes, by hash, of those that their episodes have.

    Those whose id is there already are left alone or, to `renew` a copy, brought to the given state; then facts that no
    episode teaches any more by that go, and entities that nothing names any more. Raises `InputError` when the records
    contradict what the graph holds: another current value of a slot, the same fact or key under another id.
    """

    def decide(draft: Draft) -> None:
        _see(draft, records)
        given = records if renew else _missing(draft, records)
        if embedder:
            claim(draft, embedder)
        draft.vectors |= vectors or {}
        draft.images |= images or {}
        _put(draft, given, renew=renew)
        _check(draft, given)

    written(store, decide)


def contradiction() -> InputError:
    """What is said of records that do not go with what a graph holds."""
    return InputError(
        "these records contradict what the memory holds (another value of the same slot, or a fact or key under "
        "another id): import them into an empty memory or namespace"
    )


def _see(draft: Draft, records: Records) -> None:
    entities, episodes, facts = records
    ends = [name for fact in facts for name in (fact.subject, fact.object)]
    mentions = [name for episode in episodes for name in episode.mentions]
    ids = tuple(episode.id for episode in episodes)
    draft.see(
        Wanted(
            episodes=ids,
            keys=tuple(episode.key for episode in episodes if episode.key is not None),
            names=identity.keys([*(entity.name for entity in entities), *ends, *mentions]),
            subjects=tuple(dict.fromkeys(fact.subject for fact in facts)),
            facts=tuple(fact.id for fact in facts),
            places=places(facts),
            taught_by=ids,
            teachers=-1,
        )
    )


def _missing(draft: Draft, records: Records) -> Records:
    """The records that are not there, and of entities the aliases that are not."""
    entities = []
    for entity in records.entities:
        held = draft.entities.get(entity.key, entity)
        entities.append(replace(held, aliases=tuple(dict.fromkeys((*held.aliases, *entity.aliases)))))
    return Records(
        entities,
        [episode for episode in records.episodes if episode.id not in draft.episodes],
        [fact for fact in records.facts if fact.id not in draft.facts],
    )


def _put(draft: Draft, records: Records, *, renew: bool) -> None:
    for entity in records.entities:
        if draft.entities.get(entity.key) != entity:
            draft.name_entity(entity)
    lost: set[str] = set()
    for episode in records.episodes:
        lost |= _let_go(draft, episode)
        draft.keep(episode)
    given = {fact.id for fact in records.facts}
    for fact_id in lost - given:
        if fact_id in draft.facts and not draft.teachers(fact_id):
            draft.drop(fact_id)
    # What is to hold no more makes room first; what is new keeps its order.
    for fact in sorted(records.facts, key=lambda fact: fact.current or fact.id not in draft.facts):
        draft.put(fact)
    for episode in records.episodes:
        for fact_id in episode.facts:
            draft.teach(episode.id, fact_id, episode.step)
        for name in episode.mentions:
            draft.mention(episode.id, name)


def _let_go(draft: Draft, episode: Episode) -> set[str]:
    """Take from an episode as stored what it does not teach and mention as given; gives the facts it taught."""
    stored = draft.episodes.get(episode.id)
    if stored is None:
        return set()
    for fact_id in set(stored.facts) - set(episode.facts):
        draft.unteach(episode.id, fact_id)
    kept = set(map(entity_key, episode.mentions))
    for name in stored.mentions:
        if entity_key(name) not in kept:
            draft.unmention(episode.id, name)
    return set(stored.facts)


def _check(draft: Draft, given: Records) -> None:
    """Raise `InputError` when two facts hold in one place, or two episodes have one key."""
    for fact in given.facts:
        if fact.current and any(it.current and it.id != fact.id for it in draft.at(fact.key, spot(fact))):
            raise contradiction()
    keys = [episode.key for episode in draft.episodes.values() if episode.key is not None]
    if len(set(keys)) < len(keys):
        raise contradiction()


def alias(store: Store, entity: Entity, aliases: Sequence[str]) -> Entity:
    """Let an entity be known by other names too, and give it."""

    def decide(draft: Draft) -> Entity:
        draft.see(Wanted(names=identity.keys((entity.name, *aliases))))
        held = draft.entities[entity.key]
        if taken := [found for found in draft.entities.values() if found.key != entity.key]:
            raise InputError(
                f"{taken[0].name!r} is another entity of that name: `merge` makes it one with {entity.name!r}"
            )
        both = replace(held, aliases=tuple(dict.fromkeys((*held.aliases, *aliases))))
        draft.name_entity(both)
        return both

    return written(store, decide)


def texts_of(records: Records, undone: Iterable[Fact] = ()) -> list[str]:
    """Every text that has, or wants, a vector; `undone` are facts that undoing a merge brings back."""
    entities, episodes, facts = records
    ends = [name for fact in facts for name in (fact.subject, fact.object)]
    keys = [*(entity.key for entity in entities), *map(entity_key, ends)]
    told = (fact.triple.text for fact in (*facts, *undone))
    passages = (part.text for episode in episodes for part in parts(episode.text))
    seen = (text for episode in episodes for text in image_texts(episode.images))
    return list(dict.fromkeys([*told, *keys, *(episode.text for episode in episodes), *passages, *seen]))


def image_hashes(episodes: Iterable[Episode]) -> list[str]:
    """The hashes of the images of these episodes, each once."""
    return list(dict.fromkeys(image.hash for episode in episodes for image in episode.images))


def re_embed(store: Store, embedder: Embedder, *, progress: Callable[[int, int], None] | None = None) -> int:
    """Embed everything in `store` anew with `embedder`; the old vectors serve until all new ones are there.

    `progress` is told (done, total) after each batch. Returns the number of texts embedded.
    """
    undone = [fact for merge in store.merges() for fact in merge.before.facts]
    records = all_of(store)
    wanted = texts_of(records, undone)
    vectors: dict[str, Vector] = {}
    for start in range(0, len(wanted), BATCH):
        batch = wanted[start : start + BATCH]
        vectors |= zip(batch, embedder.embed(batch), strict=True)
        if progress:
            progress(len(vectors), len(wanted))
    if isinstance(embedder, ImageEmbedder):
        for hash_ in image_hashes(records.episodes):  # one by one: they are large
            vectors |= vectors_of(embedder, store.images([hash_]))
    replace_vectors(store, embedder.name, vectors)
    return len(wanted)


def replace_vectors(store: Store, embedder: str, vectors: Mapping[str, Vector]) -> None:
    """Set the embedder's name and all vectors at once; a text left out has none."""
    store.write(lambda _: (Change(embedder=embedder, vectors=vectors, vectors_replaced=True), None))


def all_of(store: Store) -> Records:
    """The whole graph."""
    return Records(store.entities(), store.episodes(), store.facts(current=False))
