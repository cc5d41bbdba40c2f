"""What the graph itself shows to be one at a time: an older value is not told, and nothing true is left out for it."""

import pytest

from graphmem.records import Fact
from graphmem.retrieval.newest import single_valued, without_older

PEOPLE = ("Ana", "Bob", "Cleo", "Dan", "Eva", "Finn", "Gus", "Hal")

ONE = ["lives in", "works at", "sits in", "is based in", "reports to", "is located in", "is managed by", "plays for"]
MANY = ["likes", "visited", "works with", "has read", "knows", "is a friend of", "owns", "speaks", "met", "has friend",
        "wrote", "is liked by", "uses", "moved to", "is allergic to"]  # fmt: skip


def _facts(relation: str) -> list[Fact]:
    """One such fact of each of these people, and a second one of the first of them."""
    told = [*((name, f"thing {number}") for number, name in enumerate(PEOPLE)), (PEOPLE[0], "another thing")]
    return [Fact(f"f{n}", subject, relation, object_, "e", n) for n, (subject, object_) in enumerate(told)]


@pytest.mark.parametrize("relation", ONE)
def test_of_a_state_of_one_at_a_time_the_older_is_not_told(relation: str) -> None:
    facts = _facts(relation)
    assert without_older(facts, facts) == facts[1:]


@pytest.mark.parametrize("relation", MANY)
def test_what_may_be_many_is_told_whole(relation: str) -> None:
    facts = _facts(relation)
    assert without_older(facts, facts) == facts


def test_a_state_that_many_have_twice_is_no_single_one() -> None:
    facts = [Fact(f"f{n}", PEOPLE[n % 6], "works at", f"firm {n}", "e", n) for n in range(12)]
    assert single_valued(facts) == frozenset()


def test_few_subjects_show_nothing() -> None:
    assert single_valued(_facts("lives in")[:5]) == frozenset()
    assert single_valued(_facts("lives in")) == {"lives in"}
