"""The seams: whoever satisfies one of these plugs in. `graphmem.testing` has a contract check for each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar, runtime_checkable

from graphmem.records import (
    Around,
    Change,
    Entity,
    Episode,
    Extraction,
    Fact,
    Known,
    Merge,
    Observation,
    Observed,
    Seeds,
    Stats,
    Triple,
    Vector,
    Wanted,
)

if TYPE_CHECKING:
    from pydantic import BaseModel

Reply = TypeVar("Reply", bound="BaseModel")
Result = TypeVar("Result")

Message = Mapping[str, Any]
"""One message of a chat: {"role": "system" | "user" | "assistant", "content": ...}.

The content is a text or, where images come with it, a list of parts in OpenAI's form: {"type": "text", "text": ...} and
{"type": "image_url", "image_url": {"url": "data:image/png;base64,..."}}.
"""

Kind = Literal["fact", "episode"]

Reranker = Callable[[str, Sequence[str]], Sequence[float]]
"""(question, texts) -> how well each text answers it, the higher the better."""

SlotOf = Callable[[Triple], str | None]
"""What a triple gives the one value of ("birthday"), or None when many such facts may hold at once."""


class Embedder(Protocol):
    """Text -> unit vectors."""

    @property
    def name(self) -> str:
        """Identity, with a hash of the model's file: vectors of two names are never compared."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    def embed(self, texts: Sequence[str]) -> Vector:
        """Unit vectors of shape (len(texts), dimension), float32, in the order of `texts`."""


@runtime_checkable
class QueryEmbedder(Embedder, Protocol):
    """An embedder that embeds a question otherwise than what may answer it, as bge, e5, nomic and arctic do.

    Its `embed` is for what is kept. Where an embedder has no `embed_queries`, `embed` is for questions, too.
    """

    def embed_queries(self, texts: Sequence[str]) -> Vector:
        """Unit vectors of questions, shape (len(texts), dimension), float32, in the order of `texts`."""


@runtime_checkable
class ImageEmbedder(Embedder, Protocol):
    """An embedder that embeds images, too, so that a question in words is near to an image of what it asks for."""

    def embed_images(self, images: Sequence[bytes]) -> Vector:
        """Unit vectors of shape (len(images), dimension), float32, in the order of `images`: files' bytes."""


SHOWN = 30
"""So many known facts, the first of them, an extractor shows a model at most."""


class Extractor(Protocol):
    """Observation -> triples, and which known facts they make outdated."""

    @property
    def name(self) -> str: ...

    @property
    def anchors(self) -> Sequence[str]:
        """Entities whose current facts it always wants to see, mentioned or not (such as the one who acts)."""

    def extract(self, observation: Observation, known: Sequence[Fact]) -> Extraction:
        """Read the observation, given the `known` current facts that bear on it, the best first.

        Raises `ExtractionError` when it could not be read.
        """


@runtime_checkable
class AheadReader(Extractor, Protocol):
    """An extractor that reads several observations in less time together than one by one."""

    def read_ahead(self, observations: Sequence[Observation]) -> None:
        """Read what `extract` is asked for next; what fails is told there."""


class LLM(Protocol):
    """A language model that replies in a given form."""

    def reply(self, messages: Sequence[Message], form: type[Reply], *, purpose: str) -> Reply:
        """The model's reply to `messages`, validated as `form`; `purpose` ("extract", "plan", "act") is for the bill.

        Raises a subclass of `LLMError`.
        """


Select = Callable[[Wanted], Known]
"""Asks, inside a write, what is known; may be asked again."""


