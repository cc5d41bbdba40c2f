"""What comes in from outside, checked: a clear error, or a value that every store can hold."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from graphmem.errors import InputError
from graphmem.records import MOST, Triple


def text(what: str, given: object) -> str:
    """`given` as a text that is not empty; what no file can hold (halves of surrogate pairs, NUL) is replaced."""
    if not isinstance(given, str) or not given.strip():
        raise InputError(f"{what} must be a text that is not empty, not {given!r:.80}")
    return clean(given)


def clean(given: str) -> str:
    """`given` without halves of surrogate pairs and NUL, each replaced by `?` or `�`."""
    return given.encode("utf-8", "replace").decode("utf-8").replace("\0", "\ufffd")


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


def metadata(given: Mapping[str, Any] | None) -> dict[str, Any]:
    """A copy of `given` as JSON holds it."""
    try:
        made = json.loads(clean(json.dumps(dict(given or {}), allow_nan=False, ensure_ascii=False)))
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
