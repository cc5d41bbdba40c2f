"""What has been read of a text so far: statements in its order, less what it ends itself, and the known facts it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from graphmem.extraction.prose.people import one_name_each
from graphmem.extraction.prose.statements import Ending, Said, Statement
from graphmem.extraction.prose.updates import ended, opposites
from graphmem.records import Extraction, Fact, Triple, entity_key


class Reading:
    """Takes what is said, in order; `extraction` gives what it comes to beside the `known` facts."""

    def __init__(self, known: Sequence[Fact], lemma: Callable[[str], str]) -> None:
        self._facts = known
        self._known = [fact.triple for fact in known]
        self._lemma = lemma
        self._statements: list[Statement] = []
        self._reasons: dict[int, str] = {}

    def take(self, said: Iterable[Said]) -> None:
        for each in said:
            if isinstance(each, Ending):
                self._end(each)
            else:
                self._statements.append(each)
                for ending in opposites(each):
                    self._end(ending)

    def _end(self, ending: Ending) -> None:
        """Drop what the text itself said before, and note which known facts end; what goes on goes on anew."""
        gone = ended(ending, [it.triple for it in self._statements], self._lemma)
        known = ended(ending, self._known, self._lemma)
        over = [self._statements[index] for index in gone]
        self._statements = [it for index, it in enumerate(self._statements) if index not in gone]
        for index in known:
            self._reasons.setdefault(index, ending.reason)
            over.append(Statement(*_parts(self._known[index]), slot=self._facts[index].slot))
        if ending.anew:
            for it in over:
                if (it.relation.split()[0].endswith("s") and it.relation.split()[0] not in {"was", "has"}) or (
                    it.relation.startswith("has ") and ending.relation
                ):
                    self._statements.append(Statement(it.subject, it.relation, ending.anew, it.slot))

    def extraction(self, mentions: Iterable[str]) -> Extraction:
        names = [name for it in self._statements for name in (it.subject, it.object)]
        same = one_name_each([*names, *(given := list(mentions))])
        chosen: dict[object, tuple[Triple, str | None]] = {}
        for it in self._statements:
            triple = Triple(same.get(it.subject, it.subject), it.relation, same.get(it.object, it.object))
            if triple.key[0] != triple.key[2]:
                chosen.setdefault(triple.key, (triple, it.slot))
        told = {key for key in chosen}
        reasons = {index: why for index, why in self._reasons.items() if self._known[index].key not in told}
        named = {entity_key(same.get(name, name)): same.get(name, name) for name in given}
        return Extraction(
            tuple(triple for triple, _ in chosen.values()),
            tuple(sorted(reasons)),
            tuple(named.values()),
            tuple(slot for _, slot in chosen.values()),
            reasons,
        )


def _parts(triple: Triple) -> tuple[str, str, str]:
    return triple.subject, triple.relation, triple.object
