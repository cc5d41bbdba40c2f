"""The graph of one namespace on a Neo4j server."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from neo4j.exceptions import ConstraintError

from graphmem.errors import EmbedderMismatch, StoreError
from graphmem.graph import learning, merging
from graphmem.records import Entity, Episode, Fact, Forgotten, Learned, Lesson, Observed, Vector
from graphmem.storage.neo4j import forgetting, joining, writing
from graphmem.storage.neo4j.connection import Outdated, Row, Run
from graphmem.storage.neo4j.reading import Neo4jReader
from graphmem.storage.neo4j.restoring import batches, renew, restore
from graphmem.storage.neo4j.rows import next_order, to_entity, to_episode, to_fact

Result = TypeVar("Result")


class Neo4jStore(Neo4jReader):
    """A `Store` over one namespace of the database at `location`. Safe to share between threads and processes.

    A write that fails because the server went away is tried again until it is back. What nobody knows to have
    succeeded is done again too: every write is the same twice as once, by ids that are made on this side.
    """

    def _write(self, statement: str, **parameters: object) -> list[Row]:
        return self._connection.write(statement, namespace=self._ids.name, **parameters)

    def _transaction(self, work: Callable[[Run], Result]) -> Result:
        """`work` in one transaction, each of whose statements knows the namespace."""
        scope = {"namespace": self._ids.name}
        return self._connection.transaction(lambda run: work(lambda statement, values: run(statement, scope | values)))

    def append(self, episodes: Sequence[Episode]) -> list[Episode]:
        order = next_order(len(episodes))
        rows = [self._ids.episode_row(episode, order + place) for place, episode in enumerate(episodes)]
        stored = _agreed(
            lambda: self._transaction(lambda run: [run(writing.APPENDED, {"row": row})[0] for row in rows])
        )
        return [to_episode(row["episode"]) for row in stored]

    def observe(self, episode: Episode, names: Iterable[str], *, limit: int, also: Iterable[str] = ()) -> Observed:
        row = self._ids.episode_row(episode, next_order())
        ids = {"names": self._entity_ids(names), "also": self._entity_ids(also)}
        (found,) = _agreed(lambda: self._write(writing.OBSERVE, row=row, limit=limit, **ids))
        self._embedder = found["embedder"]
        stored = to_episode(found["episode"])
        known = (learning.as_known(to_fact(fact), stored.step) for fact in found["known"])
        return Observed(stored, tuple(map(to_entity, found["entities"])), tuple(known))

    def learn(self, lessons: Sequence[Lesson], *, embedder: str) -> list[Learned]:
        return self._transaction(lambda run: [self._learn(lesson, embedder, run) for lesson in lessons])

    def _learn(self, lesson: Lesson, embedder: str, run: Run) -> Learned:
        order = next_order(3 * len(lesson.triples) + len(lesson.mentions))
        found = self._concerned(lesson, embedder, order, run)
        if found["aliases"]:
            lesson = merging.linked(lesson, dict(found["aliases"]))
            found = self._concerned(lesson, embedder, order, run)
        episode = to_episode(found["episode"])
        if not episode.pending:
            return _learned_before(episode, run)
        existing = [to_fact(row["fact"]) for row in found["concerned"]]
        later = {row["fact"]["id"]: [tuple(who) for who in row["later"]] for row in found["concerned"]}
        resolution = learning.resolve(lesson, existing, later)
        taught = [fact.id for fact in (*resolution.asserted, *resolution.supported)]
        facts = self._ids.fact_rows(resolution.written.values(), order)
        mentions = list(dict.fromkeys(map(self._ids.entity, lesson.mentions)))
        (done,) = run(
            writing.LEARN,
            {
                "episode": episode.id,
                "vectors": self._ids.vector_rows(lesson.vectors),
                "facts": facts,
                "moved": [{"new": n, "old": old, "episodes": ids} for n, (old, ids) in resolution.moved.items()],
                "taught": [{"episode": episode.id, "facts": taught, "mentions": mentions}],
                "texts": [self._ids.text(episode.text), *(row["new"]["text_id"] for row in facts)],
            },
        )
        if done["written"] < len(facts):
            raise Outdated
        episode = replace(episode, pending=False, error=None, facts=tuple(taught), mentions=tuple(done["mentions"]))
        return Learned(episode, tuple(resolution.asserted), tuple(resolution.supported), tuple(resolution.retired))

    def _concerned(self, lesson: Lesson, embedder: str, order: int, run: Run) -> Row:
        """What `resolve` must see, with the subjects locked and every entity of the lesson there."""
        names = [name for triple in lesson.triples for name in (triple.subject, triple.object)]
        pairs = list(zip(lesson.triples, lesson.slots, strict=True))
        slots = {self._ids.slot(triple.subject, slot) for triple, slot in pairs}
        found = run(
            writing.PREPARE,
            {
                "embedder": embedder,
                "episode": lesson.episode.id,
                "entities": self._ids.entity_rows([*names, *lesson.mentions], order),
                "subjects": [self._ids.entity(triple.subject) for triple in lesson.triples],
                "triples": list({self._ids.triple(triple.key) for triple in lesson.triples}),
                "slots": [slot for slot in slots if slot],
                "outdated": list(lesson.outdated),
                "order": order,
            },
        )
        if not found:
            raise StoreError(f"no episode with the id {lesson.episode.id} is stored; append it first")
        self._embedder = found[0]["embedder"]
        _check_embedder(self._embedder, embedder)
        return found[0]

    def fail(self, errors: Mapping[str, str]) -> None:
        self._write(writing.FAIL, errors=[{"id": id_, "error": error} for id_, error in errors.items()])

    def replace_vectors(self, embedder: str, vectors: Mapping[str, Vector]) -> None:
        def work(run: Run) -> None:
            run(writing.NEW_EMBEDDER, {"embedder": embedder})
            self._add_vectors(vectors, run)

        self._transaction(work)
        self._embedder = embedder

    def _add_vectors(self, vectors: Mapping[str, Vector], run: Run) -> None:
        for rows in batches(self._ids.vector_rows(vectors)):
            run(writing.LABELLED_VECTORS, {"vectors": rows, "texts": [row["id"] for row in rows]})

    def restore(
        self,
        entities: Sequence[Entity],
        episodes: Sequence[Episode],
        facts: Sequence[Fact],
        *,
        vectors: Mapping[str, Vector] | None = None,
        embedder: str | None = None,
    ) -> None:
        def put(run: Run) -> None:
            restore(run, self._ids, entities, episodes, facts)

        self._put_back(put, vectors or {}, embedder)

    def renew(
        self,
        entities: Sequence[Entity],
        episodes: Sequence[Episode],
        facts: Sequence[Fact],
        *,
        vectors: Mapping[str, Vector] | None = None,
        embedder: str | None = None,
    ) -> None:
        def put(run: Run) -> None:
            renew(run, self._ids, entities, episodes, facts)

        self._put_back(put, vectors or {}, embedder)

    def _put_back(self, put: Callable[[Run], None], vectors: Mapping[str, Vector], embedder: str | None) -> None:
        def work(run: Run) -> None:
            if embedder:
                _check_embedder(run(writing.CLAIMED, {"embedder": embedder})[0]["embedder"], embedder)
            put(run)
            self._add_vectors(vectors, run)

        try:
            self._transaction(work)
        except ConstraintError as error:
            raise learning.contradiction() from error

    def merge(self, keep: str, gone: str, *, vectors: Mapping[str, Vector] | None = None) -> None:
        def work(run: Run) -> None:
            self._add_vectors(vectors or {}, run)
            joining.merge(run, self._ids, keep, gone)

        self._transaction(work)

    def unmerge(self, gone: str) -> None:
        self._transaction(lambda run: joining.unmerge(run, self._ids, gone))

    def label_entities(self, labels: Mapping[str, str], *, among: Sequence[str]) -> None:
        """Give each entity its label in `labels` (by name), of those in `among`, and no other of these."""
        rows = [{"id": self._ids.entity(name), "label": label} for name, label in labels.items() if label in among]
        for batch in batches(rows):
            self._write(writing.LABEL_ENTITIES, rows=batch, among=list(among))

    def forget(self, episode_ids: Iterable[str]) -> Forgotten:
        wanted = sorted(set(episode_ids))
        return self._transaction(lambda run: forgetting.forget(run, self._ids, wanted))


def _agreed(write: Callable[[], Result]) -> Result:
    """What `write` gives; again, if another process wrote the same key at the same moment: then it is found."""
    try:
        return write()
    except ConstraintError:
        return write()


def _check_embedder(held: str | None, given: str) -> None:
    if held is not None and held != given:
        raise EmbedderMismatch(held, given)


def _learned_before(episode: Episode, run: Run) -> Learned:
    (found,) = run(writing.LEARNED, {"episode": episode.id})
    taught = [to_fact(row) for row in found["taught"]]
    return Learned(
        episode,
        asserted=tuple(fact for fact in taught if fact.asserted_by == episode.id),
        supported=tuple(fact for fact in taught if fact.asserted_by != episode.id),
        retired=tuple(to_fact(row) for row in found["retired"]),
    )
