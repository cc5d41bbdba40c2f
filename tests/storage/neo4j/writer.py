"""A process that remembers, and prints the number of each observation that is durable.

python -m tests.storage.neo4j.writer ADDRESS NAMESPACE NAME COUNT
"""

import sys

from graphmem import Memory, Triple
from graphmem.testing import HashEmbedder

PLACES = 5


def triples(number: int) -> list[tuple[str, str, str]]:
    """The same things for every writer: they move about, and are seen again."""
    things = [(f"thing {number * step % 7}", "is in", f"room {number % PLACES}") for step in (1, 2, 3)]
    return [*dict.fromkeys(things), ("player", "is in", f"room {number % PLACES}")]


def one_place(triple: Triple) -> str:
    """All that is said here is where a thing is: it is in one place."""
    return "location"


def write(address: str, namespace: str, name: str, count: int) -> None:
    with Memory(address, namespace=namespace, embedder=HashEmbedder(), slot_of=one_place) as memory:
        for number in range(count):
            memory.remember(f"{name} saw {number}", triples=triples(number), key=f"{name} {number}")
            print(number, flush=True)


if __name__ == "__main__":
    write(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
