"""What a world from elsewhere needs to be installed, asked for when the world is opened."""

from __future__ import annotations

import shutil
from importlib import import_module
from typing import Any

from envs.errors import MissingWorld


def import_extra(module: str, package: str) -> Any:
    """The module of a package that is an extra. Raises `MissingWorld`, which says how to get it."""
    try:
        return import_module(module)
    except ImportError as error:
        raise MissingWorld(f"{package} cannot be imported ({error}). Install it: pip install {package}") from error


def need_java(package: str) -> None:
    """Raises `MissingWorld` when there is no Java runtime, which the package's simulator runs on."""
    if shutil.which("java") is None:
        raise MissingWorld(
            f"{package} runs on Java, and there is no `java` to be found. "
            "Install a runtime (Debian, Ubuntu: apt-get install default-jre-headless)"
        )


def end_java(world: Any) -> None:
    """Close a simulator (anything with py4j's `_gateway`), its process and its pipe."""
    process = world._gateway.java_process
    world.close()
    process.stdin.close()
    process.wait()
