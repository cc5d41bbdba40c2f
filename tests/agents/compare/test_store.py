"""The folder of a comparison: nothing in it is ever overwritten or half-written."""

from pathlib import Path

import pytest

from agents.compare.grid import Settings
from agents.compare.store import Store
from graphmem.errors import InputError
from tests.agents.compare.made import SETTINGS, cell, records


def test_a_log_that_is_there_stays(tmp_path: Path) -> None:
    store = Store(tmp_path, SETTINGS)
    assert store.keep(cell(1), records(cell(1), 1.0))
    before = store.path(cell(1)).read_bytes()
    assert not store.keep(cell(1), records(cell(1), 4.0))
    assert store.path(cell(1)).read_bytes() == before


def test_what_has_a_log_is_not_missing(tmp_path: Path) -> None:
    store = Store(tmp_path, SETTINGS)
    store.keep(cell(1), records(cell(1), 1.0))
    assert store.missing([cell(1), cell(2)]) == [cell(2)]


def test_a_run_that_cannot_be_written_down_leaves_no_file(tmp_path: Path) -> None:
    store = Store(tmp_path, SETTINGS)
    with pytest.raises(UnicodeEncodeError):
        store.keep(cell(1), [{"observation": "\ud800"}])
    assert list((tmp_path / "logs").iterdir()) == []


def test_runs_of_other_settings_do_not_mix(tmp_path: Path) -> None:
    Store(tmp_path, SETTINGS)
    with pytest.raises(InputError, match="holds runs with max_steps=4: choose another --out"):
        Store(tmp_path, Settings(max_steps=9))


def test_a_folder_of_one_policy_is_told_again_but_not_gone_on_with_by_another(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text('{"policy": "llm", "model": "m", "max_steps": 4}')
    assert Store(tmp_path).settings.model == "m"
    with pytest.raises(InputError, match="holds runs with policy=llm"):
        Store(tmp_path, Settings(model="m", max_steps=4))
    (tmp_path / "settings.json").write_text('{"policy": "heuristic", "model": null, "max_steps": 4}')
    assert Store(tmp_path, SETTINGS).settings == SETTINGS


def test_a_folder_without_a_comparison_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no comparison: run one first"):
        Store(tmp_path / "nothing")


def test_what_failed_is_kept_until_the_next_run(tmp_path: Path) -> None:
    store = Store(tmp_path, SETTINGS)
    store.fail({cell(1): "it burned"})
    assert [(each.cell, each.reason) for each in Store(tmp_path).failed()] == [(cell(1), "it burned")]
    store.fail({})
    assert store.failed() == []


@pytest.mark.parametrize("written", ["{", "{}", '[{"cell": 3}]', "\0"])
def test_a_damaged_list_of_failures_is_named(written: str, tmp_path: Path) -> None:
    (tmp_path / "failed.json").write_text(written)
    with pytest.raises(InputError, match=r"failed\.json is damaged: delete it"):
        Store(tmp_path, SETTINGS).failed()
