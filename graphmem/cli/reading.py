"""Commands that read a memory."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from graphmem.cli.app import (
    AsJson,
    EmbedderSpec,
    File,
    Moment,
    Namespace,
    Where,
    app,
    check_there,
    store_at,
    view_at,
    where_of,
)
from graphmem.cli.output import as_line, print_episodes, print_facts, print_reasons
from graphmem.errors import InputError, extra
from graphmem.records import when
from graphmem.retrieval.budget import LEAST
from graphmem.storage import namespaces_at
from graphmem.terminal import printable
from graphmem.view import SearchName, View


@app.command()
def recall(
    file: File,
    query: Annotated[str, typer.Argument(help="What to look for.")],
    search: Annotated[
        SearchName, typer.Option(help="By a random walk (pagerank), or the paper's (arigraph).")
    ] = "pagerank",
    plan: Annotated[str | None, typer.Option(help="What the agent means to do: ranks the episodes.")] = None,
    rounds: Annotated[int | None, typer.Option(min=1, help="Of pagerank; each is led on by the one before.")] = None,
    depth: Annotated[int | None, typer.Option(min=1, help="Rounds of arigraph, 2 unless given.")] = None,
    width: Annotated[int | None, typer.Option(min=1, help="Facts found in each round of arigraph, 6.")] = None,
    episodes: Annotated[
        int | None, typer.Option(min=0, help="The most episodes to recall; without it, as many as bear on the query.")
    ] = None,
    budget: Annotated[int, typer.Option(min=LEAST, help="Tokens that the text may take.")] = 1000,
    where: Where = None,
    explain: Annotated[bool, typer.Option(help="Say why each was found.")] = False,
    at: Moment = None,
    namespace: Namespace = "default",
    embedder: EmbedderSpec = None,
    as_json: AsJson = False,
) -> None:
    """Print the facts and episodes that bear on a query, as prompt text."""
    with view_at(file, namespace, at, embedder) as view:
        found = view.recall(
            query, search=search, plan=plan, rounds=rounds, depth=depth, width=width, episodes=episodes,
            budget=budget, where=where_of(where), explain=explain,
        )  # fmt: skip
        print(as_line(asdict(found)) if as_json else printable(str(found)))
        if explain and not as_json:
            print_reasons(found)


@app.command()
def facts(
    file: File,
    entity: Annotated[str | None, typer.Argument(help="Only facts about this entity.")] = None,
    relation: Annotated[list[str] | None, typer.Option(help="Only facts of this relation.")] = None,
    retired: Annotated[bool, typer.Option(help="Retired facts too.")] = False,
    at: Moment = None,
    namespace: Namespace = "default",
    as_json: AsJson = False,
) -> None:
    """List what the memory knows."""
    with view_at(file, namespace, at) as view:
        _check_known(view, entity)
        print_facts(view.facts(entity, relations=relation, retired=retired), as_json)


@app.command()
def history(
    file: File,
    entity: Annotated[str, typer.Argument(help="Whose life to tell.")],
    at: Moment = None,
    namespace: Namespace = "default",
    as_json: AsJson = False,
) -> None:
    """List every fact that was ever known about an entity."""
    with view_at(file, namespace, at) as view:
        _check_known(view, entity)
        print_facts(view.history(entity), as_json)


def _check_known(view: View, entity: str | None) -> None:
    """An entity that nobody has heard of is told, not passed off as one without facts."""
    if entity is not None and not view.entities([entity]):
        raise InputError(f"no entity of this memory is called {entity!r}; `graphmem recall` finds what is like it")


@app.command()
def episodes(
    file: File,
    newest: Annotated[int | None, typer.Option(min=1, help="Only this many, the newest.")] = None,
    pending: Annotated[bool, typer.Option(help="Only those whose facts could not be extracted yet.")] = False,
    at: Moment = None,
    namespace: Namespace = "default",
    as_json: AsJson = False,
) -> None:
    """List what the memory saw."""
    with view_at(file, namespace, at) as view:
        print_episodes(view.episodes(newest=newest, pending=pending or None), as_json)


@app.command()
def stats(file: File, namespace: Namespace = "default", as_json: AsJson = False) -> None:
    """Print the size of the memory."""
    with store_at(file, namespace) as store:
        numbers = {**asdict(store.stats()), "embedder": store.embedder()}
    if as_json:
        print(as_line(numbers))
        return
    table = Table(show_header=False)
    for name, value in numbers.items():
        if name == "last_step":
            value = when(value).removeprefix("step ") if value >= 0 else None
        table.add_row(name.replace("_", " "), "none yet" if value is None else str(value))
    Console().print(table)


@app.command("export")
def export_(
    file: File,
    target: Annotated[Path, typer.Argument(help="Ends in .jsonl or .graphml; with --neo4j-import a new folder.")],
    namespace: Namespace = "default",
    neo4j_import: Annotated[
        bool, typer.Option("--neo4j-import", help="Write a folder for Neo4j's bulk importer; says how to import it.")
    ] = False,
) -> None:
    """Write the whole memory to a file."""
    with store_at(file, namespace) as store:
        if neo4j_import:
            with extra("neo4j"):
                from graphmem.storage.neo4j import write_import

            print(f"With the server stopped:\n\n{write_import(store, target, namespace)}\n")
            print("Then start it; the first to open the memory there makes its indexes, which takes a while.")
            return
        from graphmem.graph import export as transfer

        print(f"wrote {transfer.export(store, target)} records to {target}")


@app.command()
def namespaces(file: File) -> None:
    """List whose memories a file or a server holds."""
    check_there(file)
    for name in namespaces_at(file):
        print(printable(name))
