"""What has been read of a text so far, less what the text itself ends, and the known facts that it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from graphmem.extraction.prose.families import TRIP
from graphmem.extraction.prose.people import one_name_each
from graphmem.extraction.prose.statements import Ending, Said, Statement
from graphmem.extraction.prose.updates import ended, is_like, is_past, of_one, opposites
from graphmem.extraction.prose.values import kind_of
from graphmem.language.wordlist import words
from graphmem.records import Extraction, Fact, Triple, entity_key

_BESIDE = words("behind under beside near inside above below")
"""Words of a place that is not that of another thing: what stood behind the shed stands in the barn now."""

RECENT = 300
"""So many of the last statements of a text may be ended by the same text; what was known before, always."""


class Reading:
    """Takes what is said, in order; `extraction` gives what it comes to beside the `known` facts."""

    def __init__(self, known: Sequence[Fact], lemma: Callable[[str], str]) -> None:
        self._facts = known
        self._known = [fact.triple for fact in known]
        self._lemma = lemma
        self._statements: list[Statement] = []
        self._told: list[Triple] = []
        self._reasons: dict[int, str] = {}

    def take(self, said: Iterable[Said], me: str) -> None:
        """Take what `me` says."""
        for each in said:
            if isinstance(each, Ending):
                self._end(each, me)
            else:
                self._statements.append(each)
                self._told.append(each.triple)
                for ending in opposites(each):
                    self._end(ending, me)

    def in_place(self, said: list[Said], value: str, gone: str, before: Sequence[Statement]) -> list[Said]:
        """`said`, and what was said last, `before` or here, of another value of the kind (of `gone`), said of this one.

        That stands in the place of what is said of "it": "The plumber comes on Tuesday. Sorry, it's on Thursday."
        """
        kind, head = kind_of(value), value.split()[-1:]
        of_kind = [it for it in (*before, *self._statements) if kind_of(it.object) == kind]
        told = [it for it in of_kind if (is_like(gone, it.object) if gone else _is_of_unit(value, it.object))]
        alike = [it for it in told if it.object.split()[-1:] == head] or told
        if not alike:
            return said
        old = alike[-1]
        others = [it for it in said if isinstance(it, Ending) or it.object != value]
        over = Ending(old.subject, "corrected", None, old.object, relation=old.relation)
        return [*others, over, replace(old, object=value)]

    def _end(self, ending: Ending, me: str) -> None:
        """Drop what the text itself said before, and note which known facts end; what goes on goes on anew."""
        first = max(0, len(self._told) - RECENT)
        gone = [first + index for index in ended(ending, self._told[first:], self._lemma, me)]
        known = self._of_one_trip(ending, ended(ending, self._known, self._lemma, me))
        if not (gone or known):
            return
        over = [self._statements[index] for index in gone]
        self._statements = [it for index, it in enumerate(self._statements) if index not in gone]
        for index in known:
            self._reasons.setdefault(index, ending.reason)
            fact = self._facts[index]
            over.append(Statement(fact.subject, fact.relation, fact.object, fact.slot))
        self._statements = [_owned(it, over, ending) for it in self._statements]
        if ending.anew:
            goes_on = [it for it in over if _goes_on(it.relation, ending)]
            self._statements += [Statement(it.subject, it.relation, ending.anew, it.slot) for it in goes_on]
        self._told = [it.triple for it in self._statements]

    def _of_one_trip(self, ending: Ending, known: list[int]) -> list[int]:
        """Of what is planned that of one trip, as it was told together: that to the place, or the only one."""
        if ending.verbs != TRIP:
            return known
        told = {index: self._facts[index].asserted_by for index in known}
        there = {it for index, it in told.items() if is_like(ending.where or "", self._known[index].object)}
        trips = there if ending.where else set(told.values())
        of_trip = [index for index in known if told[index] in trips] if len(trips) == 1 else []
        return of_one(ending, of_trip, self._known)

    def extraction(self, mentions: Iterable[str]) -> Extraction:
        """All that was read; each person is called by one name."""
        given = list(mentions)
        same = one_name_each([*(name for it in self._statements for name in (it.subject, it.object)), *given])
        chosen: dict[tuple[str, str, str], tuple[Triple, str | None]] = {}
        for it in self._statements:
            triple = Triple(same.get(it.subject, it.subject), it.relation, same.get(it.object, it.object))
            if triple.key[0] != triple.key[2]:
                chosen.setdefault(triple.key, (triple, it.slot))
        reasons = {index: why for index, why in self._reasons.items() if self._known[index].key not in chosen}
        named = {entity_key(same.get(name, name)): same.get(name, name) for name in given}
        triples, slots = zip(*chosen.values(), strict=True) if chosen else ((), ())
        return Extraction(triples, tuple(sorted(reasons)), tuple(named.values()), slots, reasons)


def _is_of_unit(value: str, other: str) -> bool:
    """Whether both are counted in the same, as far as they say: "90" and "80 euros", not "20 degrees"."""
    counted = [each.split()[-1] for each in (value, other)]
    return kind_of(value) != "amount" or counted[0] == counted[1] or not all(it.isalpha() for it in counted)


def _owned(statement: Statement, over: Sequence[Statement], ending: Ending) -> Statement:
    """What has changed, said as it was: "my rent is 900", and then "the rent went up to 950"."""
    if (statement.subject, statement.relation, statement.object) != (ending.subject, "is", ending.other_than):
        return statement
    was = next((it for it in over if ending.subject and it.relation.endswith(f" {ending.subject}")), None)
    if was is None:
        return statement
    return Statement(was.subject, was.relation, statement.object, was.slot, statement.kind)


def _goes_on(relation: str, ending: Ending) -> bool:
    """Whether what ended of one object holds of another: "lives in" does, "moved to" happened once.

    What one has goes on where the other stands in its place for anybody.
    """
    if relation.startswith("has "):
        return not ending.subject
    placed = not relation.split()[0].startswith("is") or relation.split()[-1] not in _BESIDE
    return placed and not is_past(relation) and relation != "has"
