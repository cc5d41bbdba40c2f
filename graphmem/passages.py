"""A long text cut into passages, each of a size that an embedder reads whole, along the blocks it is written in."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from math import ceil

from graphmem.blocks import BULLET, Block, blocks
from graphmem.language.names import heading
from graphmem.language.speakers import turns
from graphmem.language.words import NOT_SHORTENED

SIZE = 1000
"""A passage has at most so many characters: about 170 words, which fit the 256 tokens of a small embedder."""

WIDE = 3
"""A character of a script without spaces between words takes the room of so many letters."""

READABLE = frozenset({"prose", "list", "chat", "heading"})
"""The kinds of which a reader of sentences may read facts."""

_LONGEST_LEAD = 300
"""A paragraph that leads to what comes next ("These are the hosts:") is no longer."""

_LONGEST_UNIT = 400
"""A sentence, a row or a turn that is longer is told in parts."""

_WRAPPED = 50
"""Lines that are wrapped are as wide as this at least."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of a text, from `start` to `end` of it, as it stands there.

    `kind` is "prose", "list", "table", "code", "json", "log", "html", "quote", "chat", "headers" (of a mail), "heading"
    (without anything below it), "rule", or "mixed" when a passage holds several. `headings` lead to it, outermost
    first; a table that goes on from the passage before has its header as the last of them.
    """

    text: str
    start: int
    end: int
    kind: str = "prose"
    headings: tuple[str, ...] = ()


Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Unit:
    """What can be told by itself: a sentence, an item, a row, a line or a turn, from `start` to `end` of a text.

    `under` are the spans without which it is not understood: the heading, the head of its table, who speaks.
    """

    start: int
    end: int
    under: tuple[Span, ...] = ()


@dataclass(slots=True)
class _Open:
    """A passage that is being filled."""

    start: int
    end: int
    kinds: set[str] = field(default_factory=set)
    headings: tuple[str, ...] = ()
    leads: bool = False

    @property
    def kind(self) -> str:
        if len(self.kinds) < 2:
            return min(self.kinds, default="heading")
        return "prose" if self.kinds <= READABLE else "mixed"


def passages(text: str, size: int = SIZE) -> list[Passage]:
    """The passages of `text`, in order: together all of it but the space between them.

    A text of at most `size` characters is one. Else a passage holds blocks of one kind under one heading, and with
    the first of them the heading; a block that is too long is cut where it is least felt: between rows, items, turns,
    lines, sentences, words.

    >>> [(each.kind, each.headings) for each in passages("# Shop\\n\\nClosed today.\\n\\n|a|b|\\n|-|-|\\n|1|2|", 25)]
    [('prose', ('Shop',)), ('table', ('Shop',))]
    """
    return _passages(text, size, whole=len(text) <= size)


def parts(text: str) -> list[Passage]:
    """The passages of a text that is more than one; none of a short text, which is told and searched as a whole."""
    found = passages(text) if len(text) > SIZE else []
    return found if len(found) > 1 else []


def sections(text: str, size: int = SIZE) -> list[Passage]:
    """The passages of `text`, as `passages` gives them, but of a short text too those under each heading."""
    return _passages(text, size, whole=False)


def _passages(text: str, size: int, whole: bool) -> list[Passage]:
    size = max(1, size // ceil(1 + _wide_share(text) * (WIDE - 1)))
    return [each for filled in _filled(text, size, whole) for each in _cut(text, filled, size)]


def sentences_of(passage: Passage) -> tuple[str, ...]:
    """What a reader of sentences may read of a passage, one by one: paragraphs, list items, turns; without marks.

    >>> sentences_of(Passage("# To do\\n- buy milk\\n- call\\n  Ana", 0, 30, "list"))
    ('buy milk', 'call Ana')
    """
    if passage.kind not in (*READABLE, "mixed"):
        return ()
    return tuple(each for block in blocks(passage.text) for each in _read(passage.text, block))


def _read(text: str, block: Block) -> Iterator[str]:
    written = text[block.start : block.end]
    if block.kind in ("prose", "chat"):
        said = turns(written)
        yield from (written[turn.start : turn.end] for turn in said) if len(said) > 1 else _unwrapped(written)
    elif block.kind == "list":
        starts = [match.start() for match in _ITEM.finditer(written)]
        for start, end in zip(starts, [*starts[1:], len(written)], strict=True):
            yield " ".join(BULLET.sub("", written[start:end], count=1).split())


def _unwrapped(paragraph: str) -> list[str]:
    """The lines of a paragraph, made one where a line only goes on with the one before it."""
    lines = [" ".join(line.split()) for line in paragraph.split("\n") if line.strip()]
    width = max(map(len, lines), default=0)
    found: list[str] = []
    for before, line in zip(["", *lines], lines, strict=False):
        runs_on = before[-1:] not in ".!?:;" and (
            line[0].islower() or (width >= _WRAPPED and len(before) > 0.7 * width)
        )
        if found and runs_on:
            found[-1] += f" {line}"
        else:
            found.append(line)
    return found


_ITEM = re.compile(rf"^(?={BULLET.pattern})", re.MULTILINE)


def _wide_share(text: str) -> float:
    """The share of characters of scripts without spaces, in the first and last of a text."""
    if text.isascii():
        return 0.0
    sample = text[:2000] + text[-2000:]
    wide = sum(unicodedata.east_asian_width(letter) in "WF" or "\u0e00" <= letter <= "\u0fff" for letter in sample)
    return wide / len(sample)


def _filled(text: str, size: int, whole: bool) -> Iterator[_Open]:
    """Blocks put together: all, or those of one kind under one heading, after the heading, as long as there is room."""
    path: list[tuple[int, str]] = []
    filling: _Open | None = None
    for block in blocks(text):
        if block.title:
            path = [*((level, title) for level, title in path if level < block.level), (block.level, block.title)]
        headings = tuple(title for _, title in path)
        if filling and not (whole or _joins(filling, block, headings, size)):
            yield filling
            filling = None
        filling = filling or _Open(block.start, block.end)
        if block.kind != "heading":
            filling.headings = filling.headings if filling.kinds else headings
            filling.kinds.add(block.kind)
            filling.leads = block.kind == "prose" and text[block.start : block.end].rstrip().endswith(":")
        elif not filling.kinds:
            filling.headings = headings
        filling.end = block.end
    if filling:
        yield filling


def _joins(filling: _Open, block: Block, headings: tuple[str, ...], size: int) -> bool:
    """Whether a block goes into the passage that is being filled."""
    if not filling.kinds:  # a heading waits for what it leads to
        return True
    if block.kind == "heading" or headings != filling.headings or block.end - filling.start > size:
        return False
    led = filling.leads and filling.end - filling.start <= _LONGEST_LEAD
    alike = filling.kinds == {block.kind} or {*filling.kinds, block.kind} <= {"prose", "list"}
    return alike or led or block.kind == "rule"


_SENTENCE_END = (
    rf"(?<=[.!?\u2026]){NOT_SHORTENED}(?<!\bProf\.)"
    r"[\"'\u201d\u2019)\]]*\s+|[\u3002\uff01\uff1f]"
)
_BOUNDS = {
    "prose": [r"\n\s*\n", r"(?<=[.!?\u2026:])\s*\n", _SENTENCE_END, r"[;,\uff0c\u3001]\s?|\n", r"\s+"],
    "list": [rf"\n(?={BULLET.pattern})", _SENTENCE_END, r"\s+"],
    "chat": [r"\n(?=\S)", _SENTENCE_END, r"\s+"],
    "code": [r"\n\s*\n(?=\S)", r"\n(?=\S)", r"\n", r"[;,]\s?", r"\s+"],
    "json": [r"\n {0,2}(?=\S)", r"[}\]],\s?", r"\n", r",\s?", r"\s+"],
    "html": [r"\n", r"(?<=>)(?=<)", _SENTENCE_END, r"(?<=>)", r"\s+"],
    "table": [r"\n", r"[|,;\t]\s?", r"\s+"],
    "log": [r"\n(?=\S)", r"\n", r"[;,]\s?", r"\s+"],
}


@functools.cache
def _bounds(kind: str) -> list[re.Pattern[str]]:
    return [re.compile(bound) for bound in _BOUNDS.get(kind, _BOUNDS["prose"])]


def _cut(text: str, filled: _Open, size: int) -> Iterator[Passage]:
    """The passages of what was put together: one, or as many as it takes."""
    bounds = _bounds(filled.kind)
    start, headings = filled.start, filled.headings
    head = _table_head(text[filled.start : filled.end]) if filled.kind == "table" else ""
    while start < filled.end:
        end = filled.end if filled.end - start <= size else _best_end(text, start, size, bounds)
        if piece := text[start:end].strip():
            at = start + len(text[start:end]) - len(text[start:end].lstrip())
            yield Passage(piece, at, at + len(piece), filled.kind, headings)
        start, headings = end, (*filled.headings, head) if head else filled.headings


def _best_end(text: str, start: int, size: int, bounds: list[re.Pattern[str]]) -> int:
    """Where to cut: at the last of the best bounds that stand in the second half of what fits, else at its end."""
    for bound in bounds:
        ends = [match.end() for match in bound.finditer(text, start + size // 2, start + size)]
        if ends:
            return ends[-1]
    return start + size


def _table_head(table: str) -> str:
    """The names of a table's columns, when a line below sets them off."""
    lines = [line for line in table.split("\n", 40) if "|" in line][:2]
    if len(lines) < 2 or set(lines[1].strip()) - set("|-: "):
        return ""
    return " | ".join(cell.strip() for cell in lines[0].strip().strip("|").split("|"))


