"""The SQLite schema, as numbered migrations: each takes a file from the version before to its own.

To change the schema, add a function to the end of `MIGRATIONS`; never edit one that was released.
"""

from __future__ import annotations

import logging
import sqlite3

import numpy as np

from graphmem.errors import NotAMemory, SchemaTooNew
from graphmem.language.words import searchable
from graphmem.passages import SIZE, parts
from graphmem.storage.sqlite import images
from graphmem.storage.sqlite.rows import text_hash, to_blobs

log = logging.getLogger(__name__)

APPLICATION_ID = 0x67726D65  # "grme", in the file's header: tells a memory from any other SQLite file

CONVERTED = 20_000
"""So many vectors of an older file are converted at once; of more is told how far it is."""

FULL_TEXT = ("episode_text", "fact_text", "passage_text")


def _1_first(db: sqlite3.Connection) -> None:
    for statement in _FIRST.split(";\n"):
        db.execute(statement)


_FIRST = """
CREATE TABLE namespaces (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    embedder TEXT,
    revision INTEGER NOT NULL DEFAULT 0,  -- counts changes to facts and episodes
    epoch INTEGER NOT NULL DEFAULT 0      -- counts removals and new vectors: indexes are then built again
);
CREATE TABLE episodes (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    namespace INTEGER NOT NULL REFERENCES namespaces,
    id TEXT NOT NULL,
    text TEXT NOT NULL,
    step INTEGER NOT NULL,
    time TEXT,
    metadata TEXT NOT NULL,
    key TEXT,
    pending INTEGER NOT NULL,
    error TEXT,
    hash BLOB NOT NULL,
    revision INTEGER NOT NULL,
    UNIQUE (namespace, id),
    UNIQUE (namespace, key)
);
CREATE INDEX episodes_by_step ON episodes (namespace, step);
CREATE INDEX episodes_pending ON episodes (namespace) WHERE pending;
CREATE INDEX episodes_by_revision ON episodes (namespace, revision);
CREATE TABLE entities (
    seq INTEGER PRIMARY KEY,
    namespace INTEGER NOT NULL REFERENCES namespaces,
    key TEXT NOT NULL,
    name TEXT NOT NULL,
    UNIQUE (namespace, key)
);
CREATE TABLE aliases (
    namespace INTEGER NOT NULL REFERENCES namespaces,
    key TEXT NOT NULL,
    name TEXT NOT NULL,
    entity INTEGER NOT NULL REFERENCES entities ON DELETE CASCADE,
    PRIMARY KEY (namespace, key)
);
CREATE INDEX aliases_of ON aliases (entity);
CREATE TABLE facts (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    namespace INTEGER NOT NULL REFERENCES namespaces,
    id TEXT NOT NULL,
    subject INTEGER NOT NULL REFERENCES entities,
    relation TEXT NOT NULL,
    relation_key TEXT NOT NULL,
    object INTEGER NOT NULL REFERENCES entities,
    slot TEXT,
    asserted_by INTEGER NOT NULL REFERENCES episodes,
    since INTEGER NOT NULL,
    retired_by INTEGER REFERENCES episodes,
    until INTEGER,
    support INTEGER NOT NULL,
    hash BLOB NOT NULL,
    revision INTEGER NOT NULL,
    UNIQUE (namespace, id)
);
CREATE UNIQUE INDEX facts_current ON facts (subject, relation_key, object) WHERE until IS NULL;
CREATE UNIQUE INDEX facts_current_slot ON facts (subject, slot) WHERE until IS NULL AND slot IS NOT NULL;
CREATE INDEX facts_by_subject ON facts (subject, relation_key, object);
CREATE INDEX facts_by_slot ON facts (subject, slot, until);
CREATE INDEX facts_by_object ON facts (object, until);
CREATE INDEX facts_by_relation ON facts (namespace, relation_key, until);
CREATE INDEX facts_asserted ON facts (asserted_by);
CREATE INDEX facts_retired ON facts (retired_by);
CREATE INDEX facts_by_revision ON facts (namespace, revision);
CREATE TABLE teachings (
    episode INTEGER NOT NULL REFERENCES episodes,
    fact INTEGER NOT NULL REFERENCES facts,
    PRIMARY KEY (episode, fact)
) WITHOUT ROWID;
CREATE INDEX teachings_of ON teachings (fact);
CREATE TABLE mentions (
    episode INTEGER NOT NULL REFERENCES episodes,
    entity INTEGER NOT NULL REFERENCES entities,
    PRIMARY KEY (episode, entity)
) WITHOUT ROWID;
CREATE INDEX mentions_of ON mentions (entity);
CREATE TABLE vectors (
    seq INTEGER PRIMARY KEY,
    namespace INTEGER NOT NULL REFERENCES namespaces,
    hash BLOB NOT NULL,
    vector BLOB NOT NULL,
    UNIQUE (namespace, hash)
);
CREATE VIRTUAL TABLE episode_text USING fts5(text, tokenize = 'porter unicode61');
CREATE VIRTUAL TABLE fact_text USING fts5(text, tokenize = 'porter unicode61')
"""


