"""What can go wrong at an endpoint: what may pass by waiting, for how long, and how it is said."""

from __future__ import annotations

import email.utils
import time

import openai

from graphmem.llm.completion import Garbled
from graphmem.llm.dialect import is_too_long

_PASSING = (408, 409, 429)
"""Statuses below 500 that may pass."""
_MENDS = {
    400: "the server does not take this request",
    401: "check OPENAI_API_KEY",
    403: "this key may not use this model",
    404: "check the model's name, and that OPENAI_BASE_URL ends in /v1",
    429: "the account's quota is spent: see the provider's billing page",
}
_TOO_SLOW = (openai.APITimeoutError, TimeoutError)
_ELSE = "is the endpoint up, and OPENAI_BASE_URL right?"


def may_pass(error: BaseException) -> bool:
    """Whether the same request may yet succeed. A spent quota does not come back by waiting."""
    if isinstance(error, openai.APIStatusError):
        if error.code == "insufficient_quota" or error.type == "insufficient_quota":
            return False
        return error.status_code in _PASSING or error.status_code >= 500
    return isinstance(error, openai.APIConnectionError | Garbled | TimeoutError)


def retry_after(error: BaseException | None) -> float:
    """Seconds that an endpoint asked to wait, by Retry-After as seconds or as a date; 0 when it did not ask."""
    if not isinstance(error, openai.APIStatusError):
        return 0.0
    asked = error.response.headers.get("retry-after", "")
    try:
        return max(0.0, float(asked))
    except ValueError:
        pass
    try:
        return max(0.0, email.utils.parsedate_to_datetime(asked).timestamp() - time.time())
    except ValueError:
        return 0.0


def cause(error: BaseException | None, timeout: float) -> str:
    """Why there is no answer; `timeout` is in seconds."""
    if isinstance(error, _TOO_SLOW):
        return f"it took longer than {timeout:g} seconds"
    if isinstance(error, openai.APIStatusError):
        return f"HTTP {error.status_code}: {own_words(error)}"
    if isinstance(error, openai.APIConnectionError):
        return f"the connection failed ({error.__cause__ or error})"
    if isinstance(error, Garbled):
        return "its reply is no chat completion (does the base URL end in /v1?)"
    return str(error)


def own_words(error: openai.APIStatusError) -> str:
    """What the endpoint said, with the parameter and the code that it named."""
    said = error.message.removeprefix(f"Error code: {error.status_code}").removeprefix(" - ")
    named = [name for name in (error.param, error.code) if name and name not in said and name != str(error.status_code)]
    return " ".join(f"{said} {' '.join(named)}".split()) or "no reason given"


def mend(error: Exception) -> str:
    """What the user can do about it."""
    if isinstance(error, _TOO_SLOW):
        return f"allow more with timeout=; {_ELSE}"
    if not isinstance(error, openai.APIStatusError):
        return _ELSE
    if error.status_code == 413 or is_too_long(own_words(error)):
        return "the prompt is too long for this model: shorten it, or use a model with a longer context"
    if error.status_code == 429 and may_pass(error):
        return "it asks to slow down: try later, or make fewer calls at a time"
    return _MENDS.get(error.status_code, _ELSE if error.status_code >= 500 else "see the endpoint's documentation")
