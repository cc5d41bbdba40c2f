"""The graph in one SQLite file: durable at every call, read by many processes while one writes."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TypeVar

from graphmem.errors import StoreError
from graphmem.protocols import Select
from graphmem.records import MOST, Change, Episode, Fact, Known, Observed, Place, Wanted
from graphmem.storage.sqlite.connection import empty_log, settle, told, transaction
from graphmem.storage.sqlite.reading import SqliteReader, last_step
from graphmem.storage.sqlite.rows import EPISODE, IN, all_rows, as_set, to_episode
from graphmem.storage.sqlite.writing import Writer

Result = TypeVar("Result")

BEFORE = 6
"""So many episodes before an observation are told with it."""

_BEGUN = """
    INSERT INTO namespaces (name, revision) VALUES (?, 1)
    ON CONFLICT (name) DO UPDATE SET revision = revision + 1 RETURNING id, revision"""
"""A namespace's row and its next revision."""

_OF_TRIPLES = """
    SELECT f.seq FROM json_each(?) w
    CROSS JOIN entities s ON s.namespace = ? AND s.key = w.value ->> 0
    CROSS JOIN entities o ON o.namespace = s.namespace AND o.key = w.value ->> 2
    CROSS JOIN facts f ON f.subject = s.seq AND f.relation_key = w.value ->> 1 AND f.object = o.seq"""
_OF_SLOTS = """
    SELECT f.seq FROM json_each(?) w
    CROSS JOIN entities s ON s.namespace = ? AND s.key = w.value ->> 0
    CROSS JOIN facts f ON f.subject = s.seq AND f.slot = w.value ->> 3"""
"""The facts of some places, each (subject, relation, object, slot or "").

CROSS JOIN keeps SQLite to this order: from the few triples to their facts, never the other way.
"""

_OF_EPISODES = f"""
    SELECT t.fact FROM teachings t JOIN episodes e ON e.seq = t.episode WHERE e.namespace = ? AND e.id {IN}
    UNION SELECT f.seq FROM facts f JOIN episodes e ON e.seq = f.asserted_by WHERE e.namespace = ? AND e.id {IN}
    UNION SELECT f.seq FROM facts f JOIN episodes e ON e.seq = f.retired_by WHERE e.namespace = ? AND e.id {IN}"""


