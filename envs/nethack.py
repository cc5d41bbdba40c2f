"""NetHack, by the NetHack Learning Environment (Küttler et al. 2020, arXiv 2006.13760), in words.

Needs `pip install nle`. An observation has the messages of the turn, what is seen and where, the map, and the status
lines. Commands have names ("far east", "pick up", "eat"); a question is answered by one of the keys it offers. The
score is the game's own, which has no greatest; winning is ascending, losing all else that ends a game.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from textwrap import dedent
from typing import Any

from envs.episode import Episodes
from envs.errors import UnknownWorld
from envs.extras import import_extra
from envs.protocol import Info

PACKAGE = "nle"

_ENDLESS = 10**9  # steps; the limit is ours
_SHOWN = ("blstats", "message", "inv_strs", "inv_letters", "screen_descriptions", "tty_chars", "misc")

_COMPASS = {
    "north": "k", "east": "l", "south": "j", "west": "h",
    "northeast": "u", "southeast": "n", "southwest": "b", "northwest": "y",
}  # fmt: skip
_NAMED = {
    "up": "<", "down": ">", "wait": ".", "search": "s", "pick up": ",", "look": ":", "open": "o", "close": "c",
    "kick": "\x04", "eat": "e", "quaff": "q", "read": "r", "wear": "W", "take off": "T", "put on": "P", "remove": "R",
    "wield": "w", "throw": "t", "fire": "f", "zap": "z", "cast": "Z", "apply": "a", "drop": "d", "pay": "p",
    "engrave": "E", "inventory": "i", "pray": "\xf0", "loot": "\xec", "chat": "\xe3", "force": "\xe6", "untrap": "\xf5",
}  # fmt: skip
COMMANDS = _COMPASS | {f"far {direction}": key.upper() for direction, key in _COMPASS.items()} | _NAMED
"""Every command by its name, with the key that NetHack has for it."""

_HERO = (
    "arc", "bar", "cav", "hea", "kni", "mon", "pri", "rog", "ran", "sam", "tou", "val", "wiz",
    "hum", "elf", "dwa", "gno", "orc", "mal", "fem", "law", "neu", "cha",
)  # fmt: skip
"""Parts of a character: roles, races, genders, alignments."""

_ANSWERS = {"more": "\r", "escape": "\x1b", "confirm": "\r"}
_CHOICE = re.compile(r"\[([^]]+)\]")
_MENU = re.compile(r"\((?:end|\d+ of \d+)\)")
_MENU_ITEM = re.compile(r"(?<!\S)([a-zA-Z$]) [-+] ")
_QUESTION_OF_WAY = "direction?"
_PLAIN = re.compile(r"^(|floor of a room|wall|dark part of a room|corridor|lit corridor|doorway|stone|no door)$")
_NOT_UNDERSTOOD = "That is no command. Type one that is listed."
_PAGES = 40  # of messages in one turn, at most


class NetHackEnv(Episodes):
    """One hero (`character`, in NLE's form) and a dungeon that the seed draws.

    Raises `MissingWorld`, or `UnknownWorld` for no character.
    """

    task = "Your task is to score as much as you can in the dungeons of NetHack: explore, descend, and stay alive."

    def __init__(self, character: str = "", *, seed: int = 0, max_steps: int | None = None) -> None:
        super().__init__(seed=seed, max_steps=max_steps)
        self._character = character or "val-hum-fem-law"
        if not set(self._character.split("-")) <= {*_HERO, "@"}:
            known = ", ".join(_HERO)
            raise UnknownWorld(f"NetHack has no {character!r}. Join by hyphens, as in val-dwa-law-fem, of {known}.")
        self._nle = import_extra("nle.env.base", PACKAGE)
        self._keys = {chr(action.value): number for number, action in enumerate(self._nle.nethack.ACTIONS)}
        self._points = 0.0

    def _begin(self, seed: int) -> tuple[str, Info]:
        if self._game is None:
            self._game = self._nle.NLE(
                character=self._character, actions=self._nle.nethack.ACTIONS, observation_keys=_SHOWN,
                max_episode_steps=_ENDLESS, allow_all_yn_questions=True, allow_all_modes=True, fix_moon_phase=True,
            )  # fmt: skip
        self._game.seed(seed, seed, reseed=False, lgen=seed)
        seen, _ = self._game.reset()
        self._points = 0.0
        self._seen = seen
        return self._observed([_message(seen)]), self._info(won=False, lost=False)

    def _send(self, command: str) -> tuple[str, Info]:
        key = self._key(command)
        if key is None:
            return _NOT_UNDERSTOOD, self._info(won=False, lost=False)
        messages: list[str] = []
        over, told = self._press(key, messages)
        for _ in range(_PAGES):  # turn the pages of what the turn had to say
            if over or not self._seen["misc"][2] or _MENU.search(_screen(self._seen)):
                break
            over, told = self._press(_ANSWERS["more"], messages)
        won = over and bool(told["is_ascended"])
        return self._observed(messages), self._info(won=won, lost=over and not won)

    def _press(self, key: str, messages: list[str]) -> tuple[bool, dict[str, Any]]:
        self._seen, _, over, _, told = self._game.step(self._keys[key])
        if message := _message(self._seen):
            messages.append(message)
        return over, told

    def _key(self, command: str) -> str | None:
        """The key of a command, or of an answer to what is asked; None when it is neither."""
        asked = self._answers()
        if asked:
            key = _ANSWERS.get(command, COMMANDS.get(command, command))
            return key if command in asked and key in self._keys else None
        return COMMANDS.get(command.lower())

    def _answers(self) -> list[str]:
        """What may be answered now; empty when nothing is asked."""
        screen, message = _screen(self._seen), _message(self._seen)
        if _MENU.search(screen):
            return [*(item for item in _MENU_ITEM.findall(screen) if item in self._keys), "confirm", "escape"]
        asking, typing, _ = self._seen["misc"]
        if asking and _QUESTION_OF_WAY in message:
            return [*_COMPASS, "up", "down", "wait", "escape"]
        if asking:
            offered = _CHOICE.search(message)
            return [*filter(self._keys.__contains__, _spread(offered[1] if offered else "")), "escape"]
        return ["escape", "confirm"] if typing else []

    def _observed(self, messages: list[str]) -> str:
        screen = _screen(self._seen)
        if _MENU.search(screen):
            return screen
        rows = _rows(self._seen)
        drawn = dedent("\n".join(filter(None, rows[1:-2])))  # the first row is the message's, the last two the status
        parts = [" ".join(messages), "\n".join(_around(self._seen)), drawn, "\n".join(rows[-2:])]
        return "\n\n".join(filter(str.strip, parts))

    def _info(self, *, won: bool, lost: bool) -> Info:
        over = won or lost
        if not over:  # afterwards the game tells zeros
            self._points = float(self._seen["blstats"][self._nle.nethack.NLE_BL_SCORE])
        return Info(
            admissible_commands=[] if over else self._answers() or list(COMMANDS),
            inventory=_inventory(self._seen),
            score=self._points,
            max_score=math.inf,
            won=won,
            lost=lost,
            moves=0,
        )


def _message(seen: Any) -> str:
    return _text(seen["message"]).strip()


def _text(row: Any) -> str:
    return bytes(row).split(b"\0")[0].decode("latin1")


def _screen(seen: Any) -> str:
    """The screen without its empty rows."""
    return "\n".join(filter(None, _rows(seen)))


def _rows(seen: Any) -> list[str]:
    return [bytes(row).decode("latin1").rstrip() for row in seen["tty_chars"]]


def _spread(keys: str) -> list[str]:
    """The keys that a question offers: "a-c or ?*" -> a, b, c."""
    offered = keys.split(" or ")[0]
    for first, last in re.findall(r"([a-zA-Z])-([a-zA-Z])", offered):
        span = "".join(map(chr, range(ord(first), ord(last) + 1)))
        offered = offered.replace(f"{first}-{last}", span)
    return list(dict.fromkeys(key for key in offered if key.isalnum() or key in "$-"))


def _inventory(seen: Any) -> str:
    pairs = zip(seen["inv_letters"], seen["inv_strs"], strict=True)
    things = [f"  {chr(letter)} - {_text(name)}" for letter, name in pairs if letter]
    return "\n".join(["You are carrying:", *things]) if things else "You are carrying nothing."


def _around(seen: Any) -> Iterator[str]:
    """A line for each thing in sight, the nearest first: "You see a tame kitten 2 steps to the northeast." """
    column, row = (int(number) for number in seen["blstats"][:2])
    found = []
    for y, line in enumerate(seen["screen_descriptions"]):
        for x, cell in enumerate(line):
            name = _text(cell)
            if not _PLAIN.match(name) and (x, y) != (column, row):
                found.append((max(abs(x - column), abs(y - row)), _way(x - column, y - row), name))
    for steps, way, name in sorted(found):
        yield f"You see {_with_article(name)} {steps} step{'s' if steps > 1 else ''} to the {way}."


def _way(right: int, down: int) -> str:
    """The compass word for an offset: within an eighth of a turn of straight, straight."""
    across, along = abs(right), abs(down)
    northing = ("north" if down < 0 else "south") if along * 2 > across else ""
    easting = ("west" if right < 0 else "east") if across * 2 > along else ""
    return northing + easting


def _with_article(name: str) -> str:
    known = name.startswith(("a ", "an ", "the ", "some ")) or name[:1].isdigit()
    return name if known else f"{'an' if name[0] in 'aeiou' else 'a'} {name}"
