"""The README serves who comes with a chat, a game or a wish to look: shortly, and with what runs."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
SECTIONS = dict(re.findall(r"^## (.*)\n((?:(?!## ).*\n)*)", README, re.MULTILINE))
MOST_LINES = 220


@pytest.mark.parametrize("use", ["Your chat", "Your game", "Your graph"])
def test_a_use_is_shown_by_a_program_of_at_most_ten_lines(use: str) -> None:
    """That it runs, and prints what stands below it, is tested with the other pages (tests/test_docs.py)."""
    programs = re.findall(r"^```python\n(.*?)^```$", SECTIONS[use], re.MULTILINE | re.DOTALL)
    assert programs
    for program in programs:
        assert len(program.splitlines()) <= 10, program


def test_the_chat_comes_first_and_the_whole_is_short() -> None:
    assert next(iter(SECTIONS)) == "Your chat"
    assert len(README.splitlines()) <= MOST_LINES


def test_every_page_of_the_documentation_is_linked() -> None:
    pages = {f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md")} - {"docs/index.md"}
    assert pages <= set(re.findall(r"\]\(([^)#]+)", README))


def test_what_is_linked_is_there() -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", README):
        assert (ROOT / target).exists(), target


@pytest.mark.parametrize("script", re.findall(r"^\| `python3 (scripts/\w+\.py)`", README, re.MULTILINE))
def test_a_script_that_sets_up_is_there_and_reads(script: str) -> None:
    assert subprocess.run([sys.executable, "-m", "py_compile", ROOT / script]).returncode == 0


def test_no_placeholder_is_left() -> None:
    assert "@@" not in README
