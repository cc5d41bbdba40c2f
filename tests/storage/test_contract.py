"""Every store keeps the one contract."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from graphmem.protocols import Store
from graphmem.storage.sqlite.store import SqliteStore
from graphmem.testing import STORE_CONTRACT
from tests.oracle import DictStore


@pytest.fixture(params=["sqlite", "sqlite beside another namespace", "in memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    made: list[Store] = []
    if request.param == "in memory":
        made.append(DictStore())
    else:
        if request.param != "sqlite":
            from graphmem.testing import teach

            made.append(SqliteStore(tmp_path / "house.db", "someone else"))
            teach(made[0], 1, ("apple", "is in", "cellar"), ("secret", "is under", "carpet"), slot="location")
        made.append(SqliteStore(tmp_path / "house.db"))
    yield made[-1]
    for each in made:
        each.close()


@pytest.mark.parametrize("check", STORE_CONTRACT, ids=lambda check: check.__name__)
def test_store(check: Callable[[Store], None], store: Store) -> None:
    check(store)
