"""The heuristic player: it is handed facts or texts, plans in typed sub-goals, and makes room in full hands."""

from dataclasses import replace

import pytest

from agents.policies.heuristic import HeuristicPlayer
from agents.policies.protocol import Situation
from graphmem import Fact
from graphmem.embedding import load_embedder

COMMANDS = ("drop carrot", "drop onion", "look", "go east", "examine cookbook", "cook carrot with stove")
RECIPE = (
    "recipe, requires, carrot", "recipe, requires, onion", "carrot, must be, fried", "onion, must be, sliced",
)  # fmt: skip


def fact(text: str) -> Fact:
    subject, relation, obj = text.split(", ")
    slot = {"is in": "location", "is on": "location", "is": "cut"}.get(relation)
    slot = "doneness" if obj in ("raw", "fried") else slot
    return Fact(text, subject, relation, obj, asserted_by="e", since=0, slot=slot)


def cooking(*facts: str, inventory: str, commands: tuple[str, ...] = COMMANDS) -> Situation:
    """In the kitchen, with as many things in hand as can be carried; the knife lies on the table."""
    known = (*RECIPE, "knife, is on, table", "table, is in, Kitchen", "kitchen, has exit, east", *facts)
    return Situation(
        task="Follow the recipe and cook the meal.",
        observation="-= Kitchen =-",
        inventory=f"You are carrying: {inventory}.",
        admissible=commands,
        place="Kitchen",
        facts=[fact(each) for each in known],
        learned=(),
    )


@pytest.fixture
def player() -> HeuristicPlayer:
    return HeuristicPlayer(load_embedder("lexical"))


def test_with_full_hands_it_puts_down_what_the_knife_is_not_for(player: HeuristicPlayer) -> None:
    situation = cooking("carrot, is, fried", inventory="a fried carrot and an onion")
    assert player.act(situation).action == "drop carrot"


def test_what_the_recipe_does_not_need_goes_first(player: HeuristicPlayer) -> None:
    situation = cooking(inventory="an onion, a carrot and an old lamp", commands=(*COMMANDS[:3], "drop old lamp"))
    assert player.act(situation).action == "drop old lamp"


def test_when_all_is_cut_the_knife_goes_and_what_was_put_down_is_come_back_for(player: HeuristicPlayer) -> None:
    done = ("carrot, is, fried", "onion, is, sliced", "carrot, is in, Kitchen")
    full = cooking(*done, inventory="a sliced onion and a knife", commands=("drop onion", "drop knife", "look"))
    assert player.act(full).action == "drop knife"
    free = cooking(*done, inventory="a sliced onion", commands=("drop onion", "take carrot", "take knife", "look"))
    assert player.act(free).action == "take carrot"


def test_nothing_is_put_down_while_hands_are_free(player: HeuristicPlayer) -> None:
    commands = (*COMMANDS, "take knife from table")
    situation = cooking("carrot, is, fried", inventory="a fried carrot and an onion", commands=commands)
    assert player.act(situation).action == "take knife from table"


def test_a_plan_is_made_of_typed_sub_goals_that_print_as_english(player: HeuristicPlayer) -> None:
    situation = Situation(
        task="find the treasure",
        observation="-= Hall =-",
        inventory="You are carrying: a brass key.",
        admissible=("go east", "unlock chest with brass key", "look"),
        place="Hall",
        unexplored={"Hall": ["east"]},
        facts=[],
        learned=[],
    )
    plan = player.plan(situation)
    first = plan.sub_goals[0]
    assert (first.kind, first.thing, first.other) == ("unlock", "chest", "brass key")
    assert first.text == "Unlock chest with brass key"
    assert plan.sub_goals[-1].kind == "explore"
    assert (plan.sub_goals[-1].other, plan.sub_goals[-1].place) == ("east", "Hall")
    assert str(plan).endswith("Explore east from Hall")


def test_what_was_tried_here_in_vain_is_not_tried_again(player: HeuristicPlayer) -> None:
    situation = Situation(
        task="find the treasure",
        observation="-= Hall =-",
        inventory="You are carrying nothing.",
        admissible=("open chest", "open box", "look"),
        place="Hall",
        facts=[],
        learned=[],
    )
    assert player.act(situation).action == "open chest"
    assert player.act(replace(situation, tried={"open chest": 2})).action == "open box"


def test_texts_are_read_where_the_memory_holds_no_facts(player: HeuristicPlayer) -> None:
    situation = Situation(
        task="Follow the recipe and cook the meal.",
        observation="-= Hall =-\nThere is an exit to the east.",
        inventory="You are carrying nothing.",
        admissible=("go east", "look"),
        recollection="Observations I remember:\n"
        "[step 0] -= Kitchen =-\n  You see a cookbook. There is an exit to the west.\n"
        "[step 1, in Kitchen] > go west\n  -= Hall =-\n  There is an exit to the east.",
        recent=(("go west", "-= Hall =-\nThere is an exit to the east."),),
        place="Hall",
    )
    assert player.act(situation).action == "go east"


def test_a_key_is_not_carried_to_a_lock_before_memory_was_asked_about_it(player: HeuristicPlayer) -> None:
    known = [fact("brass key, unlocks, box"), replace(fact("box, is in, Cellar"), slot="location")]
    situation = Situation(
        task="find the treasure",
        observation="-= Hall =-",
        inventory="You are carrying: a brass key.",
        admissible=("go east", "look"),
        place="Hall",
        distances={"Cellar": 2},
        unexplored={"Hall": ["east"]},
        facts=known,
        learned=[],
    )
    plan = player.plan(situation)
    assert "box" in plan.about
    assert player.act(situation).action == "go east"
    assert player.act(replace(situation, plan=plan)).action == "go to Cellar"
    is_open = replace(fact("box, is, open"), slot="openness")
    assert player.act(replace(situation, plan=plan, facts=[*known, is_open])).action == "go east"
