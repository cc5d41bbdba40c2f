"""The options of a language model, and the extractor that they make."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any

import typer

from graphmem.errors import InputError
from graphmem.protocols import Extractor

if TYPE_CHECKING:
    from graphmem.llm import ChatModel


@dataclass(frozen=True, slots=True)
class Asking:
    """How a model is asked, as `ChatModel` takes it."""

    max_tokens: int = 2048
    reasoning_effort: str | None = None
    timeout: float = 300.0
    extra_body: dict[str, Any] | None = None

    def chat(self, model: str, **more: Any) -> ChatModel:
        """The model of that name; `more` is `ChatModel`'s, too."""
        from graphmem.llm import ChatModel

        return ChatModel(model, **asdict(self), **more)


ASKED = Asking()
"""As a model is asked when nothing is said."""


@contextmanager
def _asking(
    max_tokens: Annotated[int, typer.Option(min=1, help="Tokens of a reply at most.")] = ASKED.max_tokens,
    reasoning_effort: Annotated[
        str | None, typer.Option(help='For a model that thinks: "low", "medium", "high".')
    ] = None,
    timeout: Annotated[
        float, typer.Option(help="Seconds until the first token, and from one to the next.")
    ] = ASKED.timeout,
    extra_body: Annotated[str | None, typer.Option(help="A JSON object whose parts go into each request.")] = None,
) -> Iterator[Asking]:
    yield Asking(max_tokens, reasoning_effort, timeout, _json_object(extra_body))


def _json_object(given: str | None) -> dict[str, Any] | None:
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


def _with_options(
    command: Callable[..., Any], name: str, make: Callable[..., AbstractContextManager[Any]]
) -> Callable[..., Any]:
    """The command with the options of `make` in the place of its parameter `name`, which is given what these make."""
    signature = inspect.signature(command, eval_str=True)
    options = inspect.signature(make, eval_str=True).parameters

    @wraps(command)
    def run(**given: Any) -> Any:
        with make(**{option: given.pop(option) for option in options}) as made:
            return command(**given, **{name: made})

    parameters: list[inspect.Parameter] = []
    for each in signature.parameters.values():
        parameters += options.values() if each.name == name else [each]
    keywords = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in parameters]
    run.__signature__ = signature.replace(parameters=keywords)  # type: ignore[attr-defined]
    run.__annotations__ = {each.name: each.annotation for each in keywords}
    return run


def asking(command: Callable[..., Any]) -> Callable[..., Any]:
    """A command with the options that every model takes in the place of its parameter `asked`, an `Asking`."""
    return _with_options(command, "asked", _asking)


@contextmanager
def _extractor(
    model: Annotated[str | None, typer.Option(help="Let this language model read; OPENAI_BASE_URL says where.")] = None,
    instructions: Annotated[str, typer.Option(help="What the model is told to read, in your own words.")] = "",
    asked: Asking = ASKED,
    max_cost: Annotated[float | None, typer.Option(min=0, help="USD that the calls may cost.")] = None,
) -> Iterator[Extractor | None]:
    """An extractor that asks the model, where one is named."""
    if model is None:
        if instructions or max_cost is not None or asked != ASKED:
            raise InputError("these options are for a language model that reads: name it with --model")
        yield None
        return
    from graphmem.extraction.llm import LLMExtractor

    with asked.chat(model, budget=max_cost) as llm:
        yield LLMExtractor(llm, instructions=instructions)


def reading(command: Callable[..., None]) -> Callable[..., None]:
    """A command with the options of a model: its parameter `extractor` is None where no model is named."""
    return _with_options(command, "extractor", asking(_extractor))
