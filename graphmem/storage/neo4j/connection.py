"""Talking to the server: sessions, trying again while it is away, and its errors told as ours."""

from __future__ import annotations

import os
import random
import re
import time
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

from neo4j import READ_ACCESS, WRITE_ACCESS, GraphDatabase, Session, Transaction
from neo4j.exceptions import (
    AuthError,
    ConstraintError,
    DriverError,
    IncompleteCommit,
    Neo4jError,
    ServiceUnavailable,
    SessionExpired,
)

from graphmem.errors import InputError, StoreBusy, StoreError, StoreRefused, StoreUnreachable, StoreUnwritable
from graphmem.storage.neo4j.address import Address

Result = TypeVar("Result")
Row = dict[str, Any]
Run = Callable[[str, dict[str, Any]], list[Row]]
"""Runs a statement with its parameters, and gives its rows."""

PATIENCE_SECONDS = 120.0
"""How long a server that went away may stay away before an error says so. A restart takes up to a minute."""

CONFLICTS = 5
"""So often a write is tried again because another process wrote the same key, or what is to go, at the same moment."""

_LONGEST_PAUSE = 1.0
_PARAMETER = re.compile(r"\$(\w+)")
_AWAY = (ServiceUnavailable, SessionExpired, IncompleteCommit, OSError)
_OVERTAKEN = ("DatabaseUnavailable", "EntityNotFound", "TransientError")
_READ_ONLY = ("ReadOnly", "Forbidden", "AccessMode", "NotALeader")


class Outdated(Exception):
    """What a transaction read is true no more: it must be run again."""


class Connection:
    """One database of a server. Safe to share between threads."""

    def __init__(self, address: Address) -> None:
        self.address = address
        password = os.environ.get("NEO4J_PASSWORD")
        try:
            self._driver = GraphDatabase.driver(
                address.uri,
                auth=(address.user, password) if password else None,
                user_agent="graphmem",
                telemetry_disabled=True,
                notifications_min_severity="OFF",
                connection_acquisition_timeout=20,
                connection_timeout=10,
            )
        except (DriverError, ValueError) as error:
            raise InputError(f"{address}: {error}") from error

    def read(self, statement: str, **parameters: Any) -> list[Row]:
        """The rows of one statement, which the server refuses to let write anything."""
        return self._persist(READ_ACCESS, lambda session: _rows(session, statement, parameters))

    def read_marked(self, statement: str, **parameters: Any) -> tuple[list[Row], str]:
        """As `read`, with the bookmark by its end: it is another after every write to the database, whoever wrote."""

        def work(session: Session) -> tuple[list[Row], str]:
            rows = _rows(session, statement, parameters)
            return rows, " ".join(sorted(session.last_bookmarks().raw_values))

        return self._persist(READ_ACCESS, work)

    def write(self, statement: str, **parameters: Any) -> list[Row]:
        """Run one statement in a transaction of its own. It must change nothing when it is run again."""
        return self._persist(WRITE_ACCESS, lambda session: _rows(session, statement, parameters))

    def transaction(self, work: Callable[[Run], Result]) -> Result:
        """Run `work` in one transaction. It is run again when that fails, or when nobody knows whether it did."""

        def attempt(session: Session) -> Result:
            with session.begin_transaction() as transaction:
                result = work(lambda statement, values: _rows(transaction, statement, values))
                transaction.commit()
                return result

        return self._persist(WRITE_ACCESS, attempt)

    def once(self, statement: str, *, writing: bool = False, **parameters: Any) -> list[Row]:
        """As `read` or `write`, without waiting for a server that is away."""
        mode = WRITE_ACCESS if writing else READ_ACCESS
        return self._persist(mode, lambda session: _rows(session, statement, parameters), patience=0)

    def _persist(self, mode: str, work: Callable[[Session], Result], *, patience: float | None = None) -> Result:
        deadline = time.monotonic() + (PATIENCE_SECONDS if patience is None else patience)
        pause, conflicts = 0.02, 0
        while True:
            try:
                with self._driver.session(
                    database=self.address.database,
                    default_access_mode=mode,
                    bookmark_manager=self._driver.execute_query_bookmark_manager,  # in a cluster: read what we wrote
                ) as session:
                    return work(session)
            except (Neo4jError, DriverError, OSError, Outdated) as error:
                conflicts += isinstance(error, ConstraintError)
                if not _passes(error) or conflicts > CONFLICTS or time.monotonic() > deadline:
                    raise self._told(error) from error
            time.sleep(pause * random.uniform(0.5, 1))
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _told(self, error: Exception) -> Exception:
        """The error as one of ours: it names the server, the database and the mend, and holds no password."""
        code = str(getattr(error, "code", ""))
        said = str(getattr(error, "message", None) or error).splitlines()[0]
        if isinstance(error, _AWAY):
            return StoreUnreachable(
                f"{self.address} does not answer: is the server running, the address right? ({said})"
            )
        if isinstance(error, AuthError) or "Security.Auth" in code or "CredentialsExpired" in code:
            return StoreRefused(
                f"{self.address} does not let {self.address.user} in: set NEO4J_PASSWORD, or name another user ({said})"
            )
        if any(word in code for word in _READ_ONLY):
            return StoreUnwritable(f"{self.address}: {self.address.user} may read here, not write ({said})")
        if "DatabaseNotFound" in code:
            return StoreError(f"{self.address}: the server has no such database ({said})")
        if "TransientError" in code or isinstance(error, Outdated):
            return StoreBusy(f"{self.address} is too busy; try again later ({said})")
        return StoreError(f"{self.address}: {said}")

    def close(self) -> None:
        self._driver.close()


def _rows(where: Session | Transaction, statement: str, parameters: Row) -> list[Row]:
    found = where.run(_of_one_parameter(statement), {"in": parameters})
    names = found.keys()
    return [dict(zip(names, row.values(), strict=True)) for row in found]  # `row.data()` looks into each number


@cache
def _of_one_parameter(statement: str) -> str:
    """The statement with `$name` read as `$in.name`.

    The server takes up to a second to plan one of ours, and plans it anew for each order of magnitude of each list and
    text among the parameters, but not of those in a map.
    """
    return _PARAMETER.sub(r"$in.\1", statement)


def _passes(error: Exception) -> bool:
    """Whether another try may do better: the server is away or starting, a deadlock, another was first."""
    if isinstance(error, (*_AWAY, Outdated, ConstraintError)):
        return True
    code = str(getattr(error, "code", ""))
    return isinstance(error, Neo4jError) and (error.is_retryable() or any(word in code for word in _OVERTAKEN))
