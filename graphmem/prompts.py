"""The prompt of extraction, as a pure function from data to messages, with the form of its reply beside it.

What stays the same from call to call stands first, so that a provider's prompt cache can serve it; what grows comes in
already cut to a budget. Bounds on strings and lists keep small models from rambling.
"""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel

from graphmem.llm.fields import Numbers, Triples
from graphmem.protocols import Message
from graphmem.records import Fact, Observation


class ExtractionReply(BaseModel):
    """New triples, and the numbers of the known facts that are true no more."""

    triples: Triples
    outdated: Numbers = []


_EXTRACT = """You keep the knowledge graph of someone's memory. You read one observation: a message of a chat, a note, \
a part of a document. You extract what it says is so, as triples [subject, relation, object], and you name the known \
facts that it makes untrue.

Triples:
- only what this observation says is so, each once; a known fact is not said again. Few and right: greetings, \
questions, wishes, plans that may change, doubts, rumours and what is only supposed are no facts.
- subject and object are single names, things, places, dates or values, as short as can be, without articles. Names \
and values are whole: "port 5433", "2024-03-14", "41 years old". The relation is a short verb phrase in the present or \
past tense: "lives in", "works at", "is allergic to", "was born in", "costs".
- "I", "my" and "we" are the speaker: say the speaker's name instead, and "Ana's sister" for "my sister" when Ana \
speaks. Without a named speaker say "user". A pronoun is the person it means, when that is clear from the text.
- what an assistant says of itself, or repeats of what the user said, is nothing new.
- a time that is told counts from the date of the observation: "yesterday" is the day before it.

Outdated: the numbers of those known facts that are no longer so by what this observation says: denied, corrected, \
ended, moved, changed, replaced. What it does not speak of stays. When something has changed, give the new fact as a \
triple and the number of the old one.

Reply with JSON only: {"triples": [[subject, relation, object], ...], "outdated": [number, ...]}"""

_EXTRACT_EXAMPLES: tuple[tuple[str, str], ...] = (
    (
        "Known facts:\n(none)\n\nSpeaker: Nadia\nDate: 2025-02-11\n\nObservation:\n"
        "Hi! My brother Paul moved to Leeds yesterday, he's a nurse. How are you?",
        '{"triples": [["Nadia", "has brother", "Paul"], ["Paul", "lives in", "Leeds"], ["Paul", "is", "nurse"], '
        '["Paul", "moved to Leeds on", "2025-02-10"]], "outdated": []}',
    ),
    (
        "Known facts:\n1. Nadia, works at, Kestrel Books\n2. Paul, lives in, Leeds\n3. Nadia, likes, chess\n\n"
        "Speaker: Nadia\n\nObservation:\nI don't work at Kestrel any more, I started at the city library.",
        '{"triples": [["Nadia", "works at", "city library"]], "outdated": [1]}',
    ),
    (
        "Known facts:\n1. weekly review, is on, Tuesday\n\nObservation:\n"
        "Correction: the weekly review is on Wednesday, not Tuesday. Maybe Omar will lead it.",
        '{"triples": [["weekly review", "is on", "Wednesday"]], "outdated": [1]}',
    ),
    (
        "Known facts:\n(none)\n\nSpeaker: assistant\n\nObservation:\n"
        "Of course! I have noted that. Shall I remind you tomorrow?",
        '{"triples": [], "outdated": []}',
    ),
    (
        "Known facts:\n1. Halden Bridge, is in, Norway\n\nObservation:\n"
        "Halden Bridge was designed by Eva Lund and opened in 1931. It spans 140 metres. Some say it is haunted.",
        '{"triples": [["Halden Bridge", "was designed by", "Eva Lund"], ["Halden Bridge", "opened in", "1931"], '
        '["Halden Bridge", "spans", "140 metres"]], "outdated": []}',
    ),
)


def extract(observation: Observation, known: Sequence[Fact]) -> list[Message]:
    """Ask for the triples of an observation and what they make outdated, in one call. Reply: `ExtractionReply`."""
    return asking(_EXTRACT, _EXTRACT_EXAMPLES, observation, known)


def asking(
    rules: str, examples: Sequence[tuple[str, str]], observation: Observation, known: Sequence[Fact]
) -> list[Message]:
    """The messages of one extraction: what stays the same first, then what is known, then the observation."""
    messages: list[Message] = [_system(rules)]
    for asked, answered in examples:
        messages += [_user(asked), {"role": "assistant", "content": answered}]
    facts = "\n".join(f"{number}. {_line(fact)}" for number, fact in enumerate(known, start=1)) or "(none)"
    said = [f"Speaker: {_line(observation.speaker)}"] if observation.speaker else []
    said += [f"Date: {observation.time:%Y-%m-%d}"] if observation.time else []
    before = "\n".join(_turn(each) for each in observation.before) if observation.speaker else ""
    said += [f"Said just before:\n{before}"] if before else []
    parts = [f"Known facts:\n{facts}", "\n".join(said), f"Observation:\n{observation.text}"]
    return [*messages, _user("\n\n".join(filter(None, parts)))]


BEFORE = 200
"""So many characters are told of each turn before."""


def _turn(turn: Observation) -> str:
    return f"{turn.speaker or 'somebody'}: {_line(turn.text)[:BEFORE]}"


def _line(item: object) -> str:
    """One line, whatever line breaks a name holds."""
    return " ".join(str(item).split())


def _system(text: str) -> Message:
    return {"role": "system", "content": text}


def _user(text: str) -> Message:
    return {"role": "user", "content": text}
