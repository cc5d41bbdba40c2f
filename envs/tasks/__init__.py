"""Makers of the paper's three families of games (AriGraph, section 4.1), from a seed, with TextWorld's generator.

    treasure_hunt.py  locked lockers, keys and notes
    cleaning.py       things out of place in a house; house.py says what belongs where
    cooking.py        a recipe to follow, by TextWorld's own maker
    layout.py         maps; draft.py: a game not yet compiled; building.py: compiling it, and winning it once

>>> from envs.tasks import make
>>> make("treasure-hunt", "default", 1, Path("games"))
PosixPath('games/treasure-hunt-default-1.z8')
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from envs import errors
from envs.errors import EnvError, FolderNotWritable, GameMakingFailed, UnknownSize, UnknownTask
from envs.tasks.draft import made_as
from envs.textworld import import_textworld
from envs.zmachine import find_game, game_info

_SIZES = ("default", "hard", "hardest")
SIZES: dict[str, tuple[str, ...]] = {
    "treasure-hunt": (*_SIZES, "small"),
    "cleaning": _SIZES,
    "cooking": (*_SIZES, "level1", "level2", "level3", "level4", "hands-full"),
}
TASKS = tuple(SIZES)

_TIMEOUT = 600  # seconds; a game takes a few
_ROOT = Path(__file__).resolve().parents[2]


def make(task: str, size: str, seed: int, folder: str | Path) -> Path:
    """The `.z8` file in `folder` of the game that these three name, made if it is not there yet.

    The same three give the same game in any process, with the same version of TextWorld: rooms, exits, things and
    text. It has been won by its walkthrough, which is kept in the metadata of the `.json` beside it.
    Raises `UnknownTask`, `UnknownSize`, `FolderNotWritable`, `GameMakingFailed` or `MissingTextWorld`.
    """
    if task not in TASKS:
        raise UnknownTask(f"There is no task {task!r}. Choose one of {', '.join(TASKS)}.")
    if size not in SIZES[task]:
        raise UnknownSize(f"There is no size {size!r} of {task}. Choose one of {', '.join(SIZES[task])}.")
    game = Path(folder) / f"{task}-{size}-{seed}.z8"
    if _is_made(game, made_as(task, size, seed)):
        return game
    import_textworld()
    _make_writable(game.parent)
    _build_elsewhere(task, size, seed, game)
    return game


def _is_made(game: Path, mark: dict[str, object]) -> bool:
    """Is all of that game there already?"""
    try:
        return bool(game_info(find_game(game))["metadata"].get("made_as") == mark)
    except EnvError:
        return False


def _make_writable(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        mend = "Name a folder that you may write to."
        raise FolderNotWritable(f"Games cannot be written to {folder} ({error.strerror}). {mend}") from error


def _build_elsewhere(task: str, size: str, seed: int, game: Path) -> None:
    """Run envs.tasks.building in a process whose hashes are not randomised."""
    paths = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    what = f"{size} {task} of seed {seed}"
    try:
        made = subprocess.run(
            [sys.executable, "-m", "envs.tasks.building", task, size, str(seed), str(game.resolve())],
            env={**os.environ, "PYTHONHASHSEED": "0", "PYTHONPATH": os.pathsep.join(paths)},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_TIMEOUT,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise GameMakingFailed(f"Making the {what} took over {_TIMEOUT} s. Try another seed.") from error
    if made.returncode:
        raise _fault(made, what)


def _fault(made: subprocess.CompletedProcess[str], what: str) -> EnvError:
    """The error that the other process ended with."""
    last = (made.stderr.strip().splitlines() or [f"exit code {made.returncode}"])[-1]
    name, _, message = last.partition(": ")
    kind = getattr(errors, name, None)
    if isinstance(kind, type) and issubclass(kind, EnvError):
        return kind(message)
    return GameMakingFailed(f"Making the {what} failed ({last}). Run the tests of envs, or try another seed.")
