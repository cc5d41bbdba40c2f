"""The graph in one SQLite file: durable at every call, read by many processes while one writes."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from graphmem.errors import EmbedderMismatch
from graphmem.records import NEXT, Entity, Episode, Fact, Forgotten, Learned, Lesson, Observed, Vector
from graphmem.storage import resolve
from graphmem.storage.connection import scrub, told, transaction
from graphmem.storage.reading import SqliteReader
from graphmem.storage.resolve import contradiction
from graphmem.storage.rows import (
    EPISODE,
    IN,
    all_rows,
    as_set,
    to_episode,
)
from graphmem.storage.writing import Writer


class SqliteStore(SqliteReader):
    """A `Store` over one namespace of the file at `path` (made when missing). Safe to share between threads."""

    @contextmanager
    def _writing(self) -> Iterator[Writer]:
        with self._lock, told(self._path), transaction(self._db):
            self._db.execute("INSERT OR IGNORE INTO namespaces (name) VALUES (?)", (self._name,))
            self._db.execute("UPDATE namespaces SET revision = revision + 1 WHERE name = ?", (self._name,))
            row = self._db.execute("SELECT id, revision FROM namespaces WHERE name = ?", (self._name,)).fetchone()
            yield Writer(self._db, *row)

    def append(self, episodes: Sequence[Episode]) -> list[Episode]:
        with self._writing() as writer:
            for episode in episodes:
                numbered = replace(episode, step=self._last_step() + 1) if episode.step == NEXT else episode
                writer.add_episode(numbered)
            return [self._stored(episode) for episode in episodes]

    def _stored(self, episode: Episode) -> Episode:
        row = self._db.execute(
            f"{EPISODE} WHERE e.namespace = ? AND (e.id = ? OR e.key = ?)", (self._namespace, episode.id, episode.key)
        ).fetchone()
        return to_episode(row)

    def observe(self, episode: Episode, names: Iterable[str], *, limit: int) -> Observed:
        (stored,) = self.append([episode])
        seqs = self._entity_rows(names)
        known = self._newest_about(seqs, limit=limit, at=stored.step)
        return Observed(stored, tuple(self._entities(seqs)), tuple(known))

    def learn(self, lessons: Sequence[Lesson], *, embedder: str) -> list[Learned]:
        with self._writing() as writer:
            self._claim(embedder)
            return [self._learn(lesson, writer) for lesson in lessons]

    def _claim(self, embedder: str) -> None:
        held = self.embedder()
        if held is None:
            self._db.execute("UPDATE namespaces SET embedder = ? WHERE id = ?", (embedder, self._namespace))
        elif held != embedder:
            raise EmbedderMismatch(held, embedder)

    def _learn(self, lesson: Lesson, writer: Writer) -> Learned:
        (episode,) = self.episodes(ids=[lesson.episode.id])
        if not episode.pending:
            taught = self.facts(ids=episode.facts, current=False)
            return Learned(
                episode,
                asserted=tuple(fact for fact in taught if fact.asserted_by == episode.id),
                supported=tuple(fact for fact in taught if fact.asserted_by != episode.id),
                retired=tuple(self._select_facts("r.id = ?", [episode.id])),
            )
        concerned = self._concerned(lesson)
        resolution = resolve.resolve(lesson, concerned, self._later(episode, concerned))
        writer.add_vectors(lesson.vectors)
        writer.write_facts(resolution.written.values())
        writer.move(resolution.moved)
        writer.finish(lesson, (fact.id for fact in (*resolution.asserted, *resolution.supported)))
        (episode,) = self.episodes(ids=[episode.id])
        return Learned(episode, tuple(resolution.asserted), tuple(resolution.supported), tuple(resolution.retired))

    def _concerned(self, lesson: Lesson) -> list[Fact]:
        """What `resolve` must see: facts that a triple equals or rivals, or that the lesson calls outdated.

        CROSS JOIN keeps SQLite to this order: from the lesson's few triples to their facts, never the other way.
        """
        wanted = [[*triple.key, slot or ""] for triple, slot in zip(lesson.triples, lesson.slots, strict=True)]
        return self._select_facts(
            f"""(f.until IS NULL OR f.until > ?) AND f.seq IN (
                SELECT f.seq FROM json_each(?) w
                CROSS JOIN entities s ON s.namespace = ? AND s.key = w.value ->> 0
                CROSS JOIN facts f ON f.subject = s.seq AND f.relation_key = w.value ->> 1
                JOIN entities o ON o.seq = f.object AND o.key = w.value ->> 2
                UNION SELECT f.seq FROM json_each(?) w
                CROSS JOIN entities s ON s.namespace = ? AND s.key = w.value ->> 0
                CROSS JOIN facts f ON f.subject = s.seq AND f.slot = w.value ->> 3
                UNION SELECT seq FROM facts WHERE namespace = ? AND id {IN})""",
            [
                lesson.episode.step,
                *(json.dumps(wanted), self._namespace) * 2,
                self._namespace,
                as_set(lesson.outdated),
            ],
        )

    def _later(self, episode: Episode, facts: Sequence[Fact]) -> dict[str, list[tuple[int, str]]]:
        """Who taught `facts` after the episode's step; nobody, when it is the latest, as nearly always."""
        if episode.step >= self._last_step():
            return {}
        return self._teachers(facts, "e.step > ?", [episode.step])

    def _teachers(
        self, facts: Iterable[Fact], where: str, parameters: Sequence[object]
    ) -> dict[str, list[tuple[int, str]]]:
        """By fact id, the (step, episode id) of the episodes that taught it, earliest first."""
        teachers: dict[str, list[tuple[int, str]]] = {}
        for fact_id, step, episode_id in all_rows(
            self._db,
            f"""SELECT f.id, e.step, e.id FROM facts f JOIN teachings t ON t.fact = f.seq
            JOIN episodes e ON e.seq = t.episode
            WHERE f.namespace = ? AND f.id {IN} AND {where} ORDER BY e.step, e.seq""",
            [self._namespace, as_set(fact.id for fact in facts), *parameters],
        ):
            teachers.setdefault(fact_id, []).append((step, episode_id))
        return teachers

    def fail(self, errors: Mapping[str, str]) -> None:
        with self._writing() as writer:
            writer.fail(errors)

    def replace_vectors(self, embedder: str, vectors: Mapping[str, Vector]) -> None:
        with self._writing() as writer:
            writer.replace_vectors(embedder, vectors)

    def restore(
        self,
        entities: Sequence[Entity],
        episodes: Sequence[Episode],
        facts: Sequence[Fact],
        *,
        vectors: Mapping[str, Vector] | None = None,
        embedder: str | None = None,
    ) -> None:
        with self._writing() as writer:
            if embedder:
                self._claim(embedder)
            try:
                writer.restore(entities, episodes, facts)
            except sqlite3.IntegrityError as error:
                raise contradiction() from error
            writer.add_vectors(vectors or {})

    def forget(self, episode_ids: Iterable[str]) -> Forgotten:
        with self._writing() as writer:
            gone = writer.known_episodes(episode_ids)
            facts, teachers = self._forgetting(gone)
            before = self.stats()
            writer.forget(gone, resolve.forget(gone, facts, teachers))
            after = self.stats()
        with self._reading() as db:
            if gone:
                scrub(db, self._path)
        return Forgotten(before.episodes - after.episodes, before.facts - after.facts, before.entities - after.entities)

    def _forgetting(self, gone: set[str]) -> tuple[list[Fact], dict[str, list[tuple[int, str]]]]:
        """What `resolve.forget` must see: facts taught or retired by `gone`, their rivals, and who else taught them."""
        facts = self._select_facts(
            f"""f.seq IN (
                WITH touched AS (
                    SELECT t.fact AS seq FROM teachings t JOIN episodes e ON e.seq = t.episode
                    WHERE e.namespace = ? AND e.id {IN}
                    UNION SELECT f.seq FROM facts f JOIN episodes e ON e.seq = f.retired_by
                    WHERE e.namespace = ? AND e.id {IN})
                SELECT seq FROM touched
                UNION SELECT rival.seq FROM touched JOIN facts f USING (seq) JOIN facts rival
                    ON rival.subject = f.subject
                    AND (rival.slot = f.slot OR (rival.relation_key = f.relation_key AND rival.object = f.object)))""",
            [self._namespace, as_set(gone)] * 2,
        )
        return facts, self._teachers(facts, f"e.id NOT {IN}", [as_set(gone)])

    def close(self) -> None:
        with self._lock:
            self._db.close()
