"""Printing records as tables, or as JSON, and how far a command has come."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.progress import Progress, ProgressColumn
from rich.table import Table
from rich.text import Text

from graphmem.records import Episode, Fact, Learned, Recollection, told_at, when
from graphmem.terminal import printable


def progress_bar(*columns: ProgressColumn) -> Progress:
    """A bar on standard error, gone in the end; none where that is no terminal."""
    console = Console(stderr=True)
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def as_line(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def print_learned(learned: Learned, as_json: bool) -> None:
    if as_json:
        print(as_line(asdict(learned)))
        return
    episode = learned.episode
    print(f"{told_at(episode)}, episode {episode.id}{', known before' if learned.repeated else ''}")
    if learned.repeated:
        print(printable(f"  kept: {episode.told}"))
    for image in episode.images:
        print(printable(f"  {image.media_type} {image.hash}: {image.description or 'not looked at by a model'}"))
    for mark, found in (("+", learned.asserted), ("=", learned.supported), ("-", learned.retired)):
        for fact in found:
            print(printable(f"  {mark} {fact}"))
    for triple, why in learned.dropped:
        print(printable(f"  ? {triple} ({why}: not taken)"))
    if episode.pending:
        print(printable(f"  pending: {episode.error}"))


def print_facts(found: list[Fact], as_json: bool) -> None:
    if as_json:
        for fact in found:
            print(as_line(asdict(fact)))
        return
    table = Table("subject", "relation", "object", "since", "until", "seen", "taught by")
    for fact in found:
        until = "" if fact.until is None else _step(fact.until)
        numbers = (_step(fact.since), until, str(fact.support), fact.asserted_by)
        table.add_row(*map(cell, (fact.subject, fact.relation, fact.object, *numbers)))
    Console().print(table)


def print_reasons(found: Recollection) -> None:
    """Why each was found: its score, the seeds that lead to it, and the way from the best of them."""
    names = {fact.id: str(fact) for fact in found.facts} | {e.id: f"episode of {told_at(e)}" for e in found.episodes}
    table = Table("found", "score", "seeds", "way")
    for id_, why in found.why.items():
        table.add_row(*map(cell, (names[id_], f"{why.score:.4f}", "; ".join(why.seeds), " > ".join(why.path))))
    Console().print(table)


def print_episodes(found: list[Episode], as_json: bool) -> None:
    if as_json:
        for episode in found:
            print(as_line(asdict(episode)))
        return
    table = Table("step", "id", "text", "facts")
    for episode in found:
        text = episode.told if not episode.pending else f"{episode.told}\n(pending: {episode.error})"
        table.add_row(*map(cell, (told_at(episode).removeprefix("step "), episode.id, text, str(len(episode.facts)))))
    Console().print(table)


def _step(step: int) -> str:
    return when(step).removeprefix("step ")


def cell(text: str) -> Text:
    """Text from outside is never read as markup, and shown whole: ids and names are for other commands to take."""
    return Text(printable(text), overflow="fold")
