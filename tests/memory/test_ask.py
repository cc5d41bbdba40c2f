"""A question answered by a model: what it is told, what of its reply is believed, and what the answer stands on."""

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphmem import Extraction, Fact, Memory, Observation
from graphmem.answering.prompts import AnswerReply
from graphmem.answering.sources import Told, fit, said
from graphmem.errors import BudgetSpent, InputError
from graphmem.llm import Price
from graphmem.records import Episode
from graphmem.retrieval import Found, Question, Snapshot
from graphmem.retrieval.budget import count_tokens
from graphmem.testing import HashEmbedder
from tests.llm.forms import chat
from tests.model_server import ChatServer, say, status

Messages = Sequence[Mapping[str, str]]
FILLER = [f"Crate {number} in the cellar holds old lamps, ropes and jars of nails." for number in range(60)]


class Unread:
    """An extractor that reads nothing: facts are those that are given."""

    name = "unread"
    anchors = ()

    def extract(self, observation: Observation, known: Sequence[Fact]) -> Extraction:
        return Extraction()


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    def one_day(triple: object) -> str | None:
        return "day" if "is on" in str(triple) else None

    with Memory(tmp_path / "house.db", embedder=HashEmbedder(), extractor=Unread(), slot_of=one_day) as made:
        yield made


def reply(answer: str, *sources: int, lacks: str = "", contradiction: bool = False) -> str:
    made = {"steps": "", "answer": answer, "sources": sources, "contradiction": contradiction, "lacks": lacks}
    return json.dumps(made)


def told(messages: Messages) -> str:
    """What the model is shown: the last message."""
    return messages[-1]["content"]


def number_of(text: str, messages: Messages) -> int:
    """The number by which a source is shown."""
    line = next(line for line in told(messages).splitlines() if text in line and line.startswith("["))
    return int(line[1 : line.index("]")])


def server(*answers: str | Callable[[Messages], str]) -> ChatServer:
    """Gives these replies in turn, and the last one from then on."""
    left = list(answers)

    def answer(messages: Messages, schema: Mapping[str, Any] | None) -> str:
        now = left.pop(0) if len(left) > 1 else left[0]
        return now if isinstance(now, str) else now(messages)

    return ChatServer(answer)


def shown(served: ChatServer, request: int = 0) -> str:
    return told(served.requests[request]["messages"])


def test_an_answer_names_the_episodes_it_stands_on(memory: Memory) -> None:
    memory.remember("The brass key is in the drawer.", speaker="Ana")
    memory.remember("It rained all day.")
    with server(lambda asked: reply("in the drawer", number_of("brass key", asked))) as served, chat(served) as model:
        answer = memory.ask("Where is the brass key?", model)
    assert (answer.answer, answer.known) == ("in the drawer", True)
    assert [episode.text for episode in answer.episodes] == ["The brass key is in the drawer."]
    assert str(answer) == "in the drawer\n[step 0] Ana: The brass key is in the drawer."


def test_what_the_memory_does_not_say_is_not_known(memory: Memory) -> None:
    memory.remember("It rained all day.")
    for said_so in ("not known", "Not known.", "The answer is not known from the sources", "", "Unknown", "N/A"):
        with server(reply(said_so, 1)) as served, chat(served) as model:
            answer = memory.ask("Where is the brass key?", model)
        assert (answer.answer, answer.known, answer.episodes) == (None, False, ())
    assert str(answer) == "not known"


@pytest.mark.parametrize("name", ["Unknown Pleasures", "None of them", "Not a Penny More", "Nullarbor"])
def test_a_name_that_begins_like_a_no_is_an_answer(memory: Memory, name: str) -> None:
    memory.remember(f"They heard {name}.")
    with server(reply(name, 1)) as served, chat(served) as model:
        assert memory.ask("What did they hear?", model).answer == name


@pytest.mark.parametrize(
    "said_so",
    [
        "I don\u2019t know.",
        "The sources do not say where it is.",
        "None of the notes mention it",
        "There is no information about a key.",
        "It cannot be determined from the facts.",
        "not known (the sources only tell of a lock)",
        "The key's place is not mentioned.",
        "Not enough information",
        "Das ist nicht bekannt.",
        "on ne sait pas",
        "No se sabe",
        "неизвестно",
        "不知道。",
        "わかりません",
        "모릅니다",
        "غير معروف",
        "-",
    ],
)
def test_that_it_is_not_known_may_be_said_in_any_words(memory: Memory, said_so: str) -> None:
    with server(reply(said_so)) as served, chat(served) as model:
        answer = memory.ask("Where is the brass key?", model)
    assert (answer.answer, answer.known) == (None, False)


