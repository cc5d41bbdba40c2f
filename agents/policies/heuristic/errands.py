"""Plain errands: "put the red apple on the bench"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agents.policies.heuristic.option import Option
from agents.policies.heuristic.world import World

_ARTICLE = re.compile(r"\b(the|a|an|some)\s+")
_ERRAND = re.compile(
    r"\b(?:put|place|insert|bring|carry|leave|drop) (.+?) (?:onto|on|into|inside|in|to) (.+?)(?= in\b| and\b|[.,;]|$)"
)


def errands(world: World) -> Iterator[Option]:
    """What the task says in so many words, and what must come before it."""
    task = _ARTICLE.sub("", " ".join(world.situation.task.casefold().split()))
    reason = "the task asks for it"
    for command in (*world.can("put"), *world.can("insert")):
        if command.text.casefold() in task:
            yield Option(f"Put {command.thing} on {command.target}", reason, (command.thing,), command.text)
    for thing, target in _ERRAND.findall(task):
        text, about = f"Put {thing} on {target}", (thing, target)
        if world.carries(thing):
            yield Option(text, reason, about, world.go_to_thing(target) or world.go_to(world.known_place(target)))
        elif world.state(thing, "location").casefold() != target:
            yield Option(text, reason, about, world.find("take", thing) or world.go_to_thing(thing))
