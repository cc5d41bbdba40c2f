"""Whether a memory knows anything of what a question asks about; the nearest noise is no answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from difflib import get_close_matches
from itertools import pairwise

from graphmem.language.words import STOP_WORDS, runs, stem, stems, words
from graphmem.records import Entity, Episode, Fact, Seeds, Vector
from graphmem.retrieval import weights
from graphmem.retrieval.whom import HELPERS, asked_of, is_called, is_meant, is_told, said

_WORD_OR_END = re.compile(r"\w+|[^\w\s]")
_CLAUSE_END = re.compile(r"[^\w\s'\u2019-]")
_DONE = re.compile(r"\w{3,}[^\We]ed|hidden|kept|put|left|found|held|built|made|sold|stuck|lying|standing|hanging")
_PREPOSITIONS = frozenset(["about", "at", "by", "for", "from", "in", "into", "of", "on", "to", "with"])
_DETERMINERS = frozenset({"the", "a", "an", "this", "that", "my", "our", "your", "his", "her", "their"})


def is_known(
    question: str,
    seeds: Seeds,
    facts: Collection[Fact],
    episodes: Collection[Episode],
    embed: Callable[[Sequence[str]], Vector],
    *,
    timely: bool = False,
) -> bool:
    """Whether what was found bears on the question, and is not just the nearest of all that does not.

    A question about one thing ("where is the silver key?") is known when an entity, a fact or an episode has all its
    words, or something is near in meaning; but a golden key is another one, unless both names mean the same. Any
    other question when the memory has one of its words, or something near in meaning, or (`timely`) something of the
    time that is asked about. Of one whose name the memory has not it knows nothing, unless what is very near means the
    same name; nor of one it knows what neither a word nor the meaning of anything that may be told of them bears on.
    """
    nearest = max((hits[0][1] for hits in (seeds.near_facts, seeds.near_episodes) if hits), default=0.0)
    asked, thing = asked_of(question, (fact.subject for fact in facts)), _one_thing(question)
    names, texts = _found(seeds, facts, episodes) if asked or thing else ([], [])
    if asked:
        mentioned = [name for each in episodes for name in each.mentions]
        if not is_called(asked, [*names, *mentioned], texts):
            return nearest >= weights.NEAR_STRANGER and is_meant(asked, _nearest(seeds, facts, episodes), embed)
        if not (timely or is_told(question, asked, facts, _by_nearness(seeds, episodes), embed)):
            return False
    if thing:
        return _thing_is_known(thing, nearest, names, texts, embed)
    found = asked or seeds.matching_facts or seeds.matching_episodes or seeds.entities
    return timely or bool(found) or nearest >= weights.NEAR_ENOUGH


def _found(seeds: Seeds, facts: Iterable[Fact], episodes: Iterable[Episode]) -> tuple[list[str], list[str]]:
    """The names of all things that were found, and what was said, and by whom."""
    return _names(seeds.entities, facts), list(map(said, episodes))


def _nearest(seeds: Seeds, facts: Iterable[Fact], episodes: Iterable[Episode]) -> list[str]:
    """The texts of the nearest fact and episode, as far as these were found."""
    ids = {hits[0][0] for hits in (seeds.near_facts, seeds.near_episodes) if hits}
    return [fact.triple.text for fact in facts if fact.id in ids] + [each.told for each in episodes if each.id in ids]


def _by_nearness(seeds: Seeds, episodes: Iterable[Episode]) -> list[Episode]:
    near = dict(seeds.near_episodes)
    return sorted(episodes, key=lambda each: -near.get(each.id, 0.0))


def _one_thing(question: str) -> list[str]:
    """What follows a determiner ("the silver key"), when no other word says anything but what is done to it."""
    found: list[list[str]] = [[]]
    before = ""
    determined = False
    for word in _WORD_OR_END.findall(question.casefold()):
        if word in STOP_WORDS or not word.isalnum():
            found.append([])
        else:
            determined = determined or before in _DETERMINERS
            found[-1].append(word)
        before = word
    filled = [run for run in found if run]
    one = determined and len(filled) == 1 and len(filled[0]) <= weights.LONGEST_THING
    if one and len(filled[0]) > 1 and _ends_in_verb(question):
        return filled[0][:-1]
    return filled[0] if one else []


def _ends_in_verb(question: str) -> bool:
    """Whether the last word that says anything is a verb: "did the dam burst?", "where is the car parked?"."""
    asked = runs(question)
    return not HELPERS.isdisjoint(asked) or asked[-1] in _PREPOSITIONS or bool(_DONE.fullmatch(asked[-1]))


def _thing_is_known(
    thing: Sequence[str],
    nearest: float,
    names: Sequence[str],
    texts: Sequence[str],
    embed: Callable[[Sequence[str]], Vector],
) -> bool:
    sought = stems(" ".join(thing))
    most = max((len(sought & stems(text)) for text in (*names, *texts)), default=0)
    if most == len(sought):
        return True
    rivals, bare = _called_otherwise(thing, names)
    same = weights.SAME_NAME
    if not rivals:
        if most >= max(2, weights.MOST_OF_THING * len(sought)):
            return True
        rivals, bare = _called_otherwise(thing, texts)
        if bare:
            return nearest >= weights.NEAR_THING
        if not rivals:
            rivals, same = _of_another_kind(thing, (*names, *texts)), weights.SAME_KIND
    if rivals:
        asked, *others = embed([" ".join(thing), *rivals[: weights.RIVALS]])
        return max(float(asked @ other) for other in others) >= same
    return nearest >= weights.NEAR_THING


def _called_otherwise(thing: Sequence[str], texts: Iterable[str]) -> tuple[list[str], bool]:
    """What else in `texts` is of the kind ("golden key"), and whether one of these has no other name ("key")."""
    sought, head = stems(" ".join(thing)), stem(thing[-1])
    rivals: dict[str, None] = {}
    bare = False
    for text in texts:
        for clause in _CLAUSE_END.split(text):
            own = words(clause)
            for at in (at for at, word in enumerate(own) if stem(word) == head):
                before = own[at - 1] if at else ""
                if not before or before in STOP_WORDS:
                    bare = True
                elif stem(before) not in sought and not get_close_matches(before, thing, 1, weights.SPELLED_ALIKE):
                    rivals[" ".join(own[_start(own, at) : at + 1])] = None
    return list(rivals), bare


def _of_another_kind(thing: Sequence[str], texts: Iterable[str]) -> list[str]:
    """What has a word of the thing before another noun: a wooden door is no wooden boat."""
    sought, head = stems(" ".join(thing)), stem(thing[-1])
    clauses = (words(clause) for text in texts for clause in _CLAUSE_END.split(text))
    pairs = (pair for own in clauses for pair in pairwise(own) if stem(pair[0]) in sought - {head})
    return list(dict.fromkeys(" ".join(pair) for pair in pairs if pair[1] not in STOP_WORDS | sought))


def _start(own: Sequence[str], at: int) -> int:
    """Where the name begins that ends at a place: after the last common word, at most three words before."""
    start = at
    while start and at - start < weights.LONGEST_THING and own[start - 1] not in STOP_WORDS:
        start -= 1
    return start


def _names(entities: Iterable[Entity], facts: Iterable[Fact]) -> list[str]:
    """The names of all things that were found, once each."""
    called = [name for entity in entities for name in (entity.name, *entity.aliases)]
    ends = [name for fact in facts for name in (fact.subject, fact.object)]
    return list(dict.fromkeys([*called, *ends]))
