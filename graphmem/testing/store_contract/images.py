"""Images, kept as long as an episode has them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from graphmem.errors import InputError
from graphmem.graph.forgetting import forget
from graphmem.graph.learning import append, learn
from graphmem.images import by_hash, image_of, vector_key
from graphmem.protocols import Store
from graphmem.records import Episode, Lesson
from graphmem.testing.doubles import hash_vector
from graphmem.testing.store_contract.teaching import matching, refuses

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
    with refuses(InputError):
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
    assert [id_ for id_, _ in matching(store, "episode", "bicycle", limit=5)] == ["e1"]
    for text in ("gate", "wheel"):
        (id_, cosine), *_ = store.seeds([], hash_vector(text)[np.newaxis], "", limit=2).near_episodes
        assert (id_, round(cosine, 2)) == ("e1", 1)
    forget(store, ["e1"])
    assert matching(store, "episode", "bicycle", limit=5) == []
    assert store.vectors(vectors) == {}
