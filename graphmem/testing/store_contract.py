"""What every `Store` keeps to: each check takes a fresh, empty store."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from graphmem.errors import EmbedderMismatch, InputError
from graphmem.graph.copying import Records, all_of, copy, replace_vectors, texts_of
from graphmem.graph.forgetting import forget
from graphmem.graph.learning import append, fail, learn
from graphmem.graph.merging import merge, unmerge
from graphmem.images import by_hash, image_of, vector_key
from graphmem.passages import parts
from graphmem.protocols import Kind, Store
from graphmem.records import (
    NEXT,
    Around,
    Entity,
    Episode,
    Fact,
    Learned,
    Lesson,
    Part,
    Seeds,
    Triple,
    step_of,
)
from graphmem.testing.doubles import HashEmbedder, hash_vector


def teach(
    store: Store, step: int, *triples: tuple[str, str, str], slot: str | None = None, **lesson: object
) -> Learned:
    """Append one episode at `step` and learn `triples` from it, each in `slot`."""
    episode = append(store, [Episode(f"e{step}", f"text of step {step}", step)])[0]
    facts = tuple(Triple(*triple) for triple in triples)
    texts = [episode.text, *(fact.text for fact in facts)]
    vectors = {text: hash_vector(text) for text in texts}
    made = Lesson(episode, facts, (slot,) * len(facts), vectors=vectors)
    return learn(store, [replace(made, **lesson)], embedder="hash")[0]  # type: ignore[arg-type]


@contextmanager
def _refused(kind: type[Exception], word: str = "") -> Iterator[None]:
    """What is done inside must raise that error, and the error name the word."""
    try:
        yield
    except kind as error:
        told = str(error)
    else:
        raise AssertionError(f"what cannot be was let in, where {kind.__name__} is due")
    assert word in told, f"the error does not name {word!r}: {told}"


def _matching(store: Store, kind: Kind, query: str, *, limit: int, at: int | None = None) -> list[tuple[str, float]]:
    """What full text alone finds."""
    seeds = store.seeds([], np.empty((0, HashEmbedder.dimension), np.float32), query, limit=limit, at=at)
    return list(seeds.matching_facts if kind == "fact" else seeds.matching_episodes)


def _texts(store: Store) -> set[str]:
    """All that has, or wants, a vector."""
    return set(texts_of(all_of(store), [fact for each in store.merges() for fact in each.before.facts]))


def _merged(store: Store) -> list[tuple[str, str]]:
    return [(each.keep, each.gone.name) for each in store.merges()]


def _told(facts: Sequence[Fact]) -> list[str]:
    return [str(fact) for fact in facts]


def keeps_an_episode_pending_until_it_is_learned(store: Store) -> None:
    (stored,) = append(store, [Episode("e1", "seen", 1, metadata={"a": [1, "é"]}, key="k")])
    assert stored.pending
    assert stored.metadata == {"a": [1, "é"]}
    assert store.episodes(pending=True) == [stored]
    learn(store, [Lesson(stored)], embedder="hash")
    assert store.episodes(pending=True) == []
    assert store.episodes(ids=["e1"])[0].text == "seen"


def gives_back_the_first_episode_of_a_key(store: Store) -> None:
    append(store, [Episode("e1", "first", 1, key="k")])
    assert append(store, [Episode("e2", "second", 2, key="k")])[0].id == "e1"
    assert len(store.episodes()) == 1


def notes_why_extraction_failed(store: Store) -> None:
    append(store, [Episode("e1", "seen", 1)])
    fail(store, {"e1": "the model is away"})
    (episode,) = store.episodes(pending=True)
    assert episode.error == "the model is away"


def asserts_a_new_fact(store: Store) -> None:
    learned = teach(store, 1, ("apple", "is in", "kitchen"))
    assert _told(learned.asserted) == ["apple, is in, kitchen"]
    assert learned.episode.facts == (learned.asserted[0].id,)
    (fact,) = store.facts()
    assert (fact.asserted_by, fact.since, fact.current, fact.support) == ("e1", 1, True, 1)


def supports_a_known_fact_however_it_is_spelled(store: Store) -> None:
    teach(store, 1, ("apple", "is in", "kitchen"))
    learned = teach(store, 2, ("The  Apple", "IS IN", "Kitchen"))
    assert not learned.asserted
    (fact,) = store.facts()
    assert (fact.support, fact.since) == (2, 1)
    assert [episode.id for episode in store.episodes(facts=[fact.id])] == ["e1", "e2"]


def retires_what_else_holds_the_slot(store: Store) -> None:
    teach(store, 1, ("apple", "is on", "table"), slot="place")
    learned = teach(store, 2, ("apple", "is in", "basket"), slot="place")
    assert _told(learned.retired) == ["apple, is on, table"]
    assert _told(store.facts()) == ["apple, is in, basket"]
    (old,) = [fact for fact in store.facts(current=False) if not fact.current]
    assert (old.retired_by, old.until) == ("e2", 2)


def retires_what_a_lesson_calls_outdated(store: Store) -> None:
    known = teach(store, 1, ("apple", "smells of", "rain")).asserted[0]
    learned = teach(store, 2, outdated=(known.id, "no such fact"))
    assert _told(learned.retired) == ["apple, smells of, rain"]
    assert store.facts() == []


def never_retires_by_a_fact_it_does_not_rival(store: Store) -> None:
    teach(store, 1, ("apple", "is on", "table"), ("pear", "is on", "table"), slot="place")
    teach(store, 2, ("apple", "is", "red"))
    teach(store, 3, ("pear", "is in", "box"), slot="place")
    assert sorted(_told(store.facts())) == ["apple, is on, table", "apple, is, red", "pear, is in, box"]


def knows_a_fact_again_after_its_retirement(store: Store) -> None:
    for step, place in enumerate(["table", "box", "table"]):
        teach(store, step, ("apple", "is in", place), slot="place")
    assert len(store.facts(current=False)) == 3
    assert _told(store.facts()) == ["apple, is in, table"]


def a_late_lesson_does_not_overrule_a_later_sighting(store: Store) -> None:
    teach(store, 5, ("apple", "is in", "box"), slot="place")
    teach(store, 3, ("apple", "is on", "table"), slot="place")
    assert _told(store.facts()) == ["apple, is in, box"]
    assert _told(store.facts(at=3)) == ["apple, is on, table"]
    assert _told(store.facts(at=5)) == ["apple, is in, box"]


def a_late_lesson_dates_a_fact_back(store: Store) -> None:
    teach(store, 5, ("oven", "is in", "kitchen"))
    teach(store, 3, ("oven", "is in", "kitchen"))
    (fact,) = store.facts()
    assert (fact.since, fact.asserted_by, fact.support) == (3, "e3", 2)


def learning_twice_changes_nothing(store: Store) -> None:
    teach(store, 1, ("apple", "is on", "table"), slot="place")
    first = teach(store, 2, ("apple", "is in", "box"), slot="place")
    before = store.facts(current=False)
    again = teach(store, 2, ("apple", "is in", "box"), slot="place")
    assert store.facts(current=False) == before
    assert (_told(again.asserted), _told(again.retired)) == (_told(first.asserted), _told(first.retired))


def refuses_the_vectors_of_another_embedder(store: Store) -> None:
    assert store.embedder() is None
    teach(store, 1, ("apple", "is in", "box"))
    assert store.embedder() == "hash"
    episode = append(store, [Episode("e2", "two", 2)])[0]
    with _refused(EmbedderMismatch):
        learn(store, [Lesson(episode)], embedder="other")
    assert store.episodes(pending=True) == [episode]


def reads_the_past(store: Store) -> None:
    for step, place in enumerate(["table", "box", "bag"]):
        teach(store, step, ("apple", "is in", place), slot="place")
    assert [_told(store.facts(at=step)) for step in range(3)] == [
        ["apple, is in, table"],
        ["apple, is in, box"],
        ["apple, is in, bag"],
    ]
    (past,) = store.facts(at=1)
    assert past.current, "at step 1 nobody knew that it would be retired"
    assert _told(store.facts(at=1, current=False)) == ["apple, is in, table", "apple, is in, box"]
    assert [episode.step for episode in store.episodes(at=1)] == [0, 1]
    assert [episode.step for episode in store.episodes(newest=2)] == [1, 2]


def selects_facts_by_entity_and_relation(store: Store) -> None:
    teach(store, 1, ("apple", "is in", "box"), ("box", "is in", "hall"), ("hall", "opens on", "yard"))
    assert _told(store.facts(entities=["The Box"])) == ["apple, is in, box", "box, is in, hall"]
    assert _told(store.facts(relations=["OPENS on"])) == ["hall, opens on, yard"]
    assert _told(store.facts(entities=["hall"], relations=["is in"])) == ["box, is in, hall"]
    assert store.facts(entities=[]) == []


def tells_what_is_known_of_an_observation(store: Store) -> None:
    for step in range(6):
        teach(store, step, (f"thing {step}", "is in", "hall"))
    seen = store.observe(Episode("e9", "nine", NEXT), ["the Hall", "nowhere"], limit=2)
    assert (seen.episode.step, seen.episode.pending) == (6, True)
    assert store.episodes(pending=True) == [seen.episode]
    assert seen.entities == (Entity("hall"),)
    assert _told(seen.known) == ["thing 5, is in, hall", "thing 4, is in, hall"]
    late = store.observe(Episode("e10", "late", 2), ["hall"], limit=1)
    assert _told(late.known) == ["thing 2, is in, hall"]
    again = store.observe(Episode("e9", "again", NEXT), [], limit=1)
    assert (again.episode, again.entities, again.known) == (seen.episode, (), ())
    assert [episode.id for episode in again.before[-5:]] == ["e2", "e10", "e3", "e4", "e5"]
    assert [episode.id for episode in late.before] == ["e0", "e1", "e2"]
    beside = store.observe(Episode("e9", "again", NEXT), ["thing 5"], limit=9, also=["nowhere", "the Hall"])
    assert {entity.name for entity in beside.entities} == {"thing 5", "hall"}
    assert _told(beside.known) == ["thing 5, is in, hall"]


def bounds_what_lies_around_newest_first(store: Store) -> None:
    for step in range(6):
        teach(store, step, (f"thing {step}", "is in", "hall"), mentions=(f"thing {step}", "hall"))
    around = store.around(["hall", "Thing 0", "nowhere"], facts=2, episodes=3)
    assert set(_told(around.facts)) == {"thing 5, is in, hall", "thing 4, is in, hall", "thing 0, is in, hall"}
    assert set(around.mentions) == {("hall", "e5"), ("hall", "e4"), ("hall", "e3"), ("thing 0", "e0")}
    assert around.degrees == {"hall": 12, "thing 0": 2}
    past = store.around(["hall"], facts=1, episodes=1, at=2)
    assert _told(past.facts) == ["thing 2, is in, hall"]
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
    assert _told(store.around([], ["e1"], facts=1, episodes=0, at=1).facts) == ["apple, is in, box"]


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


def gives_the_seeds_of_a_search(store: Store) -> None:
    teach(store, 1, ("apple", "is in", "table"), slot="place")
    teach(store, 2, ("apple", "is in", "box"), ("pear", "is in", "box"), slot="place", mentions=("apple",))
    query = np.stack([hash_vector(Triple("pear", "is in", "box").text), hash_vector("text of step 1")])
    seeds = store.seeds(["The Apple", "nobody"], query, "pear?", limit=2)
    facts = {fact.id: str(fact) for fact in seeds.facts}
    assert seeds.entities == (Entity("apple"),)
    assert facts[seeds.near_facts[0][0]] == "pear, is in, box"
    assert [facts[id_] for id_, _ in seeds.matching_facts] == ["pear, is in, box"]
    assert seeds.near_episodes[0][0] == "e1"
    assert "apple, is in, table" not in facts.values()
    assert [id_ for id_, _ in store.seeds([], query, "step", limit=5).matching_episodes] == ["e2", "e1"]
    assert store.seeds([], query, "", limit=5, at=0) == Seeds()


def knows_entities_by_name_and_alias(store: Store) -> None:
    copy(store, Records([Entity("Barack Obama", ("Obama",)), Entity("Hall")], [], []))
    assert store.entities(["the obama"]) == [Entity("Barack Obama", ("Obama",))]
    assert [entity.name for entity in store.entities()] == ["Barack Obama", "Hall"]
    assert store.entities(["nobody"]) == []


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


def finds_the_nearest_that_hold(store: Store) -> None:
    teach(store, 1, ("apple", "is in", "table"), slot="place")
    teach(store, 2, ("apple", "is in", "box"), ("pear", "is in", "box"), slot="place")
    old = Triple("apple", "is in", "table").text
    query = np.stack([hash_vector(old), hash_vector(Triple("pear", "is in", "box").text)])
    now = store.nearest("fact", query, limit=2)
    facts = {fact.id: str(fact) for fact in store.facts(current=False)}
    assert [len(row) for row in now] == [2, 2]
    assert facts[now[1][0][0]] == "pear, is in, box"
    assert abs(now[1][0][1] - 1) < 1e-5
    assert "apple, is in, table" not in {facts[id_] for row in now for id_, _ in row}
    assert facts[store.nearest("fact", query, limit=1, at=1)[0][0][0]] == "apple, is in, table"
    episodes = store.nearest("episode", hash_vector("text of step 2")[np.newaxis], limit=1)
    assert episodes[0][0][0] == "e2"
    assert store.nearest("episode", hash_vector("text of step 2")[np.newaxis], limit=5, at=0) == [[]]


def finds_words_and_takes_any_text_as_a_query(store: Store) -> None:
    teach(store, 1, ("apple", "is in", "kitchen"), ("pear", "is in", "hall"))
    (hit,) = _matching(store, "fact", "which APPLE?", limit=5)
    assert store.facts(ids=[hit[0]])[0].subject == "apple"
    assert [id_ for id_, _ in _matching(store, "episode", "step", limit=5)] == ["e1"]
    assert _matching(store, "episode", "step", limit=5, at=0) == []
    for query in ('"', "a OR (", "NEAR(x", "text:*", "", "';--", "AND NOT"):
        _matching(store, "fact", query, limit=5)
        _matching(store, "episode", query, limit=5)


def keeps_vectors_by_text(store: Store) -> None:
    teach(store, 1, ("apple", "is in", "box"))
    text = Triple("apple", "is in", "box").text
    found = store.vectors([text, "unknown"])
    assert list(found) == [text]
    assert np.allclose(found[text], hash_vector(text), atol=0.01)  # a store may keep a byte a number
    assert {text, "text of step 1"} <= set(_texts(store))


def replaces_all_vectors_at_once(store: Store) -> None:
    teach(store, 1, ("apple", "is in", "box"))
    text = Triple("apple", "is in", "box").text
    store.nearest("fact", hash_vector(text)[np.newaxis], limit=1)
    replace_vectors(store, "other", {text: np.array([1, 0, 0], np.float32)})
    assert store.embedder() == "other"
    assert store.vectors(["text of step 1"]) == {}
    assert len(store.nearest("fact", np.array([[1, 0, 0]], np.float32), limit=1)[0]) == 1


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
        with _refused(InputError):
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
    assert _matching(store, "fact", "secret", limit=5) == _matching(store, "fact", "pomme", limit=5) == []
    assert [hit[0] for hit in _matching(store, "fact", "apple", limit=5)] == [fact.id]
    assert {entity.name for entity in store.entities()} == {"apple", "box"}
    assert [episode.facts for episode in store.episodes(facts=[fact.id, gone.id])] == [(fact.id,), (fact.id,)]


def numbers_episodes_when_asked(store: Store) -> None:
    steps = [append(store, [Episode(f"e{n}", "seen", NEXT)])[0].step for n in range(2)]
    append(store, [Episode("e7", "later", 7)])
    assert [*steps, append(store, [Episode("e8", "seen", NEXT)])[0].step] == [0, 1, 8]


def a_late_lesson_does_not_end_what_was_seen_again_since(store: Store) -> None:
    for step in (1, 5):
        teach(store, step, ("apple", "is in", "box"), slot="place")
    teach(store, 3, ("apple", "is in", "bag"), slot="place")
    told = [(str(fact), fact.since, fact.until, fact.support) for fact in store.facts(current=False)]
    assert told == [("apple, is in, box", 1, 3, 1), ("apple, is in, bag", 3, 5, 1), ("apple, is in, box", 5, None, 1)]
    assert [episode.id for episode in store.episodes(facts=[store.facts()[0].id])] == ["e5"]


def forgets_without_a_trace(store: Store) -> None:
    teach(store, 1, ("apple", "is in", "box"), mentions=("apple", "box"))
    teach(store, 2, ("apple", "is in", "box"), ("secret", "is under", "mat"), mentions=("secret",))
    forgotten = forget(store, ["e2"])
    assert (forgotten.episodes, forgotten.facts, forgotten.entities) == (1, 1, 2)
    (fact,) = store.facts(current=False)
    assert (str(fact), fact.support) == ("apple, is in, box", 1)
    text = Triple("secret", "is under", "mat").text
    assert store.vectors([text, "text of step 2"]) == {}
    assert _matching(store, "fact", "secret", limit=5) == []
    assert _matching(store, "episode", "2", limit=5) == []
    assert len(store.nearest("fact", hash_vector(text)[np.newaxis], limit=5)[0]) == 1
    assert store.entities(["secret"]) == []


def what_a_forgotten_episode_retired_holds_again(store: Store) -> None:
    teach(store, 1, ("apple", "is on", "table"), slot="place")
    teach(store, 2, ("apple", "is in", "box"), slot="place")
    forget(store, ["e2"])
    assert _told(store.facts()) == ["apple, is on, table"]


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
    assert _matching(store, "fact", "pomme", limit=5) == []
    assert len(_matching(store, "fact", "apple", limit=5)) == 2
    assert {old, new} <= set(_texts(store))
    unmerge(store, "pomme")
    assert round(store.nearest("fact", hash_vector(old)[np.newaxis], limit=1)[0][0][1], 3) == 1
    assert [hit[0] for hit in _matching(store, "fact", "pomme", limit=5)] == [id_]


def _whole(store: Store) -> object:
    """All records, where the order of names and ids does not count."""
    episodes = [
        replace(it, facts=tuple(sorted(it.facts)), mentions=tuple(sorted(it.mentions))) for it in store.episodes()
    ]
    entities = {entity.name: set(entity.aliases) for entity in store.entities()}
    return episodes, set(store.facts(current=False)), entities


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
    assert (_told(learned.asserted), _told(learned.retired)) == (["apple, is in, hall"], ["apple, is in, box"])
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
        with _refused(InputError, word):
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
    assert _told(store.facts(current=False)) == ["apple, is in, box", "apple, is in, bag"]
    assert store.entities(["apple", "secret"]) == [Entity("apple", ("pomme",))]
    assert not [text for text in _texts(store) if "secret" in text or "carpet" in text]
    assert store.vectors(["pomme, is under, carpet", "secret, is under, mat"]) == {}
    assert _merged(store) == [("apple", "pomme")]
    unmerge(store, "pomme")
    assert _told(store.facts()) == ["apple, is in, box", "pomme, is in, bag"]
    assert len(store.vectors(["apple, is in, box", "pomme, is in, bag"])) == 2


def forgetting_whom_a_merge_kept_leaves_the_other(store: Store) -> None:
    teach(store, 1, ("secret", "is under", "mat"), mentions=("secret",))
    teach(store, 2, ("pear", "is in", "bag"), mentions=("pear",))
    merge(store, "secret", "pear")
    forget(store, ["e1"])
    assert _told(store.facts(current=False)) == ["pear, is in, bag"]
    assert {entity.name for entity in store.entities()} == {"pear", "bag"}
    assert _merged(store) == []


def numbers_what_comes_with_a_time_by_it(store: Store) -> None:
    noon = datetime(2024, 5, 3, 12, tzinfo=UTC)
    (seen,) = append(store, [Episode("e1", "seen", NEXT, time=noon)])
    assert seen.step == step_of(noon)
    assert append(store, [Episode("e2", "at once", NEXT, time=noon)])[0].step == step_of(noon) + 1
    assert append(store, [Episode("e3", "no time", NEXT)])[0].step == step_of(noon) + 2
    earlier = store.observe(Episode("e4", "told late", NEXT, time=datetime(2023, 1, 1, tzinfo=UTC)), [], limit=0)
    assert earlier.episode.step == step_of(datetime(2023, 1, 1, tzinfo=UTC))
    assert [episode.id for episode in store.episodes()] == ["e4", "e1", "e2", "e3"]


def keeps_who_said_it_and_why_a_fact_ended(store: Store) -> None:
    (episode,) = append(store, [Episode("e1", "said", 1, speaker="Ann")])
    assert (episode.speaker, store.episodes()[0].speaker) == ("Ann", "Ann")
    known = teach(store, 2, ("apple", "is in", "box"), slot="place").asserted[0]
    teach(store, 3, outdated=(known.id,), reasons={known.id: "no longer"})
    assert [(fact.until, fact.reason) for fact in store.facts(current=False)] == [(3, "no longer")]
    assert store.facts(at=2)[0].reason is None


def finds_a_long_episode_by_each_of_its_passages(store: Store) -> None:
    paragraphs = [f"Paragraph {word}. " + "It goes on and on. " * 40 for word in ("one", "two", "three")]
    long = Episode("long", "\n\n".join(paragraphs), 1)
    (_, short) = append(store, [long, Episode("short", "one line", 2)])
    passages = parts(long.text)
    vectors = {text: hash_vector(text) for text in texts_of(Records(episodes=[long, short]))}
    learn(store, [Lesson(long, vectors=vectors)], embedder="hash")
    near = store.seeds([], hash_vector(passages[-1].text)[np.newaxis], "", limit=2)
    assert near.near_episodes[0][0] == "long"
    assert abs(near.near_episodes[0][1] - 1) < 1e-4
    assert near.passages[0] == Part("long", passages[-1].start, passages[-1].end)
    matching = store.seeds([], np.empty((0, HashEmbedder.dimension), np.float32), "three", limit=2)
    assert [id_ for id_, _ in matching.matching_episodes] == ["long"]
    assert matching.passages == (Part("long", passages[-1].start, passages[-1].end),)
    forget(store, ["long"])
    assert store.vectors([passages[-1].text]) == {}
    assert store.seeds([], hash_vector(passages[-1].text)[np.newaxis], "three", limit=2).passages == ()


def finds_words_of_scripts_without_spaces(store: Store) -> None:
    append(store, [Episode("e1", "李娜在华为工作。", 1), Episode("e2", "王伟喜欢喝绿茶。", 2)])
    assert [id_ for id_, _ in _matching(store, "episode", "李娜在哪里", limit=5)] == ["e1"]


RED, BLUE = (b"\x89PNG\r\n\x1a\n" + colour for colour in (b"red", b"blue"))


def keeps_an_image_as_long_as_an_episode_has_it(store: Store) -> None:
    red, blue = map(image_of, (RED, BLUE))
    append(store, [Episode("e1", "one", 1, images=(red,))], by_hash([RED]))
    store.observe(Episode("e2", "", 2, images=(blue, red)), [], limit=0, images=by_hash([RED, BLUE]))
    assert [episode.images for episode in store.episodes()] == [(red,), (blue, red)]
    assert store.images([red.hash, blue.hash, "../secret"]) == by_hash([RED, BLUE])
    forget(store, ["e1"])
    assert store.images([red.hash]) == by_hash([RED])
    forget(store, ["e2"])
    assert store.images([red.hash, blue.hash]) == {}


def takes_no_episode_whose_image_is_missing(store: Store) -> None:
    with _refused(InputError):
        append(store, [Episode("e1", "one", 1, images=(image_of(RED),))])
    assert store.episodes() == []


def finds_an_episode_by_what_is_seen_in_its_image(store: Store) -> None:
    red = image_of(RED)
    episode, _ = append(
        store, [Episode("e1", "the yard", 1, images=(red,)), Episode("e2", "a pear", 2)], by_hash([RED])
    )
    seen = replace(episode, images=(replace(red, description="A bicycle at a gate."),))
    vectors = {"A bicycle at a gate.": hash_vector("gate"), vector_key(red): hash_vector("wheel")}
    learn(store, [Lesson(seen, vectors=vectors)], embedder="hash")
    assert store.episodes(ids=["e1"])[0].images == seen.images
    assert [id_ for id_, _ in _matching(store, "episode", "bicycle", limit=5)] == ["e1"]
    for text in ("gate", "wheel"):
        (id_, cosine), *_ = store.seeds([], hash_vector(text)[np.newaxis], "", limit=2).near_episodes
        assert (id_, round(cosine, 2)) == ("e1", 1)
    forget(store, ["e1"])
    assert _matching(store, "episode", "bicycle", limit=5) == []
    assert store.vectors(vectors) == {}


def counts_what_it_holds(store: Store) -> None:
    assert store.stats().last_step == -1
    teach(store, 1, ("apple", "is in", "table"), slot="place")
    teach(store, 2, ("apple", "is in", "box"), slot="place")
    append(store, [Episode("e3", "three", 3)])
    stats = store.stats()
    assert (stats.episodes, stats.pending, stats.entities) == (3, 1, 3)
    assert (stats.facts, stats.current_facts, stats.last_step) == (2, 1, 3)


STORE_CONTRACT: tuple[Callable[[Store], None], ...] = (
    keeps_an_episode_pending_until_it_is_learned,
    gives_back_the_first_episode_of_a_key,
    notes_why_extraction_failed,
    asserts_a_new_fact,
    supports_a_known_fact_however_it_is_spelled,
    retires_what_else_holds_the_slot,
    retires_what_a_lesson_calls_outdated,
    never_retires_by_a_fact_it_does_not_rival,
    knows_a_fact_again_after_its_retirement,
    a_late_lesson_does_not_overrule_a_later_sighting,
    a_late_lesson_dates_a_fact_back,
    a_late_lesson_does_not_end_what_was_seen_again_since,
    numbers_episodes_when_asked,
    learning_twice_changes_nothing,
    refuses_the_vectors_of_another_embedder,
    reads_the_past,
    selects_facts_by_entity_and_relation,
    tells_what_is_known_of_an_observation,
    bounds_what_lies_around_newest_first,
    tells_what_lies_around_episodes,
    tells_what_was_denied_at_once,
    gives_the_seeds_of_a_search,
    knows_entities_by_name_and_alias,
    leads_on_by_the_newest_of_each_relation,
    finds_the_nearest_that_hold,
    finds_words_and_takes_any_text_as_a_query,
    keeps_vectors_by_text,
    replaces_all_vectors_at_once,
    puts_records_back_as_they_were,
    refuses_records_that_contradict_it,
    renews_records_as_they_become,
    renewing_drops_what_is_taught_no_more,
    forgets_without_a_trace,
    what_a_forgotten_episode_retired_holds_again,
    forgetting_joins_what_it_had_parted,
    forgetting_the_teacher_leaves_the_fact_to_its_supporter,
    makes_two_entities_one,
    of_rivals_that_a_merge_brings_together_the_last_seen_holds,
    finds_merged_facts_under_the_name_they_have,
    parts_what_it_merged_as_it_was,
    keeps_what_was_learned_before_a_merge_is_undone,
    refuses_a_merge_that_cannot_be,
    forgets_without_a_trace_in_its_merges,
    forgetting_whom_a_merge_kept_leaves_the_other,
    numbers_what_comes_with_a_time_by_it,
    keeps_who_said_it_and_why_a_fact_ended,
    finds_a_long_episode_by_each_of_its_passages,
    finds_words_of_scripts_without_spaces,
    keeps_an_image_as_long_as_an_episode_has_it,
    takes_no_episode_whose_image_is_missing,
    finds_an_episode_by_what_is_seen_in_its_image,
    counts_what_it_holds,
)
