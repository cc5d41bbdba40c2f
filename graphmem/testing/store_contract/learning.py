"""What is stored, and what a lesson asserts, supports and retires."""

from __future__ import annotations

from datetime import UTC, datetime

from graphmem.errors import EmbedderMismatch
from graphmem.graph.learning import append, fail, learn
from graphmem.protocols import Store
from graphmem.records import NEXT, Episode, Lesson, step_of
from graphmem.testing.store_contract.teaching import as_text, refuses, teach


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


def numbers_episodes_when_asked(store: Store) -> None:
    steps = [append(store, [Episode(f"e{n}", "seen", NEXT)])[0].step for n in range(2)]
    append(store, [Episode("e7", "later", 7)])
    assert [*steps, append(store, [Episode("e8", "seen", NEXT)])[0].step] == [0, 1, 8]


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


def asserts_a_new_fact(store: Store) -> None:
    learned = teach(store, 1, ("apple", "is in", "kitchen"))
    assert as_text(learned.asserted) == ["apple, is in, kitchen"]
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
    assert as_text(learned.retired) == ["apple, is on, table"]
    assert as_text(store.facts()) == ["apple, is in, basket"]
    (old,) = [fact for fact in store.facts(current=False) if not fact.current]
    assert (old.retired_by, old.until) == ("e2", 2)


def retires_what_a_lesson_calls_outdated(store: Store) -> None:
    known = teach(store, 1, ("apple", "smells of", "rain")).asserted[0]
    learned = teach(store, 2, outdated=(known.id, "no such fact"))
    assert as_text(learned.retired) == ["apple, smells of, rain"]
    assert store.facts() == []


def never_retires_by_a_fact_it_does_not_rival(store: Store) -> None:
    teach(store, 1, ("apple", "is on", "table"), ("pear", "is on", "table"), slot="place")
    teach(store, 2, ("apple", "is", "red"))
    teach(store, 3, ("pear", "is in", "box"), slot="place")
    assert sorted(as_text(store.facts())) == ["apple, is on, table", "apple, is, red", "pear, is in, box"]


def knows_a_fact_again_after_its_retirement(store: Store) -> None:
    for step, place in enumerate(["table", "box", "table"]):
        teach(store, step, ("apple", "is in", place), slot="place")
    assert len(store.facts(current=False)) == 3
    assert as_text(store.facts()) == ["apple, is in, table"]


def a_late_lesson_does_not_overrule_a_later_sighting(store: Store) -> None:
    teach(store, 5, ("apple", "is in", "box"), slot="place")
    teach(store, 3, ("apple", "is on", "table"), slot="place")
    assert as_text(store.facts()) == ["apple, is in, box"]
    assert as_text(store.facts(at=3)) == ["apple, is on, table"]
    assert as_text(store.facts(at=5)) == ["apple, is in, box"]


def a_late_lesson_dates_a_fact_back(store: Store) -> None:
    teach(store, 5, ("oven", "is in", "kitchen"))
    teach(store, 3, ("oven", "is in", "kitchen"))
    (fact,) = store.facts()
    assert (fact.since, fact.asserted_by, fact.support) == (3, "e3", 2)


def a_late_lesson_does_not_end_what_was_seen_again_since(store: Store) -> None:
    for step in (1, 5):
        teach(store, step, ("apple", "is in", "box"), slot="place")
    teach(store, 3, ("apple", "is in", "bag"), slot="place")
    told = [(str(fact), fact.since, fact.until, fact.support) for fact in store.facts(current=False)]
    assert told == [("apple, is in, box", 1, 3, 1), ("apple, is in, bag", 3, 5, 1), ("apple, is in, box", 5, None, 1)]
    assert [episode.id for episode in store.episodes(facts=[store.facts()[0].id])] == ["e5"]


def learning_twice_changes_nothing(store: Store) -> None:
    teach(store, 1, ("apple", "is on", "table"), slot="place")
    first = teach(store, 2, ("apple", "is in", "box"), slot="place")
    before = store.facts(current=False)
    again = teach(store, 2, ("apple", "is in", "box"), slot="place")
    assert store.facts(current=False) == before
    assert (as_text(again.asserted), as_text(again.retired)) == (as_text(first.asserted), as_text(first.retired))


def refuses_the_vectors_of_another_embedder(store: Store) -> None:
    assert store.embedder() is None
    teach(store, 1, ("apple", "is in", "box"))
    assert store.embedder() == "hash"
    episode = append(store, [Episode("e2", "two", 2)])[0]
    with refuses(EmbedderMismatch):
        learn(store, [Lesson(episode)], embedder="other")
    assert store.episodes(pending=True) == [episode]
