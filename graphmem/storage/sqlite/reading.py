"""Reading one namespace of an SQLite memory."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from itertools import islice, pairwise, zip_longest
from os import PathLike, fspath
from typing import get_args

from graphmem.protocols import Kind
from graphmem.records import (
    MOST,
    MOST_COUNTED,
    Around,
    Entity,
    Episode,
    Fact,
    Hits,
    Merge,
    Part,
    Seeds,
    Stats,
    Vector,
    entity_key,
)
from graphmem.storage.sqlite import full_text, images
from graphmem.storage.sqlite.connection import is_in_memory, open_file, settle, snapshot, told
from graphmem.storage.sqlite.kept import LONGEST, EntityAsked, Kept, OfEntity, OfEpisode, through
from graphmem.storage.sqlite.nearest import Nearest
from graphmem.storage.sqlite.rows import (
    EPISODE,
    FACT,
    IN,
    Indexed,
    all_rows,
    as_set,
    holds,
    text_hash,
    to_entity,
    to_episode,
    to_fact,
    to_merge,
    to_vectors,
)

_SEEN_BY_THEN = """(EXISTS (SELECT 1 FROM facts WHERE subject = n.seq AND since <= ?)
    OR EXISTS (SELECT 1 FROM facts WHERE object = n.seq AND since <= ?)
    OR EXISTS (SELECT 1 FROM mentions m JOIN episodes e ON e.seq = m.episode WHERE m.entity = n.seq AND e.step <= ?))"""
"""Whether an entity was known at a step: by a fact, or by an episode that mentions it."""


_STATS = """
    SELECT (SELECT count(*) FROM episodes WHERE namespace = :n),
    (SELECT count(*) FROM episodes WHERE namespace = :n AND pending),
    (SELECT count(*) FROM entities WHERE namespace = :n), (SELECT count(*) FROM facts WHERE namespace = :n),
    (SELECT count(*) FROM facts WHERE namespace = :n AND until IS NULL),
    (SELECT coalesce(max(step), -1) FROM episodes WHERE namespace = :n)"""
"""Indexes alone tell all of it."""

_BY_THEN = "FROM episodes e CROSS JOIN {} WHERE e.namespace = :n AND e.step <= :at"
_MENTIONED, _ASSERTED, _RETIRED = (
    _BY_THEN.format(of)
    for of in ("mentions m ON m.episode = e.seq", "facts f ON f.asserted_by = e.seq", "facts f ON f.retired_by = e.seq")
)
_STATS_THEN = f"""
    SELECT (SELECT count(*) FROM episodes WHERE namespace = :n AND step <= :at),
    (SELECT count(*) FROM episodes WHERE namespace = :n AND step <= :at AND pending),
    (SELECT count(*) FROM (SELECT m.entity {_MENTIONED}
        UNION SELECT f.subject {_ASSERTED} UNION SELECT f.object {_ASSERTED})),
    (SELECT count(*) {_ASSERTED}), (SELECT count(*) {_ASSERTED}) - (SELECT count(*) {_RETIRED}),
    (SELECT coalesce(max(step), -1) FROM episodes WHERE namespace = :n AND step <= :at)"""
"""From the episodes on: of an early step there are few, however large the file is."""

AT_ONCE = 500
"""So many vectors are asked for in one statement."""


class SqliteReader:
    """What a `Store` can be asked, over one namespace of the file at `path` (made when missing)."""

    def __init__(self, path: str | PathLike[str], namespace: str = "default") -> None:
        self._path = fspath(path)
        self._lock = threading.RLock()
        self._db = open_file(self._path)  # to write, and to read within a write
        self._read_lock, self._read_db = self._lock, self._db
        if not is_in_memory(self._db):
            self._read_lock, self._read_db = threading.RLock(), open_file(self._path)
        self._nearest: dict[Indexed, Nearest] = {}
        self._kept = Kept()
        self._merges: dict[int, Merge] = {}
        self._name = namespace
        self._found: int | None = None
        self._decider: int | None = None

    @property
    def _namespace(self) -> int:
        """The namespace's row id; 0, which no row has, until something is written to it."""
        if self._found is not None:
            return self._found
        with self._reading() as db:
            row = db.execute("SELECT id FROM namespaces WHERE name = ?", (self._name,)).fetchone()
            if row and not db.in_transaction:  # else it may yet be rolled back
                self._found = row[0]
            return row[0] if row else 0

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """The connection that writes, for the thread that decides; for all others one that no write holds up."""
        deciding = self._decider == threading.get_ident()
        lock, db = (self._lock, self._db) if deciding else (self._read_lock, self._read_db)
        with lock, told(self._path):
            if not deciding:
                settle(db)
            yield db

    def episodes(
        self,
        *,
        ids: Iterable[str] | None = None,
        facts: Iterable[str] | None = None,
        pending: bool | None = None,
        at: int | None = None,
        newest: int | None = None,
    ) -> list[Episode]:
        where: list[str] = ["e.namespace = ?"]
        parameters: list[object] = [self._namespace]
        step = "e.step" if ids is None and facts is None else "+e.step"  # a few are sorted, not all walked by step
        if ids is not None:
            if facts is None and pending is None and newest is None:
                return self._episodes_with(ids, at)
            where.append(f"e.id {IN}")
            parameters.append(as_set(ids))
        if facts is not None:
            where.append(
                f"e.seq IN (SELECT t.episode FROM teachings t JOIN facts f ON f.seq = t.fact"
                f" WHERE f.namespace = ? AND f.id {IN})"
            )
            parameters += [self._namespace, as_set(facts)]
        if pending is not None:
            where.append("e.pending" if pending else "NOT e.pending")
        if at is not None:
            where.append(f"{step} <= ?")
            parameters.append(at)
        limit = "LIMIT ?" if newest is not None else ""
        if newest is not None:
            parameters.append(newest)
        with self._reading() as db:
            rows = all_rows(
                db, f"{EPISODE} WHERE {' AND '.join(where)} ORDER BY {step} DESC, e.seq DESC {limit}", parameters
            )
        return [to_episode(row) for row in reversed(rows)]

    def _episodes_with(self, ids: Iterable[str], at: int | None) -> list[Episode]:
        """The episodes with these ids, in order of step and of arrival."""

        def read(new: list[str]) -> dict[str, tuple[int, str, Episode]]:
            rows = all_rows(db, f"{EPISODE} WHERE e.namespace = ? AND e.id {IN}", [self._namespace, as_set(new)])
            return {row[0]: (row[-1], row[4], to_episode(row)) for row in rows}

        with self._reading() as db:
            kept = self._known(db).episodes
            found = through(kept, dict.fromkeys(ids), read)
            for id_ in (id_ for id_, (_, _, each) in found.items() if len(each.text) > LONGEST):
                del kept[id_]
        return [
            each if metadata == "{}" else replace(each, metadata=json.loads(metadata))  # nobody's but the caller's
            for _, metadata, each in sorted(found.values(), key=lambda it: (it[2].step, it[0]))
            if at is None or each.step <= at
        ]

    def _known(self, db: sqlite3.Connection) -> Kept:
        """What was read and is still so; nothing, within a write."""
        if self._decider == threading.get_ident():
            return Kept()
        self._kept = self._kept.renew(db, self._namespace)
        return self._kept

    def facts(
        self,
        *,
        ids: Iterable[str] | None = None,
        entities: Iterable[str] | None = None,
        relations: Iterable[str] | None = None,
        current: bool = True,
        at: int | None = None,
    ) -> list[Fact]:
        # of some entities, all are looked at by these
        where: list[str] = ["f.namespace = ?" if entities is None else "+f.namespace = ?"]
        parameters: list[object] = [self._namespace]
        if ids is not None:
            if entities is None and relations is None and current and at is None:
                return self._facts_with(ids)
            where.append(f"f.id {IN}")
            parameters.append(as_set(ids))
        if entities is not None:
            keys = as_set(self._entity_rows(entities))
            where.append(f"(f.subject {IN} OR f.object {IN})")
            parameters += [keys, keys]
        if relations is not None:
            where.append(f"f.relation_key {IN}")
            parameters.append(as_set(" ".join(relation.casefold().split()) for relation in relations))
        if current:
            held, values = holds(at)
            where.append(held)
            parameters += values
        elif at is not None:
            where.append("f.since <= ?")
            parameters.append(at)
        return self._select_facts(f"{' AND '.join(where)} ORDER BY f.since, f.seq", parameters, at=at)

    def _select_facts(self, where: str, parameters: Sequence[object], *, at: int | None = None) -> list[Fact]:
        """Facts as they were known at `at`: without a later retirement, and without later supporters."""
        namespace = self._namespace
        with self._reading() as db, nullcontext() if at is None else snapshot(db):
            rows = all_rows(db, f"{FACT} WHERE {where}", parameters)
            found = [to_fact(row).as_of(at) for row in rows]
            if at is None or at >= last_step(db, namespace):  # nothing is later: as nearly always, when writing
                return found
            support = dict(
                all_rows(
                    db,
                    f"""SELECT f.id, count(*) FROM facts f JOIN teachings t ON t.fact = f.seq
                    JOIN episodes e ON e.seq = t.episode
                    WHERE f.namespace = ? AND f.id {IN} AND e.step <= ? GROUP BY f.id""",
                    [namespace, as_set(fact.id for fact in found), at],
                )
            )
        return [replace(fact, support=support[fact.id]) for fact in found]

    def _facts_of(self, rows: Collection[int], at: int | None) -> list[Fact]:
        """The facts of these rows, the newest first."""
        if at is not None:
            return self._select_facts(f"f.seq {IN} ORDER BY f.since DESC, f.seq DESC", [as_set(rows)], at=at)

        def read(new: list[int]) -> dict[int, Fact]:
            return {row[-1]: to_fact(row) for row in all_rows(db, f"{FACT} WHERE f.seq {IN}", [as_set(new)])}

        with self._reading() as db:
            found = through(self._known(db).facts, rows, read)
        return [found[row] for _, row in sorted(((fact.since, row) for row, fact in found.items()), reverse=True)]

    def _facts_with(self, ids: Iterable[str]) -> list[Fact]:
        """The facts with these ids that hold, in order of assertion."""

        def read(new: list[str]) -> dict[str, int]:
            rows = all_rows(db, f"{FACT} WHERE f.namespace = ? AND f.id {IN}", [self._namespace, as_set(new)])
            known.facts.update((row[-1], to_fact(row)) for row in rows)
            return {row[0]: row[-1] for row in rows}

        with self._reading() as db:
            known = self._known(db)
            rows = through(known.fact_rows, dict.fromkeys(ids), read).values()
        return [fact for fact in reversed(self._facts_of(rows, None)) if fact.until is None]

    def entities(self, names: Iterable[str] | None = None, *, at: int | None = None) -> list[Entity]:
        return self._entities(None if names is None else self._entity_rows(names), at=at)

    def _entities(self, seqs: Iterable[int] | None, *, at: int | None = None) -> list[Entity]:
        where = "n.namespace = ?"
        parameters: list[object] = [self._namespace]
        if seqs is not None:
            where, parameters = f"n.seq {IN}", [as_set(seqs)]
        if at is not None:
            where += f" AND {_SEEN_BY_THEN}"
            parameters += [at, at, at]
        with self._reading() as db:
            rows = all_rows(
                db,
                f"""SELECT n.name, (SELECT json_group_array(name) FROM (
                    SELECT name FROM aliases WHERE entity = n.seq ORDER BY key))
                FROM entities n WHERE {where} ORDER BY n.seq""",
                parameters,
            )
        return [to_entity(row) for row in rows]

    def _entity_rows(self, names: Iterable[str]) -> list[int]:
        return self._rows_called({entity_key(name) for name in names})

    def _rows_called(self, keys: Collection[str]) -> list[int]:
        """The rows of the entities with these keys of names."""

        def read(new: list[str]) -> dict[str, tuple[int, ...]]:
            found: dict[str, tuple[int, ...]] = {}
            for key, row in all_rows(
                db,
                f"""SELECT key, seq FROM entities WHERE namespace = ? AND key {IN}
                UNION ALL SELECT key, entity FROM aliases WHERE namespace = ? AND key {IN}""",
                [self._namespace, as_set(new), self._namespace, as_set(new)],
            ):
                found[key] = (*found.get(key, ()), row)
            return found

        with self._reading() as db:
            rows = through(self._known(db).rows, keys, read)
        return sorted({row for of in rows.values() for row in of})

    def seeds(self, names: Iterable[str], vectors: Vector, text: str, *, limit: int, at: int | None = None) -> Seeds:
        near: dict[Indexed, Hits] = {kind: self._near(kind, vectors, limit, at) for kind in get_args(Indexed)}
        matching = {kind: tuple(self._search(kind, text, limit, at)) for kind in get_args(Indexed)}
        facts = {id_ for id_, _ in (*near["fact"], *matching["fact"])}
        return Seeds(
            entities=tuple(self.entities(names, at=at)),
            facts=tuple(self.facts(ids=facts, at=at)),
            near_facts=near["fact"],
            matching_facts=matching["fact"],
            near_episodes=_with_passages(near, limit),
            matching_episodes=_with_passages(matching, limit),
            passages=tuple(self._parts(_in_turn(near["passage"], matching["passage"]))),
        )

    def _parts(self, ids: Sequence[str]) -> list[Part]:
        """The passages with these ids, in their order."""
        sql = f"""SELECT p.id, e.id, p.start, p.end, p.heading FROM passages p JOIN episodes e ON e.seq = p.episode
            WHERE p.namespace = ? AND p.id {IN}"""
        with self._reading() as db:
            found = {id_: Part(*row) for id_, *row in all_rows(db, sql, [self._namespace, as_set(ids)])} if ids else {}
        return [found[id_] for id_ in dict.fromkeys(ids) if id_ in found]

    def _near(self, kind: Indexed, vectors: Vector, limit: int, at: int | None) -> Hits:
        """The nearest to any of `vectors`, each once."""
        best: dict[str, float] = {}
        for id_, cosine in (hit for row in self._nearest_rows(kind, vectors, limit, at) for hit in row):
            best[id_] = max(cosine, best.get(id_, -1.0))
        return tuple(sorted(best.items(), key=lambda hit: -hit[1])[:limit])

    def around(
        self,
        entities: Iterable[str],
        of: Iterable[str] = (),
        *,
        facts: int,
        episodes: int,
        at: int | None = None,
    ) -> Around:
        held, values = holds(at)
        asked = self._entity_rows(entities)
        rows = self._around_entities(asked, held, values, facts, episodes, at)
        told = self._around_episodes(of, held, values, facts, at)
        seqs = {seq for it in rows for seq in it.facts} | {seq for it in told.values() for seq, _ in it.facts}
        mentions = {(it.name, id_): None for it in rows for id_ in it.episodes}
        mentions |= {(name, id_): None for id_, it in told.items() for name in it.names}
        beside = ((it.before, id_, it.after) for id_, it in told.items())
        return Around(
            facts=tuple(self._facts_of(seqs, at)),
            taught=tuple((id_, fact) for id_, it in told.items() for _, fact in it.facts),
            mentions=tuple(mentions),
            follows=tuple(
                dict.fromkeys(
                    (one, other)
                    for three in beside
                    for one, other in pairwise(three)
                    if one is not None and other is not None
                )
            ),
            disputed=tuple(self._disputed(asked, limit=facts * len(asked), at=at)),
            degrees={it.name: it.degree for it in rows},
        )

    def _disputed(self, subjects: Iterable[int], *, limit: int, at: int | None) -> list[Fact]:
        return self._select_facts(
            f"f.subject {IN} AND f.until = f.since AND f.until <= ? ORDER BY f.since DESC, f.seq DESC LIMIT ?",
            [as_set(subjects), MOST if at is None else at, limit],
            at=at,
        )

    def _around_entities(
        self, seqs: Iterable[int], held: str, values: Sequence[object], facts: int, episodes: int, at: int | None
    ) -> list[OfEntity]:
        """Its newest facts, its newest episodes, and the degree of each entity; no hub is read whole."""
        seen, step = ("TRUE", []) if at is None else ("e.step <= ?", [at])
        newest = f"AND {held} ORDER BY f.since DESC LIMIT ?"
        counted = f"AND {held} LIMIT {MOST_COUNTED}"

        def read(new: list[EntityAsked]) -> dict[EntityAsked, OfEntity]:
            rows = all_rows(
                db,
                f"""SELECT n.seq, n.name,
                (SELECT json_group_array(seq) FROM (
                    SELECT * FROM (SELECT f.seq, f.since FROM facts f WHERE f.subject = n.seq {newest})
                    UNION SELECT * FROM (SELECT f.seq, f.since FROM facts f WHERE f.object = n.seq {newest})
                    ORDER BY 2 DESC, 1 DESC LIMIT ?)),
                (SELECT json_group_array(id) FROM (
                    SELECT e.id FROM mentions m JOIN episodes e ON e.seq = m.episode
                    WHERE m.entity = n.seq AND {seen} ORDER BY m.episode DESC LIMIT ?)),
                min({MOST_COUNTED}, (SELECT count(*) FROM (SELECT 1 FROM facts f WHERE f.subject = n.seq {counted}))
                    + (SELECT count(*) FROM (SELECT 1 FROM facts f WHERE f.object = n.seq {counted})))
                + (SELECT count(*) FROM (SELECT 1 FROM mentions m WHERE m.entity = n.seq LIMIT {MOST_COUNTED}))
                FROM entities n WHERE n.seq {IN}""",
                [*values, facts, *values, facts, facts, *step, episodes, *values, *values, as_set(k[0] for k in new)],
            )
            return {
                (seq, facts, episodes, at): OfEntity(name, tuple(json.loads(some)), tuple(json.loads(ids)), degree)
                for seq, name, some, ids, degree in rows
            }

        with self._reading() as db:
            wanted = [(seq, facts, episodes, at) for seq in seqs]
            return list(through(self._known(db).of_entities, wanted, read).values())

    def outgoing(self, entities: Iterable[str], *, each: int, limit: int, at: int | None = None) -> list[Fact]:
        held, values = holds(at)

        def read(new: list[EntityAsked]) -> dict[EntityAsked, tuple[int, ...]]:
            rows = all_rows(
                db,
                f"""SELECT n.value, (SELECT json_group_array(seq) FROM (
                    SELECT seq FROM (SELECT seq, since,
                        row_number() OVER (PARTITION BY said ORDER BY since DESC, seq DESC) AS nth FROM (
                        SELECT f.seq, f.since, coalesce(f.slot, f.relation_key) AS said FROM facts f
                        WHERE f.subject = n.value AND {held} ORDER BY f.since DESC, f.seq DESC LIMIT {MOST_COUNTED}))
                    WHERE nth <= ? ORDER BY since DESC, seq DESC LIMIT ?))
                FROM json_each(?) n""",
                [*values, each, limit, as_set(key[0] for key in new)],
            )
            return {(seq, each, limit, at): tuple(json.loads(found)) for seq, found in rows}

        with self._reading() as db:
            wanted = [(seq, each, limit, at) for seq in self._entity_rows(entities)]
            found = through(self._known(db).outgoing, wanted, read)
            return self._facts_of({seq for seqs in found.values() for seq in seqs}, at)

    def _around_episodes(
        self, ids: Iterable[str], held: str, values: Sequence[object], facts: int, at: int | None
    ) -> dict[str, OfEpisode]:
        """By id, what each taught and mentions, and what came just before and after it."""
        last = MOST if at is None else at
        taught = f"""FROM teachings t JOIN facts f ON f.seq = t.fact
            WHERE t.episode = e.seq AND {held} ORDER BY f.seq LIMIT ?"""

        def read(new: list[tuple[str, int, int | None]]) -> dict[tuple[str, int, int | None], OfEpisode]:
            rows = all_rows(
                db,
                f"""SELECT e.id, (SELECT json_group_array(json_array(seq, id)) FROM (SELECT f.seq, f.id {taught})),
                (SELECT json_group_array(name) FROM (
                    SELECT n.name FROM mentions m JOIN entities n ON n.seq = m.entity WHERE m.episode = e.seq)),
                (SELECT b.id FROM episodes b WHERE b.namespace = e.namespace AND (b.step, b.seq) < (e.step, e.seq)
                    ORDER BY b.step DESC, b.seq DESC LIMIT 1),
                (SELECT a.id FROM episodes a WHERE a.namespace = e.namespace AND (a.step, a.seq) > (e.step, e.seq)
                    AND a.step <= ? ORDER BY a.step, a.seq LIMIT 1)
                FROM episodes e WHERE e.namespace = ? AND e.id {IN} AND +e.step <= ?""",
                [*values, facts, last, self._namespace, as_set(k[0] for k in new), last],
            )
            return {
                (id_, facts, at): OfEpisode(
                    tuple(map(tuple, json.loads(some))), tuple(json.loads(names)), before, after
                )
                for id_, some, names, before, after in rows
            }

        with self._reading() as db:
            found = through(self._known(db).of_episodes, [(id_, facts, at) for id_ in dict.fromkeys(ids)], read)
        return {id_: it for (id_, _, _), it in found.items()}

    def _newest_about(self, seqs: Iterable[int], *, limit: int, at: int | None = None) -> list[Fact]:
        """At most `limit` facts of the entities with these row ids, newest first; no hub is read whole."""
        held, values = holds(at)
        newest = f"AND {held} ORDER BY f.since DESC LIMIT ?"
        return self._select_facts(
            f"""f.seq IN (
                SELECT seq.value FROM json_each(?) w, json_each(
                    (SELECT json_group_array(seq) FROM (SELECT f.seq FROM facts f WHERE f.subject = w.value {newest}))
                ) seq
                UNION SELECT seq.value FROM json_each(?) w, json_each(
                    (SELECT json_group_array(seq) FROM (SELECT f.seq FROM facts f WHERE f.object = w.value {newest}))
                ) seq) ORDER BY f.since DESC, f.seq DESC LIMIT ?""",
            [as_set(seqs := list(seqs)), *values, limit, as_set(seqs), *values, limit, limit],
            at=at,
        )

    def nearest(
        self, kind: Kind, vectors: Vector, *, limit: int, at: int | None = None
    ) -> list[list[tuple[str, float]]]:
        return self._nearest_rows(kind, vectors, limit, at)

    def _nearest_rows(
        self, kind: Indexed, vectors: Vector, limit: int, at: int | None
    ) -> list[list[tuple[str, float]]]:
        with self._reading() as db:
            namespace = self._namespace
            index = self._nearest.get(kind)
            if index is None or index.namespace != namespace:
                index = self._nearest[kind] = Nearest(db, namespace, kind)
            return index.nearest(vectors, limit=limit, at=at)

    def _catch_up(self) -> None:
        """Take what was written into the indexes of vectors that are held, as the next recall would."""
        with self._reading():
            for index in self._nearest.values():
                index.catch_up()

    def _search(self, kind: Indexed, query: str, limit: int, at: int | None) -> list[tuple[str, float]]:
        namespace = self._namespace
        with self._reading() as db, snapshot(db):
            return full_text.search(full_text.Scope(db, namespace, kind, at), query, limit)

    def vectors(self, texts: Iterable[str]) -> dict[str, Vector]:
        wanted = list(dict.fromkeys(texts))
        with self._reading() as db:
            kept = self._known(db).vectors if len(wanted) <= AT_ONCE else {}
            return through(kept, wanted, lambda new: self._stored_vectors(db, new))

    def _stored_vectors(self, db: sqlite3.Connection, texts: Iterable[str]) -> dict[str, Vector]:
        by_hash = {text_hash(text): text for text in texts}
        found: dict[str, Vector] = {}
        keys = iter(by_hash)
        while some := list(islice(keys, AT_ONCE)):
            places = ", ".join("?" * len(some))
            sql = f"SELECT hash, vector FROM vectors WHERE namespace = ? AND hash IN ({places})"
            if rows := all_rows(db, sql, [self._namespace, *some]):
                hashes, blobs = zip(*rows, strict=True)
                matrix = to_vectors(blobs)
                matrix.setflags(write=False)  # it is kept
                found |= zip((by_hash[key] for key in hashes), matrix, strict=True)
        return found

    def merges(self) -> list[Merge]:
        """A record is never written twice: those that were read before are not read again."""

        def read(new: list[int]) -> dict[int, Merge]:
            rows = all_rows(db, f"SELECT seq, record FROM merges WHERE seq {IN}", [as_set(new)])
            return {row: to_merge(record) for row, record in rows}

        with self._reading() as db:
            rows = all_rows(db, "SELECT seq FROM merges WHERE namespace = ? ORDER BY seq", [self._namespace])
            self._merges = through(self._merges, [row for (row,) in rows], read)
            return list(self._merges.values())

    def images(self, hashes: Iterable[str]) -> dict[str, bytes]:
        with self._reading() as db:
            return images.read(db, self._namespace, hashes)

    def embedder(self) -> str | None:
        with self._reading() as db:
            row = db.execute("SELECT embedder FROM namespaces WHERE id = ?", (self._namespace,)).fetchone()
        return row[0] if row else None

    def stats(self, *, at: int | None = None) -> Stats:
        with self._reading() as db:
            values = {"n": self._namespace, "at": MOST if at is None else at}
            return Stats(*db.execute(_STATS if at is None else _STATS_THEN, values).fetchone())


def last_step(db: sqlite3.Connection, namespace: int) -> int:
    sql = "SELECT coalesce(max(step), -1) FROM episodes WHERE namespace = ?"
    return int(db.execute(sql, (namespace,)).fetchone()[0])


def _in_turn(*hits: Hits) -> list[str]:
    """The ids of hits, each once: the best of each kind, then the second of each, and so on."""
    return list(dict.fromkeys(hit[0] for row in zip_longest(*hits) for hit in row if hit))


def _with_passages(found: Mapping[Indexed, Hits], limit: int) -> Hits:
    """Episodes by the best score of their own or of a passage, whose id is the episode's, `#` and a number."""
    best: dict[str, float] = {}
    for id_, score in (*found["episode"], *((id_.partition("#")[0], score) for id_, score in found["passage"])):
        best[id_] = max(score, best.get(id_, score))
    return tuple(sorted(best.items(), key=lambda hit: -hit[1])[:limit])
