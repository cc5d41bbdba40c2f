"""Values that a parse would tear apart, put before it as one plain word each: dates, amounts, codes, quotations.

"The rent is 40,000 euros from 24 December." -> "The rent is money from Monday."
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from graphmem.language.wordlist import words
from graphmem.language.words import STOP_WORDS

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Token

Kind = Literal["time", "amount", "code", "name", "speech"]

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\b(?:(?<=\b(?!may)\w{3})\.(?!\s[A-Z])|(?<=\bsept)\.)?"
)
_WEEKDAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b\.?"
_FULL_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b"
_NTH = r"\d{1,2}(?:st|nd|rd|th)?"
_HALF = r"\s?[ap](?:m\b|\.m\b\.?)"
_CLOCK = rf"(?:\d{{1,2}}[:.]\d{{2}}(?:{_HALF})?|\d{{1,2}}{_HALF}|\d{{1,2}}\s?o'clock|noon|midnight|\d{{1,2}}h\d{{2}})"
HOUR_ENDS = r"(?=\s*(?:[.,;!?)]|$)|\s(?:and|because|but|for|in|instead|now|sharp|so|to|with)\b)"
_BARE_HOUR = rf"\sat\s\d{{1,2}}{HOUR_ENDS}"
_DATE = (
    rf"(?:\d{{4}}-\d{{2}}-\d{{2}}(?:[T ]\d{{2}}:\d{{2}}(?::\d{{2}})?)?|\d{{1,2}}[/.]\d{{1,2}}[/.]\d{{2,4}}"
    rf"|(?:{_WEEKDAY},?\s)?(?:the\s)?{_NTH}(?:\sof)?\s{_MONTH}(?:,?\s\d{{4}}\b)?"
    rf"|(?:{_WEEKDAY},?\s)?{_MONTH}\s{_NTH}\b(?:,?\s\d{{4}}\b)?|{_MONTH}\s\d{{4}}\b"
    rf"|(?:{_WEEKDAY},?\s)?the\s\d{{1,2}}(?:st|nd|rd|th)\b(?=\s*(?:[.,;!?)]|$|until\b|till\b|to\b|at\b|and\b|or\b|from\b))|(?:next\s|last\s|this\s|every\s(?:other\s|second\s)?)?{_FULL_WEEKDAY}"
    r"(?:\s(?:morning|afternoon|evening|night)s?\b)?)"
)
_TIME = rf"(?:{_DATE}(?:,?(?:\sat|\sfrom)?\s{_CLOCK}|{_BARE_HOUR})?|{_CLOCK}(?:\son\s{_DATE})?)"
WHEN = rf"(?:{_TIME}|(?:next |this |last )?{_MONTH}|{_WEEKDAY})"
"""The pattern of a date, a time of day, a month."""

_AMOUNT = r"\d[\d.,]*(?:\s?(?:k|m|bn|thousand|million|billion)\b)?"
_UNITS = (
    r"(?:euros?|dollars?|pounds?|cents?|eur|usd|gbp|chf|kg|kilos?|grams?|g|lbs?|km|kilomet(?:er|re)s?|miles?"
    r"|met(?:er|re)s?|cm|mm|m2|litres?|liters?|gb|mb|tb|kwh|mbit|ghz|mph|km/h|degrees|percent|per cent)\b|[%€°]C?"
)
_EACH = r"(?:(?:\s(?:a|an|per)\s|/)(?:month|year|week|day|hour|night|person|kilo|litre|piece)\b)"
_PER = f"{_EACH}?"
_LABEL = (
    r"(?:port|level|floor|room|gate|platform|version|page|unit|flat|apartment|line|track|row|seat|chapter|grade|locker"
    r"|number|no\.|box|bay|building|terminal|exit|channel|extension|section|block|desk|pier|lane|table|suite|house|type)"
)

# Placeholder, kind and pattern, in the order in which they are tried at each place.
_PATTERNS: tuple[tuple[str, Kind, str], ...] = (
    (
        "Ulysses",
        "name",
        r"\"[^\"\n]{1,400}(?:\"|$)|“[^”\n]{1,200}”|«[^»\n]{1,200}»|(?<!\w)[\u2018'][^'\u2019\n]{2,80}['\u2019](?!\w)",
    ),
    ("money", "code", r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:https?://|www\.)\S*[\w/]|\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?"),
    (
        "Monday",
        "time",
        rf"(?i:(?:{_MONTH}\s)?{_NTH}\s?(?:-|\u2013|to|until|till|and)\s?{_NTH}(?:\sof)?\s{_MONTH})(?!\w)",
    ),
    ("Monday", "time", r"(?<![\d-])[12]\d{3}\s?(?:to|until|till|-|\u2013)\s?[12]\d{3}(?![\d-])"),
    (
        "Monday",
        "time",
        rf"(?i:{_TIME}\s?(?:-|\u2013|to|until|till|and)\s{_TIME}|(?:{_DATE})(?:,?(?:\sat)?\s{_CLOCK}|{_BARE_HOUR})?)(?!\w)",
    ),
    ("noon", "time", rf"(?i:{_TIME}|between\s\d{{1,2}}\sand\s\d{{1,2}}(?=\W|$)(?!\s\w))(?!\w)"),
    ("money", "amount", rf"(?i:(?<!from )\d{{1,2}}\s?(?:to|till|-|\u2013)\s?\d{{1,2}}{HOUR_ENDS})"),
    ("noon", "time", rf"(?:(?<=until )|(?<=till ))\d{{1,2}}{HOUR_ENDS}"),
    ("money", "code", r"[a-zA-Z]\w*_\w*[a-zA-Z\d]"),
    ("money", "code", r"[*#]\d{2,}[*#]?|\d{3,}[*#](?!\w)"),
    ("money", "code", r"\+\d[\d ()/.-]{5,}\d|\b0\d[\d /-]{6,}\d|(?<![\w.,:-])\d{3,4}(?:[ -]\d{3,})+(?![\w:-]|[.,]\d)"),
    ("money", "amount", rf"[$€£¥]\s?{_AMOUNT}(?i:{_PER})|(?i:{_AMOUNT}\s?(?:{_UNITS}){_PER}|{_AMOUNT}{_EACH})"),
    ("money", "code", r"(?=[\w.-]*\d)(?=[\w.]*[a-z-])[A-Za-z0-9]+(?:[-_.][A-Za-z0-9]+)+"),
    ("money", "code", r"(?!\d+(?:st|nd|rd|th|s|am|pm|k|m|h)\b)(?=[a-zA-Z]*\d)(?=\d*[a-zA-Z])[a-zA-Z\d]{4,}"),
    ("label", "code", rf"(?i:{_LABEL}\s#?[A-Z]?\d[\w.-]*\w|{_LABEL}\s#?[A-Z]?\d)(?!\w)"),
    ("Ulysses", "name", r"\b(?:WHO|IT|US)\b(?!\s[A-Z]{2})"),
    ("label", "name", rf"[A-Z][a-zA-Z]+\s\d+(?:\.\d+)*(?![\w,:%])(?!\s?(?i:{_UNITS}))"),
)
_ANY = re.compile(
    rf"(?<![\w-])(?:{'|'.join(f'(?P<v{number}>{pattern})' for number, (_, _, pattern) in enumerate(_PATTERNS))})"
)
_WHOLE = re.compile(
    rf"(?i)(?:{_TIME}|{_MONTH}|(?:next |last |early |late |mid-)?(?:spring|summer|autumn|winter)\b"
    r"|[12]\d{3}\b|noon|midnight)"
)
_HYPHENED = re.compile(r"(?<![\w-])[^\W\d_]+(?:-[^\W\d_]+)+(?![\w-])")
_LONGEST_TITLE = 7  # words
A_NAME = "Mary"
A_VERB, A_VERB_BEFORE_PREPOSITION = "takes", "remains"
_CAPITAL = re.compile(r"\w*[A-Z]")


class Mark(Protocol):
    """Anything that stands at an offset of a text."""

    @property
    def offset(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Value:
    """A value as it is written, and what kind of value it is."""

    text: str
    kind: Kind


def looks_like_time(text: str) -> bool:
    """Whether all of `text` begins as a date or a time of day does."""
    return bool(_WHOLE.match(text))


def time_preposition(time: str) -> str:
    """The preposition before a time: "at" 9:30, "on" Friday, "in" May."""
    if re.match(_CLOCK, time, re.IGNORECASE):
        return "at"
    return "on" if any(map(str.isdigit, time)) or re.search(r"days?\b", time.casefold()) else "in"


@dataclass(frozen=True, slots=True)
class Plain:
    """A text with a plain word for each value, the values by the offset of that word, and where the text has moved."""

    text: str
    values: Mapping[int, Value]
    moved: Sequence[tuple[int, int]]

    def offset(self, original: int) -> int:
        """Where in `text` stands what stood at `original`."""
        return original + sum(by for start, by in self.moved if start < original)


def _quoted(text: str) -> Value:
    """A name between quotation marks, or, when it is long or has a sentence's end, what somebody says."""
    inner = text.strip(" \"“”«»\u2018\u2019'")
    unclosed = text[:1] == '"' and text[-1:] != '"'
    speech = inner != text and (unclosed or inner.endswith((".", ",", "!", "?")) or len(inner.split()) > _LONGEST_TITLE)
    return Value(inner, "speech" if speech else "name")