class Store(Protocol):
    """The durable graph of one namespace. Every method takes or gives many records a call.

    `at` is a step: the graph is read as it stood after that step, and nothing later is seen, be it a fact, an entity or
    a supporter; None reads it as it stands now.
    """

    def observe(
        self,
        episode: Episode,
        names: Iterable[str],
        *,
        limit: int,
        also: Iterable[str] = (),
        images: Mapping[str, bytes] | None = None,
    ) -> Observed:
        """Store one episode durably, pending, and tell what is known of it, in one round trip.

        `images` are the bytes of its images, by hash; each is kept once. A step of `NEXT` is one more than the last.
        One whose id or key is there already is given back as stored. Gives the entities called any of `names`, and at
        most `limit` facts about them, newest first, that hold at the episode's step; the entities called any of `also`,
        without facts; and the few episodes just before it, which nobody needs with a `limit` of 0.
        """

    def write(self, decide: Callable[[Select], tuple[Change, Result]]) -> Result:
        """Carry out what `decide` decides, in one transaction: all of it or nothing; gives what else it gave.

        What it selects stays true until the transaction ends. It may be called more than once, where a transaction has
        to be tried again. Raises `EmbedderMismatch` when the change carries another embedder's vectors.
        """

    def episodes(
        self,
        *,
        ids: Iterable[str] | None = None,
        facts: Iterable[str] | None = None,
        pending: bool | None = None,
        at: int | None = None,
        newest: int | None = None,
    ) -> list[Episode]:
        """Episodes in order of step: with these ids, that taught any of these facts, pending or not, the newest n."""

    def facts(
        self,
        *,
        ids: Iterable[str] | None = None,
        entities: Iterable[str] | None = None,
        relations: Iterable[str] | None = None,
        current: bool = True,
        at: int | None = None,
    ) -> list[Fact]:
        """Facts in order of assertion: with these ids, about these entities, of these relations; retired too if asked.

        With `at`, "current" means at that step, and nothing later is seen.
        """

    def entities(self, names: Iterable[str] | None = None, *, at: int | None = None) -> list[Entity]:
        """Those of `names` (or aliases) that are entities of the graph; all entities when None."""

    def seeds(self, names: Iterable[str], vectors: Vector, text: str, *, limit: int, at: int | None = None) -> Seeds:
        """Where a search may start, in one round trip.

        Entities called any of `names`; for the rows of `vectors` together, and for `text` by full text, at most `limit`
        facts that hold and `limit` episodes each. Any text is a safe query.
        """

    def around(
        self,
        entities: Iterable[str],
        of: Iterable[str] = (),
        *,
        facts: int,
        episodes: int,
        at: int | None = None,
    ) -> Around:
        """One hop, in one round trip, from entities and from the episodes with the ids `of`.

        For each entity called one of `entities` at most so many `facts` that hold and `episodes`, the newest, and as
        many of the facts with it as subject that were asserted and retired at one step; for each
        episode all entities that it mentions, at most so many facts that hold of those that it taught, and the
        episodes that came just before and just after it.
        """

    def outgoing(self, entities: Iterable[str], *, each: int, limit: int, at: int | None = None) -> list[Fact]:
        """Facts that hold with one of `entities` as subject, in one round trip.

        For each entity called one of these, of its newest `MOST_COUNTED` facts as subject at most `each` that say the
        same (that share a slot, or else a relation), the newest, and at most `limit` in all.
        """

    def nearest(
        self, kind: Kind, vectors: Vector, *, limit: int, at: int | None = None
    ) -> list[list[tuple[str, float]]]:
        """For each row of `vectors`: ids of the nearest facts that hold (or episodes), with cosine, best first."""

    def vectors(self, texts: Iterable[str]) -> dict[str, Vector]:
        """The stored vectors of those of `texts` that have one."""

    def images(self, hashes: Iterable[str]) -> dict[str, bytes]:
        """The bytes of those of these images that an episode has."""

    def embedder(self) -> str | None:
        """The name of the embedder whose vectors the graph holds; None before the first."""

    def merges(self) -> list[Merge]:
        """The merges that can be undone, oldest first."""

    def stats(self, *, at: int | None = None) -> Stats:
        """The size of the graph."""

    def close(self) -> None: ...
