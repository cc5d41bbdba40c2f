"""ScienceWorld: thirty tasks of elementary science in a house with a workshop (Wang et al. 2022, arXiv 2203.07540).

Needs Java and `pip install scienceworld`. A seed names a variation of the task. Scores go to 100; what cannot be
mended (focusing on the wrong thing) loses the game with -100.
"""

from __future__ import annotations

from typing import Any

from envs.episode import Episodes
from envs.errors import UnknownWorld
from envs.extras import end_java, import_extra, need_java
from envs.protocol import Info

PACKAGE = "scienceworld"
BEST = 100.0

_ENDLESS = 10**9  # steps; the limit is ours


class ScienceWorldEnv(Episodes):
    """Plays `task`, such as "boil" or "find-plant". Raises `UnknownWorld`, which lists them all, or `MissingWorld`."""

    def __init__(self, task: str = "find-plant", *, seed: int = 0, max_steps: int | None = None) -> None:
        super().__init__(seed=seed, max_steps=max_steps)
        tasks = import_extra("scienceworld.constants", PACKAGE).ID2TASK.values()
        if task not in tasks:
            raise UnknownWorld(f"ScienceWorld has no task {task!r}. Choose one of {', '.join(tasks)}.")
        need_java(PACKAGE)
        self._name = task
        self._loaded: int | None = None
        self._load(seed)

    def _end(self) -> None:
        end_java(self._game)
        self._game._obj_tree_tempdir.cleanup()
        self._loaded = None

    def _load(self, seed: int) -> None:
        if self._game is None:
            self._game = import_extra("scienceworld", PACKAGE).ScienceWorldEnv(envStepLimit=_ENDLESS)
        variation = seed % self._game.get_max_variations(self._name)
        if variation != self._loaded:
            self._game.load(self._name, variation)
            self._loaded, self.task = variation, self._game.get_task_description()

    def _begin(self, seed: int) -> tuple[str, Info]:
        self._load(seed)
        observation, told = self._game.reset()
        return observation.strip(), _info(told, over=False)

    def _send(self, command: str) -> tuple[str, Info]:
        observation, _, over, told = self._game.step(command)
        return observation.strip(), _info(told, over=over)


def _info(told: dict[str, Any], *, over: bool) -> Info:
    return Info(
        admissible_commands=[] if over else sorted(told["valid"]),
        inventory=told["inv"].strip(),
        score=float(told["score"]),
        max_score=BEST,
        won=over and told["score"] >= BEST,
        lost=over and told["score"] < BEST,
        moves=0,
    )