def _2_newest_at_a_hub(db: sqlite3.Connection) -> None:
    """What holds of an entity, the newest first, without reading all of it."""
    db.execute("CREATE INDEX facts_newest_of_subject ON facts (subject, since) WHERE until IS NULL")
    db.execute("CREATE INDEX facts_newest_of_object ON facts (object, since) WHERE until IS NULL")


def _3_merges(db: sqlite3.Connection) -> None:
    """What is needed to undo each merge, in order; a record is a `graphmem.records.Merge`."""
    db.execute(
        """CREATE TABLE merges (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        namespace INTEGER NOT NULL REFERENCES namespaces,
        record TEXT NOT NULL
        )"""
    )
    db.execute("CREATE INDEX merges_of ON merges (namespace)")


def _4_rough_indexes(db: sqlite3.Connection) -> None:
    """The index of many vectors: derived data, of the namespace as it was at a revision of an epoch."""
    db.execute(
        """CREATE TABLE rough_indexes (
        namespace INTEGER NOT NULL REFERENCES namespaces,
        kind TEXT NOT NULL,
        epoch INTEGER NOT NULL,
        revision INTEGER NOT NULL,
        data BLOB NOT NULL,
        PRIMARY KEY (namespace, kind)
        )"""
    )


def _5_disputed(db: sqlite3.Connection) -> None:
    """Facts that an episode of the same step denied."""
    db.execute("CREATE INDEX facts_disputed ON facts (subject) WHERE until = since")


def _6_speakers_reasons_passages(db: sqlite3.Connection) -> None:
    """Who said an episode, why a fact was retired; the passages of long episodes, the words of unspaced scripts.

    And whose a vector is, without reading all that have one.
    """
    db.execute("ALTER TABLE episodes ADD COLUMN speaker TEXT")
    db.execute("ALTER TABLE facts ADD COLUMN reason TEXT")
    db.execute("CREATE INDEX episodes_by_hash ON episodes (namespace, hash)")
    db.execute("CREATE INDEX facts_by_hash ON facts (namespace, hash)")
    db.execute(
        """CREATE TABLE passages (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        namespace INTEGER NOT NULL REFERENCES namespaces,
        episode INTEGER NOT NULL REFERENCES episodes ON DELETE CASCADE,
        id TEXT NOT NULL,
        start INTEGER NOT NULL,
        end INTEGER NOT NULL,
        heading TEXT NOT NULL,
        step INTEGER NOT NULL,
        hash BLOB NOT NULL,
        revision INTEGER NOT NULL,
        UNIQUE (namespace, id)
        )"""
    )
    db.execute("CREATE INDEX passages_of ON passages (episode)")
    db.execute("CREATE INDEX passages_by_hash ON passages (namespace, hash)")
    db.execute("CREATE INDEX passages_by_revision ON passages (namespace, revision)")
    db.execute("CREATE VIRTUAL TABLE passage_text USING fts5(text, tokenize = 'porter unicode61')")
    for seq, namespace, id_, step, text, revision in db.execute(
        "SELECT seq, namespace, id, step, text, revision FROM episodes WHERE length(text) > ?", (SIZE,)
    ).fetchall():
        put_passages(db, namespace, (seq, id_, step), text, revision)
    for table in ("episode", "fact"):
        for row, text in db.execute(f"SELECT rowid, text FROM {table}_text").fetchall():
            if searchable(text) != text:
                db.execute(f"UPDATE {table}_text SET text = ? WHERE rowid = ?", (searchable(text), row))


