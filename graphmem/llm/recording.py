"""Exchanges with a model in a file of JSON Lines, so that a run can be repeated without paying.

A line holds a request (model, messages, form, schema, parameters), a hash of it as `key`, its purpose, and the answer.
No key of an API and no header is ever in reach of this module.
"""

from __future__ import annotations

import difflib
import json
import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from threading import Lock
from typing import Any

from graphmem.errors import InputError, NotRecorded
from graphmem.files import check_no_memory
from graphmem.llm.exchange import Answer, Request, clip, text_of

log = logging.getLogger(__name__)

_DIFF = 24
"""Lines of a difference that an error shows."""


class Recorder:
    """Appends every exchange to a file, at once: a killed run loses at most its last line."""

    def __init__(self, path: str | Path) -> None:
        self._lock = Lock()
        try:
            check_no_memory(Path(path))
            self._file = open(path, "ab+")  # noqa: SIM115 - closed by close()
        except OSError as error:
            raise InputError(f"cannot record to {path}: {error.strerror}") from None
        self._end_half_line()

    def add(self, request: Request, answer: Answer) -> None:
        entry = {
            "key": request.key,
            "purpose": request.purpose,
            "request": request.content,
            "answer": asdict(answer),
        }
        line = json.dumps(entry, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
        with self._lock:
            self._file.write(line)
            self._file.flush()

    def close(self) -> None:
        with self._lock:
            self._file.close()

    def _end_half_line(self) -> None:
        """What a killed run left half written must not swallow the next line."""
        if self._file.tell():
            self._file.seek(-1, 2)
            if self._file.read() != b"\n":
                self._file.write(b"\n")


class Replayer:
    """Answers from a recording, and never from anywhere else.

    A request that was recorded several times gets its answers in that order, and the last one from then on.
    """

    def __init__(self, path: str | Path) -> None:
        self._path = path
        self._requests: dict[str, dict[str, Any]] = {}
        self._answers: dict[str, list[Answer]] = defaultdict(list)
        self._lock = Lock()
        for entry in _entries(Path(path)):
            self._requests[entry["key"]] = entry
            self._answers[entry["key"]].append(Answer(**entry["answer"]))

    def answer(self, request: Request) -> Answer:
        """Raises `NotRecorded`, which shows how `request` differs from the nearest one that was recorded."""
        with self._lock:
            answers = self._answers.get(request.key)
            if answers is None:
                raise NotRecorded(self._unknown(request))
            return answers.pop(0) if len(answers) > 1 else answers[0]

    def _unknown(self, request: Request) -> str:
        asked = _lines(request.content["messages"])
        first = clip(text_of(request.messages[-1]["content"]).strip().partition("\n")[0], 100)
        told = f"{self._path} holds no answer to this request ({request.purpose}: {first!r})"
        nearest = self._nearest(request, asked)
        if nearest is None:
            return f"{told}: the recording is empty"
        return f"{told}; from the nearest one it differs {_difference(nearest, request.content, asked)}"

    def _nearest(self, request: Request, asked: Sequence[str]) -> dict[str, Any] | None:
        def likeness(entry: dict[str, Any]) -> tuple[bool, float]:
            matcher = difflib.SequenceMatcher(None, _lines(entry["request"]["messages"]), asked, autojunk=False)
            return entry["purpose"] == request.purpose, matcher.ratio()

        entry = max(self._requests.values(), key=likeness, default=None)
        return entry and entry["request"]


def _entries(path: Path) -> Iterator[dict[str, Any]]:
    """The whole lines of a recording; a half line, as a killed run leaves, is said and left out."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise InputError(f"cannot replay {path}: {error.strerror}") from None
    for number, line in enumerate(lines, 1):
        try:
            entry = json.loads(line)
            entry["key"], entry["purpose"], entry["request"]["messages"], Answer(**entry["answer"])
            yield entry
        except (ValueError, KeyError, TypeError):
            if line.strip():
                log.warning("line %d of %s is no whole exchange and is left out", number, path)


def _lines(messages: Sequence[dict[str, Any]]) -> list[str]:
    return [line for message in messages for line in f"[{message['role']}]\n{text_of(message['content'])}".splitlines()]


def _difference(held: dict[str, Any], asked: dict[str, Any], lines: Sequence[str]) -> str:
    """The names of the parts that differ, and a short diff of the messages."""
    parts = [name for name in ("model", "form", "schema", "parameters") if held[name] != asked[name]]
    diff = list(difflib.unified_diff(_lines(held["messages"]), lines, "recorded", "asked", lineterm="", n=1))
    shown = [clip(line, 200) for line in diff[:_DIFF]] + (["…"] if len(diff) > _DIFF else [])
    return f"in {', '.join(parts + ['messages'] * bool(diff))}" + "".join(f"\n{line}" for line in shown)
