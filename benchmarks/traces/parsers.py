"""Replies that AriGraph's parser drops.

Its rules, in our words: of a replacement only the old fact is read, and only when the pair holds one arrow and the old
fact exactly two commas; plan and action must be JSON or a Python literal, and an action that is neither becomes "look".
(A triple, too, counts only when it has exactly two commas; but only those that do are recorded.)
"""

from __future__ import annotations

import ast
import json

from benchmarks.traces.record import Run


def replacements(raw: str) -> tuple[int, int]:
    """How many pairs a reply holds, and how many of them AriGraph's parser drops."""
    body = raw.rsplit("[[", 1)[-1].replace("[", "").strip("]")
    pairs = [pair for pair in body.split("],") if "->" in pair]
    wanted = raw.count("->")
    kept = sum(pair.count("->") == 1 and pair.split("->")[0].count(",") == 2 for pair in pairs)
    return wanted, wanted - kept


def unreadable(raw: str) -> bool:
    """Whether a plan or an action is lost."""
    for read in (json.loads, ast.literal_eval):
        try:
            return not isinstance(read(raw), dict)
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            continue
    return True


def lost_replies(run: Run) -> tuple[int, int]:
    """Plans and actions that AriGraph's parser loses."""
    return sum(unreadable(turn.plan) for turn in run.turns), sum(unreadable(turn.action) for turn in run.turns)
