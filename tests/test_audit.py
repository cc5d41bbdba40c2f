"""An audit tells what may be wrong, and changes nothing."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from graphmem import Fact, Memory, Triple
from graphmem.embedding import load_embedder
from graphmem.errors import InputError
from graphmem.extraction.textworld.slots import slot
from graphmem.graph.auditing import Audit
from graphmem.graph.copying import Records, copy
from graphmem.records import Episode
from graphmem.storage.sqlite.store import SqliteStore
from graphmem.testing import HashEmbedder, teach
from tests.oracle import DictStore


def _named(*names: str, embedder: str = "") -> Memory:
    """A memory of entities with these names, of each of which something is known."""
    memory = Memory(DictStore(), embedder=load_embedder(embedder) if embedder else HashEmbedder(), slot_of=slot)
    for number, name in enumerate(names):
        memory.remember(f"seen {number}", triples=[(name, "is seen by", f"witness {number}")])
    return memory


def _pairs(found: Audit) -> list[tuple[str, str]]:
    return [duplicate.names for duplicate in found.duplicates]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hawai", "Hawaii"),  # a slip of the pen
        ("Honolulu", "Onolulu"),
        ("Barack Obama", "Obama"),  # a short form
        ("University of Oslo", "Oslo University of"),  # another order
    ],
)
def test_names_that_look_like_one_are_suggested(one: str, other: str) -> None:
    (pair,) = _pairs(_named(one, other, "table", "wine cellar", embedder="minilm").audit())
    assert set(pair) == {one, other}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Room 1", "Room 2"),
        ("Note A", "Note B"),
        ("red apple", "green apple"),
        ("orange bell pepper", "yellow bell pepper"),
        ("kitchen", "kitchen table"),
        ("locked", "unlocked"),
        ("fry the red tuna", "red tuna"),
        ("oil", "oil paint shop"),
    ],
)
def test_names_that_a_word_tells_apart_are_not(one: str, other: str) -> None:
    assert _pairs(_named(one, other, embedder="minilm").audit()) == []


def test_a_name_that_ends_many_is_short_for_none() -> None:
    assert _pairs(_named("room", "dining room", "living room").audit()) == []


def test_names_with_near_vectors_are_suggested_with_both_scores() -> None:
    found = _named("automobile", "car", "bowl of soup", embedder="minilm").audit()
    (likely,) = found.duplicates
    assert likely.names == ("automobile", "car")
    assert likely.similarity is not None
    assert likely.score == likely.similarity > 0.85 > likely.likeness


def test_entities_that_a_fact_relates_are_two() -> None:
    memory = _named("apple", "red apple")
    memory.remember("both", triples=[("apple", "lies beside", "red apple")])
    assert _pairs(memory.audit()) == []


def test_the_likeliest_come_first_and_not_too_many() -> None:
    memory = _named("Hawaii", "Hawai", "Honolulu", "Honolul", "Oslo Hall", "Hall Oslo")
    assert _pairs(memory.audit(limit=1)) == [("Hall Oslo", "Oslo Hall")]
    with pytest.raises(InputError, match="limit"):
        memory.audit(limit=0)


def test_current_facts_that_cannot_all_be_true_are_told(memory: Memory) -> None:
    copy(
        memory._store,
        Records(
            [],
            [
                Episode("e1", "one", 1, pending=False, facts=("f1",)),
                Episode("e2", "two", 2, pending=False, facts=("f2",)),
            ],
            [Fact("f1", "apple", "is in", "box", "e1", 1), Fact("f2", "apple", "is on", "table", "e2", 2)],
        ),
    )
    (found,) = memory.audit().contradictions
    assert (found.step, list(map(str, found.facts))) == (None, ["apple, is in, box", "apple, is on, table"])


def test_two_sightings_of_one_step_that_disagree_are_told(memory: Memory) -> None:
    for place in ("table", "box"):
        memory.remember("seen", step=4, triples=[("apple", "is in", place)])
    memory.remember("later", step=5, triples=[("apple", "is in", "hall")])
    (found,) = memory.audit().contradictions
    assert (found.step, list(map(str, found.facts))) == (4, ["apple, is in, table", "apple, is in, box"])


def test_what_changed_with_time_is_no_contradiction(memory: Memory) -> None:
    for place in ("table", "box", "table"):
        memory.remember("seen", triples=[("apple", "is in", place), ("hall", "has exit", place)])
    assert memory.audit().contradictions == ()


def test_a_fact_that_no_episode_teaches_is_told(memory: Memory) -> None:
    memory.remember("seen", triples=[("apple", "is in", "box")])
    assert memory.audit().unsupported == ()
    alien = Fact("f1", "pear", "is in", "box", "e1", 1)
    copy(memory._store, Records([], [Episode("e1", "one", 1, pending=False)], [alien]))
    assert memory.audit().unsupported == (alien,)


def test_merges_are_told(memory: Memory) -> None:
    memory.remember("seen", triples=[("apple", "is in", "box"), ("pomme", "is", "red")])
    memory.merge("apple", "pomme")
    assert memory.audit().merges == (("apple", "pomme"),)


def test_an_audit_of_many_names_compares_few_of_them() -> None:
    store = SqliteStore(":memory:")
    teach(store, 1, *((f"thing{number:05}x of the common house", "is in", "hall") for number in range(3000)))
    found = Memory(store, embedder=HashEmbedder()).audit()
    assert (found.duplicates, found.contradictions, found.unsupported) == ((), (), ())
    store.close()


def _run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "graphmem.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True)


def test_the_command_lists_merges_and_parts(tmp_path: Path) -> None:
    path = tmp_path / "house.db"
    with Memory(path, embedder=load_embedder("minilm"), slot_of=slot) as memory:
        memory.remember("one", step=1, triples=[("Barack Obama", "is in", "[b]Hawaii[/b]")])
        memory.remember("two", step=1, triples=[("Barack Obama", "is in", "Oslo"), ("Obama", "is", "a lawyer")])
    table = _run("audit", path).stdout
    assert "Barack Obama, is in, [b]Hawaii[/b]" in table
    assert "Facts without support: none" in table
    found = json.loads(_run("audit", path, "--json").stdout)
    assert [set(likely["names"]) for likely in found["duplicates"]] == [{"Barack Obama", "Obama"}]
    assert [len(it["facts"]) for it in found["contradictions"]] == [2]
    assert _run("merge", path, "Barack Obama", "Obama").stdout == "Barack Obama is also called Obama\n"
    assert json.loads(_run("audit", path, "--json").stdout)["merges"] == [["Barack Obama", "Obama"]]
    assert _run("unmerge", path, "Obama").stdout == "Obama is an entity of its own again\n"
    refused = _run("unmerge", path, "Obama")
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)


def test_an_audit_changes_nothing(memory: Memory) -> None:
    memory.remember("seen", triples=[("apple", "is in", "box"), ("apples", "are", "red")])
    before = memory.episodes(), memory.facts(retired=True), memory.entities()
    assert memory.audit().duplicates
    assert (memory.episodes(), memory.facts(retired=True), memory.entities()) == before
    assert Triple("apple", "is in", "box") in {fact.triple for fact in memory.facts()}
