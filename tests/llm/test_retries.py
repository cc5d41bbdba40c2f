"""What is tried again, how long, and what is not; through real connections."""

import email.utils
import time

import pytest

from graphmem.errors import LLMError, ReplyRefused, RequestRefused, Unreachable
from graphmem.llm import Patience
from tests.llm.forms import ASKED, QUICK, Count, chat, three
from tests.model_server import ChatServer, Fault, drip, drop, garbled, stall, status


@pytest.mark.parametrize(
    "fault",
    [status(408), status(409), status(429), status(500), status(503), status(529), drop(), garbled(), garbled(b"[]")],
    ids=str,
)
def test_what_may_pass_is_tried_again(fault: Fault) -> None:
    with ChatServer(three, [fault, fault]) as server, chat(server) as model:
        assert model.reply(ASKED, Count, purpose="count") == Count(n=3)
        assert len(server.requests) == 3
        assert model.usage["count"].retries == 2


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"<html>hello</html>",
        b'{"choices": []}',
        b'{"choices": [{"message": "hello"}]}',
        b'{"choices": [{"message": {"content": ["hello"]}}]}',
        b"\xff\xfe",
    ],
)
def test_a_body_that_is_no_completion_is_tried_again(body: bytes) -> None:
    with ChatServer(three, [garbled(body)]) as server, chat(server) as model:
        assert model.reply(ASKED, Count, purpose="count") == Count(n=3)


def test_a_time_out_in_the_middle_of_a_reply_is_tried_again() -> None:
    with ChatServer(three, [stall()]) as server, chat(server, timeout=0.5) as model:
        assert model.reply(ASKED, Count, purpose="count") == Count(n=3)


@pytest.mark.parametrize("fault", [drip(), drip(head=True)], ids=["body", "headers"])
def test_a_reply_that_comes_byte_by_byte_has_a_deadline(fault: Fault) -> None:
    with ChatServer(three, [fault]) as server, chat(server, timeout=0.5) as model:
        assert model.reply(ASKED, Count, purpose="count") == Count(n=3)
        assert model.usage["count"].retries > 0


def test_an_endpoint_that_stays_slow_is_told_as_such() -> None:
    with (
        ChatServer(three, [drip()] * 9) as server,
        chat(server, timeout=0.5) as model,
        pytest.raises(Unreachable, match=r"no token came for 0\.5 seconds; allow more with timeout= \(--timeout\)"),
    ):
        model.reply(ASKED, Count, purpose="count")


@pytest.mark.parametrize("fault", [status(503), drop(), stall(), drip(), garbled()], ids=str)
def test_attempts_are_bounded(fault: Fault) -> None:
    with ChatServer(three, [fault] * 9) as server, chat(server, timeout=0.5) as model:
        with pytest.raises(Unreachable, match=r"127\.0\.0\.1:\d+ after 4 attempts.*OPENAI_BASE_URL"):
            model.reply(ASKED, Count, purpose="count")
        assert len(server.requests) == QUICK.attempts


def test_a_lasting_429_says_to_slow_down() -> None:
    with (
        ChatServer(three, [status(429)] * 9) as server,
        chat(server) as model,
        pytest.raises(Unreachable, match="slow down"),
    ):
        model.reply(ASKED, Count, purpose="count")


def test_the_time_is_bounded() -> None:
    patience = Patience(attempts=1000, seconds=0.3, first=0.05, longest=0.05)
    with ChatServer(three, [status(503)] * 1000) as server, chat(server, patience=patience) as model:
        began = time.monotonic()
        with pytest.raises(Unreachable):
            model.reply(ASKED, Count, purpose="count")
        assert time.monotonic() - began < 20


def test_nobody_at_home_is_unreachable() -> None:
    with ChatServer(three) as server:
        pass
    with chat(server) as model, pytest.raises(Unreachable, match="the connection failed"):
        model.reply(ASKED, Count, purpose="count")


