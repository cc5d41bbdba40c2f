"""A run as JSON: one object for each step, and one for the whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from agents.ariadne import Step
from graphmem import Stats


def step_record(step: Step) -> dict[str, Any]:
    """One step: facts as [subject, relation, object]; `score` is the one after the action."""
    return {
        "step": step.number,
        "place": step.place,
        "observation": step.observation,
        "asserted": [[fact.subject, fact.relation, fact.object] for fact in step.asserted],
        "retired": [[fact.subject, fact.relation, fact.object] for fact in step.retired],
        "recalled": str(step.recollection),
        "plan": asdict(step.plan),
        "action": step.decision.action,
        "reason": step.decision.reason,
        "commands": list(step.commands),
        "outcome": step.outcome,
        "reward": step.reward,
        "score": step.info["score"],
        "memory_ms": round(step.memory_ms, 3),
    }


def run_record(steps: Sequence[Step], stats: Stats) -> dict[str, Any]:
    """The whole run; `actions` are all commands sent to the game, in order, those of walks included."""
    info = steps[-1].info
    return {
        "score": info["score"],
        "max_score": info["max_score"],
        "normalized_score": info["score"] / info["max_score"] if info["max_score"] else 0.0,
        "won": info["won"],
        "steps": len(steps),
        "actions": [command for step in steps for command in step.commands],
        "memory_ms_per_step": round(sum(step.memory_ms for step in steps) / len(steps), 3),
        "facts": stats.facts,
        "episodes": stats.episodes,
    }
