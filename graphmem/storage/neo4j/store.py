"""The graph of one namespace on a Neo4j server."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from graphmem.protocols import Select
from graphmem.records import TOGETHER, Change, Episode, Known, Observed, Wanted
from graphmem.storage.neo4j.connection import Row, Run
from graphmem.storage.neo4j.cypher import EMBEDDER, HELD, LAST_STEP, NAMED, PUT_PASSAGE
from graphmem.storage.neo4j.images import LOOSEN
from graphmem.storage.neo4j.kept import Kept
from graphmem.storage.neo4j.reading import Neo4jReader
from graphmem.storage.neo4j.rows import (
    ENTITY,
    EPISODE,
    FACT_THEN,
    next_order,
    to_entities,
    to_episode,
    to_episodes,
    to_facts,
)
from graphmem.storage.neo4j.selecting import select
from graphmem.storage.neo4j.writing import apply

Result = TypeVar("Result")

BEFORE = 6
"""So many episodes before an observation are told with it."""

_STEP = f"""CASE WHEN $row.step >= 0 THEN $row.step
    WHEN $row.at IS NULL OR 0 <= last - $row.at < {TOGETHER} THEN last + 1 ELSE $row.at END"""
"""The step of what is observed: `graphmem.records.step_after`."""

OBSERVE = f"""MERGE (m:Memory {{namespace: $namespace}})
FOREACH (_ IN CASE WHEN $row.step < 0 THEN [1] ELSE [] END | SET m.numbered = $row.new.order)
WITH m
OPTIONAL MATCH (same:Episode {{namespace: $namespace, id: $row.id}})
OPTIONAL MATCH (keyed:Episode {{key_id: $row.key_id}})
CALL () {{ {LAST_STEP} }}
WITH coalesce(same, keyed) AS found, last
CALL (found, last) {{
    WITH found, last WHERE found IS NULL
    MERGE (e:Episode {{namespace: $namespace, id: $row.id}})
    ON CREATE SET e += $row.new, e += $row.state, e.step = {_STEP}
    WITH e CALL (e) {{ UNWIND $passages AS row {PUT_PASSAGE} RETURN count(*) AS parted }}
    RETURN e
    UNION WITH found WHERE found IS NOT NULL RETURN found AS e }}
WITH e, e.step AS at, e.step < last AS late
CALL () {{ {NAMED} RETURN collect(n) AS named }}
CALL () {{ {NAMED.replace("$names", "$also")} RETURN collect(n) AS others }}
CALL (named, others) {{ UNWIND named + others AS n WITH DISTINCT n ORDER BY n.order
    RETURN collect({ENTITY}) AS entities }}
CALL (named, at, late) {{ UNWIND named AS n {HELD}
    WITH DISTINCT f, at, late ORDER BY f.since DESC, f.order DESC LIMIT $limit
    RETURN collect({FACT_THEN}) AS known }}
CALL (e) {{ MATCH (b:Episode) WHERE b.namespace = $namespace AND b.step <= e.step AND b.order IS NOT NULL
        AND (b.step < e.step OR b.order < e.order)
    WITH b ORDER BY b.namespace DESC, b.step DESC, b.order DESC LIMIT {BEFORE} RETURN collect(b) AS earlier }}
CALL (earlier) {{ UNWIND earlier AS e RETURN collect({EPISODE}) AS before }}
RETURN {EPISODE} AS episode, entities, known, before, {EMBEDDER} AS embedder"""
"""One episode `e`, stored unless its id or key is there. To number it, the namespace's node is locked first."""


class Neo4jStore(Neo4jReader):
    """A `Store` over one namespace of the database at `location`. Safe to share between threads and processes.

    A write that fails because the server went away is tried again until it is back. What nobody knows to have
    succeeded is done again too: every write is the same twice as once, by ids that are made on this side.
    """

    def write(self, decide: Callable[[Select], tuple[Change, Result]]) -> Result:
        change, result = self.connection.transaction(lambda run: self._decided(run, decide))
        self._embedder, self._kept = change.embedder or self._embedder, Kept()
        if change.loose_texts or change.gone_episodes or change.vectors_replaced:
            self._vectors = {}  # what was forgotten is kept nowhere
        if change.gone_episodes:
            self.connection.transaction(lambda run: self._images.sweep(self._here(run)))
        return result

    def _here(self, run: Run) -> Run:
        """`run` in this namespace."""
        return lambda statement, values: run(statement, {"namespace": self._ids.name, **values})

    def _decided(self, run: Run, decide: Callable[[Select], tuple[Change, Result]]) -> tuple[Change, Result]:
        """What is decided, and carried out by `run`: a try that may fail, and be made again."""
        made: set[str] = set()
        embedder: str | None = None

        here = self._here(run)

        def ask(wanted: Wanted) -> Known:
            nonlocal embedder
            known, locked = select(here, self._ids, wanted)
            made.update(locked)
            embedder = known.embedder
            return known

        change, result = decide(ask)
        if change.gone_episodes:
            here(LOOSEN, {"gone_episodes": list(change.gone_episodes)})
        apply(here, self._ids, change, made=made, embedder=embedder)
        self._images.put(here, change.episodes, change.images)
        return change, result

    def observe(
        self,
        episode: Episode,
        names: Iterable[str],
        *,
        limit: int,
        also: Iterable[str] = (),
        images: Mapping[str, bytes] | None = None,
    ) -> Observed:
        asked = {
            "row": self._ids.episode_row(episode, next_order()),
            "passages": self._ids.passage_rows(episode.id, episode.text) + self._ids.image_rows(episode),
            "limit": limit,
            "names": self._ids.entities(names),
            "also": self._ids.entities(also),
        }
        if episode.images:
            found = self.connection.transaction(lambda run: self._seen(self._here(run), episode, asked, images or {}))
        else:
            (found,) = self.connection.write(OBSERVE, namespace=self._ids.name, **asked)
        self._embedder, self._kept = found["embedder"], Kept()
        stored = to_episode(found["episode"])
        return Observed(
            stored,
            to_entities(found["entities"]),
            to_facts(found["known"], stored.step),
            to_episodes(reversed(found["before"])),
        )

    def _seen(self, run: Run, episode: Episode, asked: Row, images: Mapping[str, bytes]) -> Row:
        """One episode with its images, in one transaction."""
        (found,) = run(OBSERVE, asked)
        if found["episode"]["id"] == episode.id:
            self._images.put(run, [episode], images)
        return found
