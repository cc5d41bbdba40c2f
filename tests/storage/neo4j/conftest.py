"""A real server, for the tests of this folder: which, says the environment variable GRAPHMEM_TEST_NEO4J."""

import os
import uuid
from collections.abc import Iterator

import pytest

from tests.neo4j_server import PASSWORD, Server, Unavailable, running

VARIABLE = "GRAPHMEM_TEST_NEO4J"


@pytest.fixture(scope="session")
def version() -> str:
    if VARIABLE not in os.environ:
        pytest.skip(f"no Neo4j server is asked for: {VARIABLE}=5.26.30 fetches and starts one")
    return os.environ[VARIABLE]


@pytest.fixture(scope="session")
def shared_server(version: str) -> Iterator[Server]:
    """One server for all tests, each in a namespace of its own; who stops it starts it again."""
    try:
        with running(version) as started:
            yield started
    except Unavailable as reason:
        pytest.skip(str(reason))


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("NEO4J_PASSWORD", PASSWORD)
    return PASSWORD


@pytest.fixture
def server(shared_server: Server) -> Server:
    return shared_server


@pytest.fixture
def namespace() -> str:
    """One that no other test has."""
    return str(uuid.uuid4())
