"""Questions of several steps, answered by a chain of facts, and when there is none."""

from collections.abc import Iterator

import pytest

from graphmem import Memory, Recollection
from graphmem.embedding import load_embedder
from graphmem.records import Fact
from graphmem.retrieval.budget import chain_line, recollect
from graphmem.retrieval.chains import newest_of_each

FACTS = """
Ana, has sister, Rosa | Rosa, lives in, Leeds | Ana, works at, Acme | Acme, has CEO, Bob | Bob, is married to, Cleo
Cleo, was born in, Rome | Ana, has friend, Tom | Ana, has friend, Uli | Ana, has friend, Vera | Tom, lives in, Oslo
Uli, lives in, Bern | Vera, lives in, Paris | Ana, likes, tea | Ana, likes, coffee
"""


@pytest.fixture(scope="module")
def people() -> Iterator[Memory]:
    """Whom Ana knows, with the real embedder."""
    with Memory(":memory:", embedder=load_embedder("minilm")) as memory:
        for fact in FACTS.replace("\n", "|").split("|"):
            if fact.strip():
                subject, relation, object_ = fact.strip().split(", ")
                memory.remember(fact.strip(), triples=[(subject, relation, object_)])
        yield memory


def _chains(found: Recollection) -> list[list[str]]:
    return [[str(fact) for fact in chain] for chain in found.chains]


def test_a_question_of_two_steps_is_answered_first_by_one_line(people: Memory) -> None:
    found = people.recall("Where does Ana's sister live?", episodes=0)
    assert _chains(found)[0] == ["Ana, has sister, Rosa", "Rosa, lives in, Leeds"]
    assert found.text.splitlines()[1] == "- Leeds: Ana, has sister, Rosa -> lives in, Leeds"
    assert found.text.count("has sister") == 1


def test_a_question_of_four_steps_is_answered(people: Memory) -> None:
    found = people.recall("Where was the wife of the CEO of Ana's company born?", episodes=0)
    assert _chains(found)[0][-1] == "Cleo, was born in, Rome"
    assert len(found.chains[0]) == 4


def test_the_way_is_told_as_the_reason(people: Memory) -> None:
    found = people.recall("Where does Ana's sister live?", episodes=0, explain=True)
    why = found.why[found.chains[0][-1].id]
    assert why.seeds == ("named Ana",)
    assert why.path == ("Ana", "Ana, has sister, Rosa", "Rosa", "Rosa, lives in, Leeds", "Leeds")


def test_of_many_at_once_each_has_its_chain(people: Memory) -> None:
    found = people.recall("Where do Ana's friends live?", episodes=0)
    assert {chain[-1] for chain in _chains(found)} == {"Tom, lives in, Oslo", "Uli, lives in, Bern",
                                                       "Vera, lives in, Paris"}  # fmt: skip


@pytest.mark.parametrize("question", ["Where does Ana live?", "When did we meet Ana?", "Tell me about Ana"])
def test_a_chain_that_is_not_asked_for_is_not_told(people: Memory, question: str) -> None:
    assert people.recall(question, episodes=0).chains == ()


def test_what_is_known_to_the_reader_is_not_told_again(people: Memory) -> None:
    (told,) = (episode for episode in people.episodes() if episode.text == "Rosa, lives in, Leeds")
    assert people.recall("Where does Ana's sister live?", episodes=0, without=[told.id]).chains == ()


def test_a_chain_goes_by_the_newest_of_a_relation() -> None:
    with Memory(":memory:", embedder=load_embedder("minilm")) as memory:
        for place in ("Rome", "Oslo"):
            memory.remember(f"Acme moved to {place}", triples=[("Acme", "has seat in the city of", place)])
        found = memory.recall("In which city is the seat of Acme?", episodes=0)
        assert _chains(found)[0] == ["Acme, has seat in the city of, Oslo"]
        assert str(found.facts[0]) == "Acme, has seat in the city of, Oslo"


def test_a_hub_is_passed_through_by_what_is_asked_of_it() -> None:
    with Memory(":memory:", embedder=load_embedder("minilm")) as memory:
        memory.remember("seat", triples=[("Peru", "has capital", "Lima")])
        memory.remember_many([(f"citizen {n}", [(f"Person {n}", "is a citizen of", "Peru")]) for n in range(90)])
        found = memory.recall("What is the capital of the country of citizenship of Person 7?", episodes=0)
        assert _chains(found)[0] == ["Person 7, is a citizen of, Peru", "Peru, has capital, Lima"]


@pytest.mark.parametrize("relation", ["likes", "likes {} because of"])
def test_what_somebody_of_whom_very_much_is_told_did_long_ago_is_found(relation: str) -> None:
    with Memory(":memory:", embedder=load_embedder("minilm")) as memory:
        memory.remember("work", triples=[("Ana", "works at", "Acme"), ("Bob", "has boss", "Ana")])
        likes = [("Ana", relation.format(f"thing {n}"), f"dish {n}") for n in range(90)]
        others = [(f"Boss {n}", "works at", f"Firm {n}") for n in range(90)]
        memory.remember_many([(f"told {n}", [fact]) for n, fact in enumerate(likes + others)])
        found = memory.recall("Where does the boss of Bob work?", episodes=0)
        assert _chains(found)[0] == ["Bob, has boss, Ana", "Ana, works at, Acme"]


def _fact(number: int, subject: str, relation: str, object_: str) -> Fact:
    return Fact(f"f{number}", subject, relation, object_, "e", number)


def test_the_newest_of_each_is_followed_but_for_what_the_question_names() -> None:
    tea, coffee = _fact(1, "Ana", "likes", "tea"), _fact(2, "Ana", "likes", "coffee")
    assert newest_of_each([tea, coffee]) == [coffee]
    assert newest_of_each([tea, coffee], named={"tea"}) == [tea]


def test_a_chain_without_room_is_told_in_parts() -> None:
    chain = (_fact(1, "Ana", "has sister", "Rosa " * 30), _fact(2, "Rosa " * 30, "lives in", "Leeds"))
    found = recollect(chain, [], budget=70, chains=[chain])
    assert chain_line(chain) not in found.text
    assert found.chains == ()
