"""A run as JSON: one object for each step, and one for the whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from math import isfinite
from pathlib import Path
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from agents.ariadne import Ariadne, Step
from agents.policies.protocol import Plan
from graphmem import Stats
from graphmem.files import text_of
from graphmem.llm import Bill
from graphmem.retrieval.budget import count_tokens


def step_record(step: Step) -> dict[str, Any]:
    """One step: facts as [subject, relation, object]; `score` is the one after the action."""
    return {
        "step": step.number,
        "place": step.place,
        "observation": step.observation,
        "asserted": [[fact.subject, fact.relation, fact.object] for fact in step.asserted],
        "retired": [[fact.subject, fact.relation, fact.object] for fact in step.retired],
        "recalled": str(step.recollection),
        "recalled_tokens": count_tokens(str(step.recollection)),
        "plan": asdict(step.plan),
        "action": step.decision.action,
        "reason": step.decision.reason,
        "commands": list(step.commands),
        "outcome": step.outcome,
        "reward": step.reward,
        "score": step.info["score"],
        "memory_ms": round(step.memory_ms, 3),
    }


def run_record(agent: Ariadne, steps: Sequence[Step], stats: Stats | None) -> dict[str, Any]:
    """The whole run; `actions` are all commands sent to the game, in order, those of walks included.

    `unread` counts the observations of the run that could not be read, `pending` those of the memory that still wait
    to be. A memory without `stats` holds what it took in, and no facts.
    """
    info = agent.info
    score, best = (info["score"], info["max_score"]) if info else (0.0, 0.0)
    return {
        "score": score,
        "max_score": best if isfinite(best) else None,
        "normalized_score": score / best if best else 0.0,
        "won": bool(info and info["won"]),
        "steps": len(steps),
        "actions": list(agent.commands),
        "memory_ms_per_step": round(sum(step.memory_ms for step in steps) / len(steps), 3) if steps else 0.0,
        "facts": stats.facts if stats else 0,
        "episodes": stats.episodes if stats else len(agent.commands) + 1,
        "unread": agent.unread,
        "pending": stats.pending if stats else 0,
    }


def paid_record(bill: Bill, faults: Mapping[str, int]) -> dict[str, dict[str, Any]]:
    """What a model's calls took so far, by purpose and in total; what of its replies was not used as it was."""
    usage = {purpose: asdict(usage) for purpose, usage in [*bill.items(), ("total", bill.total)]}
    return {"usage": usage, "reply_faults": dict(faults)}


def last_step(path: Path) -> tuple[int, Plan | None]:
    """Number and plan of the last step that a run log holds; (0, None) when it holds none."""
    number, plan = 0, None
    for line in text_of(path).split("\n") if path.exists() else []:
        try:
            record = _LOGGED.validate_json(line)
        except ValidationError:  # a summary, or a line that a kill cut short
            continue
        number, plan = record.step, record.plan
    return number, plan


class _Logged(BaseModel):
    step: int
    plan: Plan


_LOGGED = TypeAdapter(_Logged)