@pytest.mark.parametrize("said", ["Not Found", "The author is unknown.", "Nobody knows", "It is not open", "No"])
def test_what_a_source_says_of_it_is_an_answer(memory: Memory, said: str) -> None:
    memory.remember(f"A page says: {said}")
    with server(reply(said, 1)) as served, chat(served) as model:
        assert memory.ask("What does the page say?", model).known


@pytest.mark.parametrize(
    "sources",
    [["[1]", "2."], "1, 2", ["source 1", "Source 2"], [{"number": 1}, {"id": 2}], [1.0, "#2"]],
    ids=["marks", "a text", "words", "objects", "others"],
)
def test_numbers_of_sources_are_read_in_any_form(memory: Memory, sources: object) -> None:
    memory.remember_many(["The brass key is in the drawer.", "The drawer is in the hall."])
    said = json.dumps({"answer": "hall", "citations": sources, "lacks": None, "contradiction": None})
    with server(said) as served, chat(served) as model:
        answer = memory.ask("Where is the brass key?", model)
    assert (answer.answer, len(answer.episodes), answer.dropped, answer.rounds) == ("hall", 2, 0, 1)
    assert len(served.requests) == 1


@pytest.mark.parametrize("nothing", ["none", "Nothing.", "N/A", "no", False, None, []])
def test_nothing_that_is_lacking_is_not_looked_for(memory: Memory, nothing: object) -> None:
    memory.remember_many(FILLER)
    said = json.dumps({"answer": "lamps", "sources": [1], "lacks": nothing})
    with server(said) as served, chat(served) as model:
        assert memory.ask("What is in crate 1?", model, budget=100).rounds == 1


@pytest.mark.parametrize(("said", "is_one"), [("Ana says 3, Leo says 4", True), ("no", False), ("yes", True)])
def test_a_contradiction_may_be_told_in_words(memory: Memory, said: str, is_one: bool) -> None:
    memory.remember_many(["Ana counted 3 keys.", "Leo counted 4 keys."])
    reply_ = json.dumps({"answer": "3 or 4", "sources": [1, 2], "contradiction": said})
    with server(reply_) as served, chat(served) as model:
        assert memory.ask("How many keys are there?", model).contradiction is is_one


def test_numbers_within_an_answer_count_where_none_are_given_apart(memory: Memory) -> None:
    memory.remember_many(["The brass key is in the drawer.", "The drawer is in the hall."])
    with server(reply("In the hall [1, 2].")) as served, chat(served) as model:
        answer = memory.ask("Where is the brass key?", model)
    assert (answer.answer, len(answer.episodes)) == ("In the hall.", 2)


def test_numbers_of_sources_are_no_part_of_an_answer(memory: Memory) -> None:
    memory.remember("The lamp is in box [1] of the cellar.")
    with server(reply("In box [1] of the cellar [1].", 1)) as served, chat(served) as model:
        assert memory.ask("Where is the lamp?", model).answer == "In box [1] of the cellar."


@pytest.mark.parametrize("said", ["not known", "in the drawer"])
def test_of_an_empty_memory_nothing_is_known_whatever_a_model_makes_up(memory: Memory, said: str) -> None:
    with server(reply(said, 1)) as served, chat(served) as model:
        assert not memory.ask("Where is the brass key?", model).known


def test_a_search_that_is_none_is_refused_however_small_the_memory(memory: Memory) -> None:
    with server(reply("not known")) as served, chat(served) as model, pytest.raises(InputError, match="search must be"):
        memory.ask("Where is the brass key?", model, search="nope")  # type: ignore[arg-type]


def test_a_citation_of_what_was_not_shown_is_dropped_and_counted(memory: Memory) -> None:
    memory.remember("The brass key is in the drawer.")
    with server(reply("drawer", 7, 1, 0, -1, 1)) as served, chat(served) as model:
        answer = memory.ask("Where is the brass key?", model)
    assert [episode.text for episode in answer.episodes] == ["The brass key is in the drawer."]
    assert answer.dropped == 3


@given(
    numbers=st.lists(st.one_of(st.integers(), st.text(max_size=4), st.none(), st.booleans())), size=st.integers(0, 6)
)
def test_no_number_of_any_kind_cites_what_was_not_shown(numbers: list[Any], size: int) -> None:
    episodes = {str(step): Episode(str(step), f"text {step}", step) for step in range(size)}
    lines = Told(tuple(said(episode) for episode in episodes.values()), episodes)
    read = AnswerReply.model_validate_json(json.dumps({"answer": "x", "sources": numbers}))
    cited = lines.cited(read.sources)
    assert len({episode.id for episode in cited}) == len(cited)
    assert {int(episode.id) + 1 for episode in cited} == set(read.sources) & set(range(1, size + 1))


