"""The numbers of a text, however they are written."""

from __future__ import annotations

import re
import unicodedata

from graphmem.language.wordlist import words as wordlist

_SMALL = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
]
_TENS = ["thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_VALUES = {word: value for value, word in enumerate(_SMALL)} | {
    word: 30 + 10 * place for place, word in enumerate(_TENS)
}
_CHARACTERS = dict(zip("\u4e00\u4e8c\u4e09\u56db\u4e94\u516d\u4e03\u516b\u4e5d\u4e24", (*range(1, 10), 2), strict=True))
_TIMES = {
    "hundred": 100,
    "thousand": 1_000,
    "k": 1_000,
    "million": 1_000_000,
    "m": 1_000_000,
    "bn": 1_000_000_000,
    "dozen": 12,
}
_NUMBER = re.compile(r"\d+(?:[.,:'\u2019/-]\d+)*")
_SPOKEN = "|".join(sorted(_VALUES, key=len, reverse=True))
_WORD = re.compile(rf"\b(?P<first>{_SPOKEN})(?:[ -](?P<unit>{'|'.join(_SMALL[1:10])}))?\b")
_FACTOR = re.compile(r"\s?(hundred|thousand|million|dozen|bn|[km])\b")
_GROUPED = re.compile(r"(?P<whole>\d{1,3}(?:[,.'\u2019]\d{3})+)(?P<cents>[.,]\d\d?)?")
_HALF = re.compile(r"(?::\d\d)?\s?(?P<half>[ap])\.?m\b")
_OTHERWISE = dict(
    pair.split("/")
    for pair in wordlist(
        """
        first/1 second/2 third/3 fourth/4 fifth/5 sixth/6 seventh/7 eighth/8 ninth/9 tenth/10 eleventh/11 twelfth/12
        thirteenth/13 fourteenth/14 fifteenth/15 sixteenth/16 seventeenth/17 eighteenth/18 nineteenth/19 twentieth/20
        ii/2 iii/3 iv/4 v/5 vi/6 vii/7 viii/8 ix/9 xi/11 xii/12 xiii/13 xiv/14 xv/15 xvi/16 xvii/17 xviii/18 xx/20
        a/1 an/1 once/1 twice/2 both/2 pair/2 couple/2 dozen/12 half/0.5 noon/12 midday/12 midnight/0
        """
    )
)
"""What a text may say instead of a number."""
_UNITS = {"hundred": 100, "\u5341": 10, "\u767e": 100, "\u5343": 1000}
_SCALES = {"thousand": 1000, "million": 1_000_000, "\u4e07": 10_000, "\u842c": 10_000}
_COUNTED = re.compile(
    rf"\b(?:{_SPOKEN}|an?)(?:[ -](?:and )?(?:{_SPOKEN}|hundred|thousand|million))+\b"
    "|[\u4e00\u4e8c\u4e09\u56db\u4e94\u516d\u4e03\u516b\u4e5d\u4e24\u5341\u767e\u5343\u4e07\u842c]{2,}",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<!\w)['\u2019](\d\d)\b")
_CLOCK = re.compile(rf"\b(?P<minutes>quarter|half|{_SPOKEN}) (?P<side>past|to) (?P<hour>{_SPOKEN})\b", re.IGNORECASE)


def numbers_in(text: str) -> list[frozenset[str]]:
    """Each number of a text with all that it may be: whole, its parts, and what "k", "two" and "pm" make of it.

    >>> [sorted(each) for each in numbers_in("two cars for 5k, at 6 pm")]
    [['5', '5000'], ['18', '6'], ['2']]
    """
    low = re.sub(r"\d", lambda digit: str(int(digit[0])), unicodedata.normalize("NFKC", text).casefold())
    found = [_meant(match[0], low[match.end() :]) for match in _NUMBER.finditer(low)]
    for match in _WORD.finditer(low):
        value = _VALUES[match["first"]] + (_VALUES[match["unit"]] if match["unit"] else 0)
        found.append(_meant(str(value), low[match.end() :]))
    return found


def said_otherwise(text: str) -> frozenset[str]:
    """Numbers that a text may tell by other words: in rows of words, by the order, in Roman figures, by the clock.

    >>> sorted(said_otherwise("The third of one thousand two hundred, at quarter to nine"))
    ['1200', '3', '8:45']
    """
    found = {_OTHERWISE[word] for word in re.findall(r"\w+", text.casefold()) if word in _OTHERWISE}
    found |= {str(_sum(match[0].casefold())) for match in _COUNTED.finditer(text)}
    found |= {century + year for year in _YEAR.findall(text) for century in ("19", "20")}
    return frozenset(found | {_by_the_clock(match) for match in _CLOCK.finditer(text.casefold())})


def _sum(row: str) -> int:
    """What number words in a row make: "two thousand and twelve" is 2012."""
    total = below = last = 0
    for word in re.findall(r"[a-z]+|[^\x00-\x7f]", row):
        if times := _SCALES.get(word):
            total, below, last = total + (below + last or 1) * times, 0, 0
        elif times := _UNITS.get(word):
            below, last = below + (last or 1) * times, 0
        else:
            last += _VALUES.get(word) or _CHARACTERS.get(word) or int(word in ("a", "an"))
    return total + below + last


def _by_the_clock(match: re.Match[str]) -> str:
    """'quarter to nine' -> '8:45'"""
    minutes = {"quarter": 15, "half": 30}.get(match["minutes"]) or _VALUES[match["minutes"]]
    time = 60 * _VALUES[match["hour"]] + (minutes if match["side"] == "past" else -minutes)
    return f"{time // 60}:{time % 60:02}"


def _meant(written: str, after: str) -> frozenset[str]:
    """Every way to read a number, by what follows it."""
    parts = [part.lstrip("0") or "0" for part in re.split(r"\D", written)]
    grouped = _GROUPED.fullmatch(written)
    whole = re.sub(r"\D", "", grouped["whole"]) + (grouped["cents"] or "") if grouped else written
    whole = whole.replace(",", ".").lstrip("0") if ":" in written else whole.replace(",", ".")
    found = {whole if len(parts) > 1 else parts[0]}
    if re.fullmatch(r"\d+\.\d+", whole):
        found |= {whole.rstrip("0").rstrip(".")}
    if factor := _FACTOR.match(after):
        found.add(f"{float(whole) * _TIMES[factor[1]]:.0f}" if re.fullmatch(r"\d+(?:\.\d+)?", whole) else whole)
    if (half := _HALF.match(after)) and int(parts[0]) <= 12:
        found.add(str(int(parts[0]) % 12 + 12 * (half["half"] == "p")))
    if ":" in written and 12 < int(parts[0]) < 24:
        found.add(":".join([str(int(parts[0]) - 12), *written.split(":")[1:]]))
    found |= {each[:-3].lstrip("0") or "0" for each in found if each.endswith(":00")}
    return frozenset(found)


def parts_of(number: frozenset[str]) -> frozenset[str]:
    """The numbers that one is made of: of a date its year, month and day."""
    return frozenset(part.lstrip("0") or "0" for each in number for part in re.split(r"\D", each) if part)
