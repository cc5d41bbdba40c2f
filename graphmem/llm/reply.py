"""A form in a model's text: bare, fenced, wrapped, a little broken, in the midst of prose. Nothing is ever evaluated.

What a model thought is no answer: whatever stands in a thought, closed or not, is passed over. Of several answers the
last whole one counts; those before it are drafts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from pydantic import AliasChoices, BaseModel, ValidationError

from graphmem.llm.exchange import clip
from graphmem.protocols import Reply

_THOUGHT = r"(?:think|thinking|thought|thoughts|reasoning|analysis|reflection|scratchpad)"
_MARK = re.compile(
    rf"(?:<|◁|\[(?=/?think))(?P<slash>/?)(?:\w+:)?{_THOUGHT}(?:\s[^<>]{{0,80}})?[>▷\]]"  # <think> [/THINK] <a:think>
    r"|<\|(?P<edge>begin|start|end)_(?:of_)?th(?:ink|ought)\w*\|>"
    r"|(?:<\|channel\|>\s*|assistant)(?P<channel>analysis|commentary|final)(?-i:(?![a-z]))"  # gpt-oss
    r"|\A\s*(?P<bare>analysis)(?=\s?(?-i:[A-Z]))",
    re.IGNORECASE,
)
_DECLINES = re.compile(
    r"\W*(?:(?:i(?:['\u2019]m| am) )?(?:so |very )?sorry\b|i (?:can(?:no|['\u2019])t|won['\u2019]t)\b"
    r"|i(?:['\u2019]m| am) (?:unable|not able)|as an ai\b|unfortunately, i\b)",
    re.IGNORECASE,
)
_START = re.compile(r"""\{\s*(?:["'}]|\w+\s*:)|\[\s*(?:["'{[\]]|-?\d)""")
_BRACES = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|[{}[\]]', re.DOTALL)
"""Strings, so that braces in them are passed over; one that never ends runs to the end of the text."""
_DECODER = json.JSONDecoder(strict=False)
_NO_ANSWER = re.compile(rf"{_THOUGHT}|draft|example|schema", re.IGNORECASE)
"""Keys below which no answer is looked for."""
_DEPTH = 3
"""Wrappers around an answer at most."""
_LONGEST, _DEEPEST = 20_000, 500
"""Characters and brackets of a broken block at most: the time to repair one grows with their square."""


class Misfit(Exception):
    """A reply's text does not fit its form; the message says why, for the model to read."""


def read(text: str, form: type[Reply]) -> Reply:
    """The last whole answer in `text` that is a `form`, with a key of its own even if all have defaults.

    Raises `Misfit`.
    """
    why = ""
    for value in _answers(_unwrapped(text)):
        for candidate in _candidates(value, form, _DEPTH):
            try:
                made = form.model_validate_json(_json(_renamed(candidate, _names(form))))
            except ValidationError as error:
                why = why or _told(error)
                continue
            except RecursionError:
                continue
            if made.model_fields_set or not form.model_fields:
                return made
            why = why or f"it has none of the keys {', '.join(form.model_fields)}"
    raise Misfit(why or "it holds no JSON object")


def declines(text: str) -> bool:
    """Whether a model says that it will not answer."""
    return bool(_DECLINES.match(text))


def holds_thoughts(text: str) -> bool:
    """Whether some of `text` is marked as a thought, closed or not."""
    return any(True for _ in _marks(text))


def values(text: str) -> list[Any]:
    """Every outermost JSON object or array that is said in `text`, in order; slightly broken ones are repaired.

    'Sure: {"a": {"b": 1}} and {x}' -> [{"a": {"b": 1}}]
    """
    found = [_repaired(block) if value is None else value for value, block in _said(text)]
    return [value for value in found if value is not None]


def _unwrapped(text: str) -> str:
    """A text that is written as a string of JSON, or with its quotes as those of a web page, as it was meant."""
    if '"' not in text:
        text = text.replace("&quot;", '"')
    try:
        whole = json.loads(text) if text.lstrip()[:1] == '"' else text
    except ValueError:
        return text
    return whole if isinstance(whole, str) else text


def _answers(text: str) -> Iterator[Any]:
    """As `values`, the last first; numbers in brackets may be references and come after all else.

    Rows, each an array or an object by itself, are one array.
    """
    found = values(text)
    numbers = [value for value in found if _is_row(value, int)]
    others = [value for value in reversed(found) if not _is_row(value, int)]
    rows = [value for value in others if _is_row(value, str)]
    yield from [rows[::-1]] if len(rows) > 1 and len(rows) == len(others) else others
    yield from [others[::-1]] if len(others) > 1 and all(isinstance(each, dict) for each in others) else []
    yield from reversed(numbers)


def _is_row(value: Any, kind: type) -> bool:
    return isinstance(value, list) and all(isinstance(item, kind) for item in value)


def _said(text: str) -> list[tuple[Any, str]]:
    return [(value, piece[start:end]) for piece in _spoken(text) for start, end, value in _blocks(piece)]


def _spoken(text: str) -> list[str]:
    """The pieces of `text` outside of thoughts.

    A closing mark that nothing opened closes all before it, but for an answer that stands there alone.
    """
    pieces: list[str] = []
    alone, since, thinking = "", 0, False
    for start, end, opens in _marks(text):
        before = text[since:start]
        if opens and not thinking:
            pieces.append(before)
        elif not opens and not thinking:
            pieces, alone = [], before if before.strip()[:1] + before.strip()[-1:] == "{}" else ""
        thinking, since = opens, end
    if not thinking:
        pieces.append(text[since:])
    return [alone] if alone and not "".join(pieces).strip() else pieces


def _marks(text: str) -> Iterator[tuple[int, int, bool]]:
    """Start and end of each mark of a thought, and whether it opens one; those in the strings of JSON are none."""
    whole = iter([(start, end) for start, end, value in _blocks(text) if value is not None])
    start, end = next(whole, (len(text), len(text)))
    for mark in _MARK.finditer(text):
        while end <= mark.start() < len(text):
            start, end = next(whole, (len(text), len(text) + 1))
        if not start <= mark.start() < end:
            opens = not mark["slash"] if mark["slash"] is not None else False
            opens = opens or (mark["edge"] or "end").lower() != "end"
            opens = opens or (mark["channel"] or mark["bare"] or "").lower() == "analysis"
            yield mark.start(), mark.end(), opens


def _blocks(text: str) -> Iterator[tuple[int, int, Any]]:
    """Start and end of each outermost block of braces that closes, and what it holds; None when it is broken.

    What stands inside a broken or unfinished block is not taken for the whole.
    """
    position = 0
    while match := _START.search(text, position):
        start = match.start()
        try:
            value, position = _DECODER.raw_decode(text, start)
        except (ValueError, RecursionError):
            value, position, closed = None, *_end_of_block(text, start)
            if not closed:
                return
        yield start, position, value


def _end_of_block(text: str, start: int) -> tuple[int, bool]:
    """Where the block that opens at `start` ends, and whether it does; if not, at the end of the text."""
    depth = 0
    for match in _BRACES.finditer(text, start):
        depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(match.group(), 0)
        if depth == 0:
            return match.end(), True
    return len(text), False


def _repaired(block: str) -> Any:
    """What a broken block was meant to hold: a comma too many, a wrong escape, quotes of another kind; or None."""
    if len(block) > _LONGEST or block.count("{") + block.count("[") > _DEEPEST:
        return None
    from json_repair import loads

    try:
        return loads(block, skip_json_loads=True) or None
    except (ValueError, RecursionError):
        return None


def _candidates(value: Any, form: type[BaseModel], depth: int) -> Iterator[dict[str, Any]]:
    """What of `value` may be a `form`: itself, what it wraps ({"result": {...}}), or a form made of a bare array."""
    if isinstance(value, dict):
        yield value
        for key, inner in reversed(value.items()):
            inner = _unpacked(inner)
            wraps = isinstance(inner, dict) or (isinstance(inner, list) and len(value) == 1)
            if depth and wraps and not _NO_ANSWER.search(key):
                yield from _candidates(inner, form, depth - 1)
    elif isinstance(value, list):
        for item in reversed(value):
            if depth and isinstance(item, dict):
                yield from _candidates(item, form, depth - 1)
        yield from ({name: value} for name in _lists(form))


def _unpacked(value: Any) -> Any:
    """A tool's arguments are JSON written in a string."""
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        return next((found for _, _, found in _blocks(value)), None)
    return value


@lru_cache(maxsize=64)
def _names(form: type[BaseModel]) -> Mapping[str, str]:
    """The keys of a form and of the forms in it, by what is left of them without case and punctuation."""
    schema = form.model_json_schema()
    named = [name for part in (schema, *schema.get("$defs", {}).values()) for name in part.get("properties", ())]
    aliases = [field.validation_alias for field in form.model_fields.values()]
    named += [str(name) for alias in aliases if isinstance(alias, AliasChoices) for name in alias.choices]
    return {_squashed(name): name for name in named}


@lru_cache(maxsize=64)
def _lists(form: type[BaseModel]) -> tuple[str, ...]:
    """The keys of a form that hold lists, in order."""
    properties = form.model_json_schema().get("properties", {})
    return tuple(name for name, part in properties.items() if part.get("type") == "array")


def _squashed(key: str) -> str:
    return re.sub(r"[\W_]", "", key).casefold()


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    """`value` with its keys written as the form writes them: "subGoals" and "SUB-GOALS" are "sub_goals"."""
    if isinstance(value, list):
        return [_renamed(item, names) for item in value]
    if not isinstance(value, dict):
        return value
    named = {key: names.get(_squashed(key), key) for key in value}
    return {
        key if named[key] != key and named[key] in value else named[key]: _renamed(inner, names)
        for key, inner in value.items()
    }


def _json(value: Any) -> bytes:
    """Halves of surrogate pairs, which no parser takes, become "?"."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")


def _told(error: ValidationError) -> str:
    """The first faults as lines of "where: what"."""
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    lines = [f"{'.'.join(map(str, fault['loc'])) or 'the object'}: {fault['msg']}" for fault in faults[:5]]
    return clip("; ".join(lines), 600)
