"""Images in the file: each once in a namespace, named by the episodes that it came with."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence

from graphmem.errors import InputError
from graphmem.images import found_by, is_hash
from graphmem.language.words import searchable
from graphmem.records import Episode
from graphmem.storage.sqlite.rows import IN, all_rows, as_set, text_hash


def make_tables(db: sqlite3.Connection) -> None:
    db.execute(
        """CREATE TABLE images (
        seq INTEGER PRIMARY KEY,
        namespace INTEGER NOT NULL REFERENCES namespaces,
        hash TEXT NOT NULL,
        media_type TEXT NOT NULL,
        data BLOB NOT NULL,
        UNIQUE (namespace, hash)
        )"""
    )
    db.execute(
        """CREATE TABLE episode_images (
        episode INTEGER NOT NULL REFERENCES episodes,
        place INTEGER NOT NULL,
        image INTEGER NOT NULL REFERENCES images,
        description TEXT,
        PRIMARY KEY (episode, place)
        ) WITHOUT ROWID"""
    )
    db.execute("CREATE INDEX episodes_of_image ON episode_images (image)")


def put(
    db: sqlite3.Connection, namespace: int, row: int, episode: Episode, images: Mapping[str, bytes], revision: int
) -> None:
    """Keep the images of the episode of this row, what is said of them, and the passages by which they find it."""
    for place, image in enumerate(episode.images):
        if image.hash in images:
            values = (namespace, image.hash, image.media_type, images[image.hash])
            db.execute("INSERT OR IGNORE INTO images (namespace, hash, media_type, data) VALUES (?, ?, ?, ?)", values)
        kept = db.execute("SELECT seq FROM images WHERE namespace = ? AND hash = ?", (namespace, image.hash)).fetchone()
        if kept is None:
            raise InputError(f"the image {image.hash} of an episode is not there: give its bytes with it")
        db.execute(
            """INSERT INTO episode_images (episode, place, image, description) VALUES (?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET description = coalesce(description, excluded.description)""",
            (row, place, kept[0], image.description),
        )
    for id_, text, words in found_by(episode):
        added = db.execute(
            """INSERT OR IGNORE INTO passages (namespace, episode, id, start, end, heading, step, hash, revision)
            VALUES (?, ?, ?, 0, 0, '', ?, ?, ?)""",
            (namespace, row, id_, episode.step, text_hash(text), revision),
        )
        if added.rowcount and words:
            text_row = (added.lastrowid, searchable(words))
            db.execute("INSERT INTO passage_text (rowid, text) VALUES (?, ?)", text_row)


def drop(db: sqlite3.Connection, namespace: int, episodes: Sequence[str]) -> None:
    """Let episodes, by id, have no images; those that no other has are removed."""
    gone = (namespace, as_set(episodes))
    of = f"(SELECT seq FROM episodes WHERE namespace = ? AND id {IN})"
    found = all_rows(db, f"SELECT DISTINCT image FROM episode_images WHERE episode IN {of}", gone)
    if not found:
        return
    db.execute(f"DELETE FROM episode_images WHERE episode IN {of}", gone)
    unheld = "NOT EXISTS (SELECT 1 FROM episode_images WHERE image = images.seq)"
    db.execute(f"DELETE FROM images WHERE seq {IN} AND {unheld}", (as_set(row[0] for row in found),))


def read(db: sqlite3.Connection, namespace: int, hashes: Iterable[str]) -> dict[str, bytes]:
    wanted = as_set(filter(is_hash, hashes))
    return dict(all_rows(db, f"SELECT hash, data FROM images WHERE namespace = ? AND hash {IN}", (namespace, wanted)))
