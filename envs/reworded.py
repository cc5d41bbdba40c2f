"""A made game told in other words: its task, notes and recipes; TextWorld's own text stays as it is."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from envs.errors import UnknownWording
from envs.protocol import Environment, Info
from envs.tasks import cleaning, cooking, treasure_hunt
from envs.wordings import WORDINGS, Recipe, Wording

_NOTE = re.compile(r"^The (?P<key>key \d+) unlocks (?P<lock>[\w ]+ locker)\.$", re.MULTILINE)
_RECIPE = re.compile(
    r"^Recipe #\d+\n-+\n.*?^Ingredients:\n(?P<foods>.+?)\n\n?^Directions:\n(?P<steps>.+?)^ *prepare meal$",
    re.MULTILINE | re.DOTALL,
)

_FAMILIES = {treasure_hunt.TASK: "treasure-hunt", cooking.TASK: "cooking", cleaning.TASK: "cleaning"}


class Reworded:
    """`env` in the words of one of `WORDINGS`, drawn by `seed`: the same text is always told in the same words.

    A task, note or recipe that is not of the made games stays as it is. Raises `UnknownWording`.
    """

    def __init__(self, env: Environment, wording: str, seed: int = 0) -> None:
        if wording not in WORDINGS:
            raise UnknownWording(f"There is no wording {wording!r}. Choose one of {', '.join(WORDINGS)}.")
        self._env = env
        self._wording: Wording = WORDINGS[wording]
        self._seed = seed

    @property
    def task(self) -> str:
        plain = self._env.task
        return self._wording.tasks[_FAMILIES[plain]] if plain in _FAMILIES else plain

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[str, Info]:
        """Begin again. See `Environment.reset`."""
        observation, info = self._env.reset(seed=seed, options=options)
        return self.reworded(observation), info

    def step(self, action: str) -> tuple[str, float, bool, bool, Info]:
        """Do one command. See `Environment.step`."""
        observation, reward, terminated, truncated, info = self._env.step(action)
        return self.reworded(observation), reward, terminated, truncated, info

    def close(self) -> None:
        self._env.close()

    def reworded(self, text: str) -> str:
        """`text` with every note and recipe in it in other words."""
        return _RECIPE.sub(self._recipe, _NOTE.sub(self._note, text))

    def _note(self, found: re.Match[str]) -> str:
        return self._drawn(self._wording.notes, found[0]).format(**found.groupdict())

    def _recipe(self, found: re.Match[str]) -> str:
        foods = [food.strip() for food in found["foods"].splitlines() if food.strip()]
        steps = [step.strip().partition(" the ") for step in found["steps"].splitlines() if step.strip()]
        done = {food: [verb for verb, _, what in steps if what == food] for food in foods}
        recipe = self._wording.recipe
        lines = [recipe.opening.format(foods=_listed(foods)), *_told(done, recipe), recipe.end]
        return recipe.between.join(lines)

    def _drawn(self, variants: Sequence[str], text: str) -> str:
        return random.Random(f"{self._seed} {text}").choice(variants)


def _told(done: Mapping[str, Sequence[str]], recipe: Recipe) -> Iterator[str]:
    """What is done to each food."""
    for food, verbs in done.items():
        if verbs:
            yield recipe.of_food.format(food=food, steps=" and ".join(recipe.steps[verb] for verb in verbs))


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
