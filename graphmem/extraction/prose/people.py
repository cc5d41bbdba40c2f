"""Who speaks, whom a pronoun means, and which names of a text are one person's."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from graphmem.extraction.prose.standing import STARTS, verb_above
from graphmem.extraction.prose.values import A_NAME, A_VERB, A_VERB_BEFORE_PREPOSITION, kind, value, word
from graphmem.language.wordlist import words
from graphmem.language.words import STOP_WORDS

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

NOBODY = words("""assistant system tool bot ai model chatbot function developer""")
"""Speakers whose own words teach nothing about anybody."""

FIRST_PERSON = frozenset({"i", "me", "my", "myself", "mine", "we", "us", "our", "ours", "ourselves"})
PETS = words("dog cat puppy kitten horse pony rabbit hamster parrot")
_SHE = frozenset({"she", "her", "hers", "herself"})
_HE = frozenset({"he", "him", "his", "himself"})


def _with_kin(names: frozenset[str]) -> frozenset[str]:
    """The words for kin with those of near kin: "grandmother", "stepmother", "mother-in-law"."""
    return names | {near for name in names for near in (f"grand{name}", f"step{name}", f"{name}-in-law")}


_WOMEN = words("wife aunt niece girlfriend landlady widow woman") | _with_kin(
    words("sister mother mum mom mama ma daughter")
)
_MEN = words("husband uncle nephew boyfriend landlord widower man") | _with_kin(words("brother father dad papa pa son"))
KIN = (
    _WOMEN
    | _MEN
    | words(
        """friend cousin child kid parent partner spouse fiancé fiancée neighbour neighbor colleague twin roommate
        flatmate"""
    )
)
PEOPLE = KIN | words(
    """boss manager teacher doctor dentist lawyer nurse tenant employee assistant secretary coach trainer therapist
    supervisor mentor patient client customer contact professor student accountant director"""
)
_TITLES = words(
    """dear hi hello mr mrs ms miss dr prof professor sir dame lady lord st doctor rev father sister captain judge"""
)
_TO_PEOPLE = words(
    """call meet marry tell see ask thank invite introduce hire fire know love hug kiss email text phone help teach
    hate divorce date miss greet interview warn contact message coach"""
)
_TO_PLACES = words("leave join quit found run own buy use visit sell like prefer reach enter")
_TO_NOUNS = words("allergic addicted immune listen listens listening listened")
_BEFORE_INFINITIVE = words("help let make go come dare need have see hear be do try")
_SUBJECTS = words("nsubj nsubjpass expl csubj")
_AGENT = re.compile(r"(?:[^aeiou]er|or|ist|ian|man|woman)$")
_ABBREVIATED = re.compile(r"^[A-Z]\.$")


def is_nobody(speaker: str | None) -> bool:
    """Whether what this speaker says teaches nothing: an assistant, a tool."""
    return (speaker or "").casefold() in NOBODY


@dataclass(slots=True)
class People:
    """Who speaks, and who and what has been spoken of, by name, with "she" or "he" where the text shows it.

    Of `things` it is known whether one did something (True) or is only where something is (False). `names` are words
    for somebody that are no further person; `role` is the last one that was spoken of: (Acme, CEO); a `group` are who
    did something together.
    """

    speaker: str | None = None
    spoken_of: dict[str, str] = field(default_factory=dict)
    things: dict[str, bool | None] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    role: tuple[str, str] | None = None
    group: list[str] = field(default_factory=list)
    meant: dict[tuple[int, int], str | None] = field(default_factory=dict)

    @property
    def me(self) -> str:
        return self.speaker or "I"

    def mine(self, thing: str) -> str:
        """What the speaker calls "my …": two speakers' sisters are two."""
        return f"{self.speaker}'s {thing}" if self.speaker else f"my {thing}"

    def is_called(self, owner: str, role: str, name: str) -> None:
        """Take note that somebody's `role` and the person of that name are one."""
        one = self.mine(role) if owner == self.me else f"{owner}'s {role}"
        self.spoken_of[name] = self.spoken_of.pop(one, "") or self.spoken_of.get(name, "")
        self.things.pop(one, None)

    def whom(self, pronoun: Token) -> str | None:
        """The name for a pronoun, or None when it cannot be told; what it means by the names before it."""
        place = (id(pronoun.doc), pronoun.i)
        if place not in self.meant:
            self.meant[place] = self._whom(pronoun)
        return self.meant[place]

    def _whom(self, pronoun: Token) -> str | None:
        low = pronoun.lower_
        if low in FIRST_PERSON:
            return self.me
        if low in {"it", "its"}:
            central = [name for name, does in self.things.items() if does is not False]
            only = self._only(central if any(self.things.values()) else self.things, pronoun)
            if not only and pronoun.dep_ in {"dobj", "pobj", "dative"}:
                self.heard_of_something()
            return only or (self._in_role() if pronoun.dep_ == "nsubj" and not self.things else None)
        wanted = "she" if low in _SHE else "he" if low in _HE else None
        if wanted is None:
            return None
        persons = [name for name, gender in self.spoken_of.items() if gender in {"", wanted} and name != self.speaker]
        pets = [name for name in self.things if name and name.split()[-1] in PETS]
        return self._only(persons or pets or self._may_be_person(pronoun), pronoun)

    def _may_be_person(self, pronoun: Token) -> list[str]:
        """Who "she" or "he" may be where no person is known: a name the parser does not know, "the plumber"."""
        own = {word(it) for it in verb_above(pronoun).children if it.dep_ in _SUBJECTS and it.text.istitle()}
        own = own if pronoun.dep_ == "poss" else set()
        acting = [name for name, does in self.things.items() if does]
        return [name for name in acting if name.split()[-1] in own or _AGENT.search(name)]

    def heard_of_something(self) -> None:
        """Remember that the text speaks of a thing without a name, which "it" may mean from then on."""
        self.things[""] = None

    def named_together(self, heads: list[Token], names: list[str | None]) -> None:
        """Remember who or what did something, for "they": two persons, or several of a kind ("my parents")."""
        several = len(heads) > 1 and all(map(is_person, heads))
        if several or any(head.tag_ == "NNS" for head in heads):
            self.group = [name for name in names if name]

    def _in_role(self) -> str | None:
        owner, role = self.role or (None, None)
        return role and (self.mine(role) if owner == self.me else f"{owner}'s {role}")

    def _only(self, names: Iterable[str], pronoun: Token) -> str | None:
        beside = _subject_beside(pronoun)
        others = [name for name in names if name != self.speaker and name != beside]
        return others[0] if len(others) == 1 else None

    def heard(self, name: str, head: Token) -> None:
        """Remember that the text speaks of this person or thing."""
        if name in self.names:
            return
        if is_person(head):
            self.spoken_of[name] = self.spoken_of.get(name) or _gender(head)
        subject = head.dep_ in {"nsubj", "nsubjpass"}
        named = subject if head.pos_ == "PROPN" else head.dep_ not in {"attr", "oprd", "npadvmod"}
        if named and head.tag_ != "NNS" and kind(head) in {"thing", "name", "place"} and not is_certain_person(head):
            does = True if subject else False if head.dep_ == "pobj" else None
            self.things[name] = self.things.get(name) or does


