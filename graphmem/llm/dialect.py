"""What a server understands: the ways to ask for JSON, best first, the parameters it takes, the roles it knows.

A server that knows less says so with a 400 or its like. The dialect then drops what it objected to, and the client
remembers. Where it does not say to what, the parameters that can be spared go one by one. One that passes over a schema
in silence is known by its replies: they fit only when the schema is said in words.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Any

from pydantic import BaseModel

from graphmem.llm.exchange import Request, followed, text_of

_SCHEMA, _BARE_SCHEMA, _JSON, _PLAIN = range(4)
_NOT_IN_NAMES = re.compile(r"[^a-zA-Z0-9_-]")
_SPARED = ("stream_options", "seed", "reasoning_effort", "temperature", "stream")
"""Parameters that a request does without, the least missed first."""
_FORMAT = re.compile(r"response.?format|schema|json|grammar|structured|strict|format")
_TOO_LONG = re.compile(
    r"context.?(length|size|window)|too long|too many tokens|max_model_len|(less|fewer) than \d+ tokens"
)
_LIMITS_REPLY = re.compile(r"max_(completion_|new_)?tokens|output tokens|tokens? in the completion|in the completion")
_COMPARES = re.compile(
    r"too (large|high|big)|at most|less than|greater than|exceed|maximum|must be|<|>|up to|requested"
)
_SHARED = re.compile(r"context|input|prompt|messages|max_model_len")
_ROLES = re.compile(
    r"\b(system|developer)\b.{0,40}\b(role|message|instruction|prompt)"
    r"|\brole\b.{0,60}\b(system|developer)\b|roles? must alternate|\balternat(e|ing)\b.{0,30}\buser\b"
)
_NO_MODEL = re.compile(
    r"\bmodel\b.{0,80}(not found|not exist|unavailable|decommission|deprecat|retired|no longer)"
    r"|(unknown|invalid|no such) model"
)
_OTHERWISE = re.compile(
    r"api[ _-]?key|unauthori[sz]ed|authenticat|credential|billing|\bcredits?\b|quota|balance|" + _NO_MODEL.pattern
)
_IMAGES = re.compile(r"image|\bvision\b|multi-?modal|\bcontent\b.{0,80}\b(string|str|list|array)\b")
_FEWEST = 16
"""Tokens of a reply below which none is worth asking for."""
_MORE = 4
"""Times the room that a model gets whose thoughts filled what it had."""

Way = Callable[["Dialect"], "Dialect"]


@dataclass(frozen=True)
class Dialect:
    """How to put a request to one server."""

    shape: int = _SCHEMA
    limit: str = "max_tokens"
    dropped: frozenset[str] = frozenset()
    in_words: bool = False
    """Whether the first message says the schema, whatever else does."""
    system: bool = True
    """Whether there is a role for what the system says; else the user says it."""
    most: int | None = None
    """Tokens of any reply at most, as far as the server told."""
    room: int | None = None
    """The same for the prompt at hand."""
    more: int = 1
    """Times the tokens asked for, where a model thinks first."""

    def body(self, request: Request) -> dict[str, Any]:
        """The request as the arguments of a chat completion."""
        parameters = {"stream": True, "stream_options": {"include_usage": True}, **request.parameters}
        asked = parameters.pop("max_tokens") * self.more
        body = {"model": request.model, "messages": self._messages(request)}
        body |= {name: value for name, value in parameters.items() if name not in self.dropped}
        body[self.limit] = min(filter(None, (asked, self.most, self.room)))
        return body | ({"response_format": shaped} if (shaped := self._response_format(request)) else {})

    def without(self, complaint: str, body: Mapping[str, Any]) -> Dialect | None:
        """The dialect that avoids what a server objected to in `body`; None when it named nothing to avoid."""
        said = complaint.lower()
        if limits_reply(said) and (shorter := self._shorter(said, body)):
            return shorter
        if is_otherwise(said):
            return None
        if self.system and _ROLES.search(said):
            return replace(self, system=False)
        if self.limit == "max_tokens" and re.search(r"\bmax_(completion_)?tokens\b", said) and not limits_reply(said):
            return replace(self, limit="max_completion_tokens")
        for name in _SPARED:
            if name in body and _names(name, said):
                return self._spared(name)
        if self.shape < _PLAIN and _FORMAT.search(said):
            return replace(self, shape=self._next_shape(body))
        return None

    def guesses(self, body: Mapping[str, Any]) -> Iterator[Way]:
        """What a server may have objected to in `body` without saying so, the least missed first."""
        for name in _SPARED[:-1]:
            if name in body:
                yield partial(Dialect._spared, name=name)
        for shape in range(self._next_shape(body), _PLAIN + 1) if self.shape < _PLAIN else ():
            yield partial(replace, shape=shape)
        if self.limit == "max_tokens":
            yield partial(replace, limit="max_completion_tokens")
        if self.system and any(message["role"] == "system" for message in body["messages"]):
            yield partial(replace, system=False)
        if "stream" in body:
            yield partial(Dialect._spared, name="stream")

    def with_words(self) -> Dialect:
        """The dialect for a server that took no notice of a schema until it was said in words."""
        return replace(self, in_words=True)

    def with_more_room(self) -> Dialect:
        """The dialect for a model that thinks before it answers."""
        return replace(self, more=_MORE)

    def kept(self) -> Dialect:
        """What of it holds for another prompt, too."""
        return replace(self, room=None)

    def _spared(self, name: str) -> Dialect:
        both = {"stream", "stream_options"} if name == "stream" else {name}
        return replace(self, dropped=self.dropped | both)

    def _shorter(self, said: str, body: Mapping[str, Any]) -> Dialect | None:
        """With as long a reply as the server's numbers allow: a bound of its own, or what a prompt leaves free."""
        limit: int = body[self.limit]
        numbers = {int(number) for number in re.findall(r"(?<![\w.])\d{2,9}(?![\w.]*\w)", said)}
        bounds = [number for number in numbers if _FEWEST <= number < limit]
        left = [one - other for one in numbers for other in numbers if _FEWEST <= one - other < limit]
        if bounds and not _SHARED.search(said):
            return replace(self, most=max(bounds))
        if left:
            return replace(self, room=max(left))
        return replace(self, room=limit // 2) if "too large" in said and limit // 2 >= _FEWEST else None

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

    def _messages(self, request: Request) -> list[dict[str, Any]]:
        """Where no schema is honoured, the first message says it: static text, which a prompt cache can hold."""
        messages = [dict(message) for message in request.messages]
        if self.in_words or self.shape >= _JSON:
            messages[0]["content"] = followed(messages[0]["content"], in_words(request.schema))
        return messages if self.system else _by_turns(messages)


def is_too_long(complaint: str) -> bool:
    """Whether a server objects to the length of the prompt."""
    return bool(_TOO_LONG.search(complaint.lower()))


def takes_no_model(complaint: str) -> bool:
    """Whether a server does not know the model, or no longer."""
    return bool(_NO_MODEL.search(complaint.lower()))


def takes_no_images(complaint: str) -> bool:
    """Whether a server objects to the images in a request: its model reads texts only."""
    return bool(_IMAGES.search(complaint.lower()))


def limits_reply(complaint: str) -> bool:
    """Whether a server objects to the length that a reply may have."""
    said = complaint.lower()
    return bool(_LIMITS_REPLY.search(said) and _COMPARES.search(said) and re.search(r"\d", said))


def is_otherwise(complaint: str) -> bool:
    """Whether a server objects to something that no other way to ask would mend: the prompt, the key, the model."""
    return is_too_long(complaint) or bool(_OTHERWISE.search(complaint.lower()))


def _names(name: str, said: str) -> bool:
    """Whether a parameter is named in a complaint, be it as a word."""
    words = {"stream": r"\bstream(ing)?\b", "reasoning_effort": r"\breasoning.effort\b|\bthinking\b"}
    return bool(re.search(words.get(name, rf"\b{name}\b"), said))


def _together(one: Any, other: Any) -> Any:
    """The contents of two messages as that of one."""
    return followed(one, other) if isinstance(other, str) else [{"type": "text", "text": text_of(one)}, *other]


def _by_turns(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same said by user and assistant in turn."""
    turns: list[dict[str, Any]] = []
    for message in messages:
        role = "user" if message["role"] == "system" else message["role"]
        if turns and turns[-1]["role"] == role:
            turns[-1]["content"] = _together(turns[-1]["content"], message["content"])
        else:
            turns.append({"role": role, "content": message["content"]})
    return turns


# A pydantic model as a JSON Schema that servers accept, and in words for those that accept none

_NOISE = {"title", "default", "examples", "discriminator", "uniqueItems"}
_BOUNDS = {
    *("minLength", "maxLength", "pattern", "format"),
    *("minItems", "maxItems"),
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
}
_MAPS = {"properties", "$defs"}
_LITERALS = {"enum", "const", "required"}


@lru_cache(maxsize=64)
def strict_schema(form: type[BaseModel]) -> dict[str, Any]:
    """The JSON Schema of `form` for strict structured output: every property required, no other allowed."""
    strict: dict[str, Any] = _strict(form.model_json_schema())
    return strict


def without_bounds(schema: Any) -> Any:
    """`schema` without lengths, ranges and patterns, which some servers refuse."""
    return _without(schema, _BOUNDS)


def in_words(schema: dict[str, Any]) -> str:
    """`schema` as an instruction to a model."""
    return (
        "Reply with one JSON object that fits this JSON Schema, and with nothing else:\n"
        f"{json.dumps(schema, ensure_ascii=False, separators=(',', ':'))}"
    )


def _strict(node: Any) -> Any:
    """Also: a `$ref` stands alone, and `oneOf` is `anyOf`; strict mode knows no other."""
    if isinstance(node, list):
        return [_strict(item) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return {"$ref": node["$ref"]}
    kept = {("anyOf" if key == "oneOf" else key): value for key, value in node.items() if key not in _NOISE}
    made = {key: _inside(key, value, _strict) for key, value in kept.items()}
    if "properties" in made:
        made |= {"required": list(made["properties"]), "additionalProperties": False}
    return made


def _without(node: Any, unwanted: set[str]) -> Any:
    if isinstance(node, list):
        return [_without(item, unwanted) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: _inside(key, value, lambda inner: _without(inner, unwanted))
        for key, value in node.items()
        if key not in unwanted
    }


def _inside(key: str, value: Any, change: Any) -> Any:
    """`change` applied to the schemas below `key`: a property's name is no keyword, a literal no schema."""
    if key in _LITERALS:
        return value
    if key in _MAPS:
        return {name: change(schema) for name, schema in value.items()}
    return change(value)
