"""Reading one namespace of a graph on a server: each question is one round trip."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import zip_longest
from os import PathLike, fspath
from typing import Any, get_args

from graphmem.errors import InputError
from graphmem.protocols import Kind
from graphmem.records import MOST, Around, Entity, Episode, Fact, Hits, Merge, Part, Seeds, Stats, Vector
from graphmem.storage.neo4j import schema, searching, seeding, surroundings
from graphmem.storage.neo4j.address import parse
from graphmem.storage.neo4j.connection import Connection, Row
from graphmem.storage.neo4j.cypher import EMBEDDER, EPISODE_BY_ID, FACT_BY_ID, MERGES, NAMED, SEEN_BY_THEN, TIME
from graphmem.storage.neo4j.images import Images
from graphmem.storage.neo4j.kept import Asked, EntityAsked, Kept, Key, Value, grouped, known, put
from graphmem.storage.neo4j.rows import (
    ENTITY,
    EPISODE,
    FACT_THEN,
    Indexed,
    Namespace,
    Properties,
    to_entities,
    to_episode,
    to_episodes,
    to_facts,
    to_merge,
    to_parts,
    to_vector,
)
from graphmem.storage.neo4j.surroundings import of_entity, of_episode

LONGEST_NAMESPACE = 1000

KEPT = 20_000
"""So many vectors that were read are kept, until all are replaced. A text's never changes before that."""

_EPISODES = f"""UNWIND $keys AS key WITH key, key[0] AS id {EPISODE_BY_ID} WHERE e.step <= key[1]
RETURN collect([key[0], key[1], e.order, {EPISODE}]) AS episodes"""


