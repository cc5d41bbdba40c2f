"""The graph in one SQLite file: durable at every call, read by many processes while one writes."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace

from graphmem.errors import EmbedderMismatch
from graphmem.graph import learning, merging
from graphmem.graph.learning import contradiction
from graphmem.records import (
    NEXT,
    Entity,
    Episode,
    Fact,
    Forgotten,
    Learned,
    Lesson,
    Observed,
    Vector,
    entity_key,
)
from graphmem.storage.sqlite.connection import scrub, told, transaction
from graphmem.storage.sqlite.reading import SqliteReader
from graphmem.storage.sqlite.rows import (
    EPISODE,
    IN,
    all_rows,
    as_set,
    to_episode,
)
from graphmem.storage.sqlite.writing import Writer

_ALIKE = """
    SELECT f.seq FROM json_each(?) w
    CROSS JOIN entities s ON s.namespace = ? AND s.key = w.value ->> 0
    CROSS JOIN facts f ON f.subject = s.seq AND f.relation_key = w.value ->> 1
    JOIN entities o ON o.seq = f.object AND o.key = w.value ->> 2
    UNION SELECT f.seq FROM json_each(?) w
    CROSS JOIN entities s ON s.namespace = ? AND s.key = w.value ->> 0
    CROSS JOIN facts f ON f.subject = s.seq AND f.slot = w.value ->> 3"""
"""The facts of one of some triples, or of their subject and slot: each (subject, relation, object, slot or "").

