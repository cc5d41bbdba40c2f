"""Clauses that are about a change: "moved to", "went up to", "replaced", "took over as"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from graphmem.extraction.prose.copula import role_in
from graphmem.extraction.prose.families import HOME, JOBS, ONE_AT_A_TIME
from graphmem.extraction.prose.nouns import name_of, phrases
from graphmem.extraction.prose.people import People, is_person
from graphmem.extraction.prose.relations import particled, verb_phrase
from graphmem.extraction.prose.slots import role_slot
from graphmem.extraction.prose.standing import Standing
from graphmem.extraction.prose.statements import NEW, Ending, Said, Statement
from graphmem.extraction.prose.values import kind, looks_like_time, time_preposition, word
from graphmem.language.wordlist import words

if TYPE_CHECKING:
    from spacy.tokens import Token

Named = tuple["Token", str]

_RELATIVE = re.compile(r"to(?:day|morrow|night)\b", re.IGNORECASE)

_RAISE = words(
    """raise rise go increase drop fall lower cut reduce change set update grow climb jump shrink bump decrease
    adjust rename upgrade downgrade"""
)
_MOVE = words("move extend prolong defer shift postpone reschedule rebook push bring delay relocate transfer slip")
_SHIFTED = words("back forward off")
_SWITCH = words("switch change migrate convert")
_APPOINT = words("appoint name elect make promote")
_FINDING = words("get start find land begin take")
_OFFICE = frozenset(
    {"take over", "start", "step down", "quit", "fire", "dismiss", "remove", "sack", "resign", "retire"}
)


def read(verb: Token, subjects: Sequence[Named], stands: Standing, people: People) -> Iterator[Said]:
    """A clause that is about a change, as what holds after it; nothing for any other clause."""
    lemma = verb.lemma_.lower()
    if stands != "stated" or verb.tag_ == "VB" or (not subjects and lemma not in _MOVE | _RAISE):
        return
    moves = lemma in _MOVE or (lemma in {"put", "set"} and any(it.lower_ in _SHIFTED for it in verb.children))
    to = _after(verb, "to") or (_after(verb, "until") if moves else None)
    if lemma == "get" and (spouse := _newly_wed(verb, people)):
        yield from (Statement(subject, "is married to", spouse, "spouse", "person") for _, subject in subjects)
    elif lemma in {"replace", "succeed"}:
        yield from _replaced(verb, subjects, people)
    elif lemma in _APPOINT and any(child.dep_ == "auxpass" for child in verb.children):
        yield from _appointed(verb, subjects, people)
    elif (as_what := _after(verb, "as")) and particled(verb) in _OFFICE:
        yield from _office(verb, as_what, subjects, people)
    elif lemma in _FINDING and (at := _at_new_job(verb)):
        yield from _hired(verb, at, subjects, people)
    elif lemma == "turn":
        yield from _aged(verb, subjects)
    elif to is not None and moves and (lemma in _MOVE or kind(to) == "time"):
        yield from _moved(verb, to, subjects, people)
    elif to is not None and lemma in _RAISE | _SWITCH:
        yield from _set(verb, to, subjects, people)


def _newly_wed(verb: Token, people: People) -> str | None:
    """Whom "I got married to Luis" names."""
    states = (child for child in verb.children if child.dep_ == "acomp" and child.lower_ == "married")
    return next((name_of(to, people) for state in states if (to := _after(state, "to")) is not None), None)


def _at_new_job(verb: Token) -> Token | None:
    """Of "got a new job at Acme" the firm."""
    jobs = (child for child in verb.children if child.dep_ == "dobj" and child.lower_ in JOBS)
    return next(
        (noun for job in jobs for head in (job, verb) for at, noun in phrases(head) if at in {"at", "with"}), None
    )


def _hired(verb: Token, at: Token, subjects: Sequence[Named], people: People) -> Iterator[Said]:
    """ "Ana started a new job at Acme": that is where she works, and no more where she worked."""
    where, reason = name_of(at, people), f"{verb.lower_} a job at"
    if not where:
        return
    for _, subject in subjects:
        yield Statement(subject, "works at", where, None, "name")
        yield Ending(subject, reason, frozenset({"work"}), other_than=where, kind="name", prepositions=words("at for"))


def _aged(verb: Token, subjects: Sequence[Named]) -> Iterator[Said]:
    """ "Dan turned 30"."""
    ages = [it.text for it in verb.doc[verb.i + 1 : verb.i + 2] if it.pos_ == "NUM" and it.dep_ != "nummod"]
    for _, subject in subjects if ages and verb.tag_ != "VBG" else ():
        yield Statement(subject, "is", ages[0], "age", "amount")


def _after(verb: Token, preposition: str) -> Token | None:
    """The noun after this preposition."""
    found = [noun for said, noun in phrases(verb) if said == preposition]
    if not found:
        found = [
            noun
            for child in verb.children
            if child.dep_ in {"dobj", "prt", "prep", "advmod"}
            for said, noun in phrases(child)
            if said == preposition
        ]
    return found[0] if found else None


def _targets(verb: Token, subjects: Sequence[Named], people: People) -> list[Named]:
    """What is changed: the object where there is one, else the subject."""
    objects = [child for child in verb.children if child.dep_ == "dobj"]
    if objects:
        return [(token, name) for token in objects if (name := name_of(token, people))]
    return list(subjects)


def _set(verb: Token, to: Token, subjects: Sequence[Named], people: People) -> Iterator[Said]:
    """ "The rent went up to 950", "they raised the rent to 950", "we switched from A to B"."""
    new, was = name_of(to, people), _after(verb, "from")
    lemma = verb.lemma_.lower()
    reason = f"{verb_phrase(verb) or verb.lower_} to"
    if not new or (
        lemma == "go"
        and not (was is not None and kind(to) == "amount")
        and not any(child.dep_ in {"prt", "advmod"} and child.lower_ in {"up", "down"} for child in verb.children)
    ):
        return
    old = name_of(was, people) if was is not None else None
    planned = verb.tag_ == "VBG"  # "is going up to": it is not yet
    for token, target in [] if planned else _targets(verb, subjects, people):
        itself = lemma in {"migrate", "convert", "switch", "upgrade", "downgrade"} and token.dep_ != "dobj"
        if lemma == "rename":
            yield Statement(target, "is called", new, "name", "name")
        elif is_person(token) or token.pos_ == "PRON" or itself:
            yield Statement(target, reason, new, None, kind(to))
            if old:
                yield Ending(target, reason, None, old, anew=new)
            elif lemma in {"upgrade", "downgrade", "switch", "change"}:  # "the free plan" for "the pro plan"
                yield Ending(target, reason, words("be have use run"), other_than=new, same_head=True, anew=new)
        elif kind(to) in {"amount", "time", "code", "name", "person", "place"}:
            yield from _has_become(token, target, new, kind(to), reason, people)
            if old:
                yield Ending(target, reason, None, old)


def _has_become(token: Token, target: str, new: str, what: str, reason: str, people: People) -> Iterator[Said]:
    if role := role_in(token, people):
        yield Statement(role[0], f"has {role[1]}", new, role_slot(role[1]), what)
        if what == "code":
            yield Ending(role[0], NEW, other_than=new, relation=f"has {role[1]}")
    elif what == "time":
        yield from _at_time(target, new, reason)
    else:
        yield Statement(target, "is", new, "value", what)
        yield Ending(
            target, reason, frozenset({"be", "cost"}), other_than=new, kind=what, prepositions=frozenset({"", "at"})
        )


def _at_time(target: str, new: str, reason: str) -> Iterator[Said]:
    near = "until" if reason.startswith(("extended", "prolonged")) else time_preposition(new)
    if not _RELATIVE.match(new):
        yield Statement(target, f"is {near}", new, None, "time")
    verbs = words("be start begin move happen schedule plan meet take leave depart arrive land sail close end")
    yield Ending(target, reason, verbs, other_than=new, kind="time")


def _moved(verb: Token, to: Token, subjects: Sequence[Named], people: People) -> Iterator[Said]:
    """ "The meeting moved to Friday", "Carla moved from Lisbon to Porto", "they moved the printer to the hall"."""
    new, was = name_of(to, people), _after(verb, "from")
    if not new:
        return
    old = name_of(was, people) if was is not None else None
    reason = "moved to" if verb.lemma_ in {"move", "shift", "relocate", "transfer"} else f"{verb.lower_} to"
    planned = verb.tag_ in {"VBG", "VBZ", "VBP"} and (phrase := verb_phrase(verb))
    for token, target in _targets(verb, subjects, people):
        if kind(to) == "time" or looks_like_time(new):
            yield from _at_time(target, new, reason)
        elif planned:  # "is moving to Rome": nobody is there yet
            yield Statement(target, f"{phrase} to", new, None, kind(to))
            return
        else:
            yield Statement(target, reason, new, None, kind(to))
            if old:
                yield Statement(target, f"{reason.removesuffix(' to')} from", old, None, "place")
            yield from _no_more_there(token, target, new, kind(to), reason)
        if old:
            yield Ending(target, reason, None, old)


def _no_more_there(token: Token, target: str, new: str, what: str, reason: str) -> Iterator[Ending]:
    """The end of where it was: of a person's home, or of the team they were in when it is another team."""
    who = is_person(token) or token.pos_ == "PRON"
    verbs = HOME if who else ONE_AT_A_TIME["be"] | HOME
    near = words("in to on at") if who else words("in to on at under behind inside beside near below above")
    yield Ending(target, reason, verbs, other_than=new, kind=what, prepositions=near, anew=new)
    if who and what != "place":
        within = words("be work")
        yield Ending(target, reason, within, other_than=new, kind="thing", same_head=True, anew=new)


