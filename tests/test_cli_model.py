"""The commands that let a language model read, at a scripted server."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from graphmem import Memory
from graphmem.cli import app
from graphmem.errors import GraphmemError
from tests.images import RED
from tests.model_server import ChatServer, status

SAID = json.dumps({"triples": [["Ana", "lives in", "Leeds"], ["Ana", "owns", "castle"]], "outdated": []})


def run(server: ChatServer, *arguments: str | Path) -> Result:
    environment = {**server.environment, "OPENAI_API_KEY": "none"}
    return CliRunner().invoke(app, [*map(str, arguments), "--model", "m", "--embedder", "lexical"], env=environment)


def test_remember_tells_what_was_read_and_what_was_not_taken(tmp_path: Path) -> None:
    extra = '{"chat_template_kwargs": {"enable_thinking": false}}'
    with ChatServer(lambda *_: SAID) as server:
        done = run(server, "remember", tmp_path / "a.db", "Ana lives in Leeds.", "--max-tokens", "99",
                   "--reasoning-effort", "low", "--extra-body", extra, "--instructions", "Only homes.")  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "+ Ana, lives in, Leeds" in done.output
    assert "? Ana, owns, castle (ungrounded: not taken)" in done.output
    (sent,) = server.requests
    assert (sent["max_tokens"], sent["reasoning_effort"]) == (99, "low")
    assert sent["chat_template_kwargs"] == {"enable_thinking": False}
    assert sent["messages"][0]["content"].endswith("Only homes.")


def test_an_extra_body_that_is_no_object_is_refused(tmp_path: Path) -> None:
    with ChatServer(lambda *_: SAID) as server:
        done = run(server, "remember", tmp_path / "a.db", "Ana.", "--extra-body", "[1]")
    assert isinstance(done.exception, GraphmemError)
    assert "--extra-body is a JSON object" in str(done.exception)


def test_a_wrong_key_ends_a_load_with_everything_kept_and_pending_is_read_later(tmp_path: Path) -> None:
    file, notes = tmp_path / "a.db", tmp_path / "notes.txt"
    notes.write_text("Ana lives in Leeds.\nBen called.\nCleo wrote.\nThe rent is due.\n")
    with ChatServer(lambda *_: SAID, refuses=lambda _: status(401, message="Incorrect API key")) as server:
        done = run(server, "load", file, notes)
        assert "OPENAI_API_KEY" in str(done.exception)
        assert len(server.requests) == 1
    with Memory(file) as memory:
        assert memory.stats().pending == 4
    with ChatServer(lambda *_: SAID) as server:
        assert "extracted 4 episodes, 0 are still pending" in run(server, "extract-pending", file).output
        assert "read 3 episodes again" in run(server, "re-extract", file).output


@pytest.mark.parametrize("command", ["remember", "load", "extract-pending", "re-extract", "mcp"])
def test_what_reads_takes_a_model(command: str) -> None:
    told = CliRunner().invoke(app, [command, "--help"], terminal_width=200).output
    for option in ("--model", "--max-tokens", "--reasoning-effort", "--timeout", "--extra-body", "--instructions"):
        assert option in told


def test_an_image_is_described_and_kept(tmp_path: Path) -> None:
    (tmp_path / "gate.png").write_bytes(RED)
    seen = json.dumps({"images": ["A red gate."], "triples": [], "outdated": []})
    with ChatServer(lambda *_: seen) as server:
        done = run(server, "remember", tmp_path / "a.db", "", "--image", tmp_path / "gate.png")
    assert ": A red gate." in done.output
    told = CliRunner().invoke(app, ["episodes", str(tmp_path / "a.db")]).output
    assert "[image: A red gate.]" in told


def test_a_file_that_is_no_image_is_told(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no image")
    done = CliRunner().invoke(app, ["remember", str(tmp_path / "a.db"), "x", "--image", str(tmp_path / "notes.txt")])
    assert "notes.txt is no PNG, JPEG, GIF or WebP" in str(done.exception)


@pytest.mark.parametrize("option", [("--max-tokens", "9"), ("--instructions", "Only homes."), ("--timeout", "3")])
def test_options_of_a_model_without_one_are_refused(tmp_path: Path, option: tuple[str, str]) -> None:
    done = CliRunner().invoke(app, ["remember", str(tmp_path / "a.db"), "Ana.", *option, "--embedder", "lexical"])
    assert "name it with --model" in str(done.exception)


def test_a_model_without_a_name_is_refused(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["remember", str(tmp_path / "a.db"), "Ana.", "--model", " "])
    assert "the model has no name" in str(done.exception)
