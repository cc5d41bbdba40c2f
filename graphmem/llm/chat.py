"""ChatModel: any model behind an OpenAI-compatible endpoint, or a recording of one."""

from __future__ import annotations

import ipaddress
import json
import logging
import os
import time
from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, SecretStr

from graphmem.errors import InputError, LLMError, RequestRefused
from graphmem.llm.dialect import Dialect, Post
from graphmem.llm.dialogue import dialogue
from graphmem.llm.exchange import Answer, Patience, Request
from graphmem.llm.prices import FREE, PRICES, Price, price_of
from graphmem.llm.recording import Recorder, Replayer
from graphmem.llm.schema import strict_schema
from graphmem.llm.usage import Bill, Ledger, Usage
from graphmem.protocols import Message, Reply

if TYPE_CHECKING:
    from graphmem.llm.endpoint import Endpoint

log = logging.getLogger(__name__)

_OPENAI = "https://api.openai.com/v1"


class ChatModel:
    """A chat model that replies in a given form: OpenAI, Azure, vLLM, Ollama, llama.cpp, or a recording.

    `base_url` and `api_key` are taken from OPENAI_BASE_URL and OPENAI_API_KEY when not given. A reply has at most
    `max_tokens` tokens. `timeout` is the seconds that an attempt at one may take, to its last byte, and `patience` how
    often to try again: no answer comes later than `patience.seconds + timeout` after the request.

    `prices` adds to the known ones, by model; a model on a local endpoint is free unless priced there. `budget` (USD)
    is never exceeded by what the endpoint counts: a call whose worst case could do so is not made.

    `record` appends every exchange to a file; `replay` answers from such a file, with no network and no key.

    Threads may share one. Raises `InputError` for arguments that cannot be used, `RequestRefused` for a missing key.
    """

    def __init__(
        self,
        model: str,
        *,
        base_url: str | None = None,
        api_key: str | None = None,
        max_tokens: int = 2048,
        temperature: float = 0.0,
        seed: int = 0,
        timeout: float = 120.0,
        patience: Patience | None = None,
        prices: Mapping[str, Price] | None = None,
        budget: float | None = None,
        record: str | Path | None = None,
        replay: str | Path | None = None,
    ) -> None:
        if record is not None and replay is not None:
            raise InputError("a model either records or replays: give record= or replay=, not both")
        url = _checked_url(base_url or os.environ.get("OPENAI_BASE_URL") or _OPENAI)
        self._model = model
        self._max_tokens = max_tokens
        self._parameters = {"max_tokens": max_tokens, "temperature": temperature, "seed": seed}
        self._price = _price(model, url, prices or {})
        self._ledger = Ledger(budget)
        self._dialect = Dialect()
        self._where = str(replay) if replay is not None else urlsplit(url).netloc
        self._replayer = Replayer(replay) if replay is not None else None
        self._endpoint: Endpoint | None = None
        if self._replayer is None:
            _check_budget(model, budget, self._price)
            self._endpoint = _endpoint(url, _key(url, api_key), timeout, patience or Patience())
        self._recorder = Recorder(record) if record is not None else None

    def reply(self, messages: Sequence[Message], form: type[Reply], *, purpose: str) -> Reply:
        """The model's reply to `messages`, validated as `form`; `purpose` ("extract", "plan", "act") is for the bill.

        Raises `Unreachable`, `RequestRefused`, `ReplyRefused`, `EmptyReply`, `CutOff`, `BadReply`, `BudgetSpent` or
        `NotRecorded`.
        """
        steps = self._steps(messages, form, purpose)
        try:
            post = next(steps)
            while True:
                try:
                    answer = self._wire.send(post)
                except LLMError as error:
                    post = steps.throw(error)
                else:
                    post = steps.send(answer)
        except StopIteration as done:
            made: Reply = done.value
            return made
        finally:
            steps.close()

    async def areply(self, messages: Sequence[Message], form: type[Reply], *, purpose: str) -> Reply:
        """The async twin of `reply`."""
        steps = self._steps(messages, form, purpose)
        try:
            post = next(steps)
            while True:
                try:
                    answer = await self._wire.asend(post)
                except LLMError as error:
                    post = steps.throw(error)
                else:
                    post = steps.send(answer)
        except StopIteration as done:
            made: Reply = done.value
            return made
        finally:
            steps.close()

    @property
    def name(self) -> str:
        """The model's name, as the endpoint knows it."""
        return self._model

    @property
    def usage(self) -> Bill:
        """What all calls so far took, by purpose; `usage.total` adds it up. A replay tells what was recorded."""
        return self._ledger.bill()

    def close(self) -> None:
        """Close the connections and the recording. An async user calls `aclose` instead."""
        if self._recorder is not None:
            self._recorder.close()
        if self._endpoint is not None:
            self._endpoint.close()

    async def aclose(self) -> None:
        """The async twin of `close`."""
        self.close()
        if self._endpoint is not None:
            await self._endpoint.aclose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"ChatModel({self._model!r} at {self._where})"

    @property
    def _wire(self) -> Endpoint:
        assert self._endpoint is not None, "a replay posts nothing"
        return self._endpoint

    def _steps(self, messages: Sequence[Message], form: type[Reply], purpose: str) -> Generator[Post, Answer, Reply]:
        """The way from messages to a form: yields each post to be made, and is sent its answer."""
        return dialogue(
            self._request(messages, form, purpose),
            form,
            self._ask,
            repairing=lambda: self._ledger.add(purpose, Usage(repairs=1)),
            repaired=self._say_schemas,
        )

    def _say_schemas(self) -> None:
        """A repair, which says the schema, helped: the server may take no notice of schemas that come by themselves."""
        self._dialect = self._dialect.with_words()

    def _request(self, messages: Sequence[Message], form: type[BaseModel], purpose: str) -> Request:
        if not messages:
            raise InputError(f"no messages to reply to ({purpose})")
        sent = tuple({"role": message["role"], "content": _encodable(message["content"])} for message in messages)
        return Request(self._model, sent, form.__name__, strict_schema(form), self._parameters, purpose)

    def _ask(self, request: Request) -> Generator[Post, Answer, Answer]:
        """One answer: from the recording, or over the wire and then into the recording."""
        if self._replayer is not None:
            answer = self._replayer.answer(request)
            self._ledger.answered(request.purpose, answer)
            return answer
        answer = yield from self._exchange(request)
        if self._recorder is not None:
            self._recorder.add(request, answer)
        return answer

    def _exchange(self, request: Request) -> Generator[Post, Answer, Answer]:
        """Post until the server understands: what it objects to is left out from then on."""
        dialect = self._dialect
        while True:
            post = Post(dialect.body(request))
            try:
                with self._ledger.reserved(request.purpose, self._worst_cost(post)):
                    started = time.perf_counter()
                    answer = self._measured((yield post), post, time.perf_counter() - started)
                    self._ledger.answered(request.purpose, answer)
                return answer
            except RequestRefused as refused:
                simpler = dialect.without(refused.detail, post.body) if refused.status in (400, 422) else None
                if simpler is None:
                    raise
                log.info("%s objects, and is asked another way from now on: %s", self._where, refused.detail)
                self._dialect = dialect = simpler
            finally:
                if post.retries:
                    self._ledger.add(request.purpose, Usage(retries=post.retries))

    def _measured(self, answer: Answer, post: Post, seconds: float) -> Answer:
        """With its time and cost; where the server counts no tokens, one for every four bytes."""
        prompt = answer.prompt_tokens or _size(post) // 4
        completion = answer.completion_tokens or len(answer.text.encode("utf-8", "replace")) // 4
        cost = self._price.cost(prompt, completion, answer.cached_tokens) if self._price else None
        return replace(answer, prompt_tokens=prompt, completion_tokens=completion, seconds=seconds, cost=cost)

    def _worst_cost(self, post: Post) -> float:
        """USD at most: no token is shorter than a byte."""
        return self._price.cost(_size(post), self._max_tokens) if self._price else 0.0


