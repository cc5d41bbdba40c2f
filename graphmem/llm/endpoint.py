"""An OpenAI-compatible endpoint over HTTP: one request in, one answer out, tried again while that can help."""

from __future__ import annotations

import asyncio
import logging
import random
import re
import time
from collections.abc import AsyncIterator, MutableMapping
from concurrent.futures import CancelledError
from dataclasses import replace
from threading import Lock, main_thread
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

import httpx2
import openai
from pydantic import SecretStr

from graphmem.errors import InputError, LLMError, ReplyRefused, RequestRefused, Unreachable
from graphmem.llm.exchange import Answer, Patience, Post, clip
from graphmem.llm.loop import Loop, awaited, in_place
from graphmem.llm.response import (
    Garbled,
    answer_of,
    cause,
    is_lasting,
    may_pass,
    mend,
    own_words,
    part_of,
    retry_after,
    status_of,
)

log = logging.getLogger(__name__)

_CONNECT = 10.0
"""Seconds to wait for a connection."""
_SAID = 300
"""Characters of an endpoint's own words in an error."""
_PARTS = 200_000
"""Parts of a streamed reply that are read at most; a part is a token or more."""
_ASIDE = re.compile(rb"$|:|(?:event|id|retry):")
"""Lines of a stream that hold no part of the reply."""
_FAULTS = (openai.OpenAIError, httpx2.HTTPError, Garbled, TimeoutError)


class Endpoint:
    """The HTTP clients of one base URL, made when first used. Its key shows nowhere.

    `timeout` is the seconds that may pass until the first token and from one to the next, however bytes come. Only an
    event loop can keep to that, so plain calls are made in one too, that of a thread of its own.
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
                self._own = Loop() if main_thread().is_alive() else None
            sent = self._own and self._own.start(self._sent(post, keep=True))
        try:
            return awaited(sent) if sent else in_place(self._sent(post, keep=False))
        except CancelledError:
            raise self._is_closed() from None

    async def asend(self, post: Post) -> Answer:
        """The async twin of `send`."""
        return await self._sent(post, keep=False)

    async def _sent(self, post: Post, *, keep: bool) -> Answer:
        """Every attempt at one post; nothing else in this package tries the same again."""
        began = time.monotonic()
        while True:
            try:
                return await self._attempt(post, keep)
            except _FAULTS as error:
                wait = self._wait(error, post.retries)
                spent = time.monotonic() - began + wait > self._patience.seconds
                most = min(self._patience.attempts, post.attempts or self._patience.attempts)
                if spent or post.retries + 1 >= most or not may_pass(error):
                    raise self._named(error, post) from None
                log.warning("%s: %s; again in %.1f s", self._host, self._said(error), wait)
            post.retries += 1
            await asyncio.sleep(wait)

    def _wait(self, error: BaseException, retries: int) -> float:
        """Seconds until the next attempt: twice as long each time, or as long as the endpoint asks for."""
        backoff = self._patience.first * 2.0**retries * random.uniform(1.0, 1.25)
        return min(self._patience.longest, max(retry_after(error), backoff))

    async def _attempt(self, post: Post, keep: bool) -> Answer:
        """A reply as it comes, or whole, where the server does not stream."""
        create = self._client(keep).chat.completions.with_streaming_response.create
        async with asyncio.timeout(self._timeout) as silence, create(**post.body) as response:
            parts: list[Any] = []
            async for text in _texts(response.iter_bytes()):
                parts.append(part_of(text, response.http_request))
                silence.reschedule(asyncio.get_running_loop().time() + self._timeout)
                if len(parts) == _PARTS:
                    break
            return self._answer(parts)

    def _answer(self, parts: list[Any]) -> Answer:
        """An endpoint that echoes the key does not bring it into a recording."""
        answer = answer_of(parts)
        refusal = answer.refusal and self._without_key(answer.refusal)
        return replace(
            answer, text=self._without_key(answer.text), finish=self._without_key(answer.finish), refusal=refusal
        )

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
                self._clients[
                    loop
                ]._platform = "Unknown"  # or it asks in a thread, which no program that ends can start
            return self._clients[loop]

    def _check_open(self) -> None:
        if self._closed:
            raise self._is_closed()

    def _is_closed(self) -> InputError:
        return InputError(f"the client of {self._host} is closed: make a new ChatModel")

    def _settings(self) -> dict[str, Any]:
        """The library's own retries are off: they know neither broken streams nor what llama.cpp says with a 500."""
        timeout = openai.Timeout(self._timeout, connect=min(_CONNECT, self._timeout))
        return {"base_url": self._url, "api_key": self._key.get_secret_value(), "timeout": timeout, "max_retries": 0}

    def _named(self, error: Exception, post: Post) -> LLMError:
        """The error by its name here, with the endpoint's own words in it and without the key."""
        if isinstance(error, openai.APIError) and not may_pass(error):
            return self._refused(error)
        tried = f"{post.retries + 1} attempts" if post.retries else "1 attempt"
        return Unreachable(f"no answer from {self._host} after {tried}: {self._said(error)}; {mend(error)}")

    def _refused(self, error: openai.APIError) -> LLMError:
        said = self._said(error)
        if error.code in ("content_filter", "content_policy_violation"):
            return ReplyRefused(f"{self._host} declined to answer: {said}")
        return RequestRefused(
            f"{self._host} refused the request: {said}; {mend(error)}",
            status=status_of(error),
            detail=clip(self._without_key(own_words(error)), 2000),
            lasting=is_lasting(error),
        )

    def _said(self, error: BaseException | None) -> str:
        """Clipped only after the key is out of it: half a key is a secret, too."""
        return clip(self._without_key(cause(error, self._timeout)), _SAID)

    def _without_key(self, text: str) -> str:
        key = self._key.get_secret_value()
        return text.replace(key, "…") if len(key) >= 8 else text


async def _texts(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Each JSON text of a body, be it events, lines or one, whatever its type says; not what only keeps it alive."""
    rest: list[bytes] = []
    async for line in _lines(chunks):
        text = line.removeprefix(b"data:").strip()
        if text == b"[DONE]":
            break
        if not rest and (text != line.strip() or (text[:1] + text[-1:] == b"{}")):
            yield text
        elif rest or not _ASIDE.match(text):
            rest.append(text)
    if rest:
        yield b"\n".join(rest)


async def _lines(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    begun = b""
    async for chunk in chunks:
        *whole, begun = (begun + chunk).split(b"\n")
        for line in whole:
            yield line
    yield begun
