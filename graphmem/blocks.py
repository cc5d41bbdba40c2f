"""The blocks of a text as it is written: paragraphs, headings, lists, tables, code, JSON, logs, HTML, turns of a chat.

Read line by line, by how lines begin: Markdown, and plain text, mails and pastes beside it, which no grammar covers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from graphmem.language.speakers import begins_turn


@dataclass(frozen=True, slots=True)
class Block:
    """Lines of one kind: from `start` to `end` of the text; a heading has a `title` and a `level` from 1 to 6."""

    kind: str
    start: int
    end: int
    title: str = ""
    level: int = 0


_FENCE = re.compile(r"\s{0,3}(`{3,}|~{3,})")
_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(\S.*?)[ \t]*#*\s*$")
_UNDERLINE = re.compile(r" {0,3}(?:=+|-{3,})\s*$")
_CHAPTER = re.compile(r"(?:chapter|part|section|appendix|article)\s+(?:[ivxlc]+|\d+)\b[^\n]{0,80}$", re.IGNORECASE)
_RULE = re.compile(r" {0,3}(?:([-*_])(?:\s*\1){2,}|--)\s*$")
BULLET = re.compile(r"\s*(?:[-*+\u2022\u2023\u25e6\u25aa\u00b7\u2013]|\d{1,3}[.)]|[a-z]\))\s+(?:\[[ xX]\]\s+)?(?=\S)")
_TABLE = re.compile(r"\s*\|.*\||\s*\+[-=+]+\+\s*$|[^|]*[^|\s]\s*\|[^|]*\|.*\S|\s*:?-{3,}:?\s*\|[\s:|-]*$")
_QUOTE = re.compile(r"\s{0,3}>")
_HTML = re.compile(
    r"\s*<(?:!doctype|!--|\?xml|/?(?:a|article|aside|b|body|br|button|code|div|em|footer|form|h[1-6]|head|header|hr"
    r"|html|i|img|input|label|li|link|main|meta|nav|ol|option|p|pre|script|section|select|span|strong|style|svg|table|tbody|td"
    r"|th|thead|title|tr|ul)\b)[^>]*>|.*</[a-z][\w:-]*>|\s*<[a-z][\w:-]*(?:\s+[\w:-]+=[\"'][^\"']*[\"'])+\s*/?>",
    re.IGNORECASE,
)
_STAMP = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\S*"
_LEVEL = r"(?:TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|FATAL|CRITICAL|SEVERE)"
_LOG = re.compile(
    rf"\[?{_STAMP}\]?(?:\s|$)|\[?\d{{4}}-\d\d-\d\d[T ,]+[\d:.]+\S*\s*[-|\[]?\s*{_LEVEL}\b"
    rf"|\[?{_LEVEL}\]?(?:\s*[:|]|\s+[\[\d])"
    r"|[A-Z][a-z]{2}\s+\d{1,2} \d\d:\d\d:\d\d\s|\[\d\d:\d\d:\d\d[\d.]*\]\s|\S+ - \S+ \[\d\d/[A-Z][a-z]{2}/\d{4}:"
    r"|Traceback \(most recent call last\)|\s+at [\w.$<>]+\([^)]*\)\s*$|\s+File \"[^\"]+\", line \d+"
)
_JSON_LINE = re.compile(r"\s*(?:[{}\[\]]+,?|[\]}]+[,;]?|\"[^\"]+\"\s*:\s*\S.*|\{\".*\},?)\s*$")
_CODE = re.compile(
    r".*(?:[{}]|\)\s*;|=.*;)\s*$|\s*(?:async )?(?:def|class) \w+.*:\s*$|\s*(?:import [\w.]+(?: as \w+)?"
    r"|from [\w.]+ import .+)$"
    r"|\s*(?:const|let|var) \w+ = |\s*#(?:include|define|!)|\s*[\w.\[\]]+ [-+*/|]?= \S|\$ \w|>>> |\s*[\w.]+\(.*\)\s*$"
    r"|\s*(?:SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE TABLE|ALTER TABLE)\s.*(?:\b(?:FROM|SET|VALUES)\b|[;(]\s*$)"
)
_CODE_ALONE = re.compile(r"    |\t|\$ |>>> |.*[;{}]\s*$")
_HEADER = re.compile(
    r"(?:from|to|cc|bcc|subject|date|sent|reply-to|message-id|received|return-path|mime-version|content-\S+|x-\S+):"
)
_SUBJECT = re.compile(r"subject:\s*(\S.*)$", re.IGNORECASE | re.MULTILINE)
_OPENS_JSON = re.compile(r"\s*[{\[]")
_DECODER = json.JSONDecoder()
_TRIES = 8
"""So often what starts like JSON and is none is read in vain: a reading costs as much as the text is long."""

_LONGEST_HEAD = 400
"""How a line begins is seen in so many characters."""


def blocks(text: str) -> Iterator[Block]:
    """The blocks of `text` in order; together they hold all of it but blank lines and line ends."""
    pending: Block | None = None
    for found in _lines(text):
        if pending and found.kind == pending.kind and _goes_on(text, pending, found):
            pending = replace(pending, end=found.end)
        elif pending and found.kind == "underline":
            yield from _underlined(text, pending, found)
            pending = None
        else:
            if pending:
                yield _judged(text, pending)
            pending = replace(found, kind="rule") if found.kind == "underline" else found
    if pending:
        yield _judged(text, pending)


def _goes_on(text: str, before: Block, found: Block) -> bool:
    """Whether a line goes on with the block before it: none is blank between them, and neither is whole in itself."""
    return found.kind not in ("heading", "json", "fence") and text.count("\n", before.end, found.start) == 1


def _underlined(text: str, title: Block, line: Block) -> Iterator[Block]:
    """A heading that is underlined; under several lines, or anything but a paragraph, it is a rule."""
    adjacent = text.count("\n", title.end, line.start) == 1
    if title.kind == "prose" and adjacent and "\n" not in text[title.start : title.end]:
        level = 1 if "=" in text[line.start : line.end] else 2
        yield Block("heading", title.start, line.end, text[title.start : title.end].strip(), level)
    else:
        yield _judged(text, title)
        yield replace(line, kind="rule")


def _lines(text: str) -> Iterator[Block]:
    """Each line as a block of its own, and what ends where it says itself (code in fences, JSON) as one."""
    at, size, before, tries = 0, len(text), "", _TRIES
    if headers := _headers(text):
        yield headers
        at = headers.end
    while at < size:
        end = text.find("\n", at)
        end = size if end < 0 else end
        line = text[at : min(end, at + _LONGEST_HEAD)]
        if not line.strip() and (end - at <= _LONGEST_HEAD or not text[at:end].strip()):
            before = before if before == "html" else ""
            at = end + 1
            continue
        if fence := _FENCE.match(line):
            end = _fence_end(text, end, fence[1])
            yield Block("code", at, end)
        elif tries and _OPENS_JSON.match(line) and (closes := _json_end(text, at)):
            end = closes
            yield Block("json", at, end)
        elif heading := _HEADING.match(text[at:end] if end - at < _LONGEST_HEAD else ""):
            yield Block("heading", at, end, heading[2], len(heading[1]))
        else:
            tries -= bool(tries and _OPENS_JSON.match(line))
            before = _kind(line, before)
            yield Block(before, at, end)
        at = end + 1 if text[end : end + 1] == "\n" else end


def _kind(line: str, before: str) -> str:
    """The kind of a line by how it begins, and by that of the line just before it ("" after a blank one)."""
    if _UNDERLINE.match(line) and before in ("", "prose"):
        return "underline"
    if _RULE.match(line):
        return "rule"
    if begins_turn(line):
        return "chat"
    if _LOG.match(line):
        return "log"
    if _HTML.match(line):
        return "html"
    if _TABLE.match(line):
        return "table"
    if _JSON_LINE.match(line):
        return "json text"
    if _QUOTE.match(line):
        return "quote"
    if BULLET.match(line):
        return "list"
    goes_on = before in ("list", "chat", "html") or (before == "log" and line[0].isspace())
    return before if goes_on else "prose"


def _judged(text: str, block: Block) -> Block:
    """A block of lines with its kind, as all of them together tell it: code without a fence, a table without bars."""
    if block.kind == "json text":
        return replace(block, kind="json")
    if block.kind != "prose":
        return block
    lines = text[block.start : block.end].split("\n")[:200]
    if len(lines) == 1 and _CHAPTER.match(lines[0].strip()):
        return replace(block, kind="heading", title=lines[0].strip(), level=1)
    if _code_lines(lines) * 2 > len(lines) and (len(lines) > 1 or _CODE_ALONE.match(lines[0])):
        return replace(block, kind="code")
    return replace(block, kind="table") if _is_separated(lines) else block


def _code_lines(lines: list[str]) -> int:
    """How many lines are code, by their form or as the indented rest of one that is."""
    found, before = 0, False
    for line in lines:
        before = bool(_CODE.match(line[:_LONGEST_HEAD])) or (before and line[:1].isspace())
        found += before
    return found


def _is_separated(lines: list[str]) -> bool:
    """Whether lines are rows of values between tabs, or between commas or semicolons without a space after them."""
    tabs = {line.count("\t") for line in lines}
    if len(lines) > 1 and len(tabs) == 1 and tabs.pop() > 0:
        return True
    for mark in ",;":
        counts = {line.count(mark) for line in lines}
        if len(lines) > 2 and len(counts) == 1 and counts.pop() > 1:
            return not any(f"{mark} " in line for line in lines)
    return False


def _headers(text: str) -> Block | None:
    """The headers of a mail at the very start of a text: two or more, before a blank line."""
    head = re.match(r"\s*", text)
    start = head.end() if head else 0
    end = text.find("\n\n", start)
    lines = text[start : end if end >= 0 else len(text)][: 20 * _LONGEST_HEAD].split("\n")
    known = [line for line in lines if _HEADER.match(line.casefold())]
    if (
        end < 0
        or len(known) < 2
        or known[0] != lines[0]
        or len(known) + sum(line[:1] in " \t" for line in lines) < len(lines)
    ):
        return None
    subject = _SUBJECT.search(text, start, end)
    return Block("headers", start, end, subject[1].strip() if subject else "", 1)


def _fence_end(text: str, at: int, fence: str) -> int:
    """Where a fenced block ends whose first line ends at `at`: after the closing fence, or with the text."""
    closing = re.compile(rf"\n\s{{0,3}}{re.escape(fence[0])}{{{len(fence)},}}[ \t]*(?=\n|$)")
    found = closing.search(text, at)
    return found.end() if found else len(text)


def _json_end(text: str, at: int) -> int | None:
    """Where the JSON object or list ends that starts at a line, when nothing else stands on its last line."""
    start = at + len(text[at : at + _LONGEST_HEAD]) - len(text[at : at + _LONGEST_HEAD].lstrip())
    try:
        value, end = _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        return None
    rest = text.find("\n", end)
    whole = text[end : rest if rest >= 0 else len(text)].strip() in ("", ",")
    return (rest if rest >= 0 else len(text)) if value and whole else None
