"""What bears on an observation, for the extractor that reads it: the known facts nearest to it, and like cases."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from graphmem.language.words import content
from graphmem.protocols import SHOWN, Store
from graphmem.records import Observed, Triple, Vector

NEAR_FACTS = 24
"""How many of the nearest known facts, by vector and by full text, are shown beside those of what is named."""
LIKE = 4
"""How many like cases are shown."""
_LOOKED_AT = 16


def with_near(store: Store, observed: Observed, vector: Vector) -> Observed:
    """With the facts nearest to what is observed, too: "the appointment" may be "dentist appointment".

    `vector` is that of the text, of shape (1, dimension).
    """
    text, step = observed.episode.text, observed.episode.step
    near = store.seeds((), vector, " ".join(content(text)), limit=NEAR_FACTS, at=step).facts
    return replace(observed, known=tuple(dict.fromkeys((*observed.known, *near))))


def nearest_first(store: Store, observed: Observed, vector: Vector) -> Observed:
    """With the known facts in another order where there are many: an extractor that shows a model a few shows these."""
    if len(observed.known) <= SHOWN:
        return observed
    vectors = store.vectors({fact.triple.text for fact in observed.known})
    far = np.zeros(vector.shape[1], vector.dtype)
    cosines = {fact.id: float(vectors.get(fact.triple.text, far) @ vector[0]) for fact in observed.known}
    return replace(observed, known=tuple(sorted(observed.known, key=lambda fact: -cosines[fact.id])))


def with_like(store: Store, observed: Observed, vector: Vector) -> Observed:
    """With the nearest other episodes that were read well: all that they taught still holds."""
    (hits,) = store.nearest("episode", vector, limit=_LOOKED_AT)
    found = {each.id: each for each in store.episodes(ids=[id_ for id_, _ in hits])}
    near = [found[id_] for id_, _ in hits if id_ in found and id_ != observed.episode.id]
    facts = {fact.id: fact for fact in store.facts(ids={id_ for each in near for id_ in each.facts}, current=False)}
    like: list[tuple[str, tuple[Triple, ...]]] = []
    for episode in near:
        taught = [facts[id_] for id_ in episode.facts if id_ in facts]
        if taught and not episode.pending and all(fact.current for fact in taught):
            like.append((episode.text, tuple(fact.triple for fact in taught)))
    return replace(observed, like=tuple(like[:LIKE]))
