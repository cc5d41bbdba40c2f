"""The prompt of extraction, as a pure function from data to messages, with the form of its reply beside it.

What stays the same from call to call stands first, so that a provider's prompt cache can serve it; what grows comes in
already cut to a budget. Bounds on strings and lists keep small models from rambling.
"""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel

from graphmem.forms import Numbers, Triples
from graphmem.protocols import Message
from graphmem.records import Fact


class ExtractionReply(BaseModel):
    """New triples, and the numbers of the known facts that are true no more."""

    triples: Triples
    outdated: Numbers = []


_EXTRACT = """You keep the knowledge graph of an agent that acts in a world it reads about. From each observation you \
extract what it says about the world, as triples [subject, relation, object], and you name the known facts that it \
makes untrue.

Triples:
- only what this observation says, each once; known facts are not said again. An action mostly gives one triple.
- subject and object are single things, places or names, as short as can be, without articles; one thing each. \
"apple and knife on table" is two triples.
- where a thing is: ["apple", "is on", "table"], ["key", "is in", "inventory"]; its state: ["door", "is", "closed"]; \
exits of a place: ["kitchen", "has exit", "east"].
- notes and recipes in full: ["key 2", "unlocks", "red locker"], ["recipe", "requires", "carrot"], \
["carrot", "must be", "sliced"].
- never where the agent itself is, and nothing about the score.

Outdated: the numbers of those known facts that the new triples replace: the same thing is now elsewhere or in another \
state. What is not mentioned stays, and exits stay. A new place makes nothing outdated.

Reply with JSON only: {"triples": [[subject, relation, object], ...], "outdated": [number, ...]}"""

_EXTRACT_EXAMPLES: tuple[tuple[str, str], ...] = (
    (
        "Known facts:\n1. hall, is north of, cellar\n2. cellar, has exit, north\n\nObservation:\n> go north\n"
        "-= Hall =-\nYou've entered a hall. You can make out a closed chest. There is an old lamp on the floor. There "
        "is an exit to the east. You don't like doors? Why not try going south.",
        '{"triples": [["chest", "is in", "hall"], ["chest", "is", "closed"], ["old lamp", "is in", "hall"], '
        '["hall", "has exit", "east"], ["hall", "has exit", "south"]], "outdated": []}',
    ),
    (
        "Known facts:\n1. chest, is in, hall\n2. chest, contains, coin\n3. hall, has exit, east\n\nObservation:\n"
        "> take coin from chest\nYou take the coin from the chest.\n\nYour score has just gone up by one point.",
        '{"triples": [["coin", "is in", "inventory"]], "outdated": [2]}',
    ),
    (
        "Known facts:\n1. coin, is in, inventory\n2. box, is in, hall\n\nObservation:\n> insert coin into box\n"
        "You put the coin into the box.",
        '{"triples": [["coin", "is in", "box"]], "outdated": [1]}',
    ),
    (
        "Known facts:\n1. knife, is in, inventory\n2. carrot, must be, fried\n\nObservation:\n"
        "> slice carrot with knife\nYou slice the carrot.",
        '{"triples": [["carrot", "is", "sliced"]], "outdated": []}',
    ),
    (
        "Known facts:\n1. letter, is in, inventory\n\nObservation:\n> examine letter\n"
        "The iron key unlocks the green box.",
        '{"triples": [["iron key", "unlocks", "green box"]], "outdated": []}',
    ),
)


def extract(text: str, known: Sequence[Fact]) -> list[Message]:
    """Ask for the triples of an observation and what they make outdated, in one call. Reply: `ExtractionReply`.

    The rules are the paper's (appendix C): atomic triples, notes and recipes in full, no "you are in ...".
    """
    facts = "\n".join(f"{number}. {_line(fact)}" for number, fact in enumerate(known, start=1)) or "(none)"
    messages: list[Message] = [_system(_EXTRACT)]
    for asked, answered in _EXTRACT_EXAMPLES:
        messages += [_user(asked), {"role": "assistant", "content": answered}]
    return [*messages, _user(f"Known facts:\n{facts}\n\nObservation:\n{text}")]


def _line(item: object) -> str:
    """One line, whatever line breaks a name holds."""
    return " ".join(str(item).split())


def _system(text: str) -> Message:
    return {"role": "system", "content": text}


def _user(text: str) -> Message:
    return {"role": "user", "content": text}
