"""What a model can do with a memory, whatever door it comes through."""

import json
from pathlib import Path

import pytest

from graphmem import Memory
from graphmem.errors import InputError
from graphmem.integrations.tools import Tools, answer, arguments_of, in_words
from graphmem.records import Triple
from graphmem.testing import HashEmbedder
from tests.llm.forms import chat
from tests.model_server import ChatServer

KEY = Triple("key", "is in", "box")


@pytest.fixture
def tools(memory: Memory) -> Tools:
    return Tools(memory, allow_forget=True)


def test_forgetting_is_offered_only_when_it_is_allowed(memory: Memory) -> None:
    offered = [tool.__name__ for tool in Tools(memory).all()]
    assert offered == ["remember", "recall", "facts_about", "history"]
    assert [tool.__name__ for tool in Tools(memory, allow_forget=True).all()] == [*offered, "forget"]


def test_asking_is_offered_only_with_a_model(memory: Memory) -> None:
    memory.remember("The key is in the box.", triples=[KEY])
    with ChatServer(lambda *_: '{"answer": "in the box", "sources": [1]}') as server, chat(server) as model:
        tools = Tools(memory, model=model)
        assert [tool.__name__ for tool in tools.all()][-1] == "ask"
        assert in_words(tools.ask("Where is the key?")) == "in the box\n[step 0] The key is in the box."
    assert "Error: " in answer(Tools(memory).ask, '{"question": "Where is the key?"}')


def test_what_was_remembered_is_recalled_in_words(tools: Tools) -> None:
    said = in_words(tools.remember("Ada put the key in the box.", [KEY]))
    assert said.splitlines()[1:] == ["+ key, is in, box"]
    assert "- key, is in, box" in in_words(tools.recall("key"))


def test_a_text_that_is_sent_again_is_remembered_once(tools: Tools) -> None:
    first, second = (tools.remember("Ada put the key in the box.", [KEY]) for _ in range(2))
    assert second.episode.id == first.episode.id
    assert tools.memory.stats().episodes == 1


def test_what_no_file_can_hold_is_no_reason_to_call_a_text_known(tools: Tools) -> None:
    first, second = (tools.remember("Ada put the k\0ey in the box.", [KEY]) for _ in range(2))
    assert not first.repeated
    assert second.episode == first.episode


def test_who_said_a_text_is_kept_apart_from_it(tools: Tools) -> None:
    for speaker in ("Ana", "Ben", "Ben", " "):
        tools.remember("I am late.", [], speaker=speaker)
    assert [(episode.speaker, episode.text) for episode in tools.memory.episodes()] == [
        ("Ana", "I am late."),
        ("Ben", "I am late."),
        (None, "I am late."),
    ]


def test_the_same_text_later_is_another_observation(tools: Tools) -> None:
    for place in ("box", "bag", "box"):
        text = f"The key is in the {place}."
        tools.remember(text, [Triple("key", "is in", place)])
    assert [fact.object for fact in tools.facts_about("key").facts] == ["box"]
    assert tools.memory.stats().episodes == 3


def test_a_key_makes_a_repeated_call_harmless_whatever_came_between(tools: Tools) -> None:
    for text in ("one", "two", "one"):
        tools.remember(text, [], key=text)
    assert tools.memory.stats().episodes == 2


def test_history_tells_from_when_to_when_and_by_whom(tools: Tools) -> None:
    first = tools.remember("The key is in the box.", [KEY]).episode
    second = tools.remember("The key is in the bag.", [Triple("key", "is in", "bag")]).episode
    assert in_words(tools.history("key")).splitlines() == [
        f"- key, is in, box (since step 0, until step 1; taught by episode {first.id}, told 1x)",
        f"- key, is in, bag (since step 1; taught by episode {second.id}, told 1x)",
    ]
    assert in_words(tools.facts_about("nobody")) == "Nothing is known about nobody."


def test_forgetting_twice_is_harmless(tools: Tools) -> None:
    episode = tools.remember("The key is in the box.", [KEY]).episode
    assert in_words(tools.forget([episode.id])) == "Forgot 1 episodes, 1 facts, 2 entities."
    assert in_words(tools.forget([episode.id])) == "Forgot 0 episodes, 0 facts, 0 entities."


def test_a_recollection_says_why_when_asked(tools: Tools) -> None:
    episode = tools.remember("The key is in the box.", [KEY]).episode
    plain, explained = in_words(tools.recall("key")), in_words(tools.recall("key", explain=True))
    assert "Why:" not in plain
    assert explained.startswith(plain)
    assert f"- key, is in, box (taught by episode {episode.id}): score" in explained
    assert f"- step 0 (episode {episode.id}): score" in explained


def test_arguments_from_a_model_are_checked_and_what_is_wrong_is_told(tools: Tools) -> None:
    for arguments, complaint in (
        ('{"query": 5}', "Error: query: Input should be a valid string."),
        ("", "Error: query: Field required."),
        ('{"query": "x", "zap": 1}', "Error: zap: Extra inputs are not permitted."),
        ('{"query": "  "}', "Error: a query must be a text that is not empty, not '  '"),
    ):
        assert answer(tools.recall, arguments) == complaint
    assert answer(tools.recall, '{"quer').startswith("Error: Invalid JSON")
    empty = {"subject": "", "relation": "r", "object": "o"}
    assert answer(tools.remember, json.dumps({"text": "x", "facts": [empty]})).startswith("Error: a triple is")
    assert tools.memory.stats().episodes == 0


def test_text_from_outside_cannot_pass_for_a_line_of_ours(tools: Tools) -> None:
    tools.remember("x", [Triple("a\n- b", "is", "c")])
    assert all(line.startswith("- a - b, is, c") for line in in_words(tools.facts_about("a - b")).splitlines())


def test_every_argument_is_described(tools: Tools) -> None:
    for tool in tools.all():
        for name, schema in arguments_of(tool).model_json_schema()["properties"].items():
            assert schema["description"], name


def test_namespaces_do_not_see_each_other(tmp_path: Path) -> None:
    ada, ben = (
        Tools(Memory(tmp_path / "house.db", namespace=name, embedder=HashEmbedder())) for name in ("ada", "ben")
    )
    ada.remember("Ada's key is in the box.", [KEY])
    assert in_words(ben.recall("key")) == "Nothing known."
    assert in_words(ben.history("key")) == "Nothing is known about key."
    assert ben.memory.stats().episodes == 0


def test_a_time_and_a_speaker_may_be_told_and_asked_for(tools: Tools) -> None:
    tools.remember("I like figs.", [], speaker="Ana", time="2024-07-01")
    tools.remember("I like plums.", [], speaker="Leo", time="2024-05-01")
    assert [each.text for each in tools.memory.episodes()] == ["I like plums.", "I like figs."]
    for given, told in (
        ({"speaker": "Leo"}, "plums"),
        ({"since": "2024-06-01"}, "figs"),
        ({"until": "2024-06-01"}, "plums"),
    ):
        assert [each.text for each in tools.recall("who likes what?", **given).episodes] == [f"I like {told}."]


def test_the_place_of_a_memory_is_not_taken_for_the_memory() -> None:
    with pytest.raises(InputError, match="a memory has a method `remember`, as Memory"):
        Tools("house.db")
