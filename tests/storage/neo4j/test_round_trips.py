"""How often a memory asks its server, counted from what the driver says that it sends."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from graphmem import Memory
from graphmem.embedding import load_embedder
from graphmem.retrieval.weights import HOPS
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
