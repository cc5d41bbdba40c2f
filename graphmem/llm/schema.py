"""A pydantic model as a JSON Schema that servers accept, and in words for those that accept none."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from pydantic import BaseModel

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
