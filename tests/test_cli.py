"""The `graphmem` command, run as its users run it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from graphmem import Memory
from graphmem.embedding import load_embedder
from graphmem.testing import HashEmbedder


def _run(*arguments: str | Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "graphmem.cli", *map(str, arguments)]
    return subprocess.run(command, input=stdin, capture_output=True, text=True)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A memory of two observations, written by the command."""
    path = tmp_path_factory.mktemp("cli") / "house.db"
    assert _run("remember", path, "> look\n-= Kitchen =-\nOn the table you see a red apple.").returncode == 0
    assert _run("remember", path, "-", stdin="> take red apple\nYou pick up the red apple.").returncode == 0
    return path


def test_remember_says_what_it_learned(tmp_path: Path) -> None:
    done = _run(
        "remember", tmp_path / "new.db", "whatever", "--triple", "apple, is in, box", "--step", "4", "--key", "k"
    )
    assert done.stdout.splitlines()[0].startswith("step 4, episode ")
    assert done.stdout.splitlines()[1:] == ["  + apple, is in, box"]


def test_recall_prints_prompt_text(house: Path) -> None:
    assert "- red apple, is in, inventory" in _run("recall", house, "where is the apple?").stdout
    assert "- red apple, is on, table" in _run("recall", house, "where is the apple?", "--at", "0").stdout


def test_facts_and_history_tell_what_is_and_was_known(house: Path) -> None:
    now = [json.loads(line) for line in _run("facts", house, "red apple", "--json").stdout.splitlines()]
    ever = [json.loads(line) for line in _run("history", house, "red apple", "--json").stdout.splitlines()]
    assert [fact["object"] for fact in now] == ["inventory"]
    assert [(fact["object"], fact["until"]) for fact in ever] == [("table", 1), ("inventory", None)]
    assert "inventory" in _run("facts", house).stdout


def test_a_narrow_table_breaks_an_id_and_leaves_nothing_of_it_out(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    for command in ("facts", "episodes"):
        rows = _run(command, house).stdout.partition("┡")[2]
        assert rows
        assert "…" not in rows


def test_the_last_step_of_dated_episodes_is_told_as_a_date(tmp_path: Path) -> None:
    _run("remember", tmp_path / "dated.db", "The lamp is lit.", "--time", "2024-05-03T10:12")
    assert "2024-05-03 10:12" in _run("stats", tmp_path / "dated.db").stdout
    assert _run("remember", tmp_path / "dated.db", "It is out.").stdout.startswith("after 2024-05-03 10:12, episode")


def test_episodes_and_stats_tell_what_there_is(house: Path) -> None:
    assert "You pick up the red apple." in _run("episodes", house, "--newest", "1").stdout
    assert json.loads(_run("stats", house, "--json").stdout)["episodes"] == 2


def test_an_export_can_be_imported_and_asked(house: Path, tmp_path: Path) -> None:
    for ending in ("jsonl", "graphml"):
        assert _run("export", house, tmp_path / f"out.{ending}").returncode == 0
        assert _run("import", tmp_path / f"{ending}.db", tmp_path / f"out.{ending}").returncode == 0
        assert "- red apple, is in, inventory" in _run("recall", tmp_path / f"{ending}.db", "apple").stdout


def test_forget_removes_an_episode(tmp_path: Path) -> None:
    path = tmp_path / "house.db"
    _run("remember", path, "seen", "--triple", "apple, is in, box")
    (episode,) = (json.loads(line) for line in _run("episodes", path, "--json").stdout.splitlines())
    assert _run("forget", path, episode["id"]).stdout == "forgot 1 episodes, 1 facts, 2 entities\n"
    assert json.loads(_run("stats", path, "--json").stdout)["facts"] == 0


def test_undo_lets_the_fact_that_was_retired_last_hold_again(tmp_path: Path) -> None:
    file = tmp_path / "notes.db"
    _run("remember", file, "Ana lives in Ghent.", "--triple", "Ana, lives in, Ghent")
    assert "nothing to undo" in _run("undo", file).stderr
    with Memory(file) as memory:
        (ghent,) = memory.facts("Ana")
        memory.remember("That was a slip.", triples=[], outdated=[ghent])
    assert _run("undo", file).stdout == "Ana, lives in, Ghent holds again\n"
    assert "Ghent" in _run("facts", file).stdout


def test_another_embedder_is_refused_until_the_memory_is_embedded_anew(tmp_path: Path) -> None:
    path = tmp_path / "house.db"
    _run("remember", path, "seen", "--triple", "apple, is in, box", "--embedder", "lexical")
    refused = _run("recall", path, "apple")
    assert refused.returncode == 2
    assert "re-embed" in refused.stderr
    assert _run("re-embed", path).returncode == 0
    assert "- apple, is in, box" in _run("recall", path, "apple").stdout


def test_what_embeds_nothing_serves_a_memory_of_any_embedder(tmp_path: Path) -> None:
    file = tmp_path / "house.db"
    with Memory(file, embedder=HashEmbedder()) as memory:
        memory.remember("seen", triples=[("apple", "is in", "box"), ("pear", "is in", "bag")])
        known = memory.facts("apple")
        last = memory.remember("seen again", triples=(), outdated=known).episode
        memory.merge("apple", "pear")
    assert "pear" in _run("audit", file).stdout
    assert _run("unmerge", file, "pear").stdout == "pear is an entity of its own again\n"
    assert _run("undo", file).stdout == "apple, is in, box holds again\n"
    assert _run("forget", file, last.id).stdout == "forgot 1 episodes, 0 facts, 0 entities\n"


def test_pending_episodes_can_be_extracted_later(house: Path) -> None:
    assert _run("extract-pending", house).stdout == "extracted 0 episodes, 0 are still pending\n"


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["recall", "none.db", "apple"], "there is no memory at none.db"),
        (["recall", "my none.db", "apple"], "`graphmem remember 'my none.db' TEXT` makes one"),
        (["facts", "pyproject.toml"], "pyproject.toml: the file is no graphmem memory"),
        (["remember", "no/such/folder/house.db", "text"], "does not exist"),
        (["remember", ":memory:", "  "], "not empty"),
        (["remember", ":memory:", "text", "--triple", "a, b"], "subject, relation, object"),
        (["remember", ":memory:", "text", "--embedder", "no such thing"], "no such thing"),
        (["remember", ":memory:", "text", "--namespace", ""], "a namespace must be a text"),
        (["import", ":memory:", "none.jsonl"], "none.jsonl cannot be read"),
        (["recall", "neo4j://127.0.0.1:1", "apple"], "neo4j://neo4j@127.0.0.1:1 does not answer"),
    ],
)
def test_bad_input_ends_with_one_clear_line(arguments: list[str], word: str) -> None:
    done = _run(*arguments)
    assert done.returncode == 2
    assert word in done.stderr
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", [["load"], ["import"], ["remember", "The gate.", "--image"]])
def test_an_address_is_not_taken_for_a_file(command: list[str], tmp_path: Path) -> None:
    name, *rest = command
    done = _run(name, tmp_path / "house.db", *rest, "http://127.0.0.1/notes.txt")
    assert (done.returncode, "http://127.0.0.1/notes.txt is an address" in done.stderr) == (2, True)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("command", [["backup", "copy.db"], ["compact"], ["namespaces"], ["stats"]])
