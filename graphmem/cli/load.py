"""Loading many observations from a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from graphmem.cli.app import app
from graphmem.cli.opening import memory_at
from graphmem.cli.options import EmbedderSpec, File, Namespace
from graphmem.errors import InputError
from graphmem.records import Observation
from graphmem.validation import observation


@app.command()
def load(
    file: File,
    source: Annotated[
        Path,
        typer.Argument(
            help="A .txt file, an observation a line; or .jsonl, a line each of"
            ' {"text": ..., "triples": [[s, r, o], ...], "step": ..., "time": ..., "metadata": {...}, "key": ...}.'
        ),
    ],
    namespace: Namespace = "default",
    embedder: EmbedderSpec = None,
) -> None:
    """Remember every observation of a file; called again after an interruption, it goes on where it was.

    An observation without a key of its own gets one of the file's name and the line's number.
    """
    found = list(_observations(source))
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        console=Console(stderr=True), transient=True,
    )  # fmt: skip
    with memory_at(file, namespace, embedder, new=True) as memory, bar:
        task = bar.add_task("remembering", total=len(found))
        memory.remember_many(found, progress=lambda done, _: bar.update(task, completed=done))
        size = memory.stats()
    print(f"read {len(found)} observations from {source}: {file} holds {size.episodes}, and {size.facts} facts")


def _observations(source: Path) -> Iterator[Observation]:
    """The observations of a file, all checked before the first is remembered."""
    if source.suffix not in (".txt", ".jsonl"):
        raise InputError(f"{source} must end in .txt or .jsonl")
    try:
        lines = source.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{source} cannot be read: {getattr(error, 'strerror', None) or 'it is not UTF-8'}") from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                given: dict[str, Any] = {"text": line} if source.suffix == ".txt" else _mapping(line)
                yield observation({"key": f"{source.name}:{number}", **given})
            except InputError as error:
                raise InputError(f"{source}, line {number}: {error}") from error


def _mapping(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(f"no JSON: {error}") from error
    if not isinstance(found, dict):
        raise InputError('an observation is an object with a "text"')
    return found
