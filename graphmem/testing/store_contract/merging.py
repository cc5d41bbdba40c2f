"""Two entities made one, and parted again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from graphmem.errors import InputError
from graphmem.graph.copying import Records, copy
from graphmem.graph.forgetting import forget
from graphmem.graph.merging import merge, unmerge
from graphmem.protocols import Store
from graphmem.records import Entity, Triple
from graphmem.testing.doubles import hash_vector
from graphmem.testing.store_contract.teaching import all_texts, as_text, matching, refuses, teach


def _whole(store: Store) -> object:
    """All records, where the order of names and ids does not count."""
    episodes = [
        replace(it, facts=tuple(sorted(it.facts)), mentions=tuple(sorted(it.mentions))) for it in store.episodes()
    ]
    entities = {entity.name: set(entity.aliases) for entity in store.entities()}
    return episodes, set(store.facts(current=False)), entities


def _merged(store: Store) -> list[tuple[str, str]]:
    return [(each.keep, each.gone.name) for each in store.merges()]


def makes_two_entities_one(store: Store) -> None:
    copy(store, Records([Entity("Barack Obama", ("Barack",)), Entity("Obama", ("the president",))], [], []))
    teach(store, 1, ("Obama", "was born in", "Hawaii"), mentions=("Obama", "Hawaii"))
    teach(store, 2, ("Barack Obama", "was born in", "Hawaii"), mentions=("Barack Obama", "Hawaii"))
    teach(store, 3, ("Michelle", "knows", "Obama"), mentions=("Michelle", "Obama"))
    merge(store, "barack", "Obama")
    (entity,) = store.entities(["Obama", "the president"])
    assert entity.name == "Barack Obama"
    assert set(entity.aliases) == {"Barack", "Obama", "the president"}
    born, knows = store.facts(current=False)
    assert (str(born), born.since, born.asserted_by, born.support) == ("Barack Obama, was born in, Hawaii", 1, "e1", 2)
    assert str(knows) == "Michelle, knows, Barack Obama"
    assert [episode.facts for episode in store.episodes()] == [(born.id,), (born.id,), (knows.id,)]
    assert [episode.id for episode in store.episodes() if "Barack Obama" in episode.mentions] == ["e1", "e2", "e3"]
    assert _merged(store) == [("Barack Obama", "Obama")]


def of_rivals_that_a_merge_brings_together_the_last_seen_holds(store: Store) -> None:
    teach(store, 1, ("apple", "is on", "table"), slot="place")
    teach(store, 2, ("red apple", "is in", "box"), slot="place")
    teach(store, 3, ("apple", "is on", "table"), slot="place")
    merge(store, "apple", "red apple")
    told = [(str(fact), fact.since, fact.until, fact.support) for fact in store.facts(current=False)]
    assert told == [
        ("apple, is on, table", 1, 2, 1),
        ("apple, is in, box", 2, 3, 1),
        ("apple, is on, table", 3, None, 1),
    ]
    assert [fact.id for fact in store.facts()] == list(store.episodes(ids=["e3"])[0].facts)


def finds_merged_facts_under_the_name_they_have(store: Store) -> None:
    teach(store, 1, ("pomme", "is in", "box"), mentions=("pomme",))
    teach(store, 2, ("apple", "is", "red"), mentions=("apple",))
    old, new = Triple("pomme", "is in", "box").text, Triple("apple", "is in", "box").text
    store.nearest("fact", hash_vector(old)[np.newaxis], limit=1)
    merge(store, "apple", "pomme", vectors={new: hash_vector(new)})
    ((id_, cosine),) = store.nearest("fact", hash_vector(new)[np.newaxis], limit=1)[0]
    assert (str(store.facts(ids=[id_])[0]), round(cosine, 3)) == ("apple, is in, box", 1)
    assert matching(store, "fact", "pomme", limit=5) == []
    assert len(matching(store, "fact", "apple", limit=5)) == 2
    assert {old, new} <= set(all_texts(store))
    unmerge(store, "pomme")
    assert round(store.nearest("fact", hash_vector(old)[np.newaxis], limit=1)[0][0][1], 3) == 1
    assert [hit[0] for hit in matching(store, "fact", "pomme", limit=5)] == [id_]


def parts_what_it_merged_as_it_was(store: Store) -> None:
    copy(store, Records([Entity("apple", ("fruit",)), Entity("red apple", ("the red one",))], [], []))
    for step, name in enumerate(["apple", "red apple", "apple", "red apple"]):
        place = ("table", "box")[step // 2]
        triples = (name, "is in", place), (name, "is a", "fruit"), ("pear", "is beside", name)
        teach(store, 2 * step, *triples[:1], slot="place", mentions=(name,))
        teach(store, 2 * step + 1, *triples[1:], mentions=(name, "apple"))
    before = _whole(store)
    merge(store, "apple", "red apple")
    merge(store, "box", "pear")
    merge(store, "box", "apple")
    unmerge(store, "apple")
    unmerge(store, "pear")
    unmerge(store, "The Red Apple")
    assert _whole(store) == before
    assert _merged(store) == []


def keeps_what_was_learned_before_a_merge_is_undone(store: Store) -> None:
    teach(store, 1, ("apple", "is on", "table"), slot="place", mentions=("apple",))
    teach(store, 2, ("red apple", "is in", "box"), slot="place", mentions=("red apple",))
    merge(store, "apple", "red apple")
    learned = teach(store, 3, ("the red apple", "is in", "hall"), slot="place", mentions=("red apple",))
    assert (as_text(learned.asserted), as_text(learned.retired)) == (["apple, is in, hall"], ["apple, is in, box"])
    assert learned.episode.mentions == ("apple",)
    unmerge(store, "red apple")
    told = {str(fact): (fact.since, fact.until, fact.retired_by) for fact in store.facts(current=False)}
    assert told == {
        "apple, is on, table": (1, 3, "e3"),
        "red apple, is in, box": (2, None, None),
        "apple, is in, hall": (3, None, None),
    }


def refuses_a_merge_that_cannot_be(store: Store) -> None:
    teach(store, 1, ("apple", "is in", "box"), ("pear", "is in", "bag"))
    merge(store, "apple", "pear")
    merge(store, "bag", "apple")
    before = _whole(store)
    refused: tuple[tuple[Callable[..., object], tuple[str, ...], str], ...] = (
        (merge, ("bag", "nothing"), "nothing"),
        (merge, ("bag", "pear"), "one entity"),
        (merge, ("box", "box"), "one entity"),
        (unmerge, ("box",), "box"),
        (unmerge, ("pear",), "apple"),  # the later merge, to be undone first
    )
    for call, names, word in refused:
        with refuses(InputError, word):
            call(store, *names)
    assert _whole(store) == before


def forgets_without_a_trace_in_its_merges(store: Store) -> None:
    teach(store, 1, ("apple", "is in", "box"), slot="place", mentions=("apple", "box"))
    teach(store, 2, ("secret", "is under", "mat"), slot="place", mentions=("secret",))
    teach(store, 3, ("pomme", "is in", "bag"), slot="place", mentions=("pomme",))
    teach(store, 4, ("pomme", "is under", "carpet"), mentions=("pomme",))
    merge(store, "apple", "secret")
    merge(store, "apple", "pomme")
    forget(store, ["e2", "e4"])
    assert as_text(store.facts(current=False)) == ["apple, is in, box", "apple, is in, bag"]
    assert store.entities(["apple", "secret"]) == [Entity("apple", ("pomme",))]
    assert not [text for text in all_texts(store) if "secret" in text or "carpet" in text]
    assert store.vectors(["pomme, is under, carpet", "secret, is under, mat"]) == {}
    assert _merged(store) == [("apple", "pomme")]
    unmerge(store, "pomme")
    assert as_text(store.facts()) == ["apple, is in, box", "pomme, is in, bag"]
    assert len(store.vectors(["apple, is in, box", "pomme, is in, bag"])) == 2


def forgetting_whom_a_merge_kept_leaves_the_other(store: Store) -> None:
    teach(store, 1, ("secret", "is under", "mat"), mentions=("secret",))
    teach(store, 2, ("pear", "is in", "bag"), mentions=("pear",))
    merge(store, "secret", "pear")
    forget(store, ["e1"])
    assert as_text(store.facts(current=False)) == ["pear, is in, bag"]
    assert {entity.name for entity in store.entities()} == {"pear", "bag"}
    assert _merged(store) == []
