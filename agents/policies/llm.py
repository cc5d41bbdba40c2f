"""A language model plans and decides (AriGraph, section 3)."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from itertools import islice, pairwise

from agents import prompts
from agents.policies.protocol import GO_TO, Decision, Plan, Policy, Situation, SubGoal
from agents.worldmap import RELATIONS
from graphmem import Fact
from graphmem.errors import UselessReply
from graphmem.protocols import LLM, Message
from graphmem.records import entity_key
from graphmem.retrieval.budget import EPISODES_HEADING, FACTS_HEADING, count_tokens, fact_line

log = logging.getLogger(__name__)

LISTED = 60
"""Commands that a prompt lists at most."""

PLACES = 20
"""Places to go to that a prompt lists at most, the nearest."""

EXITS = 10
"""Places with exits never taken that a prompt lists at most, the nearest."""

RECENT = 3
"""Earlier commands that a prompt shows at most, the latest."""

RECENT_TOKENS = 100
"""What these may take with the answers to them, which are told whole as far as they fit."""

REASON_TOKENS = 60
"""What the reasons of the plan's sub-goals may take, those of the next first."""

CLIPPED = 100
"""Characters of the first answer that does not fit."""

REPEATED = 3
"""An action that was done so often at this place, in this state and with the same outcome, is not offered there."""

_HEADINGS = (FACTS_HEADING, EPISODES_HEADING)
_EPISODE = re.compile(r"^\[step \d+[^\]\n]*\] (.*(?:\n  .*)*)\n?", re.MULTILINE)
_TITLE = re.compile(r"^\s*-= (.+?) =-\s*$", re.MULTILINE)
_ARTICLE = re.compile(r"^(?:an?|the|some) ")
_SURE = 0.85
"""How alike two commands must be to count as one, and how much less alike the next best must be."""
_MARGIN = 0.1


class LLMPolicy(Policy):
    """A `Policy` that asks `llm`: plan, then action; with `calls=2`, both in one (beside the extractor's own call).

    `counts` tells how often an action was not admissible, and whether it was "matched", "asked again" or replaced by
    "another"; and how often a reply was of no use, so that the plan of before was kept, "another" action sent, or no
    lesson drawn.
    """

    def __init__(self, llm: LLM, *, calls: int = 3) -> None:
        self._llm = llm
        self._merged = calls == 2
        self._decision: prompts.PlanAndActionReply | None = None  # what a merged call decided, until `act` is asked
        self.counts: Counter[str] = Counter()

    def plan(self, situation: Situation) -> Plan:
        self._decision = None
        try:
            return self._planned(situation)
        except UselessReply as error:
            log.warning("the plan of before is kept: %s", error)
            self.counts["plan kept"] += 1
            return situation.plan

    def _planned(self, situation: Situation) -> Plan:
        if not self._merged:
            asked = prompts.plan(situation.task, self._scene(situation))
            return to_plan(self._llm.reply(asked, prompts.PlanReply, purpose="plan"))
        asked = prompts.plan_and_act(situation.task, self._scene(situation, actions=True))
        self._decision = self._llm.reply(asked, prompts.PlanAndActionReply, purpose="plan and act")
        return to_plan(self._decision)

    def act(self, situation: Situation) -> Decision:
        try:
            return self._decided(situation)
        except UselessReply as error:
            log.warning("the least tried action instead of the model's: %s", error)
            return self._another("", "the reply was of no use", situation)

    def _decided(self, situation: Situation) -> Decision:
        asked = prompts.act(situation.task, self._scene(situation, actions=True, exits=situation.plan.explore))
        decided = self._decision or self._llm.reply(asked, prompts.ActionReply, purpose="act")
        return self._possible(decided.action, decided.reason, situation, asked)

    def reflect(self, situation: Situation) -> str | None:
        """Reflexion (arXiv 2303.11366): what went wrong, in the model's words."""
        asked = prompts.reflect(situation.task, self._scene(situation))
        try:
            return self._llm.reply(asked, prompts.ReflectionReply, purpose="reflect").lesson
        except UselessReply as error:
            log.warning("no lesson is drawn: %s", error)
            self.counts["no lesson"] += 1
            return None

    def _scene(self, situation: Situation, *, actions: bool = False, exits: bool = True) -> dict[str, str]:
        return scene(situation, actions=actions, exits=exits)

    def _possible(self, action: str, reason: str, situation: Situation, messages: Sequence[Message]) -> Decision:
        """The action if it is possible; else what it beyond doubt means; else what the model says asked once more."""
        possible = possible_actions(situation)
        found = match(action, possible)
        if found is None:
            self.counts["asked again"] += 1
            listed = possible[:LISTED]
            again = prompts.act_again(messages, action, listed)
            reply = self._llm.reply(again, prompts.one_of(listed), purpose="act")
            action, reason, found = reply.action, reply.reason, match(reply.action, possible)
        if found is None:
            return self._another(action, f'"{action}" is not possible', situation)
        if found.casefold() != action.casefold():
            self.counts["matched"] += 1
        return Decision(found, reason)

    def _another(self, action: str, reason: str, situation: Situation) -> Decision:
        """In place of an action that is not possible: a look around, and after that what was tried least here."""
        self.counts["another"] += 1
        return Decision(least_tried(action, situation), reason)


