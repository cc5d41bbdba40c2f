"""The numbers of a text, however they are written."""

from __future__ import annotations

import re
import unicodedata

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
_TIMES = {"hundred": 100, "thousand": 1_000, "k": 1_000, "million": 1_000_000, "m": 1_000_000, "bn": 1_000_000_000}
_NUMBER = re.compile(r"\d+(?:[.,:'\u2019/-]\d+)*")
_SPOKEN = "|".join(sorted(_VALUES, key=len, reverse=True))
_WORD = re.compile(rf"\b(?P<first>{_SPOKEN})(?:[ -](?P<unit>{'|'.join(_SMALL[1:10])}))?\b")
_FACTOR = re.compile(r"\s?(hundred|thousand|million|bn|[km])\b")
_GROUPED = re.compile(r"\d{1,3}(?:[,.'\u2019]\d{3})+")
_HALF = re.compile(r"(?::\d\d)?\s?(?P<half>[ap])\.?m\b")


def numbers_in(text: str) -> list[frozenset[str]]:
    """Each number of a text with all that it may be: whole, its parts, and what "k", "two" and "pm" make of it.

    >>> [sorted(each) for each in numbers_in("two cars for 5k, at 6 pm")]
    [['5', '5000'], ['18', '6'], ['2']]
    """
    low = unicodedata.normalize("NFKC", text).casefold()
    found = [_meant(match[0], low[match.end() :]) for match in _NUMBER.finditer(low)]
    for match in _WORD.finditer(low):
        value = _VALUES[match["first"]] + (_VALUES[match["unit"]] if match["unit"] else 0)
        found.append(_meant(str(value), low[match.end() :]))
    return found


def _meant(written: str, after: str) -> frozenset[str]:
    """Every way to read a number, by what follows it."""
    parts = [part.lstrip("0") or "0" for part in re.split(r"\D", written)]
    whole = re.sub(r"\D", "", written) if _GROUPED.fullmatch(written) else written.replace(",", ".")
    found = {whole if len(parts) > 1 else parts[0]}
    if re.fullmatch(r"\d+\.\d+", whole):
        found |= {whole.rstrip("0").rstrip(".")}
    if factor := _FACTOR.match(after):
        found.add(f"{float(whole) * _TIMES[factor[1]]:.0f}" if re.fullmatch(r"\d+(?:\.\d+)?", whole) else whole)
    if (half := _HALF.match(after)) and int(parts[0]) <= 12:
        found.add(str(int(parts[0]) % 12 + 12 * (half["half"] == "p")))
    if ":" in written and 12 < int(parts[0]) < 24:
        found.add(str(int(parts[0]) - 12))
    return frozenset(found)


def parts_of(number: frozenset[str]) -> frozenset[str]:
    """The numbers that one is made of: of a date its year, month and day."""
    return frozenset(part.lstrip("0") or "0" for each in number for part in re.split(r"\D", each) if part)