_BRACKETED = re.compile(r"\([^\n]*\)\s*$")
_ELIDED = re.compile(r"[\s\u2026]*")
_UNIT_ENDS = {
    "json": re.compile(r"\n"),
    "prose": re.compile("|".join(_BOUNDS["prose"][:3])),
    "list": re.compile(rf"{_BOUNDS['list'][0]}|{_SENTENCE_END}"),
    "html": re.compile(r"\n|(?<=>)(?=<)"),
}
_LINE_END = re.compile(r"\n(?=\S)")
_WORD = re.compile(r"\w")


def units(text: str, size: int = _LONGEST_UNIT) -> list[Unit]:
    """The units of `text`, none longer than `size`: together all of it but headings and the space between them."""
    title = heading(text)
    start = len(text) - len(text.lstrip())
    about = [(start, start + len(title))] if title else []
    begin = about[0][1] if about else 0
    found: list[Unit] = []
    under = about
    for block in blocks(text[begin:]):
        at, end = begin + block.start, begin + block.end
        if block.kind == "heading" or _BRACKETED.fullmatch(text, at, end):
            under = [*about, (at, end)]
        elif block.kind != "rule":
            longest = size if block.kind in READABLE else ceil(size / 2)
            found += _units_of(text, replace(block, start=at, end=end), tuple(under), longest)
    return found