def _size(post: Post) -> int:
    """Bytes of the request."""
    return len(json.dumps(post.body, ensure_ascii=False).encode())


def _encodable(text: str) -> str:
    """Halves of surrogate pairs, which no request can carry, become "?"."""
    return text.encode("utf-8", "replace").decode()


def _checked_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InputError(f'the base URL {url!r} is none: give one such as "http://localhost:8080/v1"')
    if parts.username or parts.password:
        raise InputError(f"the base URL for {parts.hostname} holds a user or password: give api_key= instead")
    return url


def _is_local(url: str) -> bool:
    """Whether `url` names this machine or its own network."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return "." not in host or host.endswith((".local", ".localhost", ".internal"))


def _price(model: str, url: str, prices: Mapping[str, Price]) -> Price | None:
    return price_of(model, prices) or (FREE if _is_local(url) else price_of(model, PRICES))


def _check_budget(model: str, budget: float | None, price: Price | None) -> None:
    if budget is not None and price is None:
        raise InputError(
            f"a budget needs the price of {model}, which is unknown: give prices={{{model!r}: Price(...)}}, or --price"
        )


def _key(url: str, given: str | None) -> SecretStr:
    """The key to send. Only OpenAI itself is known to need one; others get a placeholder."""
    key = (given or os.environ.get("OPENAI_API_KEY") or "").strip()
    if not key and url.rstrip("/") == _OPENAI:
        raise RequestRefused("OpenAI needs a key: set OPENAI_API_KEY, or OPENAI_BASE_URL for another endpoint")
    if not (key.isascii() and key.isprintable()):
        raise RequestRefused("the key holds characters that no key has: check OPENAI_API_KEY")
    return SecretStr(key or "none")


def _endpoint(url: str, key: SecretStr, timeout: float, patience: Patience) -> Endpoint:
    try:
        from graphmem.llm.endpoint import Endpoint
    except ImportError as error:
        raise LLMError(f"{error.name} is not installed: pip install 'graphmem[openai]'") from None
    return Endpoint(url, key, timeout=timeout, patience=patience)
