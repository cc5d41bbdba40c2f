"""Files read as text, and written whole: the old one stays until all of the new one is on the disk."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from graphmem.errors import InputError, StoreUnwritable

_DATABASE = b"SQLite format 3\0"
"""How a file begins that holds a memory."""


def text_of(path: Path) -> str:
    """The text of a file. Raises `InputError` when it cannot be read, or is not UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} cannot be read: it is not UTF-8; save it as that") from error


@contextmanager
def whole_file(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """A file to write, which takes the place of `path` when the block ends, and is gone when it fails.

    Raises `StoreUnwritable` when it cannot be written, and `InputError` rather than write over a memory.
    """
    target = Path(os.path.realpath(path))
    try:
        if target.exists() and not target.is_file():
            with target.open("wb") as file:  # a device or a pipe is written to, not replaced
                yield file
        else:
            check_no_memory(target)
            with replacing(target) as file:
                yield file
    except OSError as error:
        raise StoreUnwritable(f"{path} cannot be written: {error.strerror}") from error


@contextmanager
def replacing(path: Path, *, mode: int = 0o666) -> Iterator[BinaryIO]:
    """The same without looking at what is there; `mode` is that of a new file. Raises `OSError`."""
    part = path.with_name(f".{uuid4().hex}.part")
    try:
        with open(part, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def check_no_memory(path: Path) -> None:
    """Raises `InputError` when a memory is there, which would be lost if anything were written; or `OSError`."""
    if path.is_file():
        with path.open("rb") as file:
            if file.read(len(_DATABASE)) == _DATABASE:
                raise InputError(f"{path} holds a memory, which would be lost: name another file to write to")
