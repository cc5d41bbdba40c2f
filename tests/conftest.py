"""Fixtures that many tests share."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import settings

from graphmem import Memory
from graphmem.extraction.textworld.slots import slot
from graphmem.testing import HashEmbedder
from tests.neo4j_server import PASSWORD, VARIABLE, Server, Unavailable, running

settings.register_profile("any machine", deadline=None)  # a busy one fails no test
settings.load_profile("any machine")

# A shell starts what runs in the background with no Ctrl-C, which programs inherit.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _started() -> Iterator[Server]:
    """A Neo4j server, for as long as it is iterated; which, says the variable GRAPHMEM_TEST_NEO4J."""
    if VARIABLE not in os.environ:
        pytest.skip(f"no Neo4j server is asked for: {VARIABLE}=5.26.30 fetches and starts one")
    try:
        with running(os.environ[VARIABLE]) as started:
            yield started
    except Unavailable as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def shared_server() -> Iterator[Server]:
    """One Neo4j server for all tests, each in a namespace of its own."""
    yield from _started()


@pytest.fixture
def server(shared_server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """That server, with its password in the environment."""
    monkeypatch.setenv("NEO4J_PASSWORD", PASSWORD)
    return shared_server


@pytest.fixture
def embedder() -> HashEmbedder:
    return HashEmbedder()


@pytest.fixture
def memory(tmp_path: Path, embedder: HashEmbedder) -> Iterator[Memory]:
    """A memory of a game's world in a file, with an embedder that a reader can check by hand."""
    with Memory(tmp_path / "house.db", embedder=embedder, slot_of=slot) as made:
        yield made


@pytest.fixture(scope="session")
def neo4j_uri() -> Iterator[str]:
    """The address of an empty server, whose password is in the environment while the session lasts."""
    with contextmanager(_started)() as server, pytest.MonkeyPatch.context() as environment:
        environment.setenv("NEO4J_PASSWORD", PASSWORD)
        yield server.uri
