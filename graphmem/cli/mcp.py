"""The command that serves a memory to clients of the Model Context Protocol."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from graphmem.cli.app import app
from graphmem.cli.options import EmbedderSpec, File, Namespace
from graphmem.embedding import load_embedder
from graphmem.memory import Memory

LOCAL = "127.0.0.1"


@app.command()
def mcp(
    file: File,
    namespace: Namespace = "default",
    embedder: EmbedderSpec = None,
    allow_forget: Annotated[bool, typer.Option("--allow-forget", help="Let clients delete episodes for good.")] = False,
    http: Annotated[bool, typer.Option("--http", help="Serve over streamable HTTP in place of stdio.")] = False,
    host: Annotated[
        str, typer.Option(help="The address to serve at. Any but this machine's needs a token.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to serve at.")] = 8000,
) -> None:
    """Serve a memory (made when missing) to MCP clients.

    Over HTTP, the environment variable GRAPHMEM_MCP_TOKEN sets a token that clients must send.
    """
    from graphmem.integrations.mcp import TOKEN, serve

    with Memory(file, namespace=namespace, embedder=load_embedder(embedder) if embedder else None) as memory:
        serve(memory, allow_forget=allow_forget, http=http, host=host, port=port, token=os.environ.get(TOKEN))
