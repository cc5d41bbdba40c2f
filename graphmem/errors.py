"""Every error that graphmem raises on purpose. Each message names the thing and the mend.

GraphmemError
├── InputError (ValueError)     an argument that cannot be used
├── StoreError                  the durable graph
│   ├── NotAMemory              the file is something else, or damaged
│   ├── SchemaTooNew            written by a newer graphmem
│   ├── StoreBusy               another process is writing and did not finish in time
│   └── StoreUnwritable         the place cannot be written to
├── EmbedderError               text -> vectors
│   ├── EmbedderMismatch        the graph holds the vectors of another embedder
│   └── ModelUnavailable        a model file is missing, altered or out of reach
└── ExtractionError             an extractor could not read an observation
"""


class GraphmemError(Exception):
    """The root of all errors raised here."""


class InputError(GraphmemError, ValueError):
    """An argument that cannot be used."""


class StoreError(GraphmemError):
    """The durable graph could not do what was asked."""


class NotAMemory(StoreError):
    """The file is no graphmem memory, or is damaged."""


class SchemaTooNew(StoreError):
    """The memory was written by a newer graphmem than this one."""


class StoreBusy(StoreError):
    """Another process is writing and did not finish in time."""


class StoreUnwritable(StoreError):
    """The file or its folder cannot be written to."""


class EmbedderError(GraphmemError):
    """Text could not be turned into vectors."""


class EmbedderMismatch(EmbedderError):
    """The graph holds the vectors of another embedder: `held` is its name, `given` that of the one refused."""

    def __init__(self, held: str, given: str) -> None:
        super().__init__(
            f"this memory holds the vectors of the embedder {held}, not of {given}: "
            "open it with that embedder, or embed it anew with `graphmem re-embed`"
        )


class ModelUnavailable(EmbedderError):
    """A model's file is missing, altered or out of reach."""


class ExtractionError(GraphmemError):
    """An extractor could not read an observation."""
