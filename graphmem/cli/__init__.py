"""The `graphmem` command: read and write a memory from the shell. Each module holds commands of one kind."""

from __future__ import annotations

import logging
import sys
from importlib import metadata
from typing import Annotated

import typer

from graphmem.cli import asking, audit, load, reading, serving, writing  # noqa: F401 - they add their commands
from graphmem.cli.app import app
from graphmem.errors import GraphmemError
from graphmem.terminal import printable, show_what_it_can


@app.callback(invoke_without_command=True)
def version(
    show: Annotated[bool, typer.Option("--version", is_eager=True, help="Print the version and end.")] = False,
) -> None:
    """A knowledge-graph memory for agents, kept in one file."""
    if show:
        print(f"graphmem {metadata.version('graphmem')}")
        raise typer.Exit


def main() -> None:
    """Run the command; an error that we know ends it with one line and exit code 2."""
    show_what_it_can()
    for library in ("neo4j", "pypdf"):  # what it logs of a failure is told by the error, too
        logging.getLogger(library).addHandler(logging.NullHandler())
    try:
        app()
    except (GraphmemError, OSError) as error:  # the latter where what is printed cannot be written
        print(f"graphmem: {printable(str(error))}", file=sys.stderr)
        sys.exit(2)
