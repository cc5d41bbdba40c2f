"""graphmem: an agent's memory as one graph of what it saw, what it knows, and which sighting taught it what.

>>> from graphmem import Memory
>>> memory = Memory(":memory:")
"""

from graphmem.errors import GraphmemError
from graphmem.memory import Memory
from graphmem.records import (
    Entity,
    Episode,
    Extraction,
    Fact,
    Image,
    Learned,
    Observation,
    Recollection,
    Stats,
    Triple,
)
from graphmem.view import View

__all__ = [
    "Entity",
    "Episode",
    "Extraction",
    "Fact",
    "GraphmemError",
    "Image",
    "Learned",
    "Memory",
    "Observation",
    "Recollection",
    "Stats",
    "Triple",
    "View",
]