class Neo4jReader:
    """What a `Store` can be asked, over one namespace of the database at `location`; its images are below a folder."""

    def __init__(
        self, location: str | PathLike[str], namespace: str = "default", *, images: str | PathLike[str] | None = None
    ) -> None:
        if len(namespace) > LONGEST_NAMESPACE:
            raise InputError(f"a namespace may have {LONGEST_NAMESPACE} characters, not {len(namespace)}")
        self.connection = Connection(parse(fspath(location)))
        self._ids = Namespace(namespace)
        self._images = Images(self._ids, images)
        self._embedder: str | None = None
        self._vectors: dict[str, Vector] = {}
        self._renewed: int | None = None
        self._kept = Kept()
        try:
            schema.prepare(self.connection)
        except BaseException:
            self.connection.close()
            raise

    def _read(self, statement: str, **parameters: object) -> list[Row]:
        return self.connection.read(statement, namespace=self._ids.name, **parameters)

    def _read_marked(self, statement: str, **parameters: object) -> tuple[list[Row], str]:
        """The rows, and the bookmark of the state in which they were read, if it is also that of a read before."""
        return self.connection.read_marked(statement, namespace=self._ids.name, **parameters)

    def episodes(
        self,
        *,
        ids: Iterable[str] | None = None,
        facts: Iterable[str] | None = None,
        pending: bool | None = None,
        at: int | None = None,
        newest: int | None = None,
    ) -> list[Episode]:
        if ids is not None and facts is None and pending is None and newest is None:
            return self._episodes(sorted(set(ids)), MOST if at is None else at)
        start = "MATCH (e:Episode) WHERE e.namespace = $namespace AND e.step <= $at AND e.order IS NOT NULL"
        if facts is not None:
            start = f"""UNWIND $facts AS id {FACT_BY_ID}
            MATCH (e:Episode)-[:ASSERTED|SUPPORTED]->(f) WITH DISTINCT e WHERE e.step <= $at"""
            start += " AND e.id IN $ids" if ids is not None else ""
        elif ids is not None:  # told one by one, or the server reads all that there are
            start = f"UNWIND $ids AS id {EPISODE_BY_ID} WHERE e.step <= $at"
        if pending is not None:
            start += " AND e.pending = $pending"
        rows = self._read(
            f"""{start} WITH e ORDER BY e.namespace DESC, e.step DESC, e.order DESC LIMIT $newest
            RETURN {_told(EPISODE, ids)} AS episodes""",
            ids=None if ids is None else sorted(set(ids)),
            facts=None if facts is None else sorted(set(facts)),
            pending=pending,
            at=MOST if at is None else at,
            newest=MOST if newest is None else newest,
        )
        return list(to_episodes(reversed(_listed(rows, "episodes"))))

    def _episodes(self, ids: Sequence[str], at: int) -> list[Episode]:
        """Those with these ids, in order; the server is asked even when all are kept: they may hold no more."""
        keys = [(id_, at) for id_ in ids]
        found = self._through(keys, lambda kept: kept.episodes, self._read_episodes, ask=True)
        rows = [each for row in found.values() for each in row]
        return [episode for _, episode in sorted(rows, key=lambda each: (each[1].step, each[0]))]

    def _through(
        self,
        keys: list[Key],
        kind: Callable[[Kept], dict[Key, Value]],
        read: Callable[[list[Key]], tuple[dict[Key, Value], str]],
        *,
        ask: bool,
    ) -> dict[Key, Value]:
        """What belongs to each key, all of one state: what is kept of that kind, and what is read of the rest.

        Without `ask` nothing is read when all is kept. Where somebody wrote meanwhile, all is read anew.
        """
        kept = self._kept
        found = known(kind(kept), keys)
        missing = [key for key in keys if key not in found]
        if not missing and not ask:
            return found
        new, bookmark = read(missing)
        if bookmark == kept.bookmark:
            put(kind(kept), new)
            return found | new
        self._kept = Kept(bookmark)
        return read(keys)[0] if found else new

    def _read_episodes(
        self, keys: list[tuple[str, int]]
    ) -> tuple[dict[tuple[str, int], tuple[tuple[int, Episode], ...]], str]:
        (row,), bookmark = self._read_marked(_EPISODES, keys=[list(key) for key in keys])
        told = [(key, order, each) for *key, order, each in row["episodes"] if each["id"]]
        return grouped(keys, (((id_, at), (order, to_episode(each))) for (id_, at), order, each in told)), bookmark

    def facts(
        self,
        *,
        ids: Iterable[str] | None = None,
        entities: Iterable[str] | None = None,
        relations: Iterable[str] | None = None,
        current: bool = True,
        at: int | None = None,
    ) -> list[Fact]:
        about = f"{NAMED} WITH at, late, collect(n.id) AS about" if entities is not None else ""
        label = "Current" if current and at is None else "Fact"
        where = "AND (f.until IS NULL OR f.until > at)" if current else ""
        if entities is not None:
            found = f"""CALL (about) {{ UNWIND about AS id MATCH (f:Current) WHERE f.subject_id = id RETURN f
                UNION UNWIND about AS id MATCH (f:Current) WHERE f.object_id = id RETURN f
                UNION UNWIND about AS id MATCH (f:Retired) WHERE f.subject_id = id RETURN f
                UNION UNWIND about AS id MATCH (f:Retired) WHERE f.object_id = id RETURN f }}
                WITH f, at, late WHERE f.since <= at {where}"""
            found += " AND f.id IN $ids" if ids is not None else ""
        elif ids is not None:
            found = f"UNWIND $ids AS id {FACT_BY_ID} WHERE f.since <= at {where}"
        else:
            found = f"MATCH (f:{label}:Fact) WHERE f.namespace = $namespace AND f.since <= at {where}"
        if relations is not None:
            found += " AND f.relation_id IN $relations"
        rows = self._read(
            f"""{TIME} {about} {found} WITH f, at, late ORDER BY f.since, f.order
            RETURN {_told(FACT_THEN, ids)} AS facts""",
            at=at,
            ids=None if ids is None else sorted(set(ids)),
            names=None if entities is None else self._ids.entities(entities),
            relations=None if relations is None else [self._ids.relation(relation) for relation in relations],
        )
        return list(to_facts(_listed(rows, "facts"), at))

    def entities(self, names: Iterable[str] | None = None, *, at: int | None = None) -> list[Entity]:
        start = "MATCH (n:Entity) WHERE n.namespace = $namespace" if names is None else f"{NAMED} WITH n WHERE true"
        seen = "" if at is None else f"AND {SEEN_BY_THEN}"
        rows = self._read(
            f"{start} {seen} RETURN {ENTITY} AS entity ORDER BY n.order",
            names=None if names is None else self._ids.entities(names),
            at=at,
        )
        return list(to_entities(row["entity"] for row in rows))

    def seeds(self, names: Iterable[str], vectors: Vector, text: str, *, limit: int, at: int | None = None) -> Seeds:
        (row,), bookmark = self._read_marked(
            seeding.statement(at),
            names=self._ids.entities(names),
            queries=searching.as_queries(vectors),
            lucene=searching.lucene(text, self._ids.scope),
            asked=max(searching.LEAST_ASKED, 4 * limit),
            limit=limit,
            at=searching.step(at),
        )
        if bookmark != self._kept.bookmark:
            self._kept = Kept(bookmark)
        self._embedder = row["embedder"]
        if row["renewed"] != self._renewed:
            self._renewed, self._vectors = row["renewed"], {}
        near: dict[Indexed, Hits] = {kind: self._near(kind, row, vectors, limit, at) for kind in get_args(Indexed)}
        matching: dict[Indexed, Hits] = {
            kind: tuple((id_, score) for id_, score in row[f"matching_{kind}s"] if id_) for kind in get_args(Indexed)
        }
        return Seeds(
            entities=to_entities(row["entities"]),
            facts=self._seed_facts(row, _ids(near["fact"], matching["fact"]), at),
            near_facts=near["fact"],
            matching_facts=matching["fact"],
            near_episodes=seeding.with_passages(near, limit),
            matching_episodes=seeding.with_passages(matching, limit),
            passages=self._seed_passages(row, _ids(near["passage"], matching["passage"])),
        )

    def _seed_facts(self, row: Row, wanted: Sequence[str], at: int | None) -> tuple[Fact, ...]:
        """Those wanted, in their order: of a row of `seeds`, or asked for."""
        facts = {fact.id: fact for fact in to_facts(row["facts"], at)}
        if missing := set(wanted) - facts.keys():
            facts |= {fact.id: fact for fact in self.facts(ids=missing, at=at)}
        return tuple(facts[id_] for id_ in wanted if id_ in facts)

    def _seed_passages(self, row: Row, wanted: Sequence[str]) -> tuple[Part, ...]:
        parts = to_parts(row["passages"])
        if missing := set(wanted) - parts.keys():
            parts |= to_parts(self._read(seeding.PASSAGES, ids=list(missing))[0]["passages"])
        return tuple(parts[id_] for id_ in wanted if id_ in parts)

    def _near(self, kind: Indexed, row: Row, vectors: Vector, limit: int, at: int | None) -> Hits:
        """The best hits of a row of `seeds`; the index is asked again for more, where it gave too few of any use."""
        found = row[f"near_{kind}s"]
        hits = searching.best([hits for _, hits in found], limit)
        if len(hits) < limit and any(partial for partial, _ in found):
            best: dict[str, float] = {}
            for id_, cosine in (hit for each in self._nearest(kind, vectors, limit, at) for hit in each):
                best[id_] = max(cosine, best.get(id_, -1.0))
            hits = sorted(best.items(), key=lambda hit: -hit[1])[:limit]
        return tuple(hits)

    def around(
        self,
        entities: Iterable[str],
        of: Iterable[str] = (),
        *,
        facts: int,
        episodes: int,
        at: int | None = None,
    ) -> Around:
        """See `Store.around`. What was read before is of the state in which the last statement found the database."""
        names = [(id_, facts, episodes, at) for id_ in self._ids.entities(entities)]
        ids = [(id_, facts, at) for id_ in sorted(set(of))]
        read = partial(self._around, facts=facts, episodes=episodes, at=at)
        keys: list[Asked] = [*names, *ids]
        found = self._through(keys, lambda kept: kept.around, read, ask=False)
        return surroundings.together(
            [each for key in names for each in found[key]], [each for key in ids for each in found[key]]
        )

    def _around(
        self, keys: list[Asked], *, facts: int, episodes: int, at: int | None
    ) -> tuple[dict[Asked, tuple[Any, ...]], str]:
        (row,), bookmark = self._read_marked(
            surroundings.STATEMENT,
            names=[key[0] for key in keys if len(key) == 4],
            of=[key[0] for key in keys if len(key) == 3],
            limit=facts,
            episodes=episodes,
            at=at,
        )
        entities = (each for each in row["entities"] if each["name"])
        found = (each for each in row["episodes"] if each["id"])
        told = [((it["asked"], facts, episodes, at), of_entity(it, at)) for it in entities]
        return grouped(keys, [*told, *(((it["id"], facts, at), of_episode(it, at)) for it in found)]), bookmark

    def outgoing(self, entities: Iterable[str], *, each: int, limit: int, at: int | None = None) -> list[Fact]:
        """See `Store.outgoing`; and `around`, for what is kept."""
        keys = [(id_, each, limit, at) for id_ in self._ids.entities(entities)]
        read = partial(self._outgoing, each=each, limit=limit, at=at)
        found = self._through(keys, lambda kept: kept.outgoing, read, ask=False)
        return list({fact.id: fact for key in keys for fact in found[key]}.values())

    def _outgoing(
        self, keys: list[EntityAsked], *, each: int, limit: int, at: int | None
    ) -> tuple[dict[EntityAsked, tuple[Fact, ...]], str]:
        (row,), bookmark = self._read_marked(
            surroundings.OUTGOING, names=[key[0] for key in keys], each=each, limit=limit, at=at
        )
        told = ((asked, fact) for asked, held in row["outgoing"] for fact in to_facts([held], at))
        return grouped(keys, (((asked, each, limit, at), fact) for asked, fact in told)), bookmark

    def nearest(
        self, kind: Kind, vectors: Vector, *, limit: int, at: int | None = None
    ) -> list[list[tuple[str, float]]]:
        return self._nearest(kind, vectors, limit, at)

    def _nearest(self, kind: Indexed, vectors: Vector, limit: int, at: int | None) -> list[list[tuple[str, float]]]:
        return searching.nearest(self._read, kind, vectors, limit=limit, at=at)

    def vectors(self, texts: Iterable[str]) -> dict[str, Vector]:
        by_id = {self._ids.text(text): text for text in texts}
        kept = self._vectors  # what another thread forgets meanwhile goes with these, and is not added to the new ones
        found = {id_: kept[id_] for id_ in kept.keys() & by_id.keys()}
        if missing := sorted(by_id.keys() - found.keys()):
            statement = "UNWIND $ids AS id MATCH (v:Vector {id: id}) RETURN v.id AS id, v.values AS values"
            read = {row["id"]: to_vector(row["values"]) for row in self._read(statement, ids=missing)}
            if len(kept) + len(read) > KEPT:
                kept = self._vectors = {}
            kept |= read
            found |= read
        return {by_id[id_]: vector for id_, vector in found.items()}

    def merges(self) -> list[Merge]:
        return [to_merge(row["record"]) for row in self._read(MERGES)]

    def images(self, hashes: Iterable[str]) -> dict[str, bytes]:
        return self._images.read(lambda statement, values: self._read(statement, **values), hashes)

    def embedder(self) -> str | None:
        """Asked of the server until there is one; then what the last `observe`, `learn` or `seeds` has told."""
        if self._embedder is None:
            self._embedder = self._read(f"RETURN {EMBEDDER} AS embedder")[0]["embedder"]
        return self._embedder

    def stats(self, *, at: int | None = None) -> Stats:
        seen = "" if at is None else f"AND {SEEN_BY_THEN}"
        (row,) = self._read(
            f"""CALL () {{ MATCH (e:Episode) WHERE e.namespace = $namespace AND e.step <= $at
                RETURN count(e) AS episodes, count(CASE WHEN e.pending THEN 1 END) AS pending,
                    coalesce(max(e.step), -1) AS last_step }}
            CALL () {{ MATCH (n:Entity) WHERE n.namespace = $namespace {seen} RETURN count(n) AS entities }}
            CALL () {{ MATCH (f:Fact) WHERE f.namespace = $namespace AND f.since <= $at
                RETURN count(f) AS facts, count(CASE WHEN f.until IS NULL OR f.until > $at THEN 1 END)
                    AS current_facts }}
            RETURN *""",
            at=MOST if at is None else at,
        )
        return Stats(**row)

    def close(self) -> None:
        self.connection.close()


def _ids(*hits: Hits) -> list[str]:
    """What was hit, each once: the best of each kind of hits, then the second of each, and so on."""
    return list(dict.fromkeys(hit[0] for row in zip_longest(*hits) for hit in row if hit))


def _told(what: str, ids: Iterable[str] | None) -> str:
    """What was asked by `ids`, in one row: a row costs more than what is in it. All that there is comes one by one."""
    return f"[{what}]" if ids is None else f"collect({what})"


def _listed(rows: Iterable[Row], name: str) -> list[Properties]:
    return [each for row in rows for each in row[name]]
