"""The documentation builds as a site, and what it shows is what happens: a page's programs and commands run in order.

All of a page run in one folder. Of a `console` block each line after `$` is a command, the lines below it are what it
prints; `cat` shows a file that is there from then on. The programs of docs/integrations.md have a test of their own
(tests/integrations/test_examples.py).
"""

import importlib
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from graphmem import errors
from tests.model_server import ChatServer

ROOT = Path(__file__).parent.parent
PAGES = sorted({ROOT / "README.md", *(ROOT / "docs").glob("*.md")} - {ROOT / "docs/integrations.md"})
BLOCK = re.compile(r"^```(python|console)\n(.*?)^```$(?:\n\n^```\n(.*?)^```$)?", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\$ (.*\n)((?:(?!\$ ).*\n)*)", re.MULTILINE)
ADDRESS = re.compile(r"(?:neo4j|bolt)://[^\"'\s]+")
PROGRAMS = {"python": [sys.executable], "graphmem": [sys.executable, "-m", "graphmem.cli"]}


def _steps(page: Path) -> Iterator[tuple[list[str], str]]:
    """Each program and command of a page, as its words, with what is shown below it, or nothing."""
    for kind, text, shown in BLOCK.findall(page.read_text()):
        if kind == "python":
            yield ["python", "-c", text], shown
        else:
            yield from ((shlex.split(line, comments=True), told) for line, told in COMMAND.findall(text))


def _answer(messages: object, schema: Mapping[str, object] | None) -> str:
    """A model that reads one fact in whatever it is told, and gives one answer."""
    if schema and "answer" in json.dumps(schema):
        return json.dumps({"answer": "Ben", "sources": [1]})
    return json.dumps({"triples": [["brass key", "is held by", "Ben"]], "outdated": []})


@pytest.mark.parametrize("page", [page for page in PAGES if BLOCK.search(page.read_text())], ids=lambda page: page.stem)
def test_the_programs_and_commands_of_a_page_do_what_it_shows(
    page: Path, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = list(_steps(page))
    uri = request.getfixturevalue("neo4j_uri") if any(ADDRESS.search(" ".join(words)) for words, _ in steps) else ""
    with ChatServer(_answer) as server:
        given = {"MPLBACKEND": "agg", "OPENAI_API_KEY": "none", "OPENAI_BASE_URL": server.url}
        for name, value in {**given, "PYTHONPATH": str(ROOT), "COLUMNS": "80"}.items():
            monkeypatch.setenv(name, value)
        for words, shown in steps:
            if words[0] == "cat":
                (tmp_path / words[1]).write_text(shown)
            else:
                _check(words, shown, uri, tmp_path)


def _check(words: list[str], shown: str, uri: str, folder: Path) -> None:
    """Run a program of a page; it ends well, and prints what is shown, if anything is."""
    name, *arguments = (ADDRESS.sub(uri, word) for word in words)
    done = subprocess.run([*PROGRAMS[name], *arguments], cwd=folder, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f"{' '.join(words)}\n{done.stderr}"
    assert not shown or done.stdout == shown


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the built site; a warning fails the build."""
    for name in ("mkdocs", "mkdocstrings"):
        pytest.importorskip(name, reason="needs the extra `docs`")
    folder = tmp_path_factory.mktemp("docs") / "site"
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_the_site_holds_every_page_and_the_docstrings(site: Path) -> None:
    assert {page.stem for page in (ROOT / "docs").glob("*.md")} - {"index"} <= {page.name for page in site.iterdir()}
    assert "Store an observation, then learn what it says." in (site / "api/index.html").read_text()


@pytest.mark.parametrize("package", ["", ".extraction", ".llm", ".retrieval", ".testing"])
def test_the_page_of_the_api_names_all_that_is_exported(package: str) -> None:
    named = set(re.findall(r"\w+", (ROOT / "docs/api.md").read_text())) | vars(errors).keys()
    assert not set(importlib.import_module(f"graphmem{package}").__all__) - named


def test_a_page_of_the_site_loads_nothing_from_other_machines(site: Path) -> None:
    for page in site.rglob("*.html"):
        assert not re.search(r"<(?:script|link|img)\b[^>]*\b(?:src|href)=\"?(?:https?:)?//", page.read_text()), page
