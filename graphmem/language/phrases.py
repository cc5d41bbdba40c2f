"""How phrases of time are written, by kind: rather one is missed than "may" taken for a month or a price for a year."""

from __future__ import annotations

import functools
import re

from graphmem.language.words import STOP_WORDS

_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\b"
)
_FULL_MONTH = "(?P<month>january|february|march|april|may|june|july|august|september|october|november|december)\\b"
_DAYS = "monday|tuesday|wednesday|thursday|friday|saturday|sunday"
_WEEKDAY = rf"(?P<weekday>{_DAYS}|mon|tues?|wed|thu(?:rs?)?|fri|sat|sun)"
_SEASON = r"(?P<season>spring|summer|autumn|fall|winter)"
_YEAR = r"(?P<year>(?:1[89]|20)\d\d)(?![\d:]|[.,]\d)"
_DAY = r"(?P<day>\d{1,2})(?P<nth>st|nd|rd|th)?"
_CLOCK = (
    r"(?P<clock>\d{1,2}(?::\d\d)?[ \u202f]?[ap]\.?m\b\.?|(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?(?![\d:])"
    r"|noon|midnight)"
)
_PART = r"(?P<part>morning|afternoon|evening|night)"
_TAIL = rf"(?:\s{_PART}\b)?(?:,?\s(?:at\s|around\s)?{_CLOCK})?"
_COUNT = (
    r"(?P<count>\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:a\s)?couple(?:\sof)?"
    r"|(?:a\s)?few)"
)
_UNIT = r"(?P<unit>minute|hour|day|week|fortnight|month|year)s?\b"
_LED = r"in|since|until|till|by|before|after|during|from|early|late|mid|(?:end|start|beginning|middle)\sof"
_WHICH = r"(?P<which>last|past|this|current|next|coming|(?:this\s)?(?:past|coming))"
_TO = r"(?:-|\u2013|to|until|till|through)"
_NO_MORE = r"(?![\w/-]|\.\d)"

