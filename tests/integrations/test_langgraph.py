"""A LangGraph store in a memory, and nodes for before and after the model."""

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graphmem import Memory
from graphmem.errors import EmbedderMismatch, InputError, NotAMemory, StoreBusy
from graphmem.testing import HashEmbedder

pytest.importorskip("langgraph")

from langchain_core.messages import AIMessage, HumanMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, StateGraph
from langgraph.store.base import GetOp, InvalidNamespaceError, PutOp, SearchOp
from langgraph.store.memory import InMemoryStore

from graphmem.integrations import langgraph
from graphmem.integrations.langgraph import MemoryState, MemoryStore, recall_node, remember_node

ADA, BEN = ("users", "ada"), ("users", "ben")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[MemoryStore]:
    made = MemoryStore(tmp_path / "house.db", embedder=HashEmbedder())
    yield made
    made.close()


def test_an_item_comes_back_as_it_was_put(store: MemoryStore) -> None:
    value = {"text": "Ada lives in Oslo 🏔.", "tags": ["a", "b"], "nested": {"n": 1, "none": None}}
    store.put(ADA, "home", value)
    item = store.get(ADA, "home")
    assert item
    assert (item.value, item.key, item.namespace) == (value, "home", ADA)
    assert item.created_at == item.updated_at
    assert store.get(ADA, "work") is None
    assert store.get(("nobody",), "home") is None


def test_a_new_value_takes_the_place_of_the_old_one(store: MemoryStore) -> None:
    store.put(ADA, "home", {"text": "Ada lives in Oslo."})
    store.put(ADA, "home", {"text": "Ada lives in Bergen."})
    item = store.get(ADA, "home")
    assert item
    assert item.value == {"text": "Ada lives in Bergen."}
    assert item.updated_at > item.created_at
    assert len(store.search(ADA)) == len(store.search(ADA, query="Ada")) == 1


def test_what_only_the_old_value_taught_is_kept_as_past(store: MemoryStore, tmp_path: Path) -> None:
    store.put(ADA, "taste", {"text": "Ada likes plums. Ada likes tea."})
    store.put(ADA, "taste", {"text": "Ada likes tea."})
    store.put(ADA, "taste", {"text": "Ada likes figs."})
    with Memory(tmp_path / "house.db", namespace="users.ada", embedder=HashEmbedder()) as memory:
        assert [fact.object for fact in memory.facts("Ada")] == ["figs"]
        assert [fact.object for fact in memory.history("Ada")] == ["plums", "tea", "figs"]


def test_a_put_that_is_repeated_changes_nothing(store: MemoryStore, tmp_path: Path) -> None:
    for _ in range(3):
        store.put(ADA, "home", {"text": "Ada lives in Oslo."})
    with Memory(tmp_path / "house.db", namespace="users.ada", embedder=HashEmbedder()) as memory:
        assert memory.stats().episodes == 1


def test_deleting_forgets_every_version(store: MemoryStore, tmp_path: Path) -> None:
    store.put(ADA, "home", {"text": "Ada lives in Oslo."})
    store.put(ADA, "home", {"text": "Ada lives in Bergen."})
    for _ in range(2):
        store.delete(ADA, "home")
    assert store.get(ADA, "home") is None
    with Memory(tmp_path / "house.db", namespace="users.ada", embedder=HashEmbedder()) as memory:
        assert memory.stats().facts == memory.stats().episodes == 0


def test_a_query_ranks_by_meaning(tmp_path: Path) -> None:
    store = MemoryStore(tmp_path / "house.db")
    store.put(ADA, "home", {"text": "Ada lives in Oslo."})
    store.put(ADA, "food", {"text": "Ada likes plums."})
    store.put(BEN, "home", {"text": "Ben lives in Bergen."})
    assert [item.key for item in store.search(ADA, query="what fruit does Ada like?")] == ["food", "home"]
    across = store.search(("users",), query="who lives in Bergen?")
    assert across[0].namespace == BEN
    scores = [item.score for item in across if item.score is not None]
    assert scores == sorted(scores, reverse=True)


def test_what_is_not_indexed_is_got_but_not_found(store: MemoryStore) -> None:
    store.put(ADA, "pin", {"text": "The pin of Ada is 1234."}, index=False)
    store.put(ADA, "home", {"text": "Ada lives in Oslo.", "note": "The pin is 1234."}, index=["text"])
    assert [(item.key, item.score is None) for item in store.search(ADA, query="pin")] == [
        ("home", False),
        ("pin", True),
    ]
    assert store.get(ADA, "pin") is not None


