"""One thing, or many of it: the singular of an English plural, and the other way round."""

from __future__ import annotations

_PAIRS = """
    man/men woman/women child/children person/people foot/feet tooth/teeth goose/geese mouse/mice ox/oxen
    knife/knives leaf/leaves loaf/loaves shelf/shelves half/halves wolf/wolves wife/wives thief/thieves
    calf/calves scarf/scarves elf/elves hoof/hooves die/dice axe/axes shoe/shoes toe/toes canoe/canoes cookie/cookies
    movie/movies zombie/zombies brownie/brownies calorie/calories genie/genies selfie/selfies
"""
_IRREGULAR = dict(pair.split("/") for pair in _PAIRS.split())
_REGULAR = {plural: singular for singular, plural in _IRREGULAR.items()}

_OTHERS = """
    arms ashes binoculars blinds boxers brains briefs chips clothes colours colors contents crackers customs damages
    drafts draughts drawers drinks glasses goggles goods grapes greens grits grounds headquarters heavens irons jeans
    leggings lens letters looks mains manners means minutes news oats odds outskirts overalls pains pajamas pants papers
    parts pliers pyjamas quarters remains ruins savings scales scissors series shades shears shorts slacks species
    spectacles spirits stairs steps sunglasses suspenders sweats thanks tights times tongs trousers trunks tweezers
    underpants valuables waters woods works
"""
_ANOTHER_THING = frozenset(_OTHERS.split())
"""Plurals that are no many of their singular: glasses are no more than one glass, and stairs no stair twice."""


def other_number(name: str) -> set[str]:
    """What `name` may be called as many, or as one; nothing for a proper name, whose s is its own ("Adams").

    >>> sorted(other_number("red apples")), sorted(other_number("ripe tomato")), other_number("glasses")
    (['red apple'], ['ripe tomatoes', 'ripe tomatos'], set())
    """
    *before, word = name.split() or [""]
    if not (word.isalpha() and word.islower() and len(word) > 2):
        return set()
    return {" ".join([*before, form]) for form in _singulars(word) | _plurals(word)}


def singular(word: str) -> str:
    """The likeliest singular of a word in small letters, which may be a singular already.

    >>> [singular(word) for word in ("berries", "cookies", "boxes", "knives", "glasses", "gas")]
    ['berry', 'cookie', 'box', 'knife', 'glasses', 'gas']
    """
    return min(_singulars(word), key=len, default=word) if len(word) > 3 else word


def _singulars(word: str) -> set[str]:
    if word in _ANOTHER_THING:
        return set()
    if word in _REGULAR:
        return {_REGULAR[word]}
    if not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return set()
    if word.endswith("ies") and len(word) > 4:
        return {word[:-3] + "y", word[:-1]}  # berries, pies
    if word.endswith(("ches", "shes", "xes", "sses", "zes", "oes")):
        return {word[:-2], word[:-1]}  # boxes, axes
    return {word[:-1]}


def _plurals(word: str) -> set[str]:
    if word in _IRREGULAR:
        return {_IRREGULAR[word]}
    if word.endswith("y") and word[-2] not in "aeiou":
        forms = {word[:-1] + "ies"}
    elif word.endswith(("ch", "sh", "x", "ss", "z")):
        forms = {word + "es"}
    elif word.endswith("o"):
        forms = {word + "s", word + "es"}
    else:
        forms = set() if word.endswith("s") else {word + "s"}
    return forms - _ANOTHER_THING
