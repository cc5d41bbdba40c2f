"""The rounds of an answer: recall, draft, recall again with what the draft lacks (Iter-RetGen, arXiv 2305.15294).

A memory that fits is told whole. Of a larger one is told what bears on the question, as much as there is room for; a
question of the past is told what holds no more, too.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from graphmem import validation
from graphmem.answering import prompts
from graphmem.answering.prompts import AnswerReply, QuestionReply
from graphmem.answering.sources import HEADINGS, Line, Told, disputed, fact_of, fit, lines_of, said
from graphmem.answering.unknown import is_unknown
from graphmem.conversations import observations_of, question_of
from graphmem.errors import LLMError, UselessReply
from graphmem.language.words import stems
from graphmem.llm.usage import Bill, Usage
from graphmem.protocols import LLM
from graphmem.records import Episode, Fact, Recollection, entity_key
from graphmem.retrieval.budget import LEAST, episode_lines
from graphmem.retrieval.filters import filter_of

if TYPE_CHECKING:
    from graphmem.retrieval import Search
    from graphmem.view import SearchName, View

log = logging.getLogger(__name__)

MANY = 50
"""Episodes that are recalled at most; the budget says how many of them are told."""

LEADING = 8
"""Of so many facts and episodes, the best, it is asked what held before, and whether somebody else says otherwise."""

_SHORTEST = 8
"""Tokens of an episode at least: a memory of more than its budget holds of these is not even read whole."""

_OF_THE_PAST = re.compile(
    r"\b(?:used to|before|previous\w*|former\w*|first|original\w*|earlier|once|any ?more|no longer|chang\w+|ever"
    r"|history|timeline|over time|was|were|did|had)\b",
    re.IGNORECASE,
)
_CITED = re.compile(r"(?:\s+\[\d+(?:, ?\d+)*\])+(?=[.,;]|$)")
"""The numbers of sources within an answer; they have a field of their own, and count where that is empty."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to `question` (a follow-up, made whole), and the `episodes` that it stands on, in the order cited.

    `answer` is None when the memory does not say. Every one of `episodes` was shown to the model and cited by it; of
    what else it cited there were `dropped`. With `contradiction`, sources say different things, and those of both
    sides are among the episodes. `rounds` of recall were made; `usage` is what the calls took, None for a model that
    does not count.
    """

    question: str
    answer: str | None
    episodes: tuple[Episode, ...] = ()
    contradiction: bool = False
    rounds: int = 1
    dropped: int = 0
    usage: Usage | None = None

    @property
    def known(self) -> bool:
        """Whether there is an answer."""
        return self.answer is not None

    def __str__(self) -> str:
        lines = [self.answer or "not known"]
        lines += ["The sources contradict each other:"] if self.contradiction else []
        return "\n".join([*lines, *map(episode_lines, self.episodes)])


Disputes = tuple[tuple[Fact, Fact], ...]
"""Pairs of facts that cannot both be so, each of another episode."""


@dataclass(frozen=True, slots=True)
class _Draft:
    reply: AnswerReply
    told: Told
    disputes: Disputes

    @property
    def answer(self) -> str | None:
        text = _CITED.sub("", self.reply.answer.strip())
        nothing = not self.told.lines or is_unknown(text, cited=bool(self.cited))
        return None if nothing else validation.clean(text)

    @property
    def numbers(self) -> list[int]:
        """The numbers of its sources."""
        within = "".join(match[0] for match in _CITED.finditer(self.reply.answer))
        return self.reply.sources or [int(number) for number in re.findall(r"\d{1,4}", within)]

    @property
    def cited(self) -> tuple[Episode, ...]:
        return self.told.cited(self.numbers)

    @property
    def dropped(self) -> int:
        return sum(not 1 <= number <= len(self.told.shown) for number in self.numbers)

    @property
    def wants(self) -> str:
        """What to look for next: what it found, and what it lacks."""
        return f"{self.reply.steps} {self.answer or ''} {self.reply.lacks}".strip()

    @property
    def is_whole(self) -> bool:
        return bool(self.answer and self.cited and not self.reply.lacks.strip())


def ask(
    view: View,
    question: str | Sequence[Mapping[str, Any]],
    model: LLM,
    *,
    budget: int = 2000,
    rounds: int = 3,
    search: Search | SearchName = "pagerank",
    where: Mapping[str, Any] | None = None,
) -> Answer:
    """See `View.ask`."""
    reader = _Reader(view, validation.whole("budget", budget, LEAST), search, where)
    validation.whole("rounds", rounds, 1)
    before = _usage(model)
    asked = _by_itself(question, model)
    draft = _drafted(model, asked, *reader.first(asked))
    made, seen = 1, set(draft.told.lines)
    while made < rounds and not draft.is_whole and (more := reader.more(asked, draft, seen)):
        try:
            draft = _drafted(model, asked, more, draft.disputes)
        except LLMError as error:
            if draft.answer is None:
                raise
            log.warning("the answer is that of round %d; the next one failed: %s", made, error)
            break
        made, seen = made + 1, seen.union(more.lines)
    return _answered(asked, draft, made, _spent(before, _usage(model)))


def _by_itself(question: str | Sequence[Mapping[str, Any]], model: LLM) -> str:
    """The question; of a conversation the last turn, made whole from those before it."""
    if isinstance(question, str):
        return validation.text("a question", question)
    turns = [each for each in observations_of(question) if each.metadata.get("role") != "system"]
    if len(turns) < 2:
        return question_of(question)
    try:
        reply = model.reply(prompts.whole(turns), QuestionReply, purpose="rephrase")
    except UselessReply as error:
        log.warning("the question is asked with the turn that it leans on: %s", error)
        return question_of(question)
    return validation.clean(reply.question.strip()) or question_of(question)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads a memory for one question: how much is told a call, by which search, and which episodes count."""

    view: View
    budget: int
    search: Search | SearchName
    where: Mapping[str, Any] | None

    def first(self, asked: str) -> tuple[Told, Disputes]:
        """What is told first, the whole memory where it fits, else what bears on `asked`; and what is disputed."""
        if whole := self._everything():
            return whole
        found = self._recall([asked], self.budget)
        leading = self._leading(found)
        past = self._before(leading)
        disputes = (*found.conflicts, *self._disputed(leading, past))
        ended = map(fact_of, past[-LEADING:]) if _OF_THE_PAST.search(asked) else ()
        return self._told([*map(disputed, disputes), *ended, *lines_of(found)]), disputes

    def more(self, asked: str, draft: _Draft, seen: Collection[Line]) -> Told | None:
        """The best of what was told, and what bears on the draft and was not told yet; None when there is none."""
        cited = {episode.id for episode in draft.cited}
        best = sorted(draft.told.lines, key=lambda line: cited.isdisjoint(line.episodes))
        kept = fit(best, self.budget // 2, draft.told.episodes)
        shown = {id_ for line in seen if line.said for id_ in line.episodes}
        wanted = [asked, *filter(None, [validation.clean(draft.wants)])]
        found = self._recall(wanted, self.budget, without=shown)
        told = self._told([*kept, *(line for line in lines_of(found) if line not in seen)])
        return told if not set(told.lines) <= set(seen) else None

    def _recall(self, texts: Sequence[str], budget: int, without: Iterable[str] = ()) -> Recollection:
        return self.view.recall(
            texts, search=self.search, episodes=MANY, budget=budget, without=without, where=self.where
        )

    def _everything(self) -> tuple[Told, Disputes] | None:
        """All episodes, when the budget holds them."""
        if self.view.stats().episodes * _SHORTEST > self.budget:
            return None
        told = self._told(said(each) for each in self.view.episodes())
        if len(told.lines) < len(told.episodes):
            return None
        facts = self.view.facts(retired=True)
        disputes = self._disputed(facts, [fact for fact in facts if not fact.current])
        return self._told([*told.lines, *map(disputed, disputes)]), disputes

    def _told(self, lines: Iterable[Line]) -> Told:
        """Those of the lines that the budget holds, with the episodes that they stand on."""
        lines = list(dict.fromkeys(lines))
        found = self.view.episodes(ids={id_ for line in lines for id_ in line.episodes})
        passes = filter_of(self.where).passes if self.where else lambda _: True
        episodes = {each.id: each for each in found if passes(each)}
        known = [line for line in lines if episodes.keys() >= set(line.episodes)]
        return Told(fit(known, self.budget - HEADINGS, episodes), episodes)

    def _leading(self, found: Recollection) -> list[Fact]:
        """The best of the facts that are told, and those that the best of the episodes taught."""
        taught = {id_ for episode in found.episodes[:LEADING] for id_ in episode.facts}
        return [*found.facts[:LEADING], *(self.view.facts(ids=taught) if taught else ())]

    def _before(self, facts: Sequence[Fact]) -> list[Fact]:
        """What held before these facts, of the same subjects and relations."""
        subjects, relations = {fact.subject for fact in facts}, {fact.relation for fact in facts}
        known = self.view.facts(subjects, relations=relations, retired=True) if facts else []
        return [fact for fact in known if not fact.current]

    def _disputed(self, facts: Sequence[Fact], past: Sequence[Fact]) -> Disputes:
        """Pairs of a fact and the one that it took the place of, where two people say them."""
        asserted: dict[str, list[Fact]] = {}
        for fact in facts:
            asserted.setdefault(fact.asserted_by, []).append(fact)
        after = [(fact, other) for other in past for fact in asserted.get(other.retired_by or "", ())]
        pairs = [(fact, other) for fact, other in after if _is_of_the_same(fact, other)]
        ids = {fact.asserted_by for pair in pairs for fact in pair}
        speakers = {each.id: each.speaker for each in self.view.episodes(ids=ids)} if ids else {}
        said_by = [[speakers.get(fact.asserted_by) for fact in pair] for pair in pairs]
        return tuple(pair for pair, (one, other) in zip(pairs, said_by, strict=True) if one and other and one != other)


def _is_of_the_same(fact: Fact, other: Fact) -> bool:
    """Whether two facts say the same of the same thing, but for what it is."""
    alike = (fact.slot is not None and fact.slot == other.slot) or fact.relation == other.relation
    return alike and entity_key(fact.subject) == entity_key(other.subject)


def _drafted(model: LLM, asked: str, told: Told, disputes: Disputes) -> _Draft:
    return _Draft(model.reply(prompts.answer(asked, told.text), AnswerReply, purpose="answer"), told, disputes)


def _answered(asked: str, draft: _Draft, rounds: int, usage: Usage | None) -> Answer:
    """The draft as an answer: what it cites, and both sides of what is disputed about it."""
    if draft.answer is None:
        return Answer(asked, None, rounds=rounds, dropped=draft.dropped, usage=usage)
    cited = {episode.id: episode for episode in draft.cited}
    both = [pair for pair in draft.disputes if _is_about(pair, draft.answer, cited)]
    sides = [draft.told.episodes.get(fact.asserted_by) for pair in both for fact in pair]
    episodes = cited | {side.id: side for side in sides if side is not None and side in draft.told.shown}
    contradiction = bool(both) or (draft.reply.contradiction and len(episodes) > 1)
    return Answer(asked, draft.answer, tuple(episodes.values()), contradiction, rounds, draft.dropped, usage)


def _is_about(pair: tuple[Fact, Fact], answer: str, cited: Collection[str]) -> bool:
    """Whether the answer is one of the two things that are said, and stands on who says it."""
    words = stems(answer)
    return any(fact.asserted_by in cited and stems(fact.object) <= words for fact in pair)


def _usage(model: LLM) -> Usage | None:
    bill = getattr(model, "usage", None)
    return bill.total if isinstance(bill, Bill) else None


def _spent(before: Usage | None, after: Usage | None) -> Usage | None:
    """What was used between two bills; where several threads share a model, by all of them."""
    if before is None or after is None:
        return None
    spent: dict[str, Any] = {
        name: None if was is None or (now := getattr(after, name)) is None else now - was
        for name, was in asdict(before).items()
    }
    return replace(after, **spent)
