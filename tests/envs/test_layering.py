"""What the package imports, and when."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import envs

ROOT = Path(envs.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))


def _imported(module: Path) -> set[str]:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return {name.split(".")[0] for name in names}


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_envs_knows_neither_the_memory_nor_the_agents(module: Path) -> None:
    assert not _imported(module) & {"graphmem", "agents"}


def test_importing_envs_and_its_tasks_does_not_load_textworld() -> None:
    code = "import sys, envs, envs.tasks, envs.games; sys.exit('textworld' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT.parent, check=False).returncode == 0


def test_every_public_name_can_be_imported() -> None:
    assert all(getattr(envs, name) is not None for name in envs.__all__)


def test_public_names_are_sorted() -> None:
    assert envs.__all__ == sorted(envs.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'frobnicate'"):
        _ = envs.frobnicate
