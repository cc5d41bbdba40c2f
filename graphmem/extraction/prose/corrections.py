"""What a text says is not, beside what it says is: "on Thursday, not Tuesday", "not tea but coffee"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from graphmem.extraction.prose.values import HOUR_ENDS, WHEN

_WORDS = r"(?P<gone>(?:[^\s,;!?.]|\.(?=\S)|[.,](?=\d))+(?:\s(?:[^\s,;!?.]|\.(?=\S)|[.,](?=\d))+){0,5}?)"
_END = r"(?=\s*(?:[,;!?)]|\.(?:\s|$)|$|\s(?:now|anymore|any more|from now|since|because|as of|these days|this)\b))"
_NO_THING = (
    r"(?!(?:only|just|because|that|to|if|when|even|yet|sure|far|long|always|all|so|too|very|as|until|before|counting"
    r"|including)\b|every)"
)
_BUT = (
    r",?\s+but\s+(?:rather\s+|now\s+)?"
    r"(?!(?:i|he|she|it|they|we|you|is|has|can|does|will|was|not|still|only|also|there|this|that)\b)"
)
_HAD_BETTER = re.compile(r"(?<=[a-z])(?:['\u2019]d| had) better (?=[a-z])", re.IGNORECASE)
_RISEN = re.compile(r"(\b(?:is|are|'s)) (?:now )?(?:down|up) (?:to|at)(?= [\d$€£])", re.IGNORECASE)
_PUT_UP = re.compile(
    r"\bput ((?:the|my|our|his|her|their|[\w'\u2019]+s)(?: [\w-]+){1,3}?) (?:up|down) to (?=[\d$€£])", re.IGNORECASE
)
_RESCHEDULED = re.compile(
    r"(\b(?:mov|push|shift|postpon|reschedul|defer|delay|slipp|brought|put)(?:ed)?"
    r"(?: (?:it|(?:the|our|my|this|that)(?: [\w-]+){1,3}))?(?: (?:back|forward|out|up))?)"
    rf"(?: from {WHEN})? ((?:to|until|till) (?:{WHEN}|(1?\d|2[0-3])(?![.,:]\d){HOUR_ENDS}))",
    re.IGNORECASE,
)
_NO_LONGER_BUT = re.compile(
    r"\bno longer ((?:[\w-]+ )?(?:in|at|for|on|with|to|as) )([^,.;!?]{1,40}?),? but (?:now )?"
    r"(?:(?:in|at|for|on|with|to|as) )?([^,.;!?]{1,40})",
    re.IGNORECASE,
)
_AFTER = re.compile(
    rf",?\s+(?P<how>,\s*(?:and\s+)?not|instead of|rather than|in place of|and not)\s+{_NO_THING}{_WORDS}{_END}"
    rf"|,\s*(?:and\s+)?(?P<not>not)\s+{_NO_THING}{_WORDS.replace('gone', 'gone2')}{_END}",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    rf"(?P<verb>\b(?:is|are|was|on|in|at|to|for|'s))(?P<how>\s+(?:not|no longer))\s+{_NO_THING}{_WORDS}"
    rf"{_BUT}",
    re.IGNORECASE,
)
_ARTICLES = re.compile(
    r"^(?:(?:on|in|at|to|for|from|with|by|the|a|an|my|our|called|named|\w+ing)\s+)+(?=\S)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Gone:
    """A value that is no more, where in the text that is left it stood, and how that is said."""

    value: str
    offset: int
    reason: str


_OVER = re.compile(
    rf"(?P<longer>\s+no longer\b(?=\s)(?!\s[^,;.!?]{{1,60}}?{_BUT}))"
    r"|,?\s+(?:any\s?more|any longer)\b(?=\s*(?:[.,;!)]|$|since|because|and|so|but|now|after))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Over:
    """Where in the text that is left "no longer" (or, if not `denies`, a mere "any more") stood."""

    offset: int
    denies: bool


def without_way(text: str) -> str:
    """The text without the way by which a value came to be what it is, or the time at which something was to be.

    What one had better do one should.

    >>> without_way("My weight is down to 79 kg."), without_way("It moved from 5 June to 12 June.")
    ('My weight is 79 kg.', 'It moved to 12 June.')
    """
    text = _HAD_BETTER.sub(" should ", _NO_LONGER_BUT.sub(r"now \1\3, not \2", text))
    text = _PUT_UP.sub(r"set \1 to ", _RISEN.sub(r"\1", text))
    return _RESCHEDULED.sub(lambda it: f"{it[1]} {it[2]}{':00' if it[3] else ''}", text)


def without_over(text: str) -> tuple[str, list[Over]]:
    """The text without its "no longer" and "any more", over which the parser stumbles, and where they stood.

    >>> without_over("I'm not a runner any more.")
    ("I'm not a runner.", [Over(offset=16, denies=False)])
    """
    places: list[Over] = []
    dropped = 0

    def take(found: re.Match[str]) -> str:
        nonlocal dropped
        places.append(Over(found.start() - dropped, bool(found["longer"])))
        dropped += len(found[0])
        return ""

    return _OVER.sub(take, text), places


def without_gone(text: str) -> tuple[str, list[Gone]]:
    """The text without what it puts right, and that.

    >>> without_gone("It is on Thursday, not Tuesday.")
    ('It is on Thursday.', [Gone(value='Tuesday', offset=17, reason='corrected')])
    """
    gone: list[Gone] = []

    def take(found: re.Match[str]) -> str:
        groups = found.groupdict()
        value = groups.get("gone") or groups.get("gone2") or ""
        how = (groups.get("how") or "not").strip(" ,").casefold()
        reason = "corrected" if "not" in how else how
        gone.append(Gone(_ARTICLES.sub("", value.strip()), found.start(), reason))
        return f"{groups['verb']} " if groups.get("verb") else ""

    text = _BEFORE.sub(take, text)
    return _AFTER.sub(take, text), gone
