"""What the recorded model said, as the answer to our prompts."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.traces.record import Key, Turn, key, replaced

_KNOWN = re.compile(r"^(\d+)\. (.+)$", re.MULTILINE)


@dataclass
class RecordedReplies:
    """Answers as the model did at `turn`: its plan and its action unchanged; triples and outdated facts in our form.

    AriGraph's reply names an old fact by its text; here it gets the number under which our prompt shows the fact.
    `shown` and `unshown` hold the old facts of the turn that the prompt shows, and that it does not.
    """

    turn: Turn
    shown: set[Key] = field(default_factory=set)
    unshown: set[Key] = field(default_factory=set)

    def __call__(self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any] | None) -> str:
        asked = (schema or {}).get("properties", {})
        if "triples" in asked:
            return self._extraction(messages[-1]["content"])
        if "main_goal" in asked and "action" in asked:
            return f"{self.turn.plan.rstrip().removesuffix('}')}, {self.turn.action.lstrip().removeprefix('{')}"
        return self.turn.plan if "main_goal" in asked else self.turn.action

    def _extraction(self, asked: str) -> str:
        numbers = {key(text): int(number) for number, text in _KNOWN.findall(asked.partition("\n\nObservation:\n")[0])}
        old = dict.fromkeys(map(key, replaced(self.turn.replacements)))
        self.shown = {fact for fact in old if fact in numbers}
        self.unshown = set(old) - self.shown
        outdated = [numbers[fact] for fact in old if fact in numbers]
        return json.dumps({"triples": list(map(list, self.turn.triples)), "outdated": outdated})
