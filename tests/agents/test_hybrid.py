"""The hybrid player: rules where they know, a model to read what they do not and to choose where they rank alike."""

from collections.abc import Sequence
from typing import Any

import pytest

from agents.ariadne import Ariadne
from agents.memories import GraphMemory, open_memory
from agents.players import rules_and_model
from agents.policies.hybrid import CHOICES, Adviser, HybridPlayer, HybridReader
from agents.policies.protocol import STOP, Situation
from envs import MiniWorld
from envs.reworded import Reworded
from graphmem import Fact, Triple
from graphmem.embedding import load_embedder
from graphmem.errors import BadReply, LLMError, Unreachable
from graphmem.protocols import Message, Reply
from graphmem.records import Observation

HINT = "> examine note 2\nPsst, if you have got key 2: the Mint locker is where it belongs."
PLAIN = "> examine note 2\nThe key 2 unlocks Mint locker."
LOCK = {"key": "key 2", "opens": "Mint locker"}


class Scripted:
    """An `LLM` that gives, of each purpose, one reply or fails with one error."""

    def __init__(self, **replies: dict[str, Any] | LLMError) -> None:
        self.replies = replies
        self.asked: list[tuple[str, str]] = []

    def reply(self, messages: Sequence[Message], form: type[Reply], *, purpose: str) -> Reply:
        self.asked.append((purpose, messages[-1]["content"]))
        given = self.replies.get(purpose, Unreachable("nobody answers"))
        if isinstance(given, LLMError):
            raise given
        return form.model_validate(given)


def read(llm: Scripted, text: str) -> list[tuple[str, str, str]]:
    triples = HybridReader(Adviser(llm)).extract(Observation(text), []).triples
    return [(t.subject, t.relation, t.object) for t in triples if t.relation != "says"]


def situation(task: str = "Win.", **more: Any) -> Situation:
    given = {"observation": "-= Hall =-", "inventory": "You are carrying nothing.", "admissible": ("look",)}
    return Situation(task=task, **{**given, "place": "Hall", "facts": (), "learned": (), **more})


def player(llm: Scripted) -> HybridPlayer:
    return HybridPlayer(load_embedder("lexical"), Adviser(llm))


def exits(*places: str) -> tuple[Fact, ...]:
    return tuple(Fact(place, place, "has exit", "north", asserted_by="e", since=0) for place in places)


def test_a_note_that_the_rules_do_not_read_is_read_by_the_model() -> None:
    llm = Scripted(read={"locks": [LOCK], "foods": []})
    assert read(llm, HINT) == [("key 2", "unlocks", "Mint locker")]
    assert llm.asked == [("read", HINT.partition("\n")[2])]


def test_a_note_that_the_rules_read_asks_no_model() -> None:
    llm = Scripted()
    assert read(llm, PLAIN) == [("key 2", "unlocks", "Mint locker")]
    assert not llm.asked


def test_a_recipe_becomes_what_the_rules_know_of_recipes() -> None:
    foods = [{"food": "leek", "cut": "dice", "heat": "stove"}, {"food": "milk", "cut": "none", "heat": "none"}]
    text = "> examine cookbook\nYou want leek in cubes, out of the pan, and milk."
    assert read(Scripted(read={"locks": [], "foods": foods}), text) == [
        ("recipe", "requires", "leek"), ("leek", "must be", "diced"), ("leek", "must be", "fried"),
        ("recipe", "requires", "milk"),
    ]  # fmt: skip


def test_what_the_text_does_not_bear_out_is_dropped_and_counted() -> None:
    llm = Scripted(read={"locks": [LOCK, {"key": "key 3", "opens": "Mint locker"}], "foods": [{"food": "?"}]})
    reader = HybridReader(Adviser(llm))
    told = [t for t in reader.extract(Observation(HINT), []).triples if t.relation != "says"]
    assert [(t.subject, t.object) for t in told] == [("key 2", "Mint locker")]
    assert reader.counts["ungrounded"] == 2


def test_a_long_text_in_which_the_rules_find_nothing_is_read_as_any_game() -> None:
    text = "> ask\nThe innkeeper whispers that Ada Brown has hidden her lamp under the old bridge behind the mill."
    llm = Scripted(extract={"triples": [["lamp", "is under", "old bridge"]], "outdated": []})
    assert read(llm, text) == [("lamp", "is under", "old bridge")]
    assert read(Scripted(), text) == []


