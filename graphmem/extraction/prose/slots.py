"""Which forms of statement give the one value of something: "the capital of X is Y", "born in", "married to"."""

from __future__ import annotations

from graphmem.extraction.prose.people import KIN
from graphmem.language.wordlist import words

# "The friend of X is Y" leaves room for other friends.
_ONE = words(
    "landlord landlady boyfriend girlfriend fiancé fiancée wife husband spouse partner mother mum mom father dad"
)
_MANY = (KIN - _ONE) | words(
    """member part example kind type piece fan student employee client customer neighbor citizen resident
    native hobby language colleague brand product feature symptom problem reason advantage founder translator
    contact user speaker opponent supporter victim survivor descendant graduate pupil pet dog cat
    ingredient cause effect goal aim task duty interest skill strength weakness meaning result"""
)
_BY_RELATION = {
    "is married to": "spouse", "is the spouse of": "spouse", "costs": "price", "weighs": "weight", "is called": "name",
    "is named": "name", "is engaged to": "fiancé", "reports to": "manager",
}  # fmt: skip
_ONCE = {
    "was born": "birth",
    "died": "death",
    "was founded": "founding",
    "was established": "founding",
    "was built": "building",
}


def role_slot(role: str) -> str | None:
    """The slot of "the ROLE of X is …" by its last word, or None for what one has several of ("friend").

    >>> role_slot("CEO"), role_slot("favourite film"), role_slot("sister")
    ('ceo', 'favourite film', None)
    """
    words = role.casefold().split()
    head = words[0] if len(words) > 1 and words[1] in {"of", "at", "for", "in"} else words[-1]
    if head in _MANY or (head.endswith("s") and not head.endswith(("ss", "us", "is", "address"))):
        return None
    return role.casefold().replace("favorite", "favourite")


def relation_slot(relation: str, kind: str) -> str | None:
    """The slot of a relation, or None when a subject may have several such objects.

    >>> relation_slot("was born in", "place"), relation_slot("was born in", "time"), relation_slot("likes", "thing")
    ('place of birth', 'time of birth', None)
    """
    if found := _BY_RELATION.get(relation):
        return found
    event, _, preposition = relation.rpartition(" ")
    if (once := _ONCE.get(event)) and preposition in {"in", "on", "at"}:
        return f"{'time' if kind == 'time' else 'place'} of {once}"
    return None
