"""A running summary: each step is folded into it, and it alone is told."""

from __future__ import annotations

import re
from collections import Counter

from agents.memories.history import cut, entry, fitting, in_order
from agents.memories.protocol import AgentMemory, Cue, Moment
from agents.prompts import SummaryReply, summary
from graphmem import Learned
from graphmem.protocols import LLM
from graphmem.retrieval.budget import count_tokens

HEADING = "Summary of what I remember:"

_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n")
_WORD = re.compile(r"[a-z]{3,}|\d+")


class Summary(AgentMemory):
    """A model writes it anew with what happened since: one call for each recall that follows a step."""

    def __init__(self, llm: LLM) -> None:
        self._llm = llm
        self._summary = ""
        self._new: list[Moment] = []

    def take_in(self, moment: Moment) -> Learned | None:
        self._new.append(moment)
        return None

    def recall(self, cue: Cue, budget: int) -> str:
        room = budget - count_tokens(HEADING)
        past, self._new = self._new[:-1], self._new[-1:]
        if past:
            asked = summary(self._summary, "\n".join(map(entry, past)), cue.plan, room)
            self._summary = cut(self._llm.reply(asked, SummaryReply, purpose="summary").summary, room)
        return f"{HEADING}\n{self._summary}" if self._summary else ""


class ExtractiveSummary(AgentMemory):
    """Without a model: of all that was read, the sentences that say most, each once.

    A sentence is worth the mean of its words' frequencies over all that was read (SumBasic; Nenkova and Vanderwende,
    2005); one that was told before is passed over. What is not worth its room is lost for good, as with any running
    summary.
    """

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._kept: list[Moment] = []
        self._new: list[Moment] = []

    def take_in(self, moment: Moment) -> Learned | None:
        self._counts.update(_words(moment.text))
        self._new.append(moment)
        return None

    def recall(self, cue: Cue, budget: int) -> str:
        past, self._new = self._new[:-1], self._new[-1:]
        sentences = [*self._kept, *(each for moment in past for each in _sentences(moment))]
        newest = {sentence.text: sentence for sentence in sentences}
        ranked = sorted(newest.values(), key=lambda sentence: (-self._worth(sentence.text), -sentence.step))
        self._kept = fitting(ranked, budget)
        return in_order(self._kept, budget)

    def _worth(self, sentence: str) -> float:
        words = _words(sentence)
        return sum(self._counts[word] for word in words) / len(words) if words else 0.0


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _sentences(moment: Moment) -> list[Moment]:
    return [
        Moment(moment.step, sentence, moment.place)
        for sentence in _SENTENCE.split(moment.text)
        if any(letter.isalnum() for letter in sentence)
    ]
