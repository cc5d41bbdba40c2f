"""Any TextWorld game as an `Environment`."""

from __future__ import annotations

import re
import shutil
import threading
import warnings
from pathlib import Path
from typing import Any

from envs.errors import EpisodeOver, MissingCompiler, MissingGameInfo, MissingTextWorld
from envs.feedback import observation_text
from envs.interpreter import MACHINERY, NOT_A_VERB
from envs.protocol import Info
from envs.zmachine import find_game, game_info

# textworld.start keeps state in its module while it loads a game, so two threads must not be inside it at once.
_STARTING = threading.Lock()

# Inform would do "take key. go north" in one turn; TextWorld then loses track of what was printed by which.
_NEXT_COMMAND = re.compile(r"[.;]|\bthen\b", re.IGNORECASE)
_ONE_AT_A_TIME = "One command at a time, please."


class TextWorldEnv:
    """Plays a compiled game: a `.z8` file with TextWorld's `.json` beside it.

    `max_steps` truncates an episode after so many commands; None lets it go on.
    Raises `GameNotFound`, `NotAGame`, `MissingGameInfo`, `MissingTextWorld` or `MissingCompiler`.
    """

    _with_facts = False  # a wrapper that scores by where things are asks for them; they never reach `info`

    def __init__(self, path: str | Path, *, max_steps: int | None = None) -> None:
        self.path = find_game(path)
        self.max_steps = max_steps
        self.task = _task(self.path)
        self._game: Any = _start(self.path, with_facts=self._with_facts)
        self._state: Any = None
        self._moves = 0
        self._score = 0.0
        self._over = True

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[str, Info]:
        """Begin again. See `Environment.reset`; a compiled game has no dice, so `seed` changes nothing."""
        if self._game is None:
            self._game = _start(self.path, with_facts=self._with_facts)
        with _STARTING:
            self._state = self._game.reset()
        self._moves, self._score, self._over = 0, 0.0, False
        info = self._info()
        self._score = info["score"]
        return observation_text(self._state.feedback), info

    def step(self, action: str) -> tuple[str, float, bool, bool, Info]:
        """Send one command. See `Environment.step`."""
        if self._over:
            raise EpisodeOver(f"The game {self.path.name} is over or not begun. Call reset() before step().")
        self._moves += 1
        observation = self._send(" ".join(action.split()))
        info = self._info()
        reward, self._score = info["score"] - self._score, info["score"]
        terminated = info["won"] or info["lost"]
        truncated = not terminated and self.max_steps is not None and self._moves >= self.max_steps
        self._over = terminated or truncated
        return observation, reward, terminated, truncated, info

    def close(self) -> None:
        """Unload the game. A later `reset` loads it again."""
        if self._game is not None:
            self._game.close()
        self._game, self._over = None, True

    def _send(self, command: str) -> str:
        if sum(bool(part.strip()) for part in _NEXT_COMMAND.split(command)) > 1:
            return _ONE_AT_A_TIME
        if MACHINERY.match(command.strip(" .;")):
            return NOT_A_VERB
        self._state, _, _ = self._game.step(command)
        return observation_text(self._state.feedback)

    def _info(self) -> Info:
        state = self._state
        return Info(
            admissible_commands=list(state.admissible_commands),
            inventory=observation_text(state.inventory or ""),
            score=float(state.score),
            max_score=float(state.max_score),
            won=bool(state.won),
            lost=bool(state.lost),
            moves=self._moves,
        )


def _task(path: Path) -> str:
    """The task's text: what the maker of the game left in its metadata, else the game's own objective, else ""."""
    info = game_info(path)
    return str(info["metadata"].get("task_text") or info.get("objective") or "")


def _start(path: Path, *, with_facts: bool) -> Any:
    textworld = import_textworld()
    wanted = textworld.EnvInfos(
        feedback=True, inventory=True, score=True, max_score=True, won=True, lost=True,
        admissible_commands=True, facts=with_facts,
    )  # fmt: skip
    with _STARTING, warnings.catch_warnings():
        # jericho says that it does not know the game, as it knows none of TextWorld's: TextWorld keeps the score.
        warnings.filterwarnings("ignore", message=".*is not fully supported")
        try:
            return textworld.start(str(path), wanted)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            mend = "Put the .json that TextWorld wrote with this .z8 beside it, or make the game again."
            raise MissingGameInfo(
                f"{path.with_suffix('.json')} does not describe a game ({error!r}). {mend}"
            ) from error


def import_textworld() -> Any:
    """The textworld package. Raises `MissingTextWorld` or `MissingCompiler`, which say how to get it."""
    try:
        import textworld
    except ImportError as error:
        missing = [tool for tool in ("make", "cc") if shutil.which(tool) is None]
        if missing:
            raise MissingCompiler(
                f"textworld is not installed, and building it wants {' and '.join(missing)}, which this machine lacks. "
                "Install them (Debian, Ubuntu: apt-get install build-essential), then: pip install textworld"
            ) from error
        raise MissingTextWorld(f"textworld cannot be imported ({error}). Install it: pip install textworld") from error
    return textworld
