"""What stands without a verb below a heading or after a label: "Allergies: penicillin", "Mum: 01632 960123"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from graphmem.extraction.prose.people import KIN, PEOPLE
from graphmem.extraction.prose.statements import Statement
from graphmem.extraction.prose.values import is_time, kind, looks_like_time, time_preposition, value, word
from graphmem.language.labels import is_label
from graphmem.language.plurals import singular
from graphmem.language.wordlist import words
from graphmem.language.words import STOP_WORDS

if TYPE_CHECKING:
    from spacy.tokens import Doc

_LABELLED = re.compile(r"([^\W\d_][\w'\u2019/-]*\.?(?: [\w'\u2019/-]+){0,3}):\s+(\S.*)")
_HEADING = re.compile(r"(?:#{1,6} |\*\*)?([^\W\d_][\w'\u2019 /-]{1,40}?)(?:\*\*)?:?(?:\*\*)?")
_DASHED = re.compile(r"(?:^|\s)[-*\u2022\u2013]\s")
_BETWEEN = re.compile(r", (?:and )?| and ")
_LEADS_ON = re.compile(
    r"(?!.*\b(?:what|which|that|who|how|why|where|these|following|list|if|when)\b)(?:[\w'\u2019-]+ )+"
    r"(?:to|for|with|in|at|on|is|are|have|has|need|needs|like|likes|love|loves|hate|hates|buy|eat|drink|take|takes|own"
    r"|speak|speaks|use|play)",
    re.IGNORECASE,
)
_TO_DO = re.compile(
    r"(?:my )?(?:to-?\s?dos?|reminders?|errands|chores|note to self|don['\u2019]?t forget|remember)(?: list)?",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+")
_SAID = re.compile(r"n['\u2019]t\b|[?!]")
# What an item may hold beside its noun: "rice and beans", "the zest of one lemon".
_IN_ITEMS = words(
    "a an and at by first for from in last more of off on one or other over same several some the up with"
)
_NO_ITEM = STOP_WORDS - _IN_ITEMS | words("n/a tbd tba ok")
# Labels of what a document says of itself, or somebody in passing: what stands there is about nothing in particular.
_OF_NOTHING = words(
    """note update question answer idea thought summary re ps fyi nb tip example status version author date title
    subject type id priority owner edit warning important problem result reason news misc general link plan topic point
    pros cons comment issue cc fact lesson goal file change fixed added removed see source quote correction caption
    figure table step usage output input feature default error info debug attention highlights decision conclusion
    feedback reminder todo remember"""
)
_TOPICS = words("present absent apologies groceries")
_ANY_VALUED = words("favourite favorite colour color password passcode wifi pin login username code type size")
_NUMBER = re.compile(r"\+?[ ()/-]*(?:\d[ ()/-]*){7,}")
_ON_THE_PHONE = words("phone mobile telephone tel fax number cell helpline hotline")
_DIGITS = re.compile(r"0\d{2,5}")
_OWNED = re.compile(r"(?:my|our|\w+['\u2019]s?) \w", re.IGNORECASE)
_MOST_WORDS, _MOST_OF_SEVERAL = 6, 3


@dataclass(frozen=True, slots=True)
class Under:
    """Below which heading something stands, and after which label, either of which may be ""; alone or with others."""

    heading: str
    label: str
    several: bool


def heading_in(line: str) -> str:
    """The heading or lead-in that a line is to the list below it, or "".

    >>> heading_in("## Allergies"), heading_in("Packing list:"), heading_in("We went home.")
    ('Allergies', 'Packing list', '')
    """
    found = _HEADING.fullmatch(line.strip())
    return found[1] if found else ""


def items(line: str, heading: str) -> list[tuple[str, Under]]:
    """What a line lists, each with what it stands under; nothing where the line is no list, nor of one below `heading`.

    >>> [text for text, _ in items("Present: Ann, Ben and Cleo", "")], items("Ann: I am late", "")
    (['Ann', 'Ben', 'Cleo'], [])
    """
    label, rest = found.groups() if (found := _LABELLED.fullmatch(line)) else ("", line)
    dashed = bool(label and _DASHED.match(rest))
    apart = (_DASHED if dashed else _BETWEEN).split(rest) if label and not _NUMBER.fullmatch(rest) else [rest]
    listed = [text for it in apart if (text := it.strip(" ."))]
    most = _MOST_WORDS if dashed or len(listed) == 1 else _MOST_OF_SEVERAL
    if not (label or heading) or not all(_may_be_item(it, most) for it in listed):
        return []
    return [(text, Under(heading, label, dashed or len(listed) > 1)) for text in listed]


def _may_be_item(text: str, most: int = _MOST_WORDS) -> bool:
    own = _WORD.findall(text.casefold())
    return len(own) <= most and _NO_ITEM.isdisjoint(own) and not _SAID.search(text)


def led_on(under: Under, item: str, is_verb: Callable[[str], bool]) -> str | None:
    """The sentence of a lead-in and an item: "We need to buy" and "milk", "My size" and "42", "To do" and a task."""
    lead = under.label or under.heading
    verb, _, rest = item.partition(" ")
    if _TO_DO.fullmatch(lead):
        return f"I have to {verb.casefold()} {rest}" if is_verb(verb.casefold()) else None
    if _OWNED.match(lead):
        return f"{lead} {'are' if _is_plural(lead) else 'is'} {item}."
    return f"{lead} {item}." if _LEADS_ON.fullmatch(lead) else None


def read(doc: Doc, under: Under) -> Iterator[Statement]:
    """What an item without a verb says by its heading and label; nothing where these do not tell."""
    what = "".join(f"{word(token)}{token.whitespace_}" for token in doc).strip(" .")
    sort = kind(doc[0]) if len(doc) == 1 and value(doc[0]) else "code" if _DIGITS.fullmatch(what) else ""
    label, heading = under.label, under.heading
    several = under.several or not label or (_is_plural(label) and not heading and sort != "time")
    if label and _NUMBER.fullmatch(what) and _ON_THE_PHONE.isdisjoint(label.casefold().split()):
        yield Statement(label, "has number", what, "number", "code")
    elif several and sort in {"", "code"} and _names(doc, what) and _is_topic(label or heading):
        yield Statement(label or heading, "includes", what)
    elif heading and not several and (sort or what.isdigit() or (_names(doc, what) and _is_topic(heading))):
        yield from _of_heading(under, what)
    elif not heading and not several:
        yield from _valued(label, what, sort, is_name=doc[-1].pos_ == "PROPN" and _names(doc, what))


def _of_heading(under: Under, what: str) -> Iterator[Statement]:
    """(Sam, has allergy, eggs) below "Allergies", (Router, has port, 5433) below "Router"."""
    *before, last = under.heading.casefold().split()
    if _is_plural(last):
        yield Statement(under.label, f"has {' '.join([*before, singular(last)])}", what)
    elif not _is_of_nothing(under.heading):
        label = under.label if under.label.isupper() or looks_like_time(under.label) else under.label.casefold()
        yield Statement(under.heading, f"has {label}", what)


def _valued(label: str, what: str, sort: str, *, is_name: bool) -> Iterator[Statement]:
    """ "Gate code: 7719#", "Dentist: 14 March"; nothing for what may be a person's: "Leo: Friday", "Mum: 40 euros"."""
    own = label.casefold().split()
    any_valued = not _ANY_VALUED.isdisjoint(own)
    coded = (sort == "code" or "@" in what) and own[-1] not in KIN and (label[0].isupper() or any_valued)
    if _is_of_nothing(label) or not (coded or _is_topic(label) or own[-1] in PEOPLE):
        return
    if sort == "time" and own[-1] not in KIN:
        yield Statement(label, f"is {time_preposition(what)}", what, None, "time")
    elif coded or is_name or any_valued or (sort == "amount" and own[-1] not in PEOPLE):
        yield Statement(label, "is", what, "value", sort or "name")


def _is_topic(label: str) -> bool:
    """Whether a heading or label says what is listed, and is nobody's name."""
    last = label.casefold().split()[-1]
    named = last in _TOPICS or is_label(label) or _is_plural(label)
    return named and _may_be_item(label, 4) and not _is_of_nothing(label)


def _is_of_nothing(label: str) -> bool:
    own = label.casefold().split()
    at_once = own[0] in STOP_WORDS or is_time(own[0]) or not _OF_NOTHING.isdisjoint({own[0], singular(own[0])})
    return at_once or (_is_plural(label) and singular(own[-1]) in _OF_NOTHING)


def _is_plural(label: str) -> bool:
    last = label.casefold().split()[-1]
    return singular(last) != last


def _names(doc: Doc, what: str) -> bool:
    """Whether the words name a thing or things, with no verb."""
    root = next(doc.sents).root
    verbs = (it for it in doc if it.pos_ in {"VERB", "AUX", "PRON"} and it.dep_ not in {"amod", "compound"})
    named = root.pos_ in {"NOUN", "PROPN"} and root.sent.end == len(doc) and next(verbs, None) is None
    return named or (len(doc) == 1 and what.istitle())
