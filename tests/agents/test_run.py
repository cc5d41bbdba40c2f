"""A run that is stopped, by whatever, loses nothing and can go on; one that was paid for can be replayed."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from agents.ariadne import Ariadne
from agents.memories import GraphMemory, open_memory
from agents.players import language_model, rules_of_thumb
from agents.run import Run
from agents.screen import show_run
from envs import MiniWorld
from graphmem.embedding import load_embedder
from graphmem.errors import InputError
from graphmem.llm import ChatModel, Price
from tests.agents.stand_in import StandIn
from tests.model_server import ChatServer, say, stall

ROOT = Path(__file__).parent.parent.parent
HUNT = ("treasure-hunt", "--seed", "3", "--json", "--log", "log.jsonl")


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "agents", "play", *arguments]


def _play(folder: Path, *arguments: str, **environment: str) -> list[dict[str, Any]]:
    env = {"PYTHONPATH": str(ROOT), **environment}
    done = subprocess.run(_command(*arguments), cwd=folder, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runs")


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with ChatServer(StandIn()) as made:
        yield made


def test_a_run_goes_on_where_it_stopped(folder: Path) -> None:
    whole = _play(folder, *HUNT, "--memory-file", "whole.db")[-1]
    first = _play(folder, *HUNT, "--memory-file", "parts.db", "--log", "parts.jsonl", "--max-steps", "9")
    rest = _play(folder, *HUNT, "--memory-file", "parts.db", "--log", "parts.jsonl", "--resume")
    assert rest[0]["step"] == len(first)
    assert rest[-1]["won"]
    assert rest[-1]["actions"] == whole["actions"]
    logged = [json.loads(line) for line in (folder / "parts.jsonl").read_text().splitlines()]
    steps = [record["step"] for record in logged if "step" in record]
    assert steps == list(range(1, len(steps) + 1))


@pytest.mark.parametrize(("how", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_a_run_that_was_broken_off_goes_on(folder: Path, how: signal.Signals, code: int) -> None:
    name = how.name.lower()
    arguments = (*HUNT[:-1], f"{name}.jsonl", "--memory-file", f"{name}.db")
    env = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]}
    with subprocess.Popen(_command(*arguments), cwd=folder, env=env, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        for _ in range(5):
            child.stdout.readline()
        child.send_signal(how)
        rest = child.stdout.read().splitlines()
    assert child.returncode == code
    if how is signal.SIGINT:
        assert json.loads(rest[-1])["stopped"] == "interrupted"
    assert _play(folder, *arguments, "--resume")[-1]["won"]


def test_resuming_what_is_not_there_is_refused(folder: Path) -> None:
    for arguments, word in ((("--resume",), "--memory-file"), (("--resume", "--memory-file", "new.db"), "no run")):
        done = subprocess.run(
            _command(*HUNT, *arguments), cwd=folder, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True
        )
        assert done.returncode == 2
        assert word in done.stderr
        assert done.stderr.count("\n") == 1


def test_a_model_plays_from_the_command_line_and_its_recording_replays(folder: Path, server: ChatServer) -> None:
    arguments = ("treasure-hunt", "--seed", "3", "--json", "--policy", "llm", "--model", "stand-in", "--max-steps", "6")
    paid = _play(folder, *arguments, "--record", "calls.jsonl", OPENAI_BASE_URL=server.url, OPENAI_API_KEY="sk-secret")
    asked = len(server.requests)
    again = _play(folder, *arguments, "--replay", "calls.jsonl", OPENAI_BASE_URL="http://127.0.0.1:9/v1")
    assert again[-1]["actions"] == paid[-1]["actions"]
    assert len(server.requests) == asked
    usage = paid[-1]["usage"]
    assert set(usage) == {"extract", "plan and act", "total"}
    assert usage["total"]["calls"] == asked
    assert again[-1]["reply_faults"] == paid[-1]["reply_faults"]
    assert "sk-secret" not in (folder / "calls.jsonl").read_text()


def test_a_budget_stops_a_run_before_it_is_exceeded(server: ChatServer) -> None:
    prices = {"stand-in": Price(1.0, 1.0, 1.0)}
    with ChatModel("stand-in", base_url=server.url, prices=prices, budget=0.01, max_tokens=500) as model:
        player = language_model(model)
        with open_memory(":memory:", load_embedder("minilm"), player.extractor) as memory:
            out = io.StringIO()
            run = Run(Console(file=out, width=200), GraphMemory(memory), player, model, as_json=False, log=None)
            agent = Ariadne(MiniWorld(), memory, player.policy)
            run.play(agent, resume=False, reflect=False)
            run.finish(None)
            assert memory.stats().episodes == len(agent.commands) + 1
        spent = model.usage.total.cost
    assert run.over
    assert run.exit_code == 0
    assert spent is not None
    assert 0 < spent <= 0.01
    assert "budget" in out.getvalue()


def test_a_log_is_not_written_into_a_memory(tmp_path: Path) -> None:
    with open_memory(tmp_path / "house.db", load_embedder("lexical")) as memory:
        run = Run(
            Console(), GraphMemory(memory), rules_of_thumb(load_embedder("lexical")), None, as_json=False,
            log=tmp_path / "house.db",
        )  # fmt: skip
        with pytest.raises(InputError, match=r"house\.db holds a memory"), run:
            pass


def test_what_was_not_used_of_replies_is_told_step_by_step_and_in_the_end(tmp_path: Path) -> None:
    faults = [
        None,
        None,
        say('{"reason": "r", "action": "fly"}'),
        say('{"reason": "r", "action": "looks"}'),
        say('{"triples": [["dragon", "guards", "castle"]], "outdated": [77]}'),
        say("no plan at all"),
        say("still none"),
    ]
    with ChatServer(StandIn(), faults) as server, ChatModel("stand-in", base_url=server.url) as model:
        player = language_model(model, calls=3)
        with open_memory(":memory:", load_embedder("minilm"), player.extractor) as memory:
            out, log = io.StringIO(), tmp_path / "log.jsonl"
            with Run(Console(file=out, width=200), GraphMemory(memory), player, model, as_json=False, log=log) as run:
                run.play(Ariadne(MiniWorld(), memory, player.policy, max_steps=2), resume=False, reflect=False)
                run.finish(None)
    first, _, whole = [json.loads(line) for line in log.read_text().splitlines()]
    assert first["reply_faults"] == {"asked again": 1, "matched": 1, "ungrounded": 1, "not shown": 1}
    assert whole["reply_faults"] == {**first["reply_faults"], "plan kept": 1}
    assert "not used as they were: 1 asked again" in out.getvalue()
    assert "1 plan kept" in out.getvalue()


LLM = ("treasure-hunt", "--seed", "3", "--json", "--policy", "llm", "--model", "stand-in")


def test_a_run_that_spent_its_budget_goes_on_with_more(folder: Path, server: ChatServer) -> None:
    files = ("--memory-file", "poor.db", "--log", "poor.jsonl", "--price", "1", "1", "1")
    url = {"OPENAI_BASE_URL": server.url}
    *before, poor = _play(folder, *LLM, *files, "--budget", "0.025", **url)
    assert "budget" in poor["stopped"]
    assert before
    assert 0 < poor["usage"]["total"]["cost"] <= 0.025
    assert poor["episodes"] == len(poor["actions"]) + 1, "every observation is there"
    asked = len(server.requests)
    more = ("--budget", "1", "--resume", "--max-steps", str(len(poor["actions"]) + 2))
    first, *_, rich = _play(folder, *LLM, *files, *more, **url)
    assert first["step"] == len(before) + 1
    assert rich["actions"][: len(poor["actions"])] == poor["actions"]
    assert len(rich["actions"]) > len(poor["actions"])
    assert rich["usage"]["total"]["calls"] == len(server.requests) - asked


def test_a_budget_for_a_model_of_unknown_price_asks_for_it(folder: Path) -> None:
    env = {"PYTHONPATH": str(ROOT), "OPENAI_BASE_URL": "https://llm.example.com/v1"}
    done = subprocess.run(_command(*LLM, "--budget", "1"), cwd=folder, env=env, capture_output=True, text=True)
    assert done.returncode == 2
    assert "--price" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("call", [2, 3], ids=["extract", "plan and act"])
def test_ctrl_c_in_the_midst_of_a_call_loses_nothing(folder: Path, call: int) -> None:
    files = ("--memory-file", f"call{call}.db", "--log", f"call{call}.jsonl", "--max-steps", "4")
    with ChatServer(StandIn(), [*[None] * call, stall()]) as server:
        env = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], "OPENAI_BASE_URL": server.url}
        command = _command(*LLM, *files)
        with subprocess.Popen(command, cwd=folder, env=env, stdout=subprocess.PIPE, text=True) as child:
            while len(server.requests) <= call and child.poll() is None:
                time.sleep(0.05)
            child.send_signal(signal.SIGINT)
            assert child.stdout
            *_, stopped = [json.loads(line) for line in child.stdout.read().splitlines()]
        assert child.returncode == 130
        assert stopped["stopped"] == "interrupted"
        assert (len(stopped["actions"]), stopped["episodes"]) == (1, 2)
        whole = _play(folder, *LLM, *files, "--resume", OPENAI_BASE_URL=server.url)[-1]
    assert whole["actions"][:1] == stopped["actions"]
    assert (len(whole["actions"]), whole["episodes"]) == (4, 5)


def test_a_failed_attempt_leaves_its_lesson_to_the_next(folder: Path, server: ChatServer) -> None:
    arguments = ("treasure-hunt", "--seed", "3", "--json", "--policy", "llm", "--model", "x", "--max-steps", "2")
    records = _play(folder, *arguments, "--attempts", "2", OPENAI_BASE_URL=server.url)
    assert sum("won" in record for record in records) == 2
    told = [str(request["messages"]) for request in server.requests]
    assert any("Lessons of earlier attempts:\\nGo straight to the white locker." in each for each in told)


def test_the_papers_own_six_calls_in_their_order(folder: Path, server: ChatServer) -> None:
    asked: list[str] = []
    answer = StandIn()

    def paper(messages: Any, schema: Any) -> str:
        (first, *_) = (word for word in WORDS if word in f"{messages[0]['content']}\n{messages[-1]['content']}")
        asked.append(WORDS[first])
        known = {
            "entities": '{"entities": ["key 1"], "depths": [2]}',
            "outdated": '{"outdated": [1]}',
            "explore": '{"explore": true}',
            "triples": '{"triples": [["key 1", "is in", "inventory"]]}',
        }
        return known.get(asked[-1]) or answer(messages, schema)

    with ChatServer(paper) as made:
        arguments = ("treasure-hunt", "--seed", "3", "--json", "--policy", "llm", "--model", "x", "--paper")
        _play(folder, *arguments, "--max-steps", "2", OPENAI_BASE_URL=made.url)
    step = ["entities", "triples", "outdated", "explore", "plan", "act"]
    second = asked.index("entities", 1)
    assert asked[second : second + 6] == step


WORDS = {
    "worth looking up": "entities",
    "that they replace": "outdated",
    "need exploration": "explore",
    "From each observation": "triples",
    "Make or update the plan": "plan",
    "Choose one action": "act",
}


def test_the_command_to_look_with_is_one_that_can_be_pasted() -> None:
    console = Console(file=io.StringIO(), width=120)
    record = {"score": 1, "max_score": 7, "won": False, "steps": 2, "actions": [], "episodes": 3, "facts": 4}
    show_run(console, record | {"memory_ms_per_step": 1.0, "unread": 0, "pending": 0}, "", "my [old] run.db")
    assert "graphmem facts 'my [old] run.db'" in console.file.getvalue()  # type: ignore[attr-defined]
