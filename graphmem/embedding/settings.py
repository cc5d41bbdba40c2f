"""How a model wants its texts: a prompt before questions and before what may answer them, how its tokens are pooled,
and how many of them it takes.

What the files in its folder say goes first, as Sentence Transformers writes them; then what is known of its family.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from graphmem.errors import ModelUnavailable

PROMPTS = "config_sentence_transformers.json"
LENGTH = "sentence_bert_config.json"
POOLING = "1_Pooling/config.json"
FILES = (PROMPTS, LENGTH, POOLING)
MOST_TOKENS = 512  # longer texts have passages with vectors of their own

Pooling = Literal["mean", "cls"]


@dataclass(frozen=True, slots=True)
class Settings:
    """The prompts before a question and before a passage, the pooling, and at how many tokens a text is cut."""

    query: str = ""
    passage: str = ""
    pooling: Pooling = "mean"
    tokens: int = 256

    @property
    def mark(self) -> str:
        """What a name needs beside the model's file, as "+passage: 512"; nothing for a plain model of 256 tokens."""
        return "" if (self.passage, self.tokens) == ("", 256) else f"+{self.passage}{self.tokens}"


PLAIN = Settings()
_SEARCH = "Represent this sentence for searching relevant passages: "

# Of each family: the part of a name that tells it, and what its makers say, but do not write into its files.
_FAMILIES = {
    r"bge-(small|base|large)-en": Settings(_SEARCH, "", "cls", 512),
    r"arctic-embed": Settings(_SEARCH, "", "cls", 512),
    r"\be5-(small|base|large)(?!-instruct)": Settings("query: ", "passage: ", "mean", 512),
    r"nomic-embed-text": Settings("search_query: ", "search_document: ", "mean", 512),
}


def settings_of(folder: Path, name: str) -> Settings:
    """The settings of the model called `name` in `folder`. Raises `ModelUnavailable` when a file cannot be used."""
    found = next((each for family, each in _FAMILIES.items() if re.search(family, name.casefold())), PLAIN)
    prompts = _read(folder / PROMPTS).get("prompts") or {}
    tokens = _read(folder / LENGTH).get("max_seq_length") or found.tokens
    return replace(
        found,
        query=prompts.get("query", found.query),
        passage=prompts.get("passage", prompts.get("document", found.passage)),
        pooling=_pooling(folder, found.pooling),
        tokens=min(int(tokens), MOST_TOKENS),
    )


def _pooling(folder: Path, known: Pooling) -> Pooling:
    config = _read(folder / POOLING)
    if not config:
        return known
    if config.get("pooling_mode_cls_token") or config.get("pooling_mode") == "cls":
        return "cls"
    if config.get("pooling_mode_mean_tokens", "pooling_mode" not in config) or config.get("pooling_mode") == "mean":
        return "mean"
    raise ModelUnavailable(f"{folder}: pools neither by mean nor by first token; use another model")


def _read(path: Path) -> Mapping[str, Any]:
    try:
        found: Any = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise ModelUnavailable(f"{path}: no JSON ({error}); copy the model's own") from error
    if not isinstance(found, dict):
        raise ModelUnavailable(f"{path}: no JSON object; copy the model's own")
    return found
