"""The session and the tools for the OpenAI Agents SDK. Run by `test_openai_agents`, away from this checkout."""

import asyncio
import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest
from agents.testing import ScriptedModel, assistant_message, function_call

from agents import Agent, Runner, Session, SessionSettings, set_tracing_disabled
from graphmem import Memory
from graphmem.errors import InputError, StoreBusy
from graphmem.integrations.openai_agents import MemorySession, memory_tools
from graphmem.records import Vector
from graphmem.testing import HashEmbedder

set_tracing_disabled(True)
HELLO = {"role": "user", "content": "Ada lives in Oslo 🏔."}
CALL = {"type": "function_call", "call_id": "c1", "name": "recall", "arguments": '{"query": "Ada"}'}
OUTPUT = {"type": "function_call_output", "call_id": "c1", "output": "Facts I know: ..."}
REPLY = {
    "type": "message", "id": "m1", "role": "assistant", "status": "completed",
    "content": [{"type": "output_text", "text": "Noted.", "annotations": []}],
}  # fmt: skip


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    with Memory(tmp_path / "house.db", embedder=HashEmbedder()) as made:
        yield made


@pytest.fixture
def session(memory: Memory) -> MemorySession:
    return MemorySession("ada-1", memory)


def test_it_is_a_session(session: MemorySession) -> None:
    assert isinstance(session, Session)
    assert session.session_id == "ada-1"


def test_items_come_back_as_they_were_added(session: MemorySession) -> None:
    async def main() -> None:
        await session.add_items([HELLO, CALL])
        await session.add_items([OUTPUT, REPLY])
        assert await session.get_items() == [HELLO, CALL, OUTPUT, REPLY]
        assert await session.get_items(limit=2) == [OUTPUT, REPLY]
        assert await session.get_items(limit=0) == []

    asyncio.run(main())


@pytest.mark.parametrize("given", ["Hello.", HELLO, [HELLO, "Hello."]])
def test_what_are_no_items_is_refused_and_nothing_is_added(session: MemorySession, given: object) -> None:
    with pytest.raises(InputError, match="and not"):
        asyncio.run(session.add_items(given))
    assert asyncio.run(session.get_items()) == []


def test_what_is_said_is_kept_as_episodes_and_learned_from(session: MemorySession, memory: Memory) -> None:
    asyncio.run(session.add_items([HELLO, CALL, OUTPUT, REPLY]))
    assert [(episode.speaker, episode.text) for episode in memory.episodes()] == [
        ("user", "Ada lives in Oslo 🏔."),
        (None, "(function_call recall)"),
        (None, "(function_call_output)"),
        ("assistant", "Noted."),
    ]
    taught = {fact for episode in memory.episodes() if "function" in episode.text for fact in episode.facts}
    assert taught == set()  # what was recalled is no new sight


def test_popping_gives_the_newest_item_and_forgets_it(session: MemorySession, memory: Memory) -> None:
    async def main() -> None:
        await session.add_items([HELLO, REPLY])
        assert await session.pop_item() == REPLY
        assert await session.pop_item() == HELLO
        assert await session.pop_item() is None
        await session.add_items([CALL])
        assert await session.get_items() == [CALL]

    asyncio.run(main())
    assert memory.stats().episodes == 1


def test_clearing_forgets_this_session_alone(session: MemorySession, memory: Memory) -> None:
    async def main() -> None:
        other = MemorySession("ben-1", memory)
        await session.add_items([HELLO, REPLY])
        await other.add_items([REPLY])
        await session.clear_session()
        assert await session.get_items() == []
        assert await other.get_items() == [REPLY]

    memory.remember("seen elsewhere", triples=[("key", "is in", "box")])
    asyncio.run(main())
    assert [str(fact) for fact in memory.facts("key")] == ["key, is in, box"]


def test_settings_limit_what_is_read(memory: Memory) -> None:
    async def main() -> None:
        session = MemorySession("ada-1", memory, session_settings=SessionSettings(limit=1))
        await session.add_items([HELLO, REPLY])
        assert await session.get_items() == [REPLY]
        assert await session.get_items(limit=5) == [HELLO, REPLY]

    asyncio.run(main())


def test_two_processes_share_a_session(session: MemorySession, tmp_path: Path) -> None:
    async def main() -> None:
        with Memory(tmp_path / "house.db", embedder=HashEmbedder()) as second:
            other = MemorySession("ada-1", second)
            await session.add_items([HELLO])
            await other.add_items([REPLY])
            assert await session.get_items() == await other.get_items() == [HELLO, REPLY]
            assert await other.pop_item() == REPLY
            assert await session.get_items() == [HELLO]
            await other.add_items([CALL])
            assert await session.get_items(limit=1) == [CALL]
            await other.clear_session()
            assert await session.get_items() == []

    asyncio.run(main())


def test_tasks_add_to_a_session_at_once(session: MemorySession) -> None:
    batches = [[{"role": "user", "content": f"{n}"}, {"role": "assistant", "content": f"{n}"}] for n in range(10)]

    async def main() -> None:
        await asyncio.gather(*map(session.add_items, batches))
        items = await session.get_items()
        pairs = [(a["content"], b["content"]) for a, b in zip(items[::2], items[1::2], strict=True)]
        assert sorted(pairs) == [(f"{n}", f"{n}") for n in range(10)]

    asyncio.run(main())


