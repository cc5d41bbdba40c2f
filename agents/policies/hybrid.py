"""A model reads what the rules of thumb do not understand, and chooses where they rank alike or know no way on.

What it says is used as far as the rules can use it and the text bears it out; where it fails, the rules go on alone.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import TypeVar

from pydantic import BaseModel

from agents import prompts
from agents.extraction import game_model
from agents.policies.heuristic.cleaning import is_cleaning
from agents.policies.heuristic.cooking import is_cooking
from agents.policies.heuristic.errands import errands
from agents.policies.heuristic.knowledge import Knowledge
from agents.policies.heuristic.option import Option, option
from agents.policies.heuristic.player import HeuristicPlayer
from agents.policies.llm import possible_actions
from agents.policies.protocol import Decision, Plan, Situation
from graphmem import Extraction, Fact, Triple
from graphmem.errors import LLMError, UselessReply
from graphmem.extraction.textworld import TextWorldExtractor, slot
from graphmem.protocols import LLM, Embedder, Message
from graphmem.records import Observation, entity_key

log = logging.getLogger(__name__)

Reply = TypeVar("Reply", bound=BaseModel)

CHOICES = 3
"""So many actions are put to the model at most."""

WRITTEN = 600
"""Characters that the model is told, of what is written, when it is to choose."""

FAILURES = 2
"""After so many calls in a row that the endpoint did not serve, it is asked no more."""

LEAST = 12
"""Words of an observation that a model is asked to read, where the rules find no fact in it."""

_TOLD = frozenset({"unlocks", "requires", "must be"})
"""What the rules read in a note, recipe or task that they understand."""

_IN_RULES_WORDS = {
    "cook": "Cook the meal by the recipe.",
    "clean": "Clean the house: put what is out of place where it belongs.",
    "search": "Find the treasure.",
}
"""Tasks as the rules know them."""

_DONE = {
    "slice": "sliced", "dice": "diced", "chop": "chopped", "stove": "fried", "oven": "roasted", "BBQ": "grilled",
}  # fmt: skip
"""What becomes of a food."""

_ASIDE = re.compile(r"(look|inventory|examine|drop)\b")
"""Commands that do not bring a game on."""

_COMMAND = re.compile(r"\A> [^\n]*\n")
_WORD = re.compile(r"\w+")


class Adviser:
    """An `LLM` that answers the same question once; `counts` tells how often, and for what, it failed.

    When the endpoint has failed a few times in a row, it is asked no more.
    """

    def __init__(self, llm: LLM) -> None:
        self._llm = llm
        self._replies: dict[str, BaseModel | LLMError] = {}
        self._failed = 0
        self.counts: Counter[str] = Counter()

    def reply(self, messages: Sequence[Message], form: type[Reply], *, purpose: str) -> Reply:
        """As `LLM` has it."""
        asked = f"{form.__name__} {messages}"
        known = self._replies.get(asked) or self._replied(messages, form, purpose)
        if isinstance(known, form):
            self._replies[asked] = known
            return known
        assert isinstance(known, LLMError)
        if isinstance(known, UselessReply):
            self._replies[asked] = known
        self.counts[f"rules instead of the model ({purpose})"] += 1
        raise known

    def ask(self, messages: Sequence[Message], form: type[Reply], *, purpose: str) -> Reply | None:
        """The reply; None where the model fails."""
        try:
            return self.reply(messages, form, purpose=purpose)
        except LLMError:
            return None

    def _replied(self, messages: Sequence[Message], form: type[Reply], purpose: str) -> Reply | LLMError:
        if self._failed >= FAILURES:
            return LLMError("the model failed before, and is asked no more")
        try:
            reply = self._llm.reply(messages, form, purpose=purpose)
        except LLMError as error:
            log.warning("the rules go on without the model (%s): %s", purpose, error)
            self._failed = 0 if isinstance(error, UselessReply) else self._failed + 1
            return error
        self._failed = 0
        return reply


class HybridReader:
    """An `Extractor`: rules read, and a model reads what is written where they do not understand it.

    A text in which the rules find no fact at all is read by the model as it reads any game.
    """

    name = "textworld with a model"
    anchors = TextWorldExtractor.anchors

    def __init__(self, adviser: Adviser) -> None:
        self._adviser = adviser
        self._rules = TextWorldExtractor()
        self._model = game_model(adviser)
        self.counts = self._model.counts

    def extract(self, observation: Observation, known: Sequence[Fact]) -> Extraction:
        read = self._rules.extract(observation, known)
        text = _COMMAND.sub("", observation.text)
        relations = {triple.relation for triple in read.triples}
        if "says" in relations and not relations & _TOLD:
            said = self._adviser.ask(prompts.written(text), prompts.WrittenReply, purpose="read")
            triples = (*read.triples, *(self._told(said, text, known) if said else ()))
            return replace(read, triples=triples, slots=tuple(map(slot, triples)))
        if not read.triples and len(text.split()) >= LEAST:
            return self._by_model(observation, known) or read
        return read

    def _told(self, said: prompts.WrittenReply, text: str, known: Sequence[Fact]) -> Iterator[Triple]:
        """What the reply says of things that the text names; a key by the name that it is known by."""
        locks = [each for each in said.locks if _names(text, each.key, each.opens)]
        foods = [each for each in said.foods if _names(text, each.food)]
        self.counts["ungrounded"] += len(said.locks) + len(said.foods) - len(locks) - len(foods)
        yield from _locks(each.model_copy(update={"key": _known_as(each.key, text, known)}) for each in locks)
        yield from _recipe(foods)

    def _by_model(self, observation: Observation, known: Sequence[Fact]) -> Extraction | None:
        try:
            return self._model.extract(observation, known)
        except LLMError:
            return None


@dataclass(frozen=True, slots=True)
class _Task:
    """A task as the rules know it, the things that it wants, and the facts that it tells."""

    text: str
    wanted: frozenset[str] = frozenset()
    facts: tuple[Fact, ...] = ()


class HybridPlayer(HeuristicPlayer):
    """A `HeuristicPlayer` whose task a model reads, where the rules do not understand it.

    The model chooses between exits of several places that are equally near, and between a few actions where no rule
    knows any. Between exits of one place nothing tells, and chance does.
    """

    def __init__(self, embedder: Embedder, adviser: Adviser, seed: int = 0) -> None:
        super().__init__(embedder, seed)
        self._embedder = embedder
        self._adviser = adviser
        self._tasks: dict[str, _Task] = {}
        self._task = _Task("")
        self._told = ""
        self._tried: Counter[str] = Counter()

    def plan(self, situation: Situation) -> Plan:
        return super().plan(self._understood(situation))

    def act(self, situation: Situation) -> Decision:
        return super().act(self._understood(situation))

    def _understood(self, situation: Situation) -> Situation:
        """With the task in words that the rules know, and what it tells among the facts."""
        self._told = situation.task
        if situation.task not in self._tasks:
            self._tasks[situation.task] = self._read(situation)
        self._task = self._tasks[situation.task]
        if self._task.text == situation.task and _is_beside_a_cookbook(situation):
            self._task = self._tasks[situation.task] = _Task(_IN_RULES_WORDS["cook"])
        places = {entity_key(place) for place in (situation.place or "", *situation.distances)}
        told = [fact for fact in self._task.facts if entity_key(fact.object) not in places]  # no key opens a place
        facts = None if situation.facts is None else [*told, *situation.facts]
        return replace(situation, task=self._task.text, facts=facts)

    def _read(self, situation: Situation) -> _Task:
        text = situation.task
        if not text or _is_understood(situation):
            return _Task(text)
        said = self._adviser.ask(prompts.read_task(text), prompts.TaskReply, purpose="task")
        if said is None:
            return _Task(text)
        locks = [each for each in said.locks if _names(text, each.key, each.opens)]
        kind = "search" if locks else said.kind  # who names keys and locks speaks of a search, whatever it is called
        brought = [f"Put {each.thing} in {each.to}." for each in said.bring if _names(text, each.thing, each.to)]
        told = "\n".join(brought) if kind == "bring" else _IN_RULES_WORDS.get(kind, text)
        wanted = [entity_key(name) for name in said.wanted if kind == "search" and _names(text, name)]
        return _Task(told or text, frozenset(wanted), tuple(map(_fact, _locks(locks))))

    def _options(self, known: Knowledge) -> Iterator[Option]:
        for command in known.can("take"):
            if entity_key(command.thing) in self._task.wanted:
                yield option("take", command.thing, "the task asks for it", command.text)
        yield from super()._options(known)

    def _best(self, known: Knowledge, options: Iterator[Option]) -> Option | None:
        """The first; of exits of several places that are equally near, the one that the model chooses."""
        first = super()._best(known, options)
        if first is None or first.goal.kind != "explore":
            return first
        distance = known.distances.get(first.goal.place)
        alike = takewhile(lambda each: each.action and known.distances.get(each.goal.place) == distance, options)
        ways = [first]
        for each in alike:
            if each.goal.kind == "explore" and each.goal.place not in {way.goal.place for way in ways}:
                ways.append(each)
        ways = ways[:CHOICES]
        return ways[self._chosen(known, [f"look for a way on from {way.goal.place}" for way in ways])]

    def _at_a_loss(self, known: Knowledge) -> Decision:
        """One of the actions nearest to what is written or to be done, the untried first.

        A house that is clean, as far as is known, is left alone.
        """
        actions = [each for each in possible_actions(known.situation) if self._may_help(each, known)]
        if is_cleaning(known) or not actions:
            return super()._at_a_loss(known)
        read = [self._told, *(fact.object for fact in known.related("says"))]
        nearness = (self._embedder.embed(actions) @ self._embedder.embed(read).T).max(axis=1)
        ranked = sorted(zip(actions, nearness, strict=True), key=lambda each: (self._tried[each[0]], -each[1]))
        likeliest = [action for action, _ in ranked[:CHOICES]]
        action = likeliest[self._chosen(known, likeliest)]
        self._tried[action] += 1
        return Decision(action, "no rule knows what to do")

    @staticmethod
    def _may_help(action: str, known: Knowledge) -> bool:
        return not (_ASIDE.match(action) or known.is_vain(action))

    def _chosen(self, known: Knowledge, choices: Sequence[str]) -> int:
        """The index of the choice that the model makes; the first where there is but one, or it makes none."""
        if len(choices) < 2:
            return 0
        here = f"I am in {known.place}. {known.situation.inventory}" if known.place else known.situation.inventory
        written = " ".join(fact.object for fact in known.related("says"))[:WRITTEN]
        asked = prompts.choose(self._told, f"{here}\n{written}".strip(), choices)
        said = self._adviser.ask(asked, prompts.ChoiceReply, purpose="choose")
        return said.choice - 1 if said and said.choice <= len(choices) else 0


def _is_understood(situation: Situation) -> bool:
    """Whether the rules know by its words what the task is, or read a fact that it tells."""
    told = any(fact.relation in _TOLD for fact in situation.learned or ())
    errand = any(each.action for each in errands(Knowledge(situation)))
    by_words = Knowledge(replace(situation, admissible=()))  # a cookbook at hand is no task
    return told or errand or is_cleaning(by_words) or is_cooking(by_words)


def _is_beside_a_cookbook(situation: Situation) -> bool:
    """Whether what is at hand tells what a task is about that nothing else does."""
    known = Knowledge(situation)
    return is_cooking(known) and not is_cleaning(known)


def _locks(locks: Iterable[prompts.LockReply]) -> Iterator[Triple]:
    return (Triple(each.key, "unlocks", each.opens) for each in locks)


def _recipe(foods: Iterable[prompts.FoodReply]) -> Iterator[Triple]:
    for each in foods:
        yield Triple("recipe", "requires", each.food)
        for how in (each.cut, each.heat):
            if how != "none":
                yield Triple(each.food, "must be", _DONE[how])


def _known_as(name: str, text: str, known: Sequence[Fact]) -> str:
    """The one known thing in the text whose name holds this one, as "key 2" does "2"; else the name itself."""
    things = {thing for fact in known for thing in (fact.subject, fact.object)}
    longer = {entity_key(thing): thing for thing in things if _names(text, thing) and _names(thing, name)}
    return next(iter(longer.values())) if len(longer) == 1 else name


def _names(text: str, *names: str) -> bool:
    """Whether each of the names stands in the text, whole."""
    read, *named = (" ".join(_WORD.findall(each.casefold())) for each in (text, *names))
    return all(name and f" {name} " in f" {read} " for name in named)


def _fact(triple: Triple) -> Fact:
    return Fact("", triple.subject, triple.relation, triple.object, asserted_by="", since=0)
