"""From messages to a validated form: one question, and at most one repair. Knows nothing of HTTP or of recordings.

A dialogue is a generator, so that the same lines serve the plain and the async client: whoever drives it does the I/O.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

from graphmem.errors import BadReply, CutOff, EmptyReply, ReplyRefused
from graphmem.llm.dialect import in_words
from graphmem.llm.exchange import Answer, Request, clip
from graphmem.llm.reply import Misfit, declines, holds_thoughts, read
from graphmem.protocols import Reply

Ask = Callable[[Request], Generator[Any, Any, Answer]]
Note = Callable[[], None]

_SHOWN = 2000
"""Characters of a bad reply that are shown to the model, or carried by an error."""


def dialogue(
    request: Request, form: type[Reply], ask: Ask, *, roomier: Callable[[], bool], repairing: Note, repaired: Note
) -> Generator[Any, Any, Reply]:
    """The reply to `request` as a `form`. `ask` puts one request.

    `roomier` makes more room for a model that thinks, and says whether it could. `repairing` is told of a repair before
    it is asked, `repaired` when it helped.

    Raises `ReplyRefused`, `EmptyReply`, `CutOff` or `BadReply`.
    """
    answer = yield from _said(request, form, ask, roomier)
    try:
        return _read(answer, form)
    except Misfit as misfit:
        repairing()
        again = _repair(request, answer, misfit)
    answer = yield from _said(again, form, ask, roomier)
    try:
        made = _read(answer, form)
    except Misfit as misfit:
        if declines(answer.text):
            raise ReplyRefused(f"the model declined to answer: {clip(answer.text, 300)}") from None
        raise BadReply(
            f"the reply ({request.purpose}) is no {request.form}, after one repair: {misfit}; it began "
            f"{clip(answer.text, 120)!r}: a stronger model, or a server with JSON Schema support, may help",
            raw=clip(answer.text, _SHOWN),
        ) from None
    repaired()
    return made


def _said(request: Request, form: type[Reply], ask: Ask, roomier: Callable[[], bool]) -> Generator[Any, Any, Answer]:
    """An answer that says something; silence is asked once more, and so are thoughts that left no room for it."""
    answer = yield from ask(request)
    if _is_thought_away(answer, form) and roomier():
        answer = yield from ask(request)
    if not _is_silent(answer):
        return answer
    answer = yield from ask(request)
    if _is_silent(answer):
        raise EmptyReply(f"{request.model} said nothing, twice ({request.purpose}): try another model or prompt")
    return answer


def _is_silent(answer: Answer) -> bool:
    return not answer.text.strip() and answer.finish not in ("length", "content_filter") and not answer.refusal


def _is_thought_away(answer: Answer, form: type[Reply]) -> bool:
    """Whether a model thought, and reached its limit before it had answered."""
    try:
        return answer.finish == "length" and _thinks(answer) and not read(answer.text, form)
    except Misfit:
        return True


def _thinks(answer: Answer) -> bool:
    return not answer.refusal and (answer.reasoned or not answer.text.strip() or holds_thoughts(answer.text))


def _read(answer: Answer, form: type[Reply]) -> Reply:
    """The form in the answer. A reply cut off after its object is as good as whole."""
    if answer.refusal or answer.finish == "content_filter":
        raise ReplyRefused(f"the model declined to answer: {clip(answer.refusal or 'content filter', 300)}")
    try:
        return read(answer.text, form)
    except Misfit:
        if answer.finish != "length":
            raise
    if _thinks(answer):
        raise CutOff(
            f"the model thought until its limit of {answer.completion_tokens} tokens and gave no whole answer: allow "
            "more with max_tokens= (--max-tokens), or less thought with reasoning_effort= (--reasoning-effort)"
        )
    raise CutOff(
        f"the reply ended at its limit of {answer.completion_tokens} tokens: allow more with max_tokens= (--max-tokens)"
    )


def _repair(request: Request, answer: Answer, misfit: Misfit) -> Request:
    return request.followed_by(
        {"role": "assistant", "content": clip(answer.text, _SHOWN)},
        {"role": "user", "content": f"That reply could not be used: {misfit}.\n{in_words(request.schema)}"},
    )
