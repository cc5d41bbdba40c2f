"""What can be remembered, as a record: for loading many at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from graphmem import checks
from graphmem.errors import InputError
from graphmem.records import Triple


@dataclass(frozen=True, slots=True)
class Observation:
    """What `Memory.remember` takes: a text and, if there are any, its triples and the rest."""

    text: str
    triples: tuple[Triple, ...] | None = None
    step: int | None = None
    time: datetime | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    key: str | None = None


Given = str | tuple[str, Any] | Mapping[str, Any] | Observation
"""A text; a text with its triples; a mapping of the names of an `Observation`'s fields; or an `Observation`."""

_NAMES = [each.name for each in fields(Observation)]


def observation(given: Given) -> Observation:
    """`given` as a checked observation.

    Raises `InputError` when it is nothing that could be remembered.
    """
    if isinstance(given, Observation):
        values = {name: getattr(given, name) for name in _NAMES}
    elif isinstance(given, str):
        values = {"text": given}
    elif isinstance(given, Mapping):
        values = dict(given)
    elif isinstance(given, tuple | list) and len(given) == 2:
        values = {"text": given[0], "triples": given[1]}
    else:
        raise InputError(f"an observation is a text, (text, triples) or a record of {_NAMES}, not {given!r:.80}")
    if unknown := values.keys() - set(_NAMES):
        raise InputError(f"an observation has {_NAMES}, and not {sorted(map(str, unknown))}")
    return _checked(**{"text": None, **values})


def _checked(
    text: object,
    triples: Any = None,
    step: object = None,
    time: object = None,
    metadata: Any = None,
    key: object = None,
) -> Observation:
    if triples is not None and not isinstance(triples, tuple | list):
        raise InputError(f"triples must be a list of (subject, relation, object), not {triples!r:.80}")
    return Observation(
        text=checks.text("an observation", text),
        triples=None if triples is None else tuple(map(checks.triple, triples)),
        step=None if step is None else checks.whole("step", step, 0),
        time=checks.moment(_read(time) if isinstance(time, str) else time),
        metadata=checks.metadata(metadata),
        key=None if key is None else checks.text("a key", key),
    )


def _read(time: str) -> datetime:
    try:
        return datetime.fromisoformat(time)
    except ValueError as error:
        raise InputError(f"a time is written as 2024-05-17T09:30, not {time!r:.80}") from error