def _units_of(text: str, block: Block, under: tuple[Span, ...], size: int) -> Iterator[Unit]:
    for start, end, lead in _stretches(text, block):
        ends = [match.end() for match in _UNIT_ENDS.get(block.kind, _LINE_END).finditer(text, start, end)]
        bounds = _bounds(block.kind)
        cut = [span for at, stop in pairwise([start, *ends, end]) for span in _short(text, at, stop, size, bounds)]
        for first, last in _with_marks(text, cut):
            yield Unit(first, last, (*under, *lead) if lead and first >= lead[0][1] else under)


def _with_marks(text: str, spans: list[Span]) -> list[Span]:
    """The spans, those that hold no word ("},") with the one before."""
    found: list[Span] = []
    for start, end in spans:
        if found and not _WORD.search(text, start, end):
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


def _stretches(text: str, block: Block) -> Iterator[tuple[int, int, tuple[Span, ...]]]:
    """Of a block what is cut by itself, with what leads to all of it: a table's head, the speaker of a long turn."""
    written = text[block.start : block.end]
    said = turns(written) if block.kind in ("chat", "prose") else ()
    if block.kind == "table" and _table_head(written):
        head = block.start + written.index("\n", written.index("\n") + 1) if written.count("\n") > 1 else block.end
        yield head, block.end, ((block.start, head),)
    elif not said:
        yield block.start, block.end, ()
    for turn in said:
        begins = written.find(turn.text, turn.start)
        lead = ((block.start + turn.start, block.start + begins),) if turn.speaker and begins > turn.start else ()
        yield block.start + turn.start, block.start + turn.end, lead


def _short(text: str, start: int, end: int, size: int, bounds: list[re.Pattern[str]]) -> Iterator[Span]:
    """A unit without the space and the marks of elision around it, cut when it is too long."""
    while start < end:
        start = min(_ELIDED.match(text, start, end).end(), end)  # type: ignore[union-attr]
        stop = end if end - start <= size else _best_end(text, start, size, bounds)
        last = start + len(text[start:stop].rstrip("\u2026 \t\r\n"))
        if last > start:
            yield start, last
        start = stop
