"""Stores of vectors and of graphs, each used as its documentation shows: facts go in, and a question gets 20 of them.

Those of vectors, and kglite, give the facts nearest to the question; networkx and ladybug those of the entities that it
names, the nearest first. None is told which facts are outdated. The library of a store is imported when it is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.scale import WordVectors
from graphmem import Memory, Triple
from graphmem.records import Vector

ASKED = 20
BATCH = 5_000
"""Facts handed over at once, where a store does not take all."""


Observations = Sequence[tuple[str, Sequence[Triple]]]
"""Texts in order, each with the facts that it teaches."""


@dataclass(frozen=True)
class Told:
    """What there is to store, and the vectors of all texts that it is found by."""

    observations: Observations
    vectors: Mapping[str, Vector]

    @property
    def facts(self) -> list[str]:
        return [triple.text for _, triples in self.observations for triple in triples]

    @property
    def ends(self) -> tuple[list[str], list[str]]:
        """The subject and the object of each fact."""
        triples = [triple for _, found in self.observations for triple in found]
        return [triple.subject for triple in triples], [triple.object for triple in triples]

    def batches(self) -> Iterator[tuple[list[str], list[str], Vector]]:
        """Ids, texts and vectors of facts."""
        facts = self.facts
        for start in range(0, len(facts), BATCH):
            texts = facts[start : start + BATCH]
            yield [str(start + i) for i in range(len(texts))], texts, self.matrix(texts)

    def matrix(self, texts: Sequence[str]) -> Vector:
        return np.stack([self.vectors[text] for text in texts])


def names(question: str) -> list[str]:
    """What may be an entity's name: all that is two words."""
    words = question.split()
    return [f"{one} {other}" for one, other in pairwise(words)]


class Given:
    """An `Embedder` whose vectors are at hand."""

    name, dimension = WordVectors.name, WordVectors.dimension

    def __init__(self, vectors: Mapping[str, Vector]) -> None:
        self._vectors = vectors

    def embed(self, texts: Sequence[str]) -> Vector:
        return np.array([self._vectors[text] for text in texts], np.float32).reshape(-1, self.dimension)


@cache
def words() -> WordVectors:
    """The embedder, once in a process."""
    return WordVectors()