def _gender(head: Token) -> str:
    """ "she" or "he", where a word beside the name shows it, else ""."""
    called = {child.lower_.rstrip(".") for child in head.children} | {head.lower_}
    if head.dep_ == "appos":
        called.add(head.head.lower_)
    if called & (_WOMEN | {"mrs", "ms"}):
        return "she"
    return "he" if called & (_MEN | {"mr"}) else ""


def _subject_beside(pronoun: Token) -> str | None:
    """The subject of the clause in which the pronoun is no subject itself: "Priya covers for her" is not for Priya."""
    if pronoun.dep_ in {"nsubj", "nsubjpass", "poss"}:
        return None
    subjects = [child for child in verb_above(pronoun).children if child.dep_ in {"nsubj", "nsubjpass"}]
    return word(subjects[0]) if subjects else None


def is_person(head: Token) -> bool:
    """Whether the noun is a person's name or calling: the small models take many a person for a company."""
    if head.pos_ == "NOUN":
        return head.lower_ in PEOPLE
    if head.pos_ != "PROPN" or kind(head) in {"place", "time", "amount", "code"}:
        return False
    if head.dep_ in {"dobj", "oprd", "dative"}:
        return head.head.lemma_ in _TO_PEOPLE or (head.ent_type_ == "PERSON" and head.head.lemma_ not in _TO_PLACES)
    if head.dep_ == "pobj" and head.head.lower_ not in {"with", "by", "for", "from", "to", "of", "about", "like"}:
        return False
    if head.dep_ == "poss":
        return head.ent_type_ in {"PERSON", ""}
    return head.ent_type_ == "PERSON" or (head.dep_ in {"nsubj", "nsubjpass", "conj"} and head.ent_type_ in {"", "ORG"})


def is_certain_person(head: Token) -> bool:
    return head.ent_type_ == "PERSON" or (head.pos_ == "NOUN" and head.lower_ in PEOPLE)


def strange_words(doc: Doc) -> dict[int, str]:
    """What to put for words that mislead the parser: a first name that it does not know, a verb it takes for a plural.

    Looked for where it found no verb ("The flight leaves at noon"), or an adverb that does something ("Sven owns").
    """
    found: dict[int, str] = {}
    for sentence in doc.sents:
        first, root = sentence[0], sentence.root
        verbs = [token for token in sentence if token.pos_ in {"VERB", "AUX"}]
        unled = root.tag_ == "VBZ" and not any(it.dep_ in _SUBJECTS for it in root.children)
        no_noun = first.pos_ not in {"PROPN", "NOUN", "PRON", "NUM"} and first.dep_ in {"nsubj", "nsubjpass"}
        no_noun |= (
            first.dep_ == "npadvmod"
            and first.head.i == root.i
            and not any(it.dep_ in _SUBJECTS for it in root.children)
        )
        no_noun |= first.tag_ == "NNS" and first.dep_ in _SUBJECTS and root.tag_ == "VBZ"  # "Jonas works here"
        if not verbs and (led := [it for it in sentence if _is_led_by_a_name(it)]):  # "The bus to Bath leaves at 8"
            found[led[0].i] = A_VERB_BEFORE_PREPOSITION
        if (
            len(sentence) < 3
            or STARTS.match(sentence.text)
            or (verbs and not unled and not no_noun and root.pos_ in {"VERB", "AUX"})
        ):
            continue
        plural = root.tag_ == "NNS" and not verbs
        if (plural or unled) and root.i > sentence.start + (not plural) and list(root.lefts):
            after = doc[root.i + 1] if root.i + 1 < len(doc) else root
            found[root.i] = A_VERB_BEFORE_PREPOSITION if after.tag_ == "IN" else A_VERB
        elif _may_be_a_name(first) and sentence[1].text[:1].islower():
            found[first.i] = A_NAME
    return found


