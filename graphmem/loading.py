"""Files as observations: notes, documents, Markdown, chats, records, PDFs; each keyed by what it says.

The key of an observation is the kind of its file, the hash of its text as it stands there, and how often that text came
before in the file. So a line that is inserted, or a file that is moved, changes the key of no other.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from email import message_from_string
from email.utils import parseaddr, parsedate_to_datetime
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

from graphmem.conversations import is_message, observations_of
from graphmem.errors import InputError, MissingExtra
from graphmem.files import text_of
from graphmem.language.dates import dates_in
from graphmem.language.speakers import ROLES, Turn, begins_turn, turns
from graphmem.passages import sections, sentences_of
from graphmem.records import Observation
from graphmem.validation import clean, observation

Written = tuple[Observation, str]
"""An observation, and the text it was read from as it stands in its file."""

_MAIL = re.compile(r"\s*(?:from|to|subject|date|sent):[^\n]*\n(?:[a-z-]+:[^\n]*\n|[ \t][^\n]*\n)+\s*\n", re.IGNORECASE)
_NOT_SENT = re.compile(
    r"<(?:media|image|video|audio|sticker|gif|document|attached)\b[^<>\n]*>"
    r"|(?:image|video|audio|sticker|gif|document) omitted|(?:you deleted this|this) message(?: was deleted)?\.?"
    r"|messages and calls are end-to-end encrypted\.[^\n]*",
    re.IGNORECASE,
)
"""What an export has where it left out what was sent."""

_CUE = re.compile(r"\AWEBVTT[^\n]*\n+|^(?:\w[^\n]*\n)?(?:\d+:)?\d\d:\d\d[.,]\d{3} --> [^\n]*\n|</v>", re.MULTILINE)
"""What subtitles have beside what is said: the number and the times of each cue."""

_WIDE = 50
"""Lines that run on are at least so wide, and filled to `_FULL` of the widest on the average."""

_FULL = 0.8
_LONG = 250
"""Paragraphs of a line each are long from so many characters on the average."""

_FEW_WORDS = 4
"""Items of a list with no more words than this, on the average, say little without their heading."""

_DAY = re.compile(r"(?<!\d)\d{4}-\d\d-\d\d(?!\d)")


def files_of(sources: Iterable[Path]) -> list[Path]:
    """The files that are named, and of each folder all that can be read, in order; hidden ones are passed over."""
    found: list[Path] = []
    for source in sources:
        inside = sorted(_readable_in(source)) if source.is_dir() else [source]
        if not inside:
            raise InputError(f"the folder {source} holds no file that ends in {_KNOWN}")
        found += inside
    return list(dict.fromkeys(found))


def observations_in(path: Path) -> list[Written]:
    """The observations of a file, each with a key, all checked.

    A .txt (and a .vtt or .srt, without its cues) is a chat when its lines begin turns ("Ana: …", "[2024-05-03, 10:12]
    Ana: …"), and then an observation a turn; a document, and then one observation, when it starts with the headers of a
    mail, its lines run on, or its paragraphs are long; else notes, one a line. A .md gives its passages under
    their headings, and a list of sentences one by one; a .jsonl a line each, a record of an `Observation`'s fields or a
    message of a chat; a .json, an export of a chat, a message each; a .pdf is one. Raises `InputError`, which names the
    file and the line, and `MissingExtra` for a .pdf without its library.
    """
    read = _READERS.get(path.suffix.casefold())
    if not read:
        raise InputError(f"{path} must end in {_KNOWN}")
    seen: Counter[str] = Counter()
    return [(_keyed(each, raw, path, seen), raw) for each, raw in read(path)]


def new_ones(found: Iterable[Written], name: str, keys: Mapping[str, str]) -> list[Observation]:
    """Of a file's observations those that are not known by `keys` of an earlier version: the name and a line's number.

    `keys` gives the text of what is known by each key. What is known line by line is known as a whole.
    """
    old = re.compile(re.escape(name) + r":\d+")
    known = Counter(text.strip() for key, text in keys.items() if old.fullmatch(key))
    fresh: list[Observation] = []
    for each, raw in found:
        lines = Counter(
            line.strip() for line in ([each.text] if each.text in known else raw.split("\n")) if line.strip()
        )
        if lines <= known:
            known -= lines
        else:
            fresh.append(each)
    return fresh


def _readable_in(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.suffix.casefold() in _READERS and path.is_file() and not hidden:
            yield path


def _keyed(given: Observation, raw: str, path: Path, seen: Counter[str]) -> Observation:
    if given.key is not None:
        return given
    kind = path.suffix.casefold().removeprefix(".")
    headings = given.metadata.get("headings") or ()
    digest = sha256("\0".join([*map(str, headings), raw.strip()]).encode()).hexdigest()[:32]
    seen[digest] += 1
    return replace(given, key=f"{kind}:{digest}:{seen[digest]}")


def _text(path: Path) -> str:
    return clean(text_of(path))


def _plain(path: Path) -> Iterator[Written]:
    text = re.sub(r"<v ([^<>\n]+)>", r"\1: ", _CUE.sub("", _text(path)))
    source = {"source": path.name}
    if found := _chat(text):
        yield from _told(found, text, source)
    elif _MAIL.match(text):
        yield _mail(text, source), text
    elif _is_document(text):
        yield Observation(text.strip(), time=_named_day(path), metadata=source), text
    else:
        for line in text.split("\n"):
            if line.strip():
                yield Observation(line.strip(), time=_named_day(path), metadata=source), line


def _markdown(path: Path) -> Iterator[Written]:
    text = _text(path)
    if found := _chat(text):
        yield from _told(found, text, {"source": path.name})
        return
    for passage in sections(text):
        metadata = {"source": path.name, "headings": list(passage.headings)}
        time = _headed_day(passage.headings) or _named_day(path)
        items = sentences_of(passage) if passage.kind == "list" else ()
        if items and sum(len(item.split()) for item in items) / len(items) > _FEW_WORDS:
            yield from ((Observation(item, time=time, metadata=metadata), item) for item in items)
        elif passage.kind not in ("heading", "rule"):
            yield Observation(passage.text, time=time, metadata=metadata), passage.text


def _records(path: Path) -> Iterator[Written]:
    for number, line in enumerate(_text(path).split("\n"), 1):
        if line.strip():
            try:
                given = _mapping(line)
                found = observations_of([given]) if is_message(given) else [observation(_naming_no_file(given))]
            except InputError as error:
                raise InputError(f"{path}, line {number}: {error}") from error
            yield from ((each, line) for each in found)


def _naming_no_file(given: dict[str, Any]) -> dict[str, Any]:
    """A record whose images, if it has any, stand in it: who wrote it does not choose what is read on this machine."""
    images = given.get("images") or ()
    if not isinstance(images, list | tuple) or not all(str(each).startswith("data:") for each in images):
        raise InputError('"images" are a list of data:image/png;base64,… here, not of paths')
    return given


def _mail(text: str, source: Mapping[str, Any]) -> Observation:
    """A mail, said by whom it is from when it was sent."""
    headers = message_from_string(text.lstrip())
    name, address = parseaddr(str(headers["From"] or ""))
    try:
        sent = parsedate_to_datetime(str(headers["Date"]))
    except ValueError:
        sent = None
    return Observation(text.strip(), time=sent, metadata=source, speaker=name or address or None)


def _json(path: Path) -> Iterator[Written]:
    text = _text(path)
    try:
        said = list(_said_in(json.loads(text)))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is no JSON: {error}") from error
    told = [(each, str(given)) for given in said for each in observations_of([given])]
    if not told:
        raise InputError(f"{path} holds no message: an export of a chat has a sender and a text in each")
    yield from told


def _said_in(found: Any) -> Iterator[Mapping[str, Any]]:
    """The messages of an export, in order, however deep they lie."""
    if is_message(found):
        yield found
    elif isinstance(found, Mapping | list):
        for each in found.values() if isinstance(found, Mapping) else found:
            yield from _said_in(each)


def _pdf(path: Path) -> Iterator[Written]:
    try:
        from pypdf import PdfReader
        from pypdf.errors import PyPdfError
    except ImportError as error:
        raise MissingExtra(f"`graphmem load {path}` needs pypdf: pip install 'graphmem[pdf]'", name="pypdf") from error
    try:
        pages = [page.extract_text() for page in PdfReader(path).pages]
    except (OSError, PyPdfError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise InputError(f"{path} cannot be read as a PDF: {error}") from error
    text = clean("\n\n".join(page.strip() for page in pages)).strip()
    if not text:
        raise InputError(f"{path} holds no text: a scanned page must go through OCR first")
    yield Observation(text, time=_named_day(path), metadata={"source": path.name, "pages": len(pages)}), text


_READERS: dict[str, Callable[[Path], Iterator[Written]]] = {
    ".txt": _plain,
    ".vtt": _plain,
    ".srt": _plain,
    ".md": _markdown,
    ".markdown": _markdown,
    ".jsonl": _records,
    ".json": _json,
    ".pdf": _pdf,
}
_KNOWN = ".txt, .md, .vtt, .srt, .jsonl, .json or .pdf"


def _chat(text: str) -> tuple[Turn, ...]:
    """The turns of a text that is a chat from its start, with two turns at least; none of other texts."""
    found = tuple(turn for turn in turns(text) if not _NOT_SENT.fullmatch(turn.text))
    said = [turn for turn in found if turn.speaker]
    if len(said) < 2 or len(text[: said[0].start].strip().split("\n")) > 3:
        return ()
    lines = [line for line in text.split("\n") if line.strip()]
    marked = sum(map(begins_turn, lines)) > 1 or all(turn.speaker in ROLES for turn in said)
    headings = sum(not _first_line(text[turn.start :]).endswith(_first_line(turn.text)) for turn in said)
    return found if marked or len(said) * 2 >= len(lines) - headings else ()


def _first_line(text: str) -> str:
    return text.partition("\n")[0].rstrip()


def _told(found: tuple[Turn, ...], text: str, source: Mapping[str, Any]) -> Iterator[Written]:
    for turn in found:
        if turn.text:
            metadata = {**source, "role": turn.speaker} if turn.speaker in ROLES else source
            told = Observation(turn.text, time=turn.time, metadata=metadata, speaker=turn.speaker)
            yield told, text[turn.start : turn.end]


def _is_document(text: str) -> bool:
    """Whether lines do not stand by themselves: they run on, or are long paragraphs between empty lines."""
    lines = [line.rstrip() for line in text.split("\n")]
    pairs = [(one, two) for one, two in pairwise(lines) if one and two]
    running = [
        len(one) for one, two in pairs if len(one) >= _WIDE and one[-1] not in ".!?:;" and two.lstrip()[:1].islower()
    ]
    width = max(map(len, lines))
    if len(running) > 2 and len(running) * 2 > len(pairs) and sum(running) > _FULL * width * len(running):
        return True
    written = [len(line) for line in lines if line]
    return len(written) > 1 and not pairs and sum(written) / len(written) > _LONG


def _headed_day(headings: tuple[str, ...]) -> datetime | None:
    """The day that the innermost dated heading tells with its year."""
    dated = (each for title in reversed(headings) for each in dates_in(title, datetime(2000, 1, 1)))
    return next(
        (each.since for each in dated if re.search(r"\d{4}", each.phrase) and re.search(r"\d", each.phrase)), None
    )


def _named_day(path: Path) -> datetime | None:
    """The day that a file is named after, as diaries are."""
    try:
        return datetime.fromisoformat(found[0]) if (found := _DAY.search(path.stem)) else None
    except ValueError:
        return None


def _mapping(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(f"no JSON: {error}") from error
    if not isinstance(found, dict):
        raise InputError('a line is an observation, an object with a "text", or a message with a "role"')
    return found