def put_passages(
    db: sqlite3.Connection, namespace: int, episode: tuple[int, str, int], text: str, revision: int
) -> None:
    """Store the passages of an episode (row, id, step) with this text, where it has several."""
    row, id_, step = episode
    for number, part in enumerate(parts(text)):
        added = db.execute(
            """INSERT INTO passages (namespace, episode, id, start, end, heading, step, hash, revision)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            (namespace, row, f"{id_}#{number}", part.start, part.end, " > ".join(part.headings), step,
             text_hash(part.text), revision),
        )  # fmt: skip
        db.execute("INSERT INTO passage_text (rowid, text) VALUES (?, ?)", (added.lastrowid, searchable(part.text)))


def _7_small_vectors(db: sqlite3.Connection) -> None:
    """A byte for each number of a vector; the index of many in parts, and a list of the rows that have gone.

    So what is forgotten is taken out of either alone. Full text is built anew: `erasing` expects no deleted words.
    """
    db.execute("ALTER TABLE namespaces ADD COLUMN renewed INTEGER NOT NULL DEFAULT 0")  # counts new sets of vectors
    db.execute("DROP TABLE rough_indexes")
    db.execute(
        """CREATE TABLE rough_indexes (
        namespace INTEGER NOT NULL REFERENCES namespaces,
        kind TEXT NOT NULL,
        part INTEGER NOT NULL,
        revision INTEGER NOT NULL,
        width INTEGER NOT NULL,
        data BLOB NOT NULL,
        PRIMARY KEY (namespace, kind, part)
        )"""
    )
    db.execute(
        """CREATE TABLE gone (
        namespace INTEGER NOT NULL REFERENCES namespaces,
        kind TEXT NOT NULL,
        epoch INTEGER NOT NULL,
        row INTEGER NOT NULL,
        PRIMARY KEY (namespace, kind, epoch, row)
        ) WITHOUT ROWID"""
    )
    db.execute(
        """CREATE TABLE small_vectors (
        seq INTEGER PRIMARY KEY,
        namespace INTEGER NOT NULL REFERENCES namespaces,
        hash BLOB NOT NULL,
        vector BLOB NOT NULL,
        UNIQUE (namespace, hash)
        )"""
    )
    _convert_vectors(db)
    db.execute("DROP TABLE vectors")
    db.execute("ALTER TABLE small_vectors RENAME TO vectors")
    for table in FULL_TEXT:
        db.execute(f"INSERT INTO {table}({table}) VALUES ('rebuild')")


def _convert_vectors(db: sqlite3.Connection) -> None:
    (total,) = db.execute("SELECT count(*) FROM vectors").fetchone()
    rows, done = db.execute("SELECT seq, namespace, hash, vector FROM vectors ORDER BY seq"), 0
    while some := rows.fetchmany(CONVERTED):
        small = [(*row, to_blobs(np.frombuffer(vector, "<f4")[None])[0]) for *row, vector in some]
        db.executemany("INSERT INTO small_vectors VALUES (?, ?, ?, ?)", small)
        done += len(some)
        if total > CONVERTED:
            log.warning("this memory is brought to a smaller format, once: %d of %d vectors", done, total)


def _8_images(db: sqlite3.Connection) -> None:
    """Images, each once in a namespace, and which episodes they came with."""
    images.make_tables(db)


def _9_ended_triples(db: sqlite3.Connection) -> None:
    """Which facts of a triple hold since a step, without looking at those that have ended before."""
    db.execute("DROP INDEX facts_by_subject")
    db.execute("CREATE INDEX facts_by_subject ON facts (subject, relation_key, object, until)")


WRITTEN_ANEW = 7
"""A file of an older version than this is written anew: little of it is as it was."""

MIGRATIONS = (
    _1_first,
    _2_newest_at_a_hub,
    _3_merges,
    _4_rough_indexes,
    _5_disputed,
    _6_speakers_reasons_passages,
    _7_small_vectors,
    _8_images,
    _9_ended_triples,
)


def migrate(db: sqlite3.Connection, path: str) -> bool:
    """Bring the open file to the newest version, inside the caller's transaction.

    Gives whether it was of a version that is to be written anew.

    Raises `NotAMemory` when the file is another program's, `SchemaTooNew` when it is ahead of this code.
    """
    version: int = db.execute("PRAGMA user_version").fetchone()[0]
    if version > len(MIGRATIONS):
        raise SchemaTooNew(f"{path} was written by a newer graphmem (schema {version}); upgrade graphmem to open it")
    check_application(db, path)
    for number, migration in enumerate(MIGRATIONS[version:], start=version + 1):
        migration(db)
        db.execute(f"PRAGMA user_version = {number}")
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    return 0 < version < WRITTEN_ANEW


def check_application(db: sqlite3.Connection, path: str) -> None:
    """Raise `NotAMemory` when the file belongs to another program."""
    if not _is_new(db) and db.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise NotAMemory(f"{path} is an SQLite file of another program; name another file for the memory")


def _is_new(db: sqlite3.Connection) -> bool:
    return not db.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
