"""What can go wrong with an environment: one tree, each message naming the thing and the mend.

EnvError
├── MissingTextWorld      textworld is not installed
│   └── MissingCompiler   … and cannot be, for want of `make` or `cc`
├── MissingWorld          what a further world needs is not installed
├── UnknownWorld          no world, or no game in it, of that name
├── GameNotFound          no such file
├── NotAGame              the file is no game that can be played
├── MissingGameInfo       the `.json` that belongs beside the game is missing or is not TextWorld's
├── UnknownTask           no task of that name
├── UnknownSize           the task is not made at that size
├── UnknownWording        no way to reword a game of that name
├── FolderNotWritable     the folder for made games cannot be written to
├── GameMakingFailed      no winnable game came out
├── EpisodeOver           a step was asked of an environment that wants a reset
└── BrokenContract        an environment does not keep what the protocol promises
"""

from __future__ import annotations


class EnvError(Exception):
    """Any fault of an environment or of the making of one."""


class MissingTextWorld(EnvError):
    """textworld is not installed."""


class MissingCompiler(MissingTextWorld):
    """textworld is not installed, and cannot be without `make` and a C compiler."""


class MissingWorld(EnvError):
    """A package, or Java, that a further world needs is not installed; the message says how to install it."""


class UnknownWorld(EnvError):
    """There is no world of that name, or no game of that name in it."""


class GameNotFound(EnvError):
    """There is no file at the path given."""


class NotAGame(EnvError):
    """The file is there, but it is no game that TextWorld can play."""


class MissingGameInfo(EnvError):
    """The `.json` that TextWorld writes beside a game is missing or unreadable."""


class UnknownTask(EnvError):
    """There is no task of that name."""


class UnknownSize(EnvError):
    """The task is not made at that size."""


class UnknownWording(EnvError):
    """There is no way to reword a game of that name."""


class FolderNotWritable(EnvError):
    """The folder that the made games go to cannot be created or written to."""


class GameMakingFailed(EnvError):
    """The maker gave up: no winnable game came out of the seed, or its process failed."""


class EpisodeOver(EnvError):
    """`step` was called before `reset`, or after the end of the game."""


class BrokenContract(EnvError):
    """An environment does not keep what `Environment` promises; the message says what."""
