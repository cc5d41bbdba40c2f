"""Whether two words are forms of one: inflected, abbreviated, or written with other marks."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Sequence

from graphmem.language.plurals import singular
from graphmem.language.wordlist import words as wordlist
from graphmem.language.words import STOP_WORDS, stem, stem_in

_LATIN = (
    "german", "french", "spanish", "italian", "portuguese", "dutch", "swedish", "norwegian", "danish", "finnish",
    "hungarian", "romanian", "turkish",
)  # fmt: skip
_BEGINNING = 3
"""Letters that forms of a word in another language than English begin with alike, if it has so many."""
_ENDING = 2, 5
"""Letters at most in which a name, and a form of it in a text, differ at their ends."""
_CLITIC = 3
"""Letters at most that a word of Hebrew or Arabic has before it."""
_PLAIN = {
    word: frozenset(alike.split("/")[:1])
    for alike in wordlist(
        """
        mother/mum/mom/mommy/mummy/mama/ma father/dad/daddy/papa/pa grandmother/grandma/granny/gran/nana
        grandfather/grandpa/granddad/grandad brother/bro sister/sis husband/hubby child/kid grandchild/grandkid
        day/daily week/weekly month/monthly year/yearly/annual work/job
        """
    )
    for word in alike.split("/")
}
"""The plain word for another that means the same, as it is said at home."""
_VOWELS = re.compile(r"[aeiouy]")
_NUMERONYM = re.compile(r"([a-z])(\d{1,2})([a-z])")


@functools.lru_cache(maxsize=65536)
def folded(word: str) -> str:
    """A word in small letters without the marks upon them: "Häuser" and "hauser" are one."""
    apart = unicodedata.normalize("NFKD", word.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter)) or word


@functools.lru_cache(maxsize=65536)
def bases(word: str) -> frozenset[str]:
    """What an English word may be a form of, itself included.

    >>> "knife" in bases("knives"), "go" in bases("went"), bases("chop") & bases("chopped")
    (True, True, frozenset({'chop'}))
    """
    if not (word.isascii() and word.isalpha()):
        return frozenset((word, stem(word)))
    lemma = _lemma(word)
    return frozenset((word, stem(word), lemma, stem(lemma), singular(word))) | _PLAIN.get(word, frozenset())


def _lemma(word: str) -> str:
    """The lemma of an English word; without the library, which comes with the extra `openai`, the word."""
    try:
        from simplemma import lemmatize
    except ImportError:
        return word
    return lemmatize(word, lang="en").casefold()


@functools.lru_cache(maxsize=65536)
def is_english(word: str) -> bool:
    """Whether a word in small letters is one of an English dictionary; without the library, a small word."""
    try:
        from simplemma import is_known
    except ImportError:
        return word in STOP_WORDS
    return word in STOP_WORDS or is_known(word, lang="en")


def inflected(name: str, word: str) -> bool:
    """Whether `name` may be the base of `word`, or the other way round, in a language that is not English.

    >>> inflected("казань", "казани"), inflected("wien", "wiens"), inflected("rom", "ulm")
    (True, True, False)
    """
    one, other = folded(name), folded(word)
    alike = _common(one, other)
    if "\uac00" <= name[:1] <= "\ud7a3":  # Korean, whose particles follow without a space
        return len(name) > 1 and word.startswith(name)
    if "\u0590" <= name[:1] <= "\u06ff" and other.endswith(one):  # Hebrew and Arabic: "and", "in", "the" stand before
        return len(one) > 1 and len(other) - len(one) <= min(_CLITIC, len(one))
    if alike >= max(_BEGINNING, len(one) - _ENDING[0]) and len(other) - alike <= _ENDING[1]:
        return True
    return alike >= min(_BEGINNING, len(one) - 1) > 1 and any(
        stem_in(language, name) == stem_in(language, word) for language in _languages(name)
    )


def abbreviates(short: str, name: Sequence[str]) -> bool:
    """Whether `short` as a text writes it stands for the words of `name`.

    By initials ("WHO"), by letters left out ("MSFT", "mgr"), or counted ("k8s").

    >>> abbreviates("WHO", ["World", "Health", "Organization"]), abbreviates("MSFT", ["Microsoft"])
    (True, True)
    >>> abbreviates("k8s", ["Kubernetes"]), abbreviates("DB", ["database"]), abbreviates("cat", ["carpet"])
    (True, True, False)
    """
    low = short.casefold()
    if len(low) > 1 and short[:1].isupper() and low in _initials(name):
        return True
    if len(name) != 1 or len(low) < 2:
        return False
    word = name[0].casefold()
    if counted := _NUMERONYM.fullmatch(low):
        return word[:1] + word[-1:] == counted[1] + counted[3] and len(word) == int(counted[2]) + 2
    closed = word[-1:] == low[-1:]
    terse = short.isupper() or len(_VOWELS.findall(low)) <= (len(low) > 3 and closed)
    if not (terse and low.isalpha() and len(word) > len(low)):
        return False
    common = name[0].islower() and len(word) > 4
    return word[0] == low[0] and _is_within(low, word) and (len(low) > 2 or (closed and not short.isupper()) or common)


def _initials(name: Sequence[str]) -> set[str]:
    """The initials of the words, also of words within words ("JavaScript"), and without the small ones."""
    parts = [part for word in name for part in re.findall(r"[^\W\d_][^\W\d_A-Z]*|\d+", word)]
    return {"".join(part[0] for part in some).casefold() for some in (parts, [p for p in parts if p[0].isupper()])}


def _is_within(letters: str, word: str) -> bool:
    rest = iter(word)
    return all(letter in rest for letter in letters)


def _languages(word: str) -> tuple[str, ...]:
    if "\u0400" <= word[:1] <= "\u04ff":
        return ("russian",)
    return _LATIN if folded(word).isascii() else ()


def _common(one: str, other: str) -> int:
    """How many letters both begin with."""
    pairs = zip(one, other, strict=False)
    return next((place for place, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
