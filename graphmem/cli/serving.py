"""Commands that show or serve a memory: as a page, in Neo4j Browser, to MCP clients."""

from __future__ import annotations

import os
import webbrowser
from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from graphmem.cli.app import EmbedderSpec, File, Namespace, app, store_at, view_at
from graphmem.cli.models import reading
from graphmem.embedding import load_embedder
from graphmem.errors import InputError
from graphmem.memory import Memory
from graphmem.protocols import Extractor
from graphmem.storage import is_server


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
    from graphmem.viewer.page import export
    from graphmem.viewer.server import PageServer

    name = Path(file).name
    with view_at(file, namespace, spec=embedder) as memory:
        if export_to:
            print(f"wrote {export(memory, name, export_to)} facts to {export_to}")
            return
        with PageServer(memory, name, port) as server:
            print(f"{name} is at {server.url}\nCtrl-C ends it", flush=True)
            if open_:
                server.open()
            server.wait()


@app.command()
def browser(
    address: Annotated[str, typer.Argument(help="The server that holds the memory: neo4j://user@host:7687/database.")],
    port: Annotated[int, typer.Option(min=0, max=65535, help="Serve the guide on this port; 0 takes a free one.")] = 0,
    open_: Annotated[bool, typer.Option("--open", help="Open Neo4j Browser in the web browser.")] = False,
    namespace: Namespace = "default",
) -> None:
    """Show a memory in Neo4j Browser: prints its address, and serves a style and a guide to it."""
    if not is_server(address):
        raise InputError(
            f"{address} is a file; `graphmem view {quote(address)}` shows it, `graphmem sync` copies it to a server"
        )
    from graphmem.browser.pages import Pages
    from graphmem.browser.server import GuideServer
    from graphmem.storage.neo4j import Neo4jStore

    with store_at(address, namespace) as store:
        assert isinstance(store, Neo4jStore)
        pages = Pages(store, namespace)
        with GuideServer(pages.by_path, port) as server:
            pages.style_url = server.url("/style.grass")
            url = pages.browser_url(server.url("/guide.html"))
            print(f"Neo4j Browser   {url}\nin its editor   :play {server.url('/guide.html')}")
            print(f"                :style {pages.style_url}\nCtrl-C ends it", flush=True)
            if open_:
                webbrowser.open(url)
            server.wait()


@app.command()
@reading
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
    extractor: Extractor | None = None,
) -> None:
    """Serve a memory (made when missing) to MCP clients.

    A model that is named reads what is remembered, and answers what is asked by the tool `ask`. Over HTTP, the
    environment variable GRAPHMEM_MCP_TOKEN sets a token that clients must send.
    """
    from graphmem.integrations.mcp import TOKEN, serve

    chosen = load_embedder(embedder) if embedder else None
    with Memory(file, namespace=namespace, embedder=chosen, extractor=extractor) as memory:
        token, answering = os.environ.get(TOKEN), getattr(extractor, "llm", None)
        serve(memory, allow_forget=allow_forget, http=http, host=host, port=port, token=token, model=answering)