def test_filters_compare_as_those_of_the_library_do(store: MemoryStore) -> None:
    for number in range(5):
        store.put(ADA, f"{number}", {"n": number, "even": number % 2 == 0})
    assert [item.key for item in store.search(ADA, filter={"even": True})] == ["0", "2", "4"]
    assert [item.key for item in store.search(ADA, filter={"n": {"$gte": 2, "$lt": 4}})] == ["2", "3"]
    assert [item.key for item in store.search(ADA, filter={"n": {"$ne": 2}}, limit=2, offset=1)] == ["1", "3"]
    assert store.search(ADA, filter={"absent": {"$gt": 1}}) == []
    with pytest.raises(InputError, match=r"no operator \$like"):
        store.search(ADA, filter={"n": {"$like": "1"}})


def test_a_value_that_is_no_dict_is_refused_and_nothing_of_its_batch_is_put(store: MemoryStore) -> None:
    with pytest.raises(InputError, match="a value is a dict"):
        store.batch([PutOp(ADA, "home", {"text": "Oslo"}), PutOp(ADA, "work", "Acme")])  # type: ignore[arg-type]
    assert store.get(ADA, "home") is None


def test_namespaces_are_listed_as_the_library_lists_them(store: MemoryStore) -> None:
    model = InMemoryStore()
    for each in (store, model):
        for space in (("users", "ada", "v1"), ("users", "ben", "v2"), ("docs", "v1")):
            each.put(space, "k", {"text": "x y"})
        assert each.list_namespaces(prefix=("users",)) == [("users", "ada", "v1"), ("users", "ben", "v2")]
        assert each.list_namespaces(suffix=("v1",)) == [("docs", "v1"), ("users", "ada", "v1")]
        assert each.list_namespaces(prefix=("*", "ben")) == [("users", "ben", "v2")]
        assert each.list_namespaces(max_depth=1) == [("docs",), ("users",)]
        assert each.list_namespaces(limit=1, offset=1) == [("users", "ada", "v1")]


def test_namespaces_are_not_seen_across_unless_a_prefix_asks(store: MemoryStore, tmp_path: Path) -> None:
    with Memory(tmp_path / "house.db", embedder=HashEmbedder()) as memory:
        memory.remember("of another door", triples=[("Ada", "lives in", "Rome")])
    store.put(ADA, "home", {"text": "Ada lives in Oslo."})
    store.put(BEN, "home", {"text": "Ben lives in Bergen."})
    assert [item.namespace for item in store.search(ADA, query="Ben lives in Bergen.")] == [ADA]
    assert {item.namespace for item in store.search((), query="Ben lives in Bergen.")} == {ADA, BEN}
    assert store.get(BEN, "food") is None


def test_two_stores_on_one_file_see_each_others_writes(store: MemoryStore, tmp_path: Path) -> None:
    other = MemoryStore(tmp_path / "house.db", embedder=HashEmbedder())
    store.put(ADA, "home", {"text": "Ada lives in Oslo."})
    assert other.get(ADA, "home") == store.get(ADA, "home")
    other.put(ADA, "home", {"text": "Ada lives in Bergen."})
    assert [item.value for item in store.search(ADA)] == [{"text": "Ada lives in Bergen."}]
    other.delete(ADA, "home")
    assert store.get(ADA, "home") is None


_PUTTING = """
import sys
from graphmem.integrations.langgraph import MemoryStore
from graphmem.testing import HashEmbedder
path, *cities = sys.argv[1:]
store = MemoryStore(path, embedder=HashEmbedder())
for city in cities:
    store.put(("users", "ada"), "home", {"text": f"Ada lives in {city}."})
"""


def test_of_values_put_by_processes_at_once_one_holds(store: MemoryStore, tmp_path: Path) -> None:
    cities = ["Oslo", "Bergen", "Narva"], ["Lyon", "Turin", "Graz"]
    command = [sys.executable, "-c", _PUTTING, str(tmp_path / "house.db")]
    putting = [subprocess.Popen([*command, *part]) for part in cities]
    assert [each.wait() for each in putting] == [0, 0]
    item = store.get(ADA, "home")
    assert item
    city = item.value["text"].split()[-1].strip(".")
    assert city in ("Narva", "Graz")
    assert [found.value for found in store.search(ADA)] == [item.value]
    with Memory(tmp_path / "house.db", namespace="users.ada", embedder=HashEmbedder()) as memory:
        assert [fact.object for fact in memory.facts("Ada")] == [city]
        assert memory.stats().episodes == 6


