"""Real games, walked at random: what is known is held against the game's own state after every command."""

from __future__ import annotations

import pytest

pytest.importorskip("textworld")

from tests.extraction.textworld.walk import Tally, any_command, play, start

KINDS = ("places", "exits", "doors", "states")


def cooking(seed):
    from textworld.challenges.tw_cooking import cooking

    skills = {"recipe": 3, "take": 2, "go": 9, "open": True, "cook": True, "cut": True, "drop": True}
    return cooking.make({**skills, "recipe_seed": seed, "split": None}, options(seed))


def house(seed):
    from textworld.generator import make_game

    made = options(seed)
    made.nb_rooms, made.nb_objects = 6, 16
    made.chaining.max_depth, made.chaining.max_breadth = 3, 1
    return make_game(made)


def options(seed):
    from textworld import GameOptions

    made = GameOptions()
    made.seeds = seed
    return made


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("make", "seeds"), [(cooking, (1, 2)), (house, (1, 2, 3, 4, 5))])
def test_what_is_known_of_a_game_is_true_and_complete(make, seeds, tmp_path):
    tally = Tally()
    for seed in seeds:
        env = start(make(seed), tmp_path)
        play(env, 80, seed, tally=tally, pick=any_command)
        env.close()
    for kind in KINDS:
        assert tally.told[kind] > 20, kind
        assert tally.wanted[kind] > 5, kind
        assert tally.precision(kind) >= 0.99, (kind, tally.wrong[:3])
        assert tally.recall(kind) >= 0.99, (kind, tally.missed[:3])
