"""Many observations in one write: all are stored, read one after the other, and embedded together."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import replace
from types import MappingProxyType

from graphmem.graph import identity, learning
from graphmem.graph.draft import Draft
from graphmem.graph.learning import append_all, learn_all
from graphmem.lessons import KNOWN_FACTS, Lessons
from graphmem.records import (
    Entity,
    Episode,
    Fact,
    Learned,
    Lesson,
    Observation,
    Observed,
    Triple,
    Wanted,
)

log = logging.getLogger(__name__)

BEFORE = 6
"""So many observations of the batch just before one are told with it."""

KEY_USED = "the key %r was used before, for another text or image; that one is kept"


def learn_together(
    draft: Draft,
    batch: Sequence[tuple[Episode, Observation]],
    lessons: Lessons,
    embedder: str,
    *,
    unread: Sequence[bool],
    outdated: Mapping[str, str] = MappingProxyType({}),
    renews: str | None = None,
) -> list[Learned]:
    """Store and learn the observations of `batch` in a draft; each knows what those before it taught.

    What is learned has no vectors yet. Those `unread` stay pending; the first lesson ends the facts `outdated` (ids,
    each with its reason), and `renews` an episode. An observation whose extraction fails stays pending with its error,
    unless its triples were given: then the error is raised.
    """
    observations = [observation for _, observation in batch]
    asked = [lessons.asked(each.text, each.triples, each.speaker) for each in observations]
    reads = any(each.triples is None for each in observations)
    names = {name for pair in asked for part in pair for name in part}
    stored = append_all(draft, [episode for episode, _ in batch], names, KNOWN_FACTS if reads else 0)
    given = [(episode, each.triples) for episode, each in zip(stored, observations, strict=True) if each.triples]
    foreseen = [Lesson(it, triples, tuple(map(lessons.slot_of, triples))) for it, triples in given]
    ending = [Lesson(stored[0], outdated=tuple(outdated))] if outdated else []
    learning.see(draft, [*foreseen, *ending])
    learned: list[Learned] = []
    just_before: Set[str] = frozenset()  # what "it" may mean
    for (episode_given, observation), placed, (named, also) in zip(batch, stored, asked, strict=True):
        episode = draft.episodes[placed.id]
        before = stored[max(0, len(learned) - BEFORE) : len(learned)]
        entities = _called(draft, named | just_before)
        just_before = named
        known = _newest(draft, entities, episode.step) if observation.triples is None else ()
        observed = Observed(episode, (*entities, *_called(draft, also)), known, tuple(before))
        repeated = episode.id != episode_given.id
        another = episode.content != episode_given.content
        if unread[len(learned)] and episode.pending:
            learned.append(Learned(episode, repeated=repeated))
        else:
            told = observation.triples, observed, lessons, embedder, outdated, renews
            learned.append(_learn(draft, *told, repeated=repeated, another=another))
        outdated, renews = {}, None
    return learned


def _newest(draft: Draft, entities: Iterable[Entity], step: int) -> tuple[Fact, ...]:
    """The newest of what the draft knows of these to hold at a step."""
    held = [fact for fact in draft.about(entities) if fact.holds_at(step)]
    newest = sorted(enumerate(held), key=lambda it: (it[1].since, it[0]), reverse=True)[:KNOWN_FACTS]
    return tuple(fact for _, fact in newest)


def _ask(draft: Draft, names: Iterable[str]) -> tuple[Entity, ...]:
    keys = identity.keys(names)
    draft.see(Wanted(names=keys))
    return _called(draft, set(keys))


def _called(draft: Draft, keys: Set[str]) -> tuple[Entity, ...]:
    found = (draft.called(key) for key in sorted(draft.known(keys)))
    return tuple({entity.key: entity for entity in found if entity}.values())


def _learn(
    draft: Draft,
    given: tuple[Triple, ...] | None,
    observed: Observed,
    lessons: Lessons,
    embedder: str,
    outdated: Mapping[str, str],
    renews: str | None,
    *,
    repeated: bool,
    another: bool,
) -> Learned:
    """What an episode teaches; nothing new when its key was used before for `another` observation."""
    episode = observed.episode
    if another:
        log.warning(KEY_USED, episode.key)
    if repeated and (another or not (episode.pending or given or outdated)):
        (learned,) = learn_all(draft, [Lesson(episode)], embedder)
        return replace(learned, repeated=True)
    try:
        lesson = lessons.read(observed, given, lambda names: _ask(draft, names))
    except Exception as error:  # whatever an extractor raises, the episode is kept and says why
        if given is not None:
            raise
        log.warning("step %d: extraction failed, the episode is pending: %s", episode.step, error)
        return Learned(draft.keep(replace(episode, error=f"{type(error).__name__}: {error}")))
    (learned,) = learn_all(draft, [replace(lesson.ending(outdated), more=repeated, renews=renews)], embedder)
    return replace(learned, repeated=repeated)
