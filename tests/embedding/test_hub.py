"""Names on the hub, against servers on this machine. Each runs in its own process: the hub's address is read once."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from graphmem.embedding import hub, load_embedder, minilm
from graphmem.errors import ModelUnavailable

ROOT = str(Path(__file__).parents[2])
LOAD = """
import sys, time
from graphmem.embedding import hub, load_embedder
from graphmem.errors import ModelUnavailable
hub.STALL = 1
start = time.monotonic()
try:
    embedder = load_embedder("org/model")
    print(embedder.name, embedder.embed(["apple"]).shape)
except ModelUnavailable as error:
    print(f"{time.monotonic() - start:.2f}", error)
"""


def load(home: Path, endpoint: str) -> str:
    """What a process says that loads "org/model" from the hub at `endpoint`, with its cache in `home`."""
    keep = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-c", LOAD],
        env={**keep, "HF_HOME": str(home), "HF_ENDPOINT": endpoint, "PYTHONPATH": ROOT, "NO_PROXY": "*"},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout.strip()


def assert_gives_up(said: str) -> None:
    """Well before the client's own retries would end, on a busy machine too."""
    took, line = said.split(" ", 1)
    assert float(took) < 25
    assert line.startswith("org/model: ")
    assert "download it elsewhere and name its folder" in line
    assert "\n" not in line


def test_a_hub_that_refuses_is_given_up_at_once(tmp_path: Path) -> None:
    with closing(socket.socket()) as unheard:
        unheard.bind(("127.0.0.1", 0))
        assert_gives_up(load(tmp_path, f"http://127.0.0.1:{unheard.getsockname()[1]}"))


def test_a_hub_that_never_answers_is_given_up_in_time(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        assert_gives_up(load(tmp_path, f"http://127.0.0.1:{silent.getsockname()[1]}"))


def test_a_hub_that_drops_every_packet_is_given_up_in_time(tmp_path: Path) -> None:
    with closing(socket.socket()) as full:  # with its queue full, the system drops what else wants to connect
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(full.getsockname())
        try:
            assert_gives_up(load(tmp_path, f"http://127.0.0.1:{full.getsockname()[1]}"))
        finally:
            for each in waiting:
                each.close()


def test_whatever_takes_too_long_is_left_behind() -> None:
    start = time.monotonic()
    with pytest.raises(TimeoutError, match=r"no answer in 0\.1 s"):
        hub._within(0.1, lambda: time.sleep(30))
    assert time.monotonic() - start < 10


def test_what_goes_on_is_waited_for() -> None:
    bytes_so_far = iter(range(100))
    assert hub._within(0.1, lambda: threading.Event().wait(0.35), lambda: next(bytes_so_far)) is False


class Hub(BaseHTTPRequestHandler):
    """Serves one repository as the hub does, and counts what it was asked."""

    files: ClassVar[dict[str, bytes]] = {}
    asked: ClassVar[list[str]] = []
    silent_on: ClassVar[str] = ""
    ended: ClassVar[threading.Event] = threading.Event()
    commit = "0" * 40

    def do_GET(self) -> None:
        self.asked.append(self.path)
        if self.command == self.silent_on and "resolve" in self.path:
            self.ended.wait(60)
        if self.path.startswith("/api/models/org/model"):
            siblings = [{"rfilename": name} for name in self.files]
            body = json.dumps({"id": "org/model", "sha": self.commit, "siblings": siblings}).encode()
        elif (name := self.path.removeprefix("/org/model/resolve/main/")) in self.files:
            body = self.files[name]
        else:
            return self.send_error(404)
        self.send_response(200)
        self.send_header("ETag", f'"{hash(body)}"')
        self.send_header("X-Repo-Commit", self.commit)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, *args: object) -> None:
        pass


class HubServer(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A client that has given up is part of the play."""


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    files = {"onnx/model.onnx": minilm.model_file().read_bytes(), "vocab.txt": minilm.VOCABULARY.read_bytes()}
    monkeypatch.setattr(Hub, "files", {"README.md": b"", **files, "onnx/model_O4.onnx": b"", "model.safetensors": b""})
    monkeypatch.setattr(Hub, "asked", [])
    monkeypatch.setattr(Hub, "ended", threading.Event())
    server = HubServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    Hub.ended.set()
    server.shutdown()
    server.server_close()


def test_a_model_is_downloaded_once_and_then_works_offline(tmp_path: Path, served: str) -> None:
    expected = f"org/model@{minilm.SHA256[:12]} (1, 384)"
    assert load(tmp_path, served) == expected
    fetched = {path.rpartition("/")[2] for path in Hub.asked if "resolve" in path}
    assert fetched == {"vocab.txt", "model.onnx"}
    assert load(tmp_path, "http://127.0.0.1:1") == expected


@pytest.mark.parametrize("silent_on", ["HEAD", "GET"])
def test_a_download_that_comes_to_a_stand_is_given_up(
    tmp_path: Path, served: str, monkeypatch: pytest.MonkeyPatch, silent_on: str
) -> None:
    monkeypatch.setattr(Hub, "silent_on", silent_on)
    assert_gives_up(load(tmp_path, served))


def test_a_repository_without_onnx_is_refused(tmp_path: Path, served: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Hub, "files", {"model.safetensors": b"", "tokenizer.json": b"{}"})
    assert "the repository has no ONNX model with a tokenizer" in load(tmp_path, served)


def test_a_missing_client_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(ModelUnavailable, match=r"pip install 'graphmem\[hub\]'"):
        load_embedder("org/model")
