"""Nothing acknowledged is lost, whoever else writes, reads or breaks off at the same time."""

import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from graphmem import Memory
from graphmem.errors import InputError, StoreUnwritable
from graphmem.records import Extraction, Triple
from graphmem.storage.sqlite import SqliteStore
from graphmem.storage.sqlite.connection import back_up
from graphmem.testing import HashEmbedder, ScriptedExtractor

INTERRUPTED = """
    import sys
    from graphmem import Memory
    from graphmem.testing import HashEmbedder, ScriptedExtractor
    memory = Memory(sys.argv[1], embedder=HashEmbedder())
    try:
        print("open", flush=True)
        memory.remember("first", triples=[])
    except KeyboardInterrupt:
        print("interrupted", flush=True)
    for number in range(5):
        memory.remember(f"later {number}", triples=[])
    print("written", flush=True)
    sys.stdin.readline()
"""


def _program(text: str, *arguments: object) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", textwrap.dedent(text), *map(str, arguments)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_what_is_written_after_a_ctrl_c_while_waiting_is_there(tmp_path: Path) -> None:
    path = tmp_path / "house.db"
    Memory(path, embedder=HashEmbedder()).close()
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with _program(INTERRUPTED, path) as writer:
        assert writer.stdin is not None
        assert writer.stdout is not None
        assert writer.stdout.readline() == "open\n"
        time.sleep(0.5)
        writer.send_signal(signal.SIGINT)
        time.sleep(0.5)
        holder.execute("ROLLBACK")
        assert writer.stdout.readline() == "interrupted\n"
        assert writer.stdout.readline() == "written\n"
        with Memory(path, embedder=HashEmbedder()) as beside:
            texts = [episode.text for episode in beside.episodes()]
        writer.stdin.write("\n")
        writer.stdin.close()
    holder.close()
    assert texts[-5:] == [f"later {number}" for number in range(5)]


