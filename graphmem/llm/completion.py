"""The body of a chat completion: what of it is read, and nothing assumed of the rest."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field, ValidationError

from graphmem.llm.exchange import Answer


class Garbled(Exception):
    """A body with a good status that is no chat completion."""


class _Message(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None


class _Details(BaseModel):
    cached_tokens: int | None = None


class _Usage(BaseModel):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: _Details | None = None


class _Completion(BaseModel):
    choices: Annotated[list[_Choice], Field(min_length=1)]
    usage: _Usage | None = None


def answer_in(body: str) -> Answer:
    """The answer that a body holds. Raises `Garbled`."""
    try:
        completion = _Completion.model_validate_json(body)
    except ValidationError:
        raise Garbled from None
    choice, usage = completion.choices[0], completion.usage or _Usage()
    return Answer(
        text=choice.message.content or "",
        finish=choice.finish_reason or "stop",
        refusal=choice.message.refusal or None,
        prompt_tokens=usage.prompt_tokens or 0,
        cached_tokens=(usage.prompt_tokens_details or _Details()).cached_tokens or 0,
        completion_tokens=usage.completion_tokens or 0,
    )
