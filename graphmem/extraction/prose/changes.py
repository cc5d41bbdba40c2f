"""What a text says has changed: "now", "no longer", "moved to", "left", "replaced", "went up to"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from graphmem.extraction.prose import relations
from graphmem.extraction.prose.copula import role_in
from graphmem.extraction.prose.nouns import name_of, phrases
from graphmem.extraction.prose.people import People, is_person
from graphmem.extraction.prose.relations import PREPOSITIONS, third_person, verb_phrase
from graphmem.extraction.prose.slots import role_slot
from graphmem.extraction.prose.standing import Standing
from graphmem.extraction.prose.statements import Ending, Said, Statement
from graphmem.extraction.prose.values import kind, kind_of, looks_like_time, word

if TYPE_CHECKING:
    from spacy.tokens import Token

Named = tuple["Token", str]

_RAISE = frozenset("raise rise go increase drop fall lower cut reduce change set update grow climb jump shrink bump decrease adjust rename upgrade downgrade".split())
_MOVE = frozenset("move extend prolong defer shift postpone reschedule push bring delay relocate transfer".split())
_SWITCH = frozenset("switch change migrate convert".split())
_APPOINT = frozenset("appoint name elect make promote".split())
_DISMISSED = frozenset("fire dismiss remove sack oust resign retire".split())
_NOW = frozenset({"now", "currently", "nowadays", "presently", "meanwhile", "finally", "actually"})
_ALSO = frozenset({"also", "too", "again", "both", "additionally", "still", "already", "sometimes", "often", "occasionally", "well"})
_PLACE = frozenset("in on at under inside behind near beside above below".split())

# Of these, a thing does one at a time: with "now" another object ends what was before.
_ONE_AT_A_TIME = {
    "work": frozenset({"work", "employ"}), "live": frozenset({"live", "reside", "stay", "base"}),
    "study": frozenset({"study"}), "be": frozenset({"be", "park", "stand", "sit", "lie", "keep", "store", "move"}),
    "cost": frozenset({"cost", "be"}), "weigh": frozenset({"weigh"}), "run": frozenset({"run"}), "listen": frozenset({"listen"}),
    "start": frozenset({"start", "begin", "be"}), "begin": frozenset({"start", "begin", "be"}), "open": frozenset({"open"}),
    "close": frozenset({"close"}), "report": frozenset({"report"}), "drive": frozenset({"drive"}),
    "park": frozenset({"be", "park", "stand"}), "keep": frozenset({"keep", "be", "store"}), "store": frozenset({"keep", "be", "store"}),
    "hang": frozenset({"hang", "be"}), "stand": frozenset({"be", "park", "stand"}), "lie": frozenset({"be", "lie"}),
    "sit": frozenset({"be", "sit"}), "meet": frozenset({"meet"}), "host": frozenset({"host", "run"}), "play for": frozenset({"play"}),
}  # fmt: skip
_GROUPS = (frozenset({"at", "for"}), _PLACE, frozenset({"as"}), frozenset({"to"}), frozenset({""}), frozenset({"with"}), frozenset({"for"}))

# What ends by these verbs, said of the same object ("left Northwind"); with the preposition of that object, if any.
_ENDERS: dict[tuple[str, str], frozenset[str]] = {
    ("leave", ""): relations.AFFILIATION, ("move", "out of"): relations.HOME, ("move", "away from"): relations.HOME,
    **{
        (verb, preposition): relations.AFFILIATION
        for verb in ("resign", "retire", "fire", "depart", "dismiss", "drop", "part", "graduate", "withdraw", "expel", "quit")
        for preposition in ("from", "out of", "by", "at")
    },
    **{(verb, ""): relations.POSSESSION - {"adopt"} | {"run"} for verb in ("sell", "return", "scrap", "ditch", "donate")},
    ("give", ""): relations.POSSESSION, ("throw", ""): relations.POSSESSION, ("get rid", "of"): relations.POSSESSION,
    ("divorce", ""): relations.UNION, ("separate", "from"): relations.UNION, ("split", "from"): relations.UNION,
    ("break", "with"): relations.UNION,
    ("cancel", ""): relations.MEMBERSHIP, ("unsubscribe", "from"): relations.MEMBERSHIP, ("drop", ""): relations.USE | frozenset({"study", "take", "learn"}),
    ("stop", ""): relations.USE | relations.CONSUMPTION, ("quit", ""): relations.AFFILIATION | relations.CONSUMPTION,
    ("abandon", ""): relations.USE, ("retire", ""): relations.USE, ("decommission", ""): relations.USE,
}  # fmt: skip
_GIVE_UP = frozenset({("give", "up"), ("give", "away"), ("throw", "away"), ("throw", "out")})


def read(verb: Token, subjects: Sequence[Named], stands: Standing, people: People) -> Iterator[Said]:
    """A clause that is about a change, as what holds after it; nothing for any other clause."""
    lemma = verb.lemma_.lower()
    if stands != "stated" or verb.tag_ == "VB" or not subjects and lemma not in _MOVE | _RAISE:
        return
    to = _after(verb, "to")
    if lemma in {"replace", "succeed"}:
        yield from _replaced(verb, subjects, people)
    elif lemma in _APPOINT and any(child.dep_ == "auxpass" for child in verb.children):
        yield from _appointed(verb, subjects, people)
    elif (as_what := _after(verb, "as")) and _particled(verb) in {"take over", "start", "step down", "resign", "quit", "retire", *_DISMISSED}:
        yield from _office(verb, as_what, subjects, people)
    elif to is not None and lemma in _MOVE:
        yield from _moved(verb, to, subjects, people)
    elif to is not None and lemma in _RAISE | _SWITCH:
        yield from _set(verb, to, subjects, people)


def settled(verb: Token, statement: Statement, stands: Standing) -> Iterator[Said]:
    """The statement as it stands: told, with the end of what it replaces, or the end of what it denies."""
    if stands == "stated":
        yield statement
        yield from _replacing(verb, statement)
        yield from _ending_by(verb, statement)
    elif stands == "ended":
        yield statement
        preposition = _last_preposition(statement.relation)
        said = f"{third_person(verb.lemma_.lower())} {preposition}".strip()
        if verb.lemma_ == "be":
            said = f"is {preposition}".strip()
        yield Ending(statement.subject, statement.relation.split()[0], relations.family(verb.lemma_.lower()), statement.object, relation=said)
    elif (reason := _denial(verb)) and not _is_qualified(verb):
        yield Ending(statement.subject, reason, None, statement.object, relation=statement.relation)
        if verb.lemma_ == "have" and " " not in statement.relation:
            yield Ending(statement.subject, reason, frozenset({f"has {statement.object}"}))


def placed(statement: Statement) -> Iterator[Said]:
    """Where a thing was put is where it is: it is nowhere else."""
    yield statement
    yield Ending(
        statement.subject, "put elsewhere", _ONE_AT_A_TIME["be"], other_than=statement.object, kind="place", prepositions=_PLACE
    )


def corrected(statement: Statement, gone: str, reason: str) -> Ending:
    """The end of what the text puts right: "on Thursday, not Tuesday"."""
    return Ending(statement.subject, reason, None, gone, relation=statement.relation)


def _replacing(verb: Token, statement: Statement, *, told: str = "") -> Iterator[Ending]:
    """ "works at Acme now" ends "works at" any other."""
    reason = told or _now(verb)
    preposition = _last_preposition(statement.relation)
    verbs = _exclusive(verb, statement, preposition)
    if reason and statement.relation.startswith("has ") and statement.slot is None and kind_of(statement.object) == "name" and verb.lemma_ != "have":
        yield Ending(
            statement.subject, reason, other_than=statement.object, kind=kind_of(statement.object), relation=statement.relation
        )
    group = next((each for each in _GROUPS if preposition in each), frozenset({preposition}))
    if not reason or not verbs or statement.slot or statement.kind == "state":
        return
    if verb.tag_ not in {"VBZ", "VBP", "VBG", "VBN"} or statement.relation.split()[0] in {"was", "had", "will", "can"}:
        return
    yield Ending(statement.subject, reason, verbs, other_than=statement.object, kind=statement.kind, prepositions=group)


def _exclusive(verb: Token, statement: Statement, preposition: str) -> frozenset[str] | None:
    """The verbs of which "now" ends another object: of a time all that are said alike ("is due on")."""
    words, lemma = statement.relation.split(), verb.lemma_.lower()
    if statement.kind == "time" and preposition:
        return frozenset({lemma, words[-2]}) if lemma not in {"be", "start", "begin"} or len(words) > 2 else _ONE_AT_A_TIME[lemma]
    if lemma == "be" and statement.relation not in {"is", f"is {preposition}"}:
        return None
    if preposition == "with" and lemma != "live":
        return None
    return _ONE_AT_A_TIME.get(f"{lemma} {preposition}") or _ONE_AT_A_TIME.get(lemma)


def _now(verb: Token) -> str | None:
    """The word by which the clause says that something is new."""
    words = {child.lower_ for child in verb.children if child.dep_ in {"advmod", "npadvmod", "cc", "nmod"}}
    words |= {it.lower_ for child in verb.children if child.dep_ in {"prep", "attr", "dobj"} for it in child.subtree if it.dep_ == "advmod"}
    if words & _ALSO:
        return None
    text = verb.doc.text.casefold()
    if verb.doc.user_data.get("corrects"):
        return "corrected"
    if found := words & _NOW:
        return "corrected" if found == {"actually"} else "now"
    return next((each for each in ("these days", "from now on", "right now", "as of ", "not any more") if each in text), None)


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
    return None if past or finite.tag_ == "MD" or verb.tag_ == "VBG" else "denied"


_UNQUALIFIED = frozenset({"longer", "anymore", "more", "now", "currently", "actually", "either", "unfortunately", "sadly", "n't", "not", "since", "never"})


def _is_qualified(verb: Token) -> bool:
    """Whether only something of it is denied: "not on Fridays", "not always"."""
    if any(child.dep_ == "npadvmod" and kind(child) == "time" for child in verb.children):
        return True
    if any(child.dep_ == "advmod" and child.lower_ not in _UNQUALIFIED for child in verb.children):
        return True
    has_object = any(child.dep_ in {"dobj", "acomp", "attr"} for child in verb.children)
    others = [preposition for preposition, noun in phrases(verb) if preposition not in {"since", "after", "for"} or kind(noun) != "time" and preposition != "since"]
    return len(others) > (0 if has_object else 1)


def _without_doing(name: str) -> str:
    """ "cigars" of "smoking cigars"."""
    first, _, rest = name.partition(" ")
    return rest if rest and first.endswith("ing") else name


def _ending_by(verb: Token, statement: Statement) -> Iterator[Ending]:
    """ "left Northwind" ends "works at Northwind"."""
    lemma, preposition = verb.lemma_.lower(), _last_preposition(statement.relation)
    particle = next((child.lower_ for child in verb.children if child.dep_ == "prt"), "")
    direct = statement.relation.split()[-1] not in PREPOSITIONS or particle == statement.relation.split()[-1]
    if lemma in {"give", "throw"} and (lemma, particle) not in _GIVE_UP:
        return
    verbs = _ENDERS.get((lemma, "" if direct else preposition)) or (
        _ENDERS.get((lemma, " ".join(statement.relation.split()[-2:]))) if not direct else None
    )
    if lemma in {"give"} and particle == "up":
        verbs = relations.POSSESSION | relations.CONSUMPTION | relations.LIKING | frozenset({"play", "practise", "practice"})
    if verbs and statement.relation.split()[0] not in {"will", "can"} and verb.tag_ != "VBG":
        object_ = _without_doing(statement.object) if lemma in {"stop", "quit", "give"} else statement.object
        if verbs is relations.AFFILIATION and _at_an_hour(verb):
            return
        yield Ending(statement.subject, statement.relation, None if object_ != statement.object else verbs, object_)
        if verbs is relations.AFFILIATION:
            yield Ending(statement.object, statement.relation, frozenset({"have as"}), statement.subject)


def _at_an_hour(verb: Token) -> bool:
    """Whether one leaves for the day only: "left the office at 5", "left the shop early"."""
    return any(
        child.dep_ == "advmod" or (child.dep_ == "prep" and child.lower_ in {"at", "for", "with", "without"}) for child in verb.children
    )


def _after(verb: Token, preposition: str) -> Token | None:
    """The noun after this preposition."""
    found = [noun for said, noun in phrases(verb) if said == preposition]
    if not found:
        found = [noun for child in verb.children if child.dep_ in {"dobj", "prt", "prep", "advmod"} for said, noun in phrases(child) if said == preposition]
    return found[0] if found else None


def _particled(verb: Token) -> str:
    return " ".join([verb.lemma_.lower(), *(child.lower_ for child in verb.children if child.dep_ in {"prt", "advmod"} and child.lower_ in {"over", "down", "up"})])


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
    if not new or (lemma == "go" and not any(child.dep_ in {"prt", "advmod"} and child.lower_ in {"up", "down"} for child in verb.children)):
        return
    old = name_of(was, people) if was is not None else None
    for token, target in _targets(verb, subjects, people):
        if is_person(token) or token.pos_ == "PRON" or lemma in {"migrate", "convert", "switch"}:
            yield Statement(target, reason, new, None, kind(to))
            if old:
                yield Ending(target, reason, None, old, anew=new)
        elif kind(to) in {"amount", "time", "code", "name", "person", "place"}:
            yield from _has_become(token, target, new, kind(to), reason, people)
            if old:
                yield Ending(target, reason, None, old)


def _has_become(token: Token, target: str, new: str, what: str, reason: str, people: People) -> Iterator[Said]:
    if role := role_in(token, people):
        yield Statement(role[0], f"has {role[1]}", new, role_slot(role[1]), what)
    elif what == "time":
        yield from _at_time(target, new, reason)
    else:
        yield Statement(target, "is", new, "value", what)
        yield Ending(target, reason, frozenset({"be", "cost"}), other_than=new, kind=what, prepositions=frozenset({"", "at"}))


def _at_time(target: str, new: str, reason: str) -> Iterator[Said]:
    clock = new[:1].isdigit() and (":" in new[:3] or new.casefold().endswith(("am", "pm", "m.", "o'clock"))) or new in {"noon", "midnight"}
    yield Statement(target, "is at" if clock else "is on", new, None, "time")
    verbs = frozenset({"be", "start", "begin", "move", "happen", "schedule", "plan", "meet", "take"})
    yield Ending(target, reason, verbs, other_than=new, kind="time")


def _moved(verb: Token, to: Token, subjects: Sequence[Named], people: People) -> Iterator[Said]:
    """ "The meeting moved to Friday", "Carla moved from Lisbon to Porto", "they moved the printer to the hall"."""
    new, was = name_of(to, people), _after(verb, "from")
    if not new:
        return
    old = name_of(was, people) if was is not None else None
    reason = "moved to" if verb.lemma_ in {"move", "shift", "relocate", "transfer"} else f"{verb.lower_} to"
    for token, target in _targets(verb, subjects, people):
        if kind(to) == "time" or looks_like_time(new):
            yield from _at_time(target, new, reason)
        else:
            yield Statement(target, reason, new, None, kind(to))
            if old:
                yield Statement(target, f"{reason.removesuffix(' to')} from", old, None, "place")
            if kind(to) in {"place", "name", "person", "thing", "amount"}:
                who = is_person(token) or token.pos_ == "PRON"
                verbs = relations.HOME if who else _ONE_AT_A_TIME["be"] | relations.HOME
                near = frozenset({"in", "to", "on", "at"})
                yield Ending(target, reason, verbs, other_than=new, kind=kind(to), prepositions=near, anew=new)
                if who and kind(to) != "place":
                    yield Ending(target, reason, frozenset({"be", "work"}), other_than=new, kind="thing", same_head=True, anew=new)
        if old:
            yield Ending(target, reason, None, old)


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
    office = next((child for child in verb.children if child.dep_ in {"oprd", "attr", "dobj"}), _after(verb, "as") or _after(verb, "to"))
    role = role_in(office, people) if office is not None else None
    for _, subject in subjects:
        if role:
            yield Statement(role[0], f"has {role[1]}", subject, role_slot(role[1]), "person")


def _office(verb: Token, as_what: Token, subjects: Sequence[Named], people: People) -> Iterator[Said]:
    """ "Ana took over as CEO of Acme", "Ben stepped down as CEO of Acme"."""
    role = role_in(as_what, people)
    for _, subject in subjects:
        if _particled(verb) in {"take over", "start"}:
            if role:
                yield Statement(role[0], f"has {role[1]}", subject, role_slot(role[1]), "person")
            else:
                yield Statement(subject, f"{verb_phrase(verb) or verb.lower_} as", word(as_what))
        else:
            name = name_of(as_what, people)
            if name:
                yield Statement(subject, f"{verb_phrase(verb) or verb.lower_} as", name)
            yield Ending("", f"{verb_phrase(verb) or verb.lower_} as", None, subject, relation=f"has {word(as_what)}")


def _last_preposition(relation: str) -> str:
    last = relation.split()[-1]
    return last if last in PREPOSITIONS and " " in relation else ""