def test_the_same_text_is_asked_about_once() -> None:
    llm = Scripted(read={"locks": [LOCK], "foods": []})
    reader = HybridReader(Adviser(llm))
    first, second = (reader.extract(Observation(HINT), []) for _ in range(2))
    assert first == second
    assert len(llm.asked) == 1


def test_where_the_model_fails_the_rules_go_on_and_it_is_counted() -> None:
    adviser = Adviser(llm := Scripted(read=BadReply("no JSON")))
    reader = HybridReader(adviser)
    assert {t.relation for t in reader.extract(Observation(HINT), []).triples} == {"says"}
    assert adviser.counts == {"rules instead of the model (read)": 1}
    assert len(llm.asked) == 1


def test_an_endpoint_that_serves_nothing_is_soon_asked_no_more() -> None:
    adviser = Adviser(llm := Scripted())
    reader = HybridReader(adviser)
    for number in range(5):
        reader.extract(Observation(HINT.replace("2", str(number))), [])
    assert len(llm.asked) == 2
    assert adviser.counts == {"rules instead of the model (read)": 5}


def test_useless_replies_do_not_count_as_a_dead_endpoint() -> None:
    reader = HybridReader(Adviser(llm := Scripted(read=BadReply("no JSON"))))
    for number in range(5):
        reader.extract(Observation(HINT.replace("2", str(number))), [])
    assert len(llm.asked) == 5


def test_a_task_in_other_words_is_brought_to_words_that_the_rules_know() -> None:
    llm = Scripted(task={"kind": "cook", "wanted": [], "bring": [], "locks": []})
    hungry = situation("Supper is yours to make.", admissible=("look", "go north"), place="Kitchen")
    assert player(llm).plan(hungry).sub_goals[0].text == "Find cookbook"


def test_what_a_task_wants_is_taken_and_what_it_says_of_keys_is_used() -> None:
    task = "Bring me the old idol. Key 1 fits the white box."
    locks = [{"key": "Key 1", "opens": "white box"}]
    hybrid = player(Scripted(task={"kind": "search", "wanted": ["old idol"], "bring": [], "locks": locks}))
    assert hybrid.act(situation(task, admissible=("look", "take old idol"))).action == "take old idol"
    plan = hybrid.plan(situation(task, inventory="You are carrying: a Key 1."))
    assert "Unlock white box with Key 1" in [step.text for step in plan.sub_goals]


def test_a_task_that_the_rules_know_asks_no_model() -> None:
    llm = Scripted()
    player(llm).plan(situation("Cook the meal by the recipe."))
    assert not llm.asked


def test_between_places_equally_near_the_model_chooses() -> None:
    places = {"Cellar": ["north"], "Attic": ["north"], "Yard": ["north"]}
    ahead = situation(
        "Cook the meal.", facts=exits(*places), distances={"Cellar": 1, "Attic": 1, "Yard": 2}, unexplored=places
    )
    llm = Scripted(choose={"choice": 2})
    assert player(llm).act(ahead).action == "go to Attic"
    assert "Yard" not in llm.asked[0][1]
    assert player(Scripted(choose={"choice": 7})).act(ahead).action == "go to Cellar"
    assert player(Scripted()).act(ahead).action == "go to Cellar"


def test_where_exactly_one_way_is_nearest_the_model_is_not_asked() -> None:
    places = {"Cellar": ["north"], "Attic": ["north"]}
    llm = Scripted(choose={"choice": 2})
    ahead = situation("Cook the meal.", facts=exits(*places), distances={"Cellar": 1, "Attic": 2}, unexplored=places)
    assert player(llm).act(ahead).action == "go to Cellar"
    assert not llm.asked


def test_where_no_rule_knows_anything_it_chooses_of_a_few_actions_that_are_possible() -> None:
    lost = situation("Cook the meal.", admissible=("look", "push bell", "pull rope", "wave wand", "rub lamp"))
    llm = Scripted(choose={"choice": CHOICES})
    assert player(llm).act(lost).action in lost.admissible[1:]
    assert llm.asked[0][1].count("\n") >= CHOICES
    assert "look" not in llm.asked[0][1]


def test_at_a_loss_again_it_tries_what_it_has_not_tried() -> None:
    lost = situation("Cook the meal.", admissible=("look", "push bell", "pull rope"))
    hybrid = player(Scripted(choose={"choice": 1}))
    assert {hybrid.act(lost).action, hybrid.act(lost).action} == {"push bell", "pull rope"}


