"""What the memories that need a model ask of it, and the form of its reply."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from graphmem.protocols import Message


class SummaryReply(BaseModel):
    """The summary, written anew."""

    summary: Annotated[str, Field(max_length=40_000)]


class ImportanceReply(BaseModel):
    """1 (mundane) to 10 (of weight)."""

    rating: Annotated[int, Field(ge=1, le=10)]


_SUMMARY = """You keep the running summary of an agent that plays a text game. Write it anew: what it says, and what \
happened since. Keep what the agent may need later: places and the ways between them, where things are, their states, \
what notes and recipes say, what was tried in vain. Leave out what is true no more. At most {words} words.

Reply with JSON only: {{"summary": "..."}}"""

_IMPORTANCE = """You rate the memories of an agent that plays a text game. On a scale of 1 to 10, where 1 is mundane \
(walking through a room that was seen before) and 10 matters most (a note that says where the treasure is), how \
important will this observation be later?

Reply with JSON only: {"rating": number}"""

_WORDS_A_TOKEN = 0.7


def summary(before: str, happened: str, plan: str, room: int) -> list[Message]:
    """Ask for a summary of at most `room` tokens. Reply: `SummaryReply`."""
    asked = f"Summary so far:\n{before or '(none)'}\n\nWhat happened since:\n{happened}\n\nPlan:\n{plan or '(none)'}"
    system = _SUMMARY.format(words=int(room * _WORDS_A_TOKEN))
    return [{"role": "system", "content": system}, {"role": "user", "content": asked}]


def importance(observation: str) -> list[Message]:
    """Ask how much an observation matters. Reply: `ImportanceReply`."""
    return [{"role": "system", "content": _IMPORTANCE}, {"role": "user", "content": f"Observation:\n{observation}"}]