class SqliteStore(SqliteReader):
    """A `Store` over one namespace of the file at `path` (made when missing). Safe to share between threads."""

    def write(self, decide: Callable[[Select], tuple[Change, Result]]) -> Result:
        with self._writing() as writer:
            change, result = decide(self._select)
            writer.apply(change)
        if change.gone_episodes:
            with self._lock, told(self._path):
                empty_log(self._db, self._path)
        if change.merges or change.gone_merges:  # of hubs, these change very much: no recall is to wait for it
            self._catch_up()
        return result

    @contextmanager
    def _writing(self) -> Iterator[Writer]:
        with self._lock, told(self._path):
            if self._decider is not None:
                raise StoreError("a write was begun inside another, by the same thread: decide first, then write")
            settle(self._db)
            self._decider = threading.get_ident()
            try:
                with transaction(self._db):
                    yield (writer := Writer(self._db, *all_rows(self._db, _BEGUN, [self._name])[0]))
                with self._read_lock:
                    self._kept = self._kept.after(writer.touched)
            finally:
                self._decider = None

    def observe(
        self,
        episode: Episode,
        names: Iterable[str],
        *,
        limit: int,
        also: Iterable[str] = (),
        images: Mapping[str, bytes] | None = None,
    ) -> Observed:
        keys = (episode.key,) if episode.key is not None else ()

        def decide(select: Select) -> tuple[Change, Observed]:
            stored = (held := select(Wanted(episodes=(episode.id,), keys=keys, numbered=True))).placed(episode)
            change = Change() if stored in held.episodes else Change(episodes=(stored,), images=images or {})
            rows = self._entity_rows(names)
            known = self._newest_about(rows, limit=limit, at=stored.step) if limit else ()
            entities = self._entities(list(dict.fromkeys([*rows, *self._entity_rows(also)])))
            return change, Observed(stored, tuple(entities), tuple(known), self._before(stored) if limit else ())

        return self.write(decide)

    def _before(self, episode: Episode) -> tuple[Episode, ...]:
        """The few episodes before this one, which is or will be stored, oldest first."""
        rows = all_rows(
            self._db,
            f"""{EPISODE} WHERE e.namespace = :n AND (e.step, e.seq) <
            (:step, coalesce((SELECT seq FROM episodes WHERE namespace = :n AND id = :id), {MOST}))
            ORDER BY e.step DESC, e.seq DESC LIMIT {BEFORE}""",
            {"n": self._namespace, "step": episode.step, "id": episode.id},  # type: ignore[arg-type]
        )
        return tuple(to_episode(row) for row in reversed(rows))

    # What a decision asks for, inside its transaction

    def _select(self, wanted: Wanted) -> Known:
        facts = {fact.id: fact for part in self._wanted_facts(wanted) for fact in part}
        named = self._rows_called(wanted.names) if wanted.names else []
        if wanted.newest:
            facts |= {fact.id: fact for seq in named for fact in self._newest_about([seq], limit=wanted.newest)}
        last = last_step(self._db, self._namespace)
        return Known(
            episodes=tuple(self._wanted_episodes(wanted)),
            entities=tuple(self._entities(named)) if named else (),
            facts=tuple(facts.values()),
            taught=tuple(self._taught(facts, wanted.teachers, last)),
            mentions=tuple(self._mentions(wanted.mentioning)),
            merges=tuple(self.merges()) if wanted.merges else (),
            last_step=last,
            embedder=self.embedder(),
        )

    def _wanted_episodes(self, wanted: Wanted) -> Sequence[Episode]:
        found: dict[int, Episode] = {}
        for column, values in (("id", wanted.episodes), ("key", wanted.keys)):
            if values:  # a statement for each: SQLite is slow to make the tables that one for both would need
                sql = f"{EPISODE} WHERE e.namespace = ? AND e.{column} {IN}"
                rows = all_rows(self._db, sql, [self._namespace, as_set(values)])
                found |= {row[-1]: to_episode(row) for row in rows}
        return [each for _, each in sorted(found.items(), key=lambda it: (it[1].step, it[0]))]

    def _wanted_facts(self, wanted: Wanted) -> Iterator[list[Fact]]:
        scope, order = self._namespace, "ORDER BY f.seq"
        if wanted.places:
            sql, values = _of_places(wanted.places, scope, wanted.holding)
            yield self._select_facts(f"f.seq IN ({sql}) {order}", values)
        if wanted.facts:
            yield self._select_facts(f"f.namespace = ? AND f.id {IN} {order}", [scope, as_set(wanted.facts)])
        if wanted.taught_by:
            yield self._select_facts(f"f.seq IN ({_OF_EPISODES}) {order}", [scope, as_set(wanted.taught_by)] * 3)
        if wanted.about:
            rows = as_set(self._entity_rows(wanted.about))
            yield self._select_facts(f"(f.subject {IN} OR f.object {IN}) {order}", [rows, rows])

    def _taught(self, facts: Iterable[str], after: int | None, last: int) -> list[tuple[int, int, str, str]]:
        """Who taught `facts` after a step; nobody, when that is the last step, as nearly always when learning."""
        if after is None or after >= last or not (ids := list(facts)):
            return []
        return all_rows(
            self._db,
            f"""SELECT e.step, e.seq, e.id, f.id FROM facts f JOIN teachings t ON t.fact = f.seq
            JOIN episodes e ON e.seq = t.episode
            WHERE f.namespace = ? AND f.id {IN} AND e.step > ? ORDER BY e.step, e.seq, f.seq""",
            [self._namespace, as_set(ids), after],
        )

    def _mentions(self, names: Sequence[str]) -> list[tuple[str, str]]:
        if not names:
            return []
        return all_rows(
            self._db,
            f"""SELECT n.name, e.id FROM mentions m JOIN episodes e ON e.seq = m.episode
            JOIN entities n ON n.seq = m.entity WHERE m.entity {IN} ORDER BY e.step, e.seq""",
            [as_set(self._entity_rows(names))],
        )

    def close(self) -> None:
        with self._lock, self._read_lock:
            self._read_db.close()
            self._db.close()


def _of_places(places: Sequence[Place], namespace: int, holding: int | None) -> tuple[str, list[object]]:
    """What selects the facts of some places, of those that hold at step `holding` or later, and its parameters.

    Each part is one range of an index: of what ends again and again, all that has ended is passed over.
    """
    lives = [("", ())] if holding is None else [(" AND f.until IS NULL", ()), (" AND f.until > ?", (holding,))]
    parts = [
        (of + life, (json.dumps(places), namespace, *step)) for of in (_OF_TRIPLES, _OF_SLOTS) for life, step in lives
    ]
    return " UNION ".join(sql for sql, _ in parts), [value for _, values in parts for value in values]
