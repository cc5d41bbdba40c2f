"""What is known, now and in the past, of whom, and what lies around it."""

from __future__ import annotations

from graphmem.graph.copying import Records, copy
from graphmem.graph.learning import append, learn
from graphmem.protocols import Store
from graphmem.records import NEXT, Around, Entity, Episode, Lesson, Triple
from graphmem.testing.doubles import hash_vector
from graphmem.testing.store_contract.teaching import as_text, teach


def reads_the_past(store: Store) -> None:
    for step, place in enumerate(["table", "box", "bag"]):
        teach(store, step, ("apple", "is in", place), slot="place")
    assert [as_text(store.facts(at=step)) for step in range(3)] == [
        ["apple, is in, table"],
        ["apple, is in, box"],
        ["apple, is in, bag"],
    ]
    (past,) = store.facts(at=1)
    assert past.current, "at step 1 nobody knew that it would be retired"
    assert as_text(store.facts(at=1, current=False)) == ["apple, is in, table", "apple, is in, box"]
    assert [episode.step for episode in store.episodes(at=1)] == [0, 1]
    assert [episode.step for episode in store.episodes(newest=2)] == [1, 2]


def selects_facts_by_entity_and_relation(store: Store) -> None:
    teach(store, 1, ("apple", "is in", "box"), ("box", "is in", "hall"), ("hall", "opens on", "yard"))
    assert as_text(store.facts(entities=["The Box"])) == ["apple, is in, box", "box, is in, hall"]
    assert as_text(store.facts(relations=["OPENS on"])) == ["hall, opens on, yard"]
    assert as_text(store.facts(entities=["hall"], relations=["is in"])) == ["box, is in, hall"]
    assert store.facts(entities=[]) == []


def knows_entities_by_name_and_alias(store: Store) -> None:
    copy(store, Records([Entity("Barack Obama", ("Obama",)), Entity("Hall")], [], []))
    assert store.entities(["the obama"]) == [Entity("Barack Obama", ("Obama",))]
    assert [entity.name for entity in store.entities()] == ["Barack Obama", "Hall"]
    assert store.entities(["nobody"]) == []


def counts_what_it_holds(store: Store) -> None:
    assert store.stats().last_step == -1
    teach(store, 1, ("apple", "is in", "table"), slot="place")
    teach(store, 2, ("apple", "is in", "box"), slot="place")
    append(store, [Episode("e3", "three", 3)])
    stats = store.stats()
    assert (stats.episodes, stats.pending, stats.entities) == (3, 1, 3)
    assert (stats.facts, stats.current_facts, stats.last_step) == (2, 1, 3)


def tells_what_is_known_of_an_observation(store: Store) -> None:
    for step in range(6):
        teach(store, step, (f"thing {step}", "is in", "hall"))
    seen = store.observe(Episode("e9", "nine", NEXT), ["the Hall", "nowhere"], limit=2)
    assert (seen.episode.step, seen.episode.pending) == (6, True)
    assert store.episodes(pending=True) == [seen.episode]
    assert seen.entities == (Entity("hall"),)
    assert as_text(seen.known) == ["thing 5, is in, hall", "thing 4, is in, hall"]
    late = store.observe(Episode("e10", "late", 2), ["hall"], limit=1)
    assert as_text(late.known) == ["thing 2, is in, hall"]
    again = store.observe(Episode("e9", "again", NEXT), [], limit=1)
    assert (again.episode, again.entities, again.known) == (seen.episode, (), ())
    assert [episode.id for episode in again.before[-5:]] == ["e2", "e10", "e3", "e4", "e5"]
    assert [episode.id for episode in late.before] == ["e0", "e1", "e2"]
    beside = store.observe(Episode("e9", "again", NEXT), ["thing 5"], limit=9, also=["nowhere", "the Hall"])
    assert {entity.name for entity in beside.entities} == {"thing 5", "hall"}
    assert as_text(beside.known) == ["thing 5, is in, hall"]


