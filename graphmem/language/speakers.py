"""Who says what: the turns of a chat, as exports and transcripts write them.

A line begins a turn when it is stamped (`[2024-05-03, 10:12] Ana: …`, `2024-05-03 10:13 - Leo: …`, `Leo (10:14): …`),
set in bold (`**Ana:** …`), given to a role (`user: …`), or says plainly who speaks (`Ana: …`). The plain form is that
of a label too ("Note: …"): it counts only when the word may be a name, and what follows is speech or somebody's again.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, time

from graphmem.language.labels import is_label, is_sentence, sounds_spoken

ROLES = frozenset({"user", "assistant", "system", "human", "ai", "tool", "developer"})
"""The parties of a chat with a model."""

_ALONE = ROLES - {"system", "tool", "developer"}
"""Roles that need no other turn beside them: "System: Debian 12" is a label."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What one says at a time: `text` without the speaker's name, which stands in `start` to `end` of the original.

    `speaker` is None for what stands before the first turn, and for notices of the chat itself.
    """

    speaker: str | None
    text: str
    start: int
    end: int
    time: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Beginning:
    """A line that may begin a turn: where it starts, who speaks, how it is stamped, and where the speech starts."""

    form: str
    name: str | None
    stamp: str
    start: int
    said: int
    first: str


_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.?"
_DAY = (
    r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}"
    rf"|\d{{1,2}}\.?[ ]{_MONTH}[ ]\d{{4}}|{_MONTH}[ ]\d{{1,2}},?[ ]\d{{4}})"
)
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?(?:[ \u202f]?[AaPp]\.?[Mm]\.?)?(?:Z|[+-]\d\d:?\d\d)?"
_MOMENT = rf"(?:{_DAY}(?:,[ \u202f]?|[T ]|,?[ ]at[ ]){_CLOCK}|{_CLOCK},?[ ]{_DAY})"
_STAMP = rf"(?P<stamp>{_MOMENT}|{_CLOCK}|{_DAY})"
_ANY = r"(?P<name>[~@+]?\w(?:[\w .'\u2019&-]{0,38}\w)?\.?)"
_WORD = r"(?:[^\W\d_]\.|(?:Dr|Mr|Mrs|Ms|St|Prof)\.|[^\W\d_][\w'\u2019-]*)"
_JOINING = "de|da|do|dos|del|della|di|du|la|le|van|von|der|den|ter|al|el|bin|ben"
_PLAIN = rf"(?P<name>{_WORD}(?:(?:[ ](?:{_JOINING})){{0,2}}[ ]{_WORD}){{0,2}})"

_FORMS = {
    "stamped": [
        rf"[\[(]{_STAMP}[\])][ ]?{_ANY}:(?=\s|$)",
        rf"(?P<stamp>{_MOMENT})[ ]?[-\u2013][ ]{_ANY}:(?=\s|$)",
        rf"(?:\*\*)?{_PLAIN}(?:\*\*)?,?[ ]?[\[(]{_STAMP}[\])](?:(?:\*\*)?:(?:\*\*)?(?=\s|$)|(?:\*\*)?[ ]*$)",
    ],
    "nicked": [rf"\[?{_STAMP}\]?[ ](?:-[ ])?<{_ANY}>(?=[ ])"],
    "bare": [
        rf"{_STAMP}[ ](?:[-\u2013][ ])?{_PLAIN}:(?=\s|$)",
        rf"[\[(]{_STAMP}[\])][ ]{_PLAIN}[ ]*$",
        rf"{_PLAIN}[ ]+(?:\u2014[ ])?(?:(?:Today|Yesterday)[ ]at[ ])?{_STAMP}[ ]*$",
    ],
    "notice": [rf"\[{_STAMP}\](?=[ ])", rf"(?P<stamp>{_MOMENT})[ ][-\u2013](?=[ ])"],
    "bold": [rf"(?:[-*>][ ])?\*\*{_PLAIN}(?::\*\*|\*\*:)(?=\s|$)"],
    "role": [r"(?:#{1,6}[ ]+|\*\*)(?P<name>[Uu]ser|[Aa]ssistant|[Hh]uman|AI|[Ss]ystem)(?:\*\*)?:?(?:\*\*)?[ ]*$"],
    "nick": [rf"<{_ANY}>(?=[ ])"],
    "plain": [rf"{_PLAIN}(?:[ ]\([^()\n]{{1,30}}\))?(?::(?=\s|$)|\uff1a)"],
}
_MAY_BEGIN = re.compile(r"[:\uff1a\]>)*]|^#|\d$|[mM]\.?$")
_INVISIBLE = "\u200e\u200f\ufeff\u202a\u202c"
_TAGS = frozenset(("a", "b", "br", "code", "div", "em", "hr", "i", "img", "li", "ol", "p", "pre", "s", "td", "ul"))
_LEVELS = frozenset(("error", "warn", "info", "debug", "trace", "fatal", "critical", "severe", "verbose"))
_LONGEST_LINE = 200
"""A name and a stamp stand in so many characters at the start of a line."""


def turns(text: str, when: datetime | None = None) -> tuple[Turn, ...]:
    """The turns of a chat, in order; none when `text` is none.

    Lines that begin no turn belong to the one before. A stamp without a date is on the day of `when`; without `when`
    it gives no time. Days come before months, unless the stamps tell otherwise ("05/23/24", "10:12 PM").

    >>> [(turn.speaker, turn.text) for turn in turns("[2024-05-03, 10:12] Ana: I'm late.\\nLeo (10:14): No matter.")]
    [('Ana', "I'm late."), ('Leo', 'No matter.')]
    """
    found = _accepted(list(_beginnings(text)), text)
    if not any(each.name for each in found):
        return ()
    times = _times([each.stamp for each in found], when)
    ends = [*(each.start for each in found[1:]), len(text)]
    told = [_turn(each, text, end, at) for each, end, at in zip(found, ends, times, strict=True)]
    before = text[: found[0].start]
    return tuple(
        [Turn(None, before.strip(), 0, len(before.rstrip()))] if before.strip(_INVISIBLE + " \n\t") else []
    ) + (tuple(turn for turn in told if turn.text or turn.speaker))


def speaker_of(text: str) -> str | None:
    """Who says `text`, when it is one turn; `turns` gives what is said without the name.

    >>> speaker_of("user: I live in Ghent."), speaker_of("Note: I live in Ghent.")
    ('user', None)
    """
    found = turns(text) if _MAY_BEGIN.search(text[:_LONGEST_LINE]) else ()
    return found[0].speaker if len(found) == 1 else None


def speakers(text: str) -> list[str]:
    """The names of those who speak in a text, turn by turn; a role ("user") is no name."""
    found = turns(text) if _MAY_BEGIN.search(text[:_LONGEST_LINE]) else ()
    return [turn.speaker for turn in found if turn.speaker and turn.speaker not in ROLES]


def begins_turn(line: str) -> bool:
    """Whether a line begins a turn by its form alone: stamped, in bold, or of a role."""
    found = _beginning(line, 0)
    return bool(found and found.name and found.form in ("stamped", "nicked", "bold", "role"))


def _beginnings(text: str) -> Iterator[_Beginning]:
    start = 0
    for line in text.split("\n"):
        if found := _beginning(line, start):
            yield found
        start += len(line) + 1


def _beginning(line: str, start: int) -> _Beginning | None:
    head = line[:_LONGEST_LINE].rstrip("\r")
    if not _MAY_BEGIN.search(head):
        return None
    bare = head.lstrip(_INVISIBLE + " \t")
    skipped = len(head) - len(bare)
    for form, pattern in _compiled():
        if match := pattern.match(bare):
            groups = match.groupdict()
            name = groups.get("name")
            if name and form != "role" and not _may_speak(name, form):
                continue
            said = start + skipped + match.end()
            first = line[skipped + match.end() :]
            return _Beginning(form, name and _called(name), groups.get("stamp") or "", start, said, first)
    return None


@functools.cache
def _compiled() -> list[tuple[str, re.Pattern[str]]]:
    return [(form, re.compile(pattern)) for form, patterns in _FORMS.items() for pattern in patterns]


def _called(name: str) -> str:
    """A speaker's name; roles are written small."""
    return name.casefold() if name.casefold() in ROLES else name.lstrip("~@")


