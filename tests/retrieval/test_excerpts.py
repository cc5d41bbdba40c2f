"""Of a long text the sentences that bear on the question are told; where one is left out stands "…"."""

import pytest

from graphmem import Memory
from graphmem.passages import units
from graphmem.records import Episode
from graphmem.retrieval.budget import LEAST, count_tokens, recollect
from graphmem.retrieval.excerpts import joined, pieces

FILLER = [
    "The old mill was painted white by its owner.",
    "Two swans live on the pond behind it.",
    "A concert is held there each summer.",
    "Visitors come by boat from the nearby town.",
]
LETTER = " ".join([*FILLER, "The ferry to the island costs nine crowns.", *FILLER, *FILLER])


def _told(text: str, question: str, budget: int = 1000) -> str:
    return str(recollect([], [Episode("e", text, 1)], budget=budget, question=question))


def test_what_bears_on_the_question_is_told_and_what_does_not_is_left_out() -> None:
    told = _told(LETTER, "what does the ferry cost?")
    assert "… " in told
    assert "The ferry to the island costs nine crowns." in told
    assert "Two swans" not in told.split("costs")[1]
    assert count_tokens(told) < 0.6 * count_tokens(LETTER)


def test_what_is_told_stays_in_its_order() -> None:
    told = _told(f"{LETTER} Its captain is Nora.", "who is the captain of the ferry?")
    assert told.index("ferry") < told.index("Nora")


def test_a_short_text_is_told_as_it_is() -> None:
    line = "Ana: I bought wax. The shop was full. I paid nine crowns."
    assert _told(line, "what was paid?") == f"Episodes I remember:\n[step 1] {line}"


def test_a_text_without_a_word_of_the_question_is_told_while_there_is_room() -> None:
    assert " ".join(LETTER.split()) in _told(LETTER, "how much must be paid for crossing?", 2000)


def test_a_long_text_is_told_in_part_when_the_room_is_short() -> None:
    told = _told(LETTER, "what does the ferry cost?", LEAST)
    assert "ferry" in told
    assert count_tokens(told) <= LEAST


def test_even_a_text_without_sentences_is_told_in_part() -> None:
    assert "words" in _told("words " * 3000, "which words?", LEAST)


def test_the_heading_the_head_of_a_table_and_the_speaker_are_told_with_what_stands_under_them() -> None:
    rows = "\n".join(f"| hive {number} | {number * 3} kg |" for number in range(60))
    table = _told(f"# Honey\n\n| hive | yield |\n|---|---|\n{rows}", "what is the yield of hive 41?")
    lines = [line.strip() for line in table.splitlines()]
    assert lines[1:4] == ["[step 1] # Honey", "| hive | yield |", "|---|---|"]
    assert "| hive 41 | 123 kg |" in table
    assert _told(f"Ana: {LETTER}", "what does the ferry cost?").startswith("Episodes I remember:\n[step 1] Ana:")


def test_sentences_are_not_cut_at_an_abbreviation() -> None:
    text = "Dr. Okafor met J. Smith at St. Olaf. They talked."
    assert [text[unit.start : unit.end] for unit in units(text)] == [
        "Dr. Okafor met J. Smith at St. Olaf.",
        "They talked.",
    ]


@pytest.mark.parametrize("text", [LETTER, "蜜蜂很好。它们又飞了。" * 60, "a, b\n\n" * 300, '{"a": [1, 2]}\n' * 90])
def test_all_units_together_are_the_text(text: str) -> None:
    assert joined(text, units(text)).split() == text.split()


def test_what_ranks_higher_is_worth_more() -> None:
    first, second = (
        [
            piece.worth
            for piece in pieces([LETTER, LETTER], "what does the ferry cost?", size=400)
            if piece.place == place
        ]
        for place in (0, 1)
    )
    assert all(one > other for one, other in zip(first, second, strict=True))


def test_the_episode_that_is_found_is_whole() -> None:
    with Memory(":memory:") as memory:
        memory.remember(LETTER, triples=[])
        found = memory.recall("what does the ferry cost?")
    assert found.episodes[0].text == LETTER
    assert LETTER not in str(found)


def test_a_passage_is_found_by_its_vector_and_by_its_words_as_soon_as_it_is_remembered() -> None:
    lines = [f"2024-06-01 10:{number:02}:00 INFO worker: batch {number} is done" for number in range(60)]
    lines[41] = "2024-06-01 10:41:00 ERROR gateway: zephyr refused the connection"
    with Memory(":memory:") as memory:
        memory.remember("\n".join(lines))
        told = str(memory.recall("who refused the connection?", budget=100))
        near = memory._snapshot().seeds((), ["who refused the connection?"], "", limit=60).passages
    assert "zephyr refused" in told
    assert len(near) > 2