def bounds_what_lies_around_newest_first(store: Store) -> None:
    for step in range(6):
        teach(store, step, (f"thing {step}", "is in", "hall"), mentions=(f"thing {step}", "hall"))
    around = store.around(["hall", "Thing 0", "nowhere"], facts=2, episodes=3)
    assert set(as_text(around.facts)) == {"thing 5, is in, hall", "thing 4, is in, hall", "thing 0, is in, hall"}
    assert set(around.mentions) == {("hall", "e5"), ("hall", "e4"), ("hall", "e3"), ("thing 0", "e0")}
    assert around.degrees == {"hall": 12, "thing 0": 2}
    past = store.around(["hall"], facts=1, episodes=1, at=2)
    assert as_text(past.facts) == ["thing 2, is in, hall"]
    assert past.mentions == (("hall", "e2"),)
    assert store.around(["nowhere"], facts=5, episodes=5) == Around()


def tells_what_lies_around_episodes(store: Store) -> None:
    teach(store, 1, ("apple", "is in", "box"), ("box", "is in", "hall"), slot="place", mentions=("apple", "box"))
    teach(store, 2, ("apple", "is in", "bag"), slot="place", mentions=("apple",))
    around = store.around([], ["e1", "e2", "none"], facts=9, episodes=9)
    ids = {str(fact): fact.id for fact in around.facts}
    assert set(ids) == {"box, is in, hall", "apple, is in, bag"}
    assert set(around.taught) == {("e1", ids["box, is in, hall"]), ("e2", ids["apple, is in, bag"])}
    assert set(around.mentions) == {("apple", "e1"), ("box", "e1"), ("apple", "e2")}
    assert around.follows == (("e1", "e2"),)
    append(store, [Episode("e0", "zero", 0), Episode("e3", "three", 3), Episode("e4", "four", 4)])
    assert set(store.around([], ["e2"], facts=0, episodes=0).follows) == {("e1", "e2"), ("e2", "e3")}
    assert store.around([], ["e2"], facts=0, episodes=0, at=2).follows == (("e1", "e2"),)
    assert as_text(store.around([], ["e1"], facts=1, episodes=0, at=1).facts) == ["apple, is in, box"]


def tells_what_was_denied_at_once(store: Store) -> None:
    teach(store, 1, ("door", "is", "shut"), ("key", "is in", "box"), slot="state", mentions=("door",))
    (other,) = append(store, [Episode("other", "no, it is open", 1)])
    denied = Triple("door", "is", "open")
    learn(store, [Lesson(other, (denied,), ("state",), vectors={denied.text: hash_vector("open")})], embedder="hash")
    teach(store, 2, ("key", "is in", "bag"), slot="state")
    around = store.around(["door", "key"], facts=9, episodes=0)
    assert [(str(fact), fact.retired_by) for fact in around.disputed] == [("door, is, shut", "other")]
    assert store.around(["shut"], facts=9, episodes=0).disputed == ()
    assert store.around(["door"], facts=9, episodes=0, at=0).disputed == ()


def leads_on_by_the_newest_of_each_relation(store: Store) -> None:
    teach(store, 1, ("ann", "lives in", "leeds"), slot="home")
    for step, friend in enumerate(("bob", "cid", "dan"), start=2):
        teach(store, step, ("ann", "knows", friend), (friend, "knows", "ann"))
    teach(store, 5, ("ann", "lives in", "york"), ("york", "is in", "england"), slot="home")

    def said(*, each: int, limit: int, at: int | None = None) -> set[str]:
        return {str(fact) for fact in store.outgoing(["Ann"], each=each, limit=limit, at=at)}

    assert said(each=1, limit=9) == {"ann, lives in, york", "ann, knows, dan"}
    assert said(each=2, limit=9) == {"ann, lives in, york", "ann, knows, dan", "ann, knows, cid"}
    assert said(each=2, limit=2) == {"ann, lives in, york", "ann, knows, dan"}
    assert said(each=1, limit=9, at=3) == {"ann, lives in, leeds", "ann, knows, cid"}
    assert len(store.outgoing(["ann", "york", "nobody"], each=9, limit=9)) == 5
