"""An OpenAI-compatible endpoint over HTTP: one request in, one answer out, tried again while that can help."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, MutableMapping
from threading import Lock
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

import httpx2
import openai
import tenacity
from pydantic import SecretStr

from graphmem.errors import InputError, LLMError, ReplyRefused, RequestRefused, Unreachable
from graphmem.llm.completion import Garbled, answer_in
from graphmem.llm.dialect import Post
from graphmem.llm.exchange import Answer, Patience, clip
from graphmem.llm.faults import cause, may_pass, mend, own_words, retry_after

log = logging.getLogger(__name__)

_CONNECT = 10.0
"""Seconds to wait for a connection."""
_SAID = 300
"""Characters of an endpoint's own words in an error."""


class Endpoint:
    """The HTTP clients of one base URL, made when first used. Its key shows nowhere."""

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
        create = self._sync_client().chat.completions.with_raw_response.create

        def attempt() -> Answer:
            return self._answer(create(**post.body).content)

        try:
            answer: Answer = tenacity.Retrying(**self._policy(post))(attempt)
            return answer
        except (openai.OpenAIError, Garbled) as error:
            raise self._named(error, post) from None

    async def asend(self, post: Post) -> Answer:
        """The async twin of `send`."""
        create = self._async_client().chat.completions.with_raw_response.create

        async def attempt() -> Answer:
            return self._answer((await create(**post.body)).content)

        try:
            answer: Answer = await tenacity.AsyncRetrying(**self._policy(post))(attempt)
            return answer
        except (openai.OpenAIError, Garbled) as error:
            raise self._named(error, post) from None

    def close(self) -> None:
        """Close the plain client."""
        with self._lock:
            client, self._client, self._closed = self._client, None, True
        if client is not None:
            client.close()

    async def aclose(self) -> None:
        """Close the plain client and that of the running loop; those of other loops hold no connection."""
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
        """One a loop, that keeps no connection between calls: a connection cannot outlive the loop that opened it."""
        loop = asyncio.get_running_loop()
        with self._lock:
            self._check_open()
            if loop not in self._async:
                settings = self._settings()
                limits = httpx2.Limits(max_keepalive_connections=0)
                bare = openai.DefaultAsyncHttpx2Client(limits=limits, timeout=settings["timeout"])
                self._async[loop] = openai.AsyncOpenAI(**settings, http_client=bare)
            return self._async[loop]

    def _check_open(self) -> None:
        if self._closed:
            raise InputError(f"the client of {self._host} is closed: make a new ChatModel")

    def _settings(self) -> dict[str, Any]:
        timeout = openai.Timeout(self._timeout, connect=min(_CONNECT, self._timeout))
        return {"base_url": self._url, "api_key": self._key.get_secret_value(), "timeout": timeout, "max_retries": 0}

    def _policy(self, post: Post) -> dict[str, Any]:
        def again(state: tenacity.RetryCallState) -> None:
            post.retries += 1
            error = state.outcome.exception() if state.outcome else None
            log.warning("%s: %s; again in %.1f s", self._host, self._said(error), state.upcoming_sleep)

        return {
            "retry": tenacity.retry_if_exception(may_pass),
            "stop": tenacity.stop_after_attempt(self._patience.attempts)
            | tenacity.stop_before_delay(self._patience.seconds),
            "wait": self._wait(),
            "before_sleep": again,
            "reraise": True,
        }

    def _wait(self) -> Callable[[tenacity.RetryCallState], float]:
        def wait(state: tenacity.RetryCallState) -> float:
            backoff: float = self._patience.first * 2.0 ** (state.attempt_number - 1) * random.uniform(1.0, 1.25)
            asked = retry_after(state.outcome.exception() if state.outcome else None)
            return min(self._patience.longest, max(asked, backoff))

        return wait

    def _named(self, error: Exception, post: Post) -> LLMError:
        """The error by its name here, with the endpoint's own words in it and without the key."""
        if isinstance(error, openai.APIStatusError) and not may_pass(error):
            return self._refused(error)
        tried = f"{post.retries + 1} attempts" if post.retries else "1 attempt"
        return Unreachable(f"no answer from {self._host} after {tried}: {self._said(error)}; {mend(error)}")

    def _refused(self, error: openai.APIStatusError) -> LLMError:
        said = self._said(error)
        if error.code in ("content_filter", "content_policy_violation"):
            return ReplyRefused(f"{self._host} declined to answer: {said}")
        return RequestRefused(
            f"{self._host} refused the request: {said}; {mend(error)}",
            status=error.status_code,
            detail=clip(self._without_key(own_words(error)), 2000),
        )

    def _said(self, error: BaseException | None) -> str:
        """Clipped only after the key is out of it: half a key is a secret, too."""
        return clip(self._without_key(cause(error, self._timeout)), _SAID)

    def _answer(self, body: bytes) -> Answer:
        """An endpoint that echoes the key does not bring it into a recording."""
        return answer_in(self._without_key(body.decode("utf-8", "replace")))

    def _without_key(self, text: str) -> str:
        key = self._key.get_secret_value()
        return text.replace(key, "…") if len(key) >= 8 else text
