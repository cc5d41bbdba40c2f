"""What something is: "is a nurse", "is the CEO of Acme", "is in Paris", "is allergic to nuts", "is 41 years old"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from graphmem.extraction.prose.nouns import (
    bare_name,
    called_name,
    is_indefinite,
    led_by,
    name_of,
    owner_of,
    phrases,
    with_conjuncts,
)
from graphmem.extraction.prose.people import PEOPLE, People, is_person
from graphmem.extraction.prose.relations import third_person, verb_phrase
from graphmem.extraction.prose.slots import relation_slot, role_slot
from graphmem.extraction.prose.statements import Statement
from graphmem.extraction.prose.values import is_vague_time, kind, value, word
from graphmem.language.wordlist import words

if TYPE_CHECKING:
    from spacy.tokens import Token

_ROLE_PREPOSITIONS = frozenset({"of", "at", "for"})
_NO_RELATION = words(
    """because despite without except than like unlike due per via during before after until till since as by
    about"""
)
_FRESH = ("new ", "current ", "latest ", "present ")
_PAST = ("former ", "old ", "ex-", "next ", "previous ", "late ", "future ")


_OLDEST = 120  # years
_WHO = words("i we he she they")
_DAYS = words("birthday anniversary wedding funeral deadline nameday")
_ANY_VALUED = words("favourite favorite colour color status condition mood size diet nationality religion gender shade")


def is_what(verb: Token, token: Token, subject: str, people: People) -> Iterator[Statement]:
    """Statements of a clause with "is", "was", "became"."""
    used_to = verb.dep_ == "xcomp" and verb.head.lower_ == "used"
    relation = "used to be" if used_to else "is" if verb.lower_ == "stays" else verb_phrase(verb)
    if relation == "has been" and any(it.dep_ == "prep" and it.lower_ in {"since", "for"} for it in verb.subtree):
        relation = "is"  # "I've been a nurse since May"
    if relation is None or any(
        child.dep_ == "expl" or (child.dep_ == "prep" and child.lower_ == "like") for child in verb.children
    ):
        return
    for child in verb.children:
        if _is_apart(child, verb):
            continue
        if (
            (child.dep_ in {"attr", "oprd", "dobj"} and child.i > verb.i)
            or _is_only_day(child, verb)
            or (child.dep_ == "acomp" and _is_value(child, _role_of(token, child, people)))
            or (child.dep_ == "acomp" and token.lower_ == "i" and child.text.istitle())
        ):
            yield from _is_noun(relation, token, subject, child, people)
        elif child.dep_ == "acomp" and token.lower_ != "it":
            yield from _is_how(relation, subject, child, [*phrases(child), *phrases(verb)], people)
    for preposition, noun in phrases(verb):
        beside = any(child.dep_ in {"attr", "acomp"} and not _is_apart(child, verb) for child in verb.children)
        beside |= kind(noun) == "time" and token.lower_ in _WHO  # "I'm out of office on Friday"
        if preposition.split()[0] in _NO_RELATION or beside:
            continue
        yield from _is_where(relation, preposition, token, subject, noun, people)


def _is_only_day(child: Token, verb: Token) -> bool:
    """Whether a day is all that is said: "The launch date is 12 June", which the parser may take for when it is so."""
    others = [it for it in verb.children if it.i > verb.i and it.i != child.i and not it.is_punct]
    return child.dep_ == "npadvmod" and value(child) is not None and child.i > verb.i and not others


def _is_apart(child: Token, verb: Token) -> bool:
    """Whether a noun after a comma only adds to where something is: "is at the bakery, early shifts as ever"."""
    led = any(it.dep_ == "prep" and it.i < child.i for it in verb.children)
    return child.dep_ == "attr" and led and child.left_edge.i > verb.i and child.left_edge.nbor(-1).text == ","


def _is_value(adjective: Token, role: tuple[str, str] | None) -> bool:
    """Whether an adjective fills the role: a name taken for one, or a colour: "My favourite colour is blue"."""
    first = adjective.left_edge.text  # "O negative"
    named = (adjective.text[:1].isupper() or (first.isupper() and first != "I")) and adjective.ent_type_ != "NORP"
    return role is not None and (named or _is_any_valued(role[1]))


def _is_any_valued(role: str) -> bool:
    """Whether the role is filled by any word: "my favourite season is autumn", "the colour of the door is red"."""
    return not _ANY_VALUED.isdisjoint(role.casefold().split())


def _is_where(
    relation: str, preposition: str, token: Token, subject: str, noun: Token, people: People
) -> Iterator[Statement]:
    role = role_in(token, people)
    if noun.lower_ in {"north", "south", "east", "west"} or (preposition == "to" and relation != "has been"):
        return
    if preposition == "between":
        if name := between(noun, people):
            yield Statement(subject, f"{relation} between", name)
        return
    relation_to, noun = through(f"{relation} {preposition}", noun)
    for it in with_conjuncts(noun):
        if (
            (name := name_of(it, people))
            and not is_vague_time(it)
            and (kind(it) != "time" or preposition in {"on", "at", "in", "from"})
        ):
            if role and kind(it) == "time" and relation == "is" and role[1].casefold().split()[-1] in _DAYS:
                yield Statement(role[0], f"has {role[1]} {preposition}", name, role_slot(role[1]), "time")
            else:
                yield Statement(subject, relation_to, name, None, kind(it))


def between(noun: Token, people: People) -> str | None:
    """ "Albania and Greece" as one name, for what lies between them."""
    names = [name_of(it, people) for it in with_conjuncts(noun)]
    return " and ".join(name for name in names if name) if None not in names else None


_THROUGH = words("""charge front top need favour favor control search support back care range danger process middle""")


def through(relation: str, noun: Token) -> tuple[str, Token]:
    """(is in charge of, testing) for (is in, charge of testing)."""
    of = [it for _, it in led_by({"of"}, noun)]
    return (f"{relation} {noun.lower_} of", of[0]) if noun.lower_ in _THROUGH and of else (relation, noun)


def _is_how(
    relation: str, subject: str, adjective: Token, further: list[tuple[str, Token]], people: People
) -> Iterator[Statement]:
    """(is allergic to, nuts), (is, vegetarian), (is, 41 years old); nothing for a day only, or of what is compared."""
    measure = [child for child in adjective.children if child.dep_ in {"npadvmod", "quantmod"}]
    a_name = any(child.text.isupper() for child in adjective.lefts)  # "O negative"
    if (
        adjective.lower_ == "sorry"
        or any(child.i > adjective.i for child in measure)
        or (measure and adjective.tag_ == "JJR")
        or a_name
    ):
        return
    if measure:
        slot = "age" if adjective.lower_ == "old" else None
        yield Statement(
            subject, relation, _text(adjective.doc[measure[0].left_edge.i : adjective.i + 1]), slot, "amount"
        )
    elif not _is_relative(adjective):
        further = [it for it in further if it[0] not in {"since", "for"} or kind(it[1]) not in {"time", "amount"}]
        beside = [*further, *led_by({"of"}, adjective)]
        for preposition, noun in beside:
            yield from _how_to_what(f"{relation} {adjective.lower_} {preposition}", subject, noun, people)
        if not beside:
            yield from (Statement(subject, relation, how, None, "state") for how in _plainly(adjective))


def _how_to_what(relation: str, subject: str, noun: Token, people: People) -> Iterator[Statement]:
    preposition = relation.split()[-1]
    said = preposition not in _NO_RELATION or (preposition == "until" and kind(noun) == "time")
    for it in with_conjuncts(noun) if said else ():
        timed = kind(it) == "time" and (is_vague_time(it) or preposition not in {"on", "at", "from", "until"})
        if not timed and (name := name_of(it, people)):
            yield Statement(subject, relation, name, relation_slot(relation, kind(it)), kind(it))


def _is_relative(adjective: Token) -> bool:
    """Whether it says more than how something is: "taller", "too big", "likely to come"."""
    led = any(child.dep_ in {"xcomp", "ccomp", "acl"} for child in adjective.children)
    graded = any(child.lower_ in {"too", "so", "as", "enough", "less", "more"} for child in adjective.children)
    return led or graded or adjective.tag_ in {"JJR", "RBR"}


def _plainly(adjective: Token) -> Iterator[str]:
    for it in with_conjuncts(adjective):
        if (
            (it.pos_ == "ADJ" or it.tag_ == "VBN" or it.dep_ == "acomp")
            and it.tag_ not in {"JJR", "JJS"}
            and it.lower_ not in _EMPTY
        ):
            yield _text(_adjective(it))


def _text(tokens: Iterable[Token]) -> str:
    return "".join(f"{word(token)}{token.whitespace_}" for token in tokens).strip()


_EMPTY = words(
    """able likely unlikely possible impossible sure certain true false wrong right ready supposed available bound
    fine ok okay good great nice bad important necessary clear done same different such"""
) - {"available", "ready"}


def _adjective(adjective: Token) -> list[Token]:
    lefts = [
        it
        for it in adjective.lefts
        if it.dep_ in {"punct", "npadvmod", "compound"}
        or (it.dep_ == "amod" and adjective.pos_ == "NOUN")  # "lactose intolerant"
        or (it.dep_ == "advmod" and it.i == adjective.i - 1 and it.text == "half")
    ]
    return [*lefts, adjective]


def _is_noun(relation: str, token: Token, subject: str, noun: Token, people: People) -> Iterator[Statement]:
    if (
        (token.lower_ == "we" and (noun.pos_ == "NUM" or noun.tag_ == "NN"))  # "a team of five", which no one of us is
        or noun.pos_ == "VERB"
        or noun.tag_ in {"VB", "VBG", "WP", "WDT"}
        or any(it.dep_ == "relcl" and (it.i == noun.i + 1 or it.tag_ == "VB") for it in noun.children)
    ):
        return
    role = _role_of(token, noun, people) if relation == "is" and not _is_age(token, noun) else None
    if role and (not _is_description(noun) or _is_any_valued(role[1])):
        names = [(it, name) for it in with_conjuncts(noun) if (name := name_of(it, people))]
        slot = role_slot(role[1]) if len(names) == 1 else None
        for it, name in names:
            yield Statement(role[0], f"has {role[1]}", name, slot, kind(it))
        return
    far = any(near == "from" for head in (noun, noun.head) for near, _ in phrases(head))  # "five minutes from the sea"
    if is_vague_time(noun) and (kind(noun) == "time" or far):
        return
    if relation in {"is", "became", "has become"} and (said := _role_of_object(subject, noun, people)):
        yield said
        return
    several = with_conjuncts(noun)
    if (
        len(several) > 1
        and " of " not in (name_of(noun, people) or "")
        and " of " in (name_of(several[-1], people) or "")
    ):
        several = several[-1:]  # "the capital and largest city of Portugal"
    for it in several:
        if name := name_of(it, people):
            yield from _described(relation, token, subject, it, name, people)


def _described(
    relation: str, token: Token, subject: str, noun: Token, name: str, people: People
) -> Iterator[Statement]:
    if token.lower_ == "it" and value(noun) and kind(noun) == "time":  # "it is Monday" tells of no thing
        return
    single = relation == "is" and token.pos_ == "NOUN" and token.tag_ == "NN" and not _is_description(noun)
    if _is_age(token, noun):
        yield Statement(subject, relation, name, "age", "amount")
        return
    valued = single and kind(noun) in {"amount", "time", "code", "name", "person"} and not is_person(token)
    yield Statement(without_news(subject), relation, name, "value" if valued else None, kind(noun))
    if relation == "is":
        yield from _by_whom(subject, noun, people)
    if is_indefinite(noun) and kind(noun) == "thing":
        for preposition, place in phrases(noun):
            if (
                preposition in {"at", "for", "in", "from", "to", "with"}
                and kind(place) != "time"
                and (where := name_of(place, people))
            ):
                yield Statement(subject, f"{relation} {name} {preposition}", where, None, kind(place))


def _by_whom(subject: str, noun: Token, people: People) -> Iterator[Statement]:
    """What a participle after the noun tells: "is a film directed by Ana Ruiz", "is a firm making shoes"."""
    doing = [it for child in noun.rights if child.dep_ == "acl" for it in (child, *child.conjuncts)]
    for verb in doing:
        if verb.tag_ not in {"VBN", "VBG"} or verb.lemma_ in {"call", "name", "title"}:
            continue
        objects = [child for child in verb.children if child.dep_ == "dobj" and verb.tag_ == "VBG"]
        for preposition, it in [*(("", it) for it in objects), *phrases(verb)]:
            done = f"{'was' if preposition == 'by' else 'is'} {verb.lower_}"
            said = f"{third_person(verb.lemma_) if verb.tag_ == 'VBG' else done} {preposition}".strip()
            for token in with_conjuncts(it) if preposition not in _NO_RELATION - {"by"} else ():
                if (name := name_of(token, people)) and not is_vague_time(token):
                    yield Statement(subject, said, name, None, kind(token))


def _is_description(noun: Token) -> bool:
    """Whether the noun says of what kind something is: "a nurse", "cargo bikes"; not which one it is."""
    if any(child.dep_ == "det" and child.lower_ in {"a", "an"} for child in noun.children):
        return True
    if value(noun) or noun.pos_ in {"PROPN", "NUM"} or (noun.text[:1].isupper() and noun.i > noun.sent.start):
        return False
    if kind(noun) == "amount":
        return False
    return not any(child.dep_ in {"det", "poss"} and child.lower_ not in {"a", "an", "some"} for child in noun.children)


def _role_of(token: Token, what: Token, people: People) -> tuple[str, str] | None:
    """The role that is filled by `what`; that of "it" is the one last spoken of: "My dentist changed, it's Dr. Wu"."""
    if token.lower_ != "it" or not people.role:
        return role_in(token, people)
    of_person = people.role[1].casefold().split()[-1] in PEOPLE
    named = (
        kind(what) == "person" if of_person else value(what) or what.pos_ == "PROPN" or _is_any_valued(people.role[1])
    )
    return people.role if named and kind(what) != "time" and role_slot(people.role[1]) else None


def role_in(token: Token, people: People) -> tuple[str, str] | None:
    """(Acme, CEO) of "the CEO of Acme is …", (I, favourite film) of "my favourite film is …"."""
    if token.pos_ not in {"NOUN", "PROPN"} or called_name(token, people):
        return None
    owner = owner_of(token, people)
    of = led_by(_ROLE_PREPOSITIONS, token)
    if token.tag_ in {"NNS", "NNPS"} and not of:
        return None
    if owner:
        name = bare_name(token, people)
        tail = "".join(
            f" {preposition} {inner}"
            for preposition, it in of
            if preposition != "of" and (inner := name_of(it, people))
        )
        return (owner, without_news(f"{name}{tail}")) if name and not _is_past(name) else None
    return _of_role(token, of, people)


def _of_role(token: Token, of: list[tuple[str, Token]], people: People) -> tuple[str, str] | None:
    if not of or (token.pos_ == "PROPN" and token.text.istitle() and not is_title(token)):
        return None
    (_, whose), *rest = of
    name = _words(token, people)
    owner = name_of(whose, people)
    if not name or not owner or rest or _is_past(name):
        return None
    inner = [it for _, it in led_by({"at", "of"}, whose)]
    if of[0][0] == "of" and inner and " of " not in owner and (whole := name_of(inner[0], people)):
        return whole, f"{without_news(name)} of {owner}"
    return owner, without_news(name)


def is_title(token: Token) -> bool:
    """Whether a word tagged as a name is a calling all the same: it has an article."""
    return any(child.dep_ == "det" for child in token.children)


def _words(token: Token, people: People) -> str | None:
    """The words before and with the head, without "of …"."""
    name = bare_name(token, people)
    return name.split(" of ")[0] if name else None


def _role_of_object(subject: str, noun: Token, people: People) -> Statement | None:
    """(Acme, has CEO, Ana) of "Ana is the CEO of Acme", (Ana, has sister, Jo) of "Jo is Ana's sister"."""
    articles = [child.lower_ for child in noun.children if child.dep_ == "det"]
    if articles and articles[0] != "the":
        return None
    of = led_by({"at", "of"}, noun)
    owner = owner_of(noun, people)
    if owner:
        name = bare_name(noun, people)
        role: tuple[str, str] | None = (owner, without_news(name)) if name and not _is_past(name) else None
    else:
        role = _of_role(noun, of, people) if articles or noun.pos_ == "PROPN" or noun.lower_ in PEOPLE else None
        if (
            not articles
            and role
            and not noun.text.isupper()
            and noun.lower_ not in PEOPLE | {"head", "director", "president", "chair", "mayor", "captain"}
        ):
            return None
    if role is None or role[0] == subject or len(role[1].split()) > 5:
        return None
    return Statement(role[0], f"has {role[1]}", subject, role_slot(role[1]), "person")


def _is_age(token: Token, noun: Token) -> bool:
    person = is_person(token) or token.pos_ == "PRON"
    return person and (int(noun.text) <= _OLDEST if noun.text.isdigit() else noun.pos_ == "NUM" and not value(noun))


def without_news(name: str) -> str:
    for fresh in _FRESH:
        name = name.removeprefix(fresh).removeprefix(fresh.capitalize())
    return name


def _is_past(name: str) -> bool:
    return name.casefold().startswith(_PAST)
