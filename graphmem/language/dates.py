"""When a text speaks of: dates, and words of time, resolved against the moment when it was told.

Phrases are found by patterns that would rather miss one than take "may" for a month or a price for a year.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from graphmem.language import tenses
from graphmem.language.phrases import kinds_in, pattern, trusted

Period = tuple[datetime, datetime]

_JOINED = re.compile(r"\s*(?:to|until|till|through|-|\u2013|(?P<and>and))\s*(?:the\s)?", re.IGNORECASE)
_SHIFTED = re.compile(r"\b(?:moved|changed|postponed|rescheduled|shifted|pushed|brought)\b", re.IGNORECASE)
_OPEN = frozenset({"day_month", "month_day", "month", "season", "weekday", "nth"})
_BESIDE = re.compile(r"\bthe\s(?P<unit>day|week|month|year)\s(?P<side>before|after)\s$", re.IGNORECASE)
_YEARLY = frozenset({"month", "season"})
_OWN = ("'s", "\u2019s")
_LEANING = _OPEN | {"within", "span"}
_BETWEEN = re.compile(r"\bbetween\s(?:the\s)?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dated:
    """A phrase of time as it is written, where it stands, and the period it means; `until` is not in it."""

    phrase: str
    start: int
    end: int
    since: datetime
    until: datetime


def dates_in(text: str, when: datetime) -> list[Dated]:
    """The phrases of time in `text`, in order, each with the period it means to one who says it at `when`.

    A weekday, day or month without a year is the last or the next one as the verbs of its sentence tell, else the
    nearest. "Last Friday" and "next Friday" are the first before and after the day of `when`; weeks start on Monday.
    "Since May" lasts until `when`. The periods have the time zone of `when`, or none.

    >>> [(d.phrase, d.since.date().isoformat()) for d in dates_in("I sold it yesterday.", datetime(2024, 5, 3, 10))]
    [('yesterday', '2024-05-02')]
    """
    return [_since(each, text, when) for each in _merged(_found(text, when, asked=False), text)]


def period_of(question: str, now: datetime) -> tuple[datetime | None, datetime | None] | None:
    """The period that a question asks about, until its end, which is not in it; None when it asks of no time.

    "Since", "after", "before" and "until" leave one end open (None); "the week before 3 May" does not.

    >>> period_of("what happened in May?", datetime(2024, 11, 2))
    (datetime.datetime(2024, 5, 1, 0, 0), datetime.datetime(2024, 6, 1, 0, 0))
    """
    found = _merged(_found(question, now, asked=True), question)
    if not found:
        return None
    since, until = min(each.since for each in found), max(each.until for each in found)
    if beside := _BESIDE.search(question[: found[0].start]):
        from graphmem.language.periods import moved

        unit, before = beside["unit"].casefold(), beside["side"].casefold() == "before"
        return (moved(since, unit, -1), since) if before else (until, moved(until, unit, 1))
    match tenses.bound(question[: found[0].start]):
        case "since":
            return since, None
        case "after":
            return until, None
        case "before":
            return None, since
        case "until":
            return None, until
    return since, until


def without_dates(question: str, now: datetime) -> str:
    """The question without the phrases of time by which it asks.

    >>> without_dates("what did Ana say last week?", datetime(2024, 11, 2))
    'what did Ana say  ?'
    """
    for each in reversed(_found(question, now, asked=True)):
        question = f"{question[: each.dated.start]} {question[each.dated.end :]}"
    return question


def with_dates(text: str, when: datetime) -> str:
    """The text as said at `when`, with its date after each phrase of time that tells it only to those who know when.

    >>> with_dates("I sold it yesterday, and in 2019 the van.", datetime(2024, 5, 3, 10))
    'I sold it yesterday (2024-05-02), and in 2019 the van.'
    """
    for each in reversed(_found(text, when, asked=False)):
        if each.needs_date:
            end = each.dated.end + 2 * text.startswith(_OWN, each.dated.end)
            text = f"{text[:end]} ({_written(each.dated)}){text[end:]}"
    return text


def _written(period: Dated) -> str:
    """The first and the last day of a period, month or year if it is of whole ones; once if they are the same."""
    since, until = period.since, period.until
    whole = "%Y-%m" if since.day == until.day == 1 and until - since >= timedelta(days=28) else "%Y-%m-%d"
    form = "%Y" if whole == "%Y-%m" and since.month == until.month == 1 else whole
    return " to ".join(dict.fromkeys(f"{each:{form}}" for each in (since, until - timedelta(microseconds=1))))


@dataclass(frozen=True, slots=True)
class _Phrase:
    """What a phrase means, and how to find out at another moment; `lean` is that of `tenses`."""

    dated: Dated
    kind: str
    groups: Mapping[str, str]
    lean: int

    @property
    def needs_date(self) -> bool:
        """Whether only the moment of telling says which it is; "I love May" is any."""
        return "year" not in self.groups and bool(self.lean or "which" in self.groups or self.kind not in _YEARLY)

    def after(self, first: Dated) -> Dated:
        """The same phrase as the end of a period: what tells no year and no week is the next one after its start."""
        if self.kind not in _OPEN or "which" in self.groups or "year" in self.groups:
            return self.dated
        period = _resolved(self.kind, self.groups, first.since, 1)
        return replace(self.dated, since=period[0], until=period[1]) if period else self.dated


def _found(text: str, when: datetime, asked: bool) -> list[_Phrase]:
    """The phrases that no longer one covers, in order."""
    kept: list[_Phrase] = []
    for each in sorted(_all(text, when, asked), key=lambda each: (each.dated.start, -each.dated.end)):
        if not kept or each.dated.start >= kept[-1].dated.end:
            kept.append(each)
        elif len(each.dated.phrase) > len(kept[-1].dated.phrase):
            kept[-1] = each
    return kept


def _all(text: str, when: datetime, asked: bool) -> Iterator[_Phrase]:
    for kind in kinds_in(text):
        for match in pattern(kind).finditer(text):
            if not trusted(kind, match):
                continue
            groups = {key: value for key, value in match.groupdict().items() if value}
            start, end = _phrase_start(match), match.start() + len(match[0].rstrip(None if "clock" in groups else ". "))
            lean = tenses.lean(text, start, end, asked=asked) if kind in _LEANING else 0
            if period := _resolved(kind, groups, when, lean):
                yield _Phrase(Dated(text[start:end], start, end, *period), kind, groups, lean)


def _resolved(kind: str, groups: Mapping[str, str], when: datetime, lean: int) -> Period | None:
    from graphmem.language.resolving import RESOLVERS  # with its library: only for a text that has a date

    try:
        return RESOLVERS[kind](groups, when, lean)
    except (ValueError, OverflowError):  # there is no 31 February, and no year 10000
        return None


def _phrase_start(match: re.Match[str]) -> int:
    """Where the phrase starts: after the word that only leads to it."""
    if not match.groupdict().get("before"):
        return match.start()
    rest = match.string[match.end("before") : match.end()]
    return match.end() - len(rest.lstrip(" -\n\t"))


def _merged(found: list[_Phrase], text: str) -> list[Dated]:
    """Two phrases that are told as the ends of one period made one: "from Monday to Wednesday"."""
    merged: list[Dated] = []
    for each in found:
        if (
            merged
            and _is_range(merged[-1], each.dated, text)
            and (last := each.after(merged[-1])).until > merged[-1].since
        ):
            first = merged.pop()
            merged.append(Dated(text[first.start : last.end], first.start, last.end, first.since, last.until))
        else:
            merged.append(each.dated)
    return merged


def _is_range(first: Dated, last: Dated, text: str) -> bool:
    joined = _JOINED.fullmatch(text[first.end : last.start])
    before = text[max(0, first.start - 60) : first.start]
    if not joined or _SHIFTED.search(before):
        return False
    return not joined["and"] or bool(_BETWEEN.search(before))


def _since(each: Dated, text: str, when: datetime) -> Dated:
    """What has been so since a time lasts until now."""
    lasting = tenses.bound(text[max(0, each.start - 20) : each.start]) == "since"
    return replace(each, until=max(each.until, when)) if lasting else each
