"""Function tools, driven by the OpenAI SDK against a model on loopback."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from graphmem import Memory
from graphmem.testing import HashEmbedder
from tests.model_server import ModelServer

pytest.importorskip("openai")

import openai
from openai.types.chat import ChatCompletionMessage
from openai.types.responses import Response

from graphmem.integrations.openai import FunctionTools


@pytest.fixture
def client() -> Iterator[Any]:
    with ModelServer() as server, openai.OpenAI(base_url=server.url, api_key="none") as made:
        yield made


@pytest.fixture
def tools(memory: Memory) -> FunctionTools:
    memory.remember("Ada put the 茶碗 away.", triples=[("茶碗", "is in", "cupboard")])
    return FunctionTools(memory)


def test_a_chat_recalls_what_is_known(client: Any, tools: FunctionTools) -> None:
    messages: list[Any] = [{"role": "user", "content": "Where is the 茶碗?"}]
    first = client.chat.completions.create(model="m", messages=messages, tools=tools.chat).choices[0].message
    messages += [first, *tools.chat_answers(first)]
    last = client.chat.completions.create(model="m", messages=messages, tools=tools.chat).choices[0].message
    assert "- 茶碗, is in, cupboard" in last.content
    assert tools.chat_answers(last) == []


def test_a_response_recalls_what_is_known(client: Any, tools: FunctionTools) -> None:
    items: list[Any] = [{"role": "user", "content": "Where is the 茶碗?"}]
    first = client.responses.create(model="m", input=items, tools=tools.responses)
    items += [*first.output, *tools.response_answers(first.output)]
    last = client.responses.create(model="m", input=items, tools=tools.responses)
    assert "- 茶碗, is in, cupboard" in last.output_text
    assert tools.response_answers(last.output) == []


def test_what_is_said_in_a_chat_is_remembered(client: Any, tools: FunctionTools, memory: Memory) -> None:
    told = [{"role": "user", "content": "Ben lives in Bergen."}]
    reply = client.chat.completions.create(model="m", messages=told, tools=tools.chat).choices[0].message
    (answer,) = tools.chat_answers(reply)
    assert answer["content"].startswith("Remembered at step 1")
    assert memory.episodes(newest=1)[0].text == "Ben lives in Bergen."


def test_schemas_are_strict(tools: FunctionTools) -> None:
    for tool in tools.responses:
        assert tool["strict"]
        assert tool["parameters"]["additionalProperties"] is False
        assert tool["parameters"]["required"] == list(tool["parameters"]["properties"])


def test_calls_of_other_tools_are_left_to_the_caller(tools: FunctionTools) -> None:
    calls = [
        {"id": name, "type": "function", "function": {"name": name, "arguments": '{"entity": "茶碗"}'}}
        for name in ("weather", "history")
    ]
    message = ChatCompletionMessage.model_validate({"role": "assistant", "content": None, "tool_calls": calls})
    assert [answer["tool_call_id"] for answer in tools.chat_answers(message)] == ["history"]
    output = [
        {"type": "function_call", "name": name, "call_id": name, "arguments": "{}"} for name in ("weather", "recall")
    ]
    response = Response.model_construct(output=[_item(each) for each in output])
    assert [answer["call_id"] for answer in tools.response_answers(response.output)] == ["recall"]


def _item(values: dict[str, Any]) -> Any:
    from openai.types.responses import ResponseFunctionToolCall

    return ResponseFunctionToolCall.model_validate(values)


def test_a_tool_that_does_not_exist_is_told_to_the_model(tools: FunctionTools) -> None:
    assert tools.call("erase", "{}").startswith("Error: there is no tool 'erase'; there are remember, recall")


def test_a_recollection_says_why_when_asked(tools: FunctionTools) -> None:
    assert "Why:" in tools.call("recall", json.dumps({"query": "茶碗", "explain": True}))


def test_a_locked_file_is_told_to_the_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graphmem.storage.sqlite.connection.WAIT_SECONDS", 0.05)
    tools = FunctionTools(Memory(tmp_path / "locked.db", embedder=HashEmbedder()))
    with closing(sqlite3.connect(tmp_path / "locked.db", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        said = tools.call("remember", '{"text": "x", "facts": [], "key": null}')
    assert said == f"Error: {tmp_path / 'locked.db'}: another process is writing to it; try again when it is done"