def plain(text: str) -> Plain:
    """`text` with its values masked."""
    parts: list[str] = []
    values: dict[int, Value] = {}
    moved: list[tuple[int, int]] = []
    end = length = 0
    for found in _ANY.finditer(text):
        placeholder, kind, _ = _PATTERNS[int((found.lastgroup or "v0")[1:])]
        if placeholder == "label":
            placeholder = found[0].split()[0]
            if placeholder.casefold() in STOP_WORDS:
                continue
        before = text[end : found.start()]
        values[length + len(before)] = _quoted(found[0]) if kind == "name" else Value(found[0], kind)
        moved.append((found.start(), len(placeholder) - len(found[0])))
        parts += [before, placeholder]
        length += len(before) + len(placeholder)
        end = found.end()
    return Plain("".join([*parts, text[end:]]), values, moved)


def doc_of(nlp: Language, text: str, marks: Mapping[str, Sequence[Mark]]) -> Doc:
    """The tokens of `text` with its values masked: `word` and `kind` give them back.

    `doc.user_data` holds under each name of `marks` the pairs of a token's index and the mark that stood before it.
    """
    masked = plain(text)
    doc = nlp.make_doc(masked.text)
    with doc.retokenize() as merging:
        for found in _HYPHENED.finditer(masked.text):
            if span := doc.char_span(*found.span(), alignment_mode="expand"):
                merging.merge(span)
    doc.user_data["values"] = {token.i: masked.values[token.idx] for token in doc if token.idx in masked.values}
    for name, placed in marks.items():
        starts = [(masked.offset(mark.offset), mark) for mark in placed]
        doc.user_data[name] = [(sum(token.idx < start for token in doc), mark) for start, mark in starts]
    return doc


