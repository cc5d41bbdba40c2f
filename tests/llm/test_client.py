"""Opening and closing a client, and its async twin."""

import asyncio
import gc
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from graphmem.errors import BadReply, InputError, RequestRefused, Unreachable
from graphmem.llm import ChatModel, Price
from graphmem.protocols import LLM
from tests.llm.forms import ASKED, Count, chat, three
from tests.model_server import ChatServer, drip, drop, say, stall, status


def test_it_satisfies_the_protocol() -> None:
    with ChatServer(three) as server:
        model: LLM = chat(server)
        assert model.reply(ASKED, Count, purpose="count") == Count(n=3)
        model.close()  # type: ignore[attr-defined]


def test_openai_needs_a_key() -> None:
    with pytest.raises(RequestRefused, match="OPENAI_API_KEY"):
        ChatModel("gpt-4o-mini")


def test_a_local_endpoint_needs_none() -> None:
    with ChatServer(three) as server, chat(server) as model:
        assert model.reply(ASKED, Count, purpose="count") == Count(n=3)


@pytest.mark.parametrize("url", ["localhost:8080", "ftp://host/v1", "http://", "http://user:sesame@host/v1"])
def test_a_base_url_that_cannot_be_used_is_refused(url: str) -> None:
    with pytest.raises(InputError, match="base URL") as caught:
        ChatModel("test-model", base_url=url)
    assert "sesame" not in str(caught.value)


def test_its_looks_say_model_and_host() -> None:
    with ChatModel("gpt-4o-mini", api_key="sk-0123456789") as model:
        assert repr(model) == "ChatModel('gpt-4o-mini' at api.openai.com)"
        assert model.name == "gpt-4o-mini"


def test_a_closed_model_says_so() -> None:
    with ChatServer(three) as server:
        with chat(server) as model:
            model.reply(ASKED, Count, purpose="count")
        model.close()
        with pytest.raises(InputError, match="closed"):
            model.reply(ASKED, Count, purpose="count")


def test_closing_ends_a_call_under_way() -> None:
    with ChatServer(three, [stall()]) as server, chat(server) as model, ThreadPoolExecutor(1) as pool:
        under_way = pool.submit(model.reply, ASKED, Count, purpose="count")
        while not server.requests:
            pass
        model.close()
        with pytest.raises(InputError, match="closed"):
            under_way.result()


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_a_model_that_is_forgotten_leaves_no_thread() -> None:
    before = set(threading.enumerate())
    with ChatServer(three) as server:
        chat(server).reply(ASKED, Count, purpose="count")
        gc.collect()
        assert not {thread for thread in set(threading.enumerate()) - before if thread.name == "graphmem-llm"}


def test_the_plain_path_works_inside_a_running_loop() -> None:
    async def ask(model: ChatModel) -> Count:
        return model.reply(ASKED, Count, purpose="count")

    with ChatServer(three) as server, chat(server) as model:
        assert asyncio.run(ask(model)) == Count(n=3)


def _run(script: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)


def test_importing_it_imports_no_client() -> None:
    done = _run("import sys, graphmem.llm; print({'openai', 'httpx2', 'json_repair'} & set(sys.modules))")
    assert done.stdout == "set()\n"


def test_a_missing_package_is_named_with_the_mend() -> None:
    script = "import sys; sys.modules['openai'] = None\nfrom graphmem.llm import ChatModel\nChatModel('m', api_key='k')"
    assert "LLMError: openai is not installed: pip install 'graphmem[openai]'" in _run(script).stderr


def test_the_async_twin_replies() -> None:
    async def ask(server: ChatServer) -> Count:
        async with chat(server) as model:
            return await model.areply(ASKED, Count, purpose="count")

    with ChatServer(three, [status(503), drop(), say("hm")], unsupported=["json_schema"]) as server:
        assert asyncio.run(ask(server)) == Count(n=3)


def test_the_async_twin_counts() -> None:
    async def ask(server: ChatServer) -> ChatModel:
        async with chat(server) as model:
            asked = [model.areply(ASKED, Count, purpose="count") for _ in range(8)]
            assert await asyncio.gather(*asked) == [Count(n=3)] * 8
        return model

    with ChatServer(three) as server:
        assert asyncio.run(ask(server)).usage["count"].calls == 8


@pytest.mark.parametrize(
    ("faults", "error"),
    [
        ([drop()] * 4, Unreachable),
        ([drip()] * 4, Unreachable),
        ([status(401)], RequestRefused),
        ([say("hm")] * 2, BadReply),
    ],
    ids=["dropping", "dripping", "refused", "bad"],
)
def test_the_async_twin_fails_by_the_same_names(faults: list[object], error: type[Exception]) -> None:
    async def ask(server: ChatServer) -> None:
        async with chat(server, timeout=0.5) as model:
            await model.areply(ASKED, Count, purpose="count")

    with ChatServer(three, faults) as server, pytest.raises(error):  # type: ignore[arg-type]
        asyncio.run(ask(server))


def test_one_model_serves_several_loops_and_threads_and_the_plain_path() -> None:
    with ChatServer(three) as server, chat(server) as model:

        def ask(_: int) -> Count:
            return asyncio.run(model.areply(ASKED, Count, purpose="count"))

        assert [ask(0), ask(1), model.reply(ASKED, Count, purpose="count")] == [Count(n=3)] * 3
        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(ask, range(8))) == [Count(n=3)] * 8
        asyncio.run(model.aclose())


def test_a_cancelled_call_gives_its_share_of_the_budget_back() -> None:
    dear = {"test-model": Price(1000.0, 1000.0, 1000.0)}

    async def ask(server: ChatServer) -> None:
        async with chat(server, prices=dear, budget=1.0, max_tokens=100) as model:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(model.areply(ASKED, Count, purpose="count"), 0.3)
            assert await model.areply(ASKED, Count, purpose="count") == Count(n=3)

    def slow(messages: object, schema: object) -> str:
        if len(server.requests) == 1:
            server.ended.wait(1)
        return '{"n": 3}'

    with ChatServer(slow) as server:
        asyncio.run(ask(server))