def to_plan(reply: prompts.PlanReply) -> Plan:
    sub_goals = tuple(SubGoal(step.goal, step.reason, tuple(step.about)) for step in reply.sub_goals)
    return Plan(reply.main_goal, sub_goals, reply.explore)


def possible_actions(situation: Situation) -> list[str]:
    """The game's commands, `go to` each place that can be walked to, and `examine` what is carried; none done in vain.

    TextWorld obeys `examine`, though it does not list it.
    """
    walks = [GO_TO + place for place in situation.distances]
    _, _, carried = situation.inventory.partition("carrying:")
    things = [_ARTICLE.sub("", thing.strip(" .\n")) for thing in re.split(r",| and ", carried)]
    looks = [f"examine {thing}" for thing in things if thing and f"examine {thing}" not in situation.admissible]
    vain = _done_in_vain(situation)
    return [action for action in (*situation.admissible, *walks, *looks) if action not in vain]


def _done_in_vain(situation: Situation) -> set[str]:
    """Commands done here again and again with one outcome: a small model may know no end of it. Never all there are."""
    vain = {command for command, times in situation.tried.items() if times >= REPEATED}
    return vain if set(situation.admissible) - vain else set()


def least_tried(action: str, situation: Situation) -> str:
    """A look where there was none yet; else of what was tried least often here the most like `action`."""
    tried = situation.tried
    possible = possible_actions(situation) or ["look"]
    if "look" in possible and not tried.get("look"):
        return "look"
    fewest = min(tried.get(each, 0) for each in possible)
    return max((each for each in possible if tried.get(each, 0) == fewest), key=lambda each: _likeness(action, each))


def match(action: str, possible: Sequence[str]) -> str | None:
    """The possible action that `action` means, if that is beyond doubt: the same words, or one alone very like it."""
    wanted = _words(action)
    same = [each for each in possible if _words(each) == wanted]
    if same:
        return same[0]
    likeness = sorted(((_likeness(wanted, each), each) for each in possible), reverse=True)
    best, second = (*likeness[:2], (0.0, ""), (0.0, ""))[:2]
    alike = best[0] >= _SURE and best[0] - second[0] >= _MARGIN
    return best[1] if alike and _numbers(best[1]) == _numbers(action) else None


def _likeness(action: str, other: str) -> float:
    """From 0 to 1, by their letters in order."""
    return SequenceMatcher(None, _words(action), _words(other)).ratio()


def _words(action: str) -> str:
    """The words of a command that tell it from others."""
    return " ".join(word for word in re.findall(r"[\w'-]+", action.casefold()) if word not in ("the", "a", "an"))