def _replaced(verb: Token, subjects: Sequence[Named], people: People) -> Iterator[Said]:
    """ "Ana replaced Ben as CEO of Acme", "we replaced Slack with Teams"."""
    gone = [name for child in verb.children if child.dep_ == "dobj" and (name := name_of(child, people))]
    instead = _after(verb, "with")
    if gone and instead is not None and (new := name_of(instead, people)):
        for _, subject in subjects:
            yield Statement(subject, f"replaced {gone[0]} with", new, None, kind(instead))
            yield Ending("", "replaced", None, gone[0], anew=new)
        return
    as_what = _after(verb, "as")
    for _, subject in subjects:
        if gone and subject:
            yield Statement(subject, verb.lower_, gone[0])
        if gone and as_what is not None:
            if role := role_in(as_what, people):
                yield Statement(role[0], f"has {role[1]}", subject, role_slot(role[1]), "person")
            yield Ending("", "replaced", None, gone[0], relation=f"has {word(as_what)}", anew=subject)


def _appointed(verb: Token, subjects: Sequence[Named], people: People) -> Iterator[Said]:
    """ "Ana was appointed CEO of Acme"."""
    office = next(
        (child for child in verb.children if child.dep_ in {"oprd", "attr", "dobj"}),
        _after(verb, "as") or _after(verb, "to"),
    )
    if office is None:
        return
    role, name = role_in(office, people), name_of(office, people)
    beside = [*phrases(office), *phrases(verb)]
    where = next((name_of(noun, people) for said, noun in beside if said == "at" and kind(noun) != "time"), None)
    for _, subject in subjects:
        if verb.lemma_ == "promote" and name and not name.isupper():
            yield Statement(subject, "was promoted to", name)
            if where:
                yield Ending(subject, "promoted", frozenset({"be"}), where)
                yield Statement(subject, f"is {name} at", where, None, "name")
        elif role:
            yield Statement(role[0], f"has {role[1]}", subject, role_slot(role[1]), "person")


def _office(verb: Token, as_what: Token, subjects: Sequence[Named], people: People) -> Iterator[Said]:
    """ "Ana took over as CEO of Acme", "Ben stepped down as CEO of Acme"."""
    role = role_in(as_what, people)
    at = [noun for said, noun in phrases(verb) if said == "at" and noun.i > as_what.i]
    if role and at and (where := name_of(at[0], people)):  # "as head of sales at Orbit"
        role = (where, f"{role[1]} of {role[0]}")
    for _, subject in subjects:
        if particled(verb) in {"take over", "start"}:
            if role:
                yield Statement(role[0], f"has {role[1]}", subject, role_slot(role[1]), "person")
            else:
                yield Statement(subject, f"{verb_phrase(verb) or verb.lower_} as", word(as_what))
        else:
            name = name_of(as_what, people)
            if name:
                yield Statement(subject, f"{verb_phrase(verb) or verb.lower_} as", name)
            yield Ending("", f"{verb_phrase(verb) or verb.lower_} as", None, subject, relation=f"has {word(as_what)}")
