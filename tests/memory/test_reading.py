"""Reading: recall, the past, the graph, a history."""

import subprocess
import sys
from pathlib import Path

import pytest

from graphmem import Memory
from graphmem.embedding import load_embedder
from graphmem.errors import InputError
from graphmem.extraction.textworld.slots import slot


@pytest.fixture
def house(tmp_path: Path) -> Memory:
    """Three steps of a small story, with the real embedder."""
    memory = Memory(tmp_path / "house.db", embedder=load_embedder("minilm"), slot_of=slot)
    memory.remember(
        "You are in the kitchen. A red apple is on the table. A cookbook lies there, too.",
        triples=[
            ("red apple", "is on", "table"),
            ("table", "is in", "kitchen"),
            ("cookbook", "is on", "table"),
            ("kitchen", "has exit", "north"),
        ],
    )
    memory.remember("You take the red apple.", triples=[("red apple", "is in", "inventory")])
    memory.remember("A hall with a coat rack.", triples=[("coat rack", "is in", "hall"), ("hall", "has exit", "south")])
    return memory


def test_the_paper_s_search_finds_what_bears_on_the_question(house: Memory) -> None:
    found = house.recall("where is the apple?", search="arigraph", width=2, depth=1, episodes=1)
    assert str(found.facts[0]) == "red apple, is in, inventory"
    assert len(found.facts) == 2


def test_a_recollection_prints_as_prompt_text(house: Memory) -> None:
    found = house.recall("what is on the table?", search="arigraph", width=2, depth=1, episodes=1)
    assert str(found).splitlines() == [
        "Facts I know:",
        "- table, is in, kitchen",
        "- cookbook, is on, table",
        "Episodes I remember:",
        "[step 0] You are in the kitchen. A red apple is on the table. A cookbook lies there, too.",
    ]


def test_recall_reads_the_past(house: Memory) -> None:
    assert "red apple, is on, table" in str(house.at(0).recall("where is the apple?"))
    assert "red apple, is on, table" not in str(house.recall("where is the apple?", episodes=0))
    assert "coat rack" not in str(house.at(1).recall("coat rack"))


def test_each_query_may_have_a_depth_of_its_own(house: Memory) -> None:
    shallow = house.recall({"cookbook": 1}, search="arigraph", width=1, episodes=0)
    deep = house.recall({"cookbook": 3}, search="arigraph", width=1, episodes=0)
    assert len(shallow.facts) == 1
    assert len(deep.facts) > len(shallow.facts)


def test_what_the_reader_has_before_it_is_not_told_again(house: Memory) -> None:
    newest = house.episodes(newest=1)[0]
    found = house.recall(["hall", "coat rack"], without=[newest.id])
    assert newest.id not in {episode.id for episode in found.episodes}
    assert "coat rack, is in, hall" not in str(found)


def test_an_empty_memory_knows_nothing(memory: Memory) -> None:
    assert str(memory.recall("anything")) == "Nothing known."


@pytest.mark.parametrize(
    ("query", "options"),
    [("", {}), ([], {}), ("apple", {"depth": 0}), ("apple", {"width": 0}), ("apple", {"budget": 49})],
)
def test_a_query_that_asks_nothing_is_refused(memory: Memory, query: str, options: dict[str, int]) -> None:
    with pytest.raises(InputError):
        memory.recall(query, **options)


def test_the_graph_holds_what_is_true_now(house: Memory) -> None:
    graph = house.graph()
    assert graph.number_of_edges() == len(house.facts())
    ((_, _, edge),) = graph.out_edges("red apple", data=True)
    assert edge["relation"] == "is in"
    assert edge["since"] == 1
    assert house.at(0).graph().has_edge("red apple", "table")


def test_a_history_tells_the_whole_life_of_a_thing(house: Memory) -> None:
    told = [(str(fact), fact.since, fact.until) for fact in house.history("the Red Apple")]
    assert told == [("red apple, is on, table", 0, 1), ("red apple, is in, inventory", 1, None)]


def test_statistics_count_what_there_is(house: Memory) -> None:
    stats = house.stats()
    assert (stats.episodes, stats.pending, stats.facts, stats.current_facts, stats.last_step) == (3, 0, 7, 6, 2)


def test_importing_graphmem_loads_nothing_heavy() -> None:
    code = "import sys, graphmem; print([m for m in ('spacy','onnxruntime','openai','networkx') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
