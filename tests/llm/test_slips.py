"""Slips in the form of a reply, over HTTP: what AriGraph's parser drops of it is read here."""

import json
from collections.abc import Sequence

import pytest

from agents.prompts import PlanReply
from benchmarks.traces.slips import SLIPS, Lost, Slip, by_their_rule, lost
from graphmem.errors import BadReply
from graphmem.extraction.llm import LLMExtractor
from graphmem.protocols import Message
from graphmem.records import Observation
from tests.llm.forms import chat
from tests.model_server import ChatServer, say

SEEN = "You open the chest. It holds a coin and a note, which reads: the iron key unlocks the red door."
REPLIES = [
    (SEEN, [("chest", "is", "open"), ("coin", "is in", "chest"), ("note", "is in", "chest")]),
    (SEEN, [("iron key", "unlocks", "red door"), ("note", "tells of", "iron key")]),
]
UNREADABLE = ("a part too few", "an empty part")
PLAN: list[Message] = [{"role": "user", "content": "Plan."}]


@pytest.mark.parametrize("slip", [slip for slip in SLIPS if slip.name not in UNREADABLE], ids=lambda slip: slip.name)
def test_a_slip_that_leaves_the_meaning_costs_nothing(slip: Slip) -> None:
    found = lost(slip, REPLIES)
    assert (found.replies, found.said, found.ours, found.asked_again) == (2, 5, 0, 0)


@pytest.mark.parametrize("slip", [slip for slip in SLIPS if slip.name in UNREADABLE], ids=lambda slip: slip.name)
def test_a_triple_that_lacks_a_part_costs_itself_alone(slip: Slip) -> None:
    assert lost(slip, REPLIES) == Lost(replies=2, said=5, theirs=2, ours=2, asked_again=0)


def test_the_rule_that_is_compared_with_takes_three_parts_and_no_others() -> None:
    assert by_their_rule("a, is in, b; note, reads, c, d; e,f,g; h, is") == [("a", "is in", "b")]


def _extracted(reply: object, again: object = None) -> tuple[list[str], tuple[int, ...], dict[str, int], int]:
    faults = [say(json.dumps(reply))]
    with ChatServer(lambda *_: json.dumps(again), faults) as server, chat(server) as model:
        extractor = LLMExtractor(model)
        made = extractor.extract(Observation(SEEN), ())
        return [str(each) for each in made.triples], made.outdated, dict(extractor.counts), model.usage.total.repairs


@pytest.mark.parametrize(
    "triples",
    [
        "chest, is, open; coin, is in, chest",
        "chest, is, open\ncoin, is in, chest",
        {"1": ["chest", "is", "open"], "2": ["coin", "is in", "chest"]},
        [{"relation": "is", "object": "open", "subject": "chest"}, {"head": "coin", "link": "is in", "tail": "chest"}],
    ],
    ids=["semicolons", "lines", "object", "objects"],
)
def test_a_list_of_another_form_is_a_list(triples: object) -> None:
    made = _extracted({"triples": triples, "outdated": []})
    assert made == (["chest, is, open", "coin, is in, chest"], (), {}, 0)


def test_what_cannot_be_read_is_counted_beside_what_can() -> None:
    triples = [["chest", "is", "open"], ["coin"], None, 7, [[["a"]], "b", "c"], [], "coin"]
    made = _extracted({"triples": triples, "outdated": ["the coin", None, 0]})
    assert made == (["chest, is, open"], (), {"malformed": 6, "not shown": 3}, 0)


def test_a_reply_without_outdated_facts_names_none() -> None:
    assert _extracted({"triples": [["chest", "is", "open"]]})[1:] == ((), {}, 0)


def test_a_reply_of_which_nothing_can_be_read_is_asked_for_once_more() -> None:
    whole = {"triples": [["chest", "is", "open"]], "outdated": []}
    assert _extracted({"triples": [["chest", "is"]], "outdated": []}, whole) == (["chest, is, open"], (), {}, 1)
    with pytest.raises(BadReply, match="no triple has three parts"):
        _extracted({"triples": [["chest", "is"]], "outdated": []}, {"triples": ["chest"], "outdated": []})


@pytest.mark.parametrize(
    "sub_goals",
    [["open it", "look"], "open it; look", {"1": "open it", "2": {"goal": "look"}}, [{"goal": "open it"}, "look"]],
    ids=["texts", "text", "object", "mixed"],
)
def test_a_plan_of_another_form_is_a_plan(sub_goals: object) -> None:
    with ChatServer(lambda *_: json.dumps({"sub_goals": sub_goals})) as server, chat(server) as model:
        plan = model.reply(PLAN, PlanReply, purpose="plan")
        assert _goals(plan) == ["open it", "look"]
        assert model.usage.total.repairs == 0


def _goals(plan: PlanReply) -> Sequence[str]:
    return [step.goal for step in plan.sub_goals]
