"""A person plays, with what the memory learned and recalls shown beside the game: the paper's human baseline."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module

from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from agents.policies.protocol import GO_TO, STOP, Decision, Plan, Policy, Situation
from agents.screen import clean, lines
from graphmem import Fact, Memory
from graphmem.terminal import printable

MOST = 16
"""Facts shown of each kind: learned, retired, recalled."""

PROMPT = "> "
HELP = "?"


class HumanPlayer(Policy):
    """Shows each situation and asks for a command; the end of the input ends the run.

    Any command may be typed, and `go to PLACE` too; at a terminal the tab key completes those that are listed.
    """

    def __init__(self, console: Console, memory: Memory) -> None:
        self._console = console
        self._memory = memory
        self._known: dict[str, Fact] = {}

    def plan(self, situation: Situation) -> Plan:
        """Persons keep their plans to themselves."""
        return Plan(goal=situation.task)

    def act(self, situation: Situation) -> Decision:
        """What was typed."""
        self._console.print(self._screen(situation))
        listed = [*situation.admissible, *(f"{GO_TO}{place}" for place in situation.distances)]
        return Decision(self._ask(listed))

    def _screen(self, situation: Situation) -> Table:
        known = {fact.id: fact for fact in self._memory.facts()}
        learned = [f"+ {fact}" for id_, fact in known.items() if id_ not in self._known]
        retired = [f"- {fact}" for id_, fact in self._known.items() if id_ not in known]
        first, self._known = not self._known, known
        recalled = [text for text in situation.recollection.splitlines() if text.startswith("- ")]
        seen = [situation.observation, *([situation.task] if first else ()), situation.inventory]
        game = Text("\n\n".join(clean(text) for text in seen if text.strip()))
        memory = Group(
            lines([clean(text) for text in learned], style="green", most=MOST),
            lines([clean(text) for text in retired], style="red", most=MOST),
            Text("recalled", "dim"),
            lines([clean(text[2:]) for text in recalled], style="cyan", most=MOST),
        )
        grid = Table.grid(padding=(0, 1), expand=True)
        grid.add_column(ratio=3)
        grid.add_column(ratio=2)
        grid.add_row(Panel(game, title=_title(situation.place)), Panel(memory, title="memory", border_style="dim"))
        return grid

    def _ask(self, listed: Sequence[str]) -> str:
        while True:
            try:
                command = " ".join(self._read(listed).split())
            except EOFError:
                return STOP
            if command != HELP:
                if command:
                    return command
                continue
            self._console.print(printable(", ".join(listed)), style="dim", markup=False)

    def _read(self, listed: Sequence[str]) -> str:
        if not sys.stdin.isatty():
            return input()
        _complete_with(listed)
        self._console.print(f"a command, or {HELP} for a list; Ctrl-D ends", style="dim")
        if self._console.stderr:  # standard output is for the JSON
            self._console.print(PROMPT, end="")
            return input()
        return input(PROMPT)


def _title(place: str | None) -> Text:
    return Text(clean(place or "somewhere"), "bold")


def _complete_with(listed: Sequence[str]) -> None:
    """The tab key completes a line to what is listed, where Python has `readline`."""
    try:
        readline = import_module("readline")
    except ImportError:
        return
    readline.set_completer_delims("")
    readline.set_completer(lambda text, n: ([it for it in listed if it.startswith(text)] + [None])[n])
    readline.parse_and_bind("tab: complete")
