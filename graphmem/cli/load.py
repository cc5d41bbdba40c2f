"""Loading many observations from files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn

from graphmem.cli.app import EmbedderSpec, File, Namespace, app, memory_at, on_disk
from graphmem.cli.models import reading
from graphmem.cli.output import progress_bar
from graphmem.loading import files_of, new_ones, observations_in
from graphmem.protocols import Extractor


@app.command()
@reading
def load(
    file: File,
    sources: Annotated[
        list[Path],
        typer.Argument(
            metavar="SOURCE...",
            parser=on_disk,
            help="Files, or folders of them. A .txt of notes, a line each, of a chat as exported, or of a document"
            " (a mail; lines that run on; long paragraphs); a .md; a .pdf (with the extra `pdf`); a .json, an export"
            " of a chat; a .jsonl, a line each"
            ' of {"text": ..., "speaker": ..., "time": ..., "triples": [[s, r, o], ...], "step": ..., "metadata":'
            ' {...}, "key": ...} or of {"role": ..., "content": ...}.',
        ),
    ],
    namespace: Namespace = "default",
    embedder: EmbedderSpec = None,
    concurrency: Annotated[int, typer.Option(min=1, help="So many observations a model is asked about at once.")] = 1,
    extractor: Extractor | None = None,
) -> None:
    """Remember what files tell: notes, chats, documents; called again, it goes on where it was, and doubles nothing.

    All files are read before anything is remembered. An observation without a key of its own gets one of what it says:
    a line that is inserted, or a file that is moved, is no reason to load the rest anew.
    """
    files = files_of(sources)
    read = {path: observations_in(path) for path in files}
    bar = progress_bar(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with memory_at(file, namespace, embedder, new=True, extractor=extractor) as memory, bar:
        keys = {episode.key: episode.text for episode in memory.episodes() if episode.key}
        fresh = [each for path, found in read.items() for each in new_ones(found, path.name, keys)]
        task = bar.add_task("remembering", total=len(fresh))
        memory.remember_many(fresh, progress=lambda done, _: bar.update(task, completed=done), concurrency=concurrency)
        size = memory.stats()
    origin = str(files[0]) if len(files) == 1 else f"{len(files)} files"
    total = sum(map(len, read.values()))
    print(f"read {total} observations from {origin}: {file} holds {size.episodes}, and {size.facts} facts")
