"""Which entities a text names: those of the graph, by their names, and new ones, by how they are written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

from graphmem.language.speakers import speakers
from graphmem.language.words import CAPITALISED, STOP_WORDS, unspaced_runs, words
from graphmem.records import AROUND, ARTICLES, Entity, entity_key, spelled

if TYPE_CHECKING:
    from nicknames import NickNamer

LONGEST_NAME = 6
"""Names of more words than this are not looked for in running text."""

LONGEST_RUN = 8
"""Names of more letters than this are not looked for within a script without spaces."""

WORDS = 3000
"""Names are looked for in so many words of a text."""

WRITTEN_SMALL = 0.2
"""What a proper name says that a text writes small."""

LONGEST_HEADING = 12
"""A first line of more words than this is no heading."""

_MARKS = frozenset(AROUND) - {" "}
_SENTENCE_END = re.compile(r"[.!?;:,\n\u3001\u3002\uff01\uff0c\uff1a\uff1b\uff1f]+\s*|\s-=|=-\s?")
_IN_BRACKETS = re.compile(r"\s*\([^()]*\)\s*$")
_ALSO = re.compile(r"\((?:also(?: called| known as)?|a\.?k\.?a\.?):?\s+([^()]+)\)\s*$", re.IGNORECASE)
_JOINING = r"(?:of|the|de|la|le|du|des|van|von|der|den|del|di|da|dos|al|el|&)"
_NAME = re.compile(rf"{CAPITALISED}(?:(?:[ ]{_JOINING}){{0,2}}[ ](?:{CAPITALISED}|\d+\b))*")
_MINE = re.compile(r"\b(?:my|our)\s+(\S+(?:[^\S\n]+\S+){0,2})", re.IGNORECASE)
_STARTS = re.compile(r"(?:^|[.!?:;\n]|[\"'\u201c\u2018(]|-=|^>)\s*$")


@lru_cache(maxsize=512)  # a batch's texts are asked for more than once
def spans(text: str) -> frozenset[str]:
    """The key of every run of at most `LONGEST_NAME` words within a sentence: what may be an entity's name.

    The number grows with the text, never with the graph: the store is asked once which of them it knows.
    """
    found: set[str] = set()
    left = WORDS
    for sentence in _SENTENCE_END.split(text):
        parts = sentence.casefold().split()[:left]
        left -= len(parts)
        line = " ".join(parts)
        bare = _MARKS.isdisjoint(line)
        ends = [end - 1 for end in accumulate(len(part) + 1 for part in parts)]
        for start, part in enumerate(parts):
            begin = ends[start] - len(part)
            runs = [line[begin:end] for end in ends[start : start + LONGEST_NAME]]
            first = part if bare else spelled(part)
            if not first or first in ARTICLES:
                found.update(spelled(run) or run for run in runs)
            else:  # only what stands around it is taken off
                found.update(runs if bare else [run.strip(AROUND) for run in runs])
    for run in unspaced_runs(text[:WORDS]):
        found.update(run[start:end] for start in range(len(run)) for end in range(start + 2, start + LONGEST_RUN + 1))
    return frozenset(found | {entity_key(name) for name in proper_names(text)})


def possessed(text: str, speaker: str) -> set[str]:
    """What "my sister" and "our old car" are called when `speaker` says it: "Ana's sister", "Ana's old car".

    >>> sorted(possessed("My sister is well.", "Ana"))
    ["Ana's sister", "Ana's sister is", "Ana's sister is well"]
    """
    found: set[str] = set()
    for match in _MINE.finditer(text):
        parts = [part.strip(".,;:!?") for part in match[1].split()]
        found.update(f"{speaker}'s {' '.join(parts[:end])}" for end in range(1, len(parts) + 1))
    return found


def heading(text: str) -> str | None:
    """The first line of a document that has more lines, when it reads like a title: what the document is about."""
    if "\n" not in text:
        return None
    first, _, rest = text.strip().partition("\n")
    titled = first[:1].isalnum() and not first.rstrip().endswith((".", "!", "?", ":", ",", ";"))
    return first.strip() if rest and titled and len(without_brackets(first).split()) <= LONGEST_HEADING else None


def titles(heading: str) -> list[str]:
    """The names that a heading gives its subject: without brackets, and those that brackets say it has, too.

    >>> titles("Kubernetes (also k8s, kube)"), titles("The Beach (film)")
    (['Kubernetes', 'k8s', 'kube'], ['The Beach'])
    """
    others = _ALSO.search(heading)
    names = [without_brackets(heading), *(others[1].split(",") if others else ())]
    return [name.strip() for name in names if name.strip()]


def without_brackets(title: str) -> str:
    """A title without what tells it from others: "The Beach (film)" is "The Beach"."""
    return _IN_BRACKETS.sub("", title) or title


@lru_cache(maxsize=4096)
def formal(name: str) -> frozenset[str]:
    """A first name in small letters, and those that it may be short for.

    >>> "robert" in formal("bob"), sorted(formal("zora"))
    (True, ['zora'])
    """
    return frozenset({name} | _nicknames().canonicals_of(name))


def other_forms(name: str) -> frozenset[str]:
    """What else one of a first name may be called, in small letters: of "bob" also "robert" and "rob"."""
    whole = formal(name)
    return frozenset(form for each in whole for form in (each, *_nicknames().nicknames_of(each))) - {name}


@cache
def _nicknames() -> NickNamer:
    from nicknames import NickNamer

    return NickNamer()


@lru_cache(maxsize=512)
def proper_names(text: str) -> tuple[str, ...]:
    """What is written as a name, in order: the heading, who speaks ("Ann: Hello"), runs of capitals ("Bank of Oslo").

    A single capitalised word that starts a sentence is one only if it is one elsewhere in the text too; words that are
    capitalised by habit ("I", "However") are none.
    """
    found: dict[str, None] = {}
    if title := heading(text):
        found |= dict.fromkeys(names if len(names := titles(title)) > 1 else (title, *names))
    found |= dict.fromkeys(speakers(text))
    doubtful: list[str] = []
    for name, starts in _capitalised(text):
        if starts and " " not in name:
            doubtful.append(name)
        else:
            found[name] = None
    certain = {word for name in found for word in name.split()}
    return tuple(found | dict.fromkeys(name for name in doubtful if name in certain))


def _capitalised(text: str) -> Iterator[tuple[str, bool]]:
    """Runs of capitalised words, without the common words at their start; and whether each starts a sentence."""
    for match in _NAME.finditer(text):
        parts = match[0].split()
        dropped = 0
        while parts and (parts[0][0].isdigit() or re.split("['\u2019]", parts[0].casefold())[0] in STOP_WORDS):
            parts, dropped = parts[1:], dropped + 1
        if name := _without_genitive(" ".join(parts)):
            yield name, not dropped and bool(_STARTS.search(text[max(0, match.start() - 4) : match.start()]))


def _without_genitive(name: str) -> str:
    return re.sub(r"['\u2019]s?$", "", name) if len(name) > 1 else ""


def named(text: str, entities: Iterable[Entity]) -> dict[str, float]:
    """Of these entities the names that stand in `text`, none inside a longer one, and how much each says.

    A name says as much as it has words; a proper name that the text writes small ("director" for "Director") little.
    """
    called = ((entity.name, alias) for entity in entities for alias in (entity.name, *entity.aliases))
    standing = spans(text)
    by_key = {key: (name, alias) for name, alias in called if (key := entity_key(alias)) in standing}
    found: dict[str, float] = {}
    longer: list[str] = []
    for key in sorted(by_key, key=lambda key: -len(words(key))):
        own = f" {' '.join(words(key))} "
        if key not in STOP_WORDS and not any(own in other for other in longer):
            longer.append(own)
            name, alias = by_key[key]
            small = " " not in alias and alias[:1].isupper() and alias not in text
            says = sum(word not in STOP_WORDS for word in key.split())
            found[name] = max(found.get(name, 0.0), WRITTEN_SMALL if small else float(max(says, 1)))
    return found
