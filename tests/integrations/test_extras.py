"""Without the library of a door, the error names the extra that installs it."""

import subprocess
import sys
from pathlib import Path

import pytest

DOORS = {
    "mcp": ("mcp", "mcp"),
    "openai": ("openai", "openai"),
    "langgraph": ("langgraph", "langgraph"),
    "pydantic_ai": ("pydantic_ai", "pydantic-ai"),
    "openai_agents": ("agents", "openai-agents"),
}


@pytest.mark.parametrize("door", DOORS)
def test_a_library_that_is_not_installed_is_told_with_its_extra(door: str, tmp_path: Path) -> None:
    library, extra = DOORS[door]
    program = f"import sys; sys.modules[{library!r}] = None\nimport graphmem.integrations.{door}"
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True)
    assert f"pip install 'graphmem[{extra}]'" in done.stderr.splitlines()[-1]


def test_the_command_says_it_in_one_line(tmp_path: Path) -> None:
    program = """
import sys
sys.modules["mcp"], sys.argv = None, ["graphmem", "mcp", "house.db"]
from graphmem.cli import main
main()
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "graphmem[mcp]" in done.stderr


def test_the_library_is_there_without_any_of_them(tmp_path: Path) -> None:
    names = [library for library, _ in DOORS.values()]
    program = f"import sys\nfor name in {names!r}: sys.modules[name] = None\nimport graphmem, graphmem.cli"
    assert subprocess.run([sys.executable, "-c", program], cwd=tmp_path).returncode == 0
