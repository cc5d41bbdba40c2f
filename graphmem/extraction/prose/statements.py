"""What a clause comes to: a statement that holds, or the end of something that held."""

from __future__ import annotations

from dataclasses import dataclass

from graphmem.records import Triple


@dataclass(frozen=True, slots=True)
class Statement:
    """`subject` `relation` `object` holds; with a `slot`, it is the only one so. `kind` says what the object is."""

    subject: str
    relation: str
    object: str
    slot: str | None = None
    kind: str = "thing"

    @property
    def triple(self) -> Triple:
        return Triple(self.subject, self.relation, self.object)


NEW = "new"
"""The reason of what ends for a new one of it: "my phone number" for "my new number", if no other is like it."""


@dataclass(frozen=True, slots=True)
class Ending:
    """What was said of `subject` (of anybody when "") by one of `verbs`, or a relation like `relation`, holds no more.

    That of `object`, where given; or that of any other object than `other_than`, of its `kind`, and by one of
    `prepositions` where given, with `same_head` only if both are of one word ("team"); or whatever is so related, when
    neither is given. With `among`, only what is one of these ("flu"); with `where`, only that one of several which is
    there ("house in Wells"). With `anew`, what ended holds of that object from now on. `reason` says why, in a word
    or two.
    """

    subject: str
    reason: str
    verbs: frozenset[str] | None = None
    object: str | None = None
    other_than: str | None = None
    kind: str | None = None
    prepositions: frozenset[str] | None = None
    anew: str | None = None
    relation: str | None = None
    same_head: bool = False
    among: frozenset[str] | None = None
    where: str | None = None


Said = Statement | Ending
