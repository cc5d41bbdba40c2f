"""What each kind of phrase of time means at a moment; `dates` finds them. Each takes the groups of its pattern."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta

from dateutil.parser import parse

from graphmem.language import periods
from graphmem.language.periods import Period

Groups = Mapping[str, str]

_NUMBERS = ["_", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_FEW = 3
_WORDS = {"today": 0, "yesterday": -1, "tomorrow": 1, "day before yesterday": -2, "day after tomorrow": 2}


def _month_number(groups: Groups) -> int:
    return _MONTHS.index(groups["month"][:3].casefold()) + 1


def _weekday_number(groups: Groups) -> int:
    return _DAYS.index(groups["weekday"][:3].casefold())


def _count(written: str) -> int:
    word = written.casefold().removeprefix("a ").removesuffix(" of")
    if word.isdigit():
        return int(word)
    return {"a": 1, "an": 1, "couple": 2, "few": _FEW}.get(word) or _NUMBERS.index(word)


def _which(groups: Groups) -> int:
    """-1 for the last, 0 for this, 1 for the next."""
    which = groups["which"].casefold().split()[-1]
    return {"last": -1, "past": -1, "next": 1, "coming": 1}.get(which, 0)


def _clock(groups: Groups) -> time:
    written = groups["clock"].casefold()
    return {"noon": time(12), "midnight": time(0)}.get(written) or parse(written.replace("\u202f", " ")).time()


def _within_day(day: datetime, groups: Groups) -> Period:
    """A day, or the part of it, or the minute, that the phrase goes on to tell."""
    if "clock" in groups:
        at = datetime.combine(day, _clock(groups), day.tzinfo)
        return at, at + timedelta(minutes=1)
    return periods.part_of(day, groups["part"].casefold()) if "part" in groups else periods.day(day)


def _date(groups: Groups, when: datetime, lean: int) -> Period | None:
    """A day of a month, and with its year when that is told; a weekday beside it tells the year too."""
    number, day = _month_number(groups), int(groups["day"])
    years = [int(groups["year"])] if "year" in groups else range(when.year - 4, when.year + 5)
    days = [made for year in years if (made := _made(year, number, day, when))]
    if "weekday" in groups:
        days = [each for each in days if each.weekday() == _weekday_number(groups)] or days
    sure = "weekday" in groups or "year" in groups
    found = periods.chosen(map(periods.day, days), when, 0 if sure else lean)
    if not found:
        return None
    since, until = _within_day(found[0], groups)
    if "first" in groups:
        since = since.replace(day=int(groups["first"]))
    if "last" in groups:
        until = periods.day(since.replace(day=int(groups["last"])))[1]
    return (since, until) if since < until else None


def _made(year: int, month: int, day: int, when: datetime) -> datetime | None:
    try:
        return periods.day(when)[0].replace(year=year, month=month, day=day)
    except ValueError:
        return None


def _iso(groups: Groups, when: datetime, lean: int) -> Period | None:
    day = _made(int(groups["year"]), int(groups["number"]), int(groups["day"]), when)
    if not day:
        return None
    if "zone" not in groups or when.tzinfo is None:
        return _within_day(day, groups)
    at = parse(f"{day.date()} {groups['clock']}{groups['zone']}").astimezone(when.tzinfo)
    return at, at + timedelta(minutes=1)


def _kanji(groups: Groups, when: datetime, lean: int) -> Period:
    year, number = int(groups["year"]), int(groups["number"])
    month = periods.month(year, number, when)
    return periods.day(month[0].replace(day=int(groups["day"]))) if "day" in groups else month


def _dotted(groups: Groups, when: datetime, lean: int) -> Period | None:
    """Days before months, as dots are used; with slashes only when the numbers leave no doubt."""
    one, two = int(groups["day"]), int(groups["number"])
    if "slash" in groups and one <= 12 and two <= 12 and one != two:
        return None
    day, number = (two, one) if two > 12 else (one, two)
    made = _made(int(groups["year"]), number, day, when)
    return _within_day(made, groups) if made else None


def _month(groups: Groups, when: datetime, lean: int) -> Period | None:
    number = _month_number(groups)
    return _yearly([periods.month(year, number, when) for year in _years(groups, when)], groups, when, lean)


def _season(groups: Groups, when: datetime, lean: int) -> Period | None:
    name = groups["season"].casefold()
    return _yearly([periods.season(name, year, when) for year in _years(groups, when)], groups, when, lean)


def _years(groups: Groups, when: datetime) -> list[int]:
    return [int(groups["year"])] if "year" in groups else [when.year - 2, when.year - 1, when.year, when.year + 1]


def _yearly(found: list[Period], groups: Groups, when: datetime, lean: int) -> Period | None:
    """Of what comes once a year the one that is meant; "last" and "next" are never the one that is."""
    if "which" not in groups or not (which := _which(groups)):
        return periods.chosen(found, when, 0 if "which" in groups or "year" in groups else lean)
    return periods.chosen([each for each in found if not each[0] <= when < each[1]], when, which)


def _unit(groups: Groups, when: datetime, lean: int) -> Period:
    unit, which = groups["unit"].casefold(), groups["which"].casefold()
    if unit != "weekend" and (which.endswith("past") or (which == "last" and "the" in groups)):  # goes until now
        return periods.moved(when, unit, -1), when
    return periods.around(unit, when, _which(groups))


def _before_last(groups: Groups, when: datetime, lean: int) -> Period:
    return periods.around(groups["unit"].casefold(), when, -2 if "last" in groups["which"].casefold() else 2)


def _days(groups: Groups, when: datetime, lean: int) -> Period:
    away = _WORDS[" ".join(groups["word"].casefold().removeprefix("the ").split())]
    return _within_day(periods.around("day", when, away)[0], groups)


def _part_of_day(groups: Groups, when: datetime, lean: int) -> Period:
    if "word" in groups:
        return periods.part_of(when, "night")
    last = groups["which"].casefold() == "last"
    return _within_day(when - timedelta(days=1) if last else when, groups)


def _ago(groups: Groups, when: datetime, lean: int) -> Period:
    back = "ago" in groups and groups["ago"].casefold() == "ago"
    unit, count = groups["unit"].casefold(), _count(groups["count"])
    at = periods.moved(when, unit, -count if back else count)
    if unit in ("minute", "hour"):
        at = at.replace(second=0, microsecond=0)
        return at, at + timedelta(minutes=1)
    wide = {"day": "day", "fortnight": "week"}.get(unit, unit)
    return periods.around(wide, at)


def _within(groups: Groups, when: datetime, lean: int) -> Period | None:
    """ "In two weeks" is when it is to come; "we did it in two weeks", "built in a day" are lengths."""
    doubtful = groups["count"].casefold() in ("a", "an") or groups["unit"].casefold() == "year"
    return _ago(groups, when, lean) if lean >= doubtful else None


def _span(groups: Groups, when: datetime, lean: int) -> Period | None:
    """ "The last two weeks" until now, the next ones from now on; a tale's "for the next ten years" is none."""
    unit, count, which = groups["unit"].casefold(), _count(groups["count"]), _which(groups)
    if which > 0 > lean:
        return None
    other = periods.moved(when, unit, which * count)
    return (other, when) if which < 0 else (when, other)


