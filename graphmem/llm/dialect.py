"""What a server understands: the ways to ask for JSON, best first, and the parameters it takes.

A server that knows less says so with a 400. The dialect then drops what it objected to, and the client remembers.
One that passes over a schema in silence is known by its replies: they fit only when the schema is said in words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from graphmem.llm.exchange import Request
from graphmem.llm.schema import in_words, without_bounds

_SCHEMA, _BARE_SCHEMA, _JSON, _PLAIN = range(4)
_NOT_IN_NAMES = re.compile(r"[^a-zA-Z0-9_-]")
_FORMAT_WORDS = ("response_format", "response format", "schema", "json", "grammar", "strict", "format")
_TOO_LONG = ("context_length", "context length", "context size", "context window", "too long", "too many tokens")


@dataclass
class Post:
    """One request on its way: `body` are the arguments of a chat completion."""

    body: dict[str, Any]
    retries: int = 0


@dataclass(frozen=True)
class Dialect:
    """How to put a request to one server."""

    shape: int = _SCHEMA
    limit: str = "max_tokens"
    dropped: frozenset[str] = frozenset()
    in_words: bool = False
    """Whether the first message says the schema, whatever else does."""

    def body(self, request: Request) -> dict[str, Any]:
        """The request as the arguments of a chat completion."""
        parameters = {name: value for name, value in request.parameters.items() if name not in self.dropped}
        parameters[self.limit] = parameters.pop("max_tokens")
        body = {"model": request.model, "messages": self._messages(request), **parameters}
        return body | ({"response_format": shaped} if (shaped := self._response_format(request)) else {})

    def without(self, complaint: str, body: Mapping[str, Any]) -> Dialect | None:
        """The dialect that avoids what a server objected to in `body`; None when nothing can be avoided."""
        said = complaint.lower()
        if is_too_long(said):
            return None
        if "max_completion_tokens" in said and "max_tokens" in body:
            return replace(self, limit="max_completion_tokens")
        for name in ("temperature", "seed"):
            if name in said and name in body:
                return replace(self, dropped=self.dropped | {name})
        if self.shape < _PLAIN and any(word in said for word in _FORMAT_WORDS):
            return replace(self, shape=self._next_shape(body))
        return None

    def with_words(self) -> Dialect:
        """The dialect for a server that took no notice of a schema until it was said in words."""
        return replace(self, in_words=True)

    def _next_shape(self, body: Mapping[str, Any]) -> int:
        """A schema without bounds is worth a try only where there were any."""
        if self.shape == _SCHEMA:
            schema = body["response_format"]["json_schema"]["schema"]
            return _JSON if without_bounds(schema) == schema else _BARE_SCHEMA
        return self.shape + 1

    def _response_format(self, request: Request) -> dict[str, Any] | None:
        if self.shape == _PLAIN:
            return None
        if self.shape == _JSON:
            return {"type": "json_object"}
        schema = request.schema if self.shape == _SCHEMA else without_bounds(request.schema)
        return {
            "type": "json_schema",
            "json_schema": {"name": _NOT_IN_NAMES.sub("_", request.form)[:64], "strict": True, "schema": schema},
        }

    def _messages(self, request: Request) -> list[dict[str, str]]:
        """Where no schema is honoured, the first message says it: static text, which a prompt cache can hold."""
        messages = [dict(message) for message in request.messages]
        if self.in_words or self.shape >= _JSON:
            messages[0]["content"] += f"\n\n{in_words(request.schema)}"
        return messages


def is_too_long(complaint: str) -> bool:
    """Whether a server objects to the length of the prompt."""
    return any(words in complaint.lower() for words in _TOO_LONG)