_WRITTEN = {
    "iso": (
        r"(?<![\w./-])(?P<year>\d{4})([-/])(?P<number>\d{1,2})\2(?P<day>\d{1,2})"
        rf"(?:(?:T|,?\s(?:at\s)?){_CLOCK}(?P<zone>Z|[+-]\d\d:?\d\d)?)?{_NO_MORE}"
    ),
    "kanji": r"(?P<year>\d{4})\s?年\s?(?P<number>\d{1,2})\s?月(?:\s?(?P<day>\d{1,2})\s?[日号])?",
    "dotted": (
        r"(?<![\w./-])(?P<day>\d{1,2})(?:(?P<slash>/)|\.)(?P<number>\d{1,2})(?(slash)/|\.)(?P<year>(?:19|20)\d\d)"
        rf"(?:,?\s(?:at\s)?{_CLOCK})?{_NO_MORE}"
    ),
    "day_month": (
        rf"\b(?:{_WEEKDAY}\.?,?\s(?:the\s)?)?(?:(?P<first>\d{{1,2}})(?:st|nd|rd|th)?\s?(?:{_TO}|and)\s?(?:the\s)?)?"
        rf"(?<![\d.,:]){_DAY}(?:\sof)?\s{_MONTH}\.?(?:,?\s{_YEAR})?{_TAIL}"
    ),
    "month_day": (
        rf"\b(?:{_WEEKDAY}\.?,?\s)?{_MONTH}\.?\s(?:the\s)?{_DAY}(?![\d:%€$]|[.,]\d)"
        rf"(?:\s?[-\u2013]\s?(?P<last>\d{{1,2}})(?!\d))?(?:,?\s{_YEAR})?{_TAIL}"
    ),
    "month_year": rf"\b{_MONTH}\.?,?\s(?:of\s)?{_YEAR}",
    "month": (
        rf"\b(?:(?:(?P<before>{_LED}|between|and|to)[\s-](?:early\s|late\s|mid-?\s?)?)|(?:{_WHICH})\s|(?P<bare>))"
        rf"{_FULL_MONTH}(?!\s?\d)"
    ),
    "season": (
        rf"\b(?:(?P<before>{_LED})\s|(?:{_WHICH})\s|(?P<bare>))(?:the\s)?(?:early\s|late\s)?{_SEASON}\b"
        rf"(?:\s(?:of\s)?{_YEAR})?"
    ),
    "unit": rf"\b(?P<the>the\s)?{_WHICH}\s(?P<unit>week|weekend|month|quarter|year)\b(?!-|\sof\b)",
    "before_last": r"\bthe\s(?P<unit>week|weekend|month|year)\s(?P<which>before\slast|after\snext)\b",
    "days": (
        r"\b(?P<word>(?:the\s)?day\sbefore\syesterday|(?:the\s)?day\safter\stomorrow|yesterday|today|tomorrow)"
        rf"\b{_TAIL}"
    ),
    "part_of_day": rf"\b(?P<which>this|last)\s{_PART}\b(?:,?\s(?:at\s)?{_CLOCK})?|\b(?P<word>tonight)\b",
    "ago": rf"\b{_COUNT}\s{_UNIT}\s(?P<ago>ago|from\snow|from\stoday)\b",
    "within": rf"\bin\s{_COUNT}\s{_UNIT}(?!\sof)",
    "span": rf"\b(?:the|these)\s(?P<which>last|past|next|coming)\s{_COUNT}\s{_UNIT}(?!\sof\b)",
    "weekday": rf"(?<!black\s)(?<!good\s)\b(?:{_WHICH}\s)?(?P<weekday>{_DAYS})\b{_TAIL}",
    "nth": (
        r"\b(?P<before>on|from|until|till|by|since|before|after|to)\sthe\s(?P<day>\d{1,2})(?:st|nd|rd|th)\b"
        r"(?=\s*(?:$|[.,;:!?)]|(?:and|until|till|to|at|because|but|or)\b))"
    ),
    "year": (rf"\b(?P<before>{_LED}|year|of|between|and|to)[\s-]{_YEAR}(?![-/]|\s?[%€$£])"),
    "decade": r"\b(?:in|during|since|of)\sthe\s(?:early\s|late\s)?(?P<year>(?:1[89]|20)\d0)s\b",
    "quarter": r"\bQ(?P<quarter>[1-4])[\s/-]?(?P<year>20\d\d)\b",
}
_MONTHS = "january february march april may june july august september october november december"
_HINTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (f"{_MONTHS} jan feb mar apr jun jul aug sep sept oct nov dec", ("day_month", "month_day", "month_year", "month")),
    ("spring summer autumn fall winter", ("season",)),
    (_DAYS.replace("|", " "), ("weekday",)),
    ("week weekend month quarter year", ("unit", "before_last")),
    (
        "minute hour day week fortnight month year minutes hours days weeks fortnights months years",
        ("ago", "within", "span"),
    ),
    ("yesterday today tomorrow", ("days",)),
    ("morning afternoon evening night tonight", ("part_of_day",)),
)
_BY_WORD: dict[str, set[str]] = {}
for _words, _kinds in _HINTS:
    for _word in _words.split():
        _BY_WORD.setdefault(_word, set()).update(_kinds)
_BY_NUMBER = frozenset({"iso", "kanji", "dotted", "year", "decade", "quarter", "nth"})
_NUMBER = re.compile(r"(?:1[89]|20)\d\d|\d{4}[-/年]|\d(?:st|nd|rd|th)\b|\d[./]\d")
_WORD = re.compile(r"[a-z]+")

_ALSO_NAMES = frozenset({"april", "may", "june", "august"})
_ALSO_VERBS = frozenset({"may", "march", "mar"})
_SURE = frozenset({"in", "between", "since", "during", "until", "till", "early", "late", "mid"})
_NAME_OR_ON = re.compile(r"\b(?:on|by|until|since|from|before|after|till)\s(?:the\s)?$", re.IGNORECASE)
_NEXT_WORD = re.compile(r"\s(?P<word>[^\W\d_]+)")
_RECURRING = re.compile(r"\b(?:every|each|most)\b[\w ,]*$", re.IGNORECASE)
_TO_DAY = re.compile(rf"\s?(?:to|through|-|\u2013)\s?(?:{_DAYS})\b", re.IGNORECASE)
_DAY_TO = re.compile(rf"(?<!from )\b(?:{_DAYS})\s?(?:to|through|-|\u2013)\s?$", re.IGNORECASE)
_TO_NUMBER = re.compile(r"\s?(?:to|and|-|\u2013)\s?(?!(?:1[89]|20)\d\d\b)\d")
_GOES_ON = re.compile(rf"\s?{_TO}\s", re.IGNORECASE)
_FROM_MONTH = re.compile(rf"\b(?:between|from)\s{_FULL_MONTH}(?:\s\d{{4}})?\s?$", re.IGNORECASE)
_OF_SOME = re.compile(r"\s(?:to|and|or|until)\s(?:the\s)?\d{1,2}(?:st|nd|rd|th)\s[a-z]{4,}")
_OWNED = re.compile(r"\b(?:his|her|their|my|our|your|its|whose|['\u2019]s)\s$", re.IGNORECASE)
_THROUGH = re.compile(r"\b(?:in|over|during|for|within|throughout)\s$", re.IGNORECASE)
_FROM_YEAR = re.compile(r"\b(?:between|from)\s\d{4}\s?$", re.IGNORECASE)


