"""MiniLM's tokens are those of the library that its makers used."""

import subprocess
import sys

import pytest
import tokenizers

from graphmem.embedding.minilm import VOCABULARY
from graphmem.embedding.wordpiece import open_wordpiece

TEXTS = [
    "An apple a day, isn't it?",
    "",
    "Müller's CAFÉ — naïve “quotes”… ½ ²",
    "東京に住んでいる 한국어 नमस्ते مرحبا",
    "👩‍👩‍👧 a\u00adb zero\u200bwidth \x00 \ufffd tab\there",
    "an icon \uf0e0 of a font",
    "[CLS] what was [SEP] said [mask]",
    "x" * 150,
    "word " * 600,
]


@pytest.mark.parametrize("text", TEXTS)
def test_the_tokens_are_those_of_berts_own_tokenizer(text: str) -> None:
    berts = tokenizers.BertWordPieceTokenizer(str(VOCABULARY), lowercase=True)
    berts.enable_truncation(256)
    assert open_wordpiece(VOCABULARY, 256)(text) == berts.encode(text).ids


def test_the_thread_that_loads_the_model_may_end_before_others_use_it() -> None:
    program = """
import threading
from graphmem.embedding import load_embedder
embedder = load_embedder("minilm")
for turn in range(6):
    thread = threading.Thread(target=lambda: [embedder.embed([f"hello {turn} {n}"]) for n in range(30)])
    thread.start()
    thread.join()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
