"""An OpenAI-compatible endpoint over HTTP: one request in, one answer out, tried again while that can help."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, MutableMapping
from concurrent.futures import CancelledError
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
from graphmem.llm.loop import Loop, awaited

log = logging.getLogger(__name__)

_CONNECT = 10.0
"""Seconds to wait for a connection."""
_SAID = 300
"""Characters of an endpoint's own words in an error."""


class Endpoint:
    """The HTTP clients of one base URL, made when first used. Its key shows nowhere.

    `timeout` is the seconds that an attempt may take, however its bytes come. Only an event loop can keep to that, so
    plain calls are made in one too, that of a thread of its own.
    """

    def __init__(self, url: str, key: SecretStr, *, timeout: float, patience: Patience) -> None:
        self._url = url
        self._host = urlsplit(url).netloc.rpartition("@")[2]
        self._key = key
        self._timeout = timeout
        self._patience = patience
        self._own: Loop | None = None
        self._clients: MutableMapping[asyncio.AbstractEventLoop, openai.AsyncOpenAI] = WeakKeyDictionary()
        self._closed = False
        self._lock = Lock()

    def send(self, post: Post) -> Answer:
        """Raises `Unreachable`, `RequestRefused` or `ReplyRefused`."""
        with self._lock:
            self._check_open()
            if self._own is None or not self._own.is_alive:
                self._own = Loop()
            sent = self._own.start(self._sent(post, keep=True))
        try:
            return awaited(sent)
        except CancelledError:
            raise self._is_closed() from None

    async def asend(self, post: Post) -> Answer:
        """The async twin of `send`."""
        return await self._sent(post, keep=False)

    async def _sent(self, post: Post, *, keep: bool) -> Answer:
        create = self._client(keep).chat.completions.with_raw_response.create

        async def attempt() -> Answer:
            async with asyncio.timeout(self._timeout):
                return self._answer((await create(**post.body)).content)

        try:
            answer: Answer = await tenacity.AsyncRetrying(**self._policy(post))(attempt)
            return answer
        except (openai.OpenAIError, Garbled, TimeoutError) as error:
            raise self._named(error, post) from None

    def close(self) -> None:
        """End plain calls, those under way too, and close their connections."""
        with self._lock:
            own, self._own, self._closed = self._own, None, True
        if own is not None and own.is_alive:
            own.end(self._close_client())

    async def aclose(self) -> None:
        """Close what `close` does, and the client of the running loop; those of other loops hold no connection."""
        self.close()
        await self._close_client()

    async def _close_client(self) -> None:
        with self._lock:
            client = self._clients.pop(asyncio.get_running_loop(), None)
        if client is not None:
            await client.close()

    def _client(self, keep: bool) -> openai.AsyncOpenAI:
        """One a loop. No connection outlives its loop, so only our own may `keep` them between calls."""
        loop = asyncio.get_running_loop()
        with self._lock:
            self._check_open()
            if loop not in self._clients:
                settings = self._settings()
                limits = openai.DEFAULT_CONNECTION_LIMITS if keep else httpx2.Limits(max_keepalive_connections=0)
                bare = openai.DefaultAsyncHttpx2Client(limits=limits, timeout=settings["timeout"])
                self._clients[loop] = openai.AsyncOpenAI(**settings, http_client=bare)
            return self._clients[loop]

    def _check_open(self) -> None:
        if self._closed:
            raise self._is_closed()

    def _is_closed(self) -> InputError:
        return InputError(f"the client of {self._host} is closed: make a new ChatModel")

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