@functools.cache
def pattern(kind: str) -> re.Pattern[str]:
    """What phrases of a kind look like."""
    return re.compile(_WRITTEN[kind], re.IGNORECASE)


def kinds_in(text: str) -> list[str]:
    """The kinds of phrases that may be in a text, by its words and numbers: the quick look before all others."""
    found = set(_BY_NUMBER) if _NUMBER.search(text) else set()
    for word in _BY_WORD.keys() & set(_WORD.findall(text.lower())):
        found |= _BY_WORD[word]
    return [kind for kind in _WRITTEN if kind in found]


def trusted(kind: str, match: re.Match[str]) -> bool:
    """Whether what looks like a phrase of time is one, by what stands around it."""
    before = match.string[max(0, match.start() - 40) : match.start()]
    after = match.string[match.end() : match.end() + 40]
    match kind:
        case "day_month" | "month_day":
            return _is_date(match, before, after)
        case "month":
            return _is_month(match, before, after)
        case "season":
            return _is_season(match, after)
        case "unit" | "span":
            return _is_now(match, before)
        case "nth":
            return not _OF_SOME.match(after)
        case "weekday":
            listed = _TO_DAY.match(after) and not before.casefold().endswith("from ")
            return not (listed or _DAY_TO.search(before) or _RECURRING.search(before))
        case "year":
            return _is_year(match, before, after)
    return True


def _is_date(match: re.Match[str], before: str, after: str) -> bool:
    """ "3 May", and not "3 may come", nor "March 5 miles"."""
    month = match["month"]
    if month.casefold() not in _ALSO_VERBS or match["year"]:
        return True
    if month.islower():
        return bool(_NAME_OR_ON.search(before))
    return bool(match["nth"]) or match.start("day") < match.start("month") or not _counts(after)


def _is_month(match: re.Match[str], before: str, after: str) -> bool:
    """ "In May", and neither "may" nor April's letter."""
    month, led = match["month"], (match["before"] or "").casefold()
    low = month.casefold()
    if led in ("and", "to"):
        return bool(_FROM_MONTH.search(before))
    if led in _SURE or led.endswith(" of"):
        return low not in _ALSO_VERBS or led in _SURE or month[0].isupper()
    if month.islower() and (low in _ALSO_VERBS | _ALSO_NAMES or not (led or match["which"])):
        return False
    if match["which"] or low not in _ALSO_VERBS | _ALSO_NAMES:
        return not before.rstrip()[-1:].isdigit()
    if led == "from":
        return bool(_GOES_ON.match(after))
    following = _NEXT_WORD.match(after)
    return bool(led) and not (following and following["word"][0].isupper())


def _is_now(match: re.Match[str], before: str) -> bool:
    """ "Next year", and neither "the next year" of a story, nor "his last year"."""
    if _OWNED.search(before):
        return False
    told = match[0].casefold()
    return not told.startswith("the ") or match.re is pattern("span") or bool(_THROUGH.search(before)) or "past" in told


def _is_season(match: re.Match[str], after: str) -> bool:
    """ "In spring", and not "the fall of Rome", nor a spring."""
    led = (match["before"] or "").casefold()
    following = _NEXT_WORD.match(after)
    if match["season"][0].isupper() and following and following["word"][0].isupper():  # the Winter Palace
        return False
    if match["year"] or match["which"]:
        return True
    return bool(led) and (match["season"].casefold() != "fall" or led in ("in", "since", "during"))


def _is_year(match: re.Match[str], before: str, after: str) -> bool:
    """ "In 2019", and not "from 2000 to 5000 euros"."""
    led = match["before"].casefold()
    if led in ("and", "to") and not _FROM_YEAR.search(before):
        return False
    following = _NEXT_WORD.match(after)
    word = following["word"] if following else ""
    if led in ("in", "since", "during"):
        return not word.islower() or word in STOP_WORDS or not (word.endswith("s") or len(word) < 3)
    return not _counts(after) and not _TO_NUMBER.match(after)


def _counts(after: str) -> bool:
    """Whether a number counts what comes after it: "2000 euros"."""
    following = _NEXT_WORD.match(after)
    return bool(following and following["word"].islower() and following["word"] not in STOP_WORDS)
