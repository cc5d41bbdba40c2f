"""Which entities a text names, by how they are written and by what is known."""

from hypothesis import given
from hypothesis import strategies as st

from graphmem.language.names import LONGEST_HEADING, LONGEST_NAME, heading, named, proper_names, spans
from graphmem.records import Entity, entity_key


def test_runs_of_capitalised_words_are_names() -> None:
    text = "He studied at the University of Oslo with Ada Lovelace and Charles Babbage."
    assert list(proper_names(text)) == ["University of Oslo", "Ada Lovelace", "Charles Babbage"]


def test_a_capital_at_the_start_of_a_sentence_makes_no_name() -> None:
    assert list(proper_names("Painting was his life. However, It rained.")) == []


def test_one_that_stands_elsewhere_in_the_text_does() -> None:
    assert "Boritzer" in proper_names("Boritzer wrote it. Critics praised Boritzer.")


def test_the_heading_of_a_document_is_a_name_and_so_is_it_without_brackets() -> None:
    names = proper_names("The Beach (film)\nIt was filmed on an island.")
    assert list(names)[:2] == ["The Beach (film)", "The Beach"]


def test_a_speaker_is_named() -> None:
    assert list(proper_names("Melanie: That's really cool.")) == ["Melanie"]


def test_a_line_that_ends_like_a_sentence_is_no_heading() -> None:
    assert heading("It rains.\nIt pours.") is None
    assert heading("You are in the kitchen") is None
    assert heading("Lothair II\nA king.") == "Lothair II"


def test_the_longest_of_the_known_names_in_a_text_is_meant() -> None:
    known = [Entity("apple"), Entity("red apple"), Entity("kitchen")]
    assert named("where is the red apple?", known) == {"red apple": 2.0}


def test_an_alias_stands_for_its_entity() -> None:
    assert list(named("where was Obama born?", [Entity("Barack Obama", ("Obama",))])) == ["Barack Obama"]


def test_a_proper_name_written_small_says_little() -> None:
    weights = named("who is the director of El Tonto?", [Entity("Director"), Entity("El Tonto")])
    assert weights["Director"] < weights["El Tonto"] / 5


@given(st.text(max_size=300))
def test_any_text_has_names_that_are_among_its_spans(text: str) -> None:
    assert {entity_key(name) for name in proper_names(text)} <= spans(text)


def test_a_name_of_more_words_than_any_is_not_looked_for() -> None:
    words = ["one", "two", "three", "four", "five", "six", "seven", "eight"]
    assert " ".join(words[:LONGEST_NAME]) in spans(" ".join(words))
    assert " ".join(words[: LONGEST_NAME + 1]) not in spans(" ".join(words))


def test_a_long_first_line_is_no_heading() -> None:
    assert heading("It was " + "very " * LONGEST_HEADING + "late\nand dark") is None


def test_a_name_inside_a_sentence_without_spaces_is_found_and_the_longest_is_meant() -> None:
    known = [Entity("東京"), Entity("東京都"), Entity("大阪")]
    assert list(named("昨日東京都へ行った", known)) == ["東京都"]
