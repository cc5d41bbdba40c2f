"""An extractor that reads along while a game is walked through, its graph judged at every step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from agents.memories import open_memory
from agents.quality.measure import Judge, Quality
from agents.quality.state import State, read_state
from envs.errors import MissingGameInfo
from envs.textworld import TextWorldEnv
from envs.zmachine import find_game, game_info
from graphmem.errors import InputError
from graphmem.protocols import Extractor
from graphmem.testing import HashEmbedder


class KnownGame(TextWorldEnv):
    """A game that also tells its own state."""

    _with_facts = True

    @property
    def state(self) -> State:
        return read_state(self._state.facts)

    @property
    def carried(self) -> str:
        """The inventory, in the game's words."""
        return self._info()["inventory"]

    @property
    def over(self) -> bool:
        return self._over


def walkthrough(game: Path) -> list[str]:
    """The commands that win a game, as its maker left them beside it. Raises `MissingGameInfo` when it left none."""
    info = game_info(find_game(game))
    commands = info["metadata"].get("walkthrough") or _of_quests(info)
    if not commands:
        raise MissingGameInfo(f"{game} comes without a walkthrough. Give the commands in a file: --walkthrough FILE")
    return list(commands)


def _of_quests(info: dict[str, object]) -> list[str]:
    """The commands of a game's main quest."""
    quests = info["quests"]
    commands = quests[0].get("commands") if isinstance(quests, list) and quests else None
    return [str(command) for command in commands or ()]


def walk(game: Path, commands: Sequence[str]) -> Iterator[tuple[str, State]]:
    """Each text as an agent reads it, its command before it, and the state of the game behind it."""
    env = KnownGame(game)
    try:
        observation, info = env.reset()
        yield f"{observation}\n\n{env.task}".rstrip(), env.state
        for command in commands:
            if info["won"] or info["lost"]:
                return
            observation, _, _, _, info = env.step(command)
            yield f"> {command}\n{observation}", env.state
    finally:
        env.close()


def quality_of(extractor: Extractor, texts: Iterable[tuple[str, State | None]]) -> Quality:
    """The quality of the graph that `extractor` makes of the texts, judged wherever the state behind one is known.

    Raises `InputError` when the extractor fails at the very first.
    """
    judge = Judge()
    with open_memory(":memory:", HashEmbedder(), extractor) as memory:
        for text, state in texts:
            episode = memory.remember(text).episode
            if episode.pending and not judge.quality.steps:
                raise InputError(f"{extractor.name} cannot read: {episode.error}")
            judge.quality.unread += episode.pending
            if state:
                judge.step(text, [fact.triple for fact in memory.facts()], state)
    return judge.quality
