"""Whether a sentence looks back or forward, as its verbs tell: which of two Fridays it means."""

from __future__ import annotations

import re

_AHEAD = re.compile(
    r"\b(?:will|won['\u2019]t|shall|going to|gonna|plan(?:s|ned|ning)?|due|deadline|upcoming|scheduled|expect(?:s|ed)?"
    r"|wants?|remind|must|(?:have|has|needs?) to|should|starts|begins|expires|let['\u2019]s|book|next|tomorrow|hopes?"
    r"|intends?|see you|by the time|would like)\b|['\u2019]ll\b",
    re.IGNORECASE,
)
_IRREGULAR = """
    was were had did went came saw got left sold bought met took gave told said made found lost began ran ate drank
    drove flew wrote spoke thought brought kept felt heard held knew grew broke chose fell forgot paid sent sat slept
    spent stood taught wore won woke swam sang rang built caught became born ago happened agreed used fought hung lent
    led rode rose sank shook shone stole struck threw understood wound been already last wasn't weren't didn't hadn't
    couldn't
"""
_BACK = frozenset(_IRREGULAR.split())
_NO_PAST = frozenset(("hundred", "sacred", "naked", "wicked", "planned", "scheduled", "expected", "supposed"))
_PASSIVE = frozenset(("is", "are", "be", "am", "s", "re"))
_WORD = re.compile(r"[a-z]+(?:n['\u2019]t)?")
_PRESENT = re.compile(r"\b(?:is|are|am|do|does|have|has|any|anything)\b|['\u2019]s\b", re.IGNORECASE)
_LEADING = re.compile(r"\b(to|for|by|until|till|since)\s+(?:the\s+)?$", re.IGNORECASE)
_BOUND = re.compile(r"\b(since|after|before|until|till)\s+(?:the\s+)?$", re.IGNORECASE)
_STOP = re.compile(r"[.!?](?:\s|$)|\n")
_CLAUSE = re.compile(r"[,;:](?:\s|$)|[()\u2014]|\s(?:but|because|so|which)\s")
_REACH = 160
"""A sentence is looked at so many characters to each side."""


def lean(text: str, start: int, end: int, *, asked: bool = False) -> int:
    """Whether what is told of the phrase at `start` to `end` is past (-1), to come (1), or either (0).

    A question that is in no tense asks about the past.
    """
    led = _LEADING.search(text[max(0, start - 20) : start])
    if led and not (led[1].casefold() == "for" and text[start : start + 4].casefold() == "the "):  # a length of time
        return -1 if led[1].casefold() == "since" else 1
    before, after = _around(_STOP, text[max(0, start - _REACH) : start], text[end : end + _REACH])
    near = _around(_CLAUSE, before, after)
    told = _tense(" ".join(near))
    if not told and len(near[0].split()) < 2 and not near[1].strip():  # "On Monday, we met."
        told = _tense(f"{before} {after}")
    if asked and not told:
        return 0 if _PRESENT.search(f"{before} {after}") else -1
    return told


def bound(before: str) -> str | None:
    """Whether a period is told as a beginning or an end: "since", "after", "before", "until" at the end of `before`."""
    found = _BOUND.search(before)
    return found and found[1].casefold().replace("till", "until")


def _tense(told: str) -> int:
    return 1 if _AHEAD.search(told) else -1 if _is_past(told) else 0


def _is_past(told: str) -> bool:
    """Whether a verb of the past is in a clause; "is closed" is none."""
    words = _WORD.findall(told.lower())
    regular = (
        word.endswith("ed") and word[-3:-2] != "e" and len(word) > 4 and word not in _NO_PAST and before not in _PASSIVE
        for before, word in zip(["", *words], words, strict=False)
    )
    return not _BACK.isdisjoint(words) or any(regular)


def _around(stop: re.Pattern[str], before: str, after: str) -> tuple[str, str]:
    """What stands around a phrase up to the next stop on both sides."""
    starts = [match.end() for match in stop.finditer(before)]
    ends = stop.search(after)
    return before[starts[-1] if starts else 0 :], after[: ends.start()] if ends else after
