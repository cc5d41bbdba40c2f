"""What a word is, in any script, and what is one word in several forms."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphmem.language.plurals import other_number, singular
from graphmem.language.words import STOP_WORDS, content, runs, stem, stems, words


def test_words_stand_between_spaces_and_marks_in_small_letters() -> None:
    assert words("Ada's 3 Cats, asleep.") == ["ada", "s", "3", "cats", "asleep"]


@pytest.mark.parametrize("text", ["猫は台所にいる", "แมวอยู่ในครัว", "小猫在厨房里"])
def test_of_a_script_without_spaces_each_two_neighbours_are_a_word(text: str) -> None:
    found = words(text)
    assert len(found) == len(text) - 1
    assert found[0] + "".join(word[-1] for word in found[1:]) == text


def test_a_script_without_spaces_ends_where_another_begins() -> None:
    assert words("red茶碗box") == ["red", "茶碗", "box"]


@pytest.mark.parametrize("word", ["हिन्दी", "مَكتب", "cafe\u0301"])
def test_a_mark_upon_a_letter_belongs_to_its_word(word: str) -> None:
    assert len(words(word)) == 1


def test_a_letter_and_its_mark_are_one_however_they_are_stored() -> None:
    assert words("cafe\u0301") == words("caf\u00e9")


def test_what_carries_no_subject_is_left_out_unless_there_is_nothing_else() -> None:
    assert content("Where is the red apple?") == ["red", "apple"]
    assert content("who is it?") == ["who", "is", "it"]


@pytest.mark.parametrize(
    "forms",
    [("painted", "painting", "paints"), ("berry", "berries"), ("ключ", "ключи"), ("currently", "current")],
)
def test_forms_of_a_word_have_one_stem(forms: tuple[str, ...]) -> None:
    assert len({stem(form) for form in forms}) == 1


def test_words_that_begin_alike_keep_stems_of_their_own() -> None:
    assert len(stems("universe lock locker paint painter")) == 5


def test_stems_are_the_same_from_many_threads() -> None:
    forms = [f"{start}{end}" for start in ("paint", "direct", "lock", "travel") for end in ("s", "ed", "ing", "ings")]
    alone = [stem.__wrapped__(form) for form in forms]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(stem.__wrapped__, forms * 50)) == alone * 50


@pytest.mark.parametrize(("many", "one"), [("berries", "berry"), ("shoes", "shoe"), ("boxes", "box"), ("men", "man")])
def test_a_plural_has_a_singular(many: str, one: str) -> None:
    assert singular(many) == one or one in other_number(many)


@pytest.mark.parametrize("word", ["glasses", "gas", "glass", "status", "basis", "news"])
def test_what_only_looks_like_a_plural_is_none(word: str) -> None:
    assert singular(word) == word


@given(st.text(max_size=200))
def test_any_text_has_words_that_are_words_again(text: str) -> None:
    found = words(text)
    assert words(" ".join(found)) == found
    assert set(found) >= STOP_WORDS & set(runs(text))
