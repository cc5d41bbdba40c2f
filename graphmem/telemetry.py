"""A span for each operation on a memory, where OpenTelemetry's API is installed; nothing otherwise.

Spans and attributes are named as the GenAI semantic conventions name memory operations: `search_memory`,
`create_memory`, `update_memory` and `delete_memory`, with `gen_ai.memory.store.id` (the memory's place and namespace)
and `gen_ai.memory.record.count` (of facts and episodes). What was asked, stored and found is told only when
`OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT` is "true".
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from functools import cache, wraps
from types import ModuleType
from typing import Any, Concatenate, Literal, ParamSpec, TypeVar
from urllib.parse import urlsplit

from graphmem.records import Entity, Episode, Fact, Forgotten, Learned, Recollection

CAPTURE = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"

Operation = Literal["search_memory", "create_memory", "update_memory", "delete_memory"]
P = ParamSpec("P")
R = TypeVar("R")
V = TypeVar("V")


def place(location: object, namespace: str) -> str:
    """The id of a memory in traces: where it is, without a password, and its namespace."""
    if not isinstance(location, str | os.PathLike):
        return f"{type(location).__name__}#{namespace}"
    text = str(location)
    if "://" in text:
        parts = urlsplit(text)
        text = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    return f"{text}#{namespace}"


@cache
def _api() -> ModuleType | None:
    try:
        from opentelemetry import trace
    except ImportError:
        return None
    return trace


def traced(operation: Operation) -> Callable[[Callable[Concatenate[V, P], R]], Callable[Concatenate[V, P], R]]:
    """A method of a memory, with a span around each call."""

    def around(method: Callable[Concatenate[V, P], R]) -> Callable[Concatenate[V, P], R]:
        @wraps(method)
        def call(self: V, /, *args: P.args, **kwargs: P.kwargs) -> R:
            if (trace := _api()) is None:
                return method(self, *args, **kwargs)
            with trace.get_tracer("graphmem").start_as_current_span(
                operation,
                attributes={"gen_ai.operation.name": operation, "gen_ai.memory.store.id": getattr(self, "_place", "")},
                record_exception=False,  # its text may repeat what was asked or stored
                set_status_on_exception=False,
            ) as span:
                try:
                    result = method(self, *args, **kwargs)
                except Exception as error:
                    span.set_attribute("error.type", type(error).__name__)
                    span.set_status(trace.StatusCode.ERROR)
                    raise
                if span.is_recording():
                    span.set_attributes(_of(result))
                    if operation == "search_memory" and _texts_wanted():
                        span.set_attribute("gen_ai.memory.query.text", str(args[0] if args else kwargs.get("query")))
                return result

        return call

    return around


def _texts_wanted() -> bool:
    return os.environ.get(CAPTURE, "").strip().casefold() == "true"


def _of(result: object) -> dict[str, Any]:
    """The attributes that tell of a result."""
    if isinstance(result, int):
        return {"gen_ai.memory.record.count": result}
    if isinstance(result, Forgotten):
        return {"gen_ai.memory.record.count": result.episodes}
    records = _records(result)
    attributes: dict[str, Any] = {"gen_ai.memory.record.count": len(records)}
    if isinstance(result, Learned):
        attributes["gen_ai.memory.record.id"] = result.episode.id
    if _texts_wanted():
        attributes["gen_ai.memory.records"] = json.dumps([_told(each) for each in records], ensure_ascii=False)
    return attributes


def _told(record: Fact | Episode | Entity) -> dict[str, str]:
    if isinstance(record, Entity):
        return {"id": record.key, "content": ", ".join((record.name, *record.aliases))}
    return {"id": record.id, "content": record.text if isinstance(record, Episode) else str(record)}


def _records(result: object) -> Sequence[Fact | Episode | Entity]:
    """The records that were found, stored or changed."""
    match result:
        case Recollection():
            return (*result.facts, *result.episodes)
        case Learned():
            return (result.episode, *result.asserted)
        case Entity():
            return (result,)
        case list():
            return [record for each in result for record in _records(each)]
    return ()
