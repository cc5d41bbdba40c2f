"""The prompt of extraction, as a pure function from data to messages, with the form of its reply beside it.

What stays the same from call to call stands first, so that a provider's prompt cache can serve it; what grows comes in
already cut to a budget. Bounds on strings and lists keep small models from rambling.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Annotated

from pydantic import AliasChoices, BaseModel, Field

from graphmem.images import data_url
from graphmem.language.dates import Dated, dates_in
from graphmem.llm.fields import Descriptions, Numbers, Triples
from graphmem.protocols import Message
from graphmem.records import Fact, Observation, Triple

_TRIPLES = Field(
    validation_alias=AliasChoices("triples", "triplets", "facts", "edges", "relations", "relationships", "statements")
)
_OUTDATED = Field(validation_alias=AliasChoices("outdated", "outdated_facts", "retired", "obsolete", "contradicted"))
"""By these names, the first of which is told, models give back triples, and numbers of facts."""


class SightReply(BaseModel):
    """What is seen in each image that came with an observation, and then the same as of a text."""

    images: Descriptions
    triples: Annotated[Triples, _TRIPLES]
    outdated: Annotated[Numbers, _OUTDATED] = []


class ExtractionReply(BaseModel):
    """New triples, and the numbers of the known facts that are true no more."""

    triples: Annotated[Triples, _TRIPLES]
    outdated: Annotated[Numbers, _OUTDATED] = []


_EXTRACT = """You keep the knowledge graph of someone's memory. You read one observation: a message of a chat, a note, \
a part of a document, in any language. You extract what it says is so, as triples [subject, relation, object], and you \
name the known facts that it makes untrue.

Triples:
- only what this observation says is so, each once; a known fact is not said again. Few and right: greetings, \
questions, wishes, plans that may change, doubts, rumours and what is only supposed are no facts.
- subject and object are single names, things, places, dates or values, as short as can be, without articles, in the \
language of the observation. Names and values are whole: "port 5433", "2024-03-14", "41 years old". The relation is a \
short verb phrase in the present or past tense: "lives in", "works at", "is allergic to", "was born in", "costs".
- "I", "my" and "we" are the speaker: say the speaker's name instead, and "Ana's sister" for "my sister" when Ana \
speaks. Without a named speaker say "user". A pronoun is the person it means, by the text or what came just before.
- what an assistant says of itself, or repeats of what the user said, is nothing new.
- a time that is told counts from the date of the observation, and is written as a date: "yesterday" is the day before \
it. What comes just before, and the times told, only help to understand the observation.

Outdated: the numbers of those known facts that are no longer so by what this observation says: denied, corrected, \
ended, moved, changed, replaced. What it does not speak of stays. When something has changed, give the new fact as a \
triple and the number of the old one.

