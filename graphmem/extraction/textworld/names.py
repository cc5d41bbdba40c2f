"""Names as TextWorld prints them: "a diced fried green bell pepper" is the green bell pepper, diced and fried."""

from __future__ import annotations

import re
from dataclasses import dataclass

STATES = {
    "open": "open", "opened": "open", "closed": "closed", "shut": "closed",
    "locked": "locked", "unlocked": "unlocked", "empty": "empty",
    "raw": "raw", "uncooked": "raw", "cooked": "cooked", "fried": "fried", "roasted": "roasted", "grilled": "grilled",
    "burned": "burned", "burnt": "burned",
    "uncut": "uncut", "sliced": "sliced", "diced": "diced", "chopped": "chopped", "eaten": "eaten",
}  # fmt: skip
_STATE_AFTER = {
    "slice": "sliced", "dice": "diced", "chop": "chopped", "mince": "minced", "peel": "peeled",
    "cook": "cooked", "fry": "fried", "roast": "roasted", "grill": "grilled", "bake": "baked", "boil": "boiled",
    "steam": "steamed", "burn": "burned",
}  # fmt: skip


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ARTICLES = _words("a an the some your my his her its their this another")
_PRONOUNS = _words("it that this they them")
# A phrase with one of these is a clause, a pronoun or a quantity, and never the name of a thing.
_NEVER_IN_A_NAME = _words(
    "i you he she it we they me him them us that which who what where when why how there here this these those "
    "is are was were be been am isn't aren't not no never nothing nobody none all each every any anything something "
    "everything can't could should would will must has have had to don't let's if because than just besides"
)
_NEVER_FIRST = _words(
    "one other others specific another of in on and or at for with from special but so kind sort "
    "too much many please first then next once after"
)
_LOOKING = re.compile(r"^(?:[\w'-]+ ){1,4}?looking (?=\S)", re.IGNORECASE)
_ASIDE = re.compile(r"\s*\(([^()]*)\)$")
_SEPARATOR = re.compile(r"\s*,\s*(?:and\s+)?|\s+and\s+")
_MOST_WORDS = 7


@dataclass(frozen=True, slots=True)
class Named:
    """A thing's own name, and the states that were named with it."""

    name: str
    states: tuple[str, ...] = ()


def state_of(word: str) -> str | None:
    """The plain word for a state: "opened" is open; None when the word names no state."""
    return STATES.get(word.casefold())


def state_after(verb: str) -> str | None:
    """The state that the verb of a command leads to: "dice" makes diced; None when it makes no lasting one."""
    return _STATE_AFTER.get(verb.casefold())


def read_name(text: str) -> Named | None:
    """The name in a noun phrase, or None when it is no name.

    >>> read_name("a locked normal looking Cyan locker")
    Named(name='Cyan locker', states=('locked',))
    """
    text, states = _without_aside(" ".join(text.split()).strip(" .,;:!?\"'`"))
    words = text.split()
    while len(words) > 1 and words[0].casefold() in _ARTICLES:
        words.pop(0)
    words, leading = _without_states(words)
    words = _LOOKING.sub("", " ".join(words)).split()
    if not words or len(words) > _MOST_WORDS or not _is_name(words):
        return None
    return Named(" ".join(words), leading + states)


def is_pronoun(text: str) -> bool:
    """Whether the phrase means what was spoken of last."""
    words = text.casefold().split()
    return words == ["the", "thing"] or (len(words) == 1 and words[0] in _PRONOUNS)


def read_names(text: str) -> list[Named]:
    """The names in a list.

    >>> [named.name for named in read_names("a knife, a raw yellow potato and some flour")]
    ['knife', 'yellow potato', 'flour']
    """
    return [named for part in _SEPARATOR.split(text) if (named := read_name(part))]


def _is_name(words: list[str]) -> bool:
    lower = [word.casefold() for word in words]
    if lower[0] in _NEVER_FIRST or (len(lower) == 1 and lower[0] in _ARTICLES) or _NEVER_IN_A_NAME.intersection(lower):
        return False
    return any(character.isalnum() for word in words for character in word)


def _without_states(words: list[str]) -> tuple[list[str], tuple[str, ...]]:
    states: list[str] = []
    while len(words) > 1 and (state := state_of(words[0])):
        states.append(state)
        words = words[1:]
    return words, tuple(states)


def _without_aside(text: str) -> tuple[str, tuple[str, ...]]:
    """Take off what Inform adds in brackets: "a box (closed)"."""
    aside = _ASIDE.search(text)
    if not aside:
        return text, ()
    return text[: aside.start()], tuple(state for word in aside[1].split() if (state := state_of(word)))