def test_a_house_that_is_clean_as_far_as_is_known_is_left_alone() -> None:
    explored = Fact("f", "player", "has explored", "every exit", asserted_by="e", since=0)
    done = situation("Clean the house.", facts=(explored,), admissible=("look", "take lamp"), place=None)
    llm = Scripted(choose={"choice": 1})
    assert player(llm).act(done).action == STOP
    assert not llm.asked


@pytest.mark.parametrize("replies", [{}, {"choose": {"choice": 1}, "extract": {"triples": [], "outdated": []}}])
def test_it_plays_a_game_that_the_rules_know_as_they_do_with_or_without_a_model(replies: dict[str, Any]) -> None:
    embedder = load_embedder("minilm")
    plays = rules_and_model(Scripted(**replies), embedder)
    with open_memory(":memory:", embedder, plays.extractor) as memory:
        env = Reworded(MiniWorld(), "letter")
        steps = list(Ariadne(env, GraphMemory(memory), plays.policy, max_steps=60).run())
    assert steps[-1].info["won"]


def test_what_the_model_reads_is_remembered() -> None:
    embedder = load_embedder("lexical")
    with open_memory(":memory:", embedder, HybridReader(Adviser(Scripted(read={"locks": [LOCK]})))) as memory:
        memory.remember("-= Hall =-\nYou see a key 2 on the floor.")
        learned = memory.remember(HINT)
        assert not learned.episode.pending
        assert "key 2, unlocks, Mint locker" in map(str, memory.facts())


def test_a_task_that_only_sounds_like_an_errand_is_read_by_the_model() -> None:
    llm = Scripted(task={"kind": "cook", "wanted": [], "bring": [], "locks": []})
    beside = ("look", "examine cookbook")
    player(llm).plan(situation("Look into the book, then put the dish together in the kitchen.", admissible=beside))
    assert [purpose for purpose, _ in llm.asked] == ["task"]


def test_at_a_loss_what_is_written_tells_the_likeliest() -> None:
    says = Fact("f", "note", "says", "The rope is worth a pull.", asserted_by="e", since=0)
    lost = situation("Win.", facts=(says,), admissible=("look", "push bell", "wave wand", "rub lamp", "pull rope"))
    llm = Scripted(choose={"choice": 1})
    assert player(llm).act(lost).action == "pull rope"
    assert "The rope is worth a pull." in llm.asked[-1][1]


def test_a_task_that_names_keys_is_a_search_whatever_it_is_called() -> None:
    reply = {"kind": "clean", "wanted": [], "bring": [], "locks": [{"key": "Key 1", "opens": "white box"}]}
    hybrid = player(Scripted(task=reply))
    assert hybrid.act(situation("Key 1 fits the white box.", admissible=("look", "take Key 1"))).action == "take Key 1"


def test_a_cookbook_tells_what_a_task_is_about_that_nobody_understood_but_not_of_a_house_to_clean() -> None:
    def goal(task: str) -> str:
        hybrid = player(Scripted(task=BadReply("no JSON")))
        hybrid.plan(situation(task, admissible=("look", "examine cookbook")))
        return hybrid.plan(situation(task)).sub_goals[0].text if hybrid.plan(situation(task)).sub_goals else ""

    assert goal("Supper is yours to make.") == "Find cookbook"
    assert goal("Clean the house.") != "Find cookbook"


def test_a_key_that_is_said_to_open_a_place_is_not_carried_there() -> None:
    locks = [{"key": "Key 1", "opens": "Hall"}, {"key": "Key 1", "opens": "white box"}]
    reply = {"kind": "search", "wanted": [], "bring": [], "locks": locks}
    away = situation("Key 1 lies in the Hall; try the white box.", inventory="You are carrying: a Key 1.",
                     place="Cellar", distances={"Hall": 1})  # fmt: skip
    plan = player(Scripted(task=reply)).plan(away)
    assert [step.thing for step in plan.sub_goals if step.kind == "unlock"] == ["white box"]


def test_a_key_is_known_by_its_whole_name() -> None:
    reader = HybridReader(Adviser(Scripted(read={"locks": [{"key": "2", "opens": "Mint locker"}]})))
    known = [Fact("k", "Key 2", "is in", "inventory", asserted_by="e", since=0)]
    assert Triple("Key 2", "unlocks", "Mint locker") in reader.extract(Observation(HINT), known).triples
