"""What a plain statement ends: by "now", by denying it, by a verb that ends things ("left", "sold", "divorced")."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from graphmem.extraction.prose.families import (
    AFFILIATION,
    ENDERS,
    ENDERS_ALONE,
    HOME,
    JOBS,
    ONE_AT_A_TIME,
    TRIP,
    family,
)
from graphmem.extraction.prose.nouns import phrases
from graphmem.extraction.prose.relations import PREPOSITIONS, particled, particles, third_person
from graphmem.extraction.prose.standing import SKILLS, Standing, stops
from graphmem.extraction.prose.statements import NEW, Ending, Said, Statement
from graphmem.extraction.prose.values import kind, kind_of, word
from graphmem.language.wordlist import words

if TYPE_CHECKING:
    from spacy.tokens import Token

_LIVING_WITH = frozenset(f"has {who}" for who in ("flatmate", "roommate", "housemate", "lodger", "tenant"))
_NOW = words("now currently nowadays presently meanwhile finally actually")
_NOW_TOO = ("these days", "from now on", "right now", "as of ")
_ALSO = words("also too again both additionally still already sometimes often occasionally well")
_PLACE = words("in on at under inside behind near beside above below")
_WHERE_ONLY = words("sleep stay train teach practise perform run")
_GROUPS = (words("at for"), _PLACE, *(frozenset({each}) for each in ("as", "to", "", "with")))
_OF_NOUN = words("cancel end")  # "our contract with Telco": no other contract
_GIVE_UP = frozenset({("give", "up"), ("give", "away"), ("throw", "away"), ("throw", "out")})
_GIVING = words("give hand lend pass return")
_RULING = words("own lead manage maintain head chair run coach organise organize")
_HABITS = SKILLS | words("smoke drink vape")
_TRIPS = words("trip holiday vacation flight journey tour cruise getaway travel travels drive crossing")
_MORE = words("dobj prep advcl xcomp ccomp prt oprd acomp agent auxpass npadvmod")
_UNQUALIFIED = words("again longer anymore more now currently actually either unfortunately sadly n't not since never")


def settled(verb: Token, statement: Statement, stands: Standing) -> Iterator[Said]:
    """The statement as it stands: told, with the end of what it replaces, or the end of what it denies."""
    if stands == "stated":
        yield statement
        yield from _replacing(verb, statement)
        yield from _ending_by(verb, statement)
    elif stands == "ended":
        yield statement
        yield _of_what_stopped(verb, statement)
    elif statement.relation.startswith("will") and not (verb.lemma_ == "be" and statement.kind == "time"):
        return
    elif (reason := _denial(verb)) and not _is_qualified(verb, statement):
        yield Ending(statement.subject, reason, None, statement.object, relation=statement.relation)
        if verb.lemma_ == "have" and " " not in statement.relation:
            yield Ending(statement.subject, reason, frozenset({f"has {statement.object}"}))


def habit(verb: Token, subject: str, stands: Standing) -> Iterator[Said]:
    """What one does or can do at all: "I don't smoke", "Leo can swim", "she stopped smoking", "she no longer works"."""
    if any(child.dep_ in _MORE for child in verb.children) or _is_qualified(verb):
        return
    described = verb.pos_ == "AUX" or any(child.dep_ in {"attr", "acomp"} for child in verb.children)
    if stands == "denied" and not described and (reason := _denial(verb)) in {"no longer", "not any more"}:
        yield Ending(subject, reason, frozenset({verb.lemma_}))
    if verb.lemma_ not in _HABITS:
        return
    helpers = {child.lower_ for child in verb.children if child.dep_ == "aux"}
    can = bool(helpers & {"can", "ca"})
    started = verb.dep_ == "xcomp" and (verb.head.lemma_ in {"start", "begin"} or stops(verb.head))
    if can or started or verb.tag_ in {"VBP", "VBZ"} or helpers & {"do", "does"}:
        statement = Statement(subject, "can" if can else "does", verb.lemma_)
        if stands == "ended":
            yield Ending(subject, verb.head.lower_, None, verb.lemma_, relation="does")
            yield Ending(subject, verb.head.lower_, frozenset({verb.lemma_}))
        else:
            yield from settled(verb, statement, stands)


def _of_what_stopped(verb: Token, statement: Statement) -> Ending:
    """The end of "drinks tea" by "stopped drinking tea"."""
    lemma = verb.lemma_.lower()
    said = f"{third_person(lemma)} {_last_preposition(statement.relation)}".strip()
    reason = statement.relation.split()[0]
    return Ending(statement.subject, reason, family(lemma), statement.object, relation=said)


def placed(statement: Statement) -> Iterator[Said]:
    """Where a thing was put is where it is: it is nowhere else."""
    yield statement
    yield replace(_other(statement, "put elsewhere", ONE_AT_A_TIME["be"]), kind="place", prepositions=_PLACE)


def corrected(statement: Statement, gone: str, reason: str) -> Ending:
    """The end of what the text puts right: "on Thursday, not Tuesday"."""
    return Ending(statement.subject, reason, None, gone, relation=statement.relation)


def _replacing(verb: Token, statement: Statement) -> Iterator[Ending]:
    """ "works at Acme now" ends "works at" any other."""
    reason, first = news(verb), statement.relation.split()[0]
    if statement.slot and statement.kind == "code" and any(map(_is_new, verb.children)):
        yield replace(_other(statement, NEW, None), relation=statement.relation)
    if not reason or statement.slot or statement.kind == "state" or first in {"was", "had", "will", "can"}:
        return
    if verb.doc.user_data["corrects"]:
        near = frozenset({_last_preposition(statement.relation)})
        other = replace(_other(statement, reason, None), relation=statement.relation, prepositions=near)
        yield replace(other, same_head=statement.kind == "thing")
    if statement.relation.startswith("has ") and verb.lemma_ != "have" and kind_of(statement.object) == "name":
        only = replace(_other(statement, reason, None), kind="name", relation=statement.relation)
        yield only
    if verb.lemma_ == "have" and statement.kind == "amount":  # "has three cats now"
        yield replace(_other(statement, reason, frozenset({"have"})), same_head=True)
    if verb.lemma_ in {"prefer", "want"}:  # "light mode" ends "dark mode"
        yield replace(_other(statement, reason, frozenset({verb.lemma_})), same_head=True)
    preposition = _last_preposition(statement.relation)
    verbs = _exclusive(verb, statement, preposition)
    if verbs and verb.tag_ != "VBD":
        group = next((each for each in _GROUPS if preposition in each), frozenset({preposition}))
        other = replace(_other(statement, reason, verbs), prepositions=group)
        yield replace(other, same_head=verb.lemma_ == "go")  # "Park School" for "Hill School", not for the gym


def _is_new(subject: Token) -> bool:
    return subject.dep_ == "nsubj" and any(it.lower_ in {"new", "current"} for it in subject.lefts)


def _other(statement: Statement, reason: str, verbs: frozenset[str] | None) -> Ending:
    """The end of what is said alike of another object."""
    return Ending(statement.subject, reason, verbs, other_than=statement.object, kind=statement.kind)


def _exclusive(verb: Token, statement: Statement, preposition: str) -> frozenset[str] | None:
    """The verbs of which "now" ends another object: of a time all that are said alike ("is due on")."""
    said, lemma = statement.relation.split(), verb.lemma_.lower()
    plain = lemma in {"be", "start", "begin"} and len(said) == 2
    if statement.kind in {"time", "amount"} and preposition and not plain:
        return frozenset({lemma, said[-2]})
    described = lemma == "be" and statement.relation not in {"is", f"is {preposition}"}
    beside = (preposition == "with" and lemma != "live") or (lemma in _WHERE_ONLY and preposition not in _PLACE)
    if described or beside:
        return None
    return ONE_AT_A_TIME.get(f"{lemma} {preposition}") or ONE_AT_A_TIME.get(lemma)


def news(verb: Token) -> str | None:
    """The word by which the clause says that something is new, "corrected" where it puts right what was said."""
    beside = {it for child in verb.children if child.dep_ in {"prep", "attr", "dobj"} for it in child.subtree}
    adverbs = {it.lower_ for it in beside if it.dep_ == "advmod"}
    adverbs |= {it.lower_ for it in verb.children if it.dep_ in {"advmod", "npadvmod", "cc", "nmod"}}
    if adverbs & _ALSO:
        return None
    if "instead" in adverbs:
        return "instead"
    if verb.doc.user_data["corrects"] or adverbs & _NOW == {"actually"}:
        return "corrected"
    text = verb.doc.text.casefold()
    return "now" if adverbs & _NOW else next((each.strip() for each in _NOW_TOO if each in text), None)


def _denial(verb: Token) -> str | None:
    """Why what is denied was so and is no more; None when it may only not have happened once."""
    over = [it for index, it in verb.doc.user_data["over"] if verb.sent.start <= index <= verb.sent.end]
    if any(it.denies for it in over):
        return "no longer"
    if over:
        return "not any more"
    helpers = [child for child in verb.children if child.dep_ in {"aux", "auxpass"}]
    finite = helpers[0] if helpers else verb
    past = finite.tag_ == "VBD" or finite.lower_ in {"was", "were", "did", "had"}
    return (
        None
        if past or (finite.tag_ == "MD" and finite.lower_ not in {"can", "ca", "wo", "will"}) or verb.tag_ == "VBG"
        else "denied"
    )


def _is_qualified(verb: Token, statement: Statement | None = None) -> bool:
    """Whether only something of it is denied: "not on Fridays", "not always", "not tea with sugar"."""
    if (
        statement
        and " " not in statement.relation
        and any(it.dep_ == "dobj" and [*phrases(it)] for it in verb.children)
    ):
        return True
    if any(child.dep_ == "npadvmod" and kind(child) == "time" for child in verb.children):
        return True
    if any(child.dep_ == "advmod" and child.lower_ not in _UNQUALIFIED for child in verb.children):
        return True
    has_object = any(child.dep_ in {"dobj", "attr"} for child in verb.children)
    others = [
        preposition
        for preposition, noun in phrases(verb)
        if preposition not in {"since", "after", "for"} or (kind(noun) != "time" and preposition != "since")
    ]
    return len(others) > (0 if has_object else 1)


def _without_doing(name: str) -> str:
    """ "cigars" of "smoking cigars"."""
    first, _, rest = name.partition(" ")
    return rest if rest and first.endswith("ing") else name


def _ending_by(verb: Token, statement: Statement) -> Iterator[Ending]:
    """ "left Northwind" ends "works at Northwind"."""
    said, lemma = statement.relation.removeprefix("has " * (verb.tag_ == "VBN")).split(), verb.lemma_.lower()
    particle = next(iter(particles(verb)), "")
    if (
        (lemma in {"give", "throw"} and (lemma, particle) not in _GIVE_UP)
        or said[0] in {"will", "can"}
        or verb.tag_ == "VBG"
    ):
        return
    of_noun = lemma in _OF_NOUN
    near = "" if of_noun or said[-1] == particle else _last_preposition(statement.relation)
    ways = (near, particle, " ".join(said[-2:]), " ".join(said[1:2]))
    verbs = next((found for way in ways if (found := ENDERS.get((lemma, way)))), None)
    if not verbs or (verbs is AFFILIATION and _for_the_day(verb)):
        return
    if of_noun:
        yield from _ending_of(verb, statement, said, verbs)
        return
    what = _without_doing(statement.object) if lemma in {"stop", "quit", "give"} else statement.object
    where = _where(verb)
    yield Ending(statement.subject, statement.relation, verbs if what == statement.object else None, what, where=where)
    if verbs is AFFILIATION:
        yield Ending(statement.object, statement.relation, frozenset({"have as"}), statement.subject)


def _where(verb: Token) -> str | None:
    """Where what is given away is: "Wells" of "sold my house in Wells"."""
    beside = (verb, *(child for child in verb.children if child.dep_ == "dobj"))
    return _place_in(noun for head in beside for near, noun in phrases(head) if near in _PLACE)


def _ending_of(verb: Token, statement: Statement, said: list[str], verbs: frozenset[str]) -> Iterator[Ending]:
    """ "ended the contract with Telco" ends "has contract with Telco"."""
    objects = [child for child in verb.children if child.dep_ == "dobj"]
    further = {preposition for token in (verb, *objects) for preposition, _ in phrases(token)}
    if len(said) == 3 and said[-1] in further:
        yield Ending(statement.subject, said[0], frozenset({f"has {said[1]} {said[2]}"}), statement.object)
    elif len(said) == 1 and not further & {"with", "to", "at", "for"}:
        yield Ending(statement.subject, said[0], verbs, statement.object)


def alone(verb: Token, subject: str) -> Iterator[Ending]:
    """What a verb ends that names no object: "Ann moved out", "they got divorced"."""
    if any(
        child.dep_ in {"dobj", "agent", "oprd"} or child.lower_ in {"to", "into", "early"} for child in verb.children
    ):
        return
    states = (child for child in verb.children if child.dep_ == "acomp" and child.tag_ in {"VBN", "VBD", "JJ"})
    state = next(states, None) if verb.lemma_ == "get" else None
    done = state or verb
    if verbs := ENDERS_ALONE.get(particled(done)):
        got = [verb.lower_] if state else []
        reason = " ".join([*got, done.lower_, *particles(done)])
        yield Ending(subject, reason, verbs)
        if verbs is HOME:
            yield Ending("", reason, words("live stay share") | _LIVING_WITH, subject)


def cancelled(verb: Token, named: Sequence[tuple[Token, str]], me: str) -> Iterator[Ending]:
    """The end of when and where an event would have been: "the fair is cancelled", "they called off the fair".

    `named` are the subjects and objects of the verb. With a trip all is off that was to be on it.
    """
    is_off = verb.lemma_ == "be" and any(child.dep_ == "advmod" and child.lower_ == "off" for child in verb.children)
    off = is_off or any(child.dep_ == "acomp" and child.lower_ in {"cancelled", "canceled"} for child in verb.children)
    if off or particled(verb) in {"cancel", "call off"}:
        for token, name in named:
            if token.dep_ in ({"nsubj"} if off else {"nsubjpass", "dobj"}):
                verbs, near = words("be take start begin happen plan schedule"), words("on at in from for")
                yield Ending(name, "cancelled", verbs, prepositions=near, kind="time" if is_off else None)
                if token.lower_ in _TRIPS or kind(token) == "place":
                    whose = next((word(it) for it in token.lefts if it.dep_ == "poss" and it.pos_ == "PROPN"), me)
                    yield Ending(whose, "cancelled", TRIP, where=_whereto(token))


def _whereto(trip: Token) -> str | None:
    """Where a trip goes: "Crete" of "the Crete trip", "our flight to Crete" and "Crete" itself."""
    if kind(trip) == "place":
        return word(trip)
    beside = [
        *(it for it in trip.lefts if it.dep_ == "compound"),
        *(noun for near, noun in phrases(trip) if near in {"to", "in"}),
    ]
    return _place_in(beside)


def _place_in(nouns: Iterable[Token]) -> str | None:
    """The first of these that is a name, and of no time."""
    return next((word(it) for it in nouns if it.pos_ == "PROPN" and kind(it) != "time"), None)


def handed(verb: Token, things: Sequence[tuple[Token, str]]) -> Iterator[Ending]:
    """The end of where a thing was that is given to somebody, and of whose it was that has another owner now.

    "I gave the key to Tom", "Ines now owns the shop", "Ann took over the shop". `things` are the objects of the verb.
    """
    for token, name in things:
        certain = token.pos_ == "PROPN" or any(it.dep_ == "poss" or it.lower_ == "the" for it in token.children)
        if not certain:
            continue
        beside = (*verb.children, *token.children)
        near = {it.lower_ for it in beside if it.dep_ == "prep"} | {"to" for it in beside if it.dep_ == "dative"}
        given = verb.lemma_ in _GIVING and "to" in near
        fetched = particled(verb) in {"pick up", "collect", "fetch"} and verb.tag_ in {"VBD", "VBN"}
        if given or fetched or (verb.lemma_ in {"take", "remove"} and near & {"out", "from", "off"}):
            yield Ending(name, verb.lower_, ONE_AT_A_TIME["be"], prepositions=_PLACE)
        if particled(verb) in {"hand over", "take over"} or (verb.lemma_ in _RULING and news(verb)):
            yield Ending("", particled(verb), _RULING, name)


def _for_the_day(verb: Token) -> bool:
    """Whether one leaves for the day only: "left the office at 5", "left the shop early"."""
    jobs = any(child.dep_ == "dobj" and child.lower_ in JOBS for child in verb.children)
    another = any(near == "for" and noun.pos_ == "PROPN" for near, noun in phrases(verb))  # "left Acme for Bolt"
    return not (jobs or another) and any(
        child.dep_ == "advmod" or (child.dep_ == "prep" and child.lower_ in {"at", "for", "with", "without"})
        for child in verb.children
    )


def _last_preposition(relation: str) -> str:
    last = relation.split()[-1]
    return last if last in PREPOSITIONS and " " in relation else ""
