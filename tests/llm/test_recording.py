"""Record, and replay without a network."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from graphmem import Memory
from graphmem.errors import BadReply, InputError, NotRecorded
from graphmem.llm import ChatModel
from tests.llm.forms import ASKED, Count, Note, chat, three
from tests.model_server import ChatServer, cut, say, status

NOWHERE = "http://127.0.0.1:9/v1"


def asking(text: str) -> list[dict[str, str]]:
    return [{"role": "system", "content": "You count."}, {"role": "user", "content": text}]


@pytest.fixture
def tape(tmp_path: Path) -> Path:
    return tmp_path / "tape.jsonl"


def replayed(tape: Path, model: str = "test-model", **arguments: int) -> ChatModel:
    return ChatModel(model, base_url=NOWHERE, replay=tape, **arguments)  # type: ignore[arg-type]


def record(tape: Path, *texts: str) -> None:
    numbers = iter(range(1, 100))
    with ChatServer(lambda *_: f'{{"n": {next(numbers)}}}') as server, chat(server, record=tape) as model:
        for text in texts:
            model.reply(asking(text), Count, purpose="count")


def test_a_replay_says_what_was_recorded(tape: Path) -> None:
    record(tape, "apples?", "pears?")
    with replayed(tape) as model:
        assert model.reply(asking("pears?"), Count, purpose="count") == Count(n=2)
        assert model.reply(asking("apples?"), Count, purpose="count") == Count(n=1)


def test_a_replay_takes_what_was_recorded(tape: Path) -> None:
    with ChatServer(three, [say("hm")]) as server, chat(server, record=tape) as model:
        model.reply(ASKED, Count, purpose="count")
        recorded = model.usage
    with replayed(tape) as model:
        model.reply(ASKED, Count, purpose="count")
        assert model.usage == recorded


def test_a_request_asked_again_gets_its_answers_in_order_and_the_last_from_then_on(tape: Path) -> None:
    record(tape, "apples?", "apples?")
    with replayed(tape) as model:
        replies = [model.reply(asking("apples?"), Count, purpose="count").n for _ in range(4)]
    assert replies == [1, 2, 2, 2]


def test_an_exchange_is_a_line_that_can_be_read(tape: Path) -> None:
    record(tape, "apples?", "pears?")
    first, _ = (json.loads(line) for line in tape.read_text().splitlines())
    assert first["purpose"] == "count"
    assert first["request"]["model"] == "test-model"
    assert first["request"]["messages"] == asking("apples?")
    assert first["request"]["parameters"] == {"max_tokens": 2048, "temperature": 0.0, "seed": 0}
    assert first["answer"]["text"] == '{"n": 1}'
    assert first["answer"]["finish"] == "stop"
    assert first["answer"]["completion_tokens"] == 2


def test_a_recording_does_not_depend_on_what_the_server_knows(tape: Path) -> None:
    with (
        ChatServer(three, [None] * 3 + [say("hm")], unsupported=["json_schema", "json_object", "seed"]) as server,
        chat(server, record=tape) as model,
    ):
        model.reply(ASKED, Count, purpose="count")
    with replayed(tape) as model:
        assert model.reply(ASKED, Count, purpose="count") == Count(n=3)
        assert model.usage["count"].repairs == 1


def test_faults_of_the_model_are_repeated(tape: Path) -> None:
    with (
        ChatServer(three, [status(500), say("hm"), say("hm")]) as server,
        chat(server, record=tape) as model,
        pytest.raises(BadReply) as first,
    ):
        model.reply(ASKED, Count, purpose="count")
    with replayed(tape) as model, pytest.raises(BadReply) as second:
        model.reply(ASKED, Count, purpose="count")
    assert str(first.value) == str(second.value)


def test_an_unknown_request_is_told_from_the_nearest(tape: Path) -> None:
    record(tape, "How many apples?\nLook well.", "Something else altogether")
    with replayed(tape) as model, pytest.raises(NotRecorded) as caught:
        model.reply(asking("How many pears?\nLook well."), Count, purpose="count")
    told = str(caught.value)
    assert "(count: 'How many pears?')" in told
    assert "-How many apples?\n+How many pears?" in told
    assert "Something else" not in told


def test_a_difference_outside_the_messages_is_named(tape: Path) -> None:
    record(tape, "apples?")
    with replayed(tape, "other-model", seed=7) as model, pytest.raises(NotRecorded, match=r"in model, parameters$"):
        model.reply(asking("apples?"), Count, purpose="count")
    with replayed(tape) as model, pytest.raises(NotRecorded, match=r"in form, schema$"):
        model.reply(asking("apples?"), Note, purpose="count")


def test_a_long_difference_is_clipped(tape: Path) -> None:
    record(tape, "apples?")
    with replayed(tape) as model, pytest.raises(NotRecorded) as caught:
        model.reply(asking("\n".join("pear" * 1000 for _ in range(500))), Count, purpose="count")
    assert len(str(caught.value)) < 10_000


def test_an_empty_recording_holds_nothing(tape: Path) -> None:
    tape.touch()
    with replayed(tape) as model, pytest.raises(NotRecorded, match="the recording is empty"):
        model.reply(ASKED, Count, purpose="count")


def test_half_a_last_line_is_left_out_and_said(tape: Path, caplog: pytest.LogCaptureFixture) -> None:
    record(tape, "apples?", "pears?")
    tape.write_bytes(tape.read_bytes()[:-40])
    with replayed(tape) as model:
        assert model.reply(asking("apples?"), Count, purpose="count") == Count(n=1)
        with pytest.raises(NotRecorded):
            model.reply(asking("pears?"), Count, purpose="count")
    assert "line 2 of" in caplog.text


def test_recording_goes_on_after_half_a_line(tape: Path) -> None:
    record(tape, "apples?", "pears?")
    tape.write_bytes(tape.read_bytes()[:-40])
    record(tape, "plums?")
    with replayed(tape) as model:
        assert model.reply(asking("apples?"), Count, purpose="count") == Count(n=1)
        assert model.reply(asking("plums?"), Count, purpose="count") == Count(n=1)


def test_a_killed_run_keeps_what_it_recorded(tape: Path) -> None:
    script = (
        "import sys\nfrom tests.llm.forms import ASKED, Count\nfrom graphmem.llm import ChatModel\n"
        "model = ChatModel('test-model', base_url=sys.argv[1], record=sys.argv[2])\n"
        "while True: model.reply(ASKED, Count, purpose='count')\n"
    )
    with ChatServer(three) as server:
        child = subprocess.Popen([sys.executable, "-c", script, server.url, str(tape)], cwd=Path(__file__).parents[2])
        while len(server.requests) < 20:
            assert child.poll() is None
        child.kill()
        child.wait()
    whole = [json.loads(line) for line in tape.read_bytes().split(b"\n")[:-1]]
    assert len(server.requests) - 1 <= len(whole) + 1


def test_any_text_can_be_recorded(tape: Path) -> None:
    with ChatServer(lambda *_: '{"text": "\\u2028 🥧 \\r"}') as server, chat(server, record=tape) as model:
        made = model.reply(asking("pie \x85 \u2028 \ud800"), Note, purpose="note")
    with replayed(tape) as model:
        assert model.reply(asking("pie \x85 \u2028 \ud800"), Note, purpose="note") == made


def test_a_cut_off_reply_is_recorded_as_such(tape: Path) -> None:
    with (
        ChatServer(three, [cut()]) as server,
        chat(server, record=tape) as model,
        pytest.raises(Exception, match="limit"),
    ):
        model.reply(ASKED, Count, purpose="count")
    assert json.loads(tape.read_text())["answer"]["finish"] == "length"


def test_files_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot replay .*none\.jsonl"):
        replayed(tmp_path / "none.jsonl")
    with pytest.raises(InputError, match="cannot record"):
        ChatModel("test-model", base_url=NOWHERE, record=tmp_path / "none" / "tape.jsonl")
    with pytest.raises(InputError, match="not both"):
        ChatModel("test-model", record=tmp_path / "a", replay=tmp_path / "b")


def test_nothing_is_recorded_into_a_memory(tmp_path: Path) -> None:
    Memory(tmp_path / "house.db").close()
    with pytest.raises(InputError, match=r"house\.db holds a memory"):
        ChatModel("m", base_url="http://127.0.0.1:9", record=tmp_path / "house.db")
