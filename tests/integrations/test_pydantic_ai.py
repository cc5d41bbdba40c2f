"""A memory as a capability of a pydantic-ai agent, and its tools as a toolset."""

import asyncio
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import pytest

from graphmem import Memory
from graphmem.errors import StoreBusy
from graphmem.testing import HashEmbedder

pytest.importorskip("pydantic_ai")

from pydantic_ai import Agent, AgentRunResult
from pydantic_ai.messages import ModelMessage, ModelRequest, ModelResponse, TextPart, ToolCallPart, UserPromptPart
from pydantic_ai.models.function import AgentInfo, FunctionModel

from graphmem.integrations.pydantic_ai import Remembering, memory_toolset


class Model:
    """Gives scripted replies, and keeps what it was asked."""

    def __init__(self, *replies: TextPart | ToolCallPart) -> None:
        self.replies = list(replies)
        self.asked: list[list[ModelMessage]] = []
        self.tools: list[str] = []

    def __call__(self, messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        self.asked.append(messages)
        self.tools = [tool.name for tool in info.function_tools]
        return ModelResponse(parts=[self.replies.pop(0)])


def prompts(messages: Iterable[ModelMessage]) -> list[str]:
    parts = [part for message in messages if isinstance(message, ModelRequest) for part in message.parts]
    return [str(part.content) for part in parts if isinstance(part, UserPromptPart)]


def run(agent: Agent[None, str], prompt: str) -> AgentRunResult[str]:
    return asyncio.run(agent.run(prompt))


@pytest.fixture
def oslo(memory: Memory) -> Memory:
    memory.remember("Ada lives in Oslo 🏔.", triples=[("Ada", "lives in", "Oslo")])
    return memory


def test_what_is_known_stands_beside_the_prompt_and_not_in_the_history(oslo: Memory) -> None:
    model = Model(TextPart("In Oslo."))
    done = run(Agent(FunctionModel(model), capabilities=[Remembering(oslo)]), "Where does Ada live?")
    told, asked = prompts(model.asked[0])
    assert "- Ada, lives in, Oslo" in told
    assert asked == "Where does Ada live?"
    assert prompts(done.all_messages()) == [asked]
    request = model.asked[0][0]
    assert isinstance(request, ModelRequest)
    assert "Oslo" not in (request.instructions or "")


def test_prompt_and_reply_are_remembered(oslo: Memory) -> None:
    agent = Agent(FunctionModel(Model(TextPart("Noted."))), capabilities=[Remembering(oslo)])
    asyncio.run(agent.run("Ben lives in Bergen."))
    told = [(episode.speaker, episode.text) for episode in oslo.episodes()[1:]]
    assert told == [("user", "Ben lives in Bergen."), ("assistant", "Noted.")]


def test_the_recollection_is_told_at_every_step_of_a_run(oslo: Memory) -> None:
    model = Model(ToolCallPart("history", {"entity": "Ada"}), TextPart("In Oslo."))
    done = run(Agent(FunctionModel(model), capabilities=[Remembering(oslo)]), "Where does Ada live?")
    assert all("- Ada, lives in, Oslo" in prompts(asked)[0] for asked in model.asked)
    assert "- Ada, lives in, Oslo (since step 0" in str(done.all_messages()[2])


def test_runs_at_once_do_not_share_what_they_recalled(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "house.db")
    for name in ("Ada", "Ben"):
        memory.remember(f"{name} has a boat.", triples=[(name, "has", f"boat of {name}")])
    capability = Remembering(memory)

    async def ask(name: str) -> list[ModelMessage]:
        model = Model(TextPart("ok"))
        await Agent(FunctionModel(model), capabilities=[capability]).run(f"What does {name} have?")
        return model.asked[0]

    async def main() -> None:
        for name, asked in zip(("Ada", "Ben"), await asyncio.gather(ask("Ada"), ask("Ben")), strict=True):
            assert f"boat of {name}" in prompts(asked)[0].splitlines()[2]

    asyncio.run(main())
    assert capability.recollection == ""


def test_the_toolset_gives_the_tools_alone(oslo: Memory) -> None:
    fact = {"subject": "Ben", "relation": "lives in", "object": "Bergen"}
    call = ToolCallPart("remember", {"text": "Ben lives in Bergen.", "facts": [fact]})
    model = Model(call, TextPart("Noted."))
    done = run(Agent(FunctionModel(model), toolsets=[memory_toolset(oslo)]), "Ben lives in Bergen.")
    assert model.tools == ["remember", "recall", "facts_about", "history"]
    assert "+ Ben, lives in, Bergen" in str(done.all_messages())
    assert prompts(model.asked[0]) == ["Ben lives in Bergen."]


def test_forgetting_is_a_tool_only_when_allowed(oslo: Memory) -> None:
    model = Model(TextPart("ok"))
    run(Agent(FunctionModel(model), capabilities=[Remembering(oslo, allow_forget=True)]), "hi")
    assert "forget" in model.tools


def test_the_recollection_says_why_when_asked(oslo: Memory) -> None:
    model = Model(TextPart("ok"))
    run(Agent(FunctionModel(model), capabilities=[Remembering(oslo, explain=True)]), "Where does Ada live?")
    assert "Why:" in prompts(model.asked[0])[0]


def test_another_namespace_is_not_seen(oslo: Memory, tmp_path: Path) -> None:
    model = Model(TextPart("ok"))
    with Memory(tmp_path / "house.db", namespace="ben", embedder=HashEmbedder()) as ben:
        run(Agent(FunctionModel(model), capabilities=[Remembering(ben)]), "Where does Ada live?")
    assert "Oslo" not in prompts(model.asked[0])[0]


def test_a_locked_file_is_told_to_the_model_by_a_tool_and_to_the_caller_by_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graphmem.storage.sqlite.connection.WAIT_SECONDS", 0.05)
    memory = Memory(tmp_path / "locked.db", embedder=HashEmbedder())
    with closing(sqlite3.connect(tmp_path / "locked.db", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        model = Model(ToolCallPart("remember", {"text": "x"}), TextPart("sorry"))
        done = run(Agent(FunctionModel(model), toolsets=[memory_toolset(memory)]), "hi")
        assert "another process is writing to it; try again" in str(done.all_messages())
        with pytest.raises(StoreBusy, match="another process is writing"):
            run(Agent(FunctionModel(Model(TextPart("ok"))), capabilities=[Remembering(memory)]), "hi")
