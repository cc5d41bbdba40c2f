"""Made games in other words: the same facts, none of which the rules read, and the same words each time."""

from pathlib import Path

import pytest

from envs import MiniWorld, TextWorldEnv
from envs.errors import UnknownWording
from envs.reworded import Reworded
from envs.tasks import cooking, treasure_hunt
from envs.wordings import WORDINGS
from graphmem.extraction.textworld import TextWorldExtractor
from graphmem.records import Observation

NOTE = "The key 4 unlocks Mint locker."
RECIPE = """Recipe #1
---------
Gather all following ingredients and follow the directions to prepare this tasty meal.

Ingredients:
  carrot
  white tuna
  milk

Directions:
  dice the carrot
  roast the carrot
  slice the white tuna
  prepare meal"""
READ = {"unlocks", "requires", "must be"}


def relations(text: str) -> set[str]:
    return {triple.relation for triple in TextWorldExtractor().extract(Observation(text), []).triples}


@pytest.mark.parametrize("wording", WORDINGS)
@pytest.mark.parametrize("text", [NOTE, RECIPE])
def test_the_rules_read_nothing_in_it(wording: str, text: str) -> None:
    assert relations(f"> examine note\n{text}") & READ
    for seed in range(4):
        told = Reworded(MiniWorld(), wording, seed).reworded(text)
        assert not relations(f"> examine note\n{told}") & READ


@pytest.mark.parametrize("wording", WORDINGS)
def test_nothing_that_was_told_is_left_out(wording: str) -> None:
    env = Reworded(MiniWorld(), wording)
    assert all(name in env.reworded(NOTE) for name in ("key 4", "Mint locker"))
    told = env.reworded(RECIPE)
    assert all(food in told for food in ("carrot", "white tuna", "milk"))
    assert all(word in told.casefold() for word in ("dice", "oven", "slice"))
    assert "Directions" not in told


@pytest.mark.parametrize("wording", WORDINGS)
def test_a_task_names_what_the_plain_one_names(wording: str) -> None:
    tasks = WORDINGS[wording].tasks
    assert all(name in tasks["treasure-hunt"] for name in ("Golden locker", "Golden key", "White locker"))
    assert all(name in tasks["cooking"] for name in ("kitchen", "stove", "oven", "BBQ"))
    assert not relations(tasks["treasure-hunt"]) & READ
    assert not {treasure_hunt.TASK, cooking.TASK} & set(tasks.values())


def test_the_same_seed_gives_the_same_words() -> None:
    notes = [NOTE.replace("4", str(number)) for number in range(20)]
    one, same, other = (list(map(Reworded(MiniWorld(), "letter", seed).reworded, notes)) for seed in (1, 1, 2))
    assert one == same != other


def test_what_is_no_made_game_s_stays_as_it_is() -> None:
    env = Reworded(MiniWorld(), "story")
    assert env.task == MiniWorld.task
    assert env.reset()[0] == MiniWorld().reset()[0]


def test_a_made_game_is_told_in_other_words(hunt: Path) -> None:
    env = Reworded(TextWorldEnv(hunt), "formal")
    assert env.task.startswith("Assignment.")
    observation, info = env.reset()
    assert observation.startswith("-= Room A =-")
    assert env.step(info["admissible_commands"][0])[4]["moves"] == 1
    env.close()


def test_an_unknown_wording_is_refused_with_those_there_are() -> None:
    with pytest.raises(UnknownWording, match="letter, chat"):
        Reworded(MiniWorld(), "song")
