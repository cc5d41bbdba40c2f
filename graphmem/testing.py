"""Doubles, and the contracts of the seams.

Run them over your own store, embedder or extractor:

    import pytest
    from graphmem.testing import STORE_CONTRACT

    @pytest.mark.parametrize("check", STORE_CONTRACT)
    def test_my_store_keeps_the_contract(check):
        check(MyStore())        # a fresh, empty one each time
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from graphmem.errors import EmbedderMismatch, ExtractionError, InputError
from graphmem.protocols import Embedder, Extractor, Store
from graphmem.records import (
    NEXT,
    Around,
    Entity,
    Episode,
    Extraction,
    Fact,
    Learned,
    Lesson,
    Observation,
    Observed,
    Seeds,
    Triple,
    Vector,
)


class HashEmbedder:
    """A unit vector for each text, the same in every process: no two texts are alike. Counts what it is asked."""

    name = "hash"
    dimension = 16

    def __init__(self) -> None:
        self.texts: list[str] = []

    def embed(self, texts: Sequence[str]) -> Vector:
        self.texts += texts
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        return np.stack([_hash_vector(text) for text in texts])


def _hash_vector(text: str) -> Vector:
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
    vector = np.frombuffer(digest, np.uint8).astype(np.float32) - 127.5
    return (vector / np.linalg.norm(vector)).astype(np.float32)


class ScriptedExtractor:
    """Gives the extraction written down for a text; a text without one fails. Keeps what it was shown as known."""

    name = "scripted"
    anchors: tuple[str, ...] = ()

    def __init__(self, script: Mapping[str, Extraction]) -> None:
        self.script = dict(script)
        self.known: list[Sequence[Fact]] = []

    def extract(self, observation: Observation, known: Sequence[Fact]) -> Extraction:
        self.known.append(known)
        if observation.text not in self.script:
            raise ExtractionError(f"nothing is scripted for {observation.text!r}")
        return self.script[observation.text]


def check_embedder(embedder: Embedder) -> None:
    """Raise AssertionError unless `embedder` keeps the `Embedder` contract."""
    texts = ["a red apple", "", "the kitchen is beside the hall", "日本語", "a red apple"]
    vectors = embedder.embed(texts)
    assert embedder.name, "an embedder needs a name"
    assert vectors.shape == (len(texts), embedder.dimension), f"shape {vectors.shape}"
    assert vectors.dtype == np.float32, f"dtype {vectors.dtype}"
    assert np.isfinite(vectors).all(), "a vector is not finite"
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4), "a vector is not of unit length"
    assert float(vectors[0] @ vectors[4]) > 0.999, "one text, two vectors"
    assert embedder.embed([]).shape == (0, embedder.dimension), "no text must give an empty batch"


def check_extractor(extractor: Extractor) -> None:
    """Raise AssertionError unless `extractor` keeps the `Extractor` contract."""
    known = [Fact("1", "apple", "is on", "table", asserted_by="e", since=0)]
    for text in ("You take the apple.", "", "!? \x00 日本語", "-= Kitchen =-\nYou are in a kitchen."):
        extraction = extractor.extract(Observation(text), known)
        for triple in extraction.triples:
            parts = (triple.subject, triple.relation, triple.object)
            assert all(part.strip() for part in parts), f"an empty part: {triple}"
        assert all(0 <= index < len(known) for index in extraction.outdated), "an index of a fact that was not shown"


# The store contract: each check takes a fresh, empty store.


def teach(
    store: Store, step: int, *triples: tuple[str, str, str], slot: str | None = None, **lesson: object
) -> Learned:
    """Append one episode at `step` and learn `triples` from it, each in `slot`."""
    episode = store.append([Episode(f"e{step}", f"text of step {step}", step)])[0]
    facts = tuple(Triple(*triple) for triple in triples)
    texts = [episode.text, *(fact.text for fact in facts)]
    vectors = {text: _hash_vector(text) for text in texts}
    made = Lesson(episode, facts, (slot,) * len(facts), vectors=vectors)
    return store.learn([replace(made, **lesson)], embedder="hash")[0]  # type: ignore[arg-type]


def _told(facts: Sequence[Fact]) -> list[str]:
    return [str(fact) for fact in facts]


def keeps_an_episode_pending_until_it_is_learned(store: Store) -> None:
    (stored,) = store.append([Episode("e1", "seen", 1, metadata={"a": [1, "é"]}, key="k")])
    assert stored.pending
    assert stored.metadata == {"a": [1, "é"]}
    assert store.episodes(pending=True) == [stored]
    store.learn([Lesson(stored)], embedder="hash")
    assert store.episodes(pending=True) == []
    assert store.episodes(ids=["e1"])[0].text == "seen"


def gives_back_the_first_episode_of_a_key(store: Store) -> None:
    store.append([Episode("e1", "first", 1, key="k")])
    assert store.append([Episode("e2", "second", 2, key="k")])[0].id == "e1"
    assert len(store.episodes()) == 1


def notes_why_extraction_failed(store: Store) -> None:
    store.append([Episode("e1", "seen", 1)])
    store.fail({"e1": "the model is away"})
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
    episode = store.append([Episode("e2", "two", 2)])[0]
    try:
        store.learn([Lesson(episode)], embedder="other")
    except EmbedderMismatch:
        assert store.episodes(pending=True) == [episode]
    else:
        raise AssertionError("another embedder was let in")


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
    assert store.observe(Episode("e9", "again", NEXT), [], limit=1) == Observed(seen.episode)
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
    store.append([Episode("e0", "zero", 0), Episode("e3", "three", 3), Episode("e4", "four", 4)])
    assert set(store.around([], ["e2"], facts=0, episodes=0).follows) == {("e1", "e2"), ("e2", "e3")}
    assert store.around([], ["e2"], facts=0, episodes=0, at=2).follows == (("e1", "e2"),)
    assert _told(store.around([], ["e1"], facts=1, episodes=0, at=1).facts) == ["apple, is in, box"]


def tells_what_was_denied_at_once(store: Store) -> None:
    teach(store, 1, ("door", "is", "shut"), ("key", "is in", "box"), slot="state", mentions=("door",))
    (other,) = store.append([Episode("other", "no, it is open", 1)])
    denied = Triple("door", "is", "open")
    store.learn([Lesson(other, (denied,), ("state",), vectors={denied.text: _hash_vector("open")})], embedder="hash")
    teach(store, 2, ("key", "is in", "bag"), slot="state")
    around = store.around(["door", "key"], facts=9, episodes=0)
    assert [(str(fact), fact.retired_by) for fact in around.disputed] == [("door, is, shut", "other")]
    assert store.around(["shut"], facts=9, episodes=0).disputed == ()
    assert store.around(["door"], facts=9, episodes=0, at=0).disputed == ()


def gives_the_seeds_of_a_search(store: Store) -> None:
    teach(store, 1, ("apple", "is in", "table"), slot="place")
    teach(store, 2, ("apple", "is in", "box"), ("pear", "is in", "box"), slot="place", mentions=("apple",))
    query = np.stack([_hash_vector(Triple("pear", "is in", "box").text), _hash_vector("text of step 1")])
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
    store.restore([Entity("Barack Obama", ("Obama",)), Entity("Hall")], [], [])
    assert store.entities(["the obama"]) == [Entity("Barack Obama", ("Obama",))]
    assert [entity.name for entity in store.entities()] == ["Barack Obama", "Hall"]
    assert store.entities(["nobody"]) == []


def finds_the_nearest_that_hold(store: Store) -> None:
    teach(store, 1, ("apple", "is in", "table"), slot="place")
    teach(store, 2, ("apple", "is in", "box"), ("pear", "is in", "box"), slot="place")
    old = Triple("apple", "is in", "table").text
    query = np.stack([_hash_vector(old), _hash_vector(Triple("pear", "is in", "box").text)])
    now = store.nearest("fact", query, limit=2)
    facts = {fact.id: str(fact) for fact in store.facts(current=False)}
    assert [len(row) for row in now] == [2, 2]
    assert facts[now[1][0][0]] == "pear, is in, box"
    assert abs(now[1][0][1] - 1) < 1e-5
    assert "apple, is in, table" not in {facts[id_] for row in now for id_, _ in row}
    assert facts[store.nearest("fact", query, limit=1, at=1)[0][0][0]] == "apple, is in, table"
    episodes = store.nearest("episode", _hash_vector("text of step 2")[np.newaxis], limit=1)
    assert episodes[0][0][0] == "e2"
    assert store.nearest("episode", _hash_vector("text of step 2")[np.newaxis], limit=5, at=0) == [[]]


def finds_words_and_takes_any_text_as_a_query(store: Store) -> None:
    teach(store, 1, ("apple", "is in", "kitchen"), ("pear", "is in", "hall"))
    (hit,) = store.search("fact", "which APPLE?", limit=5)
    assert store.facts(ids=[hit[0]])[0].subject == "apple"
    assert [id_ for id_, _ in store.search("episode", "step", limit=5)] == ["e1"]
    assert store.search("episode", "step", limit=5, at=0) == []
    for query in ('"', "a OR (", "NEAR(x", "text:*", "", "';--", "AND NOT"):
        store.search("fact", query, limit=5)
        store.search("episode", query, limit=5)


def keeps_vectors_by_text(store: Store) -> None:
    teach(store, 1, ("apple", "is in", "box"))
    text = Triple("apple", "is in", "box").text
    found = store.vectors([text, "unknown"])
    assert list(found) == [text]
    assert np.allclose(found[text], _hash_vector(text))
    assert {text, "text of step 1"} <= set(store.texts())


def replaces_all_vectors_at_once(store: Store) -> None:
    teach(store, 1, ("apple", "is in", "box"))
    text = Triple("apple", "is in", "box").text
    store.nearest("fact", _hash_vector(text)[np.newaxis], limit=1)
    store.replace_vectors("other", {text: np.array([1, 0, 0], np.float32)})
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
        store.restore(entities, episodes, facts)
        assert store.entities() == entities
        assert store.episodes() == episodes
        assert store.facts(current=False) == facts


def refuses_records_that_contradict_it(store: Store) -> None:
    teach(store, 1, ("apple", "is in", "box"), slot="place")
    store.append([Episode("e2", "two", 2, key="k")])
    before = store.episodes(), store.facts(current=False)
    seen = Episode("x1", "one", 1, pending=False, facts=("y1",))
    other = Fact("y1", "apple", "is in", "bag", "x1", 1, "place")
    same = Fact("y1", "apple", "is in", "box", "x1", 1)
    for episodes, facts in (([seen], [other]), ([seen], [same]), ([Episode("x2", "two", 2, key="k")], [])):
        try:
            store.restore([], episodes, facts)
        except InputError:
            assert (store.episodes(), store.facts(current=False)) == before
        else:
            raise AssertionError("a contradiction was let in")


def renews_records_as_they_become(store: Store) -> None:
    table = Fact("f1", "apple", "is on", "table", "e1", 1, "place")
    box = Fact("f2", "apple", "is in", "box", "e2", 2, "place")
    first = Episode("e1", "one", 1, pending=False, facts=("f1",), mentions=("apple", "table"))
    second = Episode("e2", "two", 2)
    store.renew([], [first, second], [table])
    assert (store.episodes(), store.facts(current=False)) == ([first, second], [table])
    second = replace(second, pending=False, facts=("f2",), mentions=("apple", "box"))
    table = replace(table, retired_by="e2", until=2)
    for _ in range(2):  # again changes nothing
        store.renew([Entity("apple", ("fruit",))], [second], [table, box], embedder="hash")
        assert (store.episodes(), store.facts(current=False)) == ([first, second], [table, box])
        assert store.entities(["fruit"]) == [Entity("apple", ("fruit",))]
        assert store.facts() == [box]
    assert store.embedder() == "hash"


def renewing_drops_what_is_taught_no_more(store: Store) -> None:
    teach(store, 1, ("pomme", "is in", "box"), mentions=("pomme", "box"))
    teach(store, 2, ("pomme", "is in", "box"), ("secret", "is under", "mat"), mentions=("secret",))
    (fact, gone) = store.facts()
    renamed = replace(fact, subject="apple")
    store.renew([], [replace(e, facts=(fact.id,), mentions=("apple",)) for e in store.episodes()], [renamed])
    assert store.facts(current=False) == [renamed]
    assert store.search("fact", "secret", limit=5) == store.search("fact", "pomme", limit=5) == []
    assert [hit[0] for hit in store.search("fact", "apple", limit=5)] == [fact.id]
    assert {entity.name for entity in store.entities()} == {"apple", "box"}
    assert [episode.facts for episode in store.episodes(facts=[fact.id, gone.id])] == [(fact.id,), (fact.id,)]


def numbers_episodes_when_asked(store: Store) -> None:
    steps = [store.append([Episode(f"e{n}", "seen", NEXT)])[0].step for n in range(2)]
    store.append([Episode("e7", "later", 7)])
    assert [*steps, store.append([Episode("e8", "seen", NEXT)])[0].step] == [0, 1, 8]


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
    forgotten = store.forget(["e2"])
    assert (forgotten.episodes, forgotten.facts, forgotten.entities) == (1, 1, 2)
    (fact,) = store.facts(current=False)
    assert (str(fact), fact.support) == ("apple, is in, box", 1)
    text = Triple("secret", "is under", "mat").text
    assert store.vectors([text, "text of step 2"]) == {}
    assert store.search("fact", "secret", limit=5) == []
    assert store.search("episode", "2", limit=5) == []
    assert len(store.nearest("fact", _hash_vector(text)[np.newaxis], limit=5)[0]) == 1
    assert store.entities(["secret"]) == []


def what_a_forgotten_episode_retired_holds_again(store: Store) -> None:
    teach(store, 1, ("apple", "is on", "table"), slot="place")
    teach(store, 2, ("apple", "is in", "box"), slot="place")
    store.forget(["e2"])
    assert _told(store.facts()) == ["apple, is on, table"]


def forgetting_joins_what_it_had_parted(store: Store) -> None:
    for step, place in enumerate(["table", "box", "table", "bag"]):
        teach(store, step, ("apple", "is in", place), slot="place")
    store.forget(["e1"])
    told = [(str(fact), fact.since, fact.until, fact.support) for fact in store.facts(current=False)]
    assert told == [("apple, is in, table", 0, 3, 2), ("apple, is in, bag", 3, None, 1)]


def forgetting_the_teacher_leaves_the_fact_to_its_supporter(store: Store) -> None:
    teach(store, 1, ("oven", "is in", "kitchen"))
    teach(store, 2, ("oven", "is in", "kitchen"))
    store.forget(["e1"])
    (fact,) = store.facts()
    assert (fact.asserted_by, fact.since, fact.support) == ("e2", 2, 1)


def makes_two_entities_one(store: Store) -> None:
    store.restore([Entity("Barack Obama", ("Barack",)), Entity("Obama", ("the president",))], [], [])
    teach(store, 1, ("Obama", "was born in", "Hawaii"), mentions=("Obama", "Hawaii"))
    teach(store, 2, ("Barack Obama", "was born in", "Hawaii"), mentions=("Barack Obama", "Hawaii"))
    teach(store, 3, ("Michelle", "knows", "Obama"), mentions=("Michelle", "Obama"))
    store.merge("barack", "Obama")
    (entity,) = store.entities(["Obama", "the president"])
    assert entity.name == "Barack Obama"
    assert set(entity.aliases) == {"Barack", "Obama", "the president"}
    born, knows = store.facts(current=False)
    assert (str(born), born.since, born.asserted_by, born.support) == ("Barack Obama, was born in, Hawaii", 1, "e1", 2)
    assert str(knows) == "Michelle, knows, Barack Obama"
    assert [episode.facts for episode in store.episodes()] == [(born.id,), (born.id,), (knows.id,)]
    assert [episode.id for episode in store.episodes() if "Barack Obama" in episode.mentions] == ["e1", "e2", "e3"]
    assert store.merges() == [("Barack Obama", "Obama")]


def of_rivals_that_a_merge_brings_together_the_last_seen_holds(store: Store) -> None:
    teach(store, 1, ("apple", "is on", "table"), slot="place")
    teach(store, 2, ("red apple", "is in", "box"), slot="place")
    teach(store, 3, ("apple", "is on", "table"), slot="place")
    store.merge("apple", "red apple")
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
    store.nearest("fact", _hash_vector(old)[np.newaxis], limit=1)
    store.merge("apple", "pomme", vectors={new: _hash_vector(new)})
    ((id_, cosine),) = store.nearest("fact", _hash_vector(new)[np.newaxis], limit=1)[0]
    assert (str(store.facts(ids=[id_])[0]), round(cosine, 3)) == ("apple, is in, box", 1)
    assert store.search("fact", "pomme", limit=5) == []
    assert len(store.search("fact", "apple", limit=5)) == 2
    assert {old, new} <= set(store.texts())
    store.unmerge("pomme")
    assert round(store.nearest("fact", _hash_vector(old)[np.newaxis], limit=1)[0][0][1], 3) == 1
    assert [hit[0] for hit in store.search("fact", "pomme", limit=5)] == [id_]


def _whole(store: Store) -> object:
    """All records, where the order of names and ids does not count."""
    episodes = [
        replace(it, facts=tuple(sorted(it.facts)), mentions=tuple(sorted(it.mentions))) for it in store.episodes()
    ]
    entities = {entity.name: set(entity.aliases) for entity in store.entities()}
    return episodes, set(store.facts(current=False)), entities


def parts_what_it_merged_as_it_was(store: Store) -> None:
    store.restore([Entity("apple", ("fruit",)), Entity("red apple", ("the red one",))], [], [])
    for step, name in enumerate(["apple", "red apple", "apple", "red apple"]):
        place = ("table", "box")[step // 2]
        triples = (name, "is in", place), (name, "is a", "fruit"), ("pear", "is beside", name)
        teach(store, 2 * step, *triples[:1], slot="place", mentions=(name,))
        teach(store, 2 * step + 1, *triples[1:], mentions=(name, "apple"))
    before = _whole(store)
    store.merge("apple", "red apple")
    store.merge("box", "pear")
    store.merge("box", "apple")
    store.unmerge("apple")
    store.unmerge("pear")
    store.unmerge("The Red Apple")
    assert _whole(store) == before
    assert store.merges() == []


def keeps_what_was_learned_before_a_merge_is_undone(store: Store) -> None:
    teach(store, 1, ("apple", "is on", "table"), slot="place", mentions=("apple",))
    teach(store, 2, ("red apple", "is in", "box"), slot="place", mentions=("red apple",))
    store.merge("apple", "red apple")
    learned = teach(store, 3, ("the red apple", "is in", "hall"), slot="place", mentions=("red apple",))
    assert (_told(learned.asserted), _told(learned.retired)) == (["apple, is in, hall"], ["apple, is in, box"])
    assert learned.episode.mentions == ("apple",)
    store.unmerge("red apple")
    told = {str(fact): (fact.since, fact.until, fact.retired_by) for fact in store.facts(current=False)}
    assert told == {
        "apple, is on, table": (1, 3, "e3"),
        "red apple, is in, box": (2, None, None),
        "apple, is in, hall": (3, None, None),
    }


def refuses_a_merge_that_cannot_be(store: Store) -> None:
    teach(store, 1, ("apple", "is in", "box"), ("pear", "is in", "bag"))
    store.merge("apple", "pear")
    store.merge("bag", "apple")
    before = _whole(store)
    refused: tuple[tuple[Callable[..., None], tuple[str, ...], str], ...] = (
        (store.merge, ("bag", "nothing"), "nothing"),
        (store.merge, ("bag", "pear"), "one entity"),
        (store.merge, ("box", "box"), "one entity"),
        (store.unmerge, ("box",), "box"),
        (store.unmerge, ("pear",), "apple"),  # the later merge, to be undone first
    )
    for call, names, word in refused:
        try:
            call(*names)
        except InputError as error:
            if word not in str(error):
                raise AssertionError(f"the error does not name {word!r}: {error}") from error
        else:
            raise AssertionError(f"{call.__name__}{names} was let in")
    assert _whole(store) == before


def forgets_without_a_trace_in_its_merges(store: Store) -> None:
    teach(store, 1, ("apple", "is in", "box"), slot="place", mentions=("apple", "box"))
    teach(store, 2, ("secret", "is under", "mat"), slot="place", mentions=("secret",))
    teach(store, 3, ("pomme", "is in", "bag"), slot="place", mentions=("pomme",))
    teach(store, 4, ("pomme", "is under", "carpet"), mentions=("pomme",))
    store.merge("apple", "secret")
    store.merge("apple", "pomme")
    store.forget(["e2", "e4"])
    assert _told(store.facts(current=False)) == ["apple, is in, box", "apple, is in, bag"]
    assert store.entities(["apple", "secret"]) == [Entity("apple", ("pomme",))]
    assert not [text for text in store.texts() if "secret" in text or "carpet" in text]
    assert store.vectors(["pomme, is under, carpet", "secret, is under, mat"]) == {}
    assert store.merges() == [("apple", "pomme")]
    store.unmerge("pomme")
    assert _told(store.facts()) == ["apple, is in, box", "pomme, is in, bag"]
    assert len(store.vectors(["apple, is in, box", "pomme, is in, bag"])) == 2


def forgetting_whom_a_merge_kept_leaves_the_other(store: Store) -> None:
    teach(store, 1, ("secret", "is under", "mat"), mentions=("secret",))
    teach(store, 2, ("pear", "is in", "bag"), mentions=("pear",))
    store.merge("secret", "pear")
    store.forget(["e1"])
    assert _told(store.facts(current=False)) == ["pear, is in, bag"]
    assert {entity.name for entity in store.entities()} == {"pear", "bag"}
    assert store.merges() == []


def counts_what_it_holds(store: Store) -> None:
    assert store.stats().last_step == -1
    teach(store, 1, ("apple", "is in", "table"), slot="place")
    teach(store, 2, ("apple", "is in", "box"), slot="place")
    store.append([Episode("e3", "three", 3)])
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
    counts_what_it_holds,
)
