"""The key goes to the endpoint and nowhere else."""

import logging
import traceback
from pathlib import Path

import pytest

from graphmem.errors import LLMError, RequestRefused
from graphmem.llm import ChatModel
from tests.llm.forms import ASKED, Count, chat
from tests.model_server import ChatServer, Fault, drop, garbled, say, stall, status

KEY = "sk-very-secret-0123456789"


@pytest.mark.parametrize(
    "faults",
    [
        [],
        [status(429, message=f"slow down, {KEY}"), drop(), garbled(KEY.encode())],
        [status(401, message=f"Incorrect API key provided: {KEY}.")],
        [status(400, message=f"no response_format for {KEY}")],
        [status(500, message=f"{KEY} broke it")] * 9,
        [status(400, message=f"{'x' * 205}{KEY}{'x' * 500}")],
        [drop()] * 9,
        [stall()] * 9,
        [say(f"your key is {KEY}")] * 9,
    ],
    ids=["good", "passing", "refused", "objection", "failing", "clipped", "dropping", "stalling", "echoing"],
)
def test_the_key_shows_nowhere(faults: list[Fault], tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("openai", "httpx2", "httpcore2"):
        caplog.set_level(logging.DEBUG, name)
    tape, told = tmp_path / "tape.jsonl", ""
    with (
        ChatServer(lambda *_: f'{{"n": 3, "key": "{KEY}"}}', faults) as server,
        chat(server, api_key=KEY, record=tape, timeout=0.5) as model,
    ):
        try:
            model.reply(ASKED, Count, purpose="count")
        except LLMError as error:
            told = "".join(traceback.format_exception(error)) + repr(error) + repr(vars(error))
        told += repr(model) + str(model) + repr(vars(model)) + repr(vars(model._endpoint))
    assert server.keys[0] == f"Bearer {KEY}"
    assert caplog.text
    for place in (caplog.text, told, tape.read_text()):
        assert KEY not in place
        assert KEY[:10] not in place


def test_the_key_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with ChatServer(lambda *_: '{"n": 3}') as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        with ChatModel("test-model") as model:
            model.reply(ASKED, Count, purpose="count")
    assert server.keys == [f"Bearer {KEY}"]


@pytest.mark.parametrize("key", [f"{KEY}\nX-Header: 1", f"{KEY}\u2026"])
def test_a_key_that_no_header_can_carry_is_refused_without_being_shown(key: str) -> None:
    with pytest.raises(RequestRefused, match="OPENAI_API_KEY") as caught:
        ChatModel("test-model", api_key=key)
    assert KEY not in str(caught.value)


def test_white_space_around_a_key_is_none_of_it() -> None:
    with ChatServer(lambda *_: '{"n": 3}') as server, chat(server, api_key=f" {KEY}\n") as model:
        model.reply(ASKED, Count, purpose="count")
    assert server.keys == [f"Bearer {KEY}"]
