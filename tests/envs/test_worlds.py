"""Further worlds: each keeps the protocol, plays an episode, and says what to install where it is missing."""

import random
import re
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from envs import Environment, MiniWorld, check_environment, open_world
from envs.errors import EpisodeOver, GameNotFound, MissingWorld, NotAGame, UnknownWorld
from envs.extras import import_extra, need_java
from envs.jericho import PIPELINES, hand_over_pipeline

EXPRESS, SCIENCE, NETHACK = "textworld-express:coin", "scienceworld:find-plant", "nethack"
_NEEDS = {
    "textworld-express": ("textworld_express", True),
    "scienceworld": ("scienceworld", True),
    "nethack": ("nle", False),
    "jericho": ("jericho", False),
}


def opened(name: str, **options: int) -> Environment:
    """The world, or a skipped test where it is not installed."""
    kind = name.partition(":")[0]
    module, java = _NEEDS[kind]
    if find_spec(module) is None:
        pytest.skip(f"{kind} is not installed")
    if java and shutil.which("java") is None:
        pytest.skip(f"{kind} needs Java")
    return open_world(name, **options)


Worlds = dict[str, Environment]


@pytest.fixture(scope="module")
def worlds() -> Iterator[Worlds]:
    """Worlds of seed 3, each opened once."""
    made: Worlds = {}
    yield made
    for env in made.values():
        env.close()


@pytest.fixture(params=[EXPRESS, SCIENCE, NETHACK])
def world(request: pytest.FixtureRequest, worlds: Worlds) -> Environment:
    return _of(worlds, request.param)


def _of(worlds: Worlds, name: str) -> Environment:
    if name not in worlds:
        worlds[name] = opened(name, seed=3)
    return worlds[name]


@pytest.fixture
def story(hunt: Path) -> Iterator[Environment]:
    """A game that Jericho does not know."""
    env = opened(f"jericho:{hunt}")
    yield env
    env.close()


def test_it_keeps_the_protocol(world: Environment) -> None:
    check_environment(world)


def test_it_plays_an_episode_at_random(world: Environment) -> None:
    rng = random.Random(3)
    _, info = world.reset(seed=3)
    for _ in range(30):
        observation, _, terminated, _, info = world.step(rng.choice(info["admissible_commands"]))
        assert observation.strip()
        if terminated:
            assert info["admissible_commands"] == []
            break


def test_it_tells_its_task_and_what_is_carried(world: Environment) -> None:
    _, info = world.reset()
    assert "task" in world.task
    assert info["inventory"].strip()


def test_another_seed_is_another_game(world: Environment) -> None:
    assert world.reset(seed=3)[0] + world.task != world.reset(seed=4)[0] + world.task


def test_a_closed_world_can_be_closed_again_and_begun_anew() -> None:
    env = opened(NETHACK)
    first, _ = env.reset()
    env.close()
    env.close()
    with pytest.raises(EpisodeOver):
        env.step("look")
    assert env.reset()[0] == first
    env.close()


def test_an_episode_is_cut_off_at_its_limit() -> None:
    env = opened(NETHACK, max_steps=2)
    env.reset()
    assert env.step("wait")[3] is False
    assert env.step("wait")[3] is True
    env.close()


def test_rooms_of_textworld_express_have_titles_and_ways_to_go(worlds: Worlds) -> None:
    env = _of(worlds, EXPRESS)
    observation, info = env.reset(seed=3)
    assert observation.startswith("-= Kitchen =-\nYou are in the kitchen.")
    for direction in ("north", "east", "south", "west"):
        env.step(f"open door to {direction}")
        if f"go {direction}" in info["admissible_commands"]:
            break
    assert re.match(r"-= (?!Kitchen)[\w ]+ =-\nYou are in the", env.step(f"go {direction}")[0])


def test_the_wrong_focus_loses_scienceworld(worlds: Worlds) -> None:
    env = _of(worlds, SCIENCE)
    env.reset()
    _, reward, terminated, _, info = env.step("focus on agent")
    assert (reward, terminated, info["lost"]) == (-100, True, True)


