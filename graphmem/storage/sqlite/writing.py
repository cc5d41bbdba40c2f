"""Carrying out a `Change` in one SQLite transaction."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from itertools import groupby
from typing import Any

import numpy as np

from graphmem.errors import EmbedderMismatch
from graphmem.language.words import searchable
from graphmem.passages import SIZE
from graphmem.records import MOST, Change, Entity, Episode, Fact, Merge, Vector, entity_key
from graphmem.storage.sqlite import images, rough_index
from graphmem.storage.sqlite.erasing import erase
from graphmem.storage.sqlite.kept import Touched
from graphmem.storage.sqlite.rows import IN, Indexed, all_rows, as_json, as_set, text_hash, to_blobs, to_merge
from graphmem.storage.sqlite.schema import put_passages

FACT_COLUMNS = (
    "subject", "object", "relation", "relation_key", "slot", "asserted_by", "since", "retired_by", "until", "reason",
    "support", "hash",
)  # fmt: skip


Spot = tuple[Any, ...]
"""Where only one fact can hold, by rows."""


def _new(table: str, columns: Sequence[str]) -> str:
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"


_NEW_FACT = _new("facts", ("seq", *FACT_COLUMNS, "revision", "namespace", "id"))
_NEW_EPISODE = _new(
    "episodes",
    (
        "seq", "namespace", "id", "text", "step", "time", "metadata", "speaker", "hash", "pending", "error", "key",
        "revision",
    ),
)  # fmt: skip


class Writer:
    """Writes to one namespace; what it changes carries `revision`, so that indexes see what is new."""

    def __init__(self, db: sqlite3.Connection, namespace: int, revision: int) -> None:
        self._db = db
        self._namespace = namespace
        self._revision = revision
        self._images: Mapping[str, bytes] = {}
        self._rows: dict[str, dict[str, int]] = {"entities": {}, "episodes": {}, "facts": {}}  # by key, or by id
        self._hashes: dict[str, bytes] = {}  # of the texts of the facts that are put, by id
        self._held: dict[str, tuple[int, dict[str, Any]]] = {}  # row and columns, by id, of the facts there that change
        self.touched = Touched(revision)

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
        self._find_rows(change)
        self._pair("DELETE FROM teachings WHERE episode = ? AND fact = ?", "facts", change.untaught)
        self._pair("DELETE FROM mentions WHERE episode = ? AND entity = ?", "entities", _by_key(change.unmentioned))
        self._name(change.entities)
        self._put_episodes(change.episodes)
        self._put_facts(sorted(change.facts, key=lambda fact: fact.current))
        self._pair("INSERT OR IGNORE INTO teachings (episode, fact) VALUES (?, ?)", "facts", change.taught)
        mention = "INSERT OR IGNORE INTO mentions (episode, entity) VALUES (?, ?)"
        self._pair(mention, "entities", _by_key(change.mentioned))
        self._drop(change)
        self._keep_merges(change)
        self._touch(change)

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

    # Rows by what names them

    def _find_rows(self, change: Change) -> None:
        """Know the rows of all that the change speaks of; entities that are new are made."""
        pairs = [*change.taught, *change.untaught, *change.mentioned, *change.unmentioned]
        ids = {id_ for id_, _ in pairs} | {episode.id for episode in change.episodes}
        ids |= {id_ for fact in change.facts for id_ in (fact.asserted_by, fact.retired_by) if id_}
        self._find("episodes", "id", ids)
        self._rows["facts"] = {id_: row for id_, (row, _) in self._held.items()}
        self._find("facts", "id", {id_ for _, id_ in (*change.taught, *change.untaught)} - self._hashes.keys())
        ends = (name for fact in change.facts for name in (fact.subject, fact.object))
        named = (*(entity.name for entity in change.entities), *ends, *(name for _, name in change.mentioned))
        names = {entity_key(name): name for name in reversed(named)}  # as it is called first
        self._find("entities", "key", names.keys() | {entity_key(name) for _, name in change.unmentioned})
        known = self._rows["entities"]
        new = [(key, names[key]) for key in dict.fromkeys(map(entity_key, named)) if key not in known]
        rows = self._new_rows("entities", [key for key, _ in new])
        sql = "INSERT INTO entities (seq, namespace, key, name) VALUES (?, ?, ?, ?)"
        self._db.executemany(sql, [(row, self._namespace, *it) for row, it in zip(rows, new, strict=True)])

    def _find(self, table: str, column: str, wanted: Collection[str]) -> None:
        if wanted:
            sql = f"SELECT {column}, seq FROM {table} WHERE namespace = ? AND {column} {IN}"
            self._rows[table] |= all_rows(self._db, sql, [self._namespace, as_set(wanted)])

    def _new_rows(self, table: str, names: Sequence[str]) -> range:
        """The rows that these, which are new, are to have: none that was another's before."""
        if not names:
            return range(0)
        sql = f"""SELECT max((SELECT coalesce(max(seq), 0) FROM {table}),
            coalesce((SELECT seq FROM sqlite_sequence WHERE name = ?), 0))"""
        first = self._db.execute(sql, (table,)).fetchone()[0] + 1
        rows = range(first, first + len(names))
        self._rows[table].update(zip(names, rows, strict=True))
        return rows

    def _pair(self, statement: str, table: str, pairs: Iterable[tuple[str, str]]) -> None:
        """Carry out a statement with the rows of an episode and of a fact or an entity, where both are there."""
        episodes, others = self._rows["episodes"], self._rows[table]
        there = ((episodes.get(id_), others.get(other)) for id_, other in pairs)
        self._db.executemany(statement, [pair for pair in there if None not in pair])

    # Records

    def _put_episodes(self, episodes: Sequence[Episode]) -> None:
        new = []
        for episode in episodes:
            state = (episode.pending, episode.error, episode.key, self._revision)
            if row := self._rows["episodes"].get(episode.id):
                sets = "pending = ?, error = ?, key = ?, revision = ?"
                self._db.execute(f"UPDATE episodes SET {sets} WHERE seq = ?", (*state, row))
                # passages are seen when their vectors come, after the text
                if len(episode.text) > SIZE or episode.images:
                    self._db.execute("UPDATE passages SET revision = ? WHERE episode = ?", (self._revision, row))
            else:
                new.append(episode)
        rows = self._new_rows("episodes", [episode.id for episode in new])
        self._db.executemany(_NEW_EPISODE, [self._as_row(*it) for it in zip(rows, new, strict=True)])
        texts = [(row, searchable(episode.text)) for row, episode in zip(rows, new, strict=True)]
        self._db.executemany("INSERT INTO episode_text (rowid, text) VALUES (?, ?)", texts)
        for row, episode in zip(rows, new, strict=True):
            put_passages(self._db, self._namespace, (row, episode.id, episode.step), episode.text, self._revision)
        for episode in episodes:
            if episode.images:
                row = self._rows["episodes"][episode.id]
                images.put(self._db, self._namespace, row, episode, self._images, self._revision)

    def _as_row(self, row: int, episode: Episode) -> tuple[object, ...]:
        return (
            row, self._namespace, episode.id, episode.text, episode.step,
            episode.time.isoformat() if episode.time else None,
            json.dumps(dict(episode.metadata), ensure_ascii=False) if episode.metadata else "{}",
            episode.speaker, text_hash(episode.text), episode.pending, episode.error, episode.key, self._revision,
        )  # fmt: skip

    def _put_facts(self, facts: Sequence[Fact]) -> None:
        """Bring facts, retirements first, to the given state; new ones come last, when their places are free."""
        there = [fact for fact in facts if fact.id in self._held]
        states = [dict(zip(FACT_COLUMNS, self._state(fact), strict=True)) for fact in there]
        taken = {place for state in states if state["until"] is None for place in _places(state)}
        for fact, state in zip(there, states, strict=True):
            self._leave_place(*self._held[fact.id], state, taken)
        self._change_facts(there, states)
        new = [fact for fact in facts if fact.id not in self._held]
        rows = self._new_rows("facts", [fact.id for fact in new])
        ends = (self._revision, self._namespace)
        added = [(row, *self._state(fact), *ends, fact.id) for row, fact in zip(rows, new, strict=True)]
        self._db.executemany(_NEW_FACT, added)
        told_anew = [fact for fact in there if self._held[fact.id][1]["hash"] != self._hashes[fact.id]]
        texts = [(self._rows["facts"][fact.id], searchable(fact.triple.text)) for fact in (*told_anew, *new)]
        self._db.executemany("INSERT INTO fact_text (rowid, text) VALUES (?, ?)", texts)  # older ones were erased

    def _leave_place(self, row: int, before: dict[str, Any], state: Mapping[str, Any], taken: Set[Spot]) -> None:
        """Let a fact whose place another takes, while it goes, not hold for a moment: so none meets another."""
        left = _places(before) - _places(state)
        if before["until"] is None and state["until"] is None and left & taken:
            self._db.execute("UPDATE facts SET until = -1 WHERE seq = ?", (row,))
            before["until"] = -1

    def _change_facts(self, facts: Iterable[Fact], states: Iterable[Mapping[str, Any]]) -> None:
        """Write only what is new: each index of the others is left alone."""
        alike: dict[tuple[bool, tuple[str, ...]], list[tuple[Any, ...]]] = {}  # retirements first, as the facts are
        for fact, state in zip(facts, states, strict=True):
            row, before = self._held[fact.id]
            changed = {name: value for name, value in state.items() if value != before[name]}
            values = (self._revision, *changed.values(), row)
            alike.setdefault((fact.current, tuple(changed)), []).append(values)
        for (_, names), some in alike.items():
            sets = ", ".join(f"{name} = ?" for name in ("revision", *names))
            self._db.executemany(f"UPDATE facts SET {sets} WHERE seq = ?", some)

    def _state(self, fact: Fact) -> tuple[object, ...]:
        """A fact as `FACT_COLUMNS` have it."""
        subject, relation, object_ = fact.key
        entities, episodes = self._rows["entities"], self._rows["episodes"]
        return (
            entities[subject], entities[object_], fact.relation, relation, fact.slot, episodes.get(fact.asserted_by),
            fact.since, episodes.get(fact.retired_by or ""), fact.until, fact.reason, fact.support,
            self._hashes[fact.id],
        )  # fmt: skip

    def _name(self, entities: Sequence[Entity]) -> None:
        """Let entities have just these names and aliases."""
        named = [(self._rows["entities"][entity.key], entity) for entity in entities]
        renamed = "UPDATE entities SET name = :name WHERE seq = :seq AND name <> :name"
        names = [{"seq": seq, "name": entity.name} for seq, entity in named]
        self.touched.all |= self._db.executemany(renamed, names).rowcount > 0
        self._db.executemany("DELETE FROM aliases WHERE entity = ?", [(seq,) for seq, _ in named])
        self._db.executemany(
            "INSERT OR IGNORE INTO aliases (namespace, key, name, entity) VALUES (?, ?, ?, ?)",
            [(self._namespace, entity_key(name), name, seq) for seq, entity in named for name in entity.aliases],
        )

    # What is another than it was

    def _touch_before(self, change: Change, gone: Sequence[int], ends: Set[int]) -> None:
        """Note what is there of what a change touches; `gone` are facts that go, `ends` what goes names, by row."""
        touched, held = self.touched, self._held
        moved = [
            held[fact.id][0] for fact in change.facts
            if fact.id in held and any(held[fact.id][1][life] != getattr(fact, life) for life in ("since", "until"))
        ]  # fmt: skip
        touched.facts |= {*gone, *(row for row, _ in held.values())}
        touched.ends |= {*ends, *(row for _, state in held.values() for row in (state["subject"], state["object"]))}
        if rows := [*gone, *moved]:
            sql = f"SELECT e.id FROM teachings t JOIN episodes e ON e.seq = t.episode WHERE t.fact {IN}"
            touched.around |= {id_ for (id_,) in all_rows(self._db, sql, [as_set(rows)])}
        first = min((episode.step for episode in change.episodes), default=MOST)
        sql = "SELECT 1 FROM episodes WHERE namespace = ? AND step > ? LIMIT 1"
        new = bool(self._db.execute(sql, (self._namespace, first)).fetchone())
        touched.between |= bool(change.gone_episodes) or new

    def _touch(self, change: Change) -> None:
        touched = self.touched
        touched.gone_facts.update(change.gone_facts)
        touched.episodes.update(self._rows["episodes"], change.gone_episodes)
        touched.entities |= self._rows["entities"]
        touched.texts.update(change.loose_texts)
        touched.named |= bool(change.entities or change.gone_entities or change.loose)
        touched.all |= change.vectors_replaced

    # What goes

    def _erase_texts(self, change: Change) -> None:
        """Take out of full text, and of the index of vectors, what goes or gets another text."""
        hashes = self._hashes = {fact.id: text_hash(fact.triple.text) for fact in change.facts}
        changed = self._rows_of("facts", hashes, FACT_COLUMNS)
        self._held = {id_: (row, dict(zip(FACT_COLUMNS, rest, strict=True))) for row, id_, *rest in changed}
        other = [row for id_, (row, before) in self._held.items() if hashes[id_] != before["hash"]]
        gone = self._rows_of("facts", change.gone_facts, ("subject", "object"))
        facts = [row for row, *_ in gone]
        episodes = [row for row, *_ in self._rows_of("episodes", change.gone_episodes)]
        of_episodes = f"SELECT seq FROM passages WHERE episode {IN}" if episodes else ""
        passages = [row[0] for row in all_rows(self._db, of_episodes, [as_set(episodes)])] if episodes else []
        mentioned = f"SELECT entity FROM mentions WHERE episode {IN}"
        ends = [row for (row,) in all_rows(self._db, mentioned, [as_set(episodes)])] if episodes else []
        self._touch_before(change, facts, {*ends, *(end for _, _, *both in gone for end in both)})
        for index, rows in (("fact_text", [*other, *facts]), ("episode_text", episodes), ("passage_text", passages)):
            if rows:
                erase(self._db, index, rows)
        self._forget_rows({"fact": facts, "episode": episodes, "passage": passages})
        if change.gone_episodes:  # else the texts of before are nobody's secret, and the newer row is looked at first
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
        for part, some in groupby(sorted(rows), key=lambda row: row // rough_index.ROWS):
            at, gone = (self._namespace, kind, part), list(some)
            for data, width in all_rows(self._db, f"SELECT data, width FROM rough_indexes {where}", at):
                left = rough_index.without(data, width, gone)
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
        self._db.executemany("DELETE FROM merges WHERE seq = ?", map(self._row_of_merge, change.gone_merges))
        self._db.executemany(
            "INSERT INTO merges (namespace, record) VALUES (?, ?)",
            [(self._namespace, as_json(merge)) for merge in change.merges],
        )

    def _row_of_merge(self, merge: Merge) -> tuple[int | None]:
        name = merge.gone.name
        there = all_rows(
            self._db,
            "SELECT seq, record FROM merges WHERE namespace = ? AND (instr(record, ?) OR instr(record, ?))",
            [self._namespace, json.dumps(name), json.dumps(name, ensure_ascii=False)],
        )
        return (next((seq for seq, record in there if to_merge(record) == merge), None),)

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


def _places(state: Mapping[str, Any]) -> set[Spot]:
    """Where a fact of this state holds: its triple and, if it has one, its subject's slot."""
    triple = state["subject"], state["relation_key"], state["object"]
    return {triple, (state["subject"], state["slot"])} if state["slot"] else {triple}


def _by_key(mentions: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    return ((id_, entity_key(name)) for id_, name in mentions)