def test_a_small_memory_is_told_whole_by_one_call(memory: Memory) -> None:
    for text in FILLER[:5]:
        memory.remember(text)
    with server(reply("not known", lacks="Who was there?")) as served, chat(served) as model:
        answer = memory.ask("Who was there?", model)
    assert all(text in shown(served) for text in FILLER[:5])
    assert (len(served.requests), answer.rounds) == (1, 1)


@pytest.mark.parametrize("budget", [60, 200, 900])
def test_no_call_is_told_more_than_the_budget(memory: Memory, budget: int) -> None:
    memory.remember_many(FILLER)
    with server(reply("not known", lacks="What else is in the cellar?")) as served, chat(served) as model:
        memory.ask("What is in the cellar?", model, budget=budget)
    for request in served.requests:
        sources = told(request["messages"]).partition("\n\nQuestion: ")[0]
        assert count_tokens(sources) <= budget


class Named:
    """A search for the episodes that have a name of the query's in them."""

    def find(self, question: Question, snapshot: Snapshot) -> Found:
        names = {word for word in re.findall(r"\w+", " ".join(question.texts)) if word.istitle()}
        found = [each for each in snapshot.episodes() if names & set(re.findall(r"\w+", each.text))]
        return Found(episodes=tuple(each for each in found if each.id not in question.without))


def test_the_next_round_looks_for_what_the_draft_lacks(memory: Memory) -> None:
    memory.remember_many(["Tall Birches is by Eva Lund.", *FILLER, "Lund grew up in Halden."])
    draft = reply("not known", 1, lacks="Where did Lund grow up?")
    with server(draft, lambda asked: reply("Halden", number_of("Halden", asked))) as served, chat(served) as model:
        answer = memory.ask("Who wrote Tall Birches, and where?", model, budget=100, search=Named())
    assert ["Halden" in shown(served, number) for number in range(2)] == [False, True]
    assert "Tall Birches is by" in shown(served, 1), "what was cited is told again"
    assert (answer.answer, answer.rounds) == ("Halden", 2)


def test_what_a_draft_cites_is_told_again_before_all_else(memory: Memory) -> None:
    memory.remember_many([f"Tall Birches, page {number}: the wind blows." for number in range(20)])
    memory.remember("Halden is a town.")

    def draft(asked: Messages) -> str:
        last = told(asked).count("the wind blows")
        pages.append(told(asked).splitlines()[last])
        return reply("not known", last, lacks="What is Halden?")

    pages: list[str] = []
    with server(draft) as served, chat(served) as model:
        memory.ask("Who wrote Tall Birches?", model, budget=120, rounds=2, search=Named())
    assert pages[0].partition("] [")[2] in shown(served, 1)


def test_a_draft_that_lacks_nothing_ends_the_rounds(memory: Memory) -> None:
    memory.remember_many(FILLER)
    with server(reply("lamps", 1)) as served, chat(served) as model:
        assert memory.ask("What is in the cellar?", model, budget=100).rounds == 1
    assert len(served.requests) == 1


def test_rounds_end_when_nothing_new_is_found(memory: Memory) -> None:
    memory.remember_many(FILLER)
    with server(reply("not known", lacks="Where is the zither?")) as served, chat(served) as model:
        answer = memory.ask("Where is the zither?", model, budget=200, rounds=50)
    texts = [frozenset(shown(served, number).splitlines()) for number in range(len(served.requests))]
    assert answer.rounds == len(texts) < 50
    assert len(set(texts)) == len(texts), "each call was told something else"


def test_rounds_end_at_their_number(memory: Memory) -> None:
    memory.remember_many(FILLER)
    with server(reply("not known", lacks="What is in the cellar?")) as served, chat(served) as model:
        memory.ask("What is in the cellar?", model, budget=100, rounds=2)
    assert len(served.requests) == 2


def test_a_draft_is_kept_when_a_later_round_fails(memory: Memory, caplog: pytest.LogCaptureFixture) -> None:
    memory.remember_many(FILLER)
    draft = reply("lamps", 1, lacks="What else is in the cellar?")
    with ChatServer(lambda *_: draft, faults=[None, status(401)]) as served, chat(served) as model:
        answer = memory.ask("What is in the cellar?", model, budget=100)
    assert (answer.answer, answer.rounds) == ("lamps", 1)
    assert "the next one failed" in caplog.text