class Graphmem:
    """It embeds the question itself, and its parts: a tenth of a millisecond each."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "memory.db"

    def store(self, told: Told) -> None:
        with Memory(self._path, embedder=Given(told.vectors), slot_of=_place) as memory:
            memory.remember_many({"text": text, "triples": triples} for text, triples in told.observations)

    def open(self) -> None:
        self._memory = Memory(self._path, embedder=words(), slot_of=_place)

    def ask(self, question: str, vector: Vector) -> list[str]:
        return [fact.triple.text for fact in self._memory.recall(question).facts]


def _place(triple: Triple) -> str | None:
    """What is in one place is in no other."""
    return "place" if triple.relation == "is in" else None


class Chroma:
    def __init__(self, folder: Path) -> None:
        import chromadb

        self._client = chromadb.PersistentClient(str(folder), chromadb.Settings(anonymized_telemetry=False))

    def store(self, told: Told) -> None:
        facts = self._client.create_collection("facts", metadata={"hnsw:space": "cosine"}, embedding_function=None)
        for ids, texts, vectors in told.batches():
            facts.add(ids=ids, documents=texts, embeddings=vectors)

    def open(self) -> None:
        self._facts = self._client.get_collection("facts", embedding_function=None)

    def ask(self, question: str, vector: Vector) -> list[str]:
        return list(self._facts.query(query_embeddings=[vector], n_results=ASKED)["documents"][0])


class LanceDB:
    def __init__(self, folder: Path) -> None:
        import lancedb

        self._db = lancedb.connect(folder)

    def store(self, told: Told) -> None:
        import pyarrow as pa

        facts = told.facts
        self._db.create_table("facts", pa.table({"text": facts, "vector": _arrow(told.matrix(facts))}))

    def open(self) -> None:
        self._facts = self._db.open_table("facts")

    def ask(self, question: str, vector: Vector) -> list[str]:
        found = self._facts.search(vector).distance_type("cosine").select(["text"]).limit(ASKED).to_list()
        return [row["text"] for row in found]


def _arrow(vectors: Vector) -> Any:
    import pyarrow as pa

    return pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), vectors.shape[1])


class LangGraph:
    """Its SqliteStore, which searches by sqlite-vec."""

    def __init__(self, folder: Path) -> None:
        import sqlite3

        from langgraph.store.sqlite import SqliteStore

        self._vectors: dict[str, Vector] = {}
        connection = sqlite3.connect(folder / "store.db", check_same_thread=False, isolation_level=None)
        embed = lambda texts: [self._vectors[text].tolist() for text in texts]  # noqa: E731
        self._store = SqliteStore(connection, index={"dims": 384, "embed": embed, "text_fields": ["text"]})
        self._store.setup()

    def store(self, told: Told) -> None:
        from langgraph.store.base import PutOp

        self._vectors.update(told.vectors)
        for ids, texts, _ in told.batches():
            puts = zip(ids, texts, strict=True)
            self._store.batch([PutOp(("facts",), id_, {"text": text}) for id_, text in puts])

    def open(self) -> None:
        pass

    def ask(self, question: str, vector: Vector) -> list[str]:
        self._vectors[question] = vector
        return [item.value["text"] for item in self._store.search(("facts",), query=question, limit=ASKED)]


class Kglite:
    def __init__(self, folder: Path) -> None:
        self._path = str(folder / "facts.kgl")

    def store(self, told: Told) -> None:
        import kglite
        import pandas as pd

        graph, facts, ids = kglite.KnowledgeGraph(), told.facts, range(len(told.facts))
        entities = pd.DataFrame({"name": list(dict.fromkeys(name for end in told.ends for name in end))})
        graph.add_nodes(entities, "Entity", "name", "name")
        graph.add_nodes(pd.DataFrame({"id": ids, "text": facts}), "Fact", "id", "text", columns=["text"])
        for kind, end in zip(("SUBJECT", "OBJECT"), told.ends, strict=True):
            graph.add_connections(pd.DataFrame({"fact": ids, "name": end}), kind, "Fact", "fact", "Entity", "name")
        graph.set_embeddings("Fact", "text", dict(zip(ids, told.matrix(facts).tolist(), strict=True)))
        graph.build_vector_index("Fact", "text")
        graph.save(self._path)

    def open(self) -> None:
        import kglite

        self._graph = kglite.load(self._path)

    def ask(self, question: str, vector: Vector) -> list[str]:
        found = self._graph.select("Fact").vector_search("text", vector.tolist(), top_k=ASKED)
        return [row["title"] for row in found]


class Ladybug:
    def __init__(self, folder: Path) -> None:
        import ladybug

        self._rows = ladybug.Connection(ladybug.Database(str(folder / "facts.db")))

    def store(self, told: Told) -> None:
        import pyarrow as pa

        subjects, objects = told.ends
        entities = pa.table({"name": list(dict.fromkeys(subjects + objects))})  # noqa: F841 (read by its name)
        vectors = _arrow(told.matrix(told.facts))
        facts = pa.table({"from": subjects, "to": objects, "text": told.facts, "vector": vectors})  # noqa: F841
        self._rows.execute("CREATE NODE TABLE Entity(name STRING PRIMARY KEY)")
        self._rows.execute("CREATE REL TABLE Fact(FROM Entity TO Entity, text STRING, vector FLOAT[384])")
        self._rows.execute("COPY Entity FROM entities")
        self._rows.execute("COPY Fact FROM facts")

    def open(self) -> None:
        pass

    def ask(self, question: str, vector: Vector) -> list[str]:
        query = (
            "MATCH (one:Entity)-[fact:Fact]-() WHERE one.name IN $names "
            f"RETURN fact.text ORDER BY array_cosine_similarity(fact.vector, $vector) DESC LIMIT {ASKED}"
        )
        found = self._rows.execute(query, {"names": names(question), "vector": vector.tolist()})
        return [text for (text,) in found.get_all()]


class Networkx:
    """In memory: what is asked must first be stored."""

    def __init__(self, folder: Path) -> None:
        import networkx as nx

        self._graph = nx.MultiDiGraph()

    def store(self, told: Told) -> None:
        self._vectors = told.matrix(told.facts)
        for row, (subject, object_, text) in enumerate(zip(*told.ends, told.facts, strict=True)):
            self._graph.add_edge(subject, object_, row=row, text=text)

    def open(self) -> None:
        pass

    def ask(self, question: str, vector: Vector) -> list[str]:
        known = [name for name in names(question) if name in self._graph]
        edges = [*self._graph.out_edges(known, data=True), *self._graph.in_edges(known, data=True)]
        texts = {edge["row"]: edge["text"] for *_, edge in edges}
        near = self._vectors[rows := list(texts)] @ vector
        return [texts[rows[i]] for i in np.argsort(-near)[:ASKED]]


@dataclass(frozen=True)
class Kind:
    """How a store is made in a folder, the modules that it needs, and what pip is told to install for them."""

    make: Callable[[Path], Any]
    modules: Sequence[str] = ()
    packages: str = ""
    in_memory: bool = False


STORES = {
    "graphmem": Kind(Graphmem),
    "Chroma": Kind(Chroma, ("chromadb",), "chromadb"),
    "LanceDB": Kind(LanceDB, ("lancedb", "pyarrow"), "lancedb"),
    "LangGraph": Kind(LangGraph, ("langgraph", "sqlite_vec"), "langgraph langgraph-checkpoint-sqlite"),
    "kglite": Kind(Kglite, ("kglite", "pandas"), "kglite pandas"),
    "ladybug": Kind(Ladybug, ("ladybug", "pyarrow"), "ladybug pyarrow"),
    "networkx": Kind(Networkx, ("networkx",), "networkx", in_memory=True),
}
