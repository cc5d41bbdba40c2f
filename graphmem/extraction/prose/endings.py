"""What a plain statement ends: by "now", by denying it, by a verb that ends things ("left", "sold", "divorced")."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from graphmem.extraction.prose.families import AFFILIATION, ENDERS, ONE_AT_A_TIME, family
from graphmem.extraction.prose.nouns import phrases
from graphmem.extraction.prose.relations import PREPOSITIONS, third_person
from graphmem.extraction.prose.standing import Standing
from graphmem.extraction.prose.statements import Ending, Said, Statement
from graphmem.extraction.prose.values import kind, kind_of
from graphmem.extraction.prose.wordlist import words

if TYPE_CHECKING:
    from spacy.tokens import Token

_NOW = words("now currently nowadays presently meanwhile finally actually")
_NOW_TOO = ("these days", "from now on", "right now", "as of ")
_ALSO = words("also too again both additionally still already sometimes often occasionally well")
_PLACE = words("in on at under inside behind near beside above below")
_GROUPS = (words("at for"), _PLACE, *(frozenset({each}) for each in ("as", "to", "", "with")))
_GIVE_UP = frozenset({("give", "up"), ("give", "away"), ("throw", "away"), ("throw", "out")})
_UNQUALIFIED = words("longer anymore more now currently actually either unfortunately sadly n't not since never")


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
        yield Ending(
            statement.subject,
            statement.relation.split()[0],
            family(verb.lemma_.lower()),
            statement.object,
            relation=said,
        )
    elif (reason := _denial(verb)) and not _is_qualified(verb):
        yield Ending(statement.subject, reason, None, statement.object, relation=statement.relation)
        if verb.lemma_ == "have" and " " not in statement.relation:
            yield Ending(statement.subject, reason, frozenset({f"has {statement.object}"}))


def placed(statement: Statement) -> Iterator[Said]:
    """Where a thing was put is where it is: it is nowhere else."""
    yield statement
    yield Ending(
        statement.subject,
        "put elsewhere",
        ONE_AT_A_TIME["be"],
        other_than=statement.object,
        kind="place",
        prepositions=_PLACE,
    )


def corrected(statement: Statement, gone: str, reason: str) -> Ending:
    """The end of what the text puts right: "on Thursday, not Tuesday"."""
    return Ending(statement.subject, reason, None, gone, relation=statement.relation)


def _replacing(verb: Token, statement: Statement, *, told: str = "") -> Iterator[Ending]:
    """ "works at Acme now" ends "works at" any other."""
    reason = told or _now(verb)
    preposition = _last_preposition(statement.relation)
    verbs = _exclusive(verb, statement, preposition)
    if (
        reason
        and statement.relation.startswith("has ")
        and statement.slot is None
        and kind_of(statement.object) == "name"
        and verb.lemma_ != "have"
    ):
        yield Ending(
            statement.subject,
            reason,
            other_than=statement.object,
            kind=kind_of(statement.object),
            relation=statement.relation,
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
        return (
            frozenset({lemma, words[-2]})
            if lemma not in {"be", "start", "begin"} or len(words) > 2
            else ONE_AT_A_TIME[lemma]
        )
    if lemma == "be" and statement.relation not in {"is", f"is {preposition}"}:
        return None
    if preposition == "with" and lemma != "live":
        return None
    return ONE_AT_A_TIME.get(f"{lemma} {preposition}") or ONE_AT_A_TIME.get(lemma)


def _now(verb: Token) -> str | None:
    """The word by which the clause says that something is new."""
    words = {child.lower_ for child in verb.children if child.dep_ in {"advmod", "npadvmod", "cc", "nmod"}}
    words |= {
        it.lower_
        for child in verb.children
        if child.dep_ in {"prep", "attr", "dobj"}
        for it in child.subtree
        if it.dep_ == "advmod"
    }
    if words & _ALSO:
        return None
    text = verb.doc.text.casefold()
    if verb.doc.user_data.get("corrects"):
        return "corrected"
    if found := words & _NOW:
        return "corrected" if found == {"actually"} else "now"
    return next(
        (each for each in ("these days", "from now on", "right now", "as of ", "not any more") if each in text), None
    )


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


def _is_qualified(verb: Token) -> bool:
    """Whether only something of it is denied: "not on Fridays", "not always"."""
    if any(child.dep_ == "npadvmod" and kind(child) == "time" for child in verb.children):
        return True
    if any(child.dep_ == "advmod" and child.lower_ not in _UNQUALIFIED for child in verb.children):
        return True
    has_object = any(child.dep_ in {"dobj", "acomp", "attr"} for child in verb.children)
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
    lemma, preposition = verb.lemma_.lower(), _last_preposition(statement.relation)
    particle = next((child.lower_ for child in verb.children if child.dep_ == "prt"), "")
    direct = statement.relation.split()[-1] not in PREPOSITIONS or particle == statement.relation.split()[-1]
    if lemma in {"give", "throw"} and (lemma, particle) not in _GIVE_UP:
        return
    verbs = ENDERS.get((lemma, "" if direct else preposition)) or (
        ENDERS.get((lemma, " ".join(statement.relation.split()[-2:]))) if not direct else None
    )
    if lemma in {"give"} and particle == "up":
        verbs = POSSESSION | CONSUMPTION | LIKING | frozenset({"play", "practise", "practice"})
    if verbs and statement.relation.split()[0] not in {"will", "can"} and verb.tag_ != "VBG":
        object_ = _without_doing(statement.object) if lemma in {"stop", "quit", "give"} else statement.object
        if verbs is AFFILIATION and _at_an_hour(verb):
            return
        yield Ending(statement.subject, statement.relation, None if object_ != statement.object else verbs, object_)
        if verbs is AFFILIATION:
            yield Ending(statement.object, statement.relation, frozenset({"have as"}), statement.subject)


def _at_an_hour(verb: Token) -> bool:
    """Whether one leaves for the day only: "left the office at 5", "left the shop early"."""
    return any(
        child.dep_ == "advmod" or (child.dep_ == "prep" and child.lower_ in {"at", "for", "with", "without"})
        for child in verb.children
    )


def _last_preposition(relation: str) -> str:
    last = relation.split()[-1]
    return last if last in PREPOSITIONS and " " in relation else ""
