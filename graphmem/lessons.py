"""From an observation to a lesson: extracted or given, linked to the entities that are there, and embedded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager, suppress
from dataclasses import replace
from threading import Thread

from graphmem import validation
from graphmem.errors import ExtractionError
from graphmem.graph import identity
from graphmem.images import described, vectors_of
from graphmem.images import texts_of as image_texts
from graphmem.language.names import possessed, proper_names, spans
from graphmem.language.speakers import ROLES
from graphmem.passages import parts
from graphmem.protocols import AheadReader, Embedder, Extractor, SlotOf
from graphmem.records import Entity, Episode, Extraction, Lesson, Observation, Observed, Triple, Vector, entity_key

KNOWN_FACTS = 96
"""How many known facts an extractor is shown at most."""

UNWRITTEN = 200
"""So many names, the last that were told without standing in the text, are asked for beforehand."""


Called = Callable[[Iterable[str]], Sequence[Entity]]
"""Gives the entities of the graph that are called any of some names."""


class Lessons:
    """Makes lessons of observed episodes."""

    def __init__(
        self,
        extractor: Callable[[], Extractor],
        embedder: Callable[[], Embedder],
        slot_of: SlotOf,
    ) -> None:
        self._extractor = extractor
        self._embedder = embedder
        self.slot_of = slot_of
        self._unwritten: tuple[str, ...] = ()

    def asked(
        self, text: str, given: tuple[Triple, ...] | None, speaker: str | None = None
    ) -> tuple[Set[str], Set[str]]:
        """The keys of names to ask for when an episode is stored: those it may be about, and others it may tell."""
        names = spans(text)
        if speaker:
            names = names.union(identity.keys([speaker, *possessed(text, speaker)]))
        if given is None:
            also = identity.keys([*identity.numbered(names), *self._unwritten])
            return names.union(identity.keys(self._extractor().anchors)), frozenset(also)
        ends = identity.ends(given)
        return names.union(identity.keys(ends)), frozenset(identity.keys(identity.numbered(ends)))

    @contextmanager
    def reading(self, observed: Observed) -> Iterator[None]:
        """Let an extractor that can read ahead do so in a thread, while an embedder embeds that leaves Python to it."""
        if not isinstance(self._extractor(), AheadReader):
            yield
            return
        reader = Thread(target=self.read_ahead, args=([_observation(observed)],))
        with suppress(RuntimeError):  # as the interpreter ends no thread begins: it is read in its turn
            reader.start()
        try:
            yield
        finally:
            if reader.ident:
                reader.join()

    def read_ahead(self, observations: Sequence[Observation]) -> None:
        """Let an extractor that can read together what it is asked for next; what fails here is told in its turn."""
        if observations and isinstance(extractor := self._extractor(), AheadReader):
            with suppress(Exception):
                extractor.read_ahead(observations)

    def read(self, observed: Observed, given: tuple[Triple, ...] | None, called: Called) -> Lesson:
        """What an observed episode teaches, without vectors; with `given` triples nothing extracts.

        Raises what an extractor raises.
        """
        extraction = _extracted(self._extractor(), observed) if given is None else Extraction(given)
        seen = described(observed.episode.images, map(validation.clean, extraction.descriptions))
        episode, known = replace(observed.episode, images=seen), observed.known
        triples = extraction.triples if given is not None else tuple(map(validation.triple, extraction.triples))
        told = dict.fromkeys((*map(validation.clean, extraction.mentions), *identity.ends(triples)))
        names = self._names(observed, told, given, called)
        linked = tuple(identity.linked(triple, names) for triple in triples)
        speaks = [episode.speaker] if episode.speaker and episode.speaker not in ROLES else []
        mentions = _mentions(episode.told, [*speaks, *extraction.mentions], linked, names)
        outdated = [index for index in dict.fromkeys(extraction.outdated) if 0 <= index < len(known)]
        slots = extraction.slots or (None,) * len(linked)
        return Lesson(
            episode=episode,
            triples=linked,
            slots=tuple(self.slot_of(triple) or slot for triple, slot in zip(linked, slots, strict=True)),
            outdated=tuple(known[index].id for index in outdated),
            reasons={known[i].id: extraction.reasons[i] for i in outdated if i in extraction.reasons},
            mentions=mentions,
            dropped=extraction.dropped,
        )

    def _names(
        self, observed: Observed, told: Iterable[str], given: tuple[Triple, ...] | None, called: Called
    ) -> dict[str, str]:
        """By key, the entity that each name told is called by, or called so as one, or as many.

        Names that were not asked for when the episode was stored are asked for now, and from now on before.
        """
        found = list(observed.entities)
        if given is None:  # the ends of given triples were asked for
            found += self._unasked(observed, told, called)
        return identity.meant(told, found)

    def _unasked(self, observed: Observed, told: Iterable[str], called: Called) -> Sequence[Entity]:
        known = identity.meant((), observed.entities)
        new = {key: name for name in told if (key := entity_key(name)) not in known}
        asked = set().union(*self.asked(observed.episode.text, None, observed.episode.speaker))
        unasked = {*new, *map(entity_key, identity.numbered(new.values()))} - asked
        if not unasked:
            return ()
        self._unwritten = tuple(dict.fromkeys([*sorted(unasked), *self._unwritten]))[:UNWRITTEN]
        return called(unasked)

    def embedded(self, lesson: Lesson, images: Sequence[bytes] = ()) -> Lesson:
        """The lesson with the vectors of what it tells, and of its images where the embedder takes them."""
        texts = [*texts_of(lesson.episode.text, lesson.triples), *image_texts(lesson.episode.images)]
        by_hash = dict(zip((image.hash for image in lesson.episode.images), images, strict=False))
        return replace(lesson, vectors=self.vectors(texts) | self.image_vectors(by_hash))

    def image_vectors(self, images: Mapping[str, bytes]) -> dict[str, Vector]:
        """The vectors of images, given by hash, where the embedder takes images."""
        return vectors_of(self._embedder(), images) if images else {}

    def vectors(self, texts: Sequence[str]) -> dict[str, Vector]:
        """The vectors of texts, by text; like lengths are embedded together."""
        texts = sorted(dict.fromkeys(texts), key=len)
        return dict(zip(texts, self._embedder().embed(texts), strict=True))


def texts_of(text: str, triples: Iterable[Triple]) -> list[str]:
    """The texts of an observation that have vectors: its own, its passages', its facts', and their ends'."""
    triples = list(triples)
    ends = (end for triple in triples for end in (triple.key[0], triple.key[2]))
    told = [text, *(part.text for part in parts(text)), *(triple.text for triple in triples), *ends]
    return list(dict.fromkeys(told))