READER = """
    import os, sys
    from graphmem import Memory
    from graphmem.errors import GraphmemError
    from graphmem.storage import sqlite
    from graphmem.testing import HashEmbedder, ScriptedExtractor
    os.setgid(65534); os.setuid(65534)
    try:
        with Memory(sys.argv[1], embedder=HashEmbedder()) as memory:
            print([episode.text for episode in memory.episodes()])
    except GraphmemError as error:
        print(type(error).__name__, error)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can start a program as another user")
def test_a_reader_who_may_not_write_sees_what_a_live_writer_has_written() -> None:
    import tempfile

    with tempfile.TemporaryDirectory(dir="/tmp") as folder:  # one that others may enter
        os.chmod(folder, 0o755)
        path = Path(folder) / "house.db"
        with Memory(path, embedder=HashEmbedder()) as writer:
            writer.remember("in the log", triples=[])
            for file in Path(folder).iterdir():
                file.chmod(0o644)
            program = _program(READER, path)
            told, _ = program.communicate()
    assert told.strip() == "['in the log']"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can start a program as another user")
def test_a_log_that_cannot_be_read_is_told_not_passed_over() -> None:
    import tempfile

    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        os.chmod(folder, 0o755)
        path = Path(folder) / "house.db"
        with Memory(path, embedder=HashEmbedder()) as writer:
            writer.remember("in the log", triples=[])
            path.chmod(0o644)
            for file in Path(folder).glob("house.db-*"):
                file.chmod(0o600)
            told, _ = _program(READER, path).communicate()
    assert told.startswith("StoreUnwritable")
    assert "house.db-wal" in told


def test_remembering_beside_forgetting_the_same_key(tmp_path: Path) -> None:
    stop = threading.Event()
    with Memory(tmp_path / "house.db", embedder=HashEmbedder()) as memory:

        def forget() -> None:
            while not stop.is_set():
                for episode in memory.episodes():
                    with suppress(InputError):  # it is gone already
                        memory.forget(episode)

        forgetting = threading.Thread(target=forget)
        forgetting.start()
        try:
            for number in range(20):
                learned = memory.remember("tea", triples=[("Ada", "likes", f"tea {number}")], key="tea")
                assert learned.episode.text == "tea"
        finally:
            stop.set()
            forgetting.join()


def test_of_two_versions_that_come_at_once_both_are_kept_and_one_holds(tmp_path: Path) -> None:
    def put(number: int) -> None:
        with Memory(tmp_path / "house.db", embedder=HashEmbedder()) as memory:
            triples = [("Ada", "likes", f"tea {number}"), ("Ada", "has", "cup")]
            memory.update({"text": f"version {number}", "triples": triples, "key": "taste"})

    put(0)
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(put, range(1, 7)))
    with Memory(tmp_path / "house.db", embedder=HashEmbedder()) as memory:
        *older, last = memory.episodes()
        assert last.key == "taste"
        assert {each.text for each in (*older, last)} == {f"version {number}" for number in range(7)}
        held = {str(fact) for fact in memory.facts("Ada")}
        assert held == {f"Ada, likes, tea {last.text[-1]}", "Ada, has, cup"}
        assert {fact.reason for fact in memory.history("Ada") if not fact.current} == {"a new version"}


def test_a_new_version_read_by_an_extractor_of_ones_own_ends_what_only_versions_said(tmp_path: Path) -> None:
    told = {
        "Ada has a cup and a dog.": ["a cup", "a dog", "a bike"],
        "Ada has a cup and a bike.": ["a cup", "a bike"],
        "Ada has a cup.": ["a cup"],
        "What a nice bike Ada has!": ["a bike"],
    }
    script = {text: Extraction(tuple(Triple("Ada", "has", it) for it in had)) for text, had in told.items()}
    with Memory(tmp_path / "h.db", extractor=ScriptedExtractor(script), embedder=HashEmbedder()) as memory:
        first, second, third, by_another = told
        memory.update({"text": first, "key": "k"})
        memory.remember(by_another)
        memory.update({"text": second, "key": "k"})
        retired = memory.update({"text": third, "key": "k"}).retired
        assert retired == ()  # somebody else has seen the bike
        history = {(fact.object, fact.current, fact.reason) for fact in memory.history("Ada")}
        assert history == {("a cup", True, None), ("a dog", False, "a new version"), ("a bike", True, None)}


def test_a_repeated_text_that_comes_with_facts_is_learned(memory: Memory) -> None:
    memory.remember("Ada has a cup.", triples=[("Ada", "has", "cup")], key="k")
    again = memory.remember("Ada has a cup.", triples=[("Ada", "has", "cup"), ("cup", "is", "blue")], key="k")
    assert again.repeated
    assert [str(fact) for fact in again.asserted] == ["cup, is, blue"]
    assert {str(fact): fact.support for fact in memory.facts()} == {"Ada, has, cup": 1, "cup, is, blue": 1}
    assert len(memory.episodes()) == 1


def test_of_a_key_that_was_used_for_another_text_the_kept_one_is_told(memory: Memory) -> None:
    memory.remember("first", triples=[("Ada", "has", "cup")], key="k")
    again = memory.remember("second", triples=[("Ada", "has", "hat")], key="k")
    assert (again.repeated, again.episode.text) == (True, "first")
    assert [str(fact) for fact in memory.facts()] == ["Ada, has, cup"]


def test_many_texts_are_few_commits(tmp_path: Path) -> None:
    with Memory(tmp_path / "house.db", embedder=HashEmbedder()) as memory:
        statements: list[str] = []
        memory._store._db.set_trace_callback(statements.append)  # type: ignore[attr-defined]
        assert memory.remember_many(f"Ann met Bob on day {number}." for number in range(300)) == 300
        memory._store._db.set_trace_callback(None)  # type: ignore[attr-defined]
    assert statements.count("COMMIT") <= 4


def test_a_copy_of_a_memory_in_use_is_whole(tmp_path: Path) -> None:
    with Memory(tmp_path / "house.db", embedder=HashEmbedder()) as memory:
        memory.remember("in the log", triples=[("Ada", "has", "cup")])
        back_up(str(tmp_path / "house.db"), str(tmp_path / "copy.db"))
    with Memory(tmp_path / "copy.db", embedder=HashEmbedder()) as copy:
        assert [episode.text for episode in copy.episodes()] == ["in the log"]
        assert copy.recall("cup").facts
    with pytest.raises(StoreUnwritable, match=r"copy\.db is there already"):
        back_up(str(tmp_path / "house.db"), str(tmp_path / "copy.db"))


@pytest.mark.parametrize("place", [None, b"house.db", "", "house\0.db", "half\ud800.db", 7])
def test_what_is_no_place_for_a_memory_is_refused_by_name(place: object) -> None:
    with pytest.raises(InputError, match="a memory's place"):
        Memory(place)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["half\ud800", "a\0b", "", None])
def test_a_name_that_no_file_holds_as_it_is_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="a namespace"):
        Memory(tmp_path / "house.db", namespace=name)
    if name is not None:
        with Memory(tmp_path / "house.db", embedder=HashEmbedder()) as memory, pytest.raises(InputError, match="a key"):
            memory.remember("text", key=name)


def test_a_write_within_a_write_is_refused(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "house.db")
    from graphmem.errors import StoreError
    from graphmem.records import Change

    with pytest.raises(StoreError, match="inside another"):
        store.write(lambda _: store.write(lambda _: (Change(), None)))  # type: ignore[arg-type, return-value]
    store.close()


def test_an_extractor_for_bare_texts_is_told_the_new_way(tmp_path: Path) -> None:
    class Old:
        name, anchors = "old", ()

        def extract(self, text: str, known: object) -> None: ...

    with pytest.raises(InputError, match=r"observation\.text"):
        Memory(tmp_path / "house.db", extractor=Old())  # type: ignore[arg-type]


@pytest.mark.parametrize("when", [{"time": "2024-05-02"}, {"step": 3}, {}])
def test_a_new_version_is_no_earlier_than_the_one_it_replaces(when: dict[str, Any]) -> None:
    with Memory(":memory:", embedder=HashEmbedder()) as memory:
        memory.update({"text": "a", "triples": [("Ada", "lives in", "Narva")], "key": "home", "time": "2024-05-03"})
        memory.update({"text": "b", "triples": [("Ada", "lives in", "Graz")], "key": "home", **when})
        assert [fact.object for fact in memory.facts("Ada")] == ["Graz"]
