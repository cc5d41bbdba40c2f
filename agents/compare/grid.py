"""The grid: which games are played by whom, with which memories, and how."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from agents.memories import MEMORIES
from agents.players import POLICIES
from envs.tasks import SIZES, TASKS
from envs.wordings import WORDINGS
from graphmem.errors import InputError
from graphmem.retrieval.budget import LEAST

ALL = "all"

MOST_NUMBERS = 10_000
"""Of a range, as of seeds."""

PLAIN: Final = "heuristic"
"""The policy that needs no model."""


Entrant = tuple[str, str]
"""A memory, and the policy that plays with it."""


class Cell(BaseModel):
    """One game, one memory, one budget, one player: one run. `budget` is 0 where it makes no difference."""

    model_config = ConfigDict(frozen=True)

    task: Literal["treasure-hunt", "cleaning", "cooking"]
    size: str
    seed: Annotated[int, Field(ge=0)]
    memory: str
    budget: Annotated[int, Field(ge=0)]
    policy: Literal["heuristic", "hybrid", "llm"] = PLAIN

    @property
    def name(self) -> str:
        """Of its log: "cooking-hard-3 graph 500", and the policy if it is not `PLAIN`."""
        policy = "" if self.policy == PLAIN else f" {self.policy}"
        return f"{self.task}-{self.size}-{self.seed} {self.memory} {self.budget}{policy}"

    @property
    def entrant(self) -> Entrant:
        """What is compared."""
        return self.memory, self.policy


class Settings(BaseModel):
    """What is the same in every run of a comparison: two that differ in it are never in one table."""

    model_config = ConfigDict(frozen=True)

    model: str | None = None
    max_tokens: int = 2048
    reasoning_effort: str | None = None
    timeout: float = 300.0
    extra_body: dict[str, Any] | None = None
    max_steps: Annotated[int, Field(ge=1)] = 150
    reworded: str | None = None
    policy: str = PLAIN
    """Of logs whose cell names none, as they were when a folder had one policy."""


def grid(
    tasks: Sequence[str],
    sizes: Sequence[str],
    seeds: Iterable[int],
    memories: Sequence[str],
    budgets: Sequence[int],
    policies: Sequence[str] = (PLAIN,),
) -> list[Cell]:
    """Every cell, ordered so that a grid cut short has all memories of the same games. `ALL` stands for all there are.

    A size that a task lacks is passed over, unless no task has it, and so is a memory that needs a model where none
    plays. Raises `InputError` for a name that is none, and when nothing is left.
    """
    tasks = _named(tasks, TASKS, "task")
    known = tuple(dict.fromkeys(size for task in tasks for size in SIZES[task]))
    sizes = _named(sizes, known, "size")
    memories = _named(memories, tuple(MEMORIES), "memory")
    policies = _named(policies, POLICIES, "policy")
    if not budgets or min(budgets) < LEAST:
        raise InputError(f"a token budget must be {LEAST} or more")
    cells = [
        Cell.model_validate(
            {"task": task, "size": size, "seed": seed, "memory": memory, "budget": budget, "policy": policy}
        )
        for seed in dict.fromkeys(seeds)
        for task in tasks
        for size in sizes
        if size in SIZES[task]
        for memory in memories
        for policy in policies
        if policy != PLAIN or not MEMORIES[memory].needs_model
        for budget in (dict.fromkeys(budgets) if MEMORIES[memory].bounded else (0,))
    ]
    if not cells:
        raise InputError("nothing is left to compare: name a memory that needs no model, or a --policy that has one")
    return cells


def _named(names: Sequence[str], known: Sequence[str], what: str) -> list[str]:
    if ALL in names:
        return list(known)
    for name in names:
        if name not in known:
            raise InputError(f"there is no {what} {name!r}: choose of {', '.join(known)}, or {ALL}")
    return list(dict.fromkeys(names))


def wording(name: str | None) -> str | None:
    """The name of a wording, or none. Raises `InputError` for one that there is not."""
    return name and _named([name], tuple(WORDINGS), "wording")[0]


def needing_model(names: Sequence[str]) -> list[str]:
    """Those of these memories that do not run without a language model."""
    return [name for name in _named(names, tuple(MEMORIES), "memory") if MEMORIES[name].needs_model]


def numbers(text: str, what: str) -> list[int]:
    """ "1-3,7" -> [1, 2, 3, 7]. Raises `InputError`."""
    found: list[int] = []
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        if not (first.isdecimal() and (last.isdecimal() if dash else True)):
            raise InputError(f'{what} must be numbers such as "1-3,7", not {text!r}')
        if not 0 <= int(last or first) - int(first) < MOST_NUMBERS:
            raise InputError(f"{what}: {part.strip()} must go up, and be {MOST_NUMBERS:,} numbers at most")
        found += range(int(first), int(last or first) + 1)
    return found