def _numbers(action: str) -> list[str]:
    """Numbers and single letters, which one letter's difference makes another thing: key 1, room B."""
    return re.findall(r"\b(?:\d+|[a-z])\b", _words(action))


def scene(situation: Situation, *, actions: bool = False, exits: bool = True) -> dict[str, str]:
    """Working memory as the sections of a prompt, each bounded; with the possible `actions` where one is asked for.

    What the calls of a step share stands first. `exits` tells those never taken.
    """
    parts = {"Lessons of earlier attempts": "\n".join(situation.lessons)}
    parts["Recent actions"] = "\n".join(_recent(situation.recent[-RECENT - 1 : -1]))
    if situation.recent:
        parts["Last action"] = situation.recent[-1][0]
    parts["Observation"] = situation.observation
    parts["Inventory"] = situation.inventory
    if situation.place:
        parts["Place"] = situation.place
    parts["Memory"] = _not_told_elsewhere(situation)
    if exits:
        parts["Unexplored exits"] = "\n".join(islice(_exits(situation), EXITS))
    parts["Plan"] = plan_text(situation.plan)
    if actions:
        vain = _done_in_vain(situation)
        listed = islice((each for each in situation.admissible if each not in vain), LISTED)
        parts["Actions"] = "\n".join([*listed, *(GO_TO + place for place in islice(situation.distances, PLACES))])
    return parts


def _not_told_elsewhere(situation: Situation) -> str:
    """What is recalled, but for what other sections tell.

    That is the map, what is carried, the place and what is there, the recent answers, and earlier looks at a place that
    is looked at now.
    """
    told = {fact_line(fact) for fact in situation.facts or () if _is_told(fact, situation)}
    recent = {_one_line(f"> {command} {seen}") for command, seen in situation.recent[-RECENT - 1 :]}
    here = set(_TITLE.findall(situation.observation))

    def is_told(episode: str) -> bool:
        return _one_line(episode) in recent or bool(here.intersection(_TITLE.findall(episode)))

    episodes = _EPISODE.sub(lambda found: "" if is_told(found[1]) else found[0], situation.recollection)
    lines = [line for line in episodes.splitlines() if line not in told]
    kept = [line for line, after in pairwise([*lines, ""]) if line not in _HEADINGS or after.strip()]
    return "\n".join(line.removeprefix("- ") for line in kept).strip()


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _is_told(fact: Fact, situation: Situation) -> bool:
    subject, relation, value = fact.triple.key
    place, seen = entity_key(situation.place or ""), situation.observation.casefold()
    carried = value == "inventory" and subject in situation.inventory.casefold()
    seen_here = (subject == place and value in seen) or (value == place and (subject == "player" or subject in seen))
    return relation in RELATIONS or carried or seen_here


def plan_text(plan: Plan) -> str:
    """The main goal, and the sub-goals with their reasons as far as these fit, a line each; "" where there are none."""
    lines: list[str] = []
    room = REASON_TOKENS
    for number, step in enumerate(plan.sub_goals, start=1):
        reason = f" ({step.reason})" if step.reason else ""
        room -= count_tokens(reason)
        lines.append(f"{number}. {step.text}{reason if room >= 0 else ''}")
    return "\n".join([f"Main goal: {plan.goal}", *lines]) if lines else ""


def _recent(pairs: Sequence[tuple[str, str]]) -> list[str]:
    """The latest answers whole, as far as they fit; the first that does not is clipped, and those before left out."""
    told: list[str] = []
    room = RECENT_TOKENS
    for command, observation in reversed(pairs):
        text = _one_line(observation)
        room -= count_tokens(f"> {command}: {text}")
        if room < 0:
            return [f"> {command}: {text[:CLIPPED]}...", *told]
        told.insert(0, f"> {command}: {text}")
    return told


def _exits(situation: Situation) -> Iterable[str]:
    """Exits never taken, the nearest place first."""
    nearest = sorted(situation.unexplored, key=lambda place: situation.distances.get(place, 0))
    return (f"{place}: {', '.join(situation.unexplored[place])}" for place in nearest)