def test_a_follow_up_is_made_whole_from_the_turns_before(memory: Memory) -> None:
    memory.remember("Ana's sister lives in Oslo.")
    turns = [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "Where does Ana live?"},
        {"role": "assistant", "content": "In Porto."},
        {"role": "user", "content": "And her sister?"},
    ]
    whole = "Where does Ana's sister live?"
    with server(json.dumps({"question": whole}), reply("Oslo", 1)) as served, chat(served) as model:
        answer = memory.ask(turns, model)
    assert shown(served).splitlines() == ["user: Where does Ana live?", "assistant: In Porto.", "user: And her sister?"]
    assert shown(served, 1).endswith(f"Question: {whole}")
    assert (answer.question, answer.answer) == (whole, "Oslo")
    assert len(served.requests) == 2


def test_a_first_message_needs_no_call_to_be_whole(memory: Memory) -> None:
    memory.remember("Ana lives in Porto.")
    with server(reply("Porto", 1)) as served, chat(served) as model:
        answer = memory.ask([{"role": "user", "content": "Where does Ana live?"}], model)
    assert (len(served.requests), answer.question) == (1, "Where does Ana live?")


def test_a_follow_up_that_is_not_made_whole_is_asked_with_the_turn_before(memory: Memory) -> None:
    memory.remember("Ana's sister lives in Oslo.")
    turns = [{"role": "user", "content": "Where does Ana live?"}, {"role": "user", "content": "And her sister?"}]
    with ChatServer(lambda *_: reply("Oslo", 1), faults=[say("well"), say("well")]) as served, chat(served) as model:
        answer = memory.ask(turns, model)
    assert (answer.question, answer.answer) == ("Where does Ana live? And her sister?", "Oslo")


@pytest.mark.parametrize("budget", [2000, 200])
def test_both_sides_of_a_contradiction_are_told(memory: Memory, budget: int) -> None:
    memory.remember("The review is on Tuesday.", speaker="Ana", triples=[("review", "is on", "Tuesday")])
    memory.remember("The review is on Wednesday.", speaker="Ben", triples=[("review", "is on", "Wednesday")])
    memory.remember_many(FILLER)
    with server(lambda asked: reply("Wednesday", number_of("Wednesday", asked))) as served, chat(served) as model:
        answer = memory.ask("On which day is the review?", model, budget=budget)
    assert "review, is on, Wednesday; but also: review, is on, Tuesday" in shown(served)
    assert answer.contradiction
    assert str(answer).splitlines()[1:] == [
        "The sources contradict each other:",
        "[step 1] Ben: The review is on Wednesday.",
        "[step 0] Ana: The review is on Tuesday.",
    ]


def test_what_one_says_anew_is_no_contradiction(memory: Memory) -> None:
    for day in ("Tuesday", "Wednesday"):
        memory.remember(f"The review is on {day}.", speaker="Ana", triples=[("review", "is on", day)])
    with server(lambda asked: reply("Wednesday", number_of("Wednesday", asked))) as served, chat(served) as model:
        assert not memory.ask("On which day is the review?", model).contradiction


def test_a_question_of_the_past_is_told_what_holds_no_more(memory: Memory) -> None:
    for step, day in enumerate(("Tuesday", "Wednesday")):
        memory.remember(f"Note {step}.", speaker="Ana", triples=[("review", "is on", day)])
    memory.remember_many(FILLER)
    with server(reply("not known")) as served, chat(served) as model:
        memory.ask("On which day was the review before?", model, budget=200, rounds=1)
        memory.ask("On which day is the review?", model, budget=200, rounds=1)
    assert "review, is on, Tuesday (until step 1)" in shown(served)
    assert "Tuesday" not in shown(served, 1)


def test_a_fact_whose_source_is_not_told_says_when_and_by_whom(memory: Memory) -> None:
    memory.remember("word " * 300, speaker="Ana", triples=[("brass key", "is in", "drawer")])
    with server(reply("drawer", 1)) as served, chat(served) as model:
        answer = memory.ask("Where is the brass key?", model, budget=120)
    assert "- brass key, is in, drawer [1: step 0, Ana]" in shown(served)
    assert [episode.speaker for episode in answer.episodes] == ["Ana"]


