"""From a draft to a game file that has been won: the work of the process that makes a game.

It runs in a process of its own (`python -m envs.tasks.building TASK SIZE SEED FOLDER`), started by `envs.tasks.make`
with a fixed PYTHONHASHSEED: the order of TextWorld's sets of strings, and so the game's text, depends on it.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from envs.errors import EnvError, GameMakingFailed
from envs.games import open_game
from envs.tasks import cleaning, cooking, treasure_hunt
from envs.tasks.draft import BadDraw, Draft, Maker, made_as
from envs.textworld import import_textworld

_MAKERS: dict[str, Maker] = {
    "treasure-hunt": treasure_hunt.draft,
    "cleaning": cleaning.draft,
    "cooking": cooking.draft,
}
_ATTEMPTS = 20


def build(task: str, size: str, seed: int, target: Path) -> None:
    """Make a game that its walkthrough wins: `target`, a `.z8`, and the `.json` beside it.

    Draws again, from another seed that follows from this one, when the dice give no game or one that cannot be won.
    Raises `GameMakingFailed` after a number of draws.
    """
    fault = ""
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".making-") as workshop:
        for attempt in range(_ATTEMPTS):
            try:
                draft = _MAKERS[task](size, _derived(task, size, seed, attempt))
                made = _compile(draft, made_as(task, size, seed), Path(workshop) / target.name)
            except BadDraw as error:
                fault = str(error)
                continue
            fault = unwinnable(made, draft.walkthrough)
            if not fault:
                # The .z8 goes first and comes last: a game is there only when all of it is, and all of one making.
                target.unlink(missing_ok=True)
                os.replace(made.with_suffix(".json"), target.with_suffix(".json"))
                os.replace(made, target)
                return
    raise GameMakingFailed(f"No {size} {task} came of seed {seed} in {_ATTEMPTS} draws ({fault}). Try another seed.")


def unwinnable(game: Path, walkthrough: list[str]) -> str:
    """Why `walkthrough` does not win `game` with every point; "" if it does."""
    env = open_game(game)
    _, info = env.reset()
    for command in walkthrough:
        _, _, terminated, _, info = env.step(command)
        if terminated:
            break
    env.close()
    if info["won"] and info["score"] == info["max_score"]:
        return ""
    return f"its walkthrough ends with {info['score']:g} of {info['max_score']:g} points"


def _derived(task: str, size: str, seed: int, attempt: int) -> int:
    """A seed for TextWorld, below 2**31, that is different for each of these."""
    digest = hashlib.sha256(f"{task}/{size}/{seed}/{attempt}".encode()).digest()
    return int.from_bytes(digest[:4], "big") >> 1


def _compile(draft: Draft, mark: dict[str, Any], path: Path) -> Path:
    game = draft.game
    game.metadata |= {"task_text": draft.task_text, "walkthrough": draft.walkthrough, "made_as": mark, **draft.truth}
    options = import_textworld().GameOptions()
    options.path = str(path)
    options.force_recompile = True
    from textworld.generator import compile_game
    from textworld.generator.inform7 import CouldNotCompileGameError

    try:
        compile_game(game, options)
    except CouldNotCompileGameError as error:
        raise BadDraw("Inform 7 does not compile it") from error
    return path


def main(arguments: list[str]) -> int:
    """Make the game that the arguments name; 0, or 1 with the fault on the last line of stderr."""
    task, size, seed, target = arguments
    try:
        build(task, size, int(seed), Path(target))
    except EnvError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