Reply with JSON only: {"triples": [[subject, relation, object], ...], "outdated": [number, ...]}"""

_EXTRACT_EXAMPLES: tuple[tuple[str, str], ...] = (
    (
        "Known facts:\n(none)\n\nSpeaker: Nadia\nDate: 2025-02-11, Tuesday\nTimes: yesterday = 2025-02-10\n\n"
        "Observation:\nHi! My brother Paul moved to Leeds yesterday, he's a nurse. How are you?",
        '{"triples": [["Nadia", "has brother", "Paul"], ["Paul", "lives in", "Leeds"], ["Paul", "is", "nurse"], '
        '["Paul", "moved to Leeds on", "2025-02-10"]], "outdated": []}',
    ),
    (
        "Known facts:\n1. Nadia, works at, Kestrel Books\n2. Paul, lives in, Leeds\n3. Nadia, likes, chess\n\n"
        "Speaker: Nadia\n\nObservation:\nI don't work at Kestrel any more, I started at the city library.",
        '{"triples": [["Nadia", "works at", "city library"]], "outdated": [1]}',
    ),
    (
        "Known facts:\n1. user, eats, meat\n2. user, has dog, Biscuit\n\nSpeaker: user\n"
        "Date: 2024-09-02, Monday\nTimes: last month = 2024-08-01 to 2024-08-31\n\nJust before:\n"
        "assistant: How are Biscuit and your neighbour Mr. Okafor?\n\nObservation:\n"
        "We gave him away last month, sadly. He is 79 now and teaches me the piano! Btw I've gone vegan.",
        '{"triples": [["user", "gave Biscuit away in", "2024-08"], ["Mr. Okafor", "is", "79 years old"], '
        '["Mr. Okafor", "teaches piano to", "user"], ["user", "is", "vegan"]], "outdated": [1, 2]}',
    ),
    (
        "Known facts:\n1. weekly review, is on, Tuesday\n2. weekly review, is in, room 4\n\nObservation:\n"
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
        "Halden Bridge was designed by Eva Lund and opened in 1931. It spans 140 metres and carries the road "
        "from Moss to Ed. Some say it is haunted. Lund, a pupil of Karl Holm, died in Bergen three years later.",
        '{"triples": [["Halden Bridge", "was designed by", "Eva Lund"], ["Halden Bridge", "opened in", "1931"], '
        '["Halden Bridge", "spans", "140 metres"], ["Halden Bridge", "carries", "road from Moss to Ed"], '
        '["Eva Lund", "was pupil of", "Karl Holm"], ["Eva Lund", "died in", "Bergen"], '
        '["Eva Lund", "died in", "1934"]], "outdated": []}',
    ),
    (
        "Known facts:\n1. Backup, l\u00e4uft um, 02:00\n\nDate: 2025-06-05, Thursday\n\nObservation:\n"
        "Notiz: Das Backup l\u00e4uft ab heute um 03:30 auf dem Server Elbe, Port 8443. Zust\u00e4ndig: Jonas Weber.",
        '{"triples": [["Backup", "l\u00e4uft um", "03:30"], ["Backup", "l\u00e4uft auf", "Server Elbe"], '
        '["Server Elbe", "nutzt", "Port 8443"], '
        '["Jonas Weber", "ist zust\u00e4ndig f\u00fcr", "Backup"]], "outdated": [1]}',
    ),
)


def extract(observation: Observation, known: Sequence[Fact]) -> list[Message]:
    """Ask for the triples of an observation and what they make outdated, in one call. Reply: `ExtractionReply`."""
    return asking(_EXTRACT, _EXTRACT_EXAMPLES, observation, known)


def asking(
    rules: str, examples: Sequence[tuple[str, str]], observation: Observation, known: Sequence[Fact]
) -> list[Message]:
    """The messages of one extraction: what stays the same first, then like cases, what is known, the observation."""
    messages: list[Message] = [_system(rules)]
    for asked, answered in (*examples, *map(_case, reversed(observation.like))):
        messages += [_user(asked), {"role": "assistant", "content": answered}]
    facts = "\n".join(f"{number}. {_line(fact)}" for number, fact in enumerate(known, start=1)) or "(none)"
    before = "\n".join(map(_turn, observation.before))
    parts = [f"Known facts:\n{facts}", "\n".join(_circumstances(observation)), before and f"Just before:\n{before}"]
    return [*messages, _user("\n\n".join(filter(None, [*parts, f"Observation:\n{observation.text}"])))]


def wishes(instructions: str, entity_types: Sequence[str], relation_types: Sequence[str]) -> str:
    """What a user wants to be read, in words; nothing when nothing is given."""
    told = [instructions.strip()]
    told += [f"Subjects and objects are of these kinds only: {', '.join(entity_types)}."] if entity_types else []
    told += [f"Relations are only these, written so: {', '.join(relation_types)}."] if relation_types else []
    return "\n".join(filter(None, told))


def with_wishes(messages: Sequence[Message], told: str) -> list[Message]:
    """The messages with what a user wants at the end of the rules."""
    first, *rest = messages
    return [{**first, "content": f"{first['content']}\n\nAbove all:\n{told}"} if told else first, *rest]


_SEE = """With the observation %s, below. In "images", say of each in its order what it shows, in a few sentences: \
who and what is there, and word for word whatever names, numbers and text matter in it. Then extract the triples of \
the text and of what you have said of the images. What you cannot see clearly you do not name.

Reply with JSON only: {"images": [description, ...], "triples": [[subject, relation, object], ...], "outdated": \
[number, ...]}"""


def with_images(messages: Sequence[Message], images: Sequence[bytes]) -> list[Message]:
    """The messages with images at the end of the last, and what is to be said of them. Reply: `SightReply`."""
    *before, last = messages
    come = "comes an image" if len(images) == 1 else f"come {len(images)} images"
    text = {"type": "text", "text": f"{last['content']}\n\n{_SEE % come}"}
    seen = [{"type": "image_url", "image_url": {"url": data_url(image)}} for image in images]
    return [*before, {**last, "content": [text, *seen]}]


def _circumstances(observation: Observation) -> Iterator[str]:
    """Who says it, when, and the dates of the times that it tells."""
    if observation.speaker:
        yield f"Speaker: {_line(observation.speaker)}"
    if observation.time:
        yield f"Date: {observation.time:%Y-%m-%d, %A}"
        told = (f"{_line(each.phrase)} = {_day(each)}" for each in dates_in(observation.text, observation.time)[:TIMES])
        if times := "; ".join(told):
            yield f"Times: {times}"


def _day(told: Dated) -> str:
    """A day, with its time if that is told, or the first and the last day."""
    if told.until - told.since < timedelta(days=1):
        return f"{told.since:%Y-%m-%d %H:%M}"
    first, last = told.since.date(), (told.until - timedelta(microseconds=1)).date()
    return f"{first}" if first == last else f"{first} to {last}"


def _case(like: tuple[str, tuple[Triple, ...]]) -> tuple[str, str]:
    """A text that was read before, as an example."""
    text, triples = like
    told = [[each.subject, each.relation, each.object] for each in triples]
    reply = json.dumps({"triples": told, "outdated": []}, ensure_ascii=False)
    return f"Known facts:\n(none)\n\nObservation:\n{text[:LIKE]}", reply


LIKE = 1200
"""So many characters are told of a like case."""
TIMES = 8
"""So many times that a text tells are told as dates."""
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
