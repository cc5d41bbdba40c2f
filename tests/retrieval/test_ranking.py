"""Which episodes are told, and in what order."""

import pytest

from graphmem.records import Episode, Fact
from graphmem.retrieval.ranking import rank_episodes, timeliness
from graphmem.retrieval.repeats import distinct_episodes, distinct_facts


def _page(number: int, text: str, *mentions: str) -> Episode:
    return Episode(f"e{number}", text, number, mentions=mentions)


def _chosen(
    question: str, pages: list[Episode], limit: int = 2, follows: tuple[tuple[str, str], ...] = ()
) -> list[str]:
    found = rank_episodes(question, pages, rank={"e1": 1.0, "e2": 0.8}, cosine={}, follows=follows, limit=limit)
    return [episode.id for episode in found]


FILM = _page(1, "Salt Road\nSalt Road is a film directed by Vera Lind.", "Salt Road", "Vera Lind")
AGAIN = _page(2, "Salt Road\nSalt Road had its premiere in May.", "Salt Road")
PERSON = _page(3, "Vera Lind\nVera Lind grew up in Bergen.", "Vera Lind", "Bergen")
OTHER = _page(4, "Bone Road\nA film about a dog.", "Bone Road")
QUESTION = "Where was the director of the film Salt Road born?"


def test_a_second_hop_goes_before_more_of_the_first() -> None:
    assert _chosen(QUESTION, [OTHER, AGAIN, FILM, PERSON])[0] == "e1"
    assert _chosen(QUESTION, [OTHER, AGAIN, FILM, PERSON]) == ["e1", "e3"]


def test_in_a_dialogue_what_stands_beside_an_answer_counts() -> None:
    talk = [
        _page(0, "Ann: Nothing to say."),
        _page(1, "Ann: Have you been to the lighthouse?"),
        _page(2, "Bob: Twice, in June."),
        _page(3, "Ann: Goodbye."),
    ]
    follows = (("e0", "e1"), ("e1", "e2"), ("e2", "e3"))
    assert _chosen("lighthouse", talk, limit=3, follows=follows)[0] == "e1"
    assert "e2" in _chosen("lighthouse", talk, limit=3, follows=follows)


def test_nothing_is_selected_of_nothing() -> None:
    assert _chosen("anything", []) == []


def test_no_more_is_selected_than_there_is() -> None:
    assert sorted(_chosen(QUESTION, [FILM, PERSON], limit=9)) == ["e1", "e3"]


@pytest.mark.parametrize(
    ("question", "best"),
    [
        ("where did I see it the last time?", 9),
        ("what was there at first?", 0),
        ("what happened at step 4?", 4),
        ("who was born first?", None),
    ],
)
def test_a_question_may_ask_for_a_time(question: str, best: int | None) -> None:
    fit = timeliness(question, range(10))
    assert (int(fit.argmax()) if fit.any() else None) == best


def test_what_says_the_same_of_the_same_two_is_told_once() -> None:
    first = Fact("1", "box", "is in", "hall", "e", 1)
    facts = [first, Fact("2", "box", "is located in", "hall", "e", 2), Fact("3", "hall", "is in", "box", "e", 3)]
    assert [fact.id for fact in distinct_facts(facts)] == ["1", "3"]


def test_episodes_that_read_nearly_alike_are_told_once() -> None:
    text = "You are in a kitchen with a stove, a table, a fridge and one old oven"
    told = distinct_episodes([_page(1, text), _page(2, text + "."), _page(3, "A hall.")])
    assert [episode.id for episode in told] == ["e1", "e3"]
