"""Extraction by a language model: one call an observation, and nothing of the reply is trusted."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from threading import Lock
from typing import Literal

import graphmem.prompts as prompts
from graphmem.extraction.grounding import Evidence
from graphmem.images import read
from graphmem.passages import passages
from graphmem.protocols import LLM, SHOWN, Message
from graphmem.records import Extraction, Fact, Observation, Triple

log = logging.getLogger(__name__)

LONG = 6000
"""A text of more characters than this is read in passages, each by a call of its own."""

Prompt = Callable[[Observation, Sequence[Fact]], list[Message]]
"""The messages that ask for an `ExtractionReply`: of an observation, and the facts known that bear on it."""
Dropped = tuple[tuple[Triple, str], ...]


class LLMExtractor:
    """An `Extractor` that asks `llm`, by `prompt`. `counts` tells what in its replies was not used, and why.

    `instructions` of your own are told to the model, and of which `entity_types` and `relation_types` its triples shall
    be; a triple of another relation is dropped. With `examples="nearest"` it is shown, beside those of the prompt, how
    like episodes of the memory were read.

    Dropped and counted are triples that have not three parts ("malformed"), those that the observation does not bear
    out ("ungrounded"), and repeats; numbers of facts that were not shown, and of facts that share nothing with what is
    new and that the text does not deny ("not spoken of"). `grounded=False` lets all whole triples through. Who knows
    more of the world that is read about adds to this: `words` may stand in any name, `fault_of` says why a triple is
    not taken, `lasting` why a fact is never outdated, each in a word or two to count by, or None.
    """

    name = "llm"
    anchors: tuple[str, ...] = ()

    def __init__(
        self,
        llm: LLM,
        *,
        prompt: Prompt = prompts.extract,
        instructions: str = "",
        entity_types: Sequence[str] = (),
        relation_types: Sequence[str] = (),
        examples: Literal["fixed", "nearest"] = "fixed",
        grounded: bool = True,
        words: Collection[str] = (),
        fault_of: Callable[[Triple], str | None] = lambda _: None,
        lasting: Callable[[Fact], str | None] = lambda _: None,
    ) -> None:
        self.llm = llm
        self._prompt = prompt
        self._wishes = prompts.wishes(instructions, entity_types, relation_types)
        self._relations = {_bare(relation): relation for relation in relation_types}
        self.examples = examples
        self._grounded = grounded
        self._words = words
        self._fault_of = fault_of
        self._lasting = lasting
        self.counts: Counter[str] = Counter()
        self._lock = Lock()

    def extract(self, observation: Observation, known: Sequence[Fact]) -> Extraction:
        """Its triples, and which of the first `SHOWN` of `known` it makes outdated; what its images show.

        Raises `LLMError`.
        """
        shown = known[:SHOWN]
        raw: list[Sequence[str]] = []
        numbers: list[int] = []
        seen: tuple[str, ...] = ()
        for part in _parts(observation):
            asked = prompts.with_wishes(self._prompt(part, shown), self._wishes)
            reply: prompts.ExtractionReply | prompts.SightReply
            if part.images:
                asked = prompts.with_images(asked, read(part.images))
                reply = self.llm.reply(asked, prompts.SightReply, purpose="extract")
                seen = tuple(reply.images)[: len(part.images)]
            else:
                reply = self.llm.reply(asked, prompts.ExtractionReply, purpose="extract")
            raw += reply.triples
            numbers += reply.outdated
        told = replace(observation, text="\n".join(filter(None, (observation.text, *seen))))
        triples, dropped = self._judged(raw, told, shown)
        for triple, why in dropped:
            log.info("not taken (%s): %s", why, triple)
        ended = self.outdated(numbers, shown, triples, told.text)
        return Extraction(triples, ended, dropped=dropped, descriptions=seen)

    def checked(
        self, raw: Sequence[Sequence[str]], seen: Observation | str, shown: Sequence[Fact]
    ) -> tuple[Triple, ...]:
        """Those triples of a reply that what was `seen`, or what is known of its entities, bears out."""
        return self._judged(raw, Observation(seen) if isinstance(seen, str) else seen, shown)[0]

    def outdated(
        self, numbers: Sequence[int], shown: Sequence[Fact], triples: Sequence[Triple], text: str = ""
    ) -> tuple[int, ...]:
        """Indices of the facts that the reply numbers (from 1) as outdated, without those it may not retire."""
        evidence = Evidence(Observation(text))
        kept: dict[int, None] = {}
        for number in numbers:
            index = number - 1
            if not 0 <= index < len(shown):
                self._count("not shown")
            elif index in kept:
                self._count("number repeated")
            elif reason := self._lasting(shown[index]) or _holds_on(shown[index], triples, evidence):
                self._count(reason)
            else:
                kept[index] = None
        return tuple(kept)

    def _judged(
        self, raw: Sequence[Sequence[str]], seen: Observation, shown: Sequence[Fact]
    ) -> tuple[tuple[Triple, ...], Dropped]:
        """The triples of a reply that are taken, and those that are not, with the reason."""
        evidence = Evidence(seen, shown, self._words) if self._grounded else None
        kept: dict[tuple[str, str, str], Triple] = {}
        dropped: list[tuple[Triple, str]] = []
        for parts in raw:
            if len(parts) != 3:
                self._count("malformed")
                continue
            triple = self._of_the_users(Triple(*(" ".join(part.split()) for part in parts)))
            if fault := self._fault(triple, kept, evidence):
                self._count(fault)
                dropped.append((triple, fault))
            else:
                kept[triple.key] = triple
        return tuple(kept.values()), tuple(dropped)

    def _fault(self, triple: Triple, kept: Collection[tuple[str, str, str]], evidence: Evidence | None) -> str | None:
        """Why a triple is not taken; None when it is."""
        if not all((triple.subject, triple.relation, triple.object)):
            return "empty"
        if triple.key in kept:
            return "repeated"
        if self._relations and _bare(triple.relation) not in self._relations:
            return "another relation"
        return (evidence.fault(triple) if evidence else None) or self._fault_of(triple)

    def _count(self, why: str) -> None:
        with self._lock:  # several observations may be read at once
            self.counts[why] += 1

    def _of_the_users(self, triple: Triple) -> Triple:
        """The triple with its relation as the user writes it."""
        return replace(triple, relation=self._relations.get(_bare(triple.relation), triple.relation))


def _parts(observation: Observation) -> Iterator[Observation]:
    """What is read by one call each: the observation, or the passages of a long one with their headings.

    Its images are read with the first.
    """
    if len(observation.text) <= LONG:
        yield observation
        return
    for passage in passages(observation.text, LONG):
        yield replace(observation, text="\n".join(filter(None, (" > ".join(passage.headings), passage.text))))
        observation = replace(observation, images=())


def _holds_on(fact: Fact, triples: Sequence[Triple], evidence: Evidence) -> str | None:
    """Why a fact that is called outdated is not; None when it is."""
    if fact.triple.key in {triple.key for triple in triples}:
        return "said again and called outdated"
    new = {end for triple in triples for end in (triple.key[0], triple.key[2])}
    return None if new & {fact.triple.key[0], fact.triple.key[2]} or evidence.denies(fact) else "not spoken of"


def _bare(relation: str) -> str:
    """A relation by its letters: "LIVES_IN" and "lives in" are one."""
    return re.sub(r"[\W_]", "", relation).casefold()
