"""Carrying out a `Change` in one SQLite transaction."""

from __future__ import annotations

import functools
import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from graphmem.errors import EmbedderMismatch
from graphmem.language.words import searchable
from graphmem.passages import SIZE
from graphmem.records import Change, Entity, Episode, Fact, Merge, Vector, entity_key
from graphmem.storage.sqlite import images, rough_index
from graphmem.storage.sqlite.erasing import erase
from graphmem.storage.sqlite.rows import IN, Indexed, all_rows, as_set, text_hash, to_blobs
from graphmem.storage.sqlite.schema import put_passages

if TYPE_CHECKING:
    from pydantic import TypeAdapter


@functools.cache
def as_json() -> TypeAdapter[Merge]:
    """A merge as JSON, as it is kept."""
    from pydantic import TypeAdapter  # here, since few files hold a merge

    return TypeAdapter(Merge)


FACT_COLUMNS = (
    "subject", "object", "relation", "relation_key", "slot", "asserted_by", "since", "retired_by", "until", "reason",
    "support", "hash",
)  # fmt: skip


class Writer:
    """Writes to one namespace; what it changes carries `revision`, so that indexes see what is new."""

    def __init__(self, db: sqlite3.Connection, namespace: int, revision: int) -> None:
        self._db = db
        self._namespace = namespace
        self._revision = revision
        self._images: Mapping[str, bytes] = {}
        self._rows: dict[tuple[str, str], int] = {}
        self._held: dict[str, tuple[int, dict[str, Any]]] = {}  # row and columns, by id, of the facts there that change

    def apply(self, change: Change) -> None:
        """Carry out `change`, inside the caller's transaction."""
        self._images = change.images
        self._claim(change)
        self._add_vectors(change.vectors)
        self._erase_texts(change)
        if change.gone_facts:
            self._drop_facts(change.gone_facts)
        if change.gone_entities or change.gone_episodes:
            self._free_names(change.gone_entities, change.gone_episodes)
        self._pair("DELETE FROM teachings WHERE episode = ? AND fact = ?", change.untaught, self._fact)
        self._pair("DELETE FROM mentions WHERE episode = ? AND entity = ?", change.unmentioned, self._entity)
        for entity in change.entities:
            self._name(entity)
        for episode in change.episodes:
            self._put_episode(episode)
        self._leave_places(change.facts)
        for fact in sorted(change.facts, key=lambda fact: fact.current):  # retirements first: one current value each
            self._put_fact(fact)
        self._pair("INSERT OR IGNORE INTO teachings (episode, fact) VALUES (?, ?)", change.taught, self._fact)
        self._pair("INSERT OR IGNORE INTO mentions (episode, entity) VALUES (?, ?)", change.mentioned, self._entity)
        self._drop(change)
        self._keep_merges(change)

    def _drop(self, change: Change) -> None:
        """What goes, and what nothing speaks of any more."""
        if change.gone_episodes:
            self._drop_episodes(change.gone_episodes)
        if change.loose or change.gone_entities:
            self._drop_entities(change)
        if change.loose_texts:
            self._sweep(change.loose_texts)

    def _claim(self, change: Change) -> None:
        held = self._db.execute("SELECT embedder FROM namespaces WHERE id = ?", (self._namespace,)).fetchone()[0]
        if change.vectors_replaced:
            self._db.execute("DELETE FROM vectors WHERE namespace = ?", (self._namespace,))
            self._db.execute("DELETE FROM rough_indexes WHERE namespace = ?", (self._namespace,))
            renewed = "UPDATE namespaces SET epoch = epoch + 1, renewed = renewed + 1 WHERE id = ?"
            self._db.execute(renewed, (self._namespace,))
        elif held and change.embedder not in (None, held):
            raise EmbedderMismatch(held, str(change.embedder))
        if change.embedder not in (None, held):
            self._db.execute("UPDATE namespaces SET embedder = ? WHERE id = ?", (change.embedder, self._namespace))

    def _add_vectors(self, vectors: Mapping[str, Vector]) -> None:
        if not vectors:
            return
        blobs = to_blobs(np.stack(list(vectors.values())))
        self._db.executemany(
            "INSERT OR IGNORE INTO vectors (namespace, hash, vector) VALUES (?, ?, ?)",
            [(self._namespace, text_hash(text), blob) for text, blob in zip(vectors, blobs, strict=True)],
        )

    def _pair(self, statement: str, pairs: Iterable[tuple[str, str]], row_of: Any) -> None:
        self._db.executemany(statement, [(self._episode(id_), row_of(other)) for id_, other in pairs])

    # Rows by what names them

    def _entity(self, name: str) -> int:
        """The row of the entity called `name`, made when it is new."""
        key = entity_key(name)
        if (row := self._rows.get(("entities", key))) is not None:
            return row
        sql = "SELECT seq FROM entities WHERE namespace = ? AND key = ?"
        if found := self._db.execute(sql, (self._namespace, key)).fetchone():
            row = int(found[0])
        else:
            made = "INSERT INTO entities (namespace, key, name) VALUES (?, ?, ?)"
            row = int(self._db.execute(made, (self._namespace, key, name)).lastrowid or 0)
        self._rows["entities", key] = row
        return row

    def _episode(self, id_: str | None) -> int | None:
        return self._row("episodes", id_)

    def _fact(self, id_: str) -> int | None:
        return self._row("facts", id_)

    def _row(self, table: str, id_: str | None) -> int | None:
        if id_ is None or (row := self._rows.get((table, id_))) is not None:
            return None if id_ is None else row
        sql = f"SELECT seq FROM {table} WHERE namespace = ? AND id = ?"
        if not (found := self._db.execute(sql, (self._namespace, id_)).fetchone()):
            return None
        self._rows[table, id_] = int(found[0])
        return int(found[0])

    # Records

    def _put_episode(self, episode: Episode) -> None:
        state = (episode.pending, episode.error, episode.key, self._revision)
        updated = self._db.execute(
            "UPDATE episodes SET pending = ?, error = ?, key = ?, revision = ? WHERE namespace = ? AND id = ?",
            (*state, self._namespace, episode.id),
        )
        if updated.rowcount:
            self._show_passages(episode)
            self._put_images(episode)
            return
        added = self._db.execute(
            """INSERT INTO episodes
            (pending, error, key, revision, namespace, id, text, step, time, metadata, speaker, hash)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            (
                *state,
                self._namespace,
                episode.id,
                episode.text,
                episode.step,
                episode.time.isoformat() if episode.time else None,
                json.dumps(dict(episode.metadata), ensure_ascii=False),
                episode.speaker,
                text_hash(episode.text),
            ),
        )
        text = "INSERT INTO episode_text (rowid, text) VALUES (?, ?)"
        self._db.execute(text, (added.lastrowid, searchable(episode.text)))
        row = int(added.lastrowid or 0), episode.id, episode.step
        put_passages(self._db, self._namespace, row, episode.text, self._revision)
        self._put_images(episode)

    def _put_images(self, episode: Episode) -> None:
        if episode.images:
            row = self._row("episodes", episode.id) or 0
            images.put(self._db, self._namespace, row, episode, self._images, self._revision)

    def _show_passages(self, episode: Episode) -> None:
        """Let indexes of vectors see the passages of an episode, whose vectors come after its text."""
        if len(episode.text) > SIZE or episode.images:
            self._db.execute(
                "UPDATE passages SET revision = ? WHERE episode = ?",
                (self._revision, self._row("episodes", episode.id)),
            )

    def _leave_places(self, facts: Iterable[Fact]) -> None:
        """Let facts that come to another place not hold for a moment, so that none meets another on the way."""
        for fact in facts:
            row, before = self._held.get(fact.id, (0, {}))
            place = text_hash(fact.triple.text), fact.slot
            if before and fact.current and before["until"] is None and (before["hash"], before["slot"]) != place:
                self._db.execute("UPDATE facts SET until = -1 WHERE seq = ?", (row,))
                before["until"] = -1

    def _put_fact(self, fact: Fact) -> None:
        values = (
            self._entity(fact.subject),
            self._entity(fact.object),
            fact.relation,
            fact.triple.key[1],
            fact.slot,
            self._episode(fact.asserted_by),
            fact.since,
            self._episode(fact.retired_by),
            fact.until,
            fact.reason,
            fact.support,
            text_hash(fact.triple.text),
        )
        state = dict(zip(FACT_COLUMNS, values, strict=True))
        row, before = self._held.get(fact.id, (None, {}))
        if row is None:
            columns = (*state, "revision", "namespace", "id")
            added = self._db.execute(
                f"INSERT INTO facts ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})",
                (*state.values(), self._revision, self._namespace, fact.id),
            )
            row = added.lastrowid
        else:  # only what is new: each index of the others is left alone
            changed = {name: value for name, value in state.items() if value != before[name]}
            changed["revision"] = self._revision
            sets = ", ".join(f"{name} = ?" for name in changed)
            self._db.execute(f"UPDATE facts SET {sets} WHERE seq = ?", (*changed.values(), row))
        if before.get("hash") != state["hash"]:  # an older text was erased before
            text = "INSERT INTO fact_text (rowid, text) VALUES (?, ?)"
            self._db.execute(text, (row, searchable(fact.triple.text)))

    def _name(self, entity: Entity) -> None:
        """Let an entity have just this name and these aliases."""
        seq = self._entity(entity.name)
        self._db.execute("UPDATE entities SET name = ? WHERE seq = ?", (entity.name, seq))
        self._db.execute("DELETE FROM aliases WHERE entity = ?", (seq,))
        self._db.executemany(
            "INSERT OR IGNORE INTO aliases (namespace, key, name, entity) VALUES (?, ?, ?, ?)",
            [(self._namespace, entity_key(name), name, seq) for name in entity.aliases],
        )

    # What goes

    def _erase_texts(self, change: Change) -> None:
        """Take out of full text, and of the index of vectors, what goes or gets another text."""
        hashes = {fact.id: text_hash(fact.triple.text) for fact in change.facts}
        changed = self._rows_of("facts", hashes, FACT_COLUMNS)
        self._held = {id_: (row, dict(zip(FACT_COLUMNS, rest, strict=True))) for row, id_, *rest in changed}
        other = [row for id_, (row, before) in self._held.items() if hashes[id_] != before["hash"]]
        facts = [row for row, *_ in self._rows_of("facts", change.gone_facts)]
        episodes = [row for row, *_ in self._rows_of("episodes", change.gone_episodes)]
        of_episodes = f"SELECT seq FROM passages WHERE episode {IN}" if episodes else ""
        passages = [row[0] for row in all_rows(self._db, of_episodes, [as_set(episodes)])] if episodes else []
        erase(self._db, "fact_text", [*other, *facts])
        erase(self._db, "episode_text", episodes)
        erase(self._db, "passage_text", passages)
        self._forget_rows({"fact": facts, "episode": episodes, "passage": passages})
        self._leave_index("fact", other)

    def _rows_of(self, table: str, ids: Collection[str], columns: Iterable[str] = ()) -> list[tuple[Any, ...]]:
        """(Row, id, these columns) of the facts or episodes with these ids."""
        sql = f"SELECT {', '.join(('seq', 'id', *columns))} FROM {table} WHERE namespace = ? AND id {IN}"
        return all_rows(self._db, sql, [self._namespace, as_set(ids)]) if ids else []

    def _forget_rows(self, gone: Mapping[Indexed, Sequence[int]]) -> None:
        """Note which rows go, for whoever holds them in memory."""
        if not any(gone.values()):
            return
        self._db.execute("UPDATE namespaces SET epoch = epoch + 1 WHERE id = ?", (self._namespace,))
        for kind, rows in gone.items():
            self._db.executemany(
                "INSERT INTO gone (namespace, kind, epoch, row) SELECT id, ?, epoch, ? FROM namespaces WHERE id = ?",
                [(kind, row, self._namespace) for row in rows],
            )
            self._leave_index(kind, rows)

    def _leave_index(self, kind: Indexed, rows: Sequence[int]) -> None:
        """Take rows out of the stored index of vectors; what is there of others stays."""
        where = "WHERE namespace = ? AND kind = ? AND part = ?"
        for part in {row // rough_index.ROWS for row in rows}:
            at = (self._namespace, kind, part)
            for data, width in all_rows(self._db, f"SELECT data, width FROM rough_indexes {where}", at):
                left = rough_index.without(data, width, rows)
                self._db.execute(f"UPDATE rough_indexes SET data = ? {where}", (left, *at))

    def _free_names(self, entities: Iterable[str], episodes: Iterable[str]) -> None:
        """The aliases and keys of what goes are another's now."""
        gone = f"UPDATE episodes SET key = NULL WHERE namespace = ? AND id {IN}"
        self._db.execute(gone, (self._namespace, as_set(episodes)))
        keys = as_set(map(entity_key, entities))
        seqs = f"(SELECT seq FROM entities WHERE namespace = ? AND key {IN})"
        self._db.execute(f"DELETE FROM aliases WHERE entity IN {seqs}", (self._namespace, keys))

    def _drop_facts(self, ids: Sequence[str]) -> None:
        gone = (self._namespace, as_set(ids))
        seqs = f"(SELECT seq FROM facts WHERE namespace = ? AND id {IN})"
        self._db.execute(f"DELETE FROM teachings WHERE fact IN {seqs}", gone)
        self._db.execute(f"DELETE FROM facts WHERE namespace = ? AND id {IN}", gone)

    def _drop_episodes(self, ids: Sequence[str]) -> None:
        images.drop(self._db, self._namespace, ids)
        gone = (self._namespace, as_set(ids))
        seqs = f"(SELECT seq FROM episodes WHERE namespace = ? AND id {IN})"
        self._db.execute(f"DELETE FROM teachings WHERE episode IN {seqs}", gone)
        self._db.execute(f"DELETE FROM mentions WHERE episode IN {seqs}", gone)
        self._db.execute(f"DELETE FROM passages WHERE episode IN {seqs}", gone)
        self._db.execute(f"DELETE FROM episodes WHERE namespace = ? AND id {IN}", gone)

    def _drop_entities(self, change: Change) -> None:
        """Those that go, and the loose ones that no fact and no episode names."""
        keys = as_set({entity_key(name) for name in (*change.loose, *change.gone_entities)})
        self._db.execute(
            f"""DELETE FROM entities WHERE namespace = ? AND key {IN}
            AND NOT EXISTS (SELECT 1 FROM facts WHERE subject = entities.seq)
            AND NOT EXISTS (SELECT 1 FROM facts WHERE object = entities.seq)
            AND NOT EXISTS (SELECT 1 FROM mentions WHERE entity = entities.seq)""",
            (self._namespace, keys),
        )

    def _keep_merges(self, change: Change) -> None:
        if change.gone_merges:
            rows = all_rows(self._db, "SELECT seq, record FROM merges WHERE namespace = ?", [self._namespace])
            gone = [(seq,) for seq, record in rows if as_json().validate_json(record) in change.gone_merges]
            self._db.executemany("DELETE FROM merges WHERE seq = ?", gone)
        self._db.executemany(
            "INSERT INTO merges (namespace, record) VALUES (?, ?)",
            [(self._namespace, as_json().dump_json(merge).decode()) for merge in change.merges],
        )

    def _sweep(self, texts: Sequence[str]) -> None:
        """Remove the vectors of those texts that no record has."""
        self._db.executemany(
            """DELETE FROM vectors WHERE namespace = :n AND hash = :hash
            AND NOT EXISTS (SELECT 1 FROM facts WHERE namespace = :n AND hash = :hash)
            AND NOT EXISTS (SELECT 1 FROM episodes WHERE namespace = :n AND hash = :hash)
            AND NOT EXISTS (SELECT 1 FROM passages WHERE namespace = :n AND hash = :hash)
            AND NOT EXISTS (SELECT 1 FROM entities WHERE namespace = :n AND key = :text)""",
            [{"n": self._namespace, "hash": text_hash(text), "text": text} for text in texts],
        )
