"""BERT's lower-case WordPiece of a `vocab.txt`, by kitoken: a small library that brings no other with it."""

from __future__ import annotations

import importlib
import json
import re
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any


def open_wordpiece(vocabulary: Path, tokens: int) -> Callable[[str], list[int]]:
    """Text -> the ids of its tokens, at most so many `tokens` with the two that stand around each text."""
    from kitoken import Kitoken

    ids = {token: place for place, token in enumerate(vocabulary.read_text(encoding="utf-8").rstrip("\n").split("\n"))}
    first, last = ids["[CLS]"], ids["[SEP]"]
    encoder = Kitoken.from_tokenizers(json.dumps(_definition(ids)).encode())
    return lambda text: [first, *encoder.encode(_PRIVATE.sub("", text), True)[: tokens - 2], last]


def import_for_good() -> None:
    """Import kitoken, if it is there, in a thread that does not end: when that has ended, its use is a crash."""
    if "kitoken" in sys.modules or threading.current_thread() is threading.main_thread():
        return
    imported = threading.Event()

    def stay() -> None:
        with suppress(ImportError):  # told by the import that follows
            importlib.import_module("kitoken")
        imported.set()
        threading.Event().wait()

    threading.Thread(target=stay, name="kitoken", daemon=True).start()
    imported.wait()


def _definition(ids: dict[str, int]) -> dict[str, Any]:
    """The tokenizer as a `tokenizer.json` has it."""
    whole = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    special = [{"id": ids[token], "content": token, **whole} for token in _SPECIAL if token in ids]
    return {
        "version": "1.0",
        "added_tokens": special,
        "normalizer": {
            "type": "BertNormalizer",
            "clean_text": True,
            "handle_chinese_chars": True,
            "strip_accents": None,
            "lowercase": True,
        },
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "model": {
            "type": "WordPiece",
            "unk_token": "[UNK]",
            "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100,
            "vocab": ids,
        },
    }


_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
_PRIVATE = re.compile("[\ue000-\uf8ff]")  # an icon font's, which BERT's own tokenizer leaves out