def retold(nlp: Language, doc: Doc, strange: Mapping[int, str]) -> Doc:
    """The tokens of `doc` again, those in `strange` as a name and a verb that every parser knows."""
    from spacy.tokens import Doc as Tokens

    words = [strange.get(token.i, token.text) for token in doc]
    again = Tokens(nlp.vocab, words=words, spaces=[bool(token.whitespace_) for token in doc])
    again.user_data.update(doc.user_data)
    names = {index: Value(doc[index].text, "name") for index, plain_word in strange.items() if plain_word == A_NAME}
    again.user_data["values"] = {**doc.user_data["values"], **names}
    again.user_data["verbs"] = {index: doc[index].text for index, plain_word in strange.items() if plain_word != A_NAME}
    return again


def value(token: Token) -> Value | None:
    """The value that the token stands for."""
    found: Value | None = token.doc.user_data.get("values", {}).get(token.i)
    return found


def word(token: Token) -> str:
    """The token as it was written."""
    found = value(token)
    return found.text if found else str(token.text)


def kind(token: Token) -> str:
    """What kind of thing the token names: "time", "amount", "code", "place", "person", "name" or "thing"."""
    if found := value(token):
        return found.kind
    if token.ent_type_ in {"DATE", "TIME"} and (token.pos_ == "PROPN" or _is_short_or_time(token)):
        return "time"
    if token.lemma_.lower() in _VAGUE_TIMES:
        return "amount" if any(child.dep_ == "nummod" for child in token.children) else "time"
    if token.ent_type_ in {"GPE", "LOC", "FAC"}:
        return "place"
    if token.ent_type_ == "PERSON":
        return "person"
    if token.pos_ == "NUM" or any(it.dep_ in {"nummod", "compound"} and it.like_num for it in token.children):
        return "amount"
    return "name" if token.pos_ == "PROPN" else "thing"


def _is_short_or_time(token: Token) -> bool:
    """Whether a number may be an hour, a day or a year: no code of four figures."""
    return (token.pos_ == "NUM" and len(token.text) < 3) or looks_like_time(token.text)


_VAGUE_TIMES = words(
    """morning evening afternoon night weekend summer winter spring autumn fall week month year day hour minute
    second past future moment while time childhood today tomorrow yesterday tonight season decade century"""
)


def is_time(name: str) -> bool:
    """Whether a word in small letters names a time: "monday", "tomorrow"."""
    return name in _VAGUE_TIMES or looks_like_time(name)


def is_vague_time(token: Token) -> bool:
    """Whether the noun is a time that no value names: "in the mornings", "for years"."""
    return not value(token) and (
        token.lemma_.lower() in _VAGUE_TIMES or (token.ent_type_ in {"DATE", "TIME"} and token.pos_ == "NOUN")
    )


def kind_of(text: str) -> str:
    """The same, as far as the text alone shows it."""
    if looks_like_time(text):
        return "time"
    if _ANY.fullmatch(text) or text[:1].isdigit():
        return "amount"
    return "name" if _CAPITAL.match(text) else "thing"
