"""The `graphmem` command, to which each module here adds its own: what several take, and how they open a memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from graphmem import telemetry, validation
from graphmem.embedding import load_embedder
from graphmem.errors import InputError
from graphmem.memory import Memory
from graphmem.protocols import Extractor, Store
from graphmem.storage import is_server, open_store
from graphmem.view import View

app = typer.Typer(
    help="A knowledge-graph memory for agents, kept in one file.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

File = Annotated[str, typer.Argument(help="The memory's file.")]
Namespace = Annotated[str, typer.Option(help="Whose memory in the file.")]
EmbedderSpec = Annotated[
    str | None, typer.Option("--embedder", help='"minilm", "e5", "lexical", a folder with an ONNX model, a hub name.')
]
Moment = Annotated[
    str | None,
    typer.Option("--at", help="Read the memory as it stood after this step, or at a date such as 2024-05-17."),
]
Where = Annotated[
    list[str] | None,
    typer.Option(help='Only what "speaker=Ana", "since=2024-05-01", "until=…" or a field of metadata lets through.'),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")]


def on_disk(given: str) -> Path:
    """The path of a file that is to be read. Raises `BadParameter` for an address: nothing is fetched."""
    if "://" in given:
        raise typer.BadParameter(f"{given} is an address, and nothing is fetched: name a file on this machine")
    return Path(given)


def check_there(file: str) -> None:
    """Raises `InputError` where there is no memory: what only reads makes none."""
    if not is_server(file) and not Path(file).exists():
        raise InputError(f"there is no memory at {file}; `graphmem remember {quote(file)} TEXT` makes one")


@contextmanager
def store_at(file: str, namespace: str, *, new: bool = False) -> Iterator[Store]:
    if not new:
        check_there(file)
    store = open_store(file, validation.name("a namespace", namespace))
    try:
        yield store
    finally:
        store.close()


@contextmanager
def view_at(file: str, namespace: str, at: str | None = None, spec: str | None = None) -> Iterator[View]:
    """The memory as it stood then, to read; as it is, when no moment is given."""
    with store_at(file, namespace) as store:
        view = View(store, cache(lambda: load_embedder(spec)), place=telemetry.place(file, namespace))
        yield view if at is None else view.at(int(at) if at.isdecimal() else at)


@contextmanager
def memory_at(
    file: str, namespace: str, spec: str | None, *, new: bool = False, extractor: Extractor | None = None
) -> Iterator[Memory]:
    with store_at(file, namespace, new=new) as store:
        yield Memory(store, embedder=load_embedder(spec) if spec else None, extractor=extractor)


def where_of(given: list[str] | None) -> dict[str, list[str] | str]:
    """NAME=VALUE pairs; of a name that is given twice, either value will do."""
    found: dict[str, list[str]] = {}
    for each in given or ():
        name, equals, value = each.partition("=")
        if not (name and equals):
            raise InputError(f'--where is NAME=VALUE, such as "speaker=Ana", not {each!r}')
        found.setdefault(name, []).append(value)
    return {name: values if len(values) > 1 else values[0] for name, values in found.items()}
