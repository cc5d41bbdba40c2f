"""Commands that look for what is wrong in a memory, and mend it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from graphmem.cli.app import AsJson, EmbedderSpec, File, Namespace, app, memory_at, store_at
from graphmem.cli.output import as_line, cell
from graphmem.graph import auditing, merging
from graphmem.memory import no_slot
from graphmem.terminal import printable

if TYPE_CHECKING:
    from graphmem.graph.auditing import Audit


@app.command("audit")
def audit_(
    file: File,
    limit: Annotated[int, typer.Option(min=1, help="Findings of each kind.")] = 50,
    namespace: Namespace = "default",
    as_json: AsJson = False,
) -> None:
    """List likely duplicates, contradictions, facts without support, and merges; nothing is changed."""
    with store_at(file, namespace) as store:
        found = auditing.audit(store, no_slot, limit=limit)
    if as_json:
        print(as_line(asdict(found)))
    else:
        _print(found)


def _print(found: Audit) -> None:
    console = Console()
    for title, columns, rows in _tables(found):
        if not rows:
            console.print(f"{title}: none")
            continue
        table = Table(*columns, title=title, title_justify="left")
        for row in rows:
            table.add_row(*map(cell, row))
        console.print(table)


def _tables(found: Audit) -> list[tuple[str, tuple[str, ...], Sequence[tuple[str, ...]]]]:
    """Title, columns and rows of each kind of finding."""
    duplicates = [
        (*it.names, f"{it.score:.2f}", f"{it.likeness:.2f}", "" if it.similarity is None else f"{it.similarity:.2f}")
        for it in found.duplicates
    ]
    contradictions = [
        ("now" if it.step is None else f"step {it.step}", "\n".join(map(str, it.facts)),
         "\n".join(fact.asserted_by for fact in it.facts))
        for it in found.contradictions
    ]  # fmt: skip
    unsupported = [(str(fact), fact.id) for fact in found.unsupported]
    return [
        ("Likely duplicates", ("entity", "may be", "score", "as written", "by vector"), duplicates),
        ("Contradictions", ("when", "facts", "taught by"), contradictions),
        ("Facts without support", ("fact", "id"), unsupported),
        ("Merges", ("kept", "merged into it"), found.merges),
    ]


@app.command()
def merge(
    file: File,
    keep: Annotated[str, typer.Argument(help="The entity whose name stays.")],
    gone: Annotated[str, typer.Argument(help="The entity that becomes another name of it.")],
    namespace: Namespace = "default",
    embedder: EmbedderSpec = None,
) -> None:
    """Make two entities one."""
    with memory_at(file, namespace, embedder) as memory:
        entity = memory.merge(keep, gone)
    print(printable(f"{entity.name} is also called {', '.join(entity.aliases)}"))


@app.command()
def unmerge(
    file: File,
    gone: Annotated[str, typer.Argument(help="The name that a merge took.")],
    namespace: Namespace = "default",
) -> None:
    """Undo a merge; what was learned since stays."""
    with store_at(file, namespace) as store:
        entity = merging.unmerge(store, gone)
    print(printable(f"{entity.name} is an entity of its own again"))
