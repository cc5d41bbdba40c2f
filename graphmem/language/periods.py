"""Periods of the calendar, from a moment to another that is not in it: weeks start on Monday, winter in December."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from dateutil.relativedelta import relativedelta

Period = tuple[datetime, datetime]

_PARTS = {"morning": (5, 12), "afternoon": (12, 18), "evening": (18, 24), "night": (18, 30)}
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
_UNITS = {"day": 1, "week": 7, "fortnight": 14}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


def day(at: datetime) -> Period:
    """The day of `at`."""
    start = at.replace(hour=0, minute=0, second=0, microsecond=0)
    return start, start + timedelta(days=1)


def part_of(at: datetime, part: str) -> Period:
    """The "morning", "afternoon", "evening" or "night" of the day of `at`; a night ends at six of the next day."""
    first, last = _PARTS[part]
    start = day(at)[0]
    return start + timedelta(hours=first), start + timedelta(hours=last)


def month(year: int, number: int, at: datetime, months: int = 1) -> Period:
    """So many months, from the month of that number; the time zone is that of `at`."""
    start = day(at)[0].replace(year=year, month=number, day=1)
    return start, start + relativedelta(months=months)


def season(name: str, year: int, at: datetime) -> Period:
    """A season that starts in `year`."""
    return month(year, _SEASONS[name], at, 3)


def around(unit: str, at: datetime, shift: int = 0) -> Period:
    """The "day", "week", "weekend", "month", "quarter" or "year" of `at`, or one so many later (earlier: negative)."""
    if unit in _MONTHS:
        size = _MONTHS[unit]
        start = month(at.year, (at.month - 1) // size * size + 1, at)[0] + relativedelta(months=size * shift)
        return start, start + relativedelta(months=size)
    first = day(at)[0]
    if unit == "day":
        return day(first + timedelta(days=shift))
    monday = first - timedelta(days=first.weekday()) + timedelta(weeks=shift)
    return (monday + timedelta(days=5) if unit == "weekend" else monday), monday + timedelta(days=7)


def moved(at: datetime, unit: str, count: int) -> datetime:
    """`at`, so many days, weeks, months or years later (earlier: negative)."""
    if unit in _MONTHS:
        return at + relativedelta(months=_MONTHS[unit] * count)
    if unit in ("hour", "minute"):
        return at + timedelta(**{f"{unit}s": count})
    return at + timedelta(days=_UNITS.get(unit, 7) * count)


def weekday(number: int, at: datetime, lean: int) -> Period:
    """A Monday (0) to Sunday (6): the last before the day of `at` (`lean` -1), the first after (1), or from it (0)."""
    start = day(at)[0]
    away = (number - start.weekday()) % 7
    if lean:
        away = away - 7 if lean < 0 else away or 7
    return day(start + timedelta(days=away))


def chosen(periods: Iterable[Period], at: datetime, lean: int) -> Period | None:
    """The period that holds `at`; else the last before (`lean` -1), the first after (1), or the nearest (0)."""
    found = list(periods)
    inside = [each for each in found if each[0] <= at < each[1]]
    before = [each for each in found if each[1] <= at] if lean <= 0 else []
    after = [each for each in found if each[0] > at] if lean >= 0 else []
    return next(iter(inside or sorted([*after, *before], key=lambda each: _distance(each, at))), None)


def _distance(period: Period, at: datetime) -> timedelta:
    return period[0] - at if period[0] > at else at - period[1]
