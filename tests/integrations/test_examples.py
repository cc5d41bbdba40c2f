"""The examples of docs/integrations.md run as they stand, against the real libraries and a model on loopback."""

import json
import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.model_server import ModelServer

PAGE = (Path(__file__).parents[2] / "docs/integrations.md").read_text()
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
PROGRAMS = [number for number, (language, _) in enumerate(BLOCKS) if language == "python"]
LIBRARIES = ("mcp", "openai", "langgraph", "pydantic_ai", "opentelemetry.sdk")


def _need(program: str) -> None:
    """Skip when a library is not installed."""
    for library in LIBRARIES:
        if re.search(rf"^from {re.escape(library)}\b", program, re.MULTILINE):
            pytest.importorskip(library)
    if "from agents" in program and not any(Path(folder, "agents/run.py").exists() for folder in _site_packages()):
        pytest.skip("the OpenAI Agents SDK is not installed")


def _site_packages() -> list[str]:
    found = find_spec("pydantic")
    return [str(Path(found.origin).parents[1])] if found and found.origin else []


def _run(program: str, folder: Path) -> str:
    with ModelServer() as server:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        environment = {**os.environ, "PATH": path, **server.environment}
        command = [sys.executable, "-c", program]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("number", PROGRAMS, ids=lambda number: BLOCKS[number][1].split("import ")[1].split("\n")[0])
def test_an_example_does_what_the_page_shows(number: int, tmp_path: Path) -> None:
    program = BLOCKS[number][1]
    _need(program)
    said = _run(program, tmp_path)
    shown = next(iter(BLOCKS[number + 1 :]), ("", ""))
    follows = f"{program}```\n\n```\n{shown[1]}" in PAGE
    assert said == shown[1] if follows else "Oslo" in said


@pytest.mark.parametrize("number", PROGRAMS)
def test_an_example_is_short(number: int) -> None:
    assert BLOCKS[number][1].count("\n") < 30


def test_the_snippet_for_desktop_clients_starts_a_server(tmp_path: Path) -> None:
    pytest.importorskip("mcp")
    (snippet,) = (json.loads(text) for language, text in BLOCKS if language == "json")
    (entry,) = snippet["mcpServers"].values()
    path = str(tmp_path / "house.db")
    program = f"""
import asyncio
from mcp import Client, StdioServerParameters

async def main():
    async with Client(StdioServerParameters(command={entry["command"]!r}, args=["mcp", {path!r}])) as client:
        print(*(tool.name for tool in (await client.list_tools()).tools))

asyncio.run(main())
"""
    assert entry["args"][0] == "mcp"
    assert _run(program, tmp_path) == "remember recall facts_about history\n"
