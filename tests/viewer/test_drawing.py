"""The picture that stands still."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphmem import Memory
from graphmem.testing import HashEmbedder
from graphmem.viewer.drawing import MOST_ENTITIES, drawing


def test_a_notebook_is_shown_numbers_and_a_drawing(house: Memory) -> None:
    shown = house._repr_html_()
    assert "4 facts hold, 2 retired, 3 episodes" in shown
    assert shown.count("<circle") == len(drawing(house).places) > 3
    assert "apple, is in, chest" in shown


def test_the_drawing_is_the_same_each_time(house: Memory) -> None:
    assert house._repr_html_() == house._repr_html_()


def test_an_empty_memory_is_shown_without_a_drawing(tmp_path: Path) -> None:
    with Memory(tmp_path / "new.db", embedder=HashEmbedder()) as memory:
        assert "0 facts hold" in memory._repr_html_()
        assert "<svg" not in memory._repr_html_()


def test_of_a_large_memory_the_best_connected_are_drawn(tmp_path: Path) -> None:
    with Memory(tmp_path / "large.db", embedder=HashEmbedder()) as memory:
        for hub in range(3):
            memory.remember("seen", triples=[(f"hub {hub}", "knows", f"one {hub} {n}") for n in range(MOST_ENTITIES)])
        found = drawing(memory)
        assert len(found.places) <= MOST_ENTITIES
        assert "hub 0" in found.places
        assert "drawn:" in memory._repr_html_()


HOSTILE = st.sampled_from(["</svg><script>x</script>", "<img src=x onerror=y>"])


@given(name=st.text(min_size=1).filter(str.strip) | HOSTILE)
def test_no_name_becomes_markup(name: str) -> None:
    with Memory(":memory:", embedder=HashEmbedder()) as memory:
        memory.remember("seen", triples=[(name, "knows", "Ada")])
        tags = set(re.findall(r"<(\w*)", memory._repr_html_()))
        assert tags <= {"div", "p", "b", "br", "svg", "line", "title", "circle", "text", ""}


@pytest.mark.parametrize("name", ["apple", r"$\frac{$", "<b>bold</b>"])
def test_it_draws_on_an_axis_of_matplotlib(name: str, house: Memory) -> None:
    figure = pytest.importorskip("matplotlib.figure", reason="needs matplotlib").Figure()
    house.remember("seen", triples=[(name, "knows", "Ada")])
    ax = house.draw(figure.subplots())
    figure.canvas.draw()
    assert {name, "Ada", "kitchen"} <= {text.get_text() for text in ax.texts}


def test_the_example_of_the_documentation_runs(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="needs matplotlib")
    page = (Path(__file__).parents[2] / "docs/page.md").read_text()
    (example,) = re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    (tmp_path / "example.py").write_text(example)
    environment = {**os.environ, "MPLBACKEND": "agg"}
    subprocess.run([sys.executable, "example.py"], cwd=tmp_path, env=environment, check=True, timeout=120)
    assert (tmp_path / "house.png").stat().st_size > 1000
