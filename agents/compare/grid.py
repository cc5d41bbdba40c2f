"""The grid: which games are played with which memories, and how."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from agents.memories import MEMORIES
from envs.tasks import SIZES, TASKS
from graphmem.errors import InputError
from graphmem.retrieval.budget import LEAST

ALL = "all"


class Cell(BaseModel):
    """One game, one memory, one budget: one run. `budget` is 0 where it makes no difference."""

    model_config = ConfigDict(frozen=True)

    task: Literal["treasure-hunt", "cleaning", "cooking"]
    size: str
    seed: Annotated[int, Field(ge=0)]
    memory: str
    budget: Annotated[int, Field(ge=0)]

    @property
    def name(self) -> str:
        """Of its log: "cooking-hard-3 graph 500"."""
        return f"{self.task}-{self.size}-{self.seed} {self.memory} {self.budget}"


class Settings(BaseModel):
    """What is the same in every run of a comparison: two that differ in it are never in one table."""

    model_config = ConfigDict(frozen=True)

    policy: Literal["heuristic", "llm"] = "heuristic"
    model: str | None = None
    max_tokens: int = 2048
    reasoning_effort: str | None = None
    timeout: float = 300.0
    extra_body: dict[str, Any] | None = None
    max_steps: Annotated[int, Field(ge=1)] = 150


def grid(
    tasks: Sequence[str], sizes: Sequence[str], seeds: Iterable[int], memories: Sequence[str], budgets: Sequence[int]
) -> list[Cell]:
    """Every cell, ordered so that a grid cut short has all memories of the same games. `ALL` stands for all there are.

    A size that a task lacks is passed over, unless no task has it. Raises `InputError` for a name that is none.
    """
    tasks = _named(tasks, TASKS, "task")
    known = tuple(dict.fromkeys(size for task in tasks for size in SIZES[task]))
    sizes = _named(sizes, known, "size")
    memories = _named(memories, tuple(MEMORIES), "memory")
    if not budgets or min(budgets) < LEAST:
        raise InputError(f"a token budget must be {LEAST} or more")
    return [
        Cell.model_validate({"task": task, "size": size, "seed": seed, "memory": memory, "budget": budget})
        for seed in dict.fromkeys(seeds)
        for task in tasks
        for size in sizes
        if size in SIZES[task]
        for memory in memories
        for budget in (dict.fromkeys(budgets) if MEMORIES[memory].bounded else (0,))
    ]


def _named(names: Sequence[str], known: Sequence[str], what: str) -> list[str]:
    if ALL in names:
        return list(known)
    for name in names:
        if name not in known:
            raise InputError(f"there is no {what} {name!r}: choose of {', '.join(known)}, or {ALL}")
    return list(dict.fromkeys(names))


def without_model(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Of these memories, those that run without a language model, and those that are left out."""
    names = _named(names, tuple(MEMORIES), "memory")
    out = [name for name in names if MEMORIES[name].needs_model]
    return [name for name in names if name not in out], out


def numbers(text: str, what: str) -> list[int]:
    """ "1-3,7" -> [1, 2, 3, 7]. Raises `InputError`."""
    found: list[int] = []
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        if not (first.isdecimal() and (last.isdecimal() if dash else True)):
            raise InputError(f'{what} must be numbers such as "1-3,7", not {text!r}')
        found += range(int(first), int(last or first) + 1)
    return found
