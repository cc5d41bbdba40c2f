"""The words of a text in any script, their stems, and those that carry no subject of their own."""

from __future__ import annotations

import functools
import re
import threading
import unicodedata
from collections.abc import Sequence
from typing import Protocol

_STOP_WORDS = """
    a about above after again against all almost also although always am among an and another any anyone anything are
    as at away back be became because been before being below between both but by came can cannot come could did do
    does doing done down during each either else ever every everyone everything few first for from further get give go
    going gone got had has have having he hello her here hers herself hey hi him himself his how however i if in indeed
    instead into is it its itself just last later least less let like ll look made make many may maybe me mean might
    mine more moreover most much must my myself neither never next no nobody none nor not nothing now of off oh okay on
    once one only onto or other others our ours ourselves out over own perhaps please put rather re really s same see
    several shall she should since so some someone something soon still such sure t take than thank thanks that the
    their theirs them themselves then there therefore these they thing things this those though through thus to together
    too toward under unless until up upon us use ve very was we well went were what whatever when whenever where
    whereas wherever whether which while who whoever whole whom whose why will with within without wow yeah yes yet you
    your yours yourself
"""

STOP_WORDS = frozenset(_STOP_WORDS.split())
"""English words that carry no subject of their own."""

# Scripts written without spaces: Thai and Lao, Burmese, Khmer, kana, and the characters of Chinese. The ranges hold
# no punctuation.
_UNSPACED_LETTERS = (
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ecd\u0edc-\u0edf\u1000-\u1049\u1050-\u109f\u1780-\u17d3\u3005-\u3007"
    "\u3041-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f"
    "\U00020000-\U000323af"
)
_UNSPACED = re.compile(f"[{_UNSPACED_LETTERS}]+")
_OF_ONE_KIND = re.compile(f"[{_UNSPACED_LETTERS}]+|[^{_UNSPACED_LETTERS}]+")

_ASCII = re.compile(r"[^\W_]+", re.ASCII)

KEPT = 2000
"""The words of a text of no more characters are kept: what is found for one question is often found for the next."""

CAPITALISED = r"(?:[^\W\d_a-z]\.|St\.|[^\W\d_a-z][\w'\u2019-]*)"
"""The pattern of a word written as names are: "Oslo", "J.", "O'Hara"."""


NOT_SHORTENED = r"(?<!\b[^\W\d_]\.)(?<!\b(?:Dr|Mr|Ms|St|Jr|Sr|Co|vs|No)\.)(?<!\b(?:Mrs|Inc|Ltd)\.)"
"""The pattern of a place after a full stop that is not that of an initial or a shortened word."""


def runs(text: str) -> list[str]:
    """What stands between spaces and marks, in order and in small letters; a script without spaces is one run.

    >>> runs("Ada's 3 cats"), runs("\u732b\u306f\u53f0\u6240, ok")
    (['ada', 's', '3', 'cats'], ['\u732b\u306f\u53f0\u6240', 'ok'])
    """
    if text.isascii():
        return _ASCII.findall(text.casefold())
    found = _letters().findall(unicodedata.normalize("NFC", text.casefold()))
    return [part for run in found for part in _OF_ONE_KIND.findall(run)]


def unspaced_runs(text: str) -> list[str]:
    """The runs of scripts that are written without spaces."""
    return _UNSPACED.findall(text)


def words(text: str) -> list[str]:
    """The words of a text, in order and in small letters: the one idea of a word that all parts share.

    A run of a script without spaces has no words to see; each two neighbouring letters of it stand for one.

    >>> words("Ada's 3 TOP_CATS"), words("\u732b\u306f\u53f0\u6240")
    (['ada', 's', '3', 'top', 'cats'], ['\u732b\u306f', '\u306f\u53f0', '\u53f0\u6240'])
    """
    return list(_kept_words(text) if len(text) <= KEPT else _words(text))


def _words(text: str) -> Sequence[str]:
    if text.isascii():
        return runs(text)
    found: list[str] = []
    for run in runs(text):
        if len(run) > 2 and _UNSPACED.match(run):
            found += (run[at : at + 2] for at in range(len(run) - 1))
        else:
            found.append(run)
    return found


@functools.lru_cache(maxsize=4096)
def _kept_words(text: str) -> Sequence[str]:
    return tuple(_words(text))


def searchable(text: str) -> str:
    """A text as an index of words takes it: with the words that its scripts without spaces do not show."""
    hidden = [word for run in unspaced_runs(text) for word in words(run)] if not text.isascii() else []
    return f"{text}\n{' '.join(hidden)}" if hidden else text


@functools.cache
def _letters() -> re.Pattern[str]:
    """Letters, digits, and the marks upon them, which `\\w` leaves out; `TAX_RATE` is two words, as in an index."""
    marks = "".join(mark for mark in map(chr, range(0x300, 0xFE30)) if unicodedata.category(mark) in ("Mn", "Mc"))
    return re.compile(rf"(?:[^\W_]|[{marks}])+")


def content(text: str) -> list[str]:
    """The runs of a text that carry its subject, in order; all of them, when none does. A query for full text."""
    found = runs(text)
    return [run for run in found if run not in STOP_WORDS] or found


@functools.lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """A word without its endings, by the stemmer of its script: "painted", "painting" and "paints" are one."""
    return stem_in(next((name for first, last, name in _SCRIPTS if first <= word[:1] <= last), "english"), word)


def stem_in(language: str, word: str) -> str:
    """A word without its endings, by the stemmer of a language that snowball knows ("german")."""
    stemmer, lock = _stemmer(language)
    with lock:
        return stemmer.stemWord(word)


def stems(text: str) -> frozenset[str]:
    """The words of a text without their endings."""
    return frozenset(map(stem, words(text)))


class _Stemmer(Protocol):
    def stemWord(self, word: str) -> str: ...


_SCRIPTS = (
    ("\u0370", "\u03ff", "greek"),
    ("\u0400", "\u04ff", "russian"),
    ("\u0600", "\u06ff", "arabic"),
    ("\u0900", "\u097f", "hindi"),
)


@functools.cache
def _stemmer(language: str) -> tuple[_Stemmer, threading.Lock]:
    """The stemmer of a language; it keeps what it is at, and is for one thread at a time."""
    import Stemmer

    return Stemmer.Stemmer(language), threading.Lock()
