"""Records put in as they are, and renewed."""

from __future__ import annotations

from dataclasses import replace

from graphmem.errors import InputError
from graphmem.graph.copying import Records, copy
from graphmem.graph.learning import append
from graphmem.protocols import Store
from graphmem.records import Entity, Episode, Fact
from graphmem.testing.store_contract.teaching import matching, refuses, teach


def puts_records_back_as_they_were(store: Store) -> None:
    entities = [Entity("apple", ("fruit",)), Entity("box"), Entity("bag")]
    episodes = [
        Episode("e1", "one", 1, pending=False, facts=("f1",), mentions=("apple",)),
        Episode("e2", "two", 2, pending=False, facts=("f2",), mentions=("apple", "bag")),
        Episode("e3", "three", 3, error="no model"),
    ]
    facts = [
        Fact("f1", "apple", "is in", "box", "e1", 1, "place", "e2", 2),
        Fact("f2", "apple", "is in", "bag", "e2", 2, "place"),
    ]
    for _ in range(2):  # again changes nothing
        copy(store, Records(entities, episodes, facts))
        assert store.entities() == entities
        assert store.episodes() == episodes
        assert store.facts(current=False) == facts


def refuses_records_that_contradict_it(store: Store) -> None:
    teach(store, 1, ("apple", "is in", "box"), slot="place")
    append(store, [Episode("e2", "two", 2, key="k")])
    before = store.episodes(), store.facts(current=False)
    seen = Episode("x1", "one", 1, pending=False, facts=("y1",))
    other = Fact("y1", "apple", "is in", "bag", "x1", 1, "place")
    same = Fact("y1", "apple", "is in", "box", "x1", 1)
    for episodes, facts in (([seen], [other]), ([seen], [same]), ([Episode("x2", "two", 2, key="k")], [])):
        with refuses(InputError):
            copy(store, Records([], episodes, facts))
        assert (store.episodes(), store.facts(current=False)) == before


def renews_records_as_they_become(store: Store) -> None:
    table = Fact("f1", "apple", "is on", "table", "e1", 1, "place")
    box = Fact("f2", "apple", "is in", "box", "e2", 2, "place")
    first = Episode("e1", "one", 1, pending=False, facts=("f1",), mentions=("apple", "table"))
    second = Episode("e2", "two", 2)
    copy(store, Records([], [first, second], [table]), renew=True)
    assert (store.episodes(), store.facts(current=False)) == ([first, second], [table])
    second = replace(second, pending=False, facts=("f2",), mentions=("apple", "box"))
    table = replace(table, retired_by="e2", until=2)
    for _ in range(2):  # again changes nothing
        copy(store, Records([Entity("apple", ("fruit",))], [second], [table, box]), embedder="hash", renew=True)
        assert (store.episodes(), store.facts(current=False)) == ([first, second], [table, box])
        assert store.entities(["fruit"]) == [Entity("apple", ("fruit",))]
        assert store.facts() == [box]
    assert store.embedder() == "hash"


def renewing_drops_what_is_taught_no_more(store: Store) -> None:
    teach(store, 1, ("pomme", "is in", "box"), mentions=("pomme", "box"))
    teach(store, 2, ("pomme", "is in", "box"), ("secret", "is under", "mat"), mentions=("secret",))
    (fact, gone) = store.facts()
    renamed = replace(fact, subject="apple")
    told = [replace(e, facts=(fact.id,), mentions=("apple",)) for e in store.episodes()]
    copy(store, Records([], told, [renamed]), renew=True)
    assert store.facts(current=False) == [renamed]
    assert matching(store, "fact", "secret", limit=5) == matching(store, "fact", "pomme", limit=5) == []
    assert [hit[0] for hit in matching(store, "fact", "apple", limit=5)] == [fact.id]
    assert {entity.name for entity in store.entities()} == {"apple", "box"}
    assert [episode.facts for episode in store.episodes(facts=[fact.id, gone.id])] == [(fact.id,), (fact.id,)]
