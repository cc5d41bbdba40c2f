"""ChatModel: any model behind an OpenAI-compatible endpoint, or a recording of one."""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, SecretStr

from graphmem.errors import InputError, LLMError, RequestRefused, Unreachable
from graphmem.llm.dialect import Dialect, Way, is_otherwise, strict_schema, takes_no_images
from graphmem.llm.dialogue import dialogue
from graphmem.llm.exchange import Answer, Patience, Post, Request, as_sent, images_of
from graphmem.llm.recording import Recorder, Replayer
from graphmem.llm.usage import Bill, Ledger, Price, Usage, check_budget, price_at
from graphmem.protocols import Message, Reply

if TYPE_CHECKING:
    from graphmem.llm.endpoint import Endpoint

log = logging.getLogger(__name__)

_OBJECTIONS = (400, 422, 500, 501)
"""Statuses by which a server says that it does not take a request as it is."""
_FEW, _ASKED_AGAIN = 2, "extract"
"""Attempts at a call for what was out of reach the last time, but one where it is asked for again later anyway."""
_WAYS = 24
"""Ways to put a request at most."""
_IMAGE_TOKENS = 50_000
"""No image costs more tokens than this, at any endpoint we know."""
_OPENAI = "https://api.openai.com/v1"


class ChatModel:
    """A chat model that replies in a given form: OpenAI, Azure, vLLM, Ollama, llama.cpp, or a recording.

    `base_url` and `api_key` are taken from OPENAI_BASE_URL and OPENAI_API_KEY when not given. A reply has at most
    `max_tokens` tokens, four times as many where thoughts alone took those. A parameter that is None is not sent, and
    one that the endpoint refuses is left out from then on. `extra_body` goes into every request as it is.

    `timeout` is the seconds that may pass until the first token, and from each to the next; where an endpoint does not
    stream, until the whole reply. `patience` says how often to try again.

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
        temperature: float | None = 0.0,
        seed: int | None = 0,
        reasoning_effort: str | None = None,
        extra_body: Mapping[str, Any] | None = None,
        timeout: float = 300.0,
        patience: Patience | None = None,
        prices: Mapping[str, Price] | None = None,
        budget: float | None = None,
        record: str | Path | None = None,
        replay: str | Path | None = None,
    ) -> None:
        if record is not None and replay is not None:
            raise InputError("a model either records or replays: give record= or replay=, not both")
        if not model.strip():
            raise InputError("the model has no name: give that by which the endpoint knows it (--model)")
        url = _checked_url(base_url or os.environ.get("OPENAI_BASE_URL") or _OPENAI)
        self._model = model
        asked: dict[str, Any] = {"temperature": temperature, "seed": seed, "reasoning_effort": reasoning_effort}
        asked |= {"max_tokens": max_tokens, "extra_body": dict(extra_body) if extra_body else None}
        self._parameters = {name: value for name, value in asked.items() if value is not None}
        _check_numbers(max_tokens, timeout)
        self._price = price_at(url, model, prices or {})
        self._ledger = Ledger(budget)
        self._dialect = Dialect()
        self._in_vain: set[tuple[str, str]] = set()
        self._failing: set[str] = set()
        self._where = str(replay) if replay is not None else urlsplit(url).netloc
        self._replayer = Replayer(replay) if replay is not None else None
        self._endpoint: Endpoint | None = None
        if self._replayer is None:
            check_budget(model, budget, self._price)
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
            roomier=self._make_room,
            repairing=lambda: self._ledger.add(purpose, Usage(repairs=1)),
            repaired=self._say_schemas,
        )

    def _say_schemas(self) -> None:
        """A repair, which says the schema, helped: the server may take no notice of schemas that come by themselves."""
        self._dialect = self._dialect.with_words()

    def _make_room(self) -> bool:
        """Room to think and to answer, for this call and all later ones; once."""
        roomier = self._dialect.with_more_room()
        changed, self._dialect = roomier != self._dialect, roomier
        return changed

    def _request(self, messages: Sequence[Message], form: type[BaseModel], purpose: str) -> Request:
        if not messages:
            raise InputError(f"no messages to reply to ({purpose})")
        sent = tuple({"role": message["role"], "content": as_sent(message["content"])} for message in messages)
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
        """Post until the server understands: what it objects to is left out from then on.

        Where it does not say to what, one thing after the other goes; that the last of them was it is remembered.
        """
        base = dialect = known = self._dialect
        guesses: Iterator[Way] | None = None
        first: RequestRefused | None = None
        for _ in range(_WAYS):
            few = 1 if request.purpose == _ASKED_AGAIN else _FEW
            post = Post(dialect.body(request), few if request.purpose in self._failing else None)
            try:
                answer = yield from self._posted(request, post)
            except RequestRefused as refused:
                first = first or refused
                if images_of(request.messages) and takes_no_images(refused.detail):
                    raise self._blind(refused) from refused
                objects = refused.status in _OBJECTIONS or (refused.status == 404 and "parameters" in refused.detail)
                if not objects or (request.form, refused.detail) in self._in_vain:
                    raise
                if named := dialect.without(refused.detail, post.body):
                    log.info("%s objects, and is asked another way from now on: %s", self._where, refused.detail)
                    base = dialect = known = named
                    continue
                if is_otherwise(refused.detail):
                    raise
                guesses = guesses or base.guesses(post.body)
                if (guess := next(guesses, None)) is None:
                    break
                log.info(
                    "%s does not say what it objects to, and is asked another way: %s", self._where, refused.detail
                )
                dialect, known = guess(dialect), guess(base)
            else:
                self._dialect = known.kept()
                return answer
        assert first is not None
        self._in_vain.add((request.form, first.detail))
        raise self._blind(first) if images_of(request.messages) else first

    def _blind(self, refused: RequestRefused) -> RequestRefused:
        """The refusal of a request with images, which may be why: no other way to ask would mend that."""
        told = (
            f"{self._model} at {self._where} does not take what comes with images: have a model that sees read them "
            f"({refused})"
        )
        return RequestRefused(told, status=refused.status, detail=refused.detail)

    def _posted(self, request: Request, post: Post) -> Generator[Post, Answer, Answer]:
        """One post within the budget, and its answer with what it took."""
        try:
            with self._ledger.reserved(request.purpose, self._worst_cost(post)):
                started = time.perf_counter()
                answer = self._measured((yield post), post, time.perf_counter() - started)
                self._ledger.answered(request.purpose, answer)
            self._failing.discard(request.purpose)
            return answer
        except Unreachable:
            self._failing.add(request.purpose)
            raise
        finally:
            if post.retries:
                self._ledger.add(request.purpose, Usage(retries=post.retries))

    def _measured(self, answer: Answer, post: Post, seconds: float) -> Answer:
        """With its time and cost; where the server counts no tokens, one for every four bytes."""
        prompt = answer.prompt_tokens or _size(post) // 4
        cost = self._price.cost(prompt, answer.completion_tokens, answer.cached_tokens) if self._price else None
        return replace(answer, prompt_tokens=prompt, seconds=seconds, cost=cost)

    def _worst_cost(self, post: Post) -> float:
        """USD at most: no token is shorter than a byte."""
        most: int = post.body.get("max_tokens") or post.body["max_completion_tokens"]
        return self._price.cost(_size(post), most) if self._price else 0.0


def _check_numbers(max_tokens: int, timeout: float) -> None:
    if max_tokens < 1:
        raise InputError(f"max_tokens={max_tokens} leaves no room for a reply: give 1 or more")
    if not timeout > 0:
        raise InputError(f"timeout={timeout} leaves no time for a reply: give seconds above 0")


def _size(post: Post) -> int:
    """Bytes of the request; of each image `_IMAGE_TOKENS` at most, since it is not read as text."""
    seen = sum(max(len(url) - _IMAGE_TOKENS, 0) for url in images_of(post.body["messages"]))
    return len(json.dumps(post.body, ensure_ascii=False).encode()) - seen


def _checked_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InputError(f'the base URL {url!r} is none: give one such as "http://localhost:8080/v1"')
    if parts.username or parts.password:
        raise InputError(f"the base URL for {parts.hostname} holds a user or password: give api_key= instead")
    return url


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
