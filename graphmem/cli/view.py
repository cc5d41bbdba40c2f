"""The command that shows a memory in the browser."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from graphmem.cli.app import app
from graphmem.cli.opening import memory_at, view_at
from graphmem.cli.options import EmbedderSpec, File, Namespace
from graphmem.viewer.page import export
from graphmem.viewer.server import PageServer


@app.command()
def view(
    file: File,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Serve on this port; 0 takes a free one.")] = 0,
    open_: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
    export_to: Annotated[Path | None, typer.Option("--export", help="Write the page to this file instead.")] = None,
    namespace: Namespace = "default",
    embedder: EmbedderSpec = None,
) -> None:
    """Show the graph on a page, to look at, ask and replay; it follows a run that is in progress."""
    name = Path(file).name
    with memory_at(file, namespace, embedder) if embedder else view_at(file, namespace, None) as memory:
        if export_to:
            print(f"wrote {export(memory, name, export_to)} facts to {export_to}")
            return
        with PageServer(memory, name, port) as server:
            print(f"{name} is at {server.url}\nCtrl-C ends it", flush=True)
            if open_:
                server.open()
            server.wait()
