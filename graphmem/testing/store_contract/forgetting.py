"""What goes with an episode, and what comes back."""

from __future__ import annotations

import numpy as np

from graphmem.graph.forgetting import forget
from graphmem.protocols import Store
from graphmem.records import Triple
from graphmem.testing.doubles import hash_vector
from graphmem.testing.store_contract.teaching import as_text, matching, teach


def forgets_without_a_trace(store: Store) -> None:
    teach(store, 1, ("apple", "is in", "box"), mentions=("apple", "box"))
    teach(store, 2, ("apple", "is in", "box"), ("secret", "is under", "mat"), mentions=("secret",))
    forgotten = forget(store, ["e2"])
    assert (forgotten.episodes, forgotten.facts, forgotten.entities) == (1, 1, 2)
    (fact,) = store.facts(current=False)
    assert (str(fact), fact.support) == ("apple, is in, box", 1)
    text = Triple("secret", "is under", "mat").text
    assert store.vectors([text, "text of step 2"]) == {}
    assert matching(store, "fact", "secret", limit=5) == []
    assert matching(store, "episode", "2", limit=5) == []
    assert len(store.nearest("fact", hash_vector(text)[np.newaxis], limit=5)[0]) == 1
    assert store.entities(["secret"]) == []


def what_a_forgotten_episode_retired_holds_again(store: Store) -> None:
    teach(store, 1, ("apple", "is on", "table"), slot="place")
    teach(store, 2, ("apple", "is in", "box"), slot="place")
    forget(store, ["e2"])
    assert as_text(store.facts()) == ["apple, is on, table"]


def forgetting_joins_what_it_had_parted(store: Store) -> None:
    for step, place in enumerate(["table", "box", "table", "bag"]):
        teach(store, step, ("apple", "is in", place), slot="place")
    forget(store, ["e1"])
    told = [(str(fact), fact.since, fact.until, fact.support) for fact in store.facts(current=False)]
    assert told == [("apple, is in, table", 0, 3, 2), ("apple, is in, bag", 3, None, 1)]


def forgetting_the_teacher_leaves_the_fact_to_its_supporter(store: Store) -> None:
    teach(store, 1, ("oven", "is in", "kitchen"))
    teach(store, 2, ("oven", "is in", "kitchen"))
    forget(store, ["e1"])
    (fact,) = store.facts()
    assert (fact.asserted_by, fact.since, fact.support) == ("e2", 2, 1)
