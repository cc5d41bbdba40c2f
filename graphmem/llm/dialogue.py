"""From messages to a validated form: one question, and at most one repair. Knows nothing of HTTP or of recordings.

A dialogue is a generator, so that the same lines serve the plain and the async client: whoever drives it does the I/O.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

from pydantic import ValidationError

from graphmem.errors import BadReply, CutOff, EmptyReply, ReplyRefused
from graphmem.llm.exchange import Answer, Request, clip
from graphmem.llm.json_text import json_objects
from graphmem.llm.schema import in_words
from graphmem.protocols import Reply

Ask = Callable[[Request], Generator[Any, Any, Answer]]

_SHOWN = 2000
"""Characters of a bad reply that are shown to the model, or carried by an error."""


class Misfit(Exception):
    """A reply's text does not fit its form; the message says why, for the model to read."""


def dialogue(
    request: Request, form: type[Reply], ask: Ask, *, repairing: Callable[[], None], repaired: Callable[[], None]
) -> Generator[Any, Any, Reply]:
    """The reply to `request` as a `form`. `ask` puts one request.

    `repairing` is told of a repair before it is asked, `repaired` when it helped.

    Raises `ReplyRefused`, `EmptyReply`, `CutOff` or `BadReply`.
    """
    answer = yield from _said(request, ask)
    try:
        return _read(answer, form)
    except Misfit as misfit:
        repairing()
        again = _repair(request, answer, misfit)
    answer = yield from _said(again, ask)
    try:
        made = _read(answer, form)
    except Misfit as misfit:
        raise BadReply(
            f"the reply ({request.purpose}) is no {request.form}, after one repair: {misfit}; it began "
            f"{clip(answer.text, 120)!r}: a stronger model, or a server with JSON Schema support, may help",
            raw=clip(answer.text, _SHOWN),
        ) from None
    repaired()
    return made


def _said(request: Request, ask: Ask) -> Generator[Any, Any, Answer]:
    """An answer that says something; silence is asked once more."""
    answer = yield from ask(request)
    if not _is_silent(answer):
        return answer
    answer = yield from ask(request)
    if _is_silent(answer):
        raise EmptyReply(f"{request.model} said nothing, twice ({request.purpose}): try another model or prompt")
    return answer


def _is_silent(answer: Answer) -> bool:
    return not answer.text.strip() and answer.finish not in ("length", "content_filter") and not answer.refusal


def _read(answer: Answer, form: type[Reply]) -> Reply:
    """The first JSON object in the answer that is a `form`, with a key of its own even if all have defaults.

    A reply cut off after its object is as good as whole.
    """
    if answer.refusal or answer.finish == "content_filter":
        raise ReplyRefused(f"the model declined to answer: {clip(answer.refusal or 'content filter', 300)}")
    why = ""
    for found in json_objects(answer.text):
        try:
            made = form.model_validate_json(found)
        except ValidationError as error:
            why = why or _told(error)
            continue
        if made.model_fields_set or not form.model_fields:
            return made
        why = why or f"it has none of the keys {', '.join(form.model_fields)}"
    if answer.finish == "length":
        raise CutOff(f"the reply ended at its limit of {answer.completion_tokens} tokens: allow more with max_tokens=")
    raise Misfit(why or "it holds no JSON object")


def _told(error: ValidationError) -> str:
    """The first faults as lines of "where: what"."""
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    lines = [f"{'.'.join(map(str, fault['loc'])) or 'the object'}: {fault['msg']}" for fault in faults[:5]]
    return clip("; ".join(lines), 600)


def _repair(request: Request, answer: Answer, misfit: Misfit) -> Request:
    return request.followed_by(
        {"role": "assistant", "content": clip(answer.text, _SHOWN)},
        {"role": "user", "content": f"That reply could not be used: {misfit}.\n{in_words(request.schema)}"},
    )
