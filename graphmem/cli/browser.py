"""The command that shows a memory in Neo4j Browser."""

from __future__ import annotations

import webbrowser
from typing import Annotated

import typer

from graphmem.cli.app import app
from graphmem.cli.opening import store_at
from graphmem.cli.options import Namespace
from graphmem.errors import InputError
from graphmem.storage import is_server


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
            f"{address} is a file; `graphmem view {address}` shows it, `graphmem sync` copies it to a server"
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
