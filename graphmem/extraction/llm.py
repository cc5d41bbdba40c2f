"""Extraction by a language model: one call an observation, and nothing of the reply is trusted."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import graphmem.prompts as prompts
from graphmem.protocols import LLM
from graphmem.records import Extraction, Fact, Observation, Triple, entity_key

SHOWN = 30
"""Known facts that the model is shown at most, the newest: so the prompt does not grow with the graph."""

_WORD = re.compile(r"\w+")
_AGENT = {"you", "player", "agent", "i", "yourself"}
_ALWAYS = {"inventory", "recipe", "player", "you", "none", "nothing", "items", "floor", "true", "false"}
_ENDING = re.compile(r"(?:ing|ied|ies|ed|en|es|y|s|d|e)$")
_DOUBLED = re.compile(r"([bdgklmnprt])\1$")
_EXIT = re.compile(r"^has exit\b|^is (north|south|east|west|above|below)\b|^leads (north|south|east|west|up|down)\b")


class LLMExtractor:
    """An `Extractor` that asks `llm`. `counts` tells what in its replies was not used, and why.

    Counted are triples that have not three parts ("malformed"), those whose entity the observation does not contain
    ("ungrounded") and repeats of one; "you are in" triples ("self"); numbers of facts that were not shown, repeats of a
    number, and exits called outdated.
    """

    name = "llm"
    anchors: tuple[str, ...] = ()

    def __init__(self, llm: LLM) -> None:
        self._llm = llm
        self.counts: Counter[str] = Counter()

    def extract(self, observation: Observation, known: Sequence[Fact]) -> Extraction:
        """Its triples, and which of the first `SHOWN` of `known` it makes outdated. Raises `LLMError`."""
        text, shown = observation.text, known[:SHOWN]
        reply = self._llm.reply(prompts.extract(text, shown), prompts.ExtractionReply, purpose="extract")
        triples = self.checked(reply.triples, text, shown)
        return Extraction(triples, self.outdated(reply.outdated, shown, triples))

    def checked(self, raw: Sequence[Sequence[str]], text: str, shown: Sequence[Fact]) -> tuple[Triple, ...]:
        """Those triples of the reply that the observation, or what is known of its entities, bears out."""
        words = {_stem(word) for word in _words(f"{text} {' '.join(map(str, shown))}")} | _ALWAYS
        kept: dict[tuple[str, str, str], Triple] = {}
        for parts in raw:
            if len(parts) != 3:
                self.counts["malformed"] += 1
                continue
            triple = Triple(*(" ".join(part.split()) for part in parts))
            fault = _fault(triple, words, kept)
            if fault:
                self.counts[fault] += 1
            else:
                kept[triple.key] = triple
        return tuple(kept.values())

    def outdated(self, numbers: Sequence[int], shown: Sequence[Fact], triples: Sequence[Triple]) -> tuple[int, ...]:
        """Indices of the facts that the reply numbers (from 1) as outdated, without those it may not retire."""
        new = {triple.key for triple in triples}
        kept: dict[int, None] = {}
        for number in numbers:
            index = number - 1
            if not 0 <= index < len(shown):
                self.counts["not shown"] += 1
            elif index in kept:
                self.counts["number repeated"] += 1
            elif _EXIT.match(shown[index].triple.key[1]):
                self.counts["exit called outdated"] += 1
            elif shown[index].triple.key in new:
                self.counts["said again and called outdated"] += 1
            else:
                kept[index] = None
        return tuple(kept)


def _fault(triple: Triple, words: set[str], kept: dict[tuple[str, str, str], Triple]) -> str | None:
    """Why a triple of a reply is not taken; None when it is."""
    if not all((triple.subject, triple.relation, triple.object)):
        return "empty"
    if triple.key in kept:
        return "repeated"
    if entity_key(triple.subject) in _AGENT and re.match(r"(is|are|am) (in|at|inside)\b", triple.relation):
        return "self"
    if not all(_grounded(name, words) for name in (triple.subject, triple.object)):
        return "ungrounded"
    return None


def _grounded(name: str, words: set[str]) -> bool:
    """Whether at least half of the words of `name` are among those read, in any of their forms."""
    own = _words(entity_key(name))
    return bool(own) and sum(word in words or _stem(word) in words for word in own) * 2 >= len(own)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _stem(word: str) -> str:
    """A word without its ending: dice, diced and dicing are one, chop and chopped, potato and potatoes."""
    return _DOUBLED.sub(r"\1", _ENDING.sub("", word)) or word
