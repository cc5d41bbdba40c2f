"""`python -m agents replay`: a past run from its log, step by step, forwards and back."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import BaseModel, Field, ValidationError
from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from agents.policies.protocol import Plan
from agents.screen import clean, lines
from graphmem.errors import InputError
from graphmem.files import text_of

NEXT = frozenset({"n", " ", "\r", "\n", "\x1b[C", "\x1b[B", "\x1bOC", "\x1bOB"})
BACK = frozenset({"p", "\x7f", "\b", "\x1b[D", "\x1b[A", "\x1bOD", "\x1bOA"})
QUIT = frozenset({"q", "\x1b", "\x04"})
_ALL = 10**6  # lines
_PARTS = 6  # of a step that may be long, to share a screen


class LoggedStep(BaseModel):
    """What is read of a step's line; see `runlog.step_record`."""

    step: int
    place: str | None
    observation: str
    asserted: list[tuple[str, str, str]]
    retired: list[tuple[str, str, str]]
    recalled: str
    plan: Plan
    action: str
    reason: str
    commands: list[str]
    outcome: str
    reward: float
    score: float

    def panel(self, most: int) -> Panel:
        """The step as a person reads it, of each part so many lines at most."""
        rows = Table.grid(padding=(0, 2))
        rows.add_column(style="dim", justify="right", min_width=8)
        rows.add_column()
        _row(rows, "saw", most, self.observation.splitlines())
        _row(rows, "learned", most, [f"+ {', '.join(fact)}" for fact in self.asserted], "green")
        _row(rows, "retired", most, [f"- {', '.join(fact)}" for fact in self.retired], "red")
        _row(rows, "recalled", most, self.recalled.splitlines(), "cyan")
        _row(rows, "plan", most, str(self.plan).splitlines(), "yellow")
        walked = [f"({', '.join(self.commands)})"] if self.commands not in ([], [self.action]) else []
        _row(rows, "action", most, [" ".join([self.action or "stop", *walked]), self.reason], "bold magenta")
        _row(rows, "outcome", most, self.outcome.splitlines())
        title = f"step {self.step} · {clean(self.place or 'somewhere')} · {self.score:g} points ({self.reward:+g})"
        return Panel(rows, title=Text(title, "bold"), title_align="left", border_style="dim")


class LoggedRun(BaseModel):
    """What is read of a run's line; see `runlog.run_record`."""

    score: float
    max_score: float | None
    won: bool
    steps: int
    actions: list[str] = Field(default_factory=list)
    stopped: str = ""

    def panel(self, most: int) -> Panel:
        """How the run ended, in so few lines that all are shown."""
        best = "" if self.max_score is None else f" of {self.max_score:g}"
        told = [f"score {self.score:g}{best}", f"{self.steps} steps, {len(self.actions)} commands", self.stopped]
        title, colour = ("won", "green") if self.won else ("not won", "red")
        return Panel(lines([clean(text) for text in told]), title=Text(title, f"bold {colour}"), title_align="left")


def _row(rows: Table, name: str, most: int, texts: list[str], style: str = "") -> None:
    if any(text.strip() for text in texts):
        rows.add_row(name, lines([clean(text) for text in texts], style=style, most=most))


def replay_log(log: Annotated[Path, typer.Argument(help="A file that `play --log` wrote.")]) -> None:
    """Show a past run step by step: n or an arrow for the next, p for the one before, q to end."""
    records = read_log(log)
    console = Console()
    if sys.stdin.isatty() and console.is_terminal:
        _leaf_through(console, records)
    else:
        console.print(*(record.panel(_ALL) for record in records))


def read_log(path: Path) -> list[LoggedStep | LoggedRun]:
    """The steps and runs of a log, in order. A last line that a kill cut short is left out.

    Raises `InputError` that names the file and the line when it is no log, or holds nothing.
    """
    whole = text_of(path)
    written = whole.split("\n")  # and at no other end of a line, which JSON leaves in a text
    records = []
    for number, line in enumerate(written, start=1):
        if not line.strip():
            continue
        try:
            records.append(_record(line))
        except ValidationError as error:
            if number == len(written) and not whole.endswith("\n"):
                break
            raise InputError(f"{path}, line {number} is no step of a run: {_fault(error)}") from error
    if not records:
        raise InputError(f"the log {path} holds no step; `play --log {path}` writes one")
    return records


def _record(line: str) -> LoggedStep | LoggedRun:
    return LoggedRun.model_validate_json(line) if '"won": ' in line else LoggedStep.model_validate_json(line)


def _fault(error: ValidationError) -> str:
    fault: Any = error.errors()[0]
    where = ".".join(map(str, fault["loc"]))
    return f"{where}: {fault['msg']}" if where else str(fault["msg"])


def _leaf_through(console: Console, records: Sequence[LoggedStep | LoggedRun]) -> None:
    shown = 0
    with console.screen(hide_cursor=True):
        while True:
            console.clear()
            console.print(records[shown].panel(max(3, console.height // _PARTS)))
            console.print(f"{shown + 1} of {len(records)}   n next, p back, q end", style="dim", highlight=False)
            try:
                key = typer.getchar()
            except (KeyboardInterrupt, EOFError):
                return
            if key in QUIT:
                return
            shown = min(max(shown + (key in NEXT) - (key in BACK), 0), len(records) - 1)
