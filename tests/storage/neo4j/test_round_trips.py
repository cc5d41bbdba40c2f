"""How often a memory asks its server, counted from what the driver says that it sends."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

from graphmem import Memory
from graphmem.embedding import load_embedder
from graphmem.graph.copying import replace_vectors
from graphmem.retrieval.weights import HOPS
from graphmem.storage import open_store
from graphmem.storage.neo4j.connection import _of_one_parameter
from tests.neo4j_server import Server


class Sent(logging.Handler):
    """The messages of Bolt that went to the server."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        _, sent, message = record.getMessage().partition("C: ")
        if sent:
            self.messages.append(message)

    def count(self, kind: str) -> int:
        return sum(message.startswith(kind) for message in self.messages)


@contextmanager
def listening() -> Iterator[Sent]:
    driver, sent = logging.getLogger("neo4j"), Sent()
    level = driver.level
    driver.addHandler(sent)
    driver.setLevel(logging.DEBUG)
    try:
        yield sent
    finally:
        driver.removeHandler(sent)
        driver.setLevel(level)


@pytest.fixture
def house(server: Server, namespace: str) -> Iterator[Memory]:
    with Memory(server.uri, namespace=namespace, embedder=load_embedder("lexical")) as memory:
        memory.remember("You are in the kitchen. A red apple is on the table. You see a closed box.")
        memory.remember("You pick up the red apple. You open the box.")
        yield memory


def test_remember_takes_four_statements_and_one_transaction_for_what_is_learned(house: Memory) -> None:
    """One of them asks what is known that is nearest, to be shown to the extractor."""
    with listening() as sent:
        learned = house.remember("A green pear is on the shelf. A red apple is in the box. Ann likes tea.")
    assert len(learned.asserted) >= 2
    assert sent.count("RUN") <= 4
    assert (sent.count("BEGIN"), sent.count("COMMIT")) == (1, 1)


def test_facts_of_ones_own_take_no_more(house: Memory) -> None:
    with listening() as sent:
        house.remember("a story", triples=[(f"thing {n}", "is in", f"room {n}") for n in range(20)], key="story")
    assert (sent.count("RUN"), sent.count("BEGIN")) == (3, 1)


def test_a_known_key_is_answered_without_writing_again(house: Memory) -> None:
    house.remember("a story", triples=[("apple", "is in", "box")], key="k")
    with listening() as sent:
        house.remember("a story", triples=[("apple", "is in", "box")], key="k")
    assert sent.count("RUN") <= 3
    assert house.stats().episodes == 3


@pytest.mark.parametrize("at", [None, 0])
def test_recall_takes_two_beside_its_hops(house: Memory, at: int | None) -> None:
    with listening() as sent:
        found = (house if at is None else house.at(at)).recall("where is the red apple?")
    assert found.facts
    assert sent.count("RUN") <= 2 + (1 + HOPS)
    assert sent.count("BEGIN") == 0


def test_a_vector_is_read_once(house: Memory) -> None:
    text = house.episodes()[0].text
    with listening() as sent:
        first, again = (house._store.vectors([text]) for _ in range(2))
    assert sent.count("RUN") == 1
    assert np.array_equal(first[text], again[text])


def test_vectors_that_another_replaced_are_read_anew(house: Memory, server: Server, namespace: str) -> None:
    text = house.episodes()[0].text
    old = house._store.vectors([text])[text]
    other = open_store(server.uri, namespace)
    replace_vectors(other, str(other.embedder()), {text: -old})
    other.close()
    house.recall("where is the red apple?")
    assert np.array_equal(house._store.vectors([text])[text], -old)


def test_what_was_forgotten_is_kept_nowhere(house: Memory) -> None:
    learned = house.remember("a story", triples=[("apple", "is in", "box")])
    assert "a story" in house._store.vectors(["a story"])
    house.forget(learned.episode)
    assert house._store.vectors(["a story"]) == {}


def test_what_is_asked_by_id_is_looked_up_one_by_one(house: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    """And not looked for among all that there is."""
    house.remember("a story", triples=[(f"thing {n}", "is in", f"room {n}") for n in range(200)])
    (episode, *_), (fact, *_) = house.episodes(), house.facts()
    connection, asked = house._store.connection, []  # type: ignore[attr-defined]
    monkeypatch.setattr(connection, "read", lambda statement, **values: asked.append((statement, values)) or [])
    house.episodes(ids=[episode.id])
    house.facts(ids=[fact.id])
    for statement, values in asked:
        done = connection._driver.execute_query(f"PROFILE {_of_one_parameter(statement)}", {"in": values})
        assert _hits(done.summary.profile) < 100


def _hits(plan: dict[str, Any]) -> int:
    """How often a plan, and what it is made of, touched the database."""
    return int(plan["args"].get("DbHits", 0)) + sum(map(_hits, plan.get("children", ())))


def test_what_was_told_is_not_read_again_until_somebody_writes(house: Memory) -> None:
    """Of the second question only its seeds are asked for, and whether the episodes are as they were."""
    for _ in range(2):
        first = house.recall("where is the red apple?")
    with listening() as sent:
        again = house.recall("where is the red apple?")
    assert again.facts == first.facts
    assert sent.count("RUN") == 2


def test_what_another_client_writes_is_seen_by_the_next_question(house: Memory, server: Server, namespace: str) -> None:
    for _ in range(2):
        house.recall("where is the red apple?")
    with Memory(server.uri, namespace=namespace, embedder=load_embedder("lexical")) as other:
        other.remember("a story", triples=[("red apple", "is of", "Ann")])
        assert "red apple, is of, Ann" in map(str, house.recall("whose is the red apple?").facts)
        episode = other.episodes()[-1]
        assert house._store.episodes(ids=[episode.id]) == [episode]
        other.forget(episode.id)
    assert house._store.episodes(ids=[episode.id]) == []
    assert "red apple, is of, Ann" not in map(str, house.recall("whose is the red apple?").facts)
