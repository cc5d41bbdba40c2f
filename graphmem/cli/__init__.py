"""The `graphmem` command: read and write a memory from the shell. Each module holds commands of one kind."""

from __future__ import annotations

import sys

from graphmem.cli import audit, browser, load, mcp, reading, sync, view, writing  # noqa: F401 - they add their commands
from graphmem.cli.app import app
from graphmem.errors import GraphmemError
from graphmem.terminal import printable


def main() -> None:
    """Run the command; an error that we know ends it with one line and exit code 2."""
    try:
        app()
    except GraphmemError as error:
        print(f"graphmem: {printable(str(error))}", file=sys.stderr)
        sys.exit(2)