def _is_led_by_a_name(plural: Token) -> bool:
    """Whether a plural stands where the verb of "the bus to Bath leaves at 8" is."""
    before = [it for it in plural.lefts if it.dep_ == "compound" and it.pos_ == "PROPN"]
    after = plural.doc[plural.i + 1] if plural.i + 1 < len(plural.doc) else plural
    return plural.tag_ == "NNS" and plural.dep_ == "pobj" and bool(before) and after.tag_ in {"IN", "RB"}


def set_right(doc: Doc) -> None:
    """Make a noun of a word that the parser takes for a verb or how one is ("can't eat gluten"), or the other way."""
    for token in doc:
        led = token.dep_ == "dobj" and any(it.dep_ == "det" for it in token.lefts)
        if token.tag_ in {"JJ", "JJR"} and (led or token.lower_ in KIN):  # "a new cleaner", "my stepson Leo"
            token.pos_, token.tag_, token.dep_ = "NOUN", "NN", "compound" if token.dep_ == "amod" else token.dep_
        if token.dep_ == "attr" and token.i and token.nbor(-1).dep_ == "prep" and not [*token.nbor(-1).children]:
            token.dep_, token.head = "pobj", token.nbor(-1)  # "has been off work"
        if token.pos_ == "NOUN" and {"nsubj", "dobj"} <= {child.dep_ for child in token.children}:
            token.pos_, token.tag_ = "VERB", "VBZ" if token.tag_ == "NNS" else "VBD"  # "the repair cost 180 euros"
        beside = token.tag_ == "VB" and token.dep_ in {"xcomp", "ccomp", "dobj"} and token.i == token.head.i + 1
        if (
            beside
            and all(it.dep_ in {"advmod", "punct"} for it in token.children)
            and token.head.lemma_ not in _BEFORE_INFINITIVE
        ):
            token.pos_, token.tag_, token.dep_ = "NOUN", "NN", "dobj"
        led = (
            token.i > 1 and token.tag_ == "VB" and token.nbor(-1).lower_ == "to" and token.nbor(-2).lower_ in _TO_NOUNS
        )
        if led:  # "allergic to shellfish"
            to, adjective = token.nbor(-1), token.nbor(-2)
            to.pos_, to.tag_, to.dep_, to.head = "ADP", "IN", "prep", adjective
            token.pos_, token.tag_, token.dep_, token.head = "NOUN", "NN", "pobj", to


def _may_be_a_name(token: Token) -> bool:
    return bool(token.text.istitle() and token.lower_ not in STOP_WORDS and not value(token))


def one_name_each(names: Iterable[str]) -> dict[str, str]:
    """For names that can only be another, longer one of these names, that one.

    >>> one_name_each(["Dr. Chen", "Rita Chen", "R. Chen", "Tom"])
    {'Dr. Chen': 'Rita Chen', 'R. Chen': 'Rita Chen'}
    >>> one_name_each(["Chen", "Rita Chen", "Paul Chen"])
    {}
    """
    given = dict.fromkeys(names)
    bare = {name: tuple(each for each in name.split() if each.casefold().strip(".") not in _TITLES) for name in given}
    found: dict[str, str] = {}
    for name, parts in bare.items():
        fuller = [other for other in given if other != name and _is_short_for(parts, bare[other], name)]
        fullest = [other for other in fuller if not any(_is_short_for(bare[other], bare[it], other) for it in fuller)]
        if len(fullest) == 1:
            found[name] = fullest[0]
    return {name: found.get(other, other) for name, other in found.items()}


def _is_short_for(short: tuple[str, ...], full: tuple[str, ...], name: str) -> bool:
    if len(short) == 1 and len(full) > 2 and short[0].isupper() and len(short[0]) > 1:
        return short[0] == "".join(each[0] for each in full if each[0].isupper())
    if not short or len(full) < 2 or not all(each[:1].isupper() for each in full):
        return False
    if len(short) == 1:
        return short[0] == full[-1] or (short[0] == full[0] and name == short[0] and not _ABBREVIATED.match(full[0]))
    same_end = short[-1] == full[-1] and len(full) >= len(short)
    initial = _ABBREVIATED.match(short[0])
    return same_end and bool(initial) and full[0][0] == short[0][0] and full[0] != short[0]
