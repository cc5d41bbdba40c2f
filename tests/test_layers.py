"""Who may import whom, and what is public."""

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SEAMS = {"graphmem.records", "graphmem.errors", "graphmem.protocols", "graphmem.prompts"}
ROOMS = ("extraction", "embedding", "llm", "retrieval", "storage")


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: a relative import"
            yield node.module


def _package(name: str, own: str) -> set[str]:
    """What the modules of a package import of the three packages, without the package itself."""
    paths = set((ROOT / name).rglob("*.py")) - {ROOT / "graphmem/integrations/openai_agents.py"}  # the SDK's `agents`
    found = {module for path in paths for module in _imports(path)}
    return {module for module in found if module.split(".")[0] in ("graphmem", "agents", "envs")} - {
        module for module in found if module == own or module.startswith(f"{own}.")
    }


def test_the_library_knows_neither_agents_nor_environments() -> None:
    assert _package("graphmem", "graphmem") == set()


def test_environments_know_neither_of_the_others() -> None:
    assert _package("envs", "envs") == set()


def test_records_and_errors_import_nothing_of_ours() -> None:
    for name in ("records", "errors"):
        assert not [module for module in _imports(ROOT / f"graphmem/{name}.py") if module.startswith("graphmem")]


def test_protocols_import_only_those() -> None:
    found = {module for module in _imports(ROOT / "graphmem/protocols.py") if module.startswith("graphmem")}
    assert found <= {"graphmem.records", "graphmem.errors"}


@pytest.mark.parametrize("room", ROOMS)
def test_each_room_stands_on_the_seams_alone(room: str) -> None:
    assert _package(f"graphmem/{room}", f"graphmem.{room}") <= SEAMS


@pytest.mark.parametrize("name", ["graphmem", "graphmem.extraction", "graphmem.embedding", "graphmem.llm", "envs"])
def test_what_a_package_exports_is_there_and_sorted(name: str) -> None:
    package = importlib.import_module(name)
    assert list(package.__all__) == sorted(package.__all__)
    assert all(hasattr(package, exported) for exported in package.__all__)


def test_no_text_from_outside_becomes_code() -> None:
    for path in [*(ROOT / "graphmem").rglob("*.py"), *(ROOT / "agents").rglob("*.py"), *(ROOT / "envs").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in ("eval", "exec"), f"{path}:{node.lineno}"
        assert not {"pickle", "marshal", "shelve"} & set(_imports(path)), path
