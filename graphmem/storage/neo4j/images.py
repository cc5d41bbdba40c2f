"""Images of a memory on a server: a folder on this side holds their bytes, the server which episodes they came with.

    (:Episode)-[:SHOWS]->(:Image)     an image by the hash of its bytes; :LooseImage when an episode let go of it

The folder is GRAPHMEM_IMAGES, or `graphmem/images` where this user's programs keep their data; several machines share
one where they share a disk. In it each namespace of each database has a folder of its own, by a number that the server
keeps. All names in it are made here. A file is written before the episode that names it is committed, and removed after
the last one is gone, each while the server holds the image's node for it: no process takes another's image away.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from graphmem.errors import InputError, StoreError, StoreUnwritable
from graphmem.files import replacing
from graphmem.images import hash_of, is_hash
from graphmem.records import Episode
from graphmem.storage.neo4j.connection import Run
from graphmem.storage.neo4j.rows import Namespace

VARIABLE = "GRAPHMEM_IMAGES"
"""The environment variable that names the folder of images."""

SCHEMA = (
    "CREATE CONSTRAINT image IF NOT EXISTS FOR (i:Image) REQUIRE i.id IS UNIQUE",
    "CREATE INDEX loose_images IF NOT EXISTS FOR (i:LooseImage) ON (i.namespace)",
)

_OWN = """MERGE (m:Memory {namespace: $namespace}) SET m.image_folder = coalesce(m.image_folder, $new)
RETURN m.image_folder AS name"""

_PUT = """UNWIND $images AS row MERGE (i:Image {id: row.id})
    ON CREATE SET i.namespace = $namespace, i.hash = row.hash
SET i.changed = $new
WITH i, row MATCH (e:Episode {namespace: $namespace, id: row.episode}) MERGE (e)-[:SHOWS]->(i)
RETURN DISTINCT i.hash AS hash"""
"""Each is locked by being changed, in order of id, so that no two writers wait for each other."""

LOOSEN = """UNWIND $gone_episodes AS id MATCH (e:Episode {namespace: $namespace, id: id})-[:SHOWS]->(i:Image)
SET i:LooseImage"""
"""Before episodes go: their images may be nobody's then."""

_SWEEP = """MATCH (i:LooseImage) WHERE i.namespace = $namespace WITH i ORDER BY i.id SET i.changed = $new
WITH i, i.hash AS hash, EXISTS { (i)<-[:SHOWS]-() } AS held
FOREACH (_ IN CASE WHEN held THEN [1] ELSE [] END | REMOVE i:LooseImage)
FOREACH (_ IN CASE WHEN held THEN [] ELSE [1] END | DELETE i)
RETURN hash, held"""

_HELD = """UNWIND $ids AS id MATCH (i:Image {id: id})<-[:SHOWS]-() RETURN DISTINCT i.hash AS hash"""
_FOLDER = "MATCH (m:Memory {namespace: $namespace}) RETURN m.image_folder AS name"


def default_folder() -> Path:
    """The folder of images where nobody names one."""
    if named := os.environ.get(VARIABLE):
        return Path(named).expanduser()
    data = os.environ.get("XDG_DATA_HOME") or os.environ.get("LOCALAPPDATA") or Path.home() / ".local" / "share"
    return Path(data, "graphmem", "images")


class Images:
    """The images of one namespace, whose bytes are below `folder`."""

    def __init__(self, ids: Namespace, folder: str | os.PathLike[str] | None) -> None:
        self._ids = ids
        self._folder = default_folder() if folder is None else Path(folder)

    def put(self, run: Run, episodes: Iterable[Episode], images: Mapping[str, bytes]) -> None:
        """Keep the images of these episodes, inside the transaction that stores them."""
        rows = [
            {"id": self._ids.image(image.hash), "episode": each.id, "hash": image.hash}
            for each in episodes
            for image in each.images
        ]
        if not rows:
            return
        new = secrets.token_hex(16)
        folder = self._own(run(_OWN, {"new": new}))
        found = run(_PUT, {"images": sorted(rows, key=lambda row: row["id"]), "new": new})
        for hash_ in (row["hash"] for row in found):
            path = folder / hash_
            if hash_ in images:
                _write(path, images[hash_])
            elif not path.is_file():
                raise InputError(f"the image {hash_} of an episode is not there: give its bytes with it")

    def sweep(self, run: Run) -> None:
        """Remove the images that no episode has, with their files."""
        found = run(_SWEEP, {"new": secrets.token_hex(16)})
        gone = [row["hash"] for row in found if not row["held"] and is_hash(row["hash"])]
        if gone:
            folder = self._own(run(_FOLDER, {}))
            for hash_ in gone:
                with _told(folder / hash_, "removed"):
                    (folder / hash_).unlink(missing_ok=True)

    def read(self, run: Run, hashes: Iterable[str]) -> dict[str, bytes]:
        """The bytes of those of these images that an episode has. Raises `StoreError` for one that is not whole."""
        ids = [self._ids.image(hash_) for hash_ in hashes if is_hash(hash_)]
        held = [row["hash"] for row in run(_HELD, {"ids": ids}) if is_hash(row["hash"])] if ids else []
        folder = self._own(run(_FOLDER, {})) if held else self._folder
        return {hash_: self._read(folder / hash_) for hash_ in held}

    def _own(self, rows: Sequence[Mapping[str, Any]]) -> Path:
        """The namespace's own folder: the server keeps its name, which is trusted as far as it is one that was made."""
        name = rows[0]["name"] if rows else None
        if not (isinstance(name, str) and re.fullmatch(r"[0-9a-f]{32}", name)):
            raise StoreError(f"the server names no folder of images ({name!r:.40}): remember an image first")
        return self._folder / name

    def _read(self, path: Path) -> bytes:
        try:
            data = path.read_bytes()
        except OSError as error:
            raise StoreError(
                f"the image {path} cannot be read ({error.strerror}): {VARIABLE} must name the folder where it was kept"
            ) from error
        if hash_of(data) != path.name:
            raise StoreError(f"the image {path} was altered: put back the one that was kept there")
        return data


def _write(path: Path, data: bytes) -> None:
    """Let `path` hold `data`, all of it or nothing; who else may read it is nobody."""
    if path.is_file() and path.stat().st_size == len(data):
        return
    with _told(path, "written"):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with replacing(path, mode=0o600) as file:
            file.write(data)


@contextmanager
def _told(path: Path, done: str) -> Iterator[None]:
    """Raise the system's errors as ours, with the mend."""
    try:
        yield
    except OSError as error:
        raise StoreUnwritable(
            f"the image {path} cannot be {done}: {error.strerror}; {VARIABLE} names another folder"
        ) from error