def _weekday(groups: Groups, when: datetime, lean: int) -> Period:
    number = _weekday_number(groups)
    if "which" in groups and not _which(groups):  # "this Friday"
        found = periods.day(periods.around("week", when)[0] + timedelta(days=number))
    else:
        found = periods.weekday(number, when, _which(groups) if "which" in groups else lean)
    return _within_day(found[0], groups)


def _nth(groups: Groups, when: datetime, lean: int) -> Period | None:
    months = [periods.around("month", when, shift)[0] for shift in (-2, -1, 0, 1, 2)]
    days = [made for each in months if (made := _made(each.year, each.month, int(groups["day"]), when))]
    return periods.chosen(map(periods.day, days), when, lean)


def _year(groups: Groups, when: datetime, lean: int) -> Period:
    return periods.month(int(groups["year"]), 1, when, 12)


def _decade(groups: Groups, when: datetime, lean: int) -> Period:
    return periods.month(int(groups["year"]), 1, when, 120)


def _quarter(groups: Groups, when: datetime, lean: int) -> Period:
    return periods.month(int(groups["year"]), int(groups["quarter"]) * 3 - 2, when, 3)


RESOLVERS: Mapping[str, Callable[[Groups, datetime, int], Period | None]] = {
    "iso": _iso,
    "kanji": _kanji,
    "dotted": _dotted,
    "day_month": _date,
    "month_day": _date,
    "month_year": _month,
    "month": _month,
    "season": _season,
    "unit": _unit,
    "before_last": _before_last,
    "days": _days,
    "part_of_day": _part_of_day,
    "ago": _ago,
    "within": _within,
    "span": _span,
    "weekday": _weekday,
    "nth": _nth,
    "year": _year,
    "decade": _decade,
    "quarter": _quarter,
}
"""The meaning of each kind of phrase; `lean` is that of `tenses`."""
