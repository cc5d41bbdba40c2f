"""The data of the Cleaning games."""

from __future__ import annotations

from itertools import combinations

from envs.tasks.cleaning import SIZES
from envs.tasks.house import ALSO_IN, ALWAYS, HOUSE, PLAUSIBLE_IN

THINGS = [thing for pieces in HOUSE.values() for piece in pieces for thing in piece.things]
NAMES = [*(piece.name for pieces in HOUSE.values() for piece in pieces), *THINGS]


def test_names_are_told_apart() -> None:
    """A game that is told "take toy" of a toy and a toy car asks which: no name may be part of another."""
    for one, other in combinations(NAMES, 2):
        shorter, longer = sorted((set(one.split()), set(other.split())), key=len)
        assert not shorter <= longer, f"{one!r} and {other!r}"


def test_no_name_is_one_that_gamemaker_would_change() -> None:
    assert not [name for name in [*NAMES, *HOUSE] if name[0] in "PI"]


def test_the_tables_speak_of_things_and_rooms_that_there_are() -> None:
    for table in (ALSO_IN, PLAUSIBLE_IN):
        assert set(table) <= set(THINGS)
        assert {room for rooms in table.values() for room in rooms} <= set(HOUSE)
    assert set(ALWAYS) <= set(HOUSE)


def test_there_is_more_in_the_house_than_any_game_needs() -> None:
    assert len(HOUSE) >= max(rooms for rooms, _ in SIZES.values())
    assert len(THINGS) > 3 * max(things for _, things in SIZES.values())
    assert all(sum(len(piece.things) for piece in pieces) >= 4 for pieces in HOUSE.values())
