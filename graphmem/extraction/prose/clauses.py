"""Clauses of a parsed text as statements: who did what, who is what, what is where, whose is what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from graphmem.extraction.prose import changes, duties, endings, returns
from graphmem.extraction.prose.copula import between, is_what, role_in, without_news
from graphmem.extraction.prose.families import DISLIKING, LIKING
from graphmem.extraction.prose.nouns import (
    bare_name,
    called_name,
    calling,
    is_of_another_clause,
    name_of,
    owner_of,
    phrases,
    with_conjuncts,
)
from graphmem.extraction.prose.people import FIRST_PERSON, KIN, PEOPLE, PETS, People, is_person
from graphmem.extraction.prose.relations import verb_phrase
from graphmem.extraction.prose.slots import relation_slot, role_slot
from graphmem.extraction.prose.standing import (
    MOMENTARY,
    SAYING,
    has_subject,
    is_cleft,
    is_taken_for_noun,
    is_told,
    standing,
    verb_above,
)
from graphmem.extraction.prose.statements import Ending, Said, Statement
from graphmem.extraction.prose.values import is_vague_time, kind, value, word
from graphmem.language.wordlist import words

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_SUBJECTS = frozenset({"nsubj", "nsubjpass"})
_PLACING = words("put place leave drop set lay hide keep store insert park install hang")
_ON = {"into": "in", "onto": "on", **{near: near for near in ("in", "on", "under", "inside", "behind", "at")}}
_NO_RELATION = words(
    """because despite without except than like unlike due per via during before after until till since for-example
    as by"""
)
_NEWLY = words("actually now instead")
_LIGHT = SAYING - words("order write fail expect decline refuse recommend plan") | words("do let go come name")
_TOLD_WITH = {"report": words("to"), "look": words("for after into")}
_GIVING = words("give award offer send pay grant teach lend show ask charge assign owe")
_IN_A_PHRASE = words(
    """part care place advantage notice charge responsibility hold access use note account time fun trouble interest
    pride credit control benefit effect role aim turn contact touch pleasure shape pity"""
)
_IDIOMS = words(
    """general fact addition particular course least most all first last once mind way case moment end total time
    north south east west left right northeast northwest southeast southwest"""
)


def said_in(doc: Doc, people: People) -> Iterator[Said]:
    """What the text says, sentence by sentence; names are remembered for the pronouns after them."""
    for sentence in doc.sents:
        told = is_told(sentence)
        gone = [it for index, it in doc.user_data["gone"] if sentence.start <= index <= sentence.end]
        speaks = any(map(_is_verb, sentence))
        for token in sentence:
            if told and _is_verb(token) and not _is_broken(token):
                for said in _clause(token, people):
                    yield said
                    if isinstance(said, Statement):
                        if said.relation in {"has name", "is called"}:
                            people.names.add(said.object)
                        elif said.kind == "person" and said.relation.startswith("has "):
                            people.is_called(said.subject, said.relation.removeprefix("has "), said.object)
                        yield from (endings.corrected(said, it.value, it.reason) for it in gone)
            elif speaks and token.pos_ in {"NOUN", "PROPN"} and token.dep_ != "compound":
                if told:
                    yield from _naming(token, people)
                if token.dep_ in _SUBJECTS:
                    people.role = role_in(token, people) or people.role
                    people.named_together(with_conjuncts(token), [name_of(it, people) for it in with_conjuncts(token)])
                if name := name_of(token, people):
                    people.heard(name, token)
                elif token.dep_ == "dobj" and any(it.lower_ in {"this", "that"} for it in token.children):
                    people.heard_of_something()


def put_right(doc: Doc, people: People) -> Iterator[tuple[str, str]]:
    """What "actually it's Thursday, not Tuesday" puts in the place of what; of that "" where it is not said."""
    for sentence in doc.sents:
        verb = sentence.root
        gone = [it.value for index, it in doc.user_data["gone"] if sentence.start <= index <= sentence.end]
        it_is = verb.lemma_ in {"be", "'s"} and any(it.lower_ in {"it", "that"} for it in _subjects(verb))
        beside = [
            it
            for it in verb.rights
            if it.dep_ in {"conj", "advcl"} or (it.dep_ == "advmod" and it.lower_ not in _NEWLY)
        ]
        alone = not beside and endings.news(verb) == "corrected"
        if it_is and standing(verb) == "stated" and is_told(sentence) and (gone or alone):
            said = [it for it in verb.children if it.dep_ in {"attr", "npadvmod"}]
            for noun in [*said, *(noun for _, noun in phrases(verb))][:1]:
                yield from ((name, it) for it in gone or [""] if (name := name_of(noun, people)))


def _is_verb(token: Token) -> bool:
    if token.pos_ in {"VERB", "AUX"}:
        return token.dep_ not in {"aux", "auxpass"}
    passive = token.dep_ in {"ROOT", "conj"} and any(child.dep_ == "auxpass" for child in token.children)
    return passive or is_taken_for_noun(token)


def _is_broken(verb: Token) -> bool:
    """Whether the parse of the clause cannot be right."""
    subjects = [child for child in verb.children if child.dep_ in _SUBJECTS]
    if len(subjects) > 1 or (subjects and not _agree(subjects[0], verb)):
        return True
    return any(
        child.dep_ == "dep" or (child.dep_ == "dobj" and child.i < verb.i and verb.dep_ != "relcl")
        for child in verb.children
    )


def _agree(subject: Token, verb: Token) -> bool:
    """Whether subject and verb go together in number, where the verb shows it; "they" and groups go with either."""
    finite = next((child for child in verb.children if child.dep_ in {"aux", "auxpass"}), verb)
    if any(child.dep_ == "conj" for child in subject.children):
        return finite.tag_ != "VBZ" and finite.lower_ != "was"
    if value(subject):
        return True
    if finite.lower_ in {"was", "were"}:
        return subject.tag_ not in ({"NN", "NNP"} if finite.lower_ == "were" else {"NNS"})
    if finite.tag_ == "VBZ":
        return subject.tag_ != "NNS" and subject.lower_ not in {"i", "we", "they", "you"}
    if finite.tag_ == "VBP" and finite.lemma_ not in {"be", "'"}:
        return subject.tag_ not in {"NN", "NNP"} and subject.lower_ not in {"he", "she", "it"}
    return True


def _clause(verb: Token, people: People) -> Iterator[Said]:
    stands = standing(verb)
    if stands is None:
        return
    subjects = [(token, name) for token in _subjects(verb) for name in _subject_names(token, people)]
    yield from duties.due(verb, subjects, stands, people)
    if stands == "due":
        return
    if stands == "stated":
        yield from duties.done(verb, subjects, people)
    named = list(_nicknamed(verb, subjects, people)) if stands == "stated" else []
    if changed := named or list(changes.read(verb, subjects, stands, people)):
        yield from changed
        return
    if stands == "stated" and subjects:
        things = [(it, name) for it in verb.children if it.dep_ == "dobj" and (name := name_of(it, people))]
        yield from endings.handed(verb, things)
    for token, subject in subjects:
        if stands == "stated":
            yield from returns.back(verb, subject, people)
        for statement in _statements(verb, token, subject, people):
            circular = _is_circular(statement)
            yield from (it for it in endings.settled(verb, statement, stands) if not circular or it is not statement)
        yield from endings.habit(verb, subject, stands)
        if stands == "stated":
            yield from endings.alone(verb, subject)
    if stands == "stated":
        yield from _there_is(verb, people)
        yield from _placed(verb, people)
        objects = [(it, name) for it in verb.children if it.dep_ == "dobj" and (name := _subject_name(it, people))]
        yield from endings.cancelled(verb, [*subjects, *objects], people.me)
        yield from returns.arrived(verb, subjects, objects)


def _is_circular(statement: Statement) -> bool:
    """Whether something is said of itself, or of what it has: "we all have our ways"."""
    having = statement.relation in {"is", "has"} and statement.object.startswith(f"{statement.subject}'s ")
    return having or statement.object == statement.subject


def _subjects(verb: Token) -> list[Token]:
    """Who does it: its own subject, the noun it describes, or the subject of the verb it is joined to."""
    helpers = [child for child in verb.children if child.dep_ == "auxpass"]  # on which the parser may hang it
    children = [child for head in (verb, *helpers) for child in head.children]
    own = [token for child in children if child.dep_ in _SUBJECTS for token in with_conjuncts(child)]
    if verb.dep_ == "relcl":
        of_noun = own and (own[0].lower_ == "who" or (own[0].lower_ in {"which", "that"} and verb.head.pos_ == "PROPN"))
        if not of_noun or not _agree(verb.head, verb):
            return []
        described = verb.head.dep_ == "attr" and not is_cleft(verb)
        return _subjects(verb.head.head) if described else [verb.head]
    if own or has_subject(verb):
        return own
    above = verb_above(verb.head)
    return (
        _subjects(above)
        if verb.dep_ in {"conj", "xcomp"} and above is not verb and above.pos_ in {"VERB", "AUX"}
        else []
    )


def _subject_names(token: Token, people: People) -> list[str]:
    """The name of who does it; "they" are the two or more who were last named together."""
    name = _subject_name(token, people)
    return [name] if name else people.group if token.lower_ == "they" else []


def _subject_name(token: Token, people: People) -> str | None:
    name = name_of(token, people)
    named = token.pos_ in {"NOUN", "PROPN", "PRON"} or any(child.dep_ in {"det", "poss"} for child in token.children)
    if not name or not named or (kind(token) in {"time", "amount"} and value(token)):
        return None
    if token.pos_ == "NOUN":
        if any(child.dep_ == "relcl" and child.i == token.i + 1 for child in token.children):
            return None
        for preposition, noun in phrases(token):
            inner = name_of(noun, people)
            name = f"{name} {preposition} {inner}" if inner and kind(noun) != "time" else name
    return name


def _statements(verb: Token, token: Token, subject: str, people: People) -> Iterator[Statement]:
    lemma = verb.lemma_.lower()
    stays = lemma == "stay" and token.pos_ == "NOUN" and any(child.dep_ == "acomp" for child in verb.children)
    if stays or lemma in {"be", "become", "'s", "\u2019s", "'m", "'re", "remain"}:
        yield from is_what(verb, token, subject, people)
        return
    phrase = _relation(verb)
    reports = any(preposition in _TOLD_WITH.get(lemma, ()) for preposition, _ in phrases(verb))
    chatter = lemma in {"have", "need", "get"} and any(
        child.dep_ == "dobj" and child.lower_ in MOMENTARY for child in verb.children
    )
    if (
        phrase is None
        or chatter
        or (lemma in _LIGHT and not reports and not _is_passive(verb) and lemma not in {"go", "come"})
    ):
        return
    doing = any(child.dep_ in {"xcomp", "ccomp"} or _is_doing(child) for child in verb.rights)
    objects = [it for it in verb.children if it.dep_ in {"dobj", "oprd"} or _is_odd_object(it) if not _is_doing(it)]
    if objects and objects[0].dep_ == "dobj" and _is_passive(verb) and lemma not in _GIVING:
        return
    if doing and not objects:
        yield from _tastes(phrase, verb, subject)
        return
    if objects and lemma == "call" and (called := _called_role(token, objects[0], people)):
        yield called
    elif objects:
        yield from _with_object(phrase, verb, objects[0], subject, people)
    elif verb.dep_ != "xcomp" or verb.head.lemma_ != "have":  # "had to reach out to them"
        yield from _without_object(phrase, verb, verb, subject, people)


def _tastes(phrase: str, verb: Token, subject: str) -> Iterator[Statement]:
    """What one likes or hates to do, or a thing needs: "loves hiking and cooking", "needs painting"."""
    doing = (child for child in verb.children if child.dep_ == "xcomp" or _is_doing(child))
    for child in doing if verb.lemma_ in LIKING | DISLIKING | {"need"} else ():
        for it in (child, *child.conjuncts):
            if it.lower_.endswith("ing") and not any(
                below.dep_ in {"dobj", "ccomp", "xcomp", "auxpass"} for below in it.children
            ):
                yield Statement(subject, phrase, it.lower_)


def _is_doing(child: Token) -> bool:
    """Whether what is done stands as the object: "needs painting"."""
    return bool(child.dep_ == "dobj" and child.tag_ == "VBG" and child.pos_ == "VERB")


def _called_role(token: Token, noun: Token, people: People) -> Statement | None:
    """(I, has boss, Ann) of "my boss is called Ann", as of "my boss is Ann", where one has one at a time."""
    role, name = role_in(token, people), name_of(noun, people)
    slot = role_slot(role[1]) if role and token.lower_ in PEOPLE else None
    return Statement(role[0], f"has {role[1]}", name, slot, "person") if role and slot and name else None


def _nicknamed(verb: Token, subjects: list[tuple[Token, str]], people: People) -> Iterator[Said]:
    """Read "everyone calls me Sam", "Samuel goes by Sam now", "he likes to be called Sam"."""
    called = [child for child in verb.children if child.dep_ in {"oprd", "dobj", "ccomp"}]
    called = [noun for near, noun in phrases(verb) if near == "by"] if verb.lemma_ == "go" else called
    me = verb.lemma_ == "call" and any(it.lower_ == "me" and it.dep_ in {"dobj", "nsubj"} for it in verb.children)
    themselves = verb.lemma_ == "go" or (verb.lemma_ == "call" and verb.dep_ == "xcomp" and _is_passive(verb))
    persons = [name for it, name in subjects if it.pos_ == "PRON" or is_person(it)]
    who = [people.me] if me else persons if themselves else []
    name = next((name_of(it, people) for it in called if it.pos_ == "PROPN"), None)
    for subject in who if name else ():
        yield Statement(subject, "is called", name or "", "nickname", "name")
        if endings.news(verb):
            yield Ending(subject, "now", frozenset({"call"}), other_than=name, kind="name")


def _is_odd_object(child: Token) -> bool:
    """Whether a name that the parser takes for an adverb is what is used, seen or had: "uses Java"."""
    return bool(child.dep_ == "advmod" and child.pos_ == "PROPN" and child.i == child.head.i + 1)


def _relation(verb: Token) -> str | None:
    phrase = verb_phrase(verb)
    if verb.dep_ == "xcomp" and verb.head.pos_ == "VERB":
        if _is_passive(verb) or any(child.lower_ in {"getting", "being"} for child in verb.children):
            return None
        to = "to " if any(child.tag_ == "TO" for child in verb.children) else ""
        head = verb_phrase(verb.head)
        return f"{head} {to}{verb.lower_}" if head else None
    return phrase


def _is_passive(verb: Token) -> bool:
    return any(child.dep_ == "auxpass" for child in verb.children)


def _with_object(phrase: str, verb: Token, noun: Token, subject: str, people: People) -> Iterator[Statement]:
    """Give (phrase, object), and (phrase object preposition, other) for each further phrase."""
    if given := _sum_to_whom(phrase, verb, noun, subject, people):
        yield from given
        return
    several = with_conjuncts(noun)[: 1 if _names_kin(noun) else None]
    named = [(token, name) for token in several if (name := name_of(token, people))]
    if noun.dep_ == "oprd":
        named = [(token, name) for token, name in named if token.pos_ != "VERB"]
    further = [(preposition, other) for preposition, other in [*phrases(verb), *phrases(noun)] if other.i > noun.i]
    further = [(preposition, other) for preposition, other in further if not _is_of_another(other, further)]
    to_whom = [child for child in verb.children if child.dep_ == "dative"]
    if phrase in {"has", "had"} and verb.dep_ != "xcomp" and (called := called_name(noun, people)):
        role = without_news((bare_name(noun, people) or noun.text).split(" of ")[0])
        yield Statement(subject, f"{phrase} {role}", called, role_slot(role), "name")
        return
    elif not (noun.lower_ in _IN_A_PHRASE and further):
        for token, name in named:
            yield Statement(subject, phrase, name, relation_slot(phrase, kind(token)), kind(token))
    held = bare_name(noun, people) if not called_name(noun, people) else noun.text
    if not named or not held or noun.pos_ == "PRON":
        return
    for child in to_whom:
        receivers = (
            [child]
            if child.dep_ == "dative" and child.pos_ != "ADP"
            else [it for it in child.children if it.dep_ == "pobj"]
        )
        for receiver in receivers:
            if (name := name_of(receiver, people)) and name != subject:
                yield Statement(subject, f"{phrase} {held} to", name)
    for preposition, other in further:
        if (verb.lemma_.lower() in _PLACING and preposition in _ON and kind(other) != "time") or is_vague_time(other):
            continue
        for name, token in _others(preposition, other, people):
            if len(f"{phrase} {held} {preposition}".split()) <= 7:
                yield Statement(subject, f"{phrase} {held} {preposition}", name, None, kind(token))


def _is_of_another(noun: Token, others: list[tuple[str, Token]]) -> bool:
    """Whether a phrase says of a second thing what another says of the first: "Slack for chat and Jira at work"."""
    before = noun.head.nbor(-1) if noun.head.i else noun.head
    between = any(other.i < before.i for _, other in others)
    return before.dep_ == "conj" and (between or is_of_another_clause(before, before.head))


def _sum_to_whom(phrase: str, verb: Token, noun: Token, subject: str, people: People) -> list[Statement]:
    """Read "owes Tom 50 euros", of which the parser makes one name."""
    before = [it for it in noun.subtree if it.i < noun.i and it.dep_ in {"compound", "nmod", "nummod"}]
    whom = [it for it in before if it.pos_ == "PROPN"]
    to = name_of(whom[0], people) if whom and verb.lemma_ in _GIVING and kind(noun) == "amount" else None
    if not to:
        return []
    given = " ".join(word(it) for it in [*before, noun] if it.i > whom[-1].i)
    return [Statement(subject, phrase, given, None, "amount"), Statement(subject, f"{phrase} {given} to", to)]


def _others(preposition: str, noun: Token, people: People) -> Iterator[tuple[str, Token]]:
    """The names after a preposition that say something: not "in fact", "because of the rain"."""
    until = preposition == "until" and kind(noun) == "time" and not is_vague_time(noun)
    if (preposition.split()[0] in _NO_RELATION - {"by", "as"} and not until) or noun.lower_ in _IDIOMS:
        return
    if preposition == "between":
        if name := between(noun, people):
            yield name, noun
        return
    for token in with_conjuncts(noun):
        if name := name_of(token, people):
            yield name, token


def _without_object(phrase: str, verb: Token, of: Token, subject: str, people: People) -> Iterator[Statement]:
    passive = _is_passive(verb)
    found = False
    for preposition, noun in phrases(of):
        for name, token in _others(preposition, noun, people):
            if is_vague_time(token) and not (passive and kind(token) == "amount"):
                continue
            every = word(token).casefold().startswith("every ")  # "comes every Friday"
            relation, found = phrase if every else f"{phrase} {preposition}", True
            yield Statement(subject, relation, name, relation_slot(relation, kind(token)), kind(token))
            if preposition == "as":
                for at, place in phrases(token):
                    if (
                        at in {"at", "for", "in", "with"}
                        and (where := name_of(place, people))
                        and not is_vague_time(place)
                    ):
                        yield Statement(subject, f"{phrase} {at}", where, None, kind(place))
    bare = not any(it.dep_ in {"prep", "agent", "prt"} for it in verb.children)
    if (
        passive
        and bare
        and not found
        and (verb.tag_ == "VBN" or verb.pos_ == "ADJ")
        and not any(it.dep_ in {"oprd", "xcomp", "ccomp", "advcl"} for it in verb.children)
    ):
        helper, _, participle = phrase.rpartition(" ")
        of_thing = any(it.dep_ == "nsubjpass" and it.pos_ == "NOUN" and not is_person(it) for it in verb.children)
        got = {"got", "has got"} if of_thing else set()  # "the lift got fixed", not "I got hurt"
        if helper in {"is", "was", "has been"} | got and participle != "done":
            yield Statement(subject, "was" if helper == "was" else "is", participle, None, "state")


def _there_is(verb: Token, people: People) -> Iterator[Statement]:
    """Read "There is a lamp on the desk." The preposition hangs on the verb or on the noun, as the parser likes."""
    if not any(child.dep_ == "expl" and child.lower_ == "there" for child in verb.children) or verb.tag_ not in {
        "VBZ",
        "VBP",
    }:
        return
    things = [child for child in verb.children if child.dep_ in {"attr", "nsubj", "dobj"}]
    for preposition, place in [*phrases(verb), *(found for thing in things for found in phrases(thing))]:
        if preposition in _ON.values() and (where := name_of(place, people)) and kind(place) != "time":
            for thing in (token for it in things for token in with_conjuncts(it)):
                if name := name_of(thing, people):
                    yield Statement(name, f"is {preposition}", where, None, kind(place))


def _placed(verb: Token, people: People) -> Iterator[Said]:
    """Read "Tom put the book on the shelf" as where the book is."""
    if verb.lemma_.lower() not in _PLACING:
        return
    things = [token for child in verb.children if child.dep_ == "dobj" for token in with_conjuncts(child)]
    named = [name for thing in things if (name := name_of(thing, people))]
    where = [*phrases(verb), *(found for thing in things for found in phrases(thing))]
    for preposition, place in where:
        if preposition in _ON and kind(place) != "time" and (name := name_of(place, people)):
            for thing_name in named:
                yield from endings.placed(Statement(thing_name, f"is {_ON[preposition]}", name, None, kind(place)))


def _naming(noun: Token, people: People) -> Iterator[Statement]:
    """Read "my sister Carla" as whose sister Carla is, and "Jo, a doctor from Oslo," as what Jo is."""
    yield from _named_one_by_one(noun, people)
    what = noun if noun.text.isupper() else calling(noun)
    if what is not None and (what.lower_ in PEOPLE | PETS or (what is noun and noun.text.isupper())):
        called = called_name(noun, people) if what is noun else name_of(noun, people)
        mine = what is not noun and any(it.lower_ in FIRST_PERSON for it in noun.lefts)
        owner = people.me if mine else owner_of(noun, people)
        if called and owner and owner != called:
            role = what.text if what.text.isupper() else what.lower_
            yield Statement(owner, f"has {role}", called, role_slot(role), "person")
    is_i = noun.dep_ == "attr" and any(it.lower_ == "i" for it in noun.head.lefts)  # "I'm Jo, a doctor from Oslo"
    told = noun.dep_ in _SUBJECTS or is_i
    if noun.pos_ == "PROPN" and (is_i or is_person(noun)) and told and standing(verb_above(noun)) == "stated":
        for child in noun.rights:
            if (
                child.dep_ == "appos"
                and child.pos_ == "NOUN"
                and any(it.lower_ in {"a", "an"} for it in child.children)
            ):
                yield from _described(people.me if is_i else name_of(noun, people), child, people)


def _names_kin(noun: Token) -> bool:
    """Whether names after a comma are whom the noun means: "twins, Edie and Max"."""
    return noun.tag_ == "NNS" and noun.lemma_.lower() in KIN | PETS and noun.nbor(1).text in {",", ":"}


def _named_one_by_one(noun: Token, people: People) -> Iterator[Statement]:
    """Read "my kids Mia and Leo" and "I have two kids, Mia and Leo" as who they are."""
    apart = noun.i + 1 < len(noun.doc) and noun.nbor(1).text in {",", ":"}
    named = [it for it in noun.rights if it.pos_ == "PROPN" and it.dep_ == "appos"]
    named = named or [it for it in noun.doc[noun.i + 2 : noun.i + 3] if apart and it.pos_ == "PROPN"]
    if noun.tag_ != "NNS" or noun.lemma_.lower() not in KIN | PETS or not named:
        return
    has = noun.dep_ == "dobj" and noun.head.lemma_ in {"have", "get"} and standing(noun.head) == "stated"
    subjects = _subjects(noun.head) if has else []
    owners = [name_of(it, people) for it in subjects] or [owner_of(noun, people)]
    for token in with_conjuncts(named[0]):
        name = name_of(token, people)
        yield from (Statement(it, f"has {noun.lemma_.lower()}", name, None, "person") for it in owners if it and name)


def _described(name: str | None, what: Token, people: People) -> Iterator[Statement]:
    description = name_of(what, people)
    if name and description:
        yield Statement(name, "is", description)
        for preposition, place in phrases(what):
            if preposition == "from" and (where := name_of(place, people)):
                yield Statement(name, "is from", where, None, "place")
