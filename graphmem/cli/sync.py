"""The command that copies a memory between a file and a server."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from graphmem.cli.app import app
from graphmem.cli.opening import store_at
from graphmem.cli.options import Namespace
from graphmem.graph.sync import sync as copy


@app.command()
def sync(
    source: Annotated[str, typer.Argument(help="The memory to copy: a file, or a server's address.")],
    target: Annotated[str, typer.Argument(help="Where to: a file (made when missing), or a server's address.")],
    namespace: Namespace = "default",
) -> None:
    """Copy a memory to another place, and keep the copy up: again, it writes only what is new."""
    console = Console(stderr=True)
    with (
        store_at(source, namespace) as held,
        store_at(target, namespace, new=True) as other,
        Progress(console=console, transient=True) as progress,
    ):
        task = progress.add_task("copying")
        copied = copy(held, other, progress=lambda n, total: progress.update(task, completed=n, total=total))
    print(f"copied {copied.episodes} episodes and {copied.facts} facts to {target}")
    if copied.only_in_target:
        print(f"{copied.only_in_target} episodes are only there, not in {source}")
