"""What one text has taught so far: facts, things to retire, and what "it" and "here" mean."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from graphmem.extraction.textworld.names import Named, is_pronoun, read_name, read_names
from graphmem.extraction.textworld.slots import LOCATION, last_words, slot
from graphmem.extraction.textworld.transcript import Command
from graphmem.records import Extraction, Fact, Triple, entity_key

PLAYER = "player"
INVENTORY = "inventory"


class Scene:
    """Collects what a text teaches. `room` is where it plays, as far as is known."""

    def __init__(self, known: Sequence[Fact], command: Command | None, title: str | None) -> None:
        self.known = known
        self.command = command
        self.titled = title is not None
        self.room_before = _room_of_player(known)
        self.room = title or self.room_before
        self.last: str | None = _object_of(command)
        self._triples: list[Triple] = []
        self._outdated: set[int] = set()
        self._mentions: dict[str, str] = {}
        if self.last:
            self.mention(self.last)

    def fact(self, subject: str, relation: str, obj: str) -> None:
        """Assert a triple."""
        triple = Triple(subject, relation, obj)
        if all(part.strip() for part in (subject, relation, obj)):
            self._triples.append(triple)

    def has_stated(self, subject: str, relation: str, obj: str) -> bool:
        """Whether the text has stated this fact so far."""
        key = Triple(subject, relation, obj).key
        return any(triple.key == key for triple in self._triples)

    def mention(self, name: str) -> None:
        """Note that the text speaks of `name`."""
        self._mentions.setdefault(entity_key(name), name)

    def thing(self, text: str) -> str | None:
        """The name of the thing that `text` means ("it" is what was spoken of last); its states become facts."""
        if is_pronoun(text):
            return self.last
        named = read_name(text)
        if named and self.titled and text.strip().casefold().startswith("the "):
            named = Named(self._same_as(named.name), named.states)
        return self._met(named) if named else None

    def things(self, text: str) -> list[str]:
        """The names in a list; their states become facts."""
        return [self._met(named) for named in read_names(text)]

    def place(self, thing: str, relation: str, holder: str) -> None:
        """Assert where a thing is: a holder with something in it is not empty, nor is a thing in itself.

        "The cookbook is in the kitchen" adds nothing to "on the counter", if the text has the counter in the kitchen.
        """
        if entity_key(thing) == entity_key(holder):
            return
        if self._around_holder(thing) != entity_key(holder):
            self.fact(thing, relation, holder)
        self.mention(thing)
        self.mention(holder)
        self.retire(lambda fact: _is(fact, holder, "is", "empty"))

    def _around_holder(self, thing: str) -> str | None:
        """The key of what holds that which holds the thing, as far as the text has stated it."""
        holder = self._holder(entity_key(thing))
        return self._holder(holder) if holder else None

    def _holder(self, key: str) -> str | None:
        stated = (it.key[2] for it in reversed(self._triples) if it.key[0] == key and slot(it) == LOCATION)
        return next(stated, None)

    def here(self, thing: str) -> None:
        """Assert that a thing is in the room, when the room is known."""
        self.mention(thing)
        if self.room:
            self.place(thing, "is in", self.room)

    def seen_state(self, thing: str, state: str) -> None:
        """Assert a state that was seen, not made: what is known to be locked or unlocked also looks closed."""
        kept_by = ("locked", "unlocked")
        if state != "closed" or not any(_is(fact, thing, "is", it) for fact in self.known for it in kept_by):
            self.fact(thing, "is", state)

    def retire(self, untrue: Callable[[Fact], bool]) -> None:
        """Mark the known facts that are true no more."""
        self._outdated.update(index for index, fact in enumerate(self.known) if untrue(fact))

    def retire_place(self, thing: str) -> None:
        """A thing is gone: wherever it was, it is there no more."""
        key = entity_key(thing)
        self.retire(lambda fact: entity_key(fact.subject) == key and slot(fact.triple) == LOCATION)

    def retire_contents(self, holder: str, *, keep: Sequence[str] = ()) -> None:
        """Nothing but `keep` is in or on `holder`."""
        key, kept = entity_key(holder), {entity_key(name) for name in keep}

        def is_gone(fact: Fact) -> bool:
            subject, _, place = fact.triple.key
            return place == key and subject not in kept and slot(fact.triple) == LOCATION

        self.retire(is_gone)

    def finish(self) -> Extraction:
        """All of it, with the slots of its facts. A known fact that the text states again is not outdated."""
        triples = last_words(self._triples)
        stated = {triple.key for triple in triples}
        outdated = sorted(index for index in self._outdated if self.known[index].triple.key not in stated)
        return Extraction(triples, tuple(outdated), tuple(self._mentions.values()), tuple(map(slot, triples)))

    def _same_as(self, name: str) -> str:
        """What "the counter" means after "a shoddy counter", and what a chest is called when "the small chest" follows.

        TextWorld's grammar names a thing now with its adjective and now without.
        """
        key = entity_key(name)
        if key in self._mentions:
            return name
        longer = [full for full_key, full in self._mentions.items() if full_key.endswith(f" {key}")]
        if len(longer) == 1:
            return longer[0]
        if self.last and self.last != self.room and key.endswith(f" {entity_key(self.last)}"):
            self._rename(self.last, name)
        return name

    def _rename(self, old: str, new: str) -> None:
        key = entity_key(old)
        self._mentions.pop(key, None)
        self._triples = [
            Triple(*(new if entity_key(part) == key else part for part in (it.subject, it.relation, it.object)))
            for it in self._triples
        ]

    def _met(self, named: Named) -> str:
        self.last = named.name
        self.mention(named.name)
        for state in named.states:
            self.seen_state(named.name, state)
        return named.name


def _room_of_player(known: Sequence[Fact]) -> str | None:
    for fact in known:
        if fact.relation == "is in" and entity_key(fact.subject) == PLAYER and fact.current:
            return fact.object
    return None


def _object_of(command: Command | None) -> str | None:
    named = read_name(command.object) if command and command.object else None
    return named.name if named else None


def _is(fact: Fact, subject: str, relation: str, obj: str) -> bool:
    return (
        fact.relation == relation
        and entity_key(fact.subject) == entity_key(subject)
        and entity_key(fact.object) == entity_key(obj)
    )
