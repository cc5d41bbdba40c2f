"""What calls took, what they cost, and the budget."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError

import pytest

from graphmem.errors import BudgetSpent, InputError, Unreachable
from graphmem.llm import Bill, ChatModel, Price, Usage
from tests.llm.forms import ASKED, Count, chat, three
from tests.model_server import ChatServer, drop, garbled, say, status

DEAR = Price(prompt=1000.0, cached=500.0, completion=4000.0)
REMOTE = "https://llm.example.com/v1"


def ask_for_ever(model: ChatModel) -> None:
    for _ in range(1000):
        model.reply(ASKED, Count, purpose="plan")


def test_usage_is_counted_by_purpose() -> None:
    with ChatServer(three, [None, status(503), say("hm")]) as server, chat(server) as model:
        model.reply(ASKED, Count, purpose="plan")
        model.reply(ASKED, Count, purpose="act")
        bill = model.usage
    plan, act = bill["plan"], bill["act"]
    assert (plan.calls, plan.retries, plan.repairs) == (1, 0, 0)
    assert (act.calls, act.retries, act.repairs) == (2, 1, 1)
    assert plan.prompt_tokens == 7
    assert plan.completion_tokens == 2
    assert act.seconds > 0
    assert bill.total.calls == 3
    assert bill.total.prompt_tokens == plan.prompt_tokens + act.prompt_tokens


def test_cached_tokens_are_counted() -> None:
    with ChatServer(three) as server, chat(server) as model:
        model.reply(ASKED, Count, purpose="plan")
        model.reply(ASKED, Count, purpose="plan")
        assert model.usage["plan"].cached_tokens == 6


def test_a_server_that_counts_nothing_is_counted_for() -> None:
    uncounted = b'{"choices": [{"message": {"content": "{\\"n\\": 3}"}}]}'
    with ChatServer(three, [garbled(uncounted)]) as server, chat(server) as model:
        model.reply(ASKED, Count, purpose="plan")
        assert model.usage["plan"].prompt_tokens > 7
        assert model.usage["plan"].completion_tokens == 2


def test_what_was_tried_in_vain_is_counted() -> None:
    with ChatServer(three, [drop()] * 4) as server, chat(server) as model:
        with pytest.raises(Unreachable):
            model.reply(ASKED, Count, purpose="plan")
        assert model.usage["plan"] == Usage(retries=3)


def test_a_bill_does_not_change_after_it_was_asked_for() -> None:
    with ChatServer(three) as server, chat(server) as model:
        before = model.usage
        model.reply(ASKED, Count, purpose="plan")
        assert before == Bill()
        with pytest.raises(FrozenInstanceError):
            model.usage["plan"].calls = 0  # type: ignore[misc]


def test_a_local_model_is_free() -> None:
    with ChatServer(three) as server, chat(server) as model:
        model.reply(ASKED, Count, purpose="plan")
        assert model.usage.total.cost == 0.0


def test_a_price_is_what_tokens_cost() -> None:
    with ChatServer(three) as server, chat(server, prices={"test-model": DEAR}) as model:
        model.reply(ASKED, Count, purpose="plan")
        model.reply(ASKED, Count, purpose="plan")
        assert model.usage.total.cost == pytest.approx((8 * 1000 + 6 * 500 + 4 * 4000) / 1e6)


def test_an_unknown_price_makes_the_total_unknown() -> None:
    assert (Usage(cost=1.0) + Usage(cost=None)).cost is None
    assert Bill(plan=Usage(calls=1, cost=None), act=Usage(calls=2, cost=0.5)).total == Usage(calls=3, cost=None)


@pytest.mark.parametrize("model", ["gpt-4o-mini", "gpt-4o-mini-2024-07-18"])
def test_the_price_of_a_known_model_is_known(model: str) -> None:
    with ChatModel(model, base_url=REMOTE, budget=1.0) as known:
        assert known.usage.total.cost == 0.0


def test_a_budget_needs_a_price() -> None:
    with pytest.raises(InputError, match=r"prices=\{'my-model': Price\(\.\.\.\)\}"):
        ChatModel("my-model", base_url=REMOTE, budget=1.0)
    ChatModel("my-model", base_url=REMOTE, budget=1.0, prices={"my-model": DEAR}).close()


def test_a_budget_is_never_exceeded() -> None:
    budget = 2.0
    with (
        ChatServer(three) as server,
        chat(server, prices={"test-model": DEAR}, budget=budget, max_tokens=100) as model,
    ):
        with pytest.raises(BudgetSpent, match=r"\(plan\) could cost \$0\.\d+.*budget="):
            ask_for_ever(model)
        made, spent = len(server.requests), model.usage.total.cost
    assert made > 10
    assert spent is not None
    assert budget / 2 < spent < budget


def test_a_call_that_the_budget_does_not_bear_is_not_made() -> None:
    with ChatServer(three) as server:
        with chat(server, prices={"test-model": DEAR}, budget=0.1) as model, pytest.raises(BudgetSpent):
            model.reply(ASKED, Count, purpose="plan")
        assert server.requests == []


def test_calls_under_way_count_against_the_budget() -> None:
    gate = threading.Barrier(2, timeout=5)

    def answer(messages: object, schema: object) -> str:
        gate.wait()
        return '{"n": 3}'

    with (
        ChatServer(answer) as server,
        chat(server, prices={"test-model": DEAR}, budget=1.2, max_tokens=100) as model,
        ThreadPoolExecutor(1) as pool,
    ):
        under_way = pool.submit(model.reply, ASKED, Count, purpose="plan")
        while not server.requests:
            pass
        with pytest.raises(BudgetSpent):
            model.reply(ASKED, Count, purpose="act")
        gate.wait()
        assert under_way.result() == Count(n=3)


def test_a_call_that_failed_gives_its_share_of_the_budget_back() -> None:
    with (
        ChatServer(three, [status(401)] * 5) as server,
        chat(server, prices={"test-model": DEAR}, budget=1.2, max_tokens=100) as model,
    ):
        for _ in range(5):
            with pytest.raises(Exception, match="HTTP 401"):
                model.reply(ASKED, Count, purpose="plan")
        assert model.reply(ASKED, Count, purpose="plan") == Count(n=3)


def test_threads_share_a_model() -> None:
    with ChatServer(three) as server, chat(server) as model, ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: model.reply(ASKED, Count, purpose="plan"), range(64)))
        assert replies == [Count(n=3)] * 64
        assert model.usage["plan"].calls == 64
