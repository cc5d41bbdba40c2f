"""What an endpoint sends back, in any of the shapes that are about: an answer, or the reason why there is none."""

from __future__ import annotations

import email.utils
import json
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import httpx2
import openai

from graphmem.llm.dialect import is_too_long, limits_reply, takes_no_model
from graphmem.llm.exchange import Answer


class Garbled(Exception):
    """A body with a good status that is no chat completion; says what is wrong with it, if that is known."""


def part_of(text: bytes, request: httpx2.Request) -> Any:
    """The JSON of a body, or of a part of a streamed one. Raises `Garbled`, and `openai.APIError` for what tells one.

    Some servers tell an error with a good status, or in the midst of a stream.
    """
    try:
        part = json.loads(text)
    except (ValueError, RecursionError):
        raise Garbled from None
    if not isinstance(part, dict):
        return part
    choices = _dicts(part.get("choices"))
    failed = choices[0].get("error") if choices else part.get("error") or (part.get("object") == "error" and part)
    if failed:
        raise openai.APIError("", request, body=failed)
    return part


def answer_of(parts: Sequence[Any]) -> Answer:
    """The answer that a completion, or the parts of a streamed one, hold. Raises `Garbled`."""
    bodies = [part for part in parts if isinstance(part, dict)]
    choices = [choice for body in bodies for choice in _dicts(body.get("choices"))[:1]]
    messages = [said for choice in choices for said in _messages(choice) if said is not None]
    said = [message for message in messages if isinstance(message, dict)]
    if not said:
        raise Garbled
    usage: Mapping[str, Any] = next((u for b in reversed(bodies) if isinstance(u := b.get("usage"), dict)), {})
    text, thought = _whole("".join(map(_content, said)) + _arguments(said)), "".join(map(_thought, said))
    finish = next((_finish(end) for choice in reversed(choices) if (end := choice.get("finish_reason"))), "")
    if not finish and len(choices) > 1 and not _MAY_END.search(text + thought):
        raise Garbled("its reply broke off")
    return Answer(
        text=_ends_in_json(thought) if finish != "length" and not text.strip() else text,
        finish=finish or "stop",
        refusal="".join(_text(message.get("refusal")) for message in said) or None,
        reasoned=bool(thought or _number(usage, "completion_tokens_details", "reasoning_tokens")),
        prompt_tokens=_number(usage, "prompt_tokens"),
        cached_tokens=_number(usage, "prompt_tokens_details", "cached_tokens"),
        completion_tokens=_number(usage, "completion_tokens") or len((text + thought).encode("utf-8", "replace")) // 4,
    )


_MAY_END = re.compile(r"[}\]`>.!?]\s*$|^\s*$")
_FINISHES = {
    **dict.fromkeys(("max_tokens", "max_output_tokens", "model_length", "max_length"), "length"),
    **dict.fromkeys(("safety", "recitation", "prohibited_content", "blocklist", "spii", "refusal"), "content_filter"),
}
"""What servers say for the words of OpenAI."""


def _finish(reason: object) -> str:
    return _FINISHES.get(str(reason).lower(), str(reason))


def _messages(choice: Mapping[str, Any]) -> tuple[Any, ...]:
    """What a choice says, under the name of a whole reply, a part of one, or a text that is completed."""
    text = choice.get("text")
    return choice.get("message"), choice.get("delta"), {"content": text} if isinstance(text, str) else None


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _content(message: Mapping[str, Any]) -> str:
    """A text, the parts of one that are no thoughts, or the object itself that was asked for."""
    content = message.get("content")
    if isinstance(content, dict):
        return _text([content]) or json.dumps(content)
    return _text(content)


def _thought(message: Mapping[str, Any]) -> str:
    """What was thought, under any of its names; a server that uses two of them says the same in both."""
    parts = _dicts(message.get("content"))
    named = (_text(message.get(name)) for name in ("reasoning_content", "reasoning", "thinking"))
    return next(filter(None, named), "") + "".join(_text(part.get("thinking")) for part in parts)


def _text(value: Any) -> str:
    """'hello', ["hel", {"type": "text", "text": "lo"}, {"type": "thinking", ...}] -> 'hello'"""
    if isinstance(value, list):
        return "".join(_text(part.get("text") if isinstance(part, dict) else part) for part in value)
    return value if isinstance(value, str) else ""


def _arguments(messages: Sequence[Mapping[str, Any]]) -> str:
    """The arguments of every tool that was called, a line each."""
    found: dict[Any, str] = {}
    for message in messages:
        calls = _dicts(message.get("tool_calls")) or [{"function": message.get("function_call")}]
        for place, call in enumerate(calls):
            function = call.get("function")
            given = function.get("arguments") if isinstance(function, dict) else None
            index = call.get("index", place)
            found[index] = found.get(index, "") + (json.dumps(given) if isinstance(given, dict) else _text(given))
    return "".join(f"\n{arguments}" for arguments in found.values() if arguments)


def _ends_in_json(thought: str) -> str:
    """Some servers take a whole reply for its thought; then it ends in the answer."""
    return _whole(thought) if thought.rstrip("` \n\r\t").endswith(("}", "]")) else ""


