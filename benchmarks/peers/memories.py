"""One memory in a process of its own, and in an environment of its own if it is a peer's: what it finds, what it costs.

python memories.py NAME TASK VECTORS FOLDER

TASK is a JSON file: `texts`, and `conversations` with `name`, `turns` (`id`, `text`) and `questions`. VECTORS are those
of `texts`, so that every memory has the same and none waits for an embedder. What is measured goes to the standard
output, as JSON. Nothing but the peer and NumPy is imported; each is used as its documentation shows, in bulk where it
can.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from graphmem.records import Observation

FOUND = 20
"""How many turns are asked for."""


class Vectors:
    """The vectors that were computed beforehand, by text; what is white around it does not count (mem0 cuts it off)."""

    def __init__(self, texts: list[str], path: Path) -> None:
        self._rows = dict(zip((text.strip() for text in texts), np.load(path), strict=True))

    def __call__(self, text: str) -> list[float]:
        return [float(number) for number in self._rows[text.strip()]]

    def get(self, text: str) -> Any:
        return self._rows.get(text.strip())


class Graphmem:
    def __init__(self, folder: Path, vectors: Vectors) -> None:
        from graphmem import Extraction, Memory
        from graphmem.embedding import load_embedder

        class Embedder:
            """The vectors at hand; MiniLM for what else a search wants to know."""

            name, dimension = "given", 384

            def embed(self, texts: list[str]) -> Any:
                new = [text for text in texts if vectors.get(text) is None]
                made = dict(zip(new, load_embedder().embed(new), strict=True)) if new else {}
                return np.array([made[t] if t in made else vectors.get(t) for t in texts], np.float32).reshape(-1, 384)

        class Unread:
            name, anchors = "unread", ()

            def extract(self, observation: Observation, known: Any) -> Extraction:
                return Extraction()

        self._open = lambda name: Memory(folder / "memory.db", namespace=name, extractor=Unread(), embedder=Embedder())
        self._memories: dict[str, Memory] = {}

    def store(self, conversation: str, turns: list[dict[str, str]]) -> None:
        memory = self._memories[conversation] = self._open(conversation)
        memory.remember_many({"text": turn["text"], "metadata": {"id": turn["id"]}, "triples": []} for turn in turns)

    def recall(self, conversation: str, question: str) -> list[str]:
        found = self._memories[conversation].recall(question, episodes=FOUND, budget=1_000_000)
        return [episode.metadata["id"] for episode in found.episodes]


class Mem0:
    def __init__(self, folder: Path, vectors: Vectors) -> None:
        os.environ |= {"MEM0_TELEMETRY": "False", "MEM0_DIR": str(folder), "OPENAI_API_KEY": "none"}
        from mem0 import Memory

        self._memory = Memory.from_config(
            {
                "vector_store": {
                    "provider": "qdrant",
                    "config": {"path": str(folder / "qdrant"), "on_disk": True, "embedding_model_dims": 384},
                },
                "history_db_path": str(folder / "history.db"),
            }
        )

        class Embedder:
            config = None

            def embed(self, text: str, memory_action: Any = None) -> list[float]:
                return vectors(text)

            def embed_batch(self, texts: list[str], memory_action: Any = None) -> list[list[float]]:
                return [vectors(text) for text in texts]

        self._memory.embedding_model = Embedder()

    def store(self, conversation: str, turns: list[dict[str, str]]) -> None:
        for turn in turns:
            message = [{"role": "user", "content": turn["text"]}]
            self._memory.add(message, user_id=conversation, metadata={"turn": turn["id"]}, infer=False)

    def recall(self, conversation: str, question: str) -> list[str]:
        found = self._memory.search(question, filters={"user_id": conversation}, top_k=FOUND, threshold=0.0)
        return [each["metadata"]["turn"] for each in found["results"]]


class LangGraph:
    def __init__(self, folder: Path, vectors: Vectors) -> None:
        import sqlite3

        from langgraph.store.base import PutOp
        from langgraph.store.sqlite import SqliteStore

        connection = sqlite3.connect(folder / "store.db", check_same_thread=False, isolation_level=None)
        embed = lambda texts: [vectors(text) for text in texts]  # noqa: E731
        self._store = SqliteStore(connection, index={"dims": 384, "embed": embed, "text_fields": ["text"]})
        self._store.setup()
        self._put = PutOp

    def store(self, conversation: str, turns: list[dict[str, str]]) -> None:
        self._store.batch([self._put((conversation,), turn["id"], {"text": turn["text"]}) for turn in turns])

    def recall(self, conversation: str, question: str) -> list[str]:
        return [each.key for each in self._store.search((conversation,), query=question, limit=FOUND)]


class Chroma:
    def __init__(self, folder: Path, vectors: Vectors) -> None:
        import chromadb

        settings = chromadb.Settings(anonymized_telemetry=False)
        self._client = chromadb.PersistentClient(str(folder), settings=settings)
        self._vectors = vectors
        self._collections: dict[str, Any] = {}

    def store(self, conversation: str, turns: list[dict[str, str]]) -> None:
        made = self._client.create_collection(
            f"conversation-{conversation}", embedding_function=None, metadata={"hnsw:space": "cosine"}
        )
        made.add(
            ids=[turn["id"] for turn in turns],
            embeddings=[self._vectors(turn["text"]) for turn in turns],
            documents=[turn["text"] for turn in turns],
        )
        self._collections[conversation] = made

    def recall(self, conversation: str, question: str) -> list[str]:
        found = self._collections[conversation].query(query_embeddings=[self._vectors(question)], n_results=FOUND)
        return list(found["ids"][0])


MEMORIES: dict[str, Callable[[Path, Vectors], Any]] = {
    "graphmem": Graphmem,
    "mem0": Mem0,
    "LangGraph": LangGraph,
    "Chroma": Chroma,
}


def run(name: str, task: dict[str, Any], vectors: Vectors, folder: Path) -> dict[str, Any]:
    memory = MEMORIES[name](folder, vectors)
    started = time.perf_counter()
    for conversation in task["conversations"]:
        memory.store(conversation["name"], conversation["turns"])
    stored = time.perf_counter() - started
    found, milliseconds = [], []
    for conversation in task["conversations"]:
        for question in conversation["questions"]:
            started = time.perf_counter()
            found.append(memory.recall(conversation["name"], question))
            milliseconds.append(1000 * (time.perf_counter() - started))
    return {
        "found": found,
        "store_s": stored,
        "recall_ms": milliseconds,
        "disk_mb": sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6,
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


if __name__ == "__main__":
    _, name, task_file, vectors_file, folder = sys.argv
    task = json.loads(Path(task_file).read_text(encoding="utf-8"))
    measured = run(name, task, Vectors(task["texts"], Path(vectors_file)), Path(folder))
    print("\n" + json.dumps(measured))
    sys.stdout.flush()
    os._exit(0)  # a peer's threads are not waited for
