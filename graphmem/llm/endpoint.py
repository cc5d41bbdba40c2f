"""An OpenAI-compatible endpoint over HTTP: one request in, one answer out, tried again while that can help."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, MutableMapping
from threading import Lock
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

import openai
import tenacity
from openai.types.chat import ChatCompletion
from pydantic import SecretStr

from graphmem.errors import InputError, LLMError, ReplyRefused, RequestRefused, Unreachable
from graphmem.llm.dialect import Post
from graphmem.llm.exchange import Answer, Patience
from graphmem.llm.faults import Garbled, cause, may_pass, mend, own_words, retry_after

_CONNECT = 10.0
"""Seconds to wait for a connection."""


class Endpoint:
    """The two HTTP clients of one base URL, made when first used. Its key shows nowhere."""

    def __init__(self, url: str, key: SecretStr, *, timeout: float, patience: Patience) -> None:
        self._url = url
        self._host = urlsplit(url).netloc.rpartition("@")[2]
        self._key = key
        self._timeout = timeout
        self._patience = patience
        self._client: openai.OpenAI | None = None
        self._async: MutableMapping[asyncio.AbstractEventLoop, openai.AsyncOpenAI] = WeakKeyDictionary()
        self._closed = False
        self._lock = Lock()

    def send(self, post: Post) -> Answer:
        """Raises `Unreachable`, `RequestRefused` or `ReplyRefused`."""
        client = self._sync_client()
        try:
            answer: Answer = tenacity.Retrying(**self._policy(post))(
                lambda: answer_of(client.chat.completions.create(**post.body))
            )
            return answer
        except (openai.OpenAIError, Garbled, json.JSONDecodeError) as error:
            raise self._named(error, post) from None

    async def asend(self, post: Post) -> Answer:
        """The async twin of `send`."""
        client = self._async_client()

        async def attempt() -> Answer:
            return answer_of(await client.chat.completions.create(**post.body))

        try:
            answer: Answer = await tenacity.AsyncRetrying(**self._policy(post))(attempt)
            return answer
        except (openai.OpenAIError, Garbled, json.JSONDecodeError) as error:
            raise self._named(error, post) from None

    def close(self) -> None:
        """Close the plain client."""
        with self._lock:
            client, self._client, self._closed = self._client, None, True
        if client is not None:
            client.close()

    async def aclose(self) -> None:
        """Close the plain client and that of the running loop."""
        self.close()
        with self._lock:
            client = self._async.pop(asyncio.get_running_loop(), None)
        if client is not None:
            await client.close()

    def _sync_client(self) -> openai.OpenAI:
        with self._lock:
            self._check_open()
            self._client = self._client or openai.OpenAI(**self._settings())
            return self._client

    def _async_client(self) -> openai.AsyncOpenAI:
        """One a loop: a connection belongs to the loop that opened it."""
        loop = asyncio.get_running_loop()
        with self._lock:
            self._check_open()
            if loop not in self._async:
                self._async[loop] = openai.AsyncOpenAI(**self._settings())
            return self._async[loop]

    def _check_open(self) -> None:
        if self._closed:
            raise InputError(f"the client of {self._host} is closed: make a new ChatModel")

    def _settings(self) -> dict[str, Any]:
        timeout = openai.Timeout(self._timeout, connect=min(_CONNECT, self._timeout))
        return {"base_url": self._url, "api_key": self._key.get_secret_value(), "timeout": timeout, "max_retries": 0}

    def _policy(self, post: Post) -> dict[str, Any]:
        def count(_: tenacity.RetryCallState) -> None:
            post.retries += 1

        return {
            "retry": tenacity.retry_if_exception(may_pass),
            "stop": tenacity.stop_after_attempt(self._patience.attempts)
            | tenacity.stop_before_delay(self._patience.seconds),
            "wait": self._wait(),
            "before_sleep": count,
            "reraise": True,
        }

    def _wait(self) -> Callable[[tenacity.RetryCallState], float]:
        first, longest = self._patience.first, self._patience.longest
        backoff = tenacity.wait_exponential(first, max=longest) + tenacity.wait_random(0, first / 4)

        def wait(state: tenacity.RetryCallState) -> float:
            asked = retry_after(state.outcome.exception() if state.outcome else None)
            return min(longest, max(asked, backoff(state)))

        return wait

    def _named(self, error: Exception, post: Post) -> LLMError:
        """The error by its name here, with the endpoint's own words in it and without the key."""
        if isinstance(error, openai.APIStatusError) and not may_pass(error):
            return self._refused(error)
        why = self._without_key(cause(error, self._timeout))
        return Unreachable(
            f"no answer from {self._host} after {post.retries + 1} attempts: {why}; "
            "is the endpoint up, and OPENAI_BASE_URL right?"
        )

    def _refused(self, error: openai.APIStatusError) -> LLMError:
        said = self._without_key(own_words(error))
        if error.code in ("content_filter", "content_policy_violation"):
            return ReplyRefused(f"{self._host} declined to answer: {said}")
        return RequestRefused(
            f"{self._host} refused the request (HTTP {error.status_code}): {said}; {mend(error, said)}",
            status=error.status_code,
            detail=f"{error.param or ''} {error.code or ''} {said}",
        )

    def _without_key(self, text: str) -> str:
        key = self._key.get_secret_value()
        return text.replace(key, "…") if len(key) >= 8 else text


def answer_of(completion: ChatCompletion) -> Answer:
    """What a completion says; text where JSON was due, or JSON of another kind, is garbled."""
    if not isinstance(completion, ChatCompletion) or not completion.choices or not completion.choices[0].message:
        raise Garbled
    choice, usage = completion.choices[0], completion.usage
    message = choice.message
    details = usage.prompt_tokens_details if usage else None
    return Answer(
        text=message.content or "",
        finish=choice.finish_reason or "stop",
        refusal=message.refusal or None,
        prompt_tokens=(usage.prompt_tokens if usage else None) or 0,
        cached_tokens=(details.cached_tokens if details else None) or 0,
        completion_tokens=(usage.completion_tokens if usage else None) or 0,
    )
