"""The options of a language model, and the extractor that they make."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Annotated, Any

import typer

from graphmem.errors import InputError
from graphmem.protocols import Extractor

MAX_TOKENS = typer.Option(min=1, help="Tokens of a reply at most.")
REASONING_EFFORT = typer.Option(help='For a model that thinks: "low", "medium", "high".')
TIMEOUT = typer.Option(help="Seconds until the first token, and from one to the next.")
EXTRA_BODY = typer.Option(help="A JSON object whose parts go into each request.")


def json_object(given: str | None) -> dict[str, Any] | None:
    """What --extra-body gives. Raises `InputError` when it is no JSON object."""
    if given is None:
        return None
    try:
        made = json.loads(given)
    except ValueError as error:
        raise InputError(f"--extra-body is a JSON object, and {given[:80]!r} is none: {error}") from error
    if not isinstance(made, dict):
        raise InputError(f"--extra-body is a JSON object, not {given[:80]!r}")
    return made


@contextmanager
def _extractor(
    model: Annotated[str | None, typer.Option(help="Let this language model read; OPENAI_BASE_URL says where.")] = None,
    instructions: Annotated[str, typer.Option(help="What the model is told to read, in your own words.")] = "",
    max_tokens: Annotated[int, MAX_TOKENS] = 2048,
    reasoning_effort: Annotated[str | None, REASONING_EFFORT] = None,
    timeout: Annotated[float, TIMEOUT] = 300.0,
    extra_body: Annotated[str | None, EXTRA_BODY] = None,
    max_cost: Annotated[float | None, typer.Option(min=0, help="USD that the calls may cost.")] = None,
) -> Iterator[Extractor | None]:
    """An extractor that asks the model, where one is named."""
    if model is None:
        yield None
        return
    from graphmem.extraction.llm import LLMExtractor
    from graphmem.llm import ChatModel

    with ChatModel(
        model, max_tokens=max_tokens, reasoning_effort=reasoning_effort, timeout=timeout, budget=max_cost,
        extra_body=json_object(extra_body),
    ) as llm:  # fmt: skip
        yield LLMExtractor(llm, instructions=instructions)


def reading(command: Callable[..., None]) -> Callable[..., None]:
    """A command with the options of a model beside its own: it is given `extractor`, None where no model is named."""
    signature = inspect.signature(command, eval_str=True)
    options = inspect.signature(_extractor, eval_str=True).parameters

    @wraps(command)
    def run(**given: Any) -> None:
        asked = {name: given.pop(name) for name in options}
        with _extractor(**asked) as extractor:
            command(**given, extractor=extractor)

    own = [each for name, each in signature.parameters.items() if name != "extractor"]
    parameters = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in (*own, *options.values())]
    run.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {each.name: each.annotation for each in parameters}
    return run
