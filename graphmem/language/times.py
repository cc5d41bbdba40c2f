"""Words of time in a question: whether it asks for what came last, first, or at a certain step."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, cast

from graphmem.language.words import STOP_WORDS, words

_STEP = re.compile(r"\bsteps?\s+(\d{1,9})\b")
_NEWEST = re.compile(r"\b(?:latest|newest|most recent|most recently|last time|just now|right now|currently)\b")
_NOW = re.compile(r"\b(?:now|current|currently|at the moment|these days)\b")
_OLDEST = re.compile(r"\b(?:at first|at the start|at the beginning|originally|initially|earliest|the first time)\b")

_CHANGES = """
    now new newly nowadays longer anymore instead became started stopped quit moved changed switched swapped traded
    replaced transferred renamed postponed rescheduled updated raised lowered increased reduced sold
"""
_CHANGE = frozenset(_CHANGES.split())
_PRESENT = re.compile(
    r"\s*(?:(?:in |at |on |for |to |with )?(?:what|which|who|whose|whom|where|when|how)\b.*?\b)?"
    r"(?:is|are|am|do|does|has|have|can)\b|\s*(?:who|what)['\u2019]s\b",
    re.IGNORECASE,
)


def steps_asked(question: str) -> list[int]:
    """The steps that a question names: "at step 12"."""
    return [int(number) for number in _STEP.findall(question.casefold())]


def asks_for_newest(question: str) -> bool:
    """Whether a question asks for what came last. A bare "last" does not say so: "last name", "who spoke last"."""
    return bool(_NEWEST.search(question.casefold()))


def asks_for_now(question: str) -> bool:
    """Whether a question asks how things stand: what was said long ago may still hold, unless it was said anew."""
    return bool(_NOW.search(question.casefold()))


def asks_for_oldest(question: str) -> bool:
    """Whether a question asks for what came first. A bare "first" does not say so: "who was born first?"."""
    return bool(_OLDEST.search(question.casefold()))


@dataclass(frozen=True, slots=True)
class Beside:
    """What a question puts before or after an event; with a `unit` ("day", "week") just so long. `rest` is the rest."""

    side: Literal["before", "after", "since", "until"]
    event: str
    unit: str | None
    rest: str


_BESIDE = re.compile(
    r"(?:\bthe\s(?P<unit>day|week|month|year)\s)?\b(?P<side>before|after|since|until)\s(?P<event>[^?!;,]+)",
    re.IGNORECASE,
)
_NO_TIME = re.compile(r"\b(?:look\w*|nam\w+|call\w*|tak\w+|took|day|week|year|time|one|title\w*)\s$", re.IGNORECASE)
_ASKING = re.compile(r"\s(?:what|where|who|whom|whose|which|how|why)\b", re.IGNORECASE)


def beside_event(question: str) -> Beside | None:
    """The event beside whose time a question asks; None when it names none.

    >>> beside_event("What did we buy before we moved to Ghent?")
    Beside(side='before', event='we moved to Ghent', unit=None, rest='What did we buy ?')
    """
    for found in _BESIDE.finditer(question):
        asking = None if found.start() else _ASKING.search(found["event"])
        event = found["event"][: asking.start()] if asking else found["event"].rstrip()
        end = found.start("event") + len(event)
        if subject(event) and not _NO_TIME.search(question[: found.start()]):
            side = cast(Literal["before", "after", "since", "until"], found["side"].casefold())
            unit = found["unit"] and found["unit"].casefold()
            return Beside(side, event, unit, f"{question[: found.start()]}{question[end:]}")
    return None


_SAYS_NO_MORE = """
    happen happens happened happening occurred say says said tell tells told talk talks talked talking speak spoke
    discuss discussed mention mentioned write wrote written note noted notes event events news thing things new
    remember conversation conversations diary journal right shortly directly immediately
"""
_ASKS_NOTHING = frozenset(_SAYS_NO_MORE.split())


def subject(question: str) -> set[str]:
    """The words by which a question asks for more than what happened, or was said, at some time."""
    return {word for word in words(question) if word not in STOP_WORDS and word not in _ASKS_NOTHING}


def asks_of_present(question: str) -> bool:
    """Whether a question asks how things are: "where does Ann live?", not "when did she move?"."""
    return bool(_PRESENT.match(question)) and not asks_for_oldest(question)


def tells_of_change(text: str) -> bool:
    """Whether a text says that something is not as it was: "our new cook", "she moved", "it is now"."""
    return not _CHANGE.isdisjoint(words(text))
