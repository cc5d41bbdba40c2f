"""The map that the memory draws: exits, ways, what nobody has explored."""

import pytest

from agents.worldmap import WorldMap
from graphmem import Fact


def _facts(*lines: str) -> list[Fact]:
    return [Fact(str(number), *line.split(", "), asserted_by="e", since=0) for number, line in enumerate(lines)]


@pytest.fixture
def house() -> WorldMap:
    """A kitchen, a hall to its east, an attic above the hall; two exits of the hall are open."""
    return WorldMap(
        _facts(
            "Kitchen, has exit, east",
            "hall, has exit, west",
            "Hall, has exit, up",
            "Hall, has exit, south",
            "Hall, has exit, north",
            "Hall, is east of, Kitchen",
            "Kitchen, is west of, Hall",
            "Attic, is above, Hall",
            "table, is in, Kitchen",
        )
    )


def test_distances_name_each_place_that_can_be_reached(house: WorldMap) -> None:
    assert house.distances("kitchen") == {"hall": 1, "Attic": 2}
    assert house.distances("Attic") == {}
    assert house.distances("nowhere") == {}


def test_a_route_is_the_shortest_way(house: WorldMap) -> None:
    assert house.route("Kitchen", "attic") == [("east", "hall"), ("up", "Attic")]


@pytest.mark.parametrize(("start", "goal"), [("Attic", "Kitchen"), ("Kitchen", "cellar"), ("cellar", "Kitchen")])
def test_where_no_way_is_known_there_is_no_route(house: WorldMap, start: str, goal: str) -> None:
    assert house.route(start, goal) is None


def test_exits_that_nobody_took_are_unexplored(house: WorldMap) -> None:
    assert house.unexplored() == {"hall": ["north", "south"]}
