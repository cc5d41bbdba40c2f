"""The writes of one SQLite transaction."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence

from graphmem.graph.learning import Aftermath, contradiction
from graphmem.graph.merging import RECORD, Known, Merge
from graphmem.records import Entity, Episode, Fact, Lesson, Vector, entity_key
from graphmem.storage.sqlite.rows import IN, all_rows, as_set, text_hash, to_blob


class Writer:
    """Writes to one namespace; what it changes carries `revision`, so that indexes see what is new."""

    def __init__(self, db: sqlite3.Connection, namespace: int, revision: int) -> None:
        self._db = db
        self._namespace = namespace
        self._revision = revision

    def add_episode(self, episode: Episode) -> bool:
        """Store `episode`, unless its id or key is there; gives whether it was new."""
        added = self._db.execute(
            """INSERT OR IGNORE INTO episodes
            (namespace, id, text, step, time, metadata, key, pending, error, hash, revision)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            (
                self._namespace,
                episode.id,
                episode.text,
                episode.step,
                episode.time.isoformat() if episode.time else None,
                json.dumps(dict(episode.metadata), ensure_ascii=False),
                episode.key,
                episode.pending,
                episode.error,
                text_hash(episode.text),
                self._revision,
            ),
        )
        if added.rowcount:
            self._db.execute("INSERT INTO episode_text (rowid, text) VALUES (?, ?)", (added.lastrowid, episode.text))
        return bool(added.rowcount)

    def add_vectors(self, vectors: Mapping[str, Vector]) -> None:
        self._db.executemany(
            "INSERT OR IGNORE INTO vectors (namespace, hash, vector) VALUES (?, ?, ?)",
            [(self._namespace, text_hash(text), to_blob(vector)) for text, vector in vectors.items()],
        )

    def write_facts(self, facts: Iterable[Fact], *, rows: Mapping[str, int] | None = None) -> None:
        """Insert facts (in these `rows`, by id), or bring those that are there to their new state.

        Retirements first: one current value each.
        """
        for fact in sorted(facts, key=lambda fact: fact.current):
            retired_by = self._episode(fact.retired_by) if fact.retired_by else None
            state = (self._episode(fact.asserted_by), fact.since, retired_by, fact.until, fact.support, self._revision)
            updated = self._db.execute(
                """UPDATE facts SET asserted_by = ?, since = ?, retired_by = ?, until = ?, support = ?, revision = ?
                WHERE namespace = ? AND id = ?""",
                (*state, self._namespace, fact.id),
            )
            if not updated.rowcount:
                self._insert_fact(fact, (*state, (rows or {}).get(fact.id)))

    def _insert_fact(self, fact: Fact, state: tuple[int | None, ...]) -> None:
        triple = fact.triple
        added = self._db.execute(
            """INSERT INTO facts (asserted_by, since, retired_by, until, support, revision, seq,
            namespace, id, subject, relation, relation_key, object, slot, hash)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            (
                *state,
                self._namespace,
                fact.id,
                self.entity(fact.subject),
                fact.relation,
                triple.key[1],
                self.entity(fact.object),
                fact.slot,
                text_hash(triple.text),
            ),
        )
        self._db.execute("INSERT INTO fact_text (rowid, text) VALUES (?, ?)", (added.lastrowid, triple.text))

    def entity(self, name: str) -> int:
        """The row of the entity called `name`, made when it is new."""
        key = entity_key(name)
        self._db.execute(
            "INSERT OR IGNORE INTO entities (namespace, key, name) VALUES (?, ?, ?)", (self._namespace, key, name)
        )
        row = self._db.execute("SELECT seq FROM entities WHERE namespace = ? AND key = ?", (self._namespace, key))
        return int(row.fetchone()[0])

    def _episode(self, id_: str) -> int:
        row = self._db.execute("SELECT seq FROM episodes WHERE namespace = ? AND id = ?", (self._namespace, id_))
        return int(row.fetchone()[0])

    def move(self, moved: Mapping[str, tuple[str, Sequence[str]]]) -> None:
        """Let episodes that taught one fact teach the one that was split off it."""
        for new, (old, episode_ids) in moved.items():
            self._db.execute(
                f"""UPDATE teachings SET fact = (SELECT seq FROM facts WHERE namespace = ? AND id = ?)
                WHERE fact = (SELECT seq FROM facts WHERE namespace = ? AND id = ?)
                AND episode IN (SELECT seq FROM episodes WHERE namespace = ? AND id {IN})""",
                (self._namespace, new, self._namespace, old, self._namespace, as_set(episode_ids)),
            )

    def finish(self, lesson: Lesson, taught: Iterable[str]) -> None:
        """Note what the episode taught and mentions; it is pending no more."""
        seq = self._episode(lesson.episode.id)
        self._teach(seq, taught)
        self._mention(seq, lesson.mentions)
        self._db.execute(
            "UPDATE episodes SET pending = 0, error = NULL, revision = ? WHERE seq = ?", (self._revision, seq)
        )

    def _teach(self, episode: int, fact_ids: Iterable[str]) -> None:
        self._db.execute(
            f"""INSERT OR IGNORE INTO teachings (episode, fact)
            SELECT ?, seq FROM facts WHERE namespace = ? AND id {IN}""",
            (episode, self._namespace, as_set(fact_ids)),
        )

    def _mention(self, episode: int, names: Iterable[str]) -> None:
        rows = [(episode, self.entity(name)) for name in names]
        self._db.executemany("INSERT OR IGNORE INTO mentions (episode, entity) VALUES (?, ?)", rows)

    def fail(self, errors: Mapping[str, str]) -> None:
        self._db.executemany(
            "UPDATE episodes SET error = ? WHERE namespace = ? AND id = ? AND pending",
            [(error, self._namespace, id_) for id_, error in errors.items()],
        )

    def replace_vectors(self, embedder: str, vectors: Mapping[str, Vector]) -> None:
        self._db.execute("DELETE FROM vectors WHERE namespace = ?", (self._namespace,))
        self.add_vectors(vectors)
        self._db.execute(
            "UPDATE namespaces SET embedder = ?, epoch = epoch + 1 WHERE id = ?", (embedder, self._namespace)
        )

    def restore(self, entities: Sequence[Entity], episodes: Sequence[Episode], facts: Sequence[Fact]) -> None:
        """Put records back as they were: entities and episodes first, since facts and teachings point at them."""
        for entity in entities:
            self._alias(self.entity(entity.name), entity.aliases)
        present = self.known_episodes(episode.id for episode in episodes)
        new = [episode for episode in episodes if episode.id not in present]
        for episode in new:
            if not self.add_episode(episode):
                raise contradiction()  # its key is taken
        rows = all_rows(
            self._db,
            f"SELECT id FROM facts WHERE namespace = ? AND id {IN}",
            [self._namespace, as_set(fact.id for fact in facts)],
        )
        there = {row[0] for row in rows}
        self.write_facts(fact for fact in facts if fact.id not in there)
        for episode in new:
            seq = self._episode(episode.id)
            self._teach(seq, episode.facts)
            self._mention(seq, episode.mentions)

    def renew(self, entities: Sequence[Entity], episodes: Sequence[Episode], facts: Sequence[Fact]) -> None:
        """Bring records to the given state; what nothing teaches or names any more goes."""
        ids = (self._namespace, as_set(episode.id for episode in episodes))
        told = f"episode IN (SELECT seq FROM episodes WHERE namespace = ? AND id {IN})"
        old = {row[0] for row in all_rows(self._db, f"SELECT fact FROM teachings WHERE {told}", ids)}
        self._db.execute(f"DELETE FROM teachings WHERE {told}", ids)
        self._db.execute(f"DELETE FROM mentions WHERE {told}", ids)
        kept = self._drop_changed(facts, old)
        for episode in episodes:
            if not self.add_episode(episode):
                self._db.execute(
                    "UPDATE episodes SET pending = ?, error = ?, revision = ? WHERE namespace = ? AND id = ?",
                    (episode.pending, episode.error, self._revision, self._namespace, episode.id),
                )
        self.write_facts(facts)
        for fact_id, teachers in kept.items():
            for seq in teachers:
                self._teach(seq, [fact_id])
        for episode in episodes:
            seq = self._episode(episode.id)
            self._teach(seq, episode.facts)
            self._mention(seq, episode.mentions)
        if old:
            self._drop_unnamed()
        for entity in entities:
            seq = self.entity(entity.name)
            self._db.execute("DELETE FROM aliases WHERE entity = ?", (seq,))
            self._alias(seq, entity.aliases)

    def _drop_changed(self, facts: Sequence[Fact], old: Collection[int]) -> dict[str, list[int]]:
        """Delete those of the `old` that nobody teaches, and what is another triple now; gives who taught these."""
        rows = all_rows(
            self._db,
            f"""SELECT f.seq, f.id, s.key, f.relation_key, o.key, EXISTS (SELECT 1 FROM teachings WHERE fact = f.seq)
            FROM facts f JOIN entities s ON s.seq = f.subject JOIN entities o ON o.seq = f.object
            WHERE f.seq {IN} OR (f.namespace = ? AND f.id {IN})""",
            [as_set(old), self._namespace, as_set(fact.id for fact in facts)],
        )
        given = {fact.id: fact.triple.key for fact in facts}
        moved = [(seq, id_) for seq, id_, *key, _ in rows if id_ in given and given[id_] != tuple(key)]
        kept = {
            id_: [row[0] for row in all_rows(self._db, "SELECT episode FROM teachings WHERE fact = ?", (seq,))]
            for seq, id_ in moved
        }
        stale = [id_ for _, id_, *_, taught in rows if id_ not in given and not taught]
        self._delete_facts([*kept, *stale])
        if kept or stale:
            self._db.execute("UPDATE namespaces SET epoch = epoch + 1 WHERE id = ?", (self._namespace,))
        return kept

    def known_episodes(self, ids: Iterable[str]) -> set[str]:
        rows = all_rows(
            self._db,
            f"SELECT id FROM episodes WHERE namespace = ? AND id {IN}",
            [self._namespace, as_set(ids)],
        )
        return {row[0] for row in rows}

    def are_entities(self, *names: str) -> bool:
        sql = f"SELECT count(*) FROM entities WHERE namespace = ? AND key {IN}"
        keys = {entity_key(name) for name in names}
        return bool(self._db.execute(sql, (self._namespace, as_set(keys))).fetchone()[0] == len(keys))

    def forget(self, gone: Collection[str], aftermath: Aftermath) -> None:
        """Carry out `aftermath`, then remove the episodes and whatever nothing points at any more."""
        for old, new in aftermath.merged.items():
            self._db.execute(
                """INSERT OR IGNORE INTO teachings (episode, fact)
                SELECT t.episode, (SELECT seq FROM facts WHERE namespace = :n AND id = :new)
                FROM teachings t JOIN facts f ON f.seq = t.fact WHERE f.namespace = :n AND f.id = :old""",
                {"n": self._namespace, "old": old, "new": new},
            )
        scope = (self._namespace, as_set(gone))
        self._db.execute(
            f"DELETE FROM teachings WHERE episode IN (SELECT seq FROM episodes WHERE namespace = ? AND id {IN})", scope
        )
        self._db.execute(
            f"DELETE FROM mentions WHERE episode IN (SELECT seq FROM episodes WHERE namespace = ? AND id {IN})", scope
        )
        self._delete_facts(aftermath.deleted)
        self.write_facts(aftermath.written.values())
        episodes = f"namespace = ? AND id {IN}"
        self._db.execute(f"DELETE FROM episode_text WHERE rowid IN (SELECT seq FROM episodes WHERE {episodes})", scope)
        self._db.execute(f"DELETE FROM episodes WHERE {episodes}", scope)
        self._drop_unnamed()

    def _drop_unnamed(self) -> None:
        """Remove the entities that no fact and no episode names."""
        self._db.execute(
            """DELETE FROM entities WHERE namespace = ?
            AND NOT EXISTS (SELECT 1 FROM facts WHERE subject = entities.seq OR object = entities.seq)
            AND NOT EXISTS (SELECT 1 FROM mentions WHERE entity = entities.seq)""",
            (self._namespace,),
        )

    def _delete_facts(self, ids: Collection[str]) -> None:
        dead = (self._namespace, as_set(ids))
        seqs = f"(SELECT seq FROM facts WHERE namespace = ? AND id {IN})"
        self._db.execute(f"DELETE FROM teachings WHERE fact IN {seqs}", dead)
        self._db.execute(f"DELETE FROM fact_text WHERE rowid IN {seqs}", dead)
        self._db.execute(f"DELETE FROM facts WHERE namespace = ? AND id {IN}", dead)

    def join(self, merge: Merge) -> None:
        """Carry out a merge, and keep what is needed to undo it."""
        self.put(merge.before.ids, merge.after)
        rows = {"keep": self.entity(merge.keep), "gone": self.entity(merge.gone.name)}
        self._db.execute("UPDATE OR IGNORE mentions SET entity = :keep WHERE entity = :gone", rows)
        self._db.execute("DELETE FROM mentions WHERE entity = :gone", rows)
        self._db.execute("DELETE FROM entities WHERE seq = :gone", rows)  # and its aliases
        self._alias(rows["keep"], merge.names)
        self._db.execute(
            "INSERT INTO merges (namespace, record) VALUES (?, ?)",
            (self._namespace, RECORD.dump_json(merge).decode()),
        )

    def part(self, merge: Merge, old: Collection[str], new: Known) -> None:
        """Undo a merge: `new` facts instead of the `old`, names and mentions as they were."""
        keep = self.entity(merge.keep)
        self._db.execute(
            f"DELETE FROM aliases WHERE entity = ? AND key {IN}",
            (keep, as_set(entity_key(name) for name in merge.names)),
        )
        gone = self.entity(merge.gone.name)
        self._alias(gone, merge.gone.aliases)
        self.put(old, new)
        scope = (self._namespace, as_set(merge.moved))
        episodes = f"(SELECT seq FROM episodes WHERE namespace = ? AND id {IN})"
        self._db.execute(f"DELETE FROM mentions WHERE entity = ? AND episode IN {episodes}", (keep, *scope))
        self._db.execute(
            f"INSERT OR IGNORE INTO mentions (episode, entity) SELECT seq, ? FROM episodes WHERE seq IN {episodes}",
            (gone, self._namespace, as_set(merge.mentions)),
        )

    def _alias(self, entity: int, names: Iterable[str]) -> None:
        self._db.executemany(
            "INSERT OR IGNORE INTO aliases (namespace, key, name, entity) VALUES (?, ?, ?, ?)",
            [(self._namespace, entity_key(name), name, entity) for name in names],
        )

    def put(self, old: Collection[str], new: Known) -> None:
        """`new` facts and teachings instead of the `old` facts; nearest vectors are indexed anew."""
        scope = [self._namespace, as_set(old)]
        rows = dict(all_rows(self._db, f"SELECT id, seq FROM facts WHERE namespace = ? AND id {IN}", scope))
        self._delete_facts(old)
        self.write_facts(new.facts, rows=rows)
        taught: dict[str, list[str]] = {}
        for _, episode, fact in new.taught:
            taught.setdefault(episode, []).append(fact)
        for episode, facts in taught.items():
            self._teach(self._episode(episode), facts)
        self._db.execute("UPDATE namespaces SET epoch = epoch + 1 WHERE id = ?", (self._namespace,))

    def sweep(self, merges: Iterable[Merge]) -> None:
        """Remove vectors of texts that are gone, but those that undoing one of `merges` brings back."""
        scope = {"n": self._namespace}
        kept = {text_hash(fact.triple.text) for merge in merges for fact in merge.before.facts}
        kept |= {text_hash(row[0]) for row in self._db.execute("SELECT key FROM entities WHERE namespace = :n", scope)}
        for table in ("facts", "episodes"):
            kept |= {row[0] for row in self._db.execute(f"SELECT hash FROM {table} WHERE namespace = :n", scope)}
        rows = all_rows(self._db, "SELECT seq, hash FROM vectors WHERE namespace = :n", scope)  # type: ignore[arg-type]
        self._db.executemany("DELETE FROM vectors WHERE seq = ?", [(seq,) for seq, key in rows if key not in kept])
        self._db.execute("DELETE FROM rough_indexes WHERE namespace = :n", scope)
        self._db.execute("UPDATE namespaces SET epoch = epoch + 1 WHERE id = :n", scope)