def _may_speak(name: str, form: str) -> bool:
    """Whether a name may be somebody's: no label, no level of a log, no tag of HTML."""
    low = name.casefold()
    return low in ROLES or not (low in _LEVELS or is_label(name) or (form == "nick" and low in _TAGS))


def _accepted(found: list[_Beginning], text: str) -> list[_Beginning]:
    """Of the lines that may begin a turn those that do."""
    sure = {each.name for each in found if each.form in ("role", "nicked")}
    sure |= {each.name for each in found if each.form == "stamped" and not (each.name or "").islower()}
    often = Counter(each.name for each in found if each.name)
    several = len(often) > 1
    alone = len(often) == 1 and often.total() == 1
    names = {name for name in often if name and (name in sure or _is_role(name, several))}
    for each in found:
        if each.name and each.name not in names and _speaks(each, text, often, alone):
            names.add(each.name)
    if any(each.form == "bare" and each.name in names for each in found):  # one heading of a turn makes all alike
        names |= {each.name for each in found if each.form == "bare" and each.name}
    plain_only = all(each.form in ("plain", "nick") for each in found if each.name in names)
    if plain_only and often.total() > 0 and not _from_the_start(found, names, text, often):
        return []
    stamped = any(each.form in ("stamped", "nicked") and each.name in names for each in found)
    return [each for each in found if (each.name in names if each.name else stamped)]


