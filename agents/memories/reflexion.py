"""Reflexion (Shinn et al., 2023, arXiv 2303.11366): full history, and lessons that a model draws from failed trials."""

from __future__ import annotations

from agents import prompts
from agents.memories.history import FullHistory
from agents.memories.protocol import AgentMemory, Cue, Moment
from graphmem import Learned
from graphmem.protocols import LLM
from graphmem.retrieval.budget import count_tokens

HEADING = "Lessons of earlier trials:"

LESSONS = 3
"""How many lessons are kept, the latest, as in the paper."""

ROOM = 3000
"""Tokens of a failed trial, its end, that the model is shown."""


class Reflexion(AgentMemory):
    """When a game begins again, a lesson is drawn from the trial before, whose history is then let go."""

    def __init__(self, llm: LLM, task: str) -> None:
        self._llm = llm
        self._task = task
        self._history = FullHistory()
        self._lessons: list[str] = []
        self._seen = 0

    def take_in(self, moment: Moment) -> Learned | None:
        if moment.first and self._seen:
            self._lessons = [*self._lessons, self._lesson(moment)][-LESSONS:]
            self._history, self._seen = FullHistory(), 0
        self._seen += 1
        return self._history.take_in(moment)

    def _lesson(self, next_trial: Moment) -> str:
        self._history.take_in(next_trial)  # the newest is never told: so all of the trial is
        past = self._history.recall(Cue(""), ROOM)
        asked = prompts.reflect(self._task, {"Recent actions": past})
        return self._llm.reply(asked, prompts.ReflectionReply, purpose="reflect").lesson

    def recall(self, cue: Cue, budget: int) -> str:
        lines = [HEADING]
        for lesson in reversed(self._lessons):
            if count_tokens("\n".join([*lines, f"- {lesson}"])) <= budget:
                lines.insert(1, f"- {lesson}")
        told = "\n".join(lines) if lines[1:] else ""
        return "\n".join(filter(None, [told, self._history.recall(cue, budget - count_tokens(told))]))
