"""Recorded runs of any game, with whatever their lines lack, are replayed."""

import json
from pathlib import Path

import pytest

from benchmarks.traces.compare import compare
from benchmarks.traces.record import Run, read_runs
from benchmarks.traces.replay import replay

LINES = [
    json.dumps(
        {"observation": "You are in a shed. A rake is on the floor.", "new_triples": [["rake", "is in", "shed"]]}
    ),
    json.dumps({"note": "nothing was seen"}),
    json.dumps({"step": 7, "observation": "You chop the log.", "new_triples": ["log, is, chopped"], "graph": None}),
    '{"observation": "You take the ra',
]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    (tmp_path / "garden_2.jsonl").write_text("\n".join(LINES))
    (tmp_path / "empty.jsonl").write_text("")
    (found,) = read_runs(tmp_path)
    return found


def test_what_a_line_lacks_is_nothing(run: Run) -> None:
    assert (run.name, run.family, run.task) == ("garden_2", "garden", "")
    assert [turn.number for turn in run.turns] == [1, 2]
    assert [turn.triples for turn in run.turns] == [(("rake", "is in", "shed"),), (("log", "is", "chopped"),)]
    assert {turn.command for turn in run.turns} == {"look"}


@pytest.mark.parametrize("rules", [False, True], ids=["as the model says", "with our rules"])
def test_such_a_run_is_replayed(run: Run, rules: bool) -> None:
    done = replay(run, rules=rules)
    assert ("log", "is", "chopped") in done.after[-1].facts
    assert not any(after.dropped for after in done.after)
    assert compare(done).turns == 0, "no graph was recorded"