CROSS JOIN keeps SQLite to this order: from the few triples to their facts, never the other way.
"""


class SqliteStore(SqliteReader):
    """A `Store` over one namespace of the file at `path` (made when missing). Safe to share between threads."""

    @contextmanager
    def _writing(self) -> Iterator[Writer]:
        with told(self._path), self.together():
            self._db.execute("INSERT OR IGNORE INTO namespaces (name) VALUES (?)", (self._name,))
            self._db.execute("UPDATE namespaces SET revision = revision + 1 WHERE name = ?", (self._name,))
            row = self._db.execute("SELECT id, revision FROM namespaces WHERE name = ?", (self._name,)).fetchone()
            yield Writer(self._db, *row)

    @contextmanager
    def together(self) -> Iterator[None]:
        """All that is written inside is committed at its end, or nothing of it."""
        with self._lock, nullcontext() if self._db.in_transaction else transaction(self._db):
            yield

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

    def observe(self, episode: Episode, names: Iterable[str], *, limit: int, also: Iterable[str] = ()) -> Observed:
        (stored,) = self.append([episode])
        seqs = self._entity_rows(names)
        known = self._newest_about(seqs, limit=limit, at=stored.step)
        told = dict.fromkeys([*seqs, *self._entity_rows(also)])
        return Observed(stored, tuple(self._entities(list(told))), tuple(known))

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
        lesson = merging.linked(lesson, self._aliases(lesson))
        concerned = self._concerned(lesson)
        resolution = learning.resolve(lesson, concerned, self._later(episode, concerned))
        writer.add_vectors(lesson.vectors)
        writer.write_facts(resolution.written.values())
        writer.move(resolution.moved)
        writer.finish(lesson, (fact.id for fact in (*resolution.asserted, *resolution.supported)))
        (episode,) = self.episodes(ids=[episode.id])
        return Learned(episode, tuple(resolution.asserted), tuple(resolution.supported), tuple(resolution.retired))

    def _concerned(self, lesson: Lesson) -> list[Fact]:
        """What `resolve` must see: facts that a triple equals or rivals, or that the lesson calls outdated."""
        wanted = [[*triple.key, slot or ""] for triple, slot in zip(lesson.triples, lesson.slots, strict=True)]
        return self._select_facts(
            f"""(f.until IS NULL OR f.until > ?) AND f.seq IN (
                {_ALIKE} UNION SELECT seq FROM facts WHERE namespace = ? AND id {IN})""",
            [
                lesson.episode.step,
                *(json.dumps(wanted), self._namespace) * 2,
                self._namespace,
                as_set(lesson.outdated),
            ],
        )

    def _aliases(self, lesson: Lesson) -> dict[str, str]:
        """The names of the entities that the lesson calls by an alias, by the alias's key."""
        told = [name for triple in lesson.triples for name in (triple.subject, triple.object)]
        rows = all_rows(
            self._db,
            f"""SELECT a.key, n.name FROM aliases a JOIN entities n ON n.seq = a.entity
            WHERE a.namespace = ? AND a.key {IN}
            AND NOT EXISTS (SELECT 1 FROM entities WHERE namespace = a.namespace AND key = a.key)""",
            [self._namespace, as_set({entity_key(name) for name in (*told, *lesson.mentions)})],
        )
        return dict(rows)

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

    def renew(
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
                writer.renew(entities, episodes, facts)
            except sqlite3.IntegrityError as error:
                raise contradiction() from error
            writer.add_vectors(vectors or {})

    def merge(self, keep: str, gone: str, *, vectors: Mapping[str, Vector] | None = None) -> None:
        with self._writing() as writer:
            writer.add_vectors(vectors or {})
            self._merge(keep, gone, writer)

    def _merge(self, keep: str, gone: str, writer: Writer) -> None:
        one, other = (merging.called(name, self.entities([name])) for name in (keep, gone))
        merging.check_two(one, other)
        rows = all_rows(
            self._db,
            """SELECT e.id, EXISTS (SELECT 1 FROM mentions WHERE episode = e.seq AND entity = :keep)
            FROM mentions m JOIN episodes e ON e.seq = m.episode WHERE m.entity = :gone ORDER BY e.step, e.seq""",
            {"keep": writer.entity(one.name), "gone": (seq := writer.entity(other.name))},  # type: ignore[arg-type]
        )
        facts = self._select_facts("f.subject = ? OR f.object = ?", [seq, seq])
        writer.join(merging.merge(one, other, self._known(facts, one.name, other.name), dict(rows)))

    def unmerge(self, gone: str) -> None:
        with self._writing() as writer:
            self._unmerge(gone, writer)

    def _unmerge(self, gone: str, writer: Writer) -> None:
        merges = self._merges()
        position = merging.to_undo(gone, merges)
        merge = merges[position]
        facts = [*merge.before.facts, *merge.after.facts]
        writer.part(merge, *merging.undo(merge, self._known(facts, merge.keep, merge.gone.name)))
        self._db.execute(
            "DELETE FROM merges WHERE seq = (SELECT seq FROM merges WHERE namespace = ? ORDER BY seq LIMIT 1 OFFSET ?)",
            (self._namespace, position),
        )

    def _known(self, facts: Sequence[Fact], keep: str, gone: str) -> merging.Known:
        """What `merging` must see: these facts as they are now and all that are `alike`, and who taught them."""
        ids = [fact.id for fact in facts]
        for _ in range(2):  # what shares a slot with one of the same triple may have none itself
            wanted = (json.dumps(merging.alike(facts, keep, gone)), self._namespace)
            facts = self._select_facts(
                f"f.seq IN ({_ALIKE} UNION SELECT seq FROM facts WHERE namespace = ? AND id {IN}) ORDER BY f.seq",
                [*wanted * 2, self._namespace, as_set(ids)],
            )
        taught = all_rows(
            self._db,
            f"""SELECT e.step, e.id, f.id FROM facts f JOIN teachings t ON t.fact = f.seq
            JOIN episodes e ON e.seq = t.episode
            WHERE f.namespace = ? AND f.id {IN} ORDER BY e.step, e.seq, f.seq""",
            [self._namespace, as_set(fact.id for fact in facts)],
        )
        return merging.Known(tuple(facts), tuple(taught))

    def forget(self, episode_ids: Iterable[str]) -> Forgotten:
        with self._writing() as writer:
            before = self.stats()
            gone = writer.known_episodes(episode_ids)
            redo = self._to_redo(gone)
            for merge in reversed(redo):
                self._unmerge(merge.gone.name, writer)
            writer.forget(gone, learning.forget(gone, *self._forgetting(gone)))
            for merge in redo:
                if writer.are_entities(merge.keep, merge.gone.name):
                    self._merge(merge.keep, merge.gone.name, writer)
            writer.sweep(self._merges())
            after = self.stats()
        with self._reading() as db:
            if gone:
                scrub(db, self._path)
        return Forgotten(before.episodes - after.episodes, before.facts - after.facts, before.entities - after.entities)

    def _to_redo(self, gone: set[str]) -> list[merging.Merge]:
        if not (merges := self._merges()):
            return []
        told = self.episodes(ids=gone)
        taught = self.facts(ids=[id_ for episode in told for id_ in episode.facts], current=False)
        return merges[merging.to_redo(told, taught, merges) :]

    def _forgetting(self, gone: set[str]) -> tuple[list[Fact], dict[str, list[tuple[int, str]]]]:
        """For `learning.forget`: facts taught or retired by `gone`, their rivals, and who else taught them."""
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
