"""Images that come with an observation: read and checked, told in words, and found by what is seen in them.

An image is its bytes, known by their SHA-256. What is in it is only a model's to say; here nothing is decoded.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from itertools import zip_longest
from os import PathLike
from os.path import isfile
from pathlib import Path

from graphmem.errors import InputError
from graphmem.protocols import Embedder, ImageEmbedder
from graphmem.records import Episode, Image, Vector

MOST_BYTES = 20 * 2**20
"""An image has no more: no endpoint takes larger ones."""

LONGEST = 4000
"""So many characters are kept of what a model says of an image."""

_SIGNATURES = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"GIF8[79]a"), "image/gif"),
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), "image/webp"),
)
_DATA_URL = re.compile(r"data:[^,;]*(?:;[^,;]*)*;base64,", re.IGNORECASE)
_HASH = re.compile(r"[0-9a-f]{64}")


def read(given: object) -> tuple[bytes, ...]:
    """The bytes of images, each once, given as paths, bytes or "data:" URLs. Raises `InputError` for what is none."""
    if given == ():
        return ()
    if isinstance(given, str | bytes | PathLike | Mapping) or not isinstance(given, Iterable):
        raise InputError(f"images are a list of paths or bytes, not {given!r:.80}")
    return tuple(dict.fromkeys(_read(each, f"image {number}") for number, each in enumerate(given, 1)))


def _read(given: object, name: str) -> bytes:
    if isinstance(given, bytes | bytearray | memoryview):
        return checked(bytes(given), name)
    if isinstance(given, str) and given[:5].lower() == "data:":
        return checked(from_data_url(given), name)
    if isinstance(given, str | PathLike):
        return checked(_file(Path(given)), str(given))
    raise InputError(f"{name} must be a path or bytes, not {given!r:.80}")


def _file(path: Path) -> bytes:
    """The bytes of a file, of a larger one than an image may be one byte more than that."""
    if not isfile(path):  # no device or pipe, which might never end
        raise InputError(f"the image {path} is no file; name one that is there")
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise InputError(f"the image {path} cannot be read: {error.strerror}") from error


def checked(data: bytes, name: str = "the image") -> bytes:
    """`data`, when it is an image of a kind and a size that is kept; else raises `InputError`."""
    if len(data) > MOST_BYTES:
        raise InputError(f"{name} has more than the {MOST_BYTES >> 20} MB that an image may have: make it smaller")
    if not data:
        raise InputError(f"{name} is empty")
    if media_type(data) is None:
        raise InputError(f"{name} is no PNG, JPEG, GIF or WebP: convert it to one of these")
    return data


def media_type(data: bytes) -> str | None:
    """What the first bytes of an image say that it is; None for anything else than the four kinds that are kept."""
    return next((kind for signature, kind in _SIGNATURES if signature.match(data)), None)


def from_data_url(url: str) -> bytes:
    """The bytes in a "data:" URL, of which its own word for their type is not trusted. Raises `InputError`."""
    head = _DATA_URL.match(url)
    try:
        return base64.b64decode(url[head.end() :] if head else "?", validate=True)
    except (binascii.Error, ValueError) as error:
        raise InputError(f"an image in words is written as data:image/png;base64,…, not {url[:40]!r}…") from error


def data_url(data: bytes) -> str:
    """An image as a "data:" URL."""
    return f"data:{media_type(data)};base64,{base64.b64encode(data).decode()}"


def image_of(data: bytes) -> Image:
    """The record of an image. Raises `InputError` for what is none."""
    return Image(hash_of(data), media_type(checked(data)) or "")


def hash_of(data: bytes) -> str:
    return sha256(data).hexdigest()


def is_hash(given: object) -> bool:
    """Whether `given` is written as the hash of an image: 64 small hexadecimal digits, and nothing else."""
    return isinstance(given, str) and _HASH.fullmatch(given) is not None


def by_hash(images: Iterable[bytes]) -> dict[str, bytes]:
    return {hash_of(data): data for data in images}


def described(images: Sequence[Image], descriptions: Iterable[str | None]) -> tuple[Image, ...]:
    """Images with what is said of each, in their order; what was said of one before stays."""
    told = [text and " ".join(text.split())[:LONGEST] for text in descriptions][: len(images)]
    return tuple(
        replace(image, description=image.description or text or None) for image, text in zip_longest(images, told)
    )


def vector_key(image: Image | str) -> str:
    """The text under which the vector of an image itself is kept; nobody writes such a text."""
    return f"image sha256:{image if isinstance(image, str) else image.hash}"


def texts_of(images: Iterable[Image]) -> list[str]:
    """The descriptions, each of which has a vector as any text has."""
    return [image.description for image in images if image.description]


def keys_of(images: Iterable[Image]) -> list[str]:
    """All that a vector may be kept under: descriptions, and the images themselves."""
    return [*texts_of(images), *map(vector_key, images)]


def found_by(episode: Episode) -> list[tuple[str, str, str]]:
    """What finds an episode beside its text, as passages of it that are no part of the text.

    Of each the id, the text under which its vector is kept, and the words for full text: of every image its own vector
    (where the embedder has one), and its description.
    """
    found = []
    for number, image in enumerate(episode.images):
        found.append((f"{episode.id}#image{number}", vector_key(image), ""))
        if image.description:
            found.append((f"{episode.id}#seen{number}", image.description, image.description))
    return found


def vectors_of(embedder: Embedder, images: Mapping[str, bytes]) -> dict[str, Vector]:
    """The vectors of images, given by hash, by `vector_key`; none of an embedder that takes texts only."""
    if not images or not isinstance(embedder, ImageEmbedder):
        return {}
    keys = map(vector_key, images)
    return dict(zip(keys, embedder.embed_images(list(images.values())), strict=False))  # none, of one that is wrapped
