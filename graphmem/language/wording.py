"""Whether some texts hold a name, in whatever form: inflected, abbreviated, in another script's way, in numbers."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection
from functools import cached_property

from graphmem.language.forms import abbreviates, bases, folded, inflected, is_english
from graphmem.language.numbers import numbers_in, parts_of, said_otherwise
from graphmem.language.wordlist import words as wordlist
from graphmem.language.words import STOP_WORDS, runs, unspaced_runs

_WRITTEN = re.compile(r"[^\W_]+")
_SHORT = 6
"""Letters of an abbreviation, and words that one stands for, at most."""
_SMALL = 12
_UNITS = wordlist(
    """
    year month week day hour minute second old euro eur dollar usd pound percent degree c f metre meter kilometre
    kilometer km mile kilogram kilo kg gram mg litre liter ml cm mm ft foot inch lb mb gb tb celsius fahrenheit sign per
    am pm p m clock k bn hundred thousand million billion dozen
    """
)
"""What a number may be of without being said: 5k is 5,000 euros, and who turns 7 is 7 years old."""
_CURRENCIES = (wordlist("euro eur"), wordlist("dollar usd"), wordlist("pound gbp quid"), wordlist("yen jpy"))
_APART = re.compile(r"(?<=\d)[\s()./-]+(?=\d)")
_LONG = 7
"""Digits of a number that is written in groups of any kind."""
_CUT = wordlist("env dev max min app gov doc ref req sec ext dir lab tel int pop mus gen")
"""Beginnings of words that are too short to be known by their length."""
_DATES = {
    word[:3]: word[3:]
    for word in wordlist(
        """
        january february march april june july august september october november december
        monday tuesday wednesday thursday friday saturday sunday
        """
    )
}


class Words:
    """The words of some texts, and others `also`, to be found again in other forms."""

    def __init__(self, *texts: str, also: Collection[str] = ()) -> None:
        whole = "\n".join(texts)
        self._text = folded(unicodedata.normalize("NFKC", whole))
        self._words = list(dict.fromkeys(_tokens(whole)))
        self._also = frozenset(also)
        self._written = [_WRITTEN.findall(text) for text in texts]
        told = numbers_in(whole)
        self._numbers = frozenset().union(*told, *map(parts_of, told), said_otherwise(whole))
        self._digits = _APART.sub("", whole)

    @cached_property
    def english(self) -> bool:
        """Whether more than half of their longer words are English."""
        told = [word for word in self._words if len(word) > 2 and word.isalpha()]
        return 2 * sum(map(is_english, told)) > len(told)

    def hold(self, name: str) -> bool:
        """Whether they hold `name`: every number of it, and at least half of its other words in some form."""
        own = _tokens(name)
        if not own:
            return bool(bare := name.strip(" .,;:!?\ufe0f")) and folded(bare) in self._text
        if not self._has_numbers(name) or self._pays_otherwise(own):
            return False
        words = [word for word in own if not word[0].isdigit()]
        if len(words) < len(own):
            words = [word for word in words if _UNITS.isdisjoint(bases(word))]
        words = [word for word in words if word not in STOP_WORDS] or words
        written = {part.casefold(): part for part in _WRITTEN.findall(name)}
        told = [self.has(word) or self._is_abbreviated(written.get(word, word)) for word in words]
        return 2 * sum(told) >= len(words) or self._abbreviate(name)

    def _has_numbers(self, name: str) -> bool:
        """Whether each number of a name is among them; a long one may be grouped in another way."""
        long = re.search(rf"\d{{{_LONG},}}", _APART.sub("", name))
        return bool(long and long[0] in self._digits) or all(map(self._has_number, numbers_in(name)))

    def _pays_otherwise(self, own: Collection[str]) -> bool:
        """Whether a name tells a currency where they tell others only."""
        asked = [unit for unit in _CURRENCIES if _has_unit(own, unit)]
        return bool(asked and self._currencies and not any(unit in self._currencies for unit in asked))

    @cached_property
    def _currencies(self) -> list[frozenset[str]]:
        return [unit for unit in _CURRENCIES if _has_unit(self._words, unit)]

    def _has_number(self, number: frozenset[str]) -> bool:
        """Whether one of them is a number; a small one may be a word of another language than English."""
        if number & self._numbers or parts_of(number) <= self._numbers:
            return True
        return not self.english and all(len(each) < 3 and each.isdecimal() and int(each) <= _SMALL for each in number)

    def has(self, word: str) -> bool:
        """Whether one of them is a form of `word`."""
        if word in self._also or folded(word) in self._folded or not self._bases.isdisjoint(bases(word)):
            return True
        if unspaced_runs(word):
            return self._has_unspaced(word)
        return any(inflected(word, other) for other in self._like(word)) or self._is_shortened(word)

    @cached_property
    def _folded(self) -> set[str]:
        return set(map(folded, self._words))

    @cached_property
    def _bases(self) -> set[str]:
        return {base for word in self._words for base in bases(word)}

    @cached_property
    def _by_beginning(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for word in self._words:
            found[folded(word)[:2]].append(word)
        return found

    def _like(self, word: str) -> list[str]:
        """The words that an inflected one is looked for among: none in English, which has its own rules."""
        if "\u0590" <= word[:1] <= "\u06ff":
            return self._words
        return [] if self.english else self._by_beginning[folded(word)[:2]]

    @cached_property
    def _short(self) -> list[str]:
        """Words that are short enough to be abbreviations."""
        return list(dict.fromkeys(word for words in self._written for word in words if len(word) <= _SHORT))

    def _has_unspaced(self, word: str) -> bool:
        pairs = [word[at : at + 2] for at in range(max(1, len(word) - 1))]
        if 2 * sum(folded(pair) in self._text for pair in pairs) > len(pairs):
            return True
        return len(word) > 2 and bool(re.search(".?".join(map(re.escape, folded(word))), self._text))

    def _is_shortened(self, word: str) -> bool:
        """Whether one of them is `word` cut off, or the other way round: "Postgres" of "PostgreSQL"."""
        for other in self._by_beginning[folded(word)[:2]]:
            short, long = sorted((folded(word), folded(other)), key=len)
            if long.startswith(short) and (len(short) > 3 or short in _CUT or _DATES.get(short) == long[3:]):
                return True
        return False

    def _is_abbreviated(self, word: str) -> bool:
        """Whether one of them stands for `word`, as a name writes it: "UN" is no "Unilever"."""
        return any(abbreviates(short, [word]) for short in self._short)

    def _abbreviate(self, name: str) -> bool:
        """Whether one of them stands for `name`, or `name` for some of them in a row."""
        parts = _WRITTEN.findall(name)
        spans = [
            parts[at : at + size] for size in range((len(parts) + 1) // 2, len(parts) + 1) for at in range(len(parts))
        ]
        if any(abbreviates(short, span) for span in spans if span for short in self._short):
            return True
        return len(parts) == 1 and any(
            abbreviates(parts[0], words[at : at + size])
            for words in self._written
            for at in range(len(words))
            if words[at][0].casefold() == parts[0][0].casefold()
            for size in range(1, _SHORT)
        )


def _has_unit(words: Collection[str], unit: frozenset[str]) -> bool:
    return any(not unit.isdisjoint(bases(word)) for word in words)


def _tokens(text: str) -> list[str]:
    """Its words in small letters; of an emoji or the sign of a currency those of its name."""
    names = (unicodedata.name(letter, "") for letter in text if unicodedata.category(letter) in ("So", "Sc"))
    return [*runs(text), *(word for name in names for word in runs(name))]
