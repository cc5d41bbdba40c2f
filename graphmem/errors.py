"""Every error that graphmem raises on purpose.

Each message names the thing and the mend.

    GraphmemError
    ├── InputError (ValueError)     an argument that cannot be used
    ├── StoreError                  the durable graph
    │   ├── NotAMemory              the file is something else, or damaged
    │   ├── SchemaTooNew            written by a newer graphmem
    │   ├── StoreBusy               another process is writing and did not finish in time
    │   ├── StoreUnwritable         the place cannot be written to
    │   ├── StoreUnreachable        the server does not answer, after all retries
    │   └── StoreRefused            the server does not let this user in
    ├── EmbedderError               text -> vectors
    │   ├── EmbedderMismatch        the graph holds the vectors of another embedder
    │   └── ModelUnavailable        a model file is missing, altered or out of reach
    ├── ExtractionError             an extractor could not read an observation
    ├── MissingExtra (ImportError)  a library that an extra of graphmem installs is not there
    └── LLMError                    a language model gave no usable reply
        ├── Unreachable             no answer from the endpoint, after all retries
        ├── RequestRefused          the endpoint will not serve this request: key, model, length
        ├── UselessReply            the model answered, and not what was asked
        │   ├── ReplyRefused        it declined to answer
        │   ├── EmptyReply          it said nothing
        │   ├── CutOff              the reply ended at its limit of tokens
        │   └── BadReply            the reply does not fit what was asked, repaired once in vain
        ├── BudgetSpent             the next call could exceed the budget
        └── NotRecorded             a replay met a request that its recording does not hold
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


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
    """The file or its folder cannot be written to, or the user may not write to the server."""


class StoreUnreachable(StoreError):
    """The server did not answer, after all retries."""


class StoreRefused(StoreError):
    """The server does not let this user in."""


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


class MissingExtra(GraphmemError, ImportError):
    """A library that an extra of graphmem installs is not there."""


@contextmanager
def extra(name: str) -> Iterator[None]:
    """Around imports: what is missing is told with the extra that installs it."""
    try:
        yield
    except ImportError as error:
        raise MissingExtra(f"{error}: pip install 'graphmem[{name}]'", name=error.name) from error


class LLMError(GraphmemError):
    """A language model gave no usable reply.

    `lasting` says whether it would be the same for any other request now: a wrong key, a spent budget.
    """

    lasting = False


class Unreachable(LLMError):
    """No answer from the endpoint, after all retries."""

    lasting = True


class RequestRefused(LLMError):
    """The endpoint will not serve this request: its key, its model or its length is wrong.

    `status` is the HTTP status, None when nothing was sent; `detail` is what the endpoint said.
    """

    def __init__(self, message: str, *, status: int | None = None, detail: str = "", lasting: bool = False) -> None:
        super().__init__(message)
        self.status = status
        self.detail = detail
        self.lasting = lasting


class UselessReply(LLMError):
    """The model answered, and not what was asked."""


class ReplyRefused(UselessReply):
    """The model declined to answer."""


class EmptyReply(UselessReply):
    """The model said nothing."""


class CutOff(UselessReply):
    """The reply ended at its limit of tokens."""


class BadReply(UselessReply):
    """The reply does not fit what was asked, and one repair did not help; `raw` is its text, clipped."""

    def __init__(self, message: str, *, raw: str = "") -> None:
        super().__init__(message)
        self.raw = raw


class BudgetSpent(LLMError):
    """The next call could exceed the budget."""

    lasting = True


class NotRecorded(LLMError):
    """A replay met a request that its recording does not hold."""
