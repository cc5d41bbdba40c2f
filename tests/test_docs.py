"""The documentation builds as a site, and its Python runs as it stands: a page's programs in order, in one folder.

Those of docs/integrations.md have a test of their own (tests/integrations/test_examples.py).
"""

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.model_server import ChatServer

ROOT = Path(__file__).parent.parent
PAGES = sorted({ROOT / "README.md", *(ROOT / "docs").glob("*.md")} - {ROOT / "docs/integrations.md"})
PROGRAM = re.compile(r"^```python\n(.*?)^```$(?:\n\n^```\n(.*?)^```$)?", re.MULTILINE | re.DOTALL)
ADDRESS = re.compile(r"(?:neo4j|bolt)://[^\"'\s]+")


def _programs(page: Path) -> list[tuple[str, str]]:
    """Each program of a page, with what is shown below it, or nothing."""
    return PROGRAM.findall(page.read_text())


def _answer(messages: object, schema: Mapping[str, object] | None) -> str:
    """A model that reads one fact in whatever it is told."""
    return json.dumps({"triples": [["brass key", "is held by", "Ben"]], "outdated": []})


@pytest.mark.parametrize("page", [page for page in PAGES if _programs(page)], ids=lambda page: page.stem)
def test_the_programs_of_a_page_do_what_it_shows(
    page: Path, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = _programs(page)
    uri = request.getfixturevalue("neo4j_uri") if any(ADDRESS.search(program) for program, _ in programs) else ""
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    with ChatServer(_answer) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        for program, shown in programs:
            command = [sys.executable, "-c", ADDRESS.sub(uri, program)]
            done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
            assert done.returncode == 0, done.stderr
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


def test_a_page_of_the_site_loads_nothing_from_other_machines(site: Path) -> None:
    for page in site.rglob("*.html"):
        assert not re.search(r"<(?:script|link|img)\b[^>]*\b(?:src|href)=\"?(?:https?:)?//", page.read_text()), page
