"""A stand-in for a strong model: it sees a prompt and nothing else, and answers as the heuristic player would."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from agents.policies.heuristic import HeuristicPlayer
from agents.policies.protocol import GO_TO, Plan, Situation, SubGoal
from graphmem import Fact, Triple
from graphmem.embedding import load_embedder
from graphmem.extraction.textworld.extractor import TextWorldExtractor
from graphmem.extraction.textworld.slots import slot
from graphmem.records import Observation

_HEADINGS = "Task|Plan|Memory|Recent actions|Last action|Observation|Inventory|Place|Unexplored exits|Actions|Now"
_SECTION = re.compile(rf"^({_HEADINGS}):\n(.*?)(?=\n\n(?:{_HEADINGS}):\n|\Z)", re.MULTILINE | re.DOTALL)
_KNOWN = re.compile(r"^(\d+)\. (.+?), (.+?), (.+)$", re.MULTILINE)


class StandIn:
    """Answers the prompts of extraction, plan, action and both at once, from their text."""

    def __init__(self) -> None:
        self._player = HeuristicPlayer(load_embedder("minilm"))
        self._reader = TextWorldExtractor()

    def __call__(self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any] | None) -> str:
        system = messages[0]["content"]
        if "failed at a text game" in system:
            return json.dumps({"lesson": "Go straight to the white locker."})
        asked = [m["content"] for m in messages if m["content"].startswith(("Known facts:", "Task:"))][-1]
        if "knowledge graph" in system:
            return json.dumps(self._extract(asked))
        situation = _situation(asked)
        reply: dict[str, Any] = {}
        now = asked.rpartition("\n\nNow:\n")[2]
        if "Make or update the plan" in now:
            plan = self._player.plan(situation)
            reply |= {
                "main_goal": "win",
                "sub_goals": _packed(plan) or [{"goal": "look around", "reason": "nothing is known", "about": []}],
                "explore": plan.explore,
            }
        if "hoose one action" in now:
            decision = self._player.act(situation)
            reply |= {"reason": decision.reason[:300], "action": decision.action or "look"}
        return json.dumps(reply)

    def _extract(self, asked: str) -> dict[str, Any]:
        known_text, _, observation = asked.partition("\n\nObservation:\n")
        known = [
            Fact(number, parts[0], parts[1], parts[2], asserted_by="", since=0)
            for number, *parts in _KNOWN.findall(known_text)
        ]
        read = self._reader.extract(Observation(observation), known)
        triples = [triple for triple in read.triples if triple.key[0] != "player"]
        filled = {(triple.key[0], slot(triple)): triple.key for triple in triples if slot(triple)}
        replaced = [
            int(fact.id)
            for fact in known
            if filled.get((fact.triple.key[0], slot(fact.triple)), fact.triple.key) != fact.triple.key
        ]
        said = {int(known[index].id) for index in read.outdated}
        return {
            "triples": [[t.subject, t.relation, t.object] for t in triples][:40],
            "outdated": sorted({*replaced, *said})[:20],
        }


def _situation(asked: str) -> Situation:
    """Working memory, read back from the sections of a prompt."""
    parts = dict(_SECTION.findall(f"{asked}\n"))
    known = re.findall(r"^(?![ \[])(?:- )?(.+?), (.+?), (.+)$", parts.get("Memory", ""), re.MULTILINE)
    actions = parts.get("Actions", "").strip().splitlines()
    places = [action.removeprefix(GO_TO) for action in actions if action.startswith(GO_TO)]
    exits = (line.split(": ") for line in parts.get("Unexplored exits", "").strip().splitlines())
    return Situation(
        task=parts.get("Task", ""),
        observation=parts.get("Observation", ""),
        inventory=parts.get("Inventory", ""),
        admissible=[action for action in actions if not action.startswith(GO_TO)],
        recollection=parts.get("Memory", ""),
        plan=Plan("", tuple(_sub_goals(parts.get("Plan", "")))),
        recent=_recent(parts),
        place=parts.get("Place", "").strip() or None,
        distances={place: number for number, place in enumerate(places, start=1)},
        unexplored={place: ways.split(", ") for place, ways in exits},
        facts=[_fact(Triple(*fact)) for fact in known],
    )


def _fact(triple: Triple) -> Fact:
    return Fact("", triple.subject, triple.relation, triple.object, asserted_by="", since=0, slot=slot(triple))


def _packed(plan: Plan) -> list[dict[str, Any]]:
    """The plan in at most five sub-goals, four of its own in each: more than the form of the reply has room for."""
    groups = [plan.sub_goals[start : start + 4] for start in range(0, 20, 4) if plan.sub_goals[start:]]
    return [
        {
            "goal": "; ".join(step.text for step in group)[:300],
            "reason": group[0].reason[:300],
            "about": list(dict.fromkeys(name for step in group for name in step.about))[:4],
        }
        for group in groups
    ]


def _sub_goals(text: str) -> list[SubGoal]:
    lines = re.findall(r"^\d+\. (.*?)(?: \(.*\))?$", text, re.MULTILINE)
    return [SubGoal(goal) for goals in lines for goal in goals.split("; ")]


def _recent(parts: Mapping[str, str]) -> list[tuple[str, str]]:
    lines = re.findall(r"^> (.*?): (.*)$", parts.get("Recent actions", ""), re.MULTILINE)
    last = parts.get("Last action", "").strip()
    return [*lines, *([(last, parts.get("Observation", ""))] if last else [])]
