"""Real games, walked at random: what is known is held against the game's own state after every command."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("textworld")

from agents.quality.state import KINDS, State
from agents.quality.walks import KnownGame, quality_of
from graphmem.extraction import TextWorldExtractor


def cooking(options: Any) -> Any:
    from textworld.challenges.tw_cooking import cooking

    skills = {"recipe": 3, "take": 2, "go": 9, "open": True, "cook": True, "cut": True, "drop": True}
    return cooking.make({**skills, "recipe_seed": options.seeds["map"], "split": None}, options)


def house(options: Any) -> Any:
    from textworld.generator import make_game

    options.nb_rooms, options.nb_objects = 6, 16
    options.chaining.max_depth, options.chaining.max_breadth = 3, 1
    return make_game(options)


def compiled(make: Callable[[Any], Any], seed: int, path: Path) -> Path:
    from textworld import GameOptions
    from textworld.generator import compile_game

    options = GameOptions()
    options.seeds, options.path, options.force_recompile = seed, str(path), True
    return Path(compile_game(make(options), options))


def played(game: Path, seed: int, steps: int) -> Iterator[tuple[str, State]]:
    """Each text of a random walk, and the game's state behind it; more often than not it goes on to another room."""
    rng, env = random.Random(seed), KnownGame(game)
    observation, info = env.reset()
    yield observation, env.state
    for _ in range(steps):
        moves = [command for command in info["admissible_commands"] if command.startswith("go ")]
        rest = [command for command in info["admissible_commands"] if not command.startswith("go ")]
        command = rng.choice(moves if moves and (not rest or rng.random() < 0.4) else rest)
        observation, _, _, _, info = env.step(command)
        yield f"> {command}\n{observation}", env.state
        if env.over:
            break
    env.close()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("make", "seeds"), [(cooking, (1, 2)), (house, (1, 2, 3, 4, 5))])
def test_what_is_known_of_a_game_is_true_and_complete(
    make: Callable[[Any], Any], seeds: tuple[int, ...], tmp_path: Path
) -> None:
    games = {seed: compiled(make, seed, tmp_path / f"{seed}.z8") for seed in seeds}
    walks = (quality_of(TextWorldExtractor(), played(game, seed, 80)).current for seed, game in games.items())
    tally = next(walks)
    for other in walks:
        tally += other
    for kind in KINDS:
        assert tally.told[kind] > 20, kind
        assert tally.wanted[kind] > 5, kind
        assert (tally.precision(kind) or 0) >= 0.99, (kind, tally.faults.most_common(3))
        assert (tally.recall(kind) or 0) >= 0.98, (kind, tally.faults.most_common(3))
