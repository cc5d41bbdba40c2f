"""`graphmem view`, and `play --view`, run as their users run them."""

import os
import signal
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from graphmem import Memory

COMMAND = [sys.executable, "-m", "graphmem.cli", "view"]


def _view(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *map(str, arguments)], capture_output=True, text=True, timeout=120)


@contextmanager
def _running(command: list[str], browser: str = "true") -> Iterator[subprocess.Popen[str]]:
    environment = {**os.environ, "BROWSER": browser, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=60)


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().split()[-1]


def test_it_serves_until_it_is_interrupted(house: Memory, tmp_path: Path) -> None:
    with _running([*COMMAND, str(tmp_path / "house.db")]) as process, urllib.request.urlopen(_address(process)) as page:
        assert b"<title>graphmem</title>" in page.read()
    assert process.returncode == 0


def test_it_opens_the_browser_when_asked(house: Memory, tmp_path: Path) -> None:
    with _running([*COMMAND, str(tmp_path / "house.db"), "--open"], browser="echo opened %s") as process:
        url = _address(process)
        assert process.stdout
        assert f"opened {url}" in [process.stdout.readline().strip() for _ in range(2)]


def test_it_writes_one_file(house: Memory, tmp_path: Path) -> None:
    done = _view(tmp_path / "house.db", "--export", tmp_path / "page.html")
    assert done.stdout == f"wrote 6 facts to {tmp_path / 'page.html'}\n"
    assert "src=" not in (tmp_path / "page.html").read_text().partition('id="memory"')[0]


@pytest.mark.parametrize(
    ("content", "told"),
    [(None, "there is no memory at"), (b"something else", "is no graphmem memory"), (b"", "wrote 0 facts")],
)
def test_a_file_that_holds_no_memory_is_told_in_one_line(tmp_path: Path, content: bytes | None, told: str) -> None:
    if content is not None:
        (tmp_path / "it.db").write_bytes(content)
    done = _view(tmp_path / "it.db", "--export", tmp_path / "page.html")
    assert told in done.stdout + done.stderr
    assert (done.returncode, len((done.stdout + done.stderr).splitlines())) == (2 if content != b"" else 0, 1)


def test_a_folder_that_is_not_there_is_told_in_one_line(house: Memory, tmp_path: Path) -> None:
    done = _view(tmp_path / "house.db", "--export", tmp_path / "nowhere" / "page.html")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "nowhere" in done.stderr


def test_a_file_that_another_process_is_writing_to_is_shown(house: Memory, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "house.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert _view(tmp_path / "house.db", "--export", tmp_path / "page.html").returncode == 0


def test_a_game_can_be_watched(tmp_path: Path) -> None:
    pytest.importorskip("textworld", reason="needs the extra textworld")
    play = [sys.executable, "-m", "agents", "play", "cooking", "--size", "level1", "--view"]
    with _running(play) as process:
        url = _address(process)
        with urllib.request.urlopen(url + "stats") as answer:
            assert b'"episodes":' in answer.read()
        assert process.stdout
        for line in process.stdout:
            if "stays until Ctrl-C" in line:
                break
        with urllib.request.urlopen(url + "stats") as answer:
            assert b'"episodes":0' not in answer.read()
