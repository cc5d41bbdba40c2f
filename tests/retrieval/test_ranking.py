"""Which episodes are told, and in what order."""

import numpy as np
import pytest

from graphmem.records import Episode, Fact
from graphmem.retrieval import weights
from graphmem.retrieval.ranking import rank_episodes, shares_of_hits, shares_of_names
from graphmem.retrieval.repeats import distinct_episodes, distinct_facts
from graphmem.retrieval.scoring import beside, company, mended, saying, timeliness


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


def test_a_reply_gets_more_of_its_question_than_what_only_follows() -> None:
    asked = [_page(1, "Ann: Have you been to the lighthouse?"), _page(2, "Bob: Twice, in June.")]
    told = [_page(1, "Ann: I have been to the lighthouse."), _page(2, "Bob: Twice, in June.")]
    reply, rest = (beside(pages, [("e1", "e2")])[1, 0] for pages in (asked, told))
    assert reply > rest > 0


def test_who_says_a_line_and_how_much_count_in_talk_only() -> None:
    pages = [
        _page(1, "Ann: Thanks!"),
        _page(2, "Bob: Thanks!"),
        _page(3, "Bob: We rented a boat and rowed to the lighthouse at noon."),
        _page(4, "The boat is rented."),
        _page(5, "Lighthouse\nA lighthouse is a tower."),
    ]
    thanks, named, much, note, page = saying(["bob", "boat"], pages, [each.text.split() for each in pages])
    assert 0 < thanks < named < much
    assert note == page == 0


def test_what_stands_among_what_scores_high_gets_a_part_of_it() -> None:
    talk = [_page(number, f"Ann: line {number}") for number in (1, 2, 3, 40)]
    near = company(talk, np.array([1.0, 0.1, 1.0, 0.1]))
    assert near[1] > 0.9 * near.max()
    assert near[3] < 0.01


def test_of_two_that_stand_together_the_better_stays_the_better() -> None:
    near = company([_page(1, "Ann: tea"), _page(2, "Ann: coffee")], np.array([1.8, 1.2]))
    assert near[0] > near[1]


def test_a_page_beside_talk_lends_it_nothing() -> None:
    pages = [_page(1, "Copper Lantern\nA film."), _page(2, "Ann: tea")]
    assert company(pages, np.array([2.0, 0.2])).max() < 0.01


def test_a_word_that_nothing_has_is_taken_for_the_one_spelled_most_like_it() -> None:
    texts = [["the", "vaccum", "cleaner"], ["redis", "is", "a", "cache"]]
    assert mended(["reedis", "vacuum", "cleaners", "cash"], texts) == ["redis", "vaccum", "cleaners", "cash"]


CLUSTER = _page(1, "Kubernetes (also k8s, kube)\nServices run in one cluster.", "Kubernetes")
PIPELINE = _page(2, "Functional pipeline\nData goes through small functions.", "Functional pipeline")


def test_a_heading_may_give_other_names() -> None:
    assert _chosen("what is our kube setup?", [PIPELINE, CLUSTER], limit=1) == ["e1"]


def test_when_no_number_is_asked_for_only_what_is_worth_it_is_told() -> None:
    pages = [CLUSTER, PIPELINE, OTHER]
    scores = {"e1": 0.6, "e2": 0.1, "e4": 0.1}
    for stops, told in ((True, 1), (False, 3)):
        found = rank_episodes(
            "how is k8s set up?", pages, rank={"e1": 1.0}, cosine=scores, follows=(), limit=8, stops=stops
        )
        assert len(found) == told


def test_all_whose_headings_the_question_names_are_told() -> None:
    found = rank_episodes(
        "does the functional pipeline run on k8s?",
        [CLUSTER, PIPELINE, OTHER],
        rank={"e1": 1.0},
        cosine={"e1": 0.6, "e2": 0.1, "e4": 0.1},
        follows=(),
        limit=8,
        stops=True,
    )
    assert {episode.id for episode in found} == {"e1", "e2"}


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


KITCHEN = "You are in a kitchen with a stove, a table, a fridge and one old oven"


def test_of_episodes_that_read_nearly_alike_the_newest_is_told_in_the_place_of_the_first() -> None:
    found = distinct_episodes([_page(2, KITCHEN), _page(1, KITCHEN + "."), _page(4, "A hall."), _page(3, KITCHEN)])
    assert [episode.id for episode in found] == ["e3", "e4"]


@pytest.mark.parametrize(("one", "other"), [("Ann", "Bob"), ("at 10:15", "at 10:45")])
def test_what_differs_in_a_name_or_a_number_is_no_repeat(one: str, other: str) -> None:
    pages = [_page(number, f"{KITCHEN}, with {who}") for number, who in enumerate((one, other))]
    assert distinct_episodes(pages) == pages


METER = [_page(number, f"Reading of the water meter: {reading}.") for number, reading in enumerate((4120, 4188, 4251))]


@pytest.mark.parametrize("question", ["What is the latest reading?", "What is the current meter reading?"])
def test_of_a_series_the_newest_is_told_first_when_the_question_asks_for_it(question: str) -> None:
    assert _chosen(question, METER, limit=3) == ["e2", "e1", "e0"]


def test_of_a_series_the_oldest_is_told_first_when_the_question_asks_for_it() -> None:
    assert _chosen("What was the reading at first?", METER[::-1], limit=3) == ["e0", "e1", "e2"]


def test_more_of_the_walk_starts_at_a_rare_name_than_at_a_hub() -> None:
    shares = shares_of_names({"rare": 1.0, "hub": 1.0}, {"rare": 2, "hub": 1000})
    assert shares["rare"] > 3 * shares["hub"]
    assert sum(shares.values()) == pytest.approx(weights.NAME_SHARE)


def test_more_of_the_walk_starts_at_a_strong_hit_and_none_beyond_the_strongest() -> None:
    shares = shares_of_hits((("best", 0.8), ("half", 0.4), *((f"{n}", 0.3) for n in range(99))), 0.5)
    assert shares["best"] == pytest.approx(2**weights.SHARPNESS * shares["half"])
    assert len(shares) == weights.STRONGEST
    assert sum(shares.values()) == pytest.approx(0.5)
