"""What comes in from outside, checked: a clear error, or a value that every store can hold."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sized
from dataclasses import fields
from datetime import datetime
from inspect import signature
from os import PathLike, fspath
from typing import Any, TypeVar, cast

from graphmem import images
from graphmem.errors import InputError
from graphmem.protocols import Embedder, Extractor, Store
from graphmem.records import MOST, Observation, Triple

T = TypeVar("T")


def text(what: str, given: object) -> str:
    """`given` as a text that is not empty; what no file can hold (halves of surrogate pairs, NUL) is replaced."""
    if not isinstance(given, str) or not given.strip():
        raise InputError(f"{what} must be a text that is not empty, not {given!r:.80}")
    return clean(given)


def clean(given: str) -> str:
    """`given` without halves of surrogate pairs and NUL, each replaced by `?` or `�`."""
    plain = given if given.isascii() else given.encode("utf-8", "replace").decode("utf-8")
    return plain.replace("\0", "\ufffd")


def whole(what: str, given: object, least: int) -> int:
    """`given` as a whole number from `least` to `MOST`."""
    if not isinstance(given, int) or isinstance(given, bool) or not least <= given <= MOST:
        raise InputError(f"{what} must be a whole number, {least} or more, not {given!r:.80}")
    return given


def moment(given: object) -> datetime | None:
    """`given` as a date and time, or None."""
    if given is not None and not isinstance(given, datetime):
        raise InputError(f"time must be a datetime, not {given!r:.80}")
    return given


def some_moment(given: object) -> datetime:
    """`given` as a date and time: a datetime, or a text such as "2024-05-17" or "2024-05-17T09:30"."""
    if isinstance(given, datetime):
        return given
    if isinstance(given, str):
        return _read(given)
    raise InputError(f"a moment is a datetime, or a text such as 2024-05-17T09:30, not {given!r:.80}")


def metadata(given: object) -> dict[str, Any]:
    """A copy of `given` as JSON holds it."""
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise InputError(f"metadata must be a mapping of names to values, not {given!r:.80}")
    try:
        made = json.loads(clean(json.dumps(dict(given), allow_nan=False, ensure_ascii=False)))
    except (TypeError, ValueError, RecursionError) as error:
        raise InputError(f"metadata must be what JSON can hold: {error}") from error
    return dict(made)


def triple(given: Triple | tuple[str, str, str]) -> Triple:
    """`given` as a triple of three texts, each on one line."""
    if isinstance(given, Triple):
        parts: tuple[object, ...] = (given.subject, given.relation, given.object)
    else:
        parts = tuple(given) if isinstance(given, tuple | list) else ()
    if len(parts) != 3 or not all(isinstance(part, str) and part.strip() for part in parts):
        raise InputError(f"a triple is (subject, relation, object), three texts that are not empty, not {given!r:.80}")
    return Triple(*(" ".join(clean(str(part)).split()) for part in parts))


def name(what: str, given: object) -> str:
    """`given` as a text that every store can hold just as it is: what tells things apart is never altered."""
    if text(what, given) != given:
        raise InputError(f"{what} cannot hold NUL or half of a surrogate pair: {given!r:.80}")
    return str(given)


def location(given: object) -> str | Store:
    """`given` as a path or an address; a store as it is."""
    if isinstance(given, str | PathLike):
        path = fspath(given)
        if isinstance(path, str) and path.strip() and clean(path) == path:
            return path
    elif hasattr(given, "write") and hasattr(given, "observe"):
        return cast(Store, given)
    raise InputError(f"a memory's place is a path, an address like neo4j://host, or a Store, not {given!r:.80}")


def several(what: str, given: Iterable[T]) -> Iterable[T]:
    """`given`, when it is several, and not one text or record, whose letters or names would be taken for them."""
    if isinstance(given, str | bytes | Mapping) or not isinstance(given, Iterable):
        raise InputError(f"{what} come in a list, even a single one, and not as {given!r:.80}")
    return given


def texts(what: str, given: Iterable[str]) -> list[str]:
    """`given`, when it is several texts, as names and ids are."""
    found = list(several(what, given))
    for each in found:
        if not isinstance(each, str):
            raise InputError(f"{what} are texts, not {each!r:.80}")
    return found


def mapping(what: str, given: T, such_as: str) -> T:
    """`given`, when it is a mapping of names to values."""
    if not isinstance(given, Mapping):
        raise InputError(f"{what} is a dict, as {such_as}, and not {given!r:.80}")
    return given


def able(what: str, given: T, method: str, such_as: str) -> T:
    """`given`, when it has the method that it is there for."""
    if not callable(getattr(given, method, None)):
        raise InputError(f"{what} has a method `{method}`, as {such_as} has; {given!r:.80} has none")
    return given


def memory(given: T) -> T:
    """`given`, when it is a memory and not the place of one."""
    return able("a memory", given, "remember", 'Memory("house.db")')


def extractor(given: Extractor | None) -> Extractor | None:
    """`given`, unless it is none, or made for a bare text: what is read is an `Observation`."""
    if given is None:
        return None
    able("an extractor", given, "extract", 'LLMExtractor(ChatModel("gpt-4.1-mini"))')
    if next(iter(signature(given.extract).parameters), "") == "text":
        raise InputError(
            f"{type(given).__name__}.extract(text, known) is given an Observation now: name its first parameter "
            "`observation`, and read `observation.text`"
        )
    return given


def embedder(given: Embedder) -> Embedder:
    """`given`, unless it is none: a name alone loads nothing."""
    return able("an embedder", given, "embed", 'graphmem.embedding.load_embedder("minilm")')


Given = str | tuple[str, Any] | Mapping[str, Any] | Observation
"""A text; a text with its triples; a mapping of the names of an `Observation`'s fields; or an `Observation`."""

