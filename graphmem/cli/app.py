"""The `graphmem` command, to which each module here adds its own."""

from __future__ import annotations

import typer

app = typer.Typer(
    help="A knowledge-graph memory for agents, kept in one file.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