def _whole(text: str) -> str:
    """Halves of surrogate pairs put together; one that is alone becomes U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _number(usage: Mapping[str, Any], *path: str) -> int:
    value: Any = usage
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, int) and value > 0 else 0


# Errors

_PASSING = (408, 409, 425, 429)
"""Statuses below 500 that may pass."""
_NEVER = 501
"""The one above that never does."""
_ITS_RULES = re.compile(
    r"grammar|jinja|template|json.?schema|roles? must alternate|system role|image input|mmproj", re.IGNORECASE
)
"""What llama.cpp objects to with a 500: the request will never do."""
_KEY = re.compile(r"api[ _-]?key|unauthori[sz]ed|authenticat", re.IGNORECASE)
_MENDS = {
    400: "the server does not take this request",
    401: "check OPENAI_API_KEY",
    402: "the account has no credit left: see the provider's billing page",
    403: "this key may not use this model",
    404: "check the model's name, and that OPENAI_BASE_URL ends in /v1",
    405: "check that OPENAI_BASE_URL ends in /v1",
    408: "the server took too long: try later",
    422: "the server does not take this request",
    429: "the account's quota is spent: see the provider's billing page",
}
_TOO_SLOW = (openai.APITimeoutError, TimeoutError, httpx2.TimeoutException)
_UNREACHED = (openai.APIConnectionError, httpx2.HTTPError, TimeoutError)
_ELSE = "is the endpoint up, and OPENAI_BASE_URL right?"
_TAGS = re.compile(r"<(style|script)\b.*?</\1>|<[^>]{1,200}>", re.DOTALL)
_SAYING = ("message", "detail", "details", "error", "errors", "msg", "title", "metadata", "raw")
"""Keys under which servers say what is wrong, also one in another."""


def may_pass(error: BaseException) -> bool:
    """Whether the same request may yet succeed. A spent quota does not come back by waiting."""
    if isinstance(error, (*_UNREACHED, Garbled)):
        return True
    if not isinstance(error, openai.APIError) or "insufficient_quota" in _codes(error):
        return False
    status = status_of(error)
    return status in _PASSING or (status >= 500 and status != _NEVER and not is_final(own_words(error)))


def is_final(complaint: str) -> bool:
    """Whether a server that says this would say it again, whatever the status."""
    return bool(_ITS_RULES.search(complaint)) or is_too_long(complaint) or limits_reply(complaint)


def status_of(error: openai.APIError) -> int:
    """The HTTP status; of an error in the midst of a stream the one that it names, else 500."""
    if isinstance(error, openai.APIStatusError):
        return error.status_code
    return next((int(code) for code in _codes(error) if re.fullmatch(r"[45]\d\d", code)), 500)


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
        return f"no token came for {timeout:g} seconds"
    if isinstance(error, _UNREACHED):
        return f"the connection failed ({error.__cause__ or error})"
    if isinstance(error, openai.APIError):
        return f"HTTP {status_of(error)}: {own_words(error)}"
    if isinstance(error, Garbled):
        return str(error) or "its reply is no chat completion (does the base URL end in /v1?)"
    return str(error)


def own_words(error: openai.APIError) -> str:
    """What the endpoint said in whatever shape, with the parameter and the code that it named."""
    said = " ".join("; ".join(dict.fromkeys(_words(error.body))).split())
    named = [name for name in _codes(error, "param", "code") if name not in said and not name.isdecimal()]
    return " ".join([said, *named]).strip() or "no reason given"


def _words(body: object) -> Iterator[str]:
    """Each text in the body of an error; of a fault that pydantic found, with where it is."""
    if isinstance(body, str):
        yield (
            re.sub(r"<(style|script)\b.*?</\1>|<[^>]{1,200}>", " ", body, flags=re.DOTALL) if "<html" in body else body
        )
    elif isinstance(body, list):
        for item in body:
            yield from _words(item)
    elif isinstance(body, dict) and "loc" in body and "msg" in body:
        where = body["loc"] if isinstance(body["loc"], list) else [body["loc"]]
        yield f"{'.'.join(map(str, where))}: {body['msg']}"
    elif isinstance(body, dict):
        for name in _SAYING:
            yield from _words(body.get(name))


def _codes(error: openai.APIError, *names: str) -> list[str]:
    """What the body names its fault by."""
    body = error.body
    bodies = [body, *_dicts(body)] if not isinstance(body, dict) else [body]
    inner = [each.get("error") for each in bodies if isinstance(each, dict)]
    found = [each.get(name) for each in bodies + inner if isinstance(each, dict) for name in names or ("code", "type")]
    return [str(value) for value in found if value]


def is_lasting(error: openai.APIError) -> bool:
    """Whether any other request would be refused as well: for the key, the account, or the model."""
    return status_of(error) in (401, 402, 403, 404, 429) or bool(_KEY.search(own_words(error)))


def mend(error: Exception) -> str:
    """What the user can do about it."""
    if isinstance(error, _TOO_SLOW):
        return f"allow more with timeout= (--timeout); {_ELSE}"
    if isinstance(error, _UNREACHED) or not isinstance(error, openai.APIError):
        return _ELSE
    said, status = own_words(error), status_of(error)
    if limits_reply(said):
        return "allow fewer tokens with max_tokens= (--max-tokens), or shorten the prompt"
    if status == 413 or is_too_long(said):
        return "the prompt is too long for this model: shorten it, or use a model with a longer context"
    if status == 429 and may_pass(error):
        return "it asks to slow down: try later, or make fewer calls at a time"
    if status in (400, 401) and _KEY.search(said):
        return _MENDS[401]
    if status == 400 and takes_no_model(said):
        return _MENDS[404]
    if status >= 500 and _ITS_RULES.search(said):
        return "the server's chat template or grammar does not take this request: try another template or model"
    return _MENDS.get(status, _ELSE if status >= 500 else "see the endpoint's documentation")
