"""What a change does on a server beyond the contract: locks leave nothing, places are swapped, old records are read."""

import random
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from graphmem.errors import InputError
from graphmem.graph.copying import Records, copy
from graphmem.graph.forgetting import forget
from graphmem.graph.learning import append, learn
from graphmem.graph.merging import merge, unmerge
from graphmem.protocols import Select
from graphmem.records import NEXT, Change, Entity, Episode, Fact, Lesson, Merge, Sightings, Triple, Wanted, step_after
from graphmem.storage.neo4j import Neo4jStore
from graphmem.testing import teach
from tests.neo4j_server import Server

OLD_MERGE = """{"keep": "apple", "gone": {"name": "pomme", "aliases": []}, "mentions": ["e2"], "moved": ["e2"],
"before": {"facts": [{"id": "f2", "subject": "pomme", "relation": "is", "object": "red", "asserted_by": "e2",
"since": 2, "slot": null, "retired_by": null, "until": null, "support": 1}], "taught": [[2, "e2", "f2"]]},
"after": {"facts": [{"id": "f2", "subject": "apple", "relation": "is", "object": "red", "asserted_by": "e2",
"since": 2, "slot": null, "retired_by": null, "until": null, "support": 1}], "taught": [[2, "e2", "f2"]]}}"""
"""A record as it was written before facts had reasons."""


@pytest.fixture
def store(server: Server, namespace: str) -> Iterator[Neo4jStore]:
    made = Neo4jStore(server.uri, namespace)
    yield made
    made.close()


def _count(store: Neo4jStore, pattern: str) -> object:
    return store._read(f"MATCH {pattern} RETURN count(*) AS found")[0]["found"]


def test_a_subject_that_was_locked_and_then_not_told_of_is_no_entity(store: Neo4jStore) -> None:
    def decide(select: Select) -> tuple[Change, tuple[Entity, ...]]:
        select(Wanted(subjects=("ghost",)))
        return Change(), select(Wanted(names=("ghost",), subjects=("ghost",))).entities

    assert store.write(decide) == ()
    assert store.connection.read("MATCH (n:Entity {id: $id}) RETURN n", id=store._ids.entity("ghost")) == []


def test_two_facts_take_each_others_places_in_one_write(store: Neo4jStore) -> None:
    one, other = teach(store, 1, ("apple", "is in", "box"), ("pear", "is in", "bag"), slot="location").asserted
    swapped = replace(one, subject="pear", object="bag"), replace(other, subject="apple", object="box")
    store.write(lambda _: (Change(facts=swapped), None))
    assert {fact.id: str(fact) for fact in store.facts()} == {one.id: "pear, is in, bag", other.id: "apple, is in, box"}
    assert _count(store, "(:Entity {name: 'pear'})-[:FACT {namespace: $namespace}]->(:Entity {name: 'bag'})") == 1


def test_an_entity_called_otherwise_is_called_so_in_its_facts(store: Neo4jStore) -> None:
    teach(store, 1, ("the apple", "is in", "box"), mentions=("the apple",))
    store.write(lambda _: (Change(entities=(Entity("Apple", ("fruit",)),)), None))
    assert [str(fact) for fact in store.facts(entities=["fruit"])] == ["Apple, is in, box"]
    assert store.episodes()[0].mentions == ("Apple",)


def test_what_is_observed_is_numbered_by_its_time(store: Neo4jStore) -> None:
    noon = datetime(2024, 5, 3, 12, tzinfo=UTC)
    times = [
        noon,
        noon,
        None,
        noon - timedelta(milliseconds=900),
        noon - timedelta(seconds=5),
        noon + timedelta(days=1),
    ]
    last, steps = -1, []
    for number, time in enumerate(times):
        observed = store.observe(Episode(f"e{number}", "seen", NEXT, time=time), [], limit=0)
        steps.append((observed.episode.step, step_after(last, time)))
        last = max(last, observed.episode.step)
    assert [given for given, _ in steps] == [expected for _, expected in steps]


def test_many_records_come_in_one_write(store: Neo4jStore) -> None:
    count = 1500
    facts = [Fact(f"f{n}", f"thing {n}", "is in", f"room {n % 3}", f"e{n}", n, "location") for n in range(count)]
    episodes = [
        Episode(f"e{n}", f"seen {n}", n, pending=False, facts=(f"f{n}",), mentions=(f"thing {n}",))
        for n in range(count)
    ]
    copy(store, Records([], episodes, facts))
    assert (store.episodes(), store.facts()) == (episodes, facts)


def test_what_an_older_version_wrote_is_read_and_undone(store: Neo4jStore) -> None:
    teach(store, 1, ("apple", "is", "green"), mentions=("apple",))
    told = [Episode("e2", "two", 2, pending=False, facts=("f2",), mentions=("apple",))]
    copy(store, Records([], told, [Fact("f2", "apple", "is", "red", "e2", 2)]))
    store.connection.write(
        "CREATE (:Merge {namespace: $namespace, order: 1, record: $record})",
        namespace=store._ids.name,
        record=OLD_MERGE,
    )
    (found,) = store.merges()
    assert isinstance(found, Merge)
    assert isinstance(found.before, Sightings)
    assert found.before.facts[0].reason is None
    unmerge(store, "pomme")
    assert [str(fact) for fact in store.facts()] == ["apple, is, green", "pomme, is, red"]
    assert store.episodes(ids=["e2"])[0].mentions == ("pomme",)


def live(store: Neo4jStore, number: int) -> None:
    """Things move about, are found to be one, and are forgotten, as chance has it."""
    chance = random.Random(number)
    for turn in range(15):
        thing, other, step = chance.randrange(5), chance.randrange(5), chance.choice([NEXT, chance.randrange(20)])
        (episode,) = append(store, [Episode(f"e{number}.{turn}", f"{number} saw {turn}", step)])
        triples = tuple(Triple(f"thing {n}", "is in", f"room {turn % 3}") for n in {thing, other})
        slots = ("location",) * len(triples)
        learn(store, [Lesson(episode, triples, slots, mentions=tuple(t.subject for t in triples))], embedder="hash")
        if turn % 5 == 2:
            with suppress(InputError):
                merge(store, f"thing {thing}", f"thing {other}")
        if turn % 5 == 4:
            forget(store, [chance.choice(store.episodes()).id])


def test_what_many_decide_at_once_is_as_if_one_came_after_the_other(store: Neo4jStore) -> None:
    threads = [threading.Thread(target=live, args=(store, number)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    episodes, facts = {episode.id: episode for episode in store.episodes()}, store.facts(current=False)
    assert not [episode for episode in episodes.values() if episode.pending]
    assert Counter(id_ for it in episodes.values() for id_ in it.facts) == {fact.id: fact.support for fact in facts}
    assert all(episodes[fact.asserted_by].step == fact.since for fact in facts)
    assert all(fact.retired_by is None or episodes[fact.retired_by].step == fact.until for fact in facts)
    held = Counter(fact.triple.key[0] for fact in facts if fact.current)
    assert set(held.values()) <= {1}, "a thing is in one place"
    assert _count(store, "()-[:FACT {namespace: $namespace}]->()") == len(store.facts())
    names = Counter(name for entity in store.entities() for name in (entity.name, *entity.aliases))
    assert set(names.values()) == {1}
