"""Extraction by a language model: one call an observation, and nothing of the reply is trusted."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence

import graphmem.prompts as prompts
from graphmem.protocols import LLM, Message
from graphmem.records import Extraction, Fact, Observation, Triple, entity_key

SHOWN = 30
"""Known facts that the model is shown at most, the newest: so the prompt does not grow with the graph."""

_WORD = re.compile(r"\w+")
_ALWAYS = frozenset({"i", "you", "none", "nothing", "true", "false"})
_ENDING = re.compile(r"(?:ing|ied|ies|ed|en|es|y|s|d|e)$")
_DOUBLED = re.compile(r"([bdgklmnprt])\1$")

Prompt = Callable[[Observation, Sequence[Fact]], list[Message]]
"""The messages that ask for an `ExtractionReply`: of an observation, and the facts known of what it names."""


class LLMExtractor:
    """An `Extractor` that asks `llm`, by `prompt`. `counts` tells what in its replies was not used, and why.

    Counted are triples that have not three parts ("malformed"), those whose entity the observation does not contain
    ("ungrounded") and repeats of one; numbers of facts that were not shown, and repeats of a number. Who knows more of
    the world that is read about adds to this: `words` may stand in any name, `fault_of` says why a triple is not taken,
    `lasting` why a fact is never outdated, each in a word or two to count by, or None.
    """

    name = "llm"
    anchors: tuple[str, ...] = ()

    def __init__(
        self,
        llm: LLM,
        *,
        prompt: Prompt = prompts.extract,
        words: Collection[str] = (),
        fault_of: Callable[[Triple], str | None] = lambda _: None,
        lasting: Callable[[Fact], str | None] = lambda _: None,
    ) -> None:
        self._llm = llm
        self._prompt = prompt
        self._words = _ALWAYS.union(words)
        self._fault_of = fault_of
        self._lasting = lasting
        self.counts: Counter[str] = Counter()

    def extract(self, observation: Observation, known: Sequence[Fact]) -> Extraction:
        """Its triples, and which of the first `SHOWN` of `known` it makes outdated. Raises `LLMError`."""
        text, shown = observation.text, known[:SHOWN]
        reply = self._llm.reply(self._prompt(observation, shown), prompts.ExtractionReply, purpose="extract")
        triples = self.checked(reply.triples, text, shown)
        return Extraction(triples, self.outdated(reply.outdated, shown, triples))

    def checked(self, raw: Sequence[Sequence[str]], text: str, shown: Sequence[Fact]) -> tuple[Triple, ...]:
        """Those triples of the reply that the observation, or what is known of its entities, bears out."""
        words = {_stem(word) for word in _words(f"{text} {' '.join(map(str, shown))}")} | self._words
        kept: dict[tuple[str, str, str], Triple] = {}
        for parts in raw:
            if len(parts) != 3:
                self.counts["malformed"] += 1
                continue
            triple = Triple(*(" ".join(part.split()) for part in parts))
            if fault := _fault(triple, words, kept) or self._fault_of(triple):
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
            elif reason := self._lasting(shown[index]):
                self.counts[reason] += 1
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
