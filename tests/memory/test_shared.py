"""One memory, used by many threads and tasks at once."""

import asyncio
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from graphmem import Extraction, Memory
from graphmem.errors import InputError
from graphmem.extraction.textworld.slots import slot
from graphmem.testing import HashEmbedder

WORKERS, EACH = 8, 10


def _tell(memory: Memory, worker: int) -> None:
    for number in range(EACH):
        memory.remember(
            f"worker {worker} saw thing {number}",
            triples=[(f"thing {worker}-{number}", "is on", "table"), ("lamp", "is", "on" if number % 2 else "off")],
        )
        memory.recall(f"thing {worker}-{number}")


def _check(memory: Memory) -> None:
    """Nothing lost, nothing twice, one step each, and of rivals one."""
    told = memory.episodes()
    assert sorted(episode.text for episode in told) == sorted(
        f"worker {worker} saw thing {number}" for worker in range(WORKERS) for number in range(EACH)
    )
    assert [episode.step for episode in told] == list(range(WORKERS * EACH))
    assert not any(episode.pending for episode in told)
    assert len(memory.facts("table")) == WORKERS * EACH
    assert len(memory.facts("lamp")) == 1


def test_threads_share_a_memory(memory: Memory) -> None:
    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(lambda worker: _tell(memory, worker), range(WORKERS)))
    _check(memory)


def test_tasks_share_a_memory(memory: Memory) -> None:
    async def tell(worker: int) -> None:
        for number in range(EACH):
            triples = [(f"thing {worker}-{number}", "is on", "table"), ("lamp", "is", "on" if number % 2 else "off")]
            await memory.aremember(f"worker {worker} saw thing {number}", triples=triples)
            await memory.arecall(f"thing {worker}-{number}")

    async def all_at_once() -> None:
        await asyncio.gather(*map(tell, range(WORKERS)))

    asyncio.run(all_at_once())
    _check(memory)


def test_threads_with_event_loops_of_their_own_share_a_memory(memory: Memory) -> None:
    async def tell(worker: int) -> None:
        await asyncio.gather(
            asyncio.to_thread(_tell, memory, 2 * worker), asyncio.to_thread(_tell, memory, 2 * worker + 1)
        )

    threads = [threading.Thread(target=lambda n=n: asyncio.run(tell(n))) for n in range(WORKERS // 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    _check(memory)


def test_two_memories_on_one_file_lose_no_write(memory: Memory, tmp_path: Path) -> None:
    with (
        Memory(tmp_path / "house.db", embedder=HashEmbedder(), slot_of=slot) as other,
        ThreadPoolExecutor(WORKERS) as pool,
    ):
        list(pool.map(lambda worker: _tell((memory, other)[worker % 2], worker), range(WORKERS)))
    _check(memory)


def test_the_default_extractor_and_embedder_serve_threads(tmp_path: Path) -> None:
    with Memory(tmp_path / "house.db", slot_of=slot) as memory, ThreadPoolExecutor(WORKERS) as pool:
        texts = [f"The {colour} key is in the drawer." for colour in ("red", "green", "blue", "grey", "pink", "gold")]
        list(pool.map(memory.remember, texts))
        assert {fact.subject for fact in memory.facts("drawer")} >= {"red key", "gold key"}
        assert all("drawer" in str(found) for found in pool.map(memory.recall, ["where is the red key?"] * WORKERS))


def test_the_event_loop_goes_on_while_a_memory_works(memory: Memory) -> None:
    began, may_end = threading.Event(), threading.Event()

    class Slow(HashEmbedder):
        def embed(self, texts):  # type: ignore[no-untyped-def]
            began.set()
            assert may_end.wait(10)
            return super().embed(texts)

    async def main() -> None:
        slow = Memory(":memory:", embedder=Slow())
        task = asyncio.create_task(slow.aremember("x", triples=[("a", "is", "b")]))
        while not began.is_set():
            await asyncio.sleep(0)
        may_end.set()  # reached while the embedder waits: the loop was free
        assert (await task).episode.text == "x"

    asyncio.run(main())


def test_an_awaited_call_raises_what_the_plain_one_raises(memory: Memory) -> None:
    with pytest.raises(InputError, match="not empty"):
        asyncio.run(memory.arecall("  "))


def test_a_cancelled_task_leaves_nothing_half_written(memory: Memory) -> None:
    async def main() -> None:
        task = asyncio.create_task(memory.aremember("seen", triples=[("a", "is", "b")]))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(main())  # waits for worker threads at its end
    assert [episode.pending for episode in memory.episodes()] in ([], [False])


def test_the_past_can_be_awaited_too(memory: Memory) -> None:
    memory.remember("seen", triples=[("key", "is in", "box")])
    memory.remember("seen again", triples=[("key", "is in", "bag")])
    assert "- key, is in, box" in str(asyncio.run(memory.at(0).arecall("key")))


def test_a_recall_does_not_wait_for_a_write(memory: Memory) -> None:
    memory.remember("seen", triples=[("key", "is in", "box")])
    reading, done = threading.Event(), threading.Event()

    class Slow:
        name, anchors = "slow", ()

        def extract(self, observation, known):  # type: ignore[no-untyped-def]
            reading.set()
            assert done.wait(20)
            return Extraction()

    memory._extractor = Slow()
    writer = threading.Thread(target=memory.remember_many, args=[["one", "two"]])
    writer.start()
    assert reading.wait(20)  # inside the transaction of a batch
    try:
        with ThreadPoolExecutor(1) as pool:
            found = pool.submit(memory.recall, "where is the key?").result(10)
    finally:
        done.set()
        writer.join()
    assert "- key, is in, box" in str(found)


def test_a_recall_keeps_one_thread_busy(tmp_path: Path) -> None:
    program = f"""if True:
        import time, zlib
        import numpy as np
        from graphmem import Memory

        class Random:
            name, dimension = "random", 384
            def embed(self, texts):
                rows = [np.random.default_rng(zlib.crc32(text.encode())).normal(size=384) for text in texts]
                return np.array([row / np.linalg.norm(row) for row in rows], np.float32).reshape(-1, 384)

        with Memory({str(tmp_path / "house.db")!r}, embedder=Random()) as memory:
            memory.remember_many((f"thing {{n}} is in box {{n % 50}}", [(f"thing {{n}}", "is in", f"box {{n % 50}}")])
                                 for n in range(1500))
            memory.recall("where is thing 7?")
            time.sleep(0.3)  # threads that were busy meanwhile sleep
            all_threads, this_thread = time.process_time(), time.thread_time()
            for number in range(20):
                memory.recall(f"where are thing {{number}} and box {{number}}?")
            print((time.process_time() - all_threads) / (time.thread_time() - this_thread))
    """
    environment = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    told = subprocess.run([sys.executable, "-c", program], env=environment, check=True, capture_output=True, text=True)
    assert float(told.stdout) < 1.1