def test_waits_grow() -> None:
    patience = Patience(attempts=4, first=0.05, longest=1.0)
    with ChatServer(three, [status(503)] * 3) as server, chat(server, patience=patience) as model:
        model.reply(ASKED, Count, purpose="count")
    first, second, third = (later - sooner for sooner, later in zip(server.times, server.times[1:], strict=False))
    assert first >= 0.05
    assert second >= 0.1
    assert 0.2 <= third < 1.0


def test_retry_after_in_seconds_is_honoured() -> None:
    patience = Patience(first=0.001, longest=5.0)
    with ChatServer(three, [status(429, retry_after="0.3")]) as server, chat(server, patience=patience) as model:
        model.reply(ASKED, Count, purpose="count")
    assert 0.3 <= server.times[1] - server.times[0] < 2


def test_retry_after_as_a_date_is_honoured() -> None:
    patience = Patience(first=0.001, longest=5.0)
    soon = email.utils.formatdate(time.time() + 2, usegmt=True)
    with ChatServer(three, [status(429, retry_after=soon)]) as server, chat(server, patience=patience) as model:
        model.reply(ASKED, Count, purpose="count")
    assert 0.5 <= server.times[1] - server.times[0] < 3


@pytest.mark.parametrize(
    "asked", ["86400", "Fri, 31 Dec 2100 23:59:59 GMT", "inf", "nan", "-5", "soon", "Fri, 99 Foo 2100 23:59:59 GMT"]
)
def test_retry_after_is_capped_and_never_trusted(asked: str) -> None:
    with ChatServer(three, [status(429, retry_after=asked)]) as server, chat(server) as model:
        model.reply(ASKED, Count, purpose="count")
    assert server.times[1] - server.times[0] < 1


@pytest.mark.parametrize(
    ("code", "mend"),
    [(401, "OPENAI_API_KEY"), (403, "may not use"), (404, "name"), (413, "too long")],
)
def test_what_cannot_pass_is_refused_at_once(code: int, mend: str) -> None:
    with ChatServer(three, [status(code, message="because")]) as server, chat(server) as model:
        with pytest.raises(RequestRefused, match=f"HTTP {code}: because; .*{mend}") as caught:
            model.reply(ASKED, Count, purpose="count")
        assert len(server.requests) == 1
        assert caught.value.status == code


@pytest.mark.parametrize(
    "fault",
    [
        status(
            400,
            message="This model's maximum context length is 4096 tokens. You gave 9 in response_format schemas.",
            error="context_length_exceeded",
        ),
        status(400, message="the request exceeds the available context size, try increasing it"),
    ],
    ids=["openai", "llama.cpp"],
)
def test_a_prompt_too_long_is_named_as_such(fault: Fault) -> None:
    with ChatServer(three, [fault]) as server, chat(server) as model:
        with pytest.raises(RequestRefused, match="the prompt is too long for this model"):
            model.reply(ASKED, Count, purpose="count")
        assert len(server.requests) == 1


def test_a_spent_quota_is_not_waited_for() -> None:
    with ChatServer(three, [status(429, error="insufficient_quota")]) as server, chat(server) as model:
        with pytest.raises(RequestRefused, match="quota is spent"):
            model.reply(ASKED, Count, purpose="count")
        assert len(server.requests) == 1


def test_a_content_filter_is_a_refusal() -> None:
    with (
        ChatServer(three, [status(400, error="content_filter")]) as server,
        chat(server) as model,
        pytest.raises(ReplyRefused),
    ):
        model.reply(ASKED, Count, purpose="count")


def test_an_error_of_any_kind_leaves_the_model_usable() -> None:
    with ChatServer(three, [status(401), *[drop()] * 4]) as server, chat(server) as model:
        for _ in range(2):
            with pytest.raises(LLMError):
                model.reply(ASKED, Count, purpose="count")
        assert model.reply(ASKED, Count, purpose="count") == Count(n=3)