def test_what_threads_delete_at_once_is_gone(store: MemoryStore, tmp_path: Path) -> None:
    stores = [store, MemoryStore(tmp_path / "house.db", embedder=HashEmbedder())]
    for city in ("Oslo", "Bergen", "Narva"):
        store.put(ADA, "home", {"text": f"Ada lives in {city}."})
        together = Barrier(len(stores))

        def delete(each: MemoryStore, together: Barrier = together) -> None:
            together.wait()
            each.delete(ADA, "home")

        with ThreadPoolExecutor() as pool:
            list(pool.map(delete, stores))
        assert [each.get(ADA, "home") for each in stores] == [None, None]


def test_over_many_namespaces_no_graph_is_opened(store: MemoryStore, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ada", "ben", "cem"):
        store.put(("users", name), "home", {"text": f"{name} lives in Oslo.", "name": name}, index=["text"])
        store.put(("users", name), "pin", {"text": f"{name} has a pin."}, index=False)
    store.delete(("users", "cem"), "home")
    store.delete(("users", "cem"), "pin")
    store.close()
    monkeypatch.setattr(langgraph, "Memory", None)
    assert store.list_namespaces() == [ADA, BEN]
    assert store.get(BEN, "home").value["name"] == "ben"  # type: ignore[union-attr]
    assert [item.namespace for item in store.search((), filter={"name": "ben"})] == [BEN]
    found = store.search(("users",), query="ben lives in Oslo.")
    assert [(item.namespace, item.key) for item in found] == [(BEN, "home"), (ADA, "home"), (ADA, "pin"), (BEN, "pin")]
    assert found[0].score == pytest.approx(1.0, abs=1e-3)
    assert [item.score for item in found[2:]] == [None, None]


def test_scores_fall_from_page_to_page(store: MemoryStore) -> None:
    for number in range(8):
        store.put(ADA, f"{number}", {"text": f"note {number} of Ada on the garden"})
        store.put(BEN, f"{number}", {"text": f"note {number} of Ben on the garden"})
    for prefix in (ADA, ("users",)):
        pages = [store.search(prefix, query="note 3 on the garden", limit=3, offset=start) for start in (0, 3)]
        items = [item for page in pages for item in page]
        scores = [item.score for item in items if item.score is not None]
        assert scores == sorted(scores, reverse=True)
        assert len({(item.namespace, item.key) for item in items}) == 6


def test_vectors_of_another_embedder_are_not_compared(store: MemoryStore, tmp_path: Path) -> None:
    for space in (ADA, BEN):
        store.put(space, "home", {"text": "Home is in Oslo."})
    embedder = HashEmbedder()
    embedder.name = "other"
    other = MemoryStore(tmp_path / "house.db", embedder=embedder)
    with pytest.raises(EmbedderMismatch):
        other.search(("users",), query="Oslo")


def test_tasks_put_at_once(store: MemoryStore) -> None:
    async def main() -> None:
        await asyncio.gather(*(store.aput(ADA, f"{n}", {"text": f"thing {n} is here"}) for n in range(20)))
        assert len(await store.asearch(ADA, limit=50)) == 20

    asyncio.run(main())


def test_more_namespaces_than_are_kept_open(store: MemoryStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(langgraph, "MOST_OPEN", 2)
    for number in range(6):
        store.put(("n", f"{number}"), "k", {"n": number})
    assert [store.get(("n", f"{number}"), "k").value for number in range(6)] == [{"n": number} for number in range(6)]  # type: ignore[union-attr]


def test_in_one_batch_what_is_read_is_read_first_and_the_last_put_counts(store: MemoryStore) -> None:
    ops = [PutOp(ADA, "k", {"n": 1}), GetOp(ADA, "k"), PutOp(ADA, "k", {"n": 2}), SearchOp(ADA)]
    assert store.batch(ops) == [None, None, None, []]
    assert store.get(ADA, "k").value == {"n": 2}  # type: ignore[union-attr]


_SPACES = st.sampled_from([("a",), ("a", "b"), ("c",)])
_VALUES = st.dictionaries(st.sampled_from("xyz"), st.integers() | st.text(max_size=5) | st.none(), max_size=3)
_PUTS = st.lists(st.tuples(_SPACES, st.sampled_from("kl"), st.none() | _VALUES), max_size=8)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(puts=_PUTS)
def test_it_holds_what_the_librarys_own_store_holds(
    tmp_path_factory: pytest.TempPathFactory, puts: list[tuple[tuple[str, ...], str, dict[str, object] | None]]
) -> None:
    model, ours = InMemoryStore(), MemoryStore(tmp_path_factory.mktemp("lg") / "m.db", embedder=HashEmbedder())
    for space, key, value in puts:
        for store in (model, ours):
            store.batch([PutOp(space, key, value, index=False)])
    for space, key, _ in puts:
        held, found = model.get(space, key), ours.get(space, key)
        assert (held and held.value) == (found and found.value)
    for prefix in ((), ("a",)):
        everything = [
            {(i.namespace, i.key, str(i.value)) for i in each.search(prefix, limit=99)} for each in (model, ours)
        ]
        assert everything[0] == everything[1]
    ours.close()


def test_names_that_would_be_mistaken_are_refused(store: MemoryStore) -> None:
    for space in ((), ("langgraph",), ("a.b",), ("",)):
        with pytest.raises(InvalidNamespaceError):
            store.batch([PutOp(space, "k", {"n": 1})])


def test_a_place_that_cannot_serve_is_a_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "page.html").write_text("<html>")
    with pytest.raises(NotAMemory, match="is no graphmem memory"):
        MemoryStore(tmp_path / "page.html", embedder=HashEmbedder()).get(ADA, "k")
    monkeypatch.setattr("graphmem.storage.sqlite.connection.WAIT_SECONDS", 0.05)
    store = MemoryStore(tmp_path / "locked.db", embedder=HashEmbedder())
    store.put(ADA, "k", {"n": 1})
    with closing(sqlite3.connect(tmp_path / "locked.db", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusy, match="another process is writing"):
            store.put(ADA, "k", {"n": 2})
        assert store.get(ADA, "k").value == {"n": 1}  # type: ignore[union-attr]


def _graph(memory: Memory, *, explain: bool = False):  # type: ignore[no-untyped-def]
    def model(state: MemoryState) -> dict[str, object]:
        return {"messages": [("ai", f"I read: {state['recollection']}")]}

    nodes = StateGraph(MemoryState)
    steps = [("recall", recall_node(memory, explain=explain)), ("model", model), ("remember", remember_node(memory))]
    nodes.add_sequence(steps)
    nodes.add_edge(START, "recall")
    nodes.add_edge("remember", END)
    return nodes.compile(checkpointer=InMemorySaver())


def test_the_nodes_recall_before_the_model_and_remember_after_it(memory: Memory) -> None:
    memory.remember("Ada lives in Oslo.", triples=[("Ada", "lives in", "Oslo")])
    graph, thread = _graph(memory), {"configurable": {"thread_id": "1"}}
    state = graph.invoke({"messages": [("user", "Where does Ada live?")]}, thread)
    assert "- Ada, lives in, Oslo" in state["messages"][-1].text
    assert [episode.speaker for episode in memory.episodes()[1:]] == ["user", "assistant"]
    assert memory.episodes()[1].text == "Where does Ada live?"
    graph.invoke({"messages": [("user", "And Ben?")]}, thread)
    assert memory.stats().episodes == 5


def test_a_message_is_remembered_as_said_by_who_is_named(memory: Memory) -> None:
    said = [HumanMessage("Oslo is my home.", name="Ana", id="1"), AIMessage("Noted.", id="2")]
    remember_node(memory)({"messages": said, "recollection": ""})
    told = [(episode.speaker, episode.text, episode.metadata) for episode in memory.episodes()]
    assert told == [("Ana", "Oslo is my home.", {"role": "user"}), ("assistant", "Noted.", {"role": "assistant"})]


def test_a_run_that_is_repeated_from_a_checkpoint_is_remembered_once(memory: Memory) -> None:
    graph, thread = _graph(memory), {"configurable": {"thread_id": "1"}}
    asyncio.run(graph.ainvoke({"messages": [("user", "Ada lives in Oslo.")]}, thread))
    before = next(past for past in graph.get_state_history(thread) if past.next == ("remember",))
    graph.invoke(None, before.config)
    assert memory.stats().episodes == 2


def test_the_recollection_says_why_when_asked(memory: Memory) -> None:
    memory.remember("Ada lives in Oslo.", triples=[("Ada", "lives in", "Oslo")])
    state = _graph(memory, explain=True).invoke({"messages": [("user", "Ada?")]}, {"configurable": {"thread_id": "1"}})
    assert "Why:" in state["recollection"]