def _is_role(name: str, several: bool) -> bool:
    low = name.casefold()
    return low in _ALONE or (several and low in ROLES)


def _speaks(each: _Beginning, text: str, heard: Counter[str], alone: bool) -> bool:
    """Whether a name without further marks is a speaker's: it may be a name, and is heard again or says something."""
    name = each.name or ""
    several, again = len(heard) > 1, heard[name] > 1
    if name.upper() == name.lower():  # written without capitals, as in Chinese
        return (several and max(heard.values()) > 1) or (sounds_spoken(each.first) and each.form != "nick")
    if each.form == "plain" and any(word[0].islower() and word not in _JOINING.split("|") for word in name.split()):
        return False
    said = each.first.strip() or text[each.said : each.said + _LONGEST_LINE]
    spoken = sounds_spoken(said) or (is_sentence(said) and not name.islower())
    if each.form == "bold":
        return spoken or several or again
    if len(name) == 1 or each.form in ("bare", "nick"):
        return (several and again) or (spoken and not alone)
    return spoken or (several and again)


def _from_the_start(found: list[_Beginning], names: set[str], text: str, often: Counter[str]) -> bool:
    """Whether plain turns begin with the text, or one of their speakers is heard again."""
    first = next((each for each in found if each.name in names), None)
    return first is not None and (not text[: first.start].strip() or any(often[name] > 1 for name in names))


def _turn(begun: _Beginning, text: str, end: int, at: datetime | None) -> Turn:
    said = text[begun.said : end]
    return Turn(begun.name, said.strip(), begun.start, begun.start + len(text[begun.start : end].rstrip()), at)


def _times(stamps: list[str], when: datetime | None) -> list[datetime | None]:
    """When each is stamped; a bare clock is on the day of the last full stamp, or of `when`."""
    first_numbers = [re.match(r"(\d{1,2})[-/.](\d{1,2})[-/.]", stamp) for stamp in stamps]
    pairs = [(int(match[1]), int(match[2])) for match in first_numbers if match]
    american = any(re.search(r"[AaPp]\.?[Mm]", stamp) and "/" in stamp for stamp in stamps)
    day_first = not any(second > 12 for _, second in pairs) and (any(one > 12 for one, _ in pairs) or not american)
    found: list[datetime | None] = []
    day = when
    for stamp in stamps:
        at = _moment(stamp, day, day_first)
        day = at if at and not re.match(r"\d{1,2}:", stamp) else day
        found.append(at)
    return found


def _moment(stamp: str, day: datetime | None, day_first: bool) -> datetime | None:
    """A stamp as date and time; None when it is none, or only a clock of no known day."""
    bare_clock = bool(re.match(r"\d{1,2}:", stamp))
    if not stamp or (bare_clock and day is None):
        return None
    midnight = datetime.combine(day.date(), time(), day.tzinfo) if day else datetime(2000, 1, 1)
    with suppress(ValueError):  # most are ISO's: many times faster so
        if bare_clock:
            return datetime.combine(midnight, time.fromisoformat(stamp.zfill(5)), midnight.tzinfo)
        return datetime.fromisoformat(stamp.replace(", ", " "))
    from dateutil.parser import ParserError, parse

    try:
        year_first = bool(re.match(r"\d{4}", stamp))
        return parse(stamp.replace("\u202f", " "), default=midnight, dayfirst=day_first and not year_first)
    except (ParserError, OverflowError):
        return None
