"""What is found by vectors and by words."""

from __future__ import annotations

import numpy as np

from graphmem.graph.copying import Records, replace_vectors, texts_of
from graphmem.graph.forgetting import forget
from graphmem.graph.learning import append, learn
from graphmem.passages import parts
from graphmem.protocols import Store
from graphmem.records import Entity, Episode, Lesson, Part, Seeds, Triple
from graphmem.testing.doubles import HashEmbedder, hash_vector
from graphmem.testing.store_contract.teaching import all_texts, matching, teach


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
    (hit,) = matching(store, "fact", "which APPLE?", limit=5)
    assert store.facts(ids=[hit[0]])[0].subject == "apple"
    assert [id_ for id_, _ in matching(store, "episode", "step", limit=5)] == ["e1"]
    assert matching(store, "episode", "step", limit=5, at=0) == []
    for query in ('"', "a OR (", "NEAR(x", "text:*", "", "';--", "AND NOT"):
        matching(store, "fact", query, limit=5)
        matching(store, "episode", query, limit=5)


def finds_words_of_scripts_without_spaces(store: Store) -> None:
    append(store, [Episode("e1", "李娜在华为工作。", 1), Episode("e2", "王伟喜欢喝绿茶。", 2)])
    assert [id_ for id_, _ in matching(store, "episode", "李娜在哪里", limit=5)] == ["e1"]


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


def keeps_vectors_by_text(store: Store) -> None:
    teach(store, 1, ("apple", "is in", "box"))
    text = Triple("apple", "is in", "box").text
    found = store.vectors([text, "unknown"])
    assert list(found) == [text]
    assert np.allclose(found[text], hash_vector(text), atol=0.01)  # a store may keep a byte a number
    assert {text, "text of step 1"} <= set(all_texts(store))


def replaces_all_vectors_at_once(store: Store) -> None:
    teach(store, 1, ("apple", "is in", "box"))
    text = Triple("apple", "is in", "box").text
    store.nearest("fact", hash_vector(text)[np.newaxis], limit=1)
    replace_vectors(store, "other", {text: np.array([1, 0, 0], np.float32)})
    assert store.embedder() == "other"
    assert store.vectors(["text of step 1"]) == {}
    assert len(store.nearest("fact", np.array([[1, 0, 0]], np.float32), limit=1)[0]) == 1