def _mentions(text: str, read: Iterable[str], triples: Sequence[Triple], names: dict[str, str]) -> tuple[str, ...]:
    """Whom an observation mentions: what was read or is written as a name, what is known of it, and what it teaches."""
    taught = identity.ends(triples)
    words = {word for name in taught for word in entity_key(name).split()}
    written = [name for name in proper_names(text) if entity_key(name) not in words]
    named = spans(text)
    return tuple(
        dict.fromkeys(
            [names.get(entity_key(name), validation.clean(name)) for name in (*read, *written)]
            + [name for key, name in names.items() if key in named]
            + taught
        )
    )


def _extracted(extractor: Extractor, observed: Observed) -> Extraction:
    found = extractor.extract(_observation(observed), observed.known)
    if not isinstance(found, Extraction):
        raise ExtractionError(
            f"{extractor.name} gave {found!r:.80}, where an Extraction is due: Extraction((triple, ...))"
        )
    return found


def _lines(text: str) -> str:
    """The text with line ends that every reader knows: it is kept as it came, be that from Windows."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _observation(observed: Observed) -> Observation:
    """The stored episode as its extractor sees it."""

    def seen(episode: Episode) -> Observation:
        return Observation(_lines(episode.text), time=episode.time, metadata=episode.metadata, speaker=episode.speaker)

    before = tuple(replace(seen(each), text=_lines(each.told)) for each in observed.before)
    return replace(seen(observed.episode), before=before, like=observed.like, images=observed.images)
