"""Records <-> what the server holds: properties, and the hashes by which they are found."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Literal

import numpy as np
from pydantic import TypeAdapter

from graphmem.images import found_by
from graphmem.language.words import words
from graphmem.passages import parts
from graphmem.records import Entity, Episode, Fact, Image, Merge, Part, Place, Vector, entity_key, step_of

Properties = dict[str, Any]

Indexed = Literal["fact", "episode", "passage"]
"""What is found by its vector and by its words; a passage is a part of a long episode."""

MERGE: TypeAdapter[Merge] = TypeAdapter(Merge)
"""A merge as JSON, as it is kept."""

_clock = 0
_clock_lock = threading.Lock()


def next_order(many: int = 1) -> int:
    """A number larger than those of all that was made before; so `many` from it on are free."""
    global _clock
    with _clock_lock:
        start = max(_clock, time.time_ns())
        _clock = start + max(many, 1)
        return start


class Namespace:
    """The ids of one namespace's things, each a hash of fixed length."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.scope = "n" + self._id()

    def _id(self, *parts: str) -> str:
        text = json.dumps([self.name, *parts])
        return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()

    def entity(self, name: str) -> str:
        return self._id("entity", entity_key(name))

    def text(self, text: str) -> str:
        """The id of a text's vector."""
        return self._id("text", text)

    def relation(self, relation: str) -> str:
        return self._id("relation", " ".join(relation.casefold().split()))

    def slot(self, subject: str, slot: str | None) -> str | None:
        return None if slot is None else self._id("slot", entity_key(subject), slot)

    def triple(self, key: tuple[str, str, str]) -> str:
        return self._id("triple", *key)

    def image(self, hash_: str) -> str:
        return self._id("image", hash_)

    def key(self, key: str | None) -> str | None:
        return None if key is None else self._id("key", key)

    def entities(self, names: Iterable[str]) -> list[str]:
        return sorted({self.entity(name) for name in names})

    def places(self, places: Iterable[Place]) -> tuple[list[str], list[str]]:
        """The ids of triples, and of slots."""
        places = list(places)
        slots = {self.slot(subject, slot) for subject, _, _, slot in places if slot}
        return sorted({self.triple(place[:3]) for place in places}), sorted(filter(None, slots))

    def entity_rows(self, names: Iterable[str], order: int) -> list[Properties]:
        """One row an entity, in order of id (see `vector_rows`); `order` keeps the order of `names`."""
        rows: dict[str, Properties] = {}
        for place, name in enumerate(names):
            key = entity_key(name)
            new = {"namespace": self.name, "name": name, "key": key, "text_id": self.text(key), "order": order + place}
            rows.setdefault(id_ := self.entity(name), {"id": id_, "new": new})
        return sorted(rows.values(), key=lambda row: str(row["id"]))

    def named_row(self, entity: Entity) -> Properties:
        """An entity with just this name and these aliases."""
        aliases = [{"id": self.entity(alias), "name": alias, "key": entity_key(alias)} for alias in entity.aliases]
        return {"id": self.entity(entity.name), "name": entity.name, "aliases": aliases}

    def episode_row(self, episode: Episode, order: int) -> Properties:
        """`new` is set once, when the episode is stored; `state` whenever it changes."""
        return {
            "id": episode.id,
            "step": episode.step,
            "at": step_of(episode.time) if episode.time else None,
            "key_id": self.key(episode.key),
            "new": {
                "text": episode.text,
                "words": index_words(episode.text),
                "speaker": episode.speaker,
                "time": episode.time.isoformat() if episode.time else None,
                "metadata": json.dumps(dict(episode.metadata), ensure_ascii=False),
                "text_id": self.text(episode.text),
                "scope": self.scope,
                "order": order,
            },
            "state": {
                "pending": episode.pending,
                "error": episode.error,
                "key": episode.key,
                "key_id": self.key(episode.key),
                "images": _as_json(episode.images),
            },
        }

    def image_rows(self, episode: Episode) -> list[Properties]:
        """What finds an episode by its images, as passages; they stand nowhere in its text."""
        where = {"start": 0, "end": 0, "heading": "", "scope": self.scope}
        return [
            {
                "id": id_,
                "episode": episode.id,
                "new": {**where, "words": index_words(said), "text_id": self.text(text)},
            }
            for id_, text, said in found_by(episode)
        ]

    def passage_rows(self, episode: str, text: str) -> list[Properties]:
        """The passages of a long text of the episode with this id; none of a short one."""
        return [
            {
                "id": f"{episode}#{number}",
                "episode": episode,
                "new": {
                    "start": part.start,
                    "end": part.end,
                    "heading": " > ".join(part.headings),
                    "words": index_words(part.text),
                    "text_id": self.text(part.text),
                    "scope": self.scope,
                },
            }
            for number, part in enumerate(parts(text))
        ]

    def fact_rows(self, facts: Iterable[Fact], order: int) -> list[Properties]:
        """Retirements first: a slot has one current value at any moment."""
        rows = [self.fact_row(fact, order + place) for place, fact in enumerate(facts)]
        return sorted(rows, key=lambda row: bool(row["current"]))

    def fact_row(self, fact: Fact, order: int) -> Properties:
        triple = fact.triple
        return {
            "id": fact.id,
            "order": order,
            "current": fact.current,
            "state": {
                "subject_id": self.entity(fact.subject),
                "object_id": self.entity(fact.object),
                "relation": fact.relation,
                "slot": fact.slot,
                "words": index_words(triple.text),
                "text_id": self.text(triple.text),
                "triple_id": self.triple(triple.key),
                "slot_id": self.slot(fact.subject, fact.slot),
                "relation_id": self.relation(fact.relation),
                "scope": self.scope,
                "asserted_by": fact.asserted_by,
                "since": fact.since,
                "retired_by": fact.retired_by,
                "until": fact.until,
                "reason": fact.reason,
                "support": fact.support,
            },
        }

    def mention_rows(self, pairs: Iterable[tuple[str, str]]) -> list[Properties]:
        """Who, by id, mentions whom, by name."""
        return [{"episode": id_, "entity": self.entity(name)} for id_, name in pairs]

    def vector_rows(self, vectors: Mapping[str, Vector]) -> list[Properties]:
        """In order of id: whoever writes several locks them in the same order."""
        rows = [{"id": self.text(text), "values": np.asarray(v, "<f4").tolist()} for text, v in vectors.items()]
        return sorted(rows, key=lambda row: str(row["id"]))