def test_only_what_remembers_makes_a_memory(command: list[str], tmp_path: Path) -> None:
    name, *rest = command
    done = _run(name, tmp_path / "none.db", *(tmp_path / each for each in rest))
    assert (done.returncode, "there is no memory at" in done.stderr) == (2, True)
    assert not list(tmp_path.iterdir())


def test_a_backup_for_which_there_is_no_room_leaves_nothing(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    (tmp_path / "copy").mkdir()
    _run("remember", tmp_path / "house.db", "The lamp is lit.")
    done = subprocess.run(
        [sys.executable, "-m", "graphmem.cli", "backup", tmp_path / "house.db", tmp_path / "copy/house.db"],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536)),
        capture_output=True, text=True,
    )  # fmt: skip
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert not list((tmp_path / "copy").iterdir())


def test_an_empty_memory_has_no_step_and_no_embedder_yet(tmp_path: Path) -> None:
    Memory(tmp_path / "new.db").close()
    assert _run("stats", tmp_path / "new.db").stdout.count("none yet") == 2


def test_line_ends_of_windows_are_kept_read_and_printed_as_line_ends(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "graphmem.cli", "remember", str(tmp_path / "game.db"), "-"]
    seen = b"-= Kitchen =-\r\nYou see a red apple on the table.\r\n"
    assert b"+ red apple, is on, table" in subprocess.run(command, input=seen, capture_output=True).stdout
    assert "\ufffd" not in _run("recall", tmp_path / "game.db", "where is the apple?").stdout
    with Memory(tmp_path / "game.db") as memory:
        assert memory.episodes()[0].text.encode() == seen


def test_the_page_is_not_written_over_the_memory(house: Path) -> None:
    assert "holds a memory" in _run("view", house, "--export", house).stderr
    assert json.loads(_run("stats", house, "--json").stdout)["episodes"] == 2


@pytest.mark.parametrize("argument", ["-", b"caf\xe9"], ids=["standard input", "argument"])
def test_letters_of_another_encoding_are_refused_and_not_lost(argument: str | bytes, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "graphmem.cli", "remember", str(tmp_path / "house.db"), argument]
    environment = {**os.environ, "PYTHONUTF8": "1"}
    done = subprocess.run(command, input=b"caf\xe9", capture_output=True, env=environment)
    assert (done.returncode, b"hand it over as UTF-8" in done.stderr) == (2, True)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
def test_what_cannot_be_printed_ends_with_one_clear_line(house: Path) -> None:
    command = [sys.executable, "-u", "-m", "graphmem.cli", "recall", str(house), "apple"]
    with open("/dev/full", "w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True)
    assert (done.returncode, done.stderr) == (2, "graphmem: [Errno 28] No space left on device\n")


def test_a_letter_that_the_terminal_lacks_is_shown_as_a_question_mark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Memory(tmp_path / "house.db", embedder=load_embedder("lexical")) as memory:
        memory.remember("Łucja came.")
    monkeypatch.setenv("PYTHONIOENCODING", "latin-1")
    done = _run("recall", tmp_path / "house.db", "who came?", "--embedder", "lexical")
    assert "?ucja came." in done.stdout, done.stderr


def test_no_bar_is_drawn_where_nobody_looks(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("The lamp is lit.\n")
    assert _run("load", tmp_path / "notes.db", tmp_path / "notes.txt").stderr == ""


def test_control_characters_from_outside_do_not_reach_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "house.db"
    _run("remember", path, "evil \x1b[31mred\x1b[0m", "--triple", "evil \x1b]0;title\x07, is, [b]x[/b]")
    for command in (["facts", path], ["episodes", path], ["recall", path, "evil"]):
        out = _run(*command).stdout
        assert "\x1b" not in out
        assert "\x07" not in out
    assert "[b]x[/b]" in _run("facts", path).stdout
