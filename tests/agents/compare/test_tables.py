"""The figures of a comparison, and the tables and plots they are told in."""

import csv
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.compare.plots import style
from agents.compare.report import report
from agents.compare.results import Result, by_step, interval, read_results
from agents.compare.store import Store
from agents.compare.tables import Table, detail_table, latex, markdown, pace_table, score_table
from agents.memories import MEMORIES
from graphmem.errors import InputError
from tests.agents.compare.made import SETTINGS, cell, records

SVG = "{http://www.w3.org/2000/svg}svg"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Two games, each with the graph (4 and 2 of 4 points, 100 tokens a step) and with no memory (0 and 2)."""
    made = Store(tmp_path, SETTINGS)
    runs = {
        cell(1): records(cell(1), 0.0, 4.0, won=True),
        cell(2): records(cell(2), 2.0, 2.0, 2.0, 2.0),
        cell(1, "none", 0): records(cell(1, "none", 0), 0.0, 0.0, 0.0, 0.0, tokens=0),
        cell(2, "none", 0): records(cell(2, "none", 0), 0.0, 0.0, 0.0, 2.0, tokens=0),
    }
    for of, log in runs.items():
        made.keep(of, log)
    return made


@pytest.fixture
def results(store: Store) -> list[Result]:
    return read_results(store.logs(), SETTINGS.max_steps)


def test_a_row_tells_the_mean_score_of_each_memory_with_its_interval(results: list[Result]) -> None:
    table = score_table(results)
    assert table.header[3:] == ("graph", "no memory")
    assert table.rows == (("treasure-hunt", "default", "500", "0.75 [0.50, 1.00]", "0.25 [0.00, 0.50]"),)
    assert table.best == {(0, 3)}


def test_players_stand_side_by_side_each_measured_by_its_own_run_without_memory(store: Store) -> None:
    for memory, budget, score, tokens in (("graph", 500, 3.0, 300), ("none", 0, 2.0, 100)):
        run = cell(1, memory, budget, policy="hybrid")
        store.keep(run, records(run, score, tokens=tokens))
    results = read_results(store.logs(), SETTINGS.max_steps)
    assert score_table(results).header[3:] == ("graph", "graph, hybrid", "no memory", "no memory, hybrid")
    rows = {row[2]: dict(zip(detail_table(results).header, row, strict=True)) for row in detail_table(results).rows}
    assert rows["graph, hybrid"]["score (of 1)"] == "0.750"
    assert rows["graph, hybrid"]["gain per 1,000 tokens"] == "+1.25"
    assert len({style(result.cell.entrant) for result in results}) == 4


def test_a_log_that_names_no_player_is_of_the_model_where_one_was_asked(store: Store) -> None:
    *steps, last = records(cell(3), 1.0)
    del last["cell"]["policy"]
    paid = {"usage": {"total": {"prompt_tokens": 9, "calls": 1, "cost": None}}}
    store.keep(cell(3), [*(step | paid for step in steps), last | paid])
    policies = {result.cell.seed: result.cell.policy for result in read_results(store.logs(), SETTINGS.max_steps)}
    assert policies[3] == "llm"
    assert policies[1] == "heuristic"


def test_the_sooner_the_points_the_higher_the_mean_over_time(results: list[Result]) -> None:
    means = [float(text.split()[0]) for text in pace_table(results).rows[0][3:]]
    assert means == [pytest.approx((0.75 + 0.5) / 2, abs=0.01), pytest.approx(0.125 / 2, abs=0.01)]


def test_the_details_tell_what_a_memory_took_and_was_worth(results: list[Result]) -> None:
    rows = [dict(zip(detail_table(results).header, row, strict=True)) for row in detail_table(results).rows]
    graph = next(row for row in rows if row["memory"] == "graph")
    assert graph["games"] == "2"
    assert graph["score (of 1)"] == "0.750"
    assert graph["won"] == "1"
    assert graph["commands"] == "3.0"
    assert graph["tokens a step"] == "100"
    assert graph["gain per 1,000 tokens"] == "+5.00"  # 0.5 more for 100 tokens
    none = next(row for row in rows if row["memory"] == "no memory")
    assert none["gain per 1,000 tokens"] == "-"


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_an_interval_lies_within_the_values_and_around_their_mean(values: list[float]) -> None:
    low, high = interval(values)
    assert min(values) - 1e-9 <= low <= np.mean(values) + 1e-9
    assert np.mean(values) - 1e-9 <= high <= max(values) + 1e-9


def test_a_mean_is_printed_within_its_interval(tmp_path: Path) -> None:
    store = Store(tmp_path, SETTINGS)
    for seed in range(1, 20):
        store.keep(cell(seed), records(cell(seed), 3.86))  # 0.965 of 1, as nearly as may be
    (text,) = score_table(read_results(store.logs(), SETTINGS.max_steps)).rows[0][3:]
    assert len(set(re.findall(r"0\.\d\d", text))) == 1


def test_an_interval_is_as_wide_as_theory_has_it() -> None:
    values = np.random.default_rng(1).normal(0.5, 0.1, 400)
    low, high = interval(list(values))
    assert (high - low) / 2 == pytest.approx(1.96 * values.std() / 20, rel=0.05)
    assert interval(list(values)) == (low, high)


def test_a_curve_that_has_ended_keeps_its_score() -> None:
    assert by_step([[0.0, 1.0], [0.5]], 3).tolist() == [[0.0, 1.0, 1.0], [0.5, 0.5, 0.5]]


def test_a_log_that_is_not_whole_is_passed_over_and_named(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    broken = store.path(cell(7))
    broken.write_text('{"step": 1}\n{"won": tr')
    assert len(read_results(store.logs(), SETTINGS.max_steps)) == 4
    assert broken.name in caplog.text


def test_a_pipe_breaks_no_row_of_markdown() -> None:
    assert markdown(Table("t", ("a",), (("x|y",),))).splitlines()[-1] == r"| x\|y |"


def test_latex_is_well_formed(results: list[Result]) -> None:
    text = latex(score_table(results))
    assert text.count(r"\begin{tabular}") == text.count(r"\end{tabular}") == 1
    assert text.count("{") == text.count("}")
    columns = len(re.search(r"\\begin\{tabular\}\{(l+)\}", text)[1])  # type: ignore[index]
    rows = [line for line in text.splitlines() if line.endswith(r"\\")]
    assert {line.count(" & ") + 1 for line in rows} == {columns}
    assert r"\textbf{0.75 [0.50, 1.00]}" in text


def test_latex_takes_its_special_signs_literally() -> None:
    odd = Table("t", ("a",), (("50% of $1 & #2_{3} ~ ^ \\",),))
    cell_text = latex(odd).splitlines()[-3].removesuffix(r" \\")
    assert cell_text == (r"50\% of \$1 \& \#2\_\{3\} \textasciitilde{} \textasciicircum{} \textbackslash{}")


def test_a_report_is_made_again_from_the_logs(store: Store) -> None:
    pytest.importorskip("matplotlib")
    first = {path.name: path.read_bytes() for path in report(store)}
    for name in first:
        (store.folder / name).unlink()
    again = {path.name: path.read_bytes() for path in report(Store(store.folder))}
    assert first.keys() == again.keys()
    for name in ("results.csv", "table.md", "table.tex", "score-treasure-hunt.png"):
        assert first[name] == again[name]


def test_results_csv_has_a_row_for_each_run(store: Store) -> None:
    report(store)
    with (store.folder / "results.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert sorted((row["memory"], row["seed"], row["score"]) for row in rows) == [
        ("graph", "1", "1.0"), ("graph", "2", "0.5"), ("none", "1", "0.0"), ("none", "2", "0.5"),
    ]  # fmt: skip


def test_plots_are_pictures_of_the_score_and_of_the_prompts(store: Store) -> None:
    image = pytest.importorskip("matplotlib.image")
    from xml.etree import ElementTree

    report(store)
    for kind in ("score", "tokens"):
        picture = image.imread(store.folder / f"{kind}-treasure-hunt.png")
        assert picture[..., :3].std() > 0.02
        assert ElementTree.parse(store.folder / f"{kind}-treasure-hunt.svg").getroot().tag == SVG


def test_runs_that_failed_are_listed_below_the_tables(store: Store) -> None:
    store.fail({cell(3): "ValueError: it burned"})
    report(store)
    assert "- treasure-hunt-default-3 graph 500: ValueError: it burned" in (store.folder / "table.md").read_text()


def test_a_folder_without_a_run_has_nothing_to_report(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no finished run yet"):
        report(Store(tmp_path / "empty", SETTINGS))


def test_no_two_memories_look_alike_however_many_are_added(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(10):
        monkeypatch.setitem(MEMORIES, f"mine {number}", MEMORIES["none"])
    assert len({style((memory, "heuristic")) for memory in MEMORIES}) == len(MEMORIES)


def test_a_memory_that_only_the_logs_know_is_told_by_its_name(store: Store) -> None:
    pytest.importorskip("matplotlib")
    store.keep(cell(1, "mine"), records(cell(1, "mine"), 4.0))
    paths = report(store)
    assert "| mine |" in (store.folder / "table.md").read_text()
    assert "mine" in (store.folder / "score-treasure-hunt.svg").read_text()
    assert len(paths) == 7
