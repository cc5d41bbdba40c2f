"""Commands that change a memory."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from graphmem.cli.app import AsJson, EmbedderSpec, File, Namespace, app, check_there, memory_at, on_disk, store_at
from graphmem.cli.models import reading
from graphmem.cli.output import print_learned, progress_bar
from graphmem.embedding import load_embedder
from graphmem.errors import InputError
from graphmem.graph import forgetting
from graphmem.graph.copying import re_embed
from graphmem.graph.learning import restore
from graphmem.graph.sync import sync as copy_to
from graphmem.protocols import Extractor, Store
from graphmem.storage import is_server
from graphmem.storage.sqlite.connection import back_up, compact
from graphmem.terminal import printable


@app.command()
@reading
def remember(
    file: File,
    text: Annotated[
        str, typer.Argument(help='The observation; "-" reads it from standard input; beside an image, "" will do.')
    ],
    image: Annotated[
        list[Path] | None, typer.Option(parser=on_disk, help="An image that comes with it: a PNG, JPEG, GIF or WebP.")
    ] = None,
    step: Annotated[
        int | None, typer.Option(min=0, help="When it was seen; one more than the last if left out.")
    ] = None,
    speaker: Annotated[str | None, typer.Option(help='Who says it: "I" is that one.')] = None,
    time: Annotated[datetime | None, typer.Option(help="When it was seen, as a date and time.")] = None,
    key: Annotated[str | None, typer.Option(help="Makes a repeated call harmless.")] = None,
    triple: Annotated[
        list[str] | None, typer.Option(help='"subject, relation, object": teach this, and extract nothing.')
    ] = None,
    namespace: Namespace = "default",
    embedder: EmbedderSpec = None,
    as_json: AsJson = False,
    extractor: Extractor | None = None,
) -> None:
    """Store an observation and learn what it says."""
    with memory_at(file, namespace, embedder, new=True, extractor=extractor) as memory:
        triples = [_triple(each) for each in triple] if triple else None
        learned = memory.remember(
            _said(text), speaker=speaker, step=step, time=time, key=key, triples=triples, images=image or ()
        )
        print_learned(learned, as_json)


def _said(text: str) -> str:
    """The text, or what standard input holds. Raises `InputError` for bytes of another encoding: they would be lost."""
    try:
        said = sys.stdin.read() if text == "-" else text
        said.encode()
    except UnicodeError as error:
        raise InputError("the observation is not written in this terminal's encoding: hand it over as UTF-8") from error
    return said


@app.command()
def forget(
    file: File,
    episode_ids: Annotated[list[str], typer.Argument(help="Ids of episodes, as `graphmem episodes` shows them.")],
    namespace: Namespace = "default",
) -> None:
    """Remove episodes for good, and the facts that no other episode supports."""
    with store_at(file, namespace) as store:
        forgetting.check_held(store, episode_ids)
        gone = forgetting.forget(store, episode_ids)
    print(f"forgot {gone.episodes} episodes, {gone.facts} facts, {gone.entities} entities")


@app.command("import")
def import_(
    file: File,
    source: Annotated[Path, typer.Argument(parser=on_disk, help="A file that `graphmem export` wrote.")],
    namespace: Namespace = "default",
    embedder: EmbedderSpec = None,
) -> None:
    """Put an exported memory into this one (made when missing)."""
    if not source.is_file():
        raise InputError(f"{source} cannot be read: there is no such file")
    with memory_at(file, namespace, embedder, new=True) as memory:
        print(f"read {memory.import_file(source)} records from {source}")


@app.command("extract-pending")
@reading
def extract_pending(
    file: File, namespace: Namespace = "default", embedder: EmbedderSpec = None, extractor: Extractor | None = None
) -> None:
    """Extract the facts of episodes for which that failed before."""
    with memory_at(file, namespace, embedder, extractor=extractor) as memory:
        learned = memory.extract_pending()
    failed = [each.episode for each in learned if each.episode.pending]
    print(f"extracted {len(learned) - len(failed)} episodes, {len(failed)} are still pending")
    for episode in failed:
        print(printable(f"  step {episode.step}: {episode.error}"))


@app.command("re-extract")
@reading
def re_extract(
    file: File, namespace: Namespace = "default", embedder: EmbedderSpec = None, extractor: Extractor | None = None
) -> None:
    """Read once more the episodes that have taught nothing, as prose before there was a reader for it."""
    with memory_at(file, namespace, embedder, extractor=extractor) as memory:
        learned = memory.re_extract()
    facts = sum(len(each.asserted) + len(each.supported) for each in learned)
    print(f"read {len(learned)} episodes again: {facts} facts")


@app.command()
def undo(
    file: File,
    fact: Annotated[
        str | None,
        typer.Argument(help="The id of a retired fact, as `graphmem history --json` tells it; else the last retired."),
    ] = None,
    namespace: Namespace = "default",
) -> None:
    """Let a fact that was wrongly retired hold again."""
    with store_at(file, namespace) as store:
        print(printable(f"{restore(store, fact or _last_retired(store))} holds again"))


def _last_retired(store: Store) -> str:
    """The id of the fact that was retired last."""
    retired = [each for each in store.facts(current=False) if not each.current]
    if not retired:
        raise InputError("no fact of this memory is retired: there is nothing to undo")
    return max(retired, key=lambda each: each.until or 0).id


@app.command("re-embed")
def re_embed_(file: File, namespace: Namespace = "default", embedder: EmbedderSpec = None) -> None:
    """Compute all vectors anew, for another embedder."""
    chosen = load_embedder(embedder)
    with store_at(file, namespace) as store, progress_bar() as progress:
        task = progress.add_task("embedding")
        re_embed(store, chosen, progress=lambda n, total: progress.update(task, completed=n, total=total))
    print(f"{file} now holds the vectors of {chosen.name}")


def _triple(text: str) -> tuple[str, str, str]:
    parts = [part.strip() for part in text.split(",")]
    if len(parts) != 3:
        raise InputError(f'a triple is "subject, relation, object", not {text!r}')
    return parts[0], parts[1], parts[2]


@app.command()
def backup(
    file: File, copy: Annotated[Path, typer.Argument(help="A new file, which holds all that FILE holds now.")]
) -> None:
    """Copy a memory while it is in use: the file alone is not all of it then."""
    if is_server(file):
        raise InputError(f"{file} is a server's memory: copy it with `graphmem sync {quote(file)} {quote(str(copy))}`")
    check_there(file)
    back_up(file, str(copy))
    print(f"{copy} holds what {file} holds")


@app.command(name="compact")
def compact_file(file: File) -> None:
    """Write a memory's file anew: free space is given back, full text and what is left of any page are made fresh.

    `forget` does without: what is forgotten is overwritten at once, and its room used again.
    """
    if is_server(file):
        raise InputError(f"{file} is a server's memory: only a file can be compacted")
    with store_at(file, "default"):  # which says so when there is none, and brings an older one up to date
        pass
    before, after = compact(file)
    print(f"{file}: {before:,} bytes, now {after:,}")


@app.command()
def sync(
    source: Annotated[str, typer.Argument(help="The memory to copy: a file, or a server's address.")],
    target: Annotated[str, typer.Argument(help="Where to: a file (made when missing), or a server's address.")],
    namespace: Namespace = "default",
) -> None:
    """Copy a memory to another place, and keep the copy up: again, it writes only what is new."""
    with (
        store_at(source, namespace) as held,
        store_at(target, namespace, new=True) as other,
        progress_bar() as progress,
    ):
        task = progress.add_task("copying")
        copied = copy_to(held, other, progress=lambda n, total: progress.update(task, completed=n, total=total))
    print(f"copied {copied.episodes} episodes and {copied.facts} facts to {target}")
    if copied.only_in_target:
        print(f"{copied.only_in_target} episodes are only there, not in {source}")
