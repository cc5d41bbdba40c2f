"""One run from the command line: shown or printed as it goes, logged, and stopped cleanly whatever stops it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO

from rich.console import Console

from agents.ariadne import Ariadne, Step
from agents.memories import AgentMemory
from agents.players import Player
from agents.runlog import last_step, paid_record, run_record, step_record
from agents.screen import show_run, show_step
from graphmem.errors import BudgetSpent, InputError, LLMError
from graphmem.files import check_no_memory
from graphmem.llm import ChatModel

INTERRUPTED = 130
"""The exit code of a run that Ctrl-C ended, as shells have it."""


class Run:
    """Plays attempts and tells of them: on the screen, or as JSON on standard output, and in the file `log`."""

    def __init__(
        self,
        console: Console,
        memory: AgentMemory,
        player: Player,
        llm: ChatModel | None,
        *,
        as_json: bool,
        log: Path | None,
        show_steps: bool = True,
    ) -> None:
        self._console = console
        self._memory = memory
        self._player = player
        self._llm = llm
        self._as_json = as_json
        self._show_steps = show_steps and not as_json
        self._log_path = log
        self._log: TextIO | None = None
        self._record: dict[str, Any] = {}
        self._outcome = ""
        self._stopped = ""
        self.exit_code = 0

    def __enter__(self) -> Self:
        if self._log_path:
            try:
                check_no_memory(self._log_path)
                self._log = self._log_path.open("a", encoding="utf-8")
            except OSError as error:
                raise InputError(f"the log {self._log_path} cannot be written: {error.strerror}") from error
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._log:
            self._log.close()

    @property
    def over(self) -> bool:
        """Whether another attempt makes no sense: won, or stopped from outside."""
        return bool(self._stopped or self._record.get("won"))

    def attempt(self, begun: Callable[[], Ariadne], attempts: int, *, resume: bool) -> None:
        """So many attempts, each by an agent of its own, until another makes no sense; `resume` is of the first."""
        for number in range(1, attempts + 1):
            self.play(begun(), resume=resume and number == 1, reflect=number < attempts)
            if self.over:
                break

    def play(self, agent: Ariadne, *, resume: bool, reflect: bool) -> None:
        """One attempt, to its end or to what stops it; then, if it failed and another follows, its lesson."""
        steps: list[Step] = []
        number, plan = last_step(self._log_path) if resume and self._log_path else (0, None)
        try:
            for step in agent.run(resume=resume, plan=plan, number=number):
                steps.append(step)
                self._tell(step)
            if reflect and agent.info and not agent.info["won"]:
                agent.reflect()
        except KeyboardInterrupt:
            self._stopped, self.exit_code = "interrupted", INTERRUPTED
        except BudgetSpent as error:
            self._stopped = str(error)
        except LLMError as error:
            self._stopped, self.exit_code = str(error), 2
        self._record = run_record(agent, steps, self._memory.stats())
        self._outcome = steps[-1].outcome if steps else ""
        if self._llm:
            self._record |= paid_record(self._llm.usage, self._player.reply_faults)
        if self._stopped:
            self._record["stopped"] = self._stopped
        self._write(self._record)

    def _tell(self, step: Step) -> None:
        bill = self._llm.usage if self._llm else None
        record = step_record(step)
        if bill:
            record |= paid_record(bill, self._player.reply_faults)
        self._write(record)
        if self._show_steps:
            show_step(self._console, step, bill)

    def _write(self, record: dict[str, Any]) -> None:
        line = json.dumps(record, ensure_ascii=False)
        if self._as_json:
            print(line, flush=True)
        if self._log:
            self._log.write(line + "\n")
            self._log.flush()

    def finish(self, memory_file: str | None) -> None:
        """Show how it ended."""
        if not self._as_json:
            show_run(self._console, self._record, self._outcome, memory_file)
        elif self._stopped:
            self._console.print(self._stopped, markup=False)
