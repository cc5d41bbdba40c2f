"""Games, made once for the whole run and shared by its processes: making is what takes the time here."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from envs import TextWorldEnv, open_game
from envs.protocol import Environment
from envs.tasks import make


@pytest.fixture(scope="session")
def games_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    return shared / "games"


@pytest.fixture(scope="session")
def hunt(games_folder: Path) -> Path:
    pytest.importorskip("textworld")
    return make("treasure-hunt", "default", 1, games_folder)


@pytest.fixture(scope="session")
def cleaning(games_folder: Path) -> Path:
    pytest.importorskip("textworld")
    return make("cleaning", "default", 1, games_folder)


@pytest.fixture(scope="session")
def cooking(games_folder: Path) -> Path:
    pytest.importorskip("textworld")
    return make("cooking", "default", 1, games_folder)


@pytest.fixture
def opened() -> Iterator[Callable[..., Environment]]:
    """open_game, with everything it opened closed after the test."""
    envs: list[Environment] = []

    def open_it(path: Path, **options: int) -> Environment:
        envs.append(open_game(path, **options))
        return envs[-1]

    yield open_it
    for env in envs:
        env.close()


@pytest.fixture
def hunt_env(hunt: Path) -> Iterator[TextWorldEnv]:
    env = TextWorldEnv(hunt)
    yield env
    env.close()
