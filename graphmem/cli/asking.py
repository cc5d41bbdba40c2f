"""The command that has a language model answer from a memory."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from graphmem.cli.app import AsJson, EmbedderSpec, File, Moment, Namespace, Where, app, view_at, where_of
from graphmem.cli.models import ASKED, Asking, asking
from graphmem.cli.output import as_line
from graphmem.retrieval.budget import LEAST
from graphmem.terminal import printable

if TYPE_CHECKING:
    from graphmem.answering import Answer
    from graphmem.llm import Usage


@app.command()
@asking
def ask(
    file: File,
    question: Annotated[str, typer.Argument(help="What to answer from the memory.")],
    model: Annotated[str, typer.Option(help="The model that answers; OPENAI_BASE_URL says where.")],
    budget: Annotated[int, typer.Option(min=LEAST, help="Tokens of the memory that a call is told.")] = 2000,
    rounds: Annotated[int, typer.Option(min=1, help="Of recall, at most: each looks for what the last one lacks.")] = 3,
    where: Where = None,
    max_cost: Annotated[float | None, typer.Option(min=0, help="USD that the calls may cost.")] = None,
    asked: Asking = ASKED,
    at: Moment = None,
    namespace: Namespace = "default",
    embedder: EmbedderSpec = None,
    as_json: AsJson = False,
) -> None:
    """Answer a question from the memory by a language model, and print the episodes that the answer stands on."""
    with view_at(file, namespace, at, embedder) as view, asked.chat(model, budget=max_cost) as llm:
        answer = view.ask(question, llm, budget=budget, rounds=rounds, where=where_of(where))
    print(as_line(asdict(answer)) if as_json else _told(answer))


def _told(answer: Answer) -> str:
    return "\n".join([printable(str(answer)), *([_bill(answer.usage)] if answer.usage else [])])


def _bill(usage: Usage) -> str:
    calls = f"{usage.calls} call{'s' if usage.calls != 1 else ''}"
    cost = "" if usage.cost is None else f", ${usage.cost:.4f}"
    return f"({calls}: {usage.prompt_tokens} tokens read, {usage.completion_tokens} written{cost})"
