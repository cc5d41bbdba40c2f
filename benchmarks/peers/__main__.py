"""Evidence found, time and room: this memory beside mem0, LangGraph's store and Chroma.

    python -m benchmarks.peers FOLDER [--json]

The folder holds LoCoMo's conversations (see `benchmarks.dialogue`). All memories get the same turns, questions and
MiniLM vectors, and none has a language model. Peers are installed once, into environments of their own.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.dialogue import said
from benchmarks.peers.memories import MEMORIES
from benchmarks.reading import load, mean, share, show, watched
from graphmem.embedding import load_embedder

PACKAGES = {
    "mem0": ["mem0ai>=2.2"],
    "LangGraph": ["langgraph>=1.0", "langgraph-checkpoint-sqlite>=3.1"],
    "Chroma": ["chromadb>=1.0"],
}
PATIENCE = 1800
"""Seconds that a peer may take."""

OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "ANONYMIZED_TELEMETRY": "False",
    "MEM0_TELEMETRY": "False",
    "DO_NOT_TRACK": "1",
}
"""Nobody is called, so that nothing waits where there is no internet."""


def _interpreter() -> str:
    """A Python whose SQLite loads extensions, as LangGraph's store wants; this one if there is none."""
    able = "import sqlite3; sqlite3.connect(':memory:').enable_load_extension(True)"
    for python in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        if Path(python).exists() and subprocess.run([python, "-c", able], capture_output=True).returncode == 0:
            return python
    return sys.executable


def python_of(name: str, location: Path) -> Path:
    """The interpreter that has the peer installed; this one for graphmem."""
    if name not in PACKAGES:
        return Path(sys.executable)
    folder = location / name
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not (folder / "installed").exists():
        print(f"installing {' '.join(PACKAGES[name])}", file=sys.stderr)
        subprocess.run([_interpreter(), "-m", "venv", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "numpy", *PACKAGES[name]], check=True)
        (folder / "installed").touch()
    return python


def task_of(folder: Path) -> tuple[dict[str, Any], list[set[str]]]:
    """Turns and questions for the memories, and for each question the turns that hold its evidence."""
    conversations, evidence = [], []
    for path in sorted(folder.glob("*.json")):
        data = load(path)
        turns = [{"id": turn["id"], "text": said(turn)} for turn in data["turns"]]
        ids = {turn["id"] for turn in turns}
        questions = [question for question in data["questions"] if ids & set(question["evidence"])]
        evidence += [ids & set(question["evidence"]) for question in questions]
        asked = [question["question"] for question in questions]
        conversations.append({"name": path.stem, "turns": turns, "questions": asked})
    if not conversations:
        raise SystemExit(f"{folder} holds no conversation (*.json)")
    texts = [turn["text"] for each in conversations for turn in each["turns"]]
    texts += [question for each in conversations for question in each["questions"]]
    return {"texts": list(dict.fromkeys(texts)), "conversations": conversations}, evidence


def measured(name: str, python: Path, task: Path, vectors: Path) -> dict[str, Any]:
    """What the memory found and took, in a fresh process and an empty folder."""
    script = Path(__file__).with_name("memories.py")
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, **OFFLINE}
        if name not in PACKAGES:
            environment["PYTHONPATH"] = str(Path(__file__).parents[2])
        command = [str(python), str(script), name, str(task), str(vectors), folder]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def figures(found: dict[str, Any], evidence: list[set[str]]) -> dict[str, float]:
    pairs = list(zip(evidence, found["found"], strict=True))
    return {
        "recall@10": mean(share(wanted, turns[:10]) for wanted, turns in pairs),
        "recall@20": mean(share(wanted, turns) for wanted, turns in pairs),
        "store_s": round(found["store_s"], 2),
        "recall_p50_ms": round(statistics.median(found["recall_ms"]), 2),
        "disk_mb": round(found["disk_mb"], 1),
        "memory_mb": round(found["memory_mb"]),
    }


def compare(names: list[str], folder: Path, location: Path) -> Iterator[tuple[str, dict[str, float]]]:
    """A row for each memory; one that cannot be installed, fails or takes too long is left out, and told why."""
    task, evidence = task_of(folder)
    with tempfile.TemporaryDirectory() as place:
        task_file, vectors = Path(place, "task.json"), Path(place, "vectors.npy")
        task_file.write_text(json.dumps(task), encoding="utf-8")
        embedder, texts = load_embedder(), task["texts"]
        np.save(vectors, np.vstack([embedder.embed(texts[at : at + 64]) for at in range(0, len(texts), 64)]))
        for name in watched(names, "memories"):
            try:
                found = measured(name, python_of(name, location), task_file, vectors)
            except subprocess.SubprocessError as error:
                print(f"{name} is left out: {error}\n{getattr(error, 'stderr', None) or ''}", file=sys.stderr)
            else:
                yield name, figures(found, evidence)


def with_ratios(rows: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    """Each row with its times as multiples of this memory's."""
    if (ours := rows.get("graphmem")) is None:
        raise SystemExit("there is nothing to compare with")
    return {
        name: {
            **row,
            "store / ours": round(row["store_s"] / ours["store_s"], 2),
            "recall / ours": round(row["recall_p50_ms"] / ours["recall_p50_ms"], 2),
        }
        for name, row in rows.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--peers", nargs="+", choices=list(PACKAGES), default=list(PACKAGES))
    parser.add_argument("--location", type=Path, default=Path(tempfile.gettempdir()) / "graphmem-peers")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    given = parser.parse_args()
    names = [name for name in MEMORIES if name == "graphmem" or name in given.peers]
    rows = with_ratios(dict(compare(names, given.folder, given.location)))
    if given.json:
        print(json.dumps(rows))
    else:
        show("LoCoMo", rows)


if __name__ == "__main__":
    main()
