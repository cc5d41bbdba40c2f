"""Maps: connected, consistent, and the same for the same dice."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from envs.tasks.layout import grow, path

BACK = {"north": "south", "south": "north", "east": "west", "west": "east"}
maps = st.builds(
    lambda rooms, seed, loops: grow(rooms, random.Random(seed), loops=loops),
    st.integers(1, 40), st.integers(), st.floats(0, 1),
)  # fmt: skip


@given(maps)
def test_every_way_leads_back(exits: dict[int, dict[str, int]]) -> None:
    for here, ways in exits.items():
        assert all(exits[there][BACK[direction]] == here for direction, there in ways.items())


@given(maps, st.data())
def test_a_path_leads_from_any_room_to_any_other(exits: dict[int, dict[str, int]], data: st.DataObject) -> None:
    here, goal = (data.draw(st.sampled_from(list(exits))) for _ in range(2))
    for direction in path(exits, here, goal):
        here = exits[here][direction]
    assert here == goal


def test_a_tree_has_one_way_less_than_rooms() -> None:
    exits = grow(12, random.Random(1), loops=0.0)
    assert sum(len(ways) for ways in exits.values()) == 2 * 11


def test_the_same_dice_give_the_same_map() -> None:
    assert grow(36, random.Random(5), loops=0.3) == grow(36, random.Random(5), loops=0.3)
