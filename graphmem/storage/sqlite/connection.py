"""Opening an SQLite file, its transactions, and SQLite's errors told as ours."""

from __future__ import annotations

import logging
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from graphmem.errors import NotAMemory, StoreBusy, StoreError, StoreUnwritable
from graphmem.storage.sqlite.schema import FULL_TEXT, MIGRATIONS, check_application, migrate

log = logging.getLogger(__name__)

WAIT_SECONDS = 30.0
"""How long a writer waits for another process's transaction to end."""

MAPPED_BYTES = 2**40
"""As much of a file as SQLite can is read as memory: a large graph is read in many small places."""

PAGE_BYTES = 8192
"""Small pages hold few vectors, and waste what is left."""

CACHE_KIBIBYTES = 65_536
"""A large write changes so much before any of it goes to the log more than once; what is read is mapped instead."""

SCRUB_MILLISECONDS = 2000
"""How long forgetting waits for readers to let the log go."""

_SQLITE_ERRORS = {
    sqlite3.SQLITE_BUSY: (StoreBusy, "another process is writing to it; try again when it is done"),
    sqlite3.SQLITE_LOCKED: (StoreBusy, "another process is writing to it; try again when it is done"),
    sqlite3.SQLITE_READONLY: (StoreUnwritable, "it cannot be written to; check the permissions of file and folder"),
    sqlite3.SQLITE_CANTOPEN: (StoreUnwritable, "it cannot be opened; check the permissions of file and folder"),
    sqlite3.SQLITE_FULL: (StoreError, "the disk is full"),
    sqlite3.SQLITE_IOERR: (StoreError, "the disk failed to read or write it"),
    sqlite3.SQLITE_NOTADB: (NotAMemory, "the file is no graphmem memory; name another file"),
    sqlite3.SQLITE_CORRUPT: (NotAMemory, "the file is damaged; restore it from an export"),
}


@contextmanager
def told(path: str) -> Iterator[None]:
    """Raise SQLite's errors as graphmem's, with the file's name and the mend."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        kind, mend = _SQLITE_ERRORS.get(code, (StoreError, str(error)))
        raise kind(f"{path}: {mend}") from error


def open_file(path: str) -> sqlite3.Connection:
    """Open (or make) the memory at `path`, at the newest schema. ":memory:" lives and dies with the connection."""
    if path != ":memory:":
        _check_file(Path(path))
    with told(path):
        if path == ":memory:":
            return _connected("file::memory:", path)
        file = Path(path).resolve()
        writable = os.access(file if file.exists() else file.parent, os.W_OK) and os.access(file.parent, os.W_OK)
        return _connected(file.as_uri(), path) if writable or not file.exists() else _opened_to_read(file, path)


def _opened_to_read(file: Path, path: str) -> sqlite3.Connection:
    """A file that cannot be written to, beside a writer or by itself.

    Without a log beside it the file is all there is, and is read as it stands. A log that holds something and cannot be
    read from here is somebody's newest writing: what cannot be seen is said.
    """
    try:
        return _read_only(f"{file.as_uri()}?mode=ro", path)
    except sqlite3.OperationalError as error:
        log_file = file.with_name(file.name + "-wal")
        if log_file.exists() and log_file.stat().st_size:
            raise StoreUnwritable(
                f"{path}: what was written last stands in {log_file.name}, which cannot be read without the right to "
                "write to its folder; read it as its owner, or a copy by `graphmem backup`"
            ) from error
    return _read_only(f"{file.as_uri()}?immutable=1", path)


def _read_only(uri: str, path: str) -> sqlite3.Connection:
    """A file of an older version is read from a copy at the newest, which SQLite keeps for this connection alone."""
    with closing(sqlite3.connect(uri, uri=True)) as older:
        check_application(older, path)
        if older.execute("PRAGMA user_version").fetchone()[0] in (0, len(MIGRATIONS)):
            return _connected(uri, path)
        log.warning("%s is of an older version and cannot be written to: it is read from a converted copy", path)
        db = _connected("", path, older)
    db.execute("PRAGMA query_only = ON")  # what would be written to the copy would be lost
    return db


def is_in_memory(db: sqlite3.Connection) -> bool:
    """Whether a memory is this connection's alone, and no file."""
    return not db.execute("PRAGMA database_list").fetchone()[2]