def test_nethack_is_told_in_words(worlds: Worlds) -> None:
    env = _of(worlds, NETHACK)
    observation, info = env.reset(seed=3)
    assert re.search(r"You see a tame kitten 1 step to the \w+\.", observation)
    assert "@" in observation
    assert "HP:" in observation
    assert "long sword" in info["inventory"]


def test_nethack_asks_and_lists_the_answers(worlds: Worlds) -> None:
    env = _of(worlds, NETHACK)
    env.reset(seed=3)
    observation, *_, info = env.step("wield")
    assert "What do you want to wield?" in observation
    assert {"a", "b", "escape"} <= set(info["admissible_commands"])
    *_, info = env.step("escape")
    assert "far north" in info["admissible_commands"]
    *_, info = env.step("kick")
    assert {"north", "southwest", "escape"} <= set(info["admissible_commands"])


def test_a_game_of_ones_own_keeps_the_protocol(story: Environment) -> None:
    check_environment(story)


def test_a_game_that_jericho_does_not_know_can_be_played(story: Environment) -> None:
    observation, info = story.reset()
    assert "-= Room A =-" in observation
    assert "Key 1" in story.step("take Key 1")[0]
    assert "north" in info["admissible_commands"]
    assert info["score"] == info["max_score"] == 0


def test_jericho_is_handed_an_installed_pipeline_and_fetches_none(monkeypatch: pytest.MonkeyPatch) -> None:
    util = pytest.importorskip("jericho.util")
    spacy = pytest.importorskip("spacy")
    if not any(map(find_spec, PIPELINES)):
        pytest.skip("no spaCy pipeline is installed")
    monkeypatch.delattr(util, "spacy_nlp", raising=False)
    monkeypatch.setattr(spacy.cli, "download", lambda name: pytest.fail(f"{name} is fetched"))
    hand_over_pipeline()
    assert ("lamp", "NOUN") in util.extract_objs("There is a brass lamp here.")
    monkeypatch.delattr(util, "spacy_nlp")


def test_where_none_is_installed_it_says_which_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    util = pytest.importorskip("jericho.util")
    monkeypatch.delattr(util, "spacy_nlp", raising=False)
    monkeypatch.setattr("envs.jericho.PIPELINES", ("no_such_pipeline",))
    with pytest.raises(MissingWorld, match="pip install en_core_web_sm"):
        hand_over_pipeline()


def test_words_to_the_interpreter_reach_no_game(story: Environment, tmp_path: Path) -> None:
    story.reset()
    for command in ("quit", "restart", "save", "restore"):
        assert "not a verb" in story.step(command)[0]
    assert "Room A" in story.step("look")[0]


@pytest.mark.parametrize(("name", "error"), [("none.z5", GameNotFound), ("fake.z5", NotAGame), ("cut.z8", NotAGame)])
def test_what_is_no_game_is_refused(name: str, error: type[Exception], hunt: Path, tmp_path: Path) -> None:
    pytest.importorskip("jericho")
    (tmp_path / "fake.z5").write_bytes(b"this is no game")
    (tmp_path / "cut.z8").write_bytes(hunt.read_bytes()[:5000])
    with pytest.raises(error, match=name.replace(".", r"\.")):
        open_world(f"jericho:{tmp_path / name}")


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("chess", "textworld-express, scienceworld, jericho, nethack"),
        ("jericho", "jericho:FILE"),
        ("textworld-express:chess", "coin, cookingworld"),
        ("scienceworld:alchemy", "boil"),
        ("nethack:val-elephant", "val-dwa-law-fem"),
    ],
)
def test_an_unknown_name_is_answered_with_the_known(name: str, word: str) -> None:
    try:
        with pytest.raises(UnknownWorld, match=word):
            open_world(name)
    except MissingWorld as missing:
        pytest.skip(str(missing))


def test_what_is_not_installed_names_its_install_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(MissingWorld, match="pip install no-such-world"):
        import_extra("no_such_world", "no-such-world")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingWorld, match="apt-get install default-jre-headless"):
        need_java("scienceworld")


def test_mini_world_and_further_worlds_are_one_kind(world: Environment) -> None:
    assert isinstance(world, Environment)
    assert isinstance(MiniWorld(), Environment)
