"""A run as a person likes to watch it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from math import isinf
from shlex import quote
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from agents.ariadne import Step
from agents.worldmap import RELATIONS
from graphmem import Fact
from graphmem.llm import Bill
from graphmem.terminal import printable

SHOWN = 6
"""Facts, sub-goals and lines shown of each kind at most."""


def show_step(console: Console, step: Step, bill: Bill | None = None) -> None:
    """Where it is, what it saw, learned and recalled, what it plans and does, the score, and what was paid so far."""
    rows = Table.grid(padding=(0, 2))
    rows.add_column(style="dim", justify="right", min_width=8)
    rows.add_column()
    rows.add_row("saw", lines(clean(step.observation).splitlines()))
    _add(rows, "learned", step.asserted, "green", "+ ")
    _add(rows, "retired", step.retired, "red", "- ")
    _add(rows, "recalled", sorted(step.recollection.facts, key=lambda fact: fact.relation in RELATIONS), "cyan", "")
    if step.recollection.episodes:
        steps = ", ".join(str(episode.step) for episode in step.recollection.episodes)
        rows.add_row("", Text(f"episodes of step {steps}", "cyan"))
    rows.add_row("plan", lines([clean(goal.text) for goal in step.plan.sub_goals], style="yellow", numbered=True))
    rows.add_row("action", _action(step))
    if bill:
        rows.add_row("paid", Text(_paid(asdict(bill.total)), "dim"))
    title = f"step {step.number} · {clean(step.place or 'somewhere')} · {_score(step.info)}"
    console.print(Panel(rows, title=Text(title, "bold"), title_align="left", border_style="dim"))


def show_run(console: Console, record: dict[str, Any], outcome: str, memory_file: str | None) -> None:
    """How it ended, and what the memory holds."""
    table = Table(show_header=False, box=None, padding=(0, 2))
    table.add_row("score", _points(record["score"], record["max_score"]))
    table.add_row("steps", f"{record['steps']} ({len(record['actions'])} commands)")
    table.add_row("memory", f"{record['episodes']} episodes, {record['facts']} facts")
    table.add_row("", f"{record['memory_ms_per_step']:.0f} ms a step to remember and recall")
    if "usage" in record:
        table.add_row("model", _paid(record["usage"]["total"]))
        table.add_row("replies", _faults(record["usage"]["total"], record["reply_faults"]))
    if "stopped" in record:
        table.add_row("stopped", Text(clean(record["stopped"]), "red"))
    if record["unread"] or record["pending"]:
        table.add_row("unread", Text(_unread(record, memory_file)))
    if memory_file:
        table.add_row("look at it", Text(f"graphmem facts {quote(memory_file)}"))
    else:
        table.add_row("keep it", "play with --memory-file FILE, then look with `graphmem facts FILE`")
    body: list[RenderableType] = [lines(clean(outcome).splitlines()), Padding(table, (1, 0, 0, 0))]
    title, colour = ("won", "green") if record["won"] else ("not won", "red")
    console.print(Panel(Group(*body), title=Text(title, f"bold {colour}"), title_align="left", border_style=colour))


def _unread(record: dict[str, Any], memory_file: str | None) -> str:
    """How many observations could not be read for facts, and what can be done about it."""
    mend = f": graphmem extract-pending {quote(memory_file)}" if memory_file and record["pending"] else ""
    return f"{record['unread']} observations of this run, {record['pending']} in the memory are pending{mend}"


def _add(rows: Table, name: str, facts: Sequence[Fact], style: str, mark: str) -> None:
    if facts:
        rows.add_row(name, lines([clean(f"{mark}{fact}") for fact in facts], style=style))


def lines(texts: Sequence[str], *, style: str = "", numbered: bool = False, most: int = SHOWN) -> Text:
    """The first texts that are not blank, a line each, and how many more there are."""
    texts = [text for text in texts if text.strip()]
    shown = [f"{number}. {text}" if numbered else text for number, text in enumerate(texts[:most], start=1)]
    made = Text("\n".join(shown), style)
    if len(texts) > most:
        made.append(f"\n(and {len(texts) - most} more)", "dim")
    return made


def _action(step: Step) -> Text:
    text = Text(clean(step.decision.action or "stop"), "bold magenta")
    if step.commands and step.commands != (step.decision.action,):
        text.append(printable(f"  ({', '.join(step.commands)})"), "magenta")
    text.append(printable(f"  {step.decision.reason}"), "dim")
    if step.reward:
        text.append(f"  {step.reward:+g}", "bold green" if step.reward > 0 else "bold red")
    return text


def _paid(usage: dict[str, Any]) -> str:
    """Calls, tokens and cost so far."""
    cost = "price unknown" if usage["cost"] is None else f"${usage['cost']:.4f}"
    tokens = f"{usage['prompt_tokens']:,} tokens read ({usage['cached_tokens']:,} cached)"
    return f"{usage['calls']} calls, {tokens}, {usage['completion_tokens']:,} written, {cost}"


def _faults(usage: dict[str, Any], faults: dict[str, int]) -> str:
    """What of the replies was not used as it was, the most frequent first."""
    counted = sorted(faults.items(), key=lambda item: -item[1])
    told = [f"{count} {why}" for why, count in [*counted, ("repaired", usage["repairs"])] if count]
    return f"not used as they were: {', '.join(told)}" if told else "all used as they were"


def _score(info: Any) -> str:
    return f"{_points(info['score'], info['max_score'])} points"


def _points(score: float, best: float | None) -> str:
    """As "3 of 7"; without the latter where more can always be had."""
    return f"{score:g}" if best is None or isinf(best) else f"{score:g} of {best:g}"


def clean(text: str) -> str:
    """Text from outside, safe to print."""
    return printable(text).strip()
