"""Plain errands: "put the red apple on the bench"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agents.policies.heuristic.knowledge import Knowledge
from agents.policies.heuristic.option import Option, option

_ARTICLE = re.compile(r"\b(the|a|an|some)\s+")
_ERRAND = re.compile(
    r"\b(?:put|place|insert|bring|carry|leave|drop) (.+?) (?:onto|on|into|inside|in|to) (.+?)(?= in\b| and\b|[.,;]|$)"
)


def errands(known: Knowledge) -> Iterator[Option]:
    """What the task says in so many words, and what must come before it."""
    task = _ARTICLE.sub("", " ".join(known.situation.task.casefold().split()))
    reason = "the task asks for it"
    for command in (*known.can("put"), *known.can("insert")):
        if command.text.casefold() in task:
            yield option("put", command.thing, reason, command.text, other=command.target)
    for thing, target in _ERRAND.findall(task):
        if known.carries(thing):
            action = known.go_to_thing(target) or known.go_to(known.known_place(target))
        elif known.state(thing, "location").casefold() != target:
            action = known.find("take", thing) or known.go_to_thing(thing)
        else:
            continue
        yield option("put", thing, reason, action, other=target, about=(thing, target))