def _connected(uri: str, path: str, copied: sqlite3.Connection | None = None) -> sqlite3.Connection:
    db = sqlite3.connect(uri, uri=True, timeout=WAIT_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        if copied:
            copied.backup(db)
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("PRAGMA secure_delete = ON")  # what is forgotten is overwritten
        db.execute(f"PRAGMA page_size = {PAGE_BYTES}")  # of a new file
        _prepare(db, path)
        db.execute(f"PRAGMA mmap_size = {MAPPED_BYTES}")
        db.execute(f"PRAGMA cache_size = -{CACHE_KIBIBYTES}")
        db.execute("PRAGMA temp_store = MEMORY")  # of many statements each would else have a file to be undone by
        db.execute("PRAGMA synchronous = FULL")  # a commit is on the disk when it returns
        return db
    except BaseException:
        db.close()
        raise


def back_up(path: str, copy: str) -> None:
    """Write the memory at `path` as it stands now to `copy`, a new file, while others go on reading and writing.

    Raises `StoreUnwritable` when `copy` is there already or cannot be made.
    """
    _check_file(Path(path))
    if Path(copy).exists():
        raise StoreUnwritable(f"{copy} is there already; name a new file")
    with told(path):
        source = open_file(path)
    part = Path(f"{copy}.part")
    try:
        with told(copy):
            target = sqlite3.connect(part)
            try:
                target.execute("PRAGMA journal_mode = OFF")  # a part that is not finished is thrown away
                source.backup(target)
            finally:
                target.close()
        part.rename(copy)
    finally:
        source.close()
        part.unlink(missing_ok=True)


def _check_file(path: Path) -> None:
    """Before SQLite touches it: a clear word on a missing folder, or a folder.

    The file itself is not opened here: to close it would drop the locks that this process holds on it.
    """
    try:
        if path.is_dir():
            raise NotAMemory(f"{path} is a folder; name a file for the memory")
        if not path.parent.is_dir():
            raise StoreUnwritable(f"the folder {path.parent} does not exist; make it, or name another place")
    except OSError as error:
        raise StoreUnwritable(f"{path} cannot be opened: {error.strerror}") from error


def _prepare(db: sqlite3.Connection, path: str) -> None:
    """Make or migrate the schema, once, however many processes open the file at the same moment."""
    deadline = time.monotonic() + WAIT_SECONDS
    while True:  # the change of journal mode does not wait for locks by itself
        try:
            check_application(db, path)
            if db.execute("PRAGMA user_version").fetchone()[0] != len(MIGRATIONS):
                with transaction(db):
                    older = migrate(db, path)
                if older:
                    db.execute("VACUUM")
            if db.execute("PRAGMA journal_mode").fetchone()[0] == "delete":
                db.execute("PRAGMA journal_mode = WAL")  # readers go on while one writes
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.05)


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All or nothing; takes the write lock at the start, so that what is read inside stays true."""
    try:  # the wait for the lock may be interrupted just when it ends: then it is given back
        db.execute("BEGIN IMMEDIATE")
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


@contextmanager
def snapshot(db: sqlite3.Connection) -> Iterator[None]:
    """What is read inside is of one moment, whatever others write meanwhile."""
    if db.in_transaction:
        yield
        return
    db.execute("BEGIN")
    try:
        yield
    finally:
        db.execute("ROLLBACK")


def settle(db: sqlite3.Connection) -> None:
    """End a transaction that an interrupted call has left open: it is nobody's."""
    if db.in_transaction:
        db.execute("ROLLBACK")


def empty_log(db: sqlite3.Connection, path: str) -> None:
    """Write the log into the file, so that no forgotten byte stays in it."""
    db.execute(f"PRAGMA busy_timeout = {SCRUB_MILLISECONDS}")  # a reader may stay for long
    busy = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    db.execute(f"PRAGMA busy_timeout = {int(WAIT_SECONDS * 1000)}")
    if busy:
        log.warning("%s: a reader holds the log open; forgotten pages leave it when that reader closes", path)


def compact(path: str) -> tuple[int, int]:
    """Write the memory at `path` anew, without free space, full text built again; gives its bytes before and after.

    It takes as long as the file is large, and as much room on the disk meanwhile; others may read.
    """
    before = Path(path).stat().st_size
    with told(path), closing(open_file(path)) as db:
        with transaction(db):
            for table in FULL_TEXT:
                db.execute(f"INSERT INTO {table}({table}) VALUES ('rebuild')")
        db.execute("PRAGMA temp_store = FILE")  # all of it passes there
        db.execute("VACUUM")
        empty_log(db, path)
    return before, Path(path).stat().st_size
