"""The store on a server keeps the one contract, alone in its database and beside another namespace."""

import uuid
from collections.abc import Callable, Iterator

import pytest

from graphmem.protocols import Store
from graphmem.storage import open_store
from graphmem.testing import STORE_CONTRACT, teach
from tests.neo4j_server import Server


@pytest.fixture
def store(server: Server) -> Iterator[Store]:
    neighbour = open_store(server.uri, f"{uuid.uuid4()}")
    teach(neighbour, 1, ("apple", "is in", "cellar"), ("secret", "is under", "carpet"), slot="location")
    made = open_store(server.uri, f"{uuid.uuid4()}")
    yield made
    made.close()
    neighbour.close()


@pytest.mark.parametrize("check", STORE_CONTRACT, ids=lambda check: check.__name__)
def test_store(check: Callable[[Store], None], store: Store) -> None:
    check(store)
