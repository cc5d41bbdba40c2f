"""What is remembered without waiting: durable at once, read afterwards."""

import asyncio
import logging
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from graphmem import Episode, Extraction, Fact, Memory, Observation, Triple
from graphmem.errors import ExtractionError
from graphmem.testing import HashEmbedder


class Gated:
    """Reads "x y" as the triple (x, is, y) once its gate is open; cannot read what says "unreadable"."""

    name, anchors = "gated", ()

    def __init__(self) -> None:
        self.gate, self.began = threading.Event(), threading.Event()
        self.read: list[str] = []

    def extract(self, observation: Observation, known: Sequence[Fact]) -> Extraction:
        self.began.set()
        assert self.gate.wait(20)
        self.read.append(observation.text)
        if "unreadable" in observation.text:
            raise ValueError("no words")
        one, other = observation.text.split()
        return Extraction((Triple(one, "is", other),))


@pytest.fixture
def extractor() -> Gated:
    return Gated()


@pytest.fixture
def memory(tmp_path: Path, extractor: Gated) -> Iterator[Memory]:
    with Memory(tmp_path / "house.db", extractor=extractor, embedder=HashEmbedder()) as made:
        yield made
        extractor.gate.set()


def test_it_is_durable_and_found_by_its_words_before_it_is_read(memory: Memory, tmp_path: Path) -> None:
    learned = memory.remember("sky blue", wait=False)
    assert learned.episode.pending
    assert not learned.asserted
    with Memory(tmp_path / "house.db", embedder=HashEmbedder()) as other:
        assert other.episodes() == [learned.episode]
    assert memory.recall("what is blue?").episodes == (learned.episode,)


def test_all_is_read_in_order_until_a_flush_returns(memory: Memory, extractor: Gated) -> None:
    texts = [f"thing {number}" for number in range(20)]
    for text in texts:
        memory.remember(text, wait=False)
    extractor.gate.set()
    memory.flush()
    assert extractor.read == texts
    assert len(memory.facts("thing")) == 20
    assert not memory.episodes(pending=True)


def test_closing_waits_for_what_is_unread(tmp_path: Path, extractor: Gated) -> None:
    extractor.gate.set()
    with Memory(tmp_path / "house.db", extractor=extractor, embedder=HashEmbedder()) as memory:
        memory.remember("sky blue", wait=False)
    with Memory(tmp_path / "house.db", embedder=HashEmbedder()) as memory:
        assert [str(fact) for fact in memory.facts("sky")] == ["sky, is, blue"]


def test_a_flush_tells_what_could_not_be_read_once(
    memory: Memory, extractor: Gated, caplog: pytest.LogCaptureFixture
) -> None:
    extractor.gate.set()
    memory.remember("unreadable", wait=False)
    memory.remember("sky blue", wait=False)
    with caplog.at_level(logging.WARNING), pytest.raises(ExtractionError, match=r"no words.*extract_pending"):
        memory.flush()
    assert "no words" in caplog.text
    assert [each.text for each in memory.episodes(pending=True)] == ["unreadable"]
    assert memory.facts("sky")
    memory.flush()


def test_a_store_that_fails_while_reading_is_told_too(
    memory: Memory, extractor: Gated, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory.remember("sky blue", wait=False)
    assert extractor.began.wait(20)

    def full(*_: object, **__: object) -> object:
        raise OSError("the disk is full")

    monkeypatch.setattr(memory, "_commit", full)
    extractor.gate.set()
    with pytest.raises(ExtractionError, match="the disk is full"):
        memory.flush()
    monkeypatch.undo()
    memory.flush()  # it is tried again, since nothing was wrong with it
    assert memory.facts("sky")


def test_given_triples_are_learned_at_once(memory: Memory) -> None:
    learned = memory.remember("seen", triples=[("sky", "is", "blue")], wait=False)
    assert not learned.episode.pending
    assert memory.facts("sky")


def test_a_repeated_key_is_stored_once(memory: Memory, extractor: Gated) -> None:
    first = memory.remember("sky blue", key="k", wait=False)
    again = memory.remember("sky blue", key="k", wait=False)
    assert again.repeated
    assert again.episode == first.episode
    extractor.gate.set()
    memory.flush()
    assert extractor.read == ["sky blue"]


def test_what_is_forgotten_before_it_is_read_does_not_come_back(memory: Memory, extractor: Gated) -> None:
    memory.remember("sky blue", wait=False)
    assert extractor.began.wait(20)
    secret = memory.remember("secret told", wait=False).episode
    forgetting = threading.Thread(target=memory.forget, args=[secret])
    forgetting.start()
    extractor.gate.set()
    forgetting.join(20)
    memory.flush()
    assert [each.text for each in memory.episodes()] == ["sky blue"]
    assert not memory.facts("secret")


def test_a_new_version_ends_what_the_unread_older_one_says(memory: Memory, extractor: Gated) -> None:
    memory.remember("sky blue", key="weather", wait=False)
    extractor.gate.set()
    memory.update({"text": "sky grey", "key": "weather"})
    assert [str(fact) for fact in memory.facts("sky")] == ["sky, is, grey"]


def test_it_can_be_awaited(memory: Memory, extractor: Gated) -> None:
    async def main() -> Episode:
        learned = await memory.aremember("sky blue", wait=False)
        extractor.gate.set()
        await memory.aflush()
        return learned.episode

    assert asyncio.run(main()).pending
    assert memory.facts("sky")


PROGRAM = """
    import sys, time
    from graphmem import Memory
    from graphmem.testing import HashEmbedder
    from tests.memory.test_unread import Gated
    extractor = Gated()
    memory = Memory(sys.argv[1], extractor=extractor, embedder=HashEmbedder())
    for number in range(5):
        memory.remember(f"thing {number}", wait=False)
    print("told", flush=True)
    if sys.argv[2] == "end":
        extractor.gate.set()
    else:
        time.sleep(60)
"""


def _program(path: Path, end: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", textwrap.dedent(PROGRAM), str(path), end]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_a_program_that_just_ends_has_read_all(tmp_path: Path) -> None:
    with _program(tmp_path / "house.db", "end") as program:
        _, errors = program.communicate(timeout=60)
    assert (program.returncode, errors) == (0, "")
    with Memory(tmp_path / "house.db", embedder=HashEmbedder()) as memory:
        assert not memory.episodes(pending=True)
        assert len(memory.facts("thing")) == 5


@pytest.mark.parametrize("how", ["flush", "remember", "extract_pending"])
def test_what_was_unread_at_a_kill_is_read_by_the_next(tmp_path: Path, extractor: Gated, how: str) -> None:
    with _program(tmp_path / "house.db", "wait") as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "told\n"
        program.send_signal(signal.SIGKILL)
    extractor.gate.set()
    with Memory(tmp_path / "house.db", extractor=extractor, embedder=HashEmbedder()) as memory:
        assert len(memory.episodes(pending=True)) == 5
        if how == "remember":
            memory.remember("thing 5", wait=False)
        else:
            getattr(memory, how)()
    assert extractor.read[:5] == [f"thing {number}" for number in range(5)]
