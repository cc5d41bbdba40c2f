"""The `graphmem` command: read and write a memory from the shell."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from graphmem import transfer
from graphmem.embedding import load_embedder
from graphmem.errors import GraphmemError, InputError
from graphmem.memory import Memory, re_embed
from graphmem.printing import printable
from graphmem.protocols import Store
from graphmem.records import Episode, Fact, Learned
from graphmem.retrieval.budget import LEAST
from graphmem.storage import open_store
from graphmem.view import View

app = typer.Typer(
    help="A knowledge-graph memory for agents, kept in one file.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

File = Annotated[str, typer.Argument(help="The memory's file.")]
Namespace = Annotated[str, typer.Option(help="Whose memory in the file.")]
EmbedderSpec = Annotated[
    str | None, typer.Option("--embedder", help='"minilm", "lexical", a folder with an ONNX model, or a hub name.')
]
Step = Annotated[int | None, typer.Option("--at", min=0, help="Read the memory as it stood after this step.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")]


@app.command()
def remember(
    file: File,
    text: Annotated[str, typer.Argument(help='The observation; "-" reads it from standard input.')],
    step: Annotated[
        int | None, typer.Option(min=0, help="When it was seen; one more than the last if left out.")
    ] = None,
    time: Annotated[datetime | None, typer.Option(help="When it was seen, as a date and time.")] = None,
    key: Annotated[str | None, typer.Option(help="Makes a repeated call harmless.")] = None,
    triple: Annotated[
        list[str] | None, typer.Option(help='"subject, relation, object": teach this, and extract nothing.')
    ] = None,
    namespace: Namespace = "default",
    embedder: EmbedderSpec = None,
    as_json: AsJson = False,
) -> None:
    """Store an observation and learn what it says."""
    with _memory(file, namespace, embedder, new=True) as memory:
        text = sys.stdin.read() if text == "-" else text
        triples = [_triple(each) for each in triple] if triple else None
        _print_learned(memory.remember(text, step=step, time=time, key=key, triples=triples), as_json)


@app.command()
def recall(
    file: File,
    query: Annotated[str, typer.Argument(help="What to look for.")],
    plan: Annotated[str | None, typer.Option(help="What the agent means to do: ranks the episodes.")] = None,
    depth: Annotated[int, typer.Option(min=1, help="Rounds of semantic search.")] = 2,
    width: Annotated[int, typer.Option(min=1, help="Facts found by each query of a round.")] = 6,
    episodes: Annotated[int, typer.Option(min=0, help="Episodes to recall.")] = 3,
    budget: Annotated[int, typer.Option(min=LEAST, help="Tokens that the text may take.")] = 1000,
    at: Step = None,
    namespace: Namespace = "default",
    embedder: EmbedderSpec = None,
    as_json: AsJson = False,
) -> None:
    """Print the facts and episodes that bear on a query, as prompt text."""
    with _memory(file, namespace, embedder) as memory:
        view: View = memory if at is None else memory.at(at)
        found = view.recall(query, plan=plan, depth=depth, width=width, episodes=episodes, budget=budget)
        print(_json(asdict(found)) if as_json else printable(str(found)))


@app.command()
def facts(
    file: File,
    entity: Annotated[str | None, typer.Argument(help="Only facts about this entity.")] = None,
    relation: Annotated[list[str] | None, typer.Option(help="Only facts of this relation.")] = None,
    retired: Annotated[bool, typer.Option(help="Retired facts too.")] = False,
    at: Step = None,
    namespace: Namespace = "default",
    as_json: AsJson = False,
) -> None:
    """List what the memory knows."""
    with _view(file, namespace, at) as view:
        _print_facts(view.facts(entity, relations=relation, retired=retired), as_json)


@app.command()
def history(
    file: File,
    entity: Annotated[str, typer.Argument(help="Whose life to tell.")],
    at: Step = None,
    namespace: Namespace = "default",
    as_json: AsJson = False,
) -> None:
    """List every fact that was ever known about an entity."""
    with _view(file, namespace, at) as view:
        _print_facts(view.history(entity), as_json)


@app.command()
def episodes(
    file: File,
    newest: Annotated[int | None, typer.Option(min=1, help="Only this many, the newest.")] = None,
    pending: Annotated[bool, typer.Option(help="Only those whose facts could not be extracted yet.")] = False,
    at: Step = None,
    namespace: Namespace = "default",
    as_json: AsJson = False,
) -> None:
    """List what the memory saw."""
    with _view(file, namespace, at) as view:
        _print_episodes(view.episodes(newest=newest, pending=pending or None), as_json)


@app.command()
def stats(file: File, namespace: Namespace = "default", as_json: AsJson = False) -> None:
    """Print the size of the memory."""
    with _store(file, namespace) as store:
        numbers = {**asdict(store.stats()), "embedder": store.embedder()}
    if as_json:
        print(_json(numbers))
        return
    table = Table(show_header=False)
    for name, value in numbers.items():
        table.add_row(name.replace("_", " "), str(value))
    Console().print(table)


@app.command()
def forget(
    file: File,
    episode_ids: Annotated[list[str], typer.Argument(help="Ids of episodes, as `graphmem episodes` shows them.")],
    namespace: Namespace = "default",
) -> None:
    """Remove episodes for good, and the facts that no other episode supports."""
    with _memory(file, namespace, None) as memory:
        gone = memory.forget(*episode_ids)
    print(f"forgot {gone.episodes} episodes, {gone.facts} facts, {gone.entities} entities")


@app.command("export")
def export_(
    file: File,
    target: Annotated[Path, typer.Argument(help="Ends in .jsonl or .graphml.")],
    namespace: Namespace = "default",
) -> None:
    """Write the whole memory to a file."""
    with _store(file, namespace) as store:
        print(f"wrote {transfer.export(store, target)} records to {target}")


@app.command("import")
def import_(
    file: File,
    source: Annotated[Path, typer.Argument(help="A file that `graphmem export` wrote.")],
    namespace: Namespace = "default",
    embedder: EmbedderSpec = None,
) -> None:
    """Put an exported memory into this one (made when missing)."""
    if not source.is_file():
        raise InputError(f"{source} cannot be read: there is no such file")
    with _memory(file, namespace, embedder, new=True) as memory:
        print(f"read {memory.import_file(source)} records from {source}")


@app.command("extract-pending")
def extract_pending(file: File, namespace: Namespace = "default", embedder: EmbedderSpec = None) -> None:
    """Extract the facts of episodes for which that failed before."""
    with _memory(file, namespace, embedder) as memory:
        learned = memory.extract_pending()
    failed = [each.episode for each in learned if each.episode.pending]
    print(f"extracted {len(learned) - len(failed)} episodes, {len(failed)} are still pending")
    for episode in failed:
        print(printable(f"  step {episode.step}: {episode.error}"))


@app.command("re-embed")
def re_embed_(file: File, namespace: Namespace = "default", embedder: EmbedderSpec = None) -> None:
    """Compute all vectors anew, for another embedder."""
    chosen = load_embedder(embedder)
    with _store(file, namespace) as store, Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("embedding")
        re_embed(store, chosen, progress=lambda n, total: progress.update(task, completed=n, total=total))
    print(f"{file} now holds the vectors of {chosen.name}")


@contextmanager
def _store(file: str, namespace: str, *, new: bool = False) -> Iterator[Store]:
    if not new and not Path(file).exists():
        raise InputError(f"there is no memory at {file}; `graphmem remember {file} TEXT` makes one")
    store = open_store(file, namespace)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def _view(file: str, namespace: str, at: int | None) -> Iterator[View]:
    with _store(file, namespace) as store:
        yield View(store, load_embedder, at)


@contextmanager
def _memory(file: str, namespace: str, spec: str | None, *, new: bool = False) -> Iterator[Memory]:
    with _store(file, namespace, new=new) as store:
        yield Memory(store, embedder=load_embedder(spec) if spec else None)


def _triple(text: str) -> tuple[str, str, str]:
    parts = [part.strip() for part in text.split(",")]
    if len(parts) != 3:
        raise InputError(f'a triple is "subject, relation, object", not {text!r}')
    return parts[0], parts[1], parts[2]


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _print_learned(learned: Learned, as_json: bool) -> None:
    if as_json:
        print(_json(asdict(learned)))
        return
    episode = learned.episode
    print(f"step {episode.step}, episode {episode.id}")
    for mark, found in (("+", learned.asserted), ("=", learned.supported), ("-", learned.retired)):
        for fact in found:
            print(printable(f"  {mark} {fact}"))
    if episode.pending:
        print(printable(f"  pending: {episode.error}"))


def _print_facts(found: list[Fact], as_json: bool) -> None:
    if as_json:
        for fact in found:
            print(_json(asdict(fact)))
        return
    table = Table("subject", "relation", "object", "since", "until", "seen", "taught by")
    for fact in found:
        until = "" if fact.until is None else str(fact.until)
        numbers = (str(fact.since), until, str(fact.support), fact.asserted_by)
        table.add_row(*map(_cell, (fact.subject, fact.relation, fact.object, *numbers)))
    Console().print(table)


def _print_episodes(found: list[Episode], as_json: bool) -> None:
    if as_json:
        for episode in found:
            print(_json(asdict(episode)))
        return
    table = Table("step", "id", "text", "facts")
    for episode in found:
        text = episode.text if not episode.pending else f"{episode.text}\n(pending: {episode.error})"
        table.add_row(*map(_cell, (str(episode.step), episode.id, text, str(len(episode.facts)))))
    Console().print(table)


def _cell(text: str) -> Text:
    """Text from outside is never read as markup."""
    return Text(printable(text))


def main() -> None:
    """Run the command; an error that we know ends it with one line and exit code 2."""
    try:
        app()
    except GraphmemError as error:
        print(f"graphmem: {printable(str(error))}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
