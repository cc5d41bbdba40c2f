"""Names, triples and numbers in a model's reply, read for what they mean where they are not quite in their form.

A server that holds a model to a JSON Schema needs none of this. Others let through a triple with a comma too many, an
object in place of a list, a number too few: one slip must not cost the rest of the reply.
"""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

_PARTS = (
    (
        "subject",
        "subj",
        "s",
        "source",
        "src",
        "head",
        "from",
        "start",
        "entity1",
        "node1",
        "arg1",
        "entity",
        "topic",
        "name",
    ),
    (
        "relation",
        "relationship",
        "rel",
        "r",
        "predicate",
        "pred",
        "p",
        "property",
        "edge",
        "link",
        "label",
        "type",
        "relationtype",
        "relationshiptype",
        "edgetype",
        "verb",
        "attribute",
    ),
    (
        "object",
        "obj",
        "o",
        "target",
        "tgt",
        "dst",
        "destination",
        "tail",
        "to",
        "end",
        "value",
        "entity2",
        "node2",
        "arg2",
    ),
)
"""What graphs call the parts of a triple."""
_NUMBERED = re.compile(r"\W*(?:(?:source|episode|fact|number|no)s?\b)?\W*(\d{1,4})\b", re.IGNORECASE)
_NAMES = ("name", "label", "text", "value", "id", "type")
"""What a part calls its name that is an object itself."""
_BETWEEN = re.compile(r" ?\| ?|\t| ?(?:-{1,2}|=)> ?| ?\u2192 ?")
"""What may stand between the parts of a triple that is one text."""
_AFTER = re.compile(r"(?<=\w)(?:entity|node|name|text)$")
"""What may follow the name of a part: "source_node", "headEntity"."""


def cut(length: int) -> BeforeValidator:
    """Beside a bound that the model is told of: what is longer all the same is cut, not refused."""
    return BeforeValidator(lambda given: given[:length] if isinstance(given, str | list) else given)


def listed() -> BeforeValidator:
    """A list written as an object, or as one text with lines or semicolons, is taken for what it means."""
    return BeforeValidator(_list)


def _list(given: Any) -> Any:
    if isinstance(given, str):
        return [part.strip() for part in re.split(r"[;\n]", given) if part.strip()]
    return list(given.values()) if isinstance(given, dict) else given or []


def _or(instead: Any) -> WrapValidator:
    """What cannot be read is taken for `instead`, which the reader counts and does not use."""

    def read(given: Any, handler: ValidatorFunctionWrapHandler) -> Any:
        try:
            return handler(given)
        except ValidationError:
            return instead

    return WrapValidator(read)


def _three(given: Any) -> Any:
    """A triple written as one text, as an object, or whose object holds commas, is taken for what it means."""
    parts = _parts(given)
    if not isinstance(parts, list):
        return parts
    if len(parts) == 4 and isinstance(parts[3], float):  # how sure it is
        parts = parts[:3]
    texts = [str(part).lower() if isinstance(part, int | float) else _called(part) for part in parts]
    if len(texts) > 3 and all(isinstance(part, str) for part in texts):
        return [*texts[:2], ", ".join(texts[2:])]
    return texts


def _parts(given: Any) -> Any:
    if isinstance(given, str):
        mark = _BETWEEN.search(given)
        return [part.strip(" \"'*`") for part in given.strip(" ()<>[]").split(mark[0] if mark else ",")]
    if isinstance(given, list | dict) and len(given) == 1:
        inner = next(iter(given.values() if isinstance(given, dict) else given))
        return _parts(inner) if isinstance(inner, list | dict) else given
    return _by_name(given) if isinstance(given, dict) else given


def _called(part: Any) -> Any:
    """The name of a part that is an object: {"name": "Ana", "type": "person"} -> "Ana"; or its several texts."""
    if isinstance(part, list) and part and all(isinstance(each, str) for each in part):
        return ", ".join(part)
    return next((part[name] for name in _NAMES if name in part), part) if isinstance(part, dict) else part


def _by_name(given: dict[str, Any]) -> list[Any]:
    """The parts of an object by their names or numbers, whatever their order; none when a name is not known."""
    if len(given) == 3 and all(str(key).isdecimal() for key in given):
        return [given[key] for key in sorted(given, key=int)]
    named = {re.sub(r"[\W_]", "", str(key)).casefold(): part for key, part in given.items()}
    named = {_AFTER.sub("", key): part for key, part in named.items()} | named
    found = [next((named[name] for name in names if name in named), None) for names in _PARTS]
    return [] if None in found else found


def _rows(given: Any) -> Any:
    """One triple in place of a list of them: ["Ana", "lives in", "Leeds"]."""
    bare = isinstance(given, list) and len(given) == 3 and all(isinstance(part, str) for part in given)
    return [given] if bare and not any(re.search(rf",|{_BETWEEN.pattern}", part) for part in given) else given


def _some_whole(triples: list[list[str]]) -> list[list[str]]:
    if triples and not any(triples):
        raise ValueError("no triple has three parts, each a text")
    return triples


def _number(given: Any) -> Any:
    """A number written with words or marks around it, or as an object: "[2]", "Source 2", {"id": 2} -> 2."""
    given = next(iter(given.values()), given) if isinstance(given, dict) else given
    found = _NUMBERED.match(given) if isinstance(given, str) else None
    return int(found[1]) if found else given


def _each(given: Any) -> Any:
    """Several numbers in one text, or one alone, are a list."""
    if isinstance(given, str):
        return re.split(r"[,;\n]", given)
    return [given] if isinstance(given, int) and not isinstance(given, bool) else given


Name = Annotated[str, cut(600), Field(min_length=1, max_length=600)]
Line = Annotated[str, cut(300), Field(max_length=300)]
TripleReply = Annotated[list[Name], BeforeValidator(_three), Field(min_length=3, max_length=3), _or([])]
"""Three parts, or none when it cannot be read."""
Triples = Annotated[
    list[TripleReply],
    Field(json_schema_extra={"maxItems": 40}),
    listed(),
    BeforeValidator(_rows),
    AfterValidator(_some_whole),
]
"""The model is told of a bound, so that it does not ramble; what it says beyond that is read all the same."""
Description = Annotated[str, cut(4000), Field(max_length=4000), _or("")]
Descriptions = Annotated[list[Description], Field(json_schema_extra={"maxItems": 40}), listed()]
"""What is seen in each of some images; nothing where one cannot be read."""
Numbers = Annotated[
    list[Annotated[int, BeforeValidator(_number), _or(0)]],
    cut(20),
    Field(max_length=20),
    listed(),
    BeforeValidator(_each),
]
"""Numbers from 1, of facts; 0 where one cannot be read."""