def index_words(text: str) -> str:
    """What full text finds a text by: the words as we see them, some of which the server's analyzer does not."""
    return " ".join(words(text))


def taught_rows(pairs: Iterable[tuple[str, str]]) -> list[Properties]:
    """Which episode teaches which fact, by ids."""
    return [{"episode": episode_id, "fact": fact_id} for episode_id, fact_id in pairs]


_FACT = "f {.id, .subject, .relation, .object, .asserted_by, .since, .slot, .retired_by, .until, .reason"

FACT = _FACT + ", .support}"
"""A fact `f` as it stands."""

FACT_THEN = f"""{_FACT}, support:
    CASE WHEN late THEN COUNT {{ (t:Episode)-[:ASSERTED|SUPPORTED]->(f) WHERE t.step <= at }} ELSE f.support END}}"""
"""A fact `f` as it stood at step `at`, when something `late`r must not be seen."""

EPISODE = """e {.id, .text, .step, .time, .metadata, .key, .pending, .error, .speaker, .images,
    facts: COLLECT { MATCH (e)-[:ASSERTED|SUPPORTED]->(f) RETURN f.id ORDER BY f.order },
    mentions: COLLECT { MATCH (e)-[:MENTIONS]->(n) RETURN n.name ORDER BY n.order }}"""

PASSAGE = "p {.id, .episode, .start, .end, .heading}"

ENTITY = "n {.name, aliases: COLLECT { MATCH (a:Alias)-[:NAMES]->(n) RETURN a.name ORDER BY a.key }}"


# A row may be empty: what another process deletes while a statement runs is found, and then has no properties.


def to_facts(rows: Iterable[Properties], at: int | None = None) -> tuple[Fact, ...]:
    """Facts as they were known at `at`: without a later retirement."""
    return tuple(Fact(**row).as_of(at) for row in rows if row["id"])


def to_episodes(rows: Iterable[Properties]) -> tuple[Episode, ...]:
    return tuple(to_episode(row) for row in rows if row["id"])


def to_entities(rows: Iterable[Properties]) -> tuple[Entity, ...]:
    return tuple(Entity(row["name"], tuple(row["aliases"])) for row in rows if row["name"])


def to_parts(rows: Iterable[Properties]) -> dict[str, Part]:
    """Parts by the ids of their passages."""
    found = ({**row} for row in rows if row["id"])
    return {row.pop("id"): Part(**row) for row in found}


def to_pairs(rows: Iterable[Iterable[str | None]]) -> tuple[tuple[str, str], ...]:
    """Each once."""
    return tuple(dict.fromkeys((one, other) for one, other in rows if one and other))


def to_episode(row: Properties) -> Episode:
    time = row["time"]
    return Episode(
        id=row["id"],
        text=row["text"],
        step=row["step"],
        time=datetime.fromisoformat(time) if time else None,
        metadata=json.loads(row["metadata"]),
        key=row["key"],
        pending=row["pending"],
        error=row["error"],
        facts=tuple(filter(None, row["facts"])),
        mentions=tuple(filter(None, row["mentions"])),
        speaker=row["speaker"],
        images=tuple(Image(*each) for each in json.loads(row["images"] or "[]")),
    )


def _as_json(images: Iterable[Image]) -> str | None:
    """The images of an episode as they are kept with it; None for none."""
    rows = [[image.hash, image.media_type, image.description] for image in images]
    return json.dumps(rows, ensure_ascii=False) if rows else None


def to_vector(values: list[float]) -> Vector:
    return np.asarray(values, np.float32)


def to_merge(record: str) -> Merge:
    return MERGE.validate_json(record)