_GIVEN = [each.name for each in fields(Observation) if each.name not in ("before", "like")]


def observation(given: Given) -> Observation:
    """`given` as a checked observation.

    Raises `InputError` when it is nothing that could be remembered.
    """
    if isinstance(given, Observation):
        values = {name: getattr(given, name) for name in _GIVEN}
    elif isinstance(given, str):
        values = {"text": given}
    elif isinstance(given, Mapping):
        values = dict(given)
    elif isinstance(given, tuple | list) and len(given) == 2:
        values = {"text": given[0], "triples": given[1]}
    else:
        raise InputError(f"an observation is a text, (text, triples) or a record of {_GIVEN}, not {given!r:.80}")
    if unknown := values.keys() - set(_GIVEN):
        raise InputError(f"an observation has {_GIVEN}, and not {sorted(map(str, unknown))}")
    seen = images.read(values.get("images") or ())
    return Observation(
        text=said(values.get("text"), seen),
        speaker=None if (speaker := values.get("speaker")) is None else text("a speaker", speaker),
        time=moment(_read(when) if isinstance(when := values.get("time"), str) else when),
        triples=None if (taught := values.get("triples")) is None else _triples(taught),
        step=None if (step := values.get("step")) is None else whole("step", step, 0),
        metadata=metadata(values.get("metadata")),
        key=None if (key := values.get("key")) is None else name("a key", key),
        images=seen,
    )


def said(given: object, images: Sized) -> str:
    """`given` as the text of an observation: it may be empty only beside images."""
    return "" if images and (given is None or given == "") else text("an observation", given)


def _triples(given: object) -> tuple[Triple, ...]:
    if isinstance(given, str | Mapping) or not isinstance(given, Iterable):
        raise InputError(f"triples must be a list of (subject, relation, object), not {given!r:.80}")
    return tuple(map(triple, given))


def _read(time: str) -> datetime:
    try:
        return datetime.fromisoformat(time)
    except ValueError as error:
        raise InputError(f"a time is written as 2024-05-17T09:30, not {time!r:.80}") from error
