"""What the model is shown, and how an action that is not possible is dealt with."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from agents.policies.llm import LLMPolicy, match, plan_text, possible_actions, scene
from agents.policies.paper import PaperPolicy
from agents.policies.protocol import Plan, Situation, SubGoal
from agents.prompts import ActionReply, PlanAndActionReply, PlanReply
from graphmem import Fact
from graphmem.errors import BadReply
from graphmem.llm.dialect import strict_schema
from graphmem.retrieval.budget import count_tokens

SITUATION = Situation(
    task="win",
    observation="You see a chest.",
    inventory="You are carrying: a key.",
    admissible=("open chest", "unlock chest with key 1", "unlock chest with key 2", "go north", "look"),
    plan=Plan("win", (SubGoal("open the chest", "it is there", ("chest",)),)),
    place="Hall",
    distances={"Kitchen": 1},
    unexplored={"Hall": ["north"]},
)
PLAN = {"main_goal": "win", "sub_goals": [{"goal": "open it", "reason": "r", "about": ["chest"]}], "explore": True}


class Model:
    """Gives its replies in order; an exception among them is raised."""

    def __init__(self, *replies: Any) -> None:
        self.replies = list(replies)
        self.asked: list[Sequence[Any]] = []
        self.forms: list[Any] = []

    def reply(self, messages: Any, form: Any, *, purpose: str) -> Any:
        self.asked.append(messages)
        self.forms.append(form)
        given = self.replies.pop(0)
        if isinstance(given, Exception):
            raise given
        return form.model_validate(given)


def _action(action: str) -> dict[str, str]:
    return {"reason": "because", "action": action}


def test_a_plan_is_taken_over_with_what_it_is_about() -> None:
    plan = LLMPolicy(Model(PLAN)).plan(SITUATION)
    assert (plan.goal, plan.explore, plan.about) == ("win", True, ("chest",))


@pytest.mark.parametrize("action", ["open chest", "Open the chest.", "go to kitchen"])
def test_a_possible_action_is_done_however_it_is_spelled(action: str) -> None:
    model = Model(_action(action))
    decision = LLMPolicy(model).act(SITUATION)
    assert decision.action in ("open chest", "go to Kitchen")
    assert len(model.asked) == 1


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("open chests", "open chest"),
        ("unlock chest with key 3", None),
        ("unlock chest", None),
        ("go nort", "go north"),
        ("eat the moon", None),
        ("", None),
    ],
)
def test_an_action_is_matched_only_when_that_is_beyond_doubt(said: str, meant: str | None) -> None:
    assert match(said, SITUATION.admissible) == meant


def test_an_impossible_action_is_asked_once_more_with_the_list() -> None:
    model = Model(_action("unlock chest with key 3"), _action("unlock chest with key 2"))
    policy = LLMPolicy(model)
    assert policy.act(SITUATION).action == "unlock chest with key 2"
    assert "- unlock chest with key 2" in model.asked[1][-1]["content"]
    assert policy.counts == {"asked again": 1}


def test_asked_once_more_the_form_takes_nothing_but_what_is_possible() -> None:
    model = Model(_action("fly"), _action("go north"))
    LLMPolicy(model).act(SITUATION)
    schema = strict_schema(model.forms[1])
    assert schema["properties"]["action"]["enum"] == possible_actions(SITUATION)
    assert "enum" not in strict_schema(model.forms[0])["properties"]["action"]


def test_a_second_impossible_action_becomes_a_look() -> None:
    policy = LLMPolicy(Model(_action("fly"), _action("swim")))
    assert policy.act(SITUATION).action == "look"
    assert policy.counts == {"asked again": 1, "another": 1}


def test_after_a_look_it_becomes_what_was_tried_least_and_is_most_like_it() -> None:
    situation = replace(SITUATION, tried={"look": 1, "open chest": 1})
    model = Model(_action("fly"), _action("go to the north pole"))
    assert LLMPolicy(model).act(situation).action == "go north"


def test_what_was_done_here_three_times_with_one_outcome_is_not_offered_and_not_done() -> None:
    situation = replace(SITUATION, tried={"open chest": 3})
    model = Model(_action("open chest"), _action("go north"))
    assert LLMPolicy(model).act(situation).action == "go north"
    assert "open chest" not in scene(situation, actions=True)["Actions"]


def test_nor_is_a_command_that_the_game_obeys_without_listing_it() -> None:
    situation = replace(SITUATION, tried={"examine key": 3})
    assert "examine key" in possible_actions(SITUATION)
    assert "examine key" not in possible_actions(situation)


def test_what_may_yet_lead_on_is_offered() -> None:
    situation = replace(SITUATION, tried={"open chest": 2})
    assert "open chest" in scene(situation, actions=True)["Actions"]


def test_when_nothing_leads_on_everything_is_offered() -> None:
    situation = replace(SITUATION, admissible=("wait",), tried={"wait": 3})
    assert LLMPolicy(Model(_action("wait"))).act(situation).action == "wait"


def test_a_useless_reply_keeps_the_plan_and_looks() -> None:
    policy = LLMPolicy(Model(BadReply("no JSON"), BadReply("no JSON")))
    assert policy.plan(SITUATION) == SITUATION.plan
    assert policy.act(SITUATION).action == "look"
    assert policy.counts == {"plan kept": 1, "another": 1}


def test_a_useless_reply_to_the_papers_exploration_check_keeps_the_plan_too() -> None:
    mind = PaperPolicy(Model(BadReply("no JSON")))
    assert mind.plan(SITUATION) == SITUATION.plan


def test_a_useless_reflection_leaves_no_lesson() -> None:
    policy = LLMPolicy(Model(BadReply("no JSON")))
    assert policy.reflect(SITUATION) is None
    assert policy.counts == {"no lesson": 1}


def test_two_calls_make_plan_and_action_in_one() -> None:
    model = Model({**PLAN, **_action("open chest")})
    policy = LLMPolicy(model, calls=2)
    policy.plan(SITUATION)
    assert policy.act(SITUATION).action == "open chest"
    assert len(model.asked) == 1


def test_static_text_comes_first_and_the_task_next() -> None:
    model = Model(PLAN, PLAN)
    policy = LLMPolicy(model)
    for observation in ("You see a chest.", "You see nothing."):
        policy.plan(Situation(task="win", observation=observation, inventory="", admissible=()))
    (first, second) = model.asked
    assert first[0] == second[0]
    assert first[1]["content"].startswith("Task:\nwin\n")


def test_the_prompt_stays_bounded_however_large_the_world() -> None:
    def tokens(size: int) -> int:
        large = Situation(
            task="win",
            observation="You see a chest.",
            inventory="",
            admissible=[f"take thing {n}" for n in range(size)],
            recent=[("look", "a long room " * size)] * 5,
            distances={f"Room {n}": n for n in range(size)},
            unexplored={f"Room {n}": ["north", "south"] for n in range(size)},
            place="Hall",
        )
        return count_tokens(" ".join(scene(large, actions=True).values()))

    assert tokens(10_000) <= 1.2 * tokens(100)


@pytest.mark.parametrize(
    ("form", "raw"),
    [
        (PlanReply, {"main_goal": "win", "plan_steps": [{"sub_goal_1": "go", "reason": "r"}], "your_emotion": {}}),
        (ActionReply, {"reason_for_action": "r", "action_to_take": "go north"}),
        (PlanAndActionReply, {**PLAN, **_action("x" * 999), "reason": "y" * 999}),
    ],
)
def test_near_forms_and_long_texts_are_understood(form: Any, raw: dict[str, Any]) -> None:
    assert form.model_validate(raw)


def test_reasons_and_main_goal_are_kept_from_step_to_step() -> None:
    assert scene(SITUATION)["Plan"] == "Main goal: win\n1. open the chest (it is there)"


def test_plan_and_act_share_all_but_their_end() -> None:
    model = Model(PLAN, _action("open chest"))
    policy = LLMPolicy(model)
    policy.plan(SITUATION)
    policy.act(replace(SITUATION, plan=replace(SITUATION.plan, explore=True)))
    planning, acting = ("\n".join(message["content"] for message in asked) for asked in model.asked)
    shared = planning.partition("\n\nNow:\n")[0]
    assert acting.startswith(shared)
    assert count_tokens(model.asked[0][0]["content"]) > 1024


def test_exits_are_told_to_who_plans_and_to_who_explores() -> None:
    model = Model(PLAN, _action("open chest"), _action("go north"))
    policy = LLMPolicy(model)
    policy.plan(SITUATION)
    policy.act(SITUATION)
    policy.act(replace(SITUATION, plan=replace(SITUATION.plan, explore=True)))
    assert ["Unexplored exits:" in asked[-1]["content"] for asked in model.asked] == [True, False, True]


def test_recent_answers_are_told_whole_as_far_as_they_fit() -> None:
    def told(first: str) -> str:
        recent = (("go east", first), ("take key", "You take the key. " * 6), ("look", "A hall."))
        return scene(replace(SITUATION, recent=recent))["Recent actions"]

    assert told("A room.").splitlines()[0] == "> go east: A room."
    assert told("A room. " * 99).splitlines()[0].endswith("...")
    assert told("").endswith("You take the key.")


def test_what_other_sections_tell_is_not_told_from_memory_again() -> None:
    facts = [
        Fact(text, *text.split(", "), asserted_by="e", since=0)  # type: ignore[misc]
        for text in ("key, is in, inventory", "player, is in, Hall", "hall, has exit, north", "chest, is, closed")
    ]
    text = "Facts I know:\n" + "\n".join(f"- {fact.id}" for fact in facts)
    text += "\nEpisodes I remember:\n[step 3] > go east\n  A room."
    shown = replace(SITUATION, facts=facts, recollection=text, recent=[("go east", "A room."), ("look", "x")])
    assert scene(shown)["Memory"] == "Facts I know:\nchest, is, closed"


def test_what_is_before_the_eyes_is_not_told_from_memory_again() -> None:
    facts = [
        Fact(text, *text.split(", "), asserted_by="e", since=0)  # type: ignore[misc]
        for text in ("Hall, contains, chest", "chest, is in, Hall", "Hall, contains, lamp", "chest, holds, coin")
    ]
    text = "Facts I know:\n" + "\n".join(f"- {fact.id}" for fact in facts)
    text += "\nEpisodes I remember:\n[step 1] > go east\n  -= Hall =-\n  A lamp."
    text += "\n[step 2] > go west\n  -= Kitchen =-\n  A stove."
    shown = replace(SITUATION, observation="-= Hall =-\nYou see a chest.", facts=facts, recollection=text)
    told = "Facts I know:\nHall, contains, lamp\nchest, holds, coin\nEpisodes I remember:\n[step 2] > go west"
    assert scene(shown)["Memory"] == f"{told}\n  -= Kitchen =-\n  A stove."


def test_the_reasons_of_the_next_sub_goals_are_told_as_far_as_they_fit() -> None:
    steps = tuple(SubGoal(f"step {number}", "because " * length) for number, length in enumerate((5, 200, 5), start=1))
    lines = plan_text(Plan("win", steps)).splitlines()
    assert ["because" in line for line in lines] == [False, True, False, False]
    assert [line.split(" (")[0] for line in lines[1:]] == ["1. step 1", "2. step 2", "3. step 3"]


def test_the_papers_prompts_show_all_that_was_recalled_and_exits_only_to_explore() -> None:
    shown = replace(SITUATION, recollection="Facts I know:\n- key, is in, inventory")
    model = Model({"explore": False}, PLAN, _action("open chest"))
    policy = PaperPolicy(model)
    policy.plan(shown)
    policy.act(shown)
    for asked in model.asked[1:]:
        assert "- key, is in, inventory" in asked[-1]["content"]
        assert "Unexplored exits:" not in asked[-1]["content"]
