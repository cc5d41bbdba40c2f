"""Which runs a comparison is made of."""

import pytest

from agents.compare.grid import ALL, grid, needing_model, numbers
from graphmem.errors import InputError


def test_every_game_is_played_with_every_memory_at_every_budget() -> None:
    cells = grid(["treasure-hunt"], ["default", "hard"], [1, 2], ["graph", "rag"], [500, 1000])
    assert len(set(cells)) == len(cells) == 2 * 2 * 2 * 2


def test_a_memory_without_a_budget_is_played_once() -> None:
    assert [cell.budget for cell in grid(["cooking"], ["level1"], [1], ["none"], [500, 1000])] == [0]


def test_a_grid_cut_short_has_all_memories_of_the_same_games() -> None:
    cells = grid([ALL], [ALL], [1, 2], ["graph", "none"], [500])
    assert [cell.seed for cell in cells] == sorted(cell.seed for cell in cells)
    assert [cell.memory for cell in cells[:4]] == ["graph", "none"] * 2


def test_a_size_that_a_task_lacks_is_passed_over() -> None:
    cells = grid([ALL], ["level1"], [1], ["none"], [500])
    assert [cell.task for cell in cells] == ["cooking"]


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ((["chess"], [ALL], [1], [ALL], [500]), "no task 'chess': choose of treasure-hunt"),
        ((["cleaning"], ["level1"], [1], [ALL], [500]), "no size 'level1'"),
        (([ALL], [ALL], [1], ["brain"], [500]), "no memory 'brain'"),
        (([ALL], [ALL], [1], [ALL], [500], ["me"]), "no policy 'me': choose of heuristic, hybrid, llm"),
        (([ALL], [ALL], [1], [ALL], [49]), "a token budget must be 50 or more"),
        (([ALL], [ALL], [1], ["summary"], [500]), "nothing is left to compare"),
    ],
)
def test_a_name_that_is_none_is_named_with_those_there_are(given: tuple[list[str], ...], word: str) -> None:
    with pytest.raises(InputError, match=word):
        grid(*given)  # type: ignore[arg-type]


def test_memories_that_need_a_model_are_told_apart() -> None:
    assert needing_model([ALL]) == ["summary", "simulacra", "reflexion"]


def test_every_game_is_played_by_every_player_that_a_memory_can_do_with() -> None:
    cells = grid(["cooking"], ["level1"], [1], ["graph", "summary"], [500], ["heuristic", "hybrid", "llm"])
    assert [(cell.memory, cell.policy) for cell in cells] == [
        ("graph", "heuristic"), ("graph", "hybrid"), ("graph", "llm"), ("summary", "hybrid"), ("summary", "llm"),
    ]  # fmt: skip
    assert len({cell.name for cell in cells}) == len(cells)


def test_numbers_are_ranges_and_lists() -> None:
    assert numbers("1-3, 7", "--seeds") == [1, 2, 3, 7]


@pytest.mark.parametrize("text", ["", "a", "1-", "-1", "1;2", "1.5"])
def test_what_is_no_number_is_said(text: str) -> None:
    with pytest.raises(InputError, match="--seeds must be numbers"):
        numbers(text, "--seeds")


@pytest.mark.parametrize("text", ["5-1", "1-100000000000"])
def test_a_range_of_none_or_without_end_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=f"--seeds: {text} must go up, and be 10,000 numbers at most"):
        numbers(text, "--seeds")
