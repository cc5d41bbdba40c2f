"""What was done in vain is known by its place and state, for as long as these stay."""

from collections.abc import Sequence

import pytest

from agents.tried import Tried
from envs import Info


def state(inventory: str = "nothing", commands: Sequence[str] = ("pull lever", "go east"), score: float = 0.0) -> Info:
    return Info(
        admissible_commands=list(commands), inventory=inventory, score=score, max_score=1.0, won=False, lost=False,
        moves=0,
    )  # fmt: skip


@pytest.fixture
def tried() -> Tried:
    """In the hall, three commands in turn, five times over, each to no avail."""
    made = Tried()
    for _ in range(5):
        for command in ("pull lever", "push lever", "turn lever"):
            made.add("Hall", state(), command, "Nothing happens.")
    return made


def test_it_is_kept_however_many_other_commands_come_between(tried: Tried) -> None:
    for room in range(20):
        tried.add(f"Room {room}", state(), "go east", f"-= Room {room + 1} =-")
    assert tried.here("Hall", state()) == {"pull lever": 5, "push lever": 5, "turn lever": 5}


def test_elsewhere_it_may_be_tried(tried: Tried) -> None:
    assert tried.here("Cellar", state()) == {}


@pytest.mark.parametrize("changed", [state(inventory="a key"), state(commands=["pull lever"]), state(score=1.0)])
def test_in_another_state_it_may_be_tried_again(tried: Tried, changed: Info) -> None:
    assert tried.here("Hall", changed) == {}


def test_another_answer_is_no_repeat() -> None:
    tried = Tried()
    for answer in ("It creaks.", "It gives a little.", "It opens."):
        tried.add("Hall", state(), "pull lever", answer)
    assert tried.here("Hall", state()) == {"pull lever": 1}


def test_a_count_of_turns_in_an_answer_makes_no_other_answer() -> None:
    tried = Tried()
    for turn in range(3):
        tried.add("Hall", state(), "wait", f"Time passes. Turn {turn}.")
    assert tried.here("Hall", state()) == {"wait": 3}


def test_a_walk_may_be_taken_again_once_anything_new_was_read() -> None:
    tried = Tried()
    tried.add("Hall", state(), "go east", "-= Cellar =-")
    tried.add("Hall", state(), "go east", "-= Cellar =-")
    assert tried.here("Hall", state()) == {"go east": 2}
    tried.add("Cellar", state(), "read note", "The key is in the attic.")
    assert tried.here("Hall", state()) == {}


def test_who_comes_back_may_look_again() -> None:
    tried = Tried()
    for _ in range(3):
        tried.add("Hall", state(), "examine note", "It says nothing.")
    assert tried.here("Hall", state()) == {"examine note": 3}
    tried.add("Hall", state(), "go east", "-= Cellar =-")
    tried.add("Cellar", state(), "go west", "-= Hall =-")
    assert "examine note" not in tried.here("Hall", state())


def test_where_no_place_is_known_anything_new_makes_another_state() -> None:
    tried = Tried()
    for _ in range(3):
        tried.add(None, state(), "north", "You can't go that way.")
    assert tried.here(None, state()) == {"north": 3}
    tried.add(None, state(), "east", "A clearing.")
    assert "north" not in tried.here(None, state())
