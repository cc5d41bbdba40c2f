"""Which known facts a text ends, and what holds in their place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from graphmem.extraction.prose.duties import DUTIES, ends_task, task_of
from graphmem.extraction.prose.families import BEING, TRIP, family
from graphmem.extraction.prose.relations import Frame, frame, is_denial
from graphmem.extraction.prose.statements import NEW, Ending, Statement
from graphmem.extraction.prose.values import kind_of
from graphmem.language.plurals import other_number
from graphmem.language.wordlist import words
from graphmem.records import Triple, entity_key

Lemma = Callable[[str], str]

_OWNER = re.compile(r"^(?:my |[^']+'s? (?=\S))")
_OWNED = re.compile(r"(?:my|(\w[^']*)'s?) ")
_HAS_OF = re.compile(r"has (\w[\w -]*) (?:to|with|at|for|of)")
_DONE_BY = re.compile(r"is (\w+) by")
_HAS_WHEN = re.compile(r"has (\w[\w -]*) (on|at|in|for)")
_HOW = re.compile(r"is (\w+) (\w+)")
_DETAIL = re.compile(r"(\w+) (\w.*) (?:in|at|on|near|with|for|from|to)")
_OF_THE = re.compile(r"(\w+ \w+) the ([\w-]+) of")
_SORT = {"place": "name", "person": "name", "code": "amount", "state": "thing"}
_STATES = words(
    """love charge trouble holiday vacation leave bed hospital fire condition debt shape mood touch pain danger
    doubt control sale work school home time duty strike display tune luck team board committee staff list agenda
    payroll phone road diet way pension"""
)
_OPPOSITES = tuple(
    words(each)
    for each in """open closed shut|single married divorced widowed engaged|full empty|on off|vegetarian vegan
    employed unemployed retired|alive dead|available unavailable|online offline|locked unlocked|broken fixed repaired
    awake asleep|sick ill healthy|vacant occupied|pending approved rejected|free busy|clean dirty|enabled disabled
    active inactive""".replace("\n", "|").split("|")
)
_PARTNERS = words("girlfriend boyfriend partner wife husband fiancé fiancée")
_MEATS = words("meat beef pork chicken fish lamb")
_OF_ANIMALS = _MEATS | words("cheese eggs milk dairy honey")
_LASTING = words(
    """join start adopt move buy get marry become switch book subscribe begin hire sign enrol enroll settle"""
)
_NEVER_ENDED = (
    "used to", "left", "was born", "died", "replaced", "stopped", "quit", "moved from", "sold", "had ", "will ", "can ",
)  # fmt: skip


def ended(ending: Ending, triples: Sequence[Triple], lemma: Lemma, me: str) -> list[int]:
    """The indices of the triples that the ending ends; `me` is who says it."""
    found = [index for index, triple in enumerate(triples) if _ends(ending, _as_said(triple, ending, me), lemma)]
    if ending.reason == NEW and len(found) > 1:
        return []
    if ending.object and (ending.where or len(found) > 1):
        found = of_one(ending, found, triples)
    one = len({entity_key(triples[index].subject) for index in found}) < 2
    return found if one or not ending.subject else [it for it in found if _same(ending.subject, triples[it].subject)]


def of_one(ending: Ending, found: Sequence[int], triples: Sequence[Triple]) -> list[int]:
    """Of what may have ended that of one thing: of the house in Wells, where there is one in Bath, too.

    Where it is not said which, nothing; what was said of one of them without a place stays.
    """
    placed = [index for index in found if _DETAIL.fullmatch(triples[index].relation)]
    there = [index for index in placed if ending.where and _same(ending.where, triples[index].object)]
    alike = {triples[index].relation for index in there or placed}
    others = [index for index in placed if index not in there and triples[index].relation in alike]
    if ending.where:
        return there if others else list(found)
    return [] if len(alike) < len(others) else list(found)


def _as_said(triple: Triple, ending: Ending, me: str) -> Triple:
    """ "My rent is 900" as what is said of "the rent" by the same person."""
    if ending.subject == me and triple.subject.startswith(("my ", f"{me}'s ")) and triple.relation == ending.relation:
        return Triple(me, triple.relation, triple.object)  # "our captain" for the captain of "our team"
    mine = triple.subject == me and triple.relation.startswith("has ")
    if mine and ending.subject and (of := _HAS_WHEN.fullmatch(triple.relation)) and is_like(ending.subject, of[1]):
        return Triple(ending.subject, f"is {of[2]}", triple.object)
    if mine and ending.subject and f" {triple.relation}".endswith(f" {ending.subject}"):
        return Triple(ending.subject, "is", triple.object)
    return triple


def _ends(ending: Ending, triple: Triple, lemma: Lemma) -> bool:
    task = task_of(triple)
    if task or ending.verbs == DUTIES:
        of_it = not ending.subject or _is_of(ending, triple.subject)
        return bool(task) and of_it and (ends_task(ending, task or "") or _is_of_trip(ending, triple, lemma))
    if is_denial(triple.relation):
        return False
    if ending.reason == NEW:
        return _is_old(ending, triple)
    if triple.relation.startswith("will be "):  # what is planned changes as what is
        triple = Triple(triple.subject, triple.relation.replace("will be", "is", 1), triple.object)
    if ending.verbs == TRIP:
        return _is_of_trip(ending, triple, lemma)
    if is_past(triple.relation) and ending.reason != "corrected" and frame(triple.relation, lemma).verb not in _LASTING:
        return False
    if (ending.object or ending.same_head) and any(_ends(ending, it, lemma) for it in _otherwise(triple)):
        return True
    if ending.among is not None and _head(triple.object)[-1:] != [*ending.among.intersection(_head(triple.object))]:
        return False
    if (ending.subject and not _is_of(ending, triple.subject)) or triple.relation.startswith(_NEVER_ENDED):
        return False
    said = frame(triple.relation, lemma)
    if ending.reason in {"quit", "stopped"} and ending.object == f"{said.verb.removesuffix('e')}ing":
        return True  # "quit smoking" ends "smokes cigars"
    if ending.verbs is not None and not _is_by(ending.verbs, said, triple.relation):
        return False
    if ending.relation and ending.verbs is None and not _near(frame(ending.relation, lemma), said):
        return False
    if ending.object is not None:
        return is_like(ending.object, triple.object)
    if ending.other_than is None:
        of_kind = ending.kind is None or kind_of(triple.object) == ending.kind
        return of_kind and (ending.prepositions is None or said.preposition in ending.prepositions)
    return _is_rival(ending, said, triple)


def _is_old(ending: Ending, triple: Triple) -> bool:
    """Whether the triple is what a new one replaces: "my phone number" for "my new number", of values of one form."""
    new, old = ({*it.split()} for it in (ending.relation or "", triple.relation))
    one_form = _form(ending.other_than or "") == _form(triple.object)
    other = entity_key(ending.other_than or "") != triple.key[2] and _is_of(ending, triple.subject)
    return other and one_form and "has" in old and (new <= old or old <= new)


def _form(value: str) -> tuple[bool, bool, bool]:
    """What tells a mail address, a phone number in groups, a number as one and a code apart."""
    return "@" in value, any(map(str.isalpha, value)), " " in value or "-" in value


def _is_of_trip(ending: Ending, triple: Triple, lemma: Lemma) -> bool:
    """Whether one is to travel, or to stay somewhere: "is driving to", "will fly on", "flies on"; not "goes to"."""
    if ending.verbs != TRIP or not _is_of(ending, triple.subject):
        return False
    planned = triple.relation.startswith(("will ", "is ")) and lemma(triple.relation.split()[1]) in TRIP
    somewhere = "going" not in triple.relation or kind_of(triple.object) != "thing"
    return (planned and somewhere) or triple.relation.startswith(("flies ", "sails "))


def _otherwise(triple: Triple) -> Iterator[Triple]:
    """The triple said otherwise: (has, Netflix subscription) for (has subscription to, Netflix).

    What "my car" is, I have; what is owned by somebody, they own; who the club has as admin is the admin.
    """
    if triple.relation == "is" and (owned := _OWNED.match(triple.subject)):
        yield Triple(owned[1] or "I", "has", triple.object)
    if triple.relation.startswith("has "):
        yield Triple(triple.object, "is", triple.relation.removeprefix("has "))
    if of := _HAS_OF.fullmatch(triple.relation):
        yield Triple(triple.subject, "has", f"{triple.object} {of[1]}")
    if detail := _DETAIL.fullmatch(triple.relation):
        yield Triple(triple.subject, detail[1], detail[2])
    if triple.relation == "does":  # "smoking", which one quits, for (does, smoke)
        yield Triple(triple.subject, f"{triple.object}s", f"{triple.object.removesuffix('e')}ing")
    if by := _DONE_BY.fullmatch(triple.relation):
        yield Triple(triple.object, f"is {by[1]}", triple.subject)
    if of := _OF_THE.fullmatch(triple.relation):
        yield Triple(triple.subject, of[1], f"{of[2]} of {triple.object}")


def _is_by(verbs: frozenset[str], said: Frame, relation: str) -> bool:
    """Whether the relation is by one of the verbs; "is a student at" is by "be", "has CEO" by "have as"."""
    if said.verb in verbs or relation in verbs or ("have as" in verbs and relation.startswith("has ")):
        return True
    return "be" in verbs and relation.startswith("is ") and said.preposition in {"at", "of", "for", "in", "with"}


def _is_rival(ending: Ending, said: Frame, triple: Triple) -> bool:
    """Whether the triple gives another object of the same sort in the same way."""
    new = ending.other_than or ""
    if entity_key(new) == entity_key(triple.object):
        return False
    if ending.prepositions is not None and said.preposition not in ending.prepositions:
        return False
    last, other = _head(new), _head(triple.object)
    if ending.same_head:
        return last == other
    if said.verb == "be" and not said.preposition and _sort(ending.kind or "") not in {"amount", "time", "name"}:
        return last == other
    if _STATES & {*last, *other} and said.verb in {"be", "stay"}:
        return last == other or {*last, *other} <= {"team", "board", "committee", "staff"}
    wanted, has = _sort(ending.kind or "thing"), kind_of(triple.object)
    if said.preposition in {"at", "until", "till"} and {wanted, has} == {"time", "amount"}:
        has = wanted  # "at 9" and "at 9:30"
    alike = wanted == has or (said.preposition != "" and {wanted, has} <= {"thing", "name", "amount"})
    return alike and (said.verb != "be" or "time" not in {wanted, has} or wanted == has)


def _head(name: str) -> list[str]:
    """The word that says what it is: "cats" of "two cats", "python" of "Python 3.12"."""
    own = name.casefold().split(" of ")[0].split()
    return ([word for word in own if not word[0].isdigit()] or own)[-1:]


def _sort(kind: str) -> str:
    return _SORT.get(kind, kind)


def _near(one: Frame, other: Frame) -> bool:
    """Whether two relations say the same, by the verb or one near it in meaning."""
    if one.verb == other.verb:
        return True
    if one.verb in BEING and other.verb in BEING:
        return True
    return other.verb in family(one.verb)


def _same(one: str, other: str) -> bool:
    return entity_key(other) in _keys(one)


@lru_cache(maxsize=4096)
def _keys(name: str) -> frozenset[str]:
    """What a thing of that name, or many of it, is known by."""
    return frozenset(map(entity_key, (name, *other_number(name))))


def _is_of(ending: Ending, subject: str) -> bool:
    """Whether the ending is of this subject; what is off or moved is called by the end of its name: "the barbecue"."""
    name, known = entity_key(ending.subject), entity_key(subject)
    moved = ending.kind == "time" and ending.reason.endswith(" to")
    corrected = ending.reason == "corrected" and ending.object
    event = (moved or corrected or ending.reason == "cancelled") and (
        known.endswith(f" {name}") or known.startswith(f"{name} with ")
    )
    return event or _same(ending.subject, subject)


def is_past(relation: str) -> bool:
    """Whether the relation tells what once happened: "visited", "was in"; not "lives in", "can swim", "is on"."""
    first = relation.split()[0]
    return first not in {"are", "can"} and (not first.endswith("s") or first == "was")


def is_like(said: str, known: str) -> bool:
    """Whether what is said to be no more is the known thing, or a more general name for it.

    >>> is_like("tea", "green tea"), is_like("green tea", "tea"), is_like("Tuesday", "Tuesday at 9:00")
    (True, False, True)
    """
    said, known = (_OWNER.sub("", each) for each in (said, known))
    short, full = entity_key(said).split(), entity_key(known).split()
    starts, ends = full[: len(short)] == short, full[-len(short) :] == short
    return _same(said, known) or starts or ends or f" {' '.join(short)} of " in f" {' '.join(full)} "


def opposites(statement: Statement) -> Iterator[Ending]:
    """What "is closed" ends: "is open"."""
    adjective = _HOW.fullmatch(statement.relation)
    for states in _OPPOSITES if adjective else ():
        if adjective and adjective[1] in states:
            others = frozenset(f"is {it} {adjective[2]}" for it in states - {adjective[1]})
            yield Ending(statement.subject, f"is {adjective[1]}", others, statement.object)
    if {statement.object, statement.relation.removeprefix("has ")} & _PARTNERS or statement.slot in {
        "spouse",
        "fiancé",
    }:
        yield Ending(statement.subject, statement.relation, BEING, "single")
    if statement.relation.removeprefix("has ") in {"eats", "started eating"}:
        diets = ("vegan",) * (statement.object in _OF_ANIMALS) + ("vegetarian",) * (statement.object in _MEATS)
        yield from (Ending(statement.subject, statement.relation, BEING, diet) for diet in diets)
    if statement.relation.startswith("works "):
        yield Ending(statement.subject, statement.relation, BEING, "unemployed")
    if statement.relation not in {"is", "became", "has become"}:
        return
    if statement.object in {"divorced", "single", "widowed"}:
        yield Ending(statement.subject, f"is {statement.object}", frozenset({"marry"}))
    for states in _OPPOSITES:
        if statement.object.casefold() in states:
            for other in sorted(states - {statement.object.casefold()}):
                yield Ending(statement.subject, f"is {statement.object}", BEING, other)
