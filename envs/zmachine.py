"""Is this file a game? Asked of its bytes, before an interpreter in C is given them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from envs.errors import GameNotFound, MissingGameInfo, NotAGame

_HEADER = 64  # bytes
_VERSION = 8  # of the Z-machine: the one that TextWorld compiles for
_UNITS = {1: 2, 2: 2, 3: 2, 4: 4, 5: 4, 6: 8, 7: 8, 8: 8}  # bytes that a unit of the header's length is, by version


def find_game(path: str | Path) -> Path:
    """`path`, made sure of: a whole version 8 Z-machine file with TextWorld's `.json` beside it.

    Raises `GameNotFound`, `NotAGame` or `MissingGameInfo`.
    """
    game = Path(path)
    if not game.is_file():
        raise GameNotFound(f"There is no game at {game}. Give the path of a .z8 file, or make a game with envs.tasks.")
    if game.suffix != ".z8":
        raise NotAGame(f"{game} is not a .z8 file, as TextWorld makes them. Another Z-machine game is jericho:{game}.")
    _check_bytes(game)
    game_info(game)
    return game


def game_info(game: Path) -> dict[str, Any]:
    """What TextWorld knows of `game`: the content of the `.json` beside it. Raises `MissingGameInfo`."""
    path = game.with_suffix(".json")
    mend = f"Copy the .json that TextWorld wrote beside the .z8, or play it without, as jericho:{game}."
    if not path.is_file():
        raise MissingGameInfo(f"{game} has no {path.name} beside it: no score or commands come without. {mend}")
    try:
        info = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise MissingGameInfo(f"{path} cannot be read ({error}). {mend}") from error
    if not isinstance(info, dict) or not {"world", "quests", "infos", "metadata"} <= info.keys():
        raise MissingGameInfo(f"{path} is not the .json of a TextWorld game. {mend}")
    return info


def _check_bytes(game: Path) -> None:
    """The header's own length and checksum must hold: jericho crashes the process on what is no game."""
    mend = "Give a .z8 file compiled by TextWorld."
    try:
        content = game.read_bytes()
    except OSError as error:
        raise NotAGame(f"{game} cannot be read ({error.strerror}). {mend}") from error
    if len(content) < _HEADER or content[0] != _VERSION:
        raise NotAGame(f"{game} is not a Z-machine game of version {_VERSION}. {mend}")
    if not is_whole(content):
        raise NotAGame(f"{game} is cut short or damaged: its length or checksum is not what its header says. {mend}")


def is_whole(content: bytes) -> bool:
    """Whether this is a Z-machine game of any version whose header's own length and checksum hold.

    The oldest games, up to version 3, may come without them.
    """
    if len(content) < _HEADER or content[0] not in _UNITS:
        return False
    length = _UNITS[content[0]] * int.from_bytes(content[0x1A:0x1C], "big")
    checksum = int.from_bytes(content[0x1C:0x1E], "big")
    if not length:
        return content[0] <= 3
    return _HEADER < length <= len(content) and sum(content[_HEADER:length]) % 0x10000 == checksum