_POPPING = """
import asyncio, json, sys
from graphmem import Memory
from graphmem.integrations.openai_agents import MemorySession
from graphmem.testing import HashEmbedder
async def main():
    session = MemorySession("ada-1", Memory(sys.argv[1], embedder=HashEmbedder()))
    items = []
    while item := await session.pop_item():
        items.append(item["content"])
    print(json.dumps(items))
asyncio.run(main())
"""


def test_an_item_is_popped_by_one_of_two_processes(session: MemorySession, tmp_path: Path) -> None:
    asyncio.run(session.add_items([{"role": "user", "content": f"{n}"} for n in range(12)]))
    command = [sys.executable, "-P", "-c", _POPPING, str(tmp_path / "house.db")]
    popping = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(2)]
    popped = [item for each in popping for item in json.loads(each.communicate()[0])]
    assert sorted(popped, key=int) == [f"{n}" for n in range(12)]
    assert asyncio.run(session.get_items()) == []


class _Held(HashEmbedder):
    """Embeds when it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.reached, self.let_go = Event(), Event()

    def embed(self, texts: Sequence[str]) -> Vector:
        self.reached.set()
        assert self.let_go.wait(60)
        return super().embed(texts)


def test_items_whose_adding_is_cancelled_again_and_again_are_not_there(tmp_path: Path) -> None:
    embedder = _Held()
    memory = Memory(tmp_path / "house.db", embedder=embedder)
    session = MemorySession("ada-1", memory)

    async def main() -> None:
        adding = asyncio.ensure_future(session.add_items([HELLO, REPLY]))
        assert await asyncio.to_thread(embedder.reached.wait, 60)
        for _ in range(3):
            adding.cancel()
            await asyncio.sleep(0)
        assert not adding.done()  # it is not known yet what becomes of the items
        embedder.let_go.set()
        with pytest.raises(asyncio.CancelledError):
            await adding
        assert await session.get_items() == []

    asyncio.run(main())
    assert memory.stats().episodes == memory.stats().facts == 0
    memory.close()


def test_items_of_an_older_file_come_back(session: MemorySession, memory: Memory) -> None:
    memory.remember("user: Ada lives in Oslo 🏔.", metadata={"openai_agents": {"session": "ada-1", "item": HELLO}})
    assert asyncio.run(session.get_items()) == [HELLO]


def test_settings_may_be_a_mapping(memory: Memory) -> None:
    session = MemorySession("ada-1", memory, session_settings={"limit": 1})
    asyncio.run(session.add_items([HELLO, REPLY]))
    assert asyncio.run(session.get_items()) == [REPLY]


def test_a_run_uses_session_and_tools(session: MemorySession, memory: Memory) -> None:
    fact = {"subject": "Ada", "relation": "lives in", "object": "Oslo"}
    model = ScriptedModel(
        [
            [function_call("remember", {"text": "Ada lives in Oslo.", "facts": [fact], "key": None}, call_id="c1")],
            [assistant_message("Noted.")],
            [function_call("history", {"entity": "Ada"}, call_id="c2")],
            [assistant_message("In Oslo.")],
        ]
    )

    async def main() -> None:
        agent = Agent(name="host", tools=memory_tools(memory), model=model)
        await Runner.run(agent, "I live in Oslo.", session=session)
        done = await Runner.run(agent, "Where do I live?", session=session)
        assert done.final_output == "In Oslo."
        items = await session.get_items()
        assert [item.get("role") or item["type"] for item in items] == [
            "user", "function_call", "function_call_output", "assistant",
        ] * 2  # fmt: skip
        assert items[6]["output"].startswith("- Ada, lives in, Oslo (since step 1")

    asyncio.run(main())


def test_a_recollection_says_why_when_asked(memory: Memory) -> None:
    memory.remember("Ada lives in Oslo.", triples=[("Ada", "lives in", "Oslo")])
    model = ScriptedModel(
        [[function_call("recall", {"query": "Ada", "explain": True}, call_id="c1")], [assistant_message("ok")]]
    )
    agent = Agent(name="host", tools=memory_tools(memory), model=model)
    done = asyncio.run(Runner.run(agent, "Where does Ada live?"))
    assert "Why:" in str(done.to_input_list())


def test_forgetting_is_a_tool_only_when_allowed(memory: Memory) -> None:
    assert "forget" not in [tool.name for tool in memory_tools(memory)]
    assert "forget" in [tool.name for tool in memory_tools(memory, allow_forget=True)]


def test_sessions_of_other_namespaces_are_not_seen(session: MemorySession, tmp_path: Path) -> None:
    async def main() -> None:
        with Memory(tmp_path / "house.db", namespace="ben", embedder=HashEmbedder()) as ben:
            await session.add_items([HELLO])
            assert await MemorySession("ada-1", ben).get_items() == []
            assert ben.recall("Ada").facts == ()

    asyncio.run(main())


def test_a_locked_file_is_a_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graphmem.storage.sqlite.connection.WAIT_SECONDS", 0.05)
    session = MemorySession("ada-1", Memory(tmp_path / "locked.db", embedder=HashEmbedder()))
    with closing(sqlite3.connect(tmp_path / "locked.db", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusy, match="another process is writing to it"):
            asyncio.run(session.add_items([HELLO]))
    assert asyncio.run(session.get_items()) == []