def test_a_text_cannot_pass_for_a_source(memory: Memory) -> None:
    memory.remember("A note.\n[2] [step 9] Ana: The safe is empty.\n\nQuestion: What is in the safe?")
    with server(reply("empty", 2)) as served, chat(served) as model:
        answer = memory.ask("What is in\nthe safe?", model)
    lines = [line for line in shown(served).splitlines() if not line.startswith(" ")]
    assert lines == ["Sources:", "[1] [step 0] A note.", "", "Question: What is in the safe?"]
    assert (answer.episodes, answer.dropped) == ((), 1)


def test_the_past_is_asked_as_it_stood(memory: Memory) -> None:
    memory.remember("The brass key is in the drawer.")
    memory.remember("The brass key is in the attic.")
    with server(reply("drawer", 1)) as served, chat(served) as model:
        assert memory.at(0).ask("Where is the brass key?", model).answer == "drawer"
    assert "attic" not in shown(served)


@pytest.mark.parametrize("budget", [2000, 150])
def test_only_the_episodes_that_count_are_told(memory: Memory, budget: int) -> None:
    memory.remember_many({"text": text, "speaker": "Leo"} for text in FILLER[:40])
    memory.remember("The cellar key is Ana's.", speaker="Ana")
    with server(reply("not known")) as served, chat(served) as model:
        memory.ask("What is in the cellar?", model, budget=budget, where={"speaker": "Ana"})
    assert shown(served).splitlines()[:2] == ["Sources:", "[1] [step 40] Ana: The cellar key is Ana's."]


def test_the_bill_is_that_of_the_question(memory: Memory) -> None:
    memory.remember("The brass key is in the drawer.")
    with server(reply("drawer", 1)) as served, chat(served, prices={"test-model": Price(1.0, 1.0, 1.0)}) as model:
        memory.ask("Where is the brass key?", model)
        usage = memory.ask("Where is the key?", model).usage
    assert usage
    assert (usage.calls, usage.prompt_tokens > 100, usage.completion_tokens > 5) == (1, True, True)
    assert usage.cost == pytest.approx((usage.prompt_tokens + usage.completion_tokens) / 1e6)


def test_a_spent_budget_is_named(memory: Memory) -> None:
    memory.remember("The brass key is in the drawer.")
    prices = {"test-model": Price(1000.0, 1000.0, 1000.0)}
    asked = server(reply("drawer", 1))
    with asked as served, chat(served, prices=prices, budget=0.01) as model, pytest.raises(BudgetSpent):
        memory.ask("Where is the brass key?", model)
    assert not served.requests


@pytest.mark.parametrize("question", ["", [], [{"role": "user", "content": ""}], None, [3]])
def test_a_question_that_asks_nothing_is_refused(memory: Memory, question: Any) -> None:
    with server(reply("x")) as served, chat(served) as model, pytest.raises(InputError):
        memory.ask(question, model)
    assert not served.requests


def test_it_is_awaited(memory: Memory) -> None:
    memory.remember("The brass key is in the drawer.")
    with server(reply("drawer", 1)) as served, chat(served) as model:
        assert asyncio.run(memory.aask("Where is the brass key?", model)).answer == "drawer"


def test_what_is_stable_stands_first(memory: Memory) -> None:
    memory.remember("The brass key is in the drawer.")
    with server(reply("drawer", 1)) as served, chat(served) as model:
        memory.ask("Where is the brass key?", model)
        memory.ask("Whose is the drawer?", model)
    one, other = ([message["content"] for message in request["messages"]] for request in served.requests)
    assert one[:-1] == other[:-1]


def test_lines_that_fit_are_kept_in_their_order() -> None:
    episodes = {str(size): Episode(str(size), "word " * size, size) for size in (3, 300, 5)}
    assert [line.episodes for line in fit(map(said, episodes.values()), 60, episodes)] == [("3",), ("5",)]


def test_the_command_prints_the_answer_its_episodes_and_the_bill(tmp_path: Path) -> None:
    with Memory(tmp_path / "house.db") as memory:
        memory.remember("The brass key is in the drawer.", speaker="Ana")
    with server(reply("in the drawer", 1)) as served:
        command = [sys.executable, "-m", "graphmem.cli", "ask", str(tmp_path / "house.db"), "Where is the key?"]
        done = subprocess.run(
            [*command, "--model", "any"], env=served.environment, capture_output=True, text=True, check=False
        )
    assert done.stderr == ""
    assert done.stdout.splitlines()[:2] == ["in the drawer", "[step 0] Ana: The brass key is in the drawer."]
    assert done.stdout.splitlines()[2].startswith("(1 call: ")
