"""The seams: whoever satisfies one of these plugs in. `graphmem.testing` has a contract check for each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Literal, Protocol, TypeVar

from pydantic import BaseModel

from graphmem.records import (
    Around,
    Entity,
    Episode,
    Extraction,
    Fact,
    Forgotten,
    Learned,
    Lesson,
    Observation,
    Observed,
    Seeds,
    Stats,
    Triple,
    Vector,
)

Reply = TypeVar("Reply", bound=BaseModel)

Message = Mapping[str, str]
"""One message of a chat: {"role": "system" | "user" | "assistant", "content": ...}."""

Kind = Literal["fact", "episode"]

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


class Extractor(Protocol):
    """Observation -> triples, and which known facts they make outdated."""

    @property
    def name(self) -> str: ...

    @property
    def anchors(self) -> Sequence[str]:
        """Entities whose current facts it always wants to see, mentioned or not (such as the one who acts)."""

    def extract(self, observation: Observation, known: Sequence[Fact]) -> Extraction:
        """Read the observation, given the `known` current facts about entities it mentions, newest first.

        Raises `ExtractionError` when it could not be read.
        """


class LLM(Protocol):
    """A language model that replies in a given form."""

    def reply(self, messages: Sequence[Message], form: type[Reply], *, purpose: str) -> Reply:
        """The model's reply to `messages`, validated as `form`; `purpose` ("extract", "plan", "act") is for the bill.

        Raises a subclass of `LLMError`.
        """


class Store(Protocol):
    """The durable graph of one namespace. Every method takes or gives many records a call.

    `at` is a step: the graph is read as it stood after that step, and nothing later is seen, be it a fact, an entity or
    a supporter; None reads it as it stands now.
    """

    def append(self, episodes: Sequence[Episode]) -> list[Episode]:
        """Store episodes durably, pending, and give them back. A step of `NEXT` is one more than the last.

        One whose id or key is there already is given back as stored.
        """

    def observe(self, episode: Episode, names: Iterable[str], *, limit: int, also: Iterable[str] = ()) -> Observed:
        """Append one episode, and tell what is known of it, in one round trip.

        Gives the entities called any of `names`, and at most `limit` facts about them, newest first, that hold at the
        episode's step; and the entities called any of `also`, without facts.
        """

    def learn(self, lessons: Sequence[Lesson], *, embedder: str) -> list[Learned]:
        """Commit lessons in one transaction; the episodes are pending no more. Learning twice changes nothing.

        `embedder` names whose vectors the lessons carry: the first one claims the graph, another is refused with
        `EmbedderMismatch`.

        A triple that holds already gains a supporter. One with a slot retires what else holds that slot of its
        subject; if a later observation has filled the slot, it is recorded as retired by that one.
        """

    def fail(self, errors: Mapping[str, str]) -> None:
        """Note, by episode id, why extraction failed; the episodes stay pending."""

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
        """Where a search may start, in one round trip: what `entities`, `nearest` and `search` would give.

        Entities called any of `names`; for the rows of `vectors` together, and for `text`, at most `limit` facts that
        hold and `limit` episodes each.
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

    def nearest(
        self, kind: Kind, vectors: Vector, *, limit: int, at: int | None = None
    ) -> list[list[tuple[str, float]]]:
        """For each row of `vectors`: ids of the nearest facts that hold (or episodes), with cosine, best first."""

    def search(self, kind: Kind, query: str, *, limit: int, at: int | None = None) -> list[tuple[str, float]]:
        """Ids of facts that hold (or episodes) by full text, with a score, best first. Any text is a safe query."""

    def vectors(self, texts: Iterable[str]) -> dict[str, Vector]:
        """The stored vectors of those of `texts` that have one."""

    def texts(self) -> Iterator[str]:
        """Every text that has, or wants, a vector."""

    def embedder(self) -> str | None:
        """The name of the embedder whose vectors the graph holds; None before the first."""

    def replace_vectors(self, embedder: str, vectors: Mapping[str, Vector]) -> None:
        """Set the embedder's name and all vectors at once; a text left out has none."""

    def restore(
        self,
        entities: Sequence[Entity],
        episodes: Sequence[Episode],
        facts: Sequence[Fact],
        *,
        vectors: Mapping[str, Vector] | None = None,
        embedder: str | None = None,
    ) -> None:
        """Put records back exactly as given, in one transaction; those whose id is there already are left alone.

        `vectors` are those of their texts, by `embedder`. Raises `InputError` when the records contradict what the
        graph holds: another current value of a slot, the same fact or key under another id.
        """

    def renew(
        self,
        entities: Sequence[Entity],
        episodes: Sequence[Episode],
        facts: Sequence[Fact],
        *,
        vectors: Mapping[str, Vector] | None = None,
        embedder: str | None = None,
    ) -> None:
        """As `restore`, but records that are there already are brought to the given state: a copy is kept up so.

        Facts that no episode teaches any more by that, and entities that nothing names any more, go.
        """

    def merge(self, keep: str, gone: str, *, vectors: Mapping[str, Vector] | None = None) -> None:
        """Make two entities one: `gone` and its aliases become aliases of `keep`, which gets its facts and mentions.

        All is then as if both had been one all along: of facts that are the same one is left, with the support of
        both; a slot is filled by what was seen last. `vectors` are those of texts that are new by that. Raises
        `InputError` when either is not an entity, or both are one.
        """

    def unmerge(self, gone: str) -> None:
        """Undo the merge that took the name `gone`: what it joined is as it was, and what was learned since stays.

        What was learned since was said of the entity that was kept, unless it names the other by itself. Raises
        `InputError` when `gone` was not merged, or a later merge builds on that one.
        """

    def merges(self) -> list[tuple[str, str]]:
        """The merges that can be undone, oldest first: the name that was kept, and the one that went."""

    def forget(self, episode_ids: Iterable[str]) -> Forgotten:
        """Remove episodes, the facts that no other episode supports, and every trace of either.

        A fact that such an episode had retired holds again, unless its slot is filled. Merges stay, of entities that
        do; nothing that is kept to undo them tells of what was forgotten.
        """

    def stats(self, *, at: int | None = None) -> Stats:
        """The size of the graph."""

    def close(self) -> None: ...
