"""What is over for who is back, out or well again (a leave, a stay, an illness), or has what they waited for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from graphmem.extraction.prose.changes import Named
from graphmem.extraction.prose.nouns import bare_name, phrases
from graphmem.extraction.prose.people import People
from graphmem.extraction.prose.statements import Ending, Said, Statement
from graphmem.extraction.prose.values import kind
from graphmem.language.wordlist import words

if TYPE_CHECKING:
    from spacy.tokens import Token

_WORK = words("work school college university uni nursery kindergarten office training")
_CARE = words("hospital ward care icu clinic hospice surgery prison jail custody quarantine")
_ILL = words(
    """ill sick unwell poorly flu cold covid chickenpox measles mumps fever infection bug tonsillitis bronchitis
    pneumonia migraine cough"""
)
_AWAY = words("leave holiday holidays vacation sabbatical strike honeymoon away off") | _CARE | _ILL
_BACK = words("back home")
_COMING = words("be come get go return start")
_LET_OUT = words("discharge release")
_RESTING = words("be stay")
_SUFFERING = words("be have")
_HEALING = words("feel get recover")
_ARRIVING = words("arrive come deliver")
_WAITING = words("wait await expect look search hunt")
_IN = words("in through back today yesterday finally now already")


def back(verb: Token, subject: str, people: People) -> Iterator[Said]:
    """The end of where one was, or how, or from what one was away: "is back at work", "is out of hospital"."""
    lemma, adverbs = verb.lemma_.lower(), {it.lower_ for it in verb.children if it.dep_ in {"advmod", "prt"}}
    if lemma not in _COMING | _LET_OUT | _HEALING or verb.tag_ == "VB":
        return
    returns = bool(adverbs & _BACK) or lemma in _LET_OUT | {"return", "recover"}
    backs = [it for it in verb.subtree if it.lower_ in _BACK and verb in {it.head, it.head.head}]
    led = [found for head in (verb, *backs) for found in phrases(head)]
    for near, noun in led:
        if what := bare_name(noun, people):
            yield from _over(lemma, near, noun, subject, what, returns=returns or noun.head.head in backs)
    if (lemma in _LET_OUT or "home" in adverbs) and not led:
        yield Ending(subject, "home", _RESTING, among=_CARE)
    if _is_well(verb):
        yield Ending(subject, "well again", _SUFFERING, among=_ILL)


def _over(lemma: str, near: str, noun: Token, subject: str, what: str, *, returns: bool) -> Iterator[Said]:
    """What is over for who comes back from, out of, over or to this."""
    if near in {"at", "to"} and returns and noun.lower_ in _WORK:
        yield Statement(subject, "is back at", what)
        yield Ending(subject, f"back {near} {what}", _SUFFERING, among=_AWAY)
        yield Ending(subject, f"back {near} {what}", frozenset({"is off"}))
    elif near == "in" and returns and lemma == "be" and kind(noun) == "place":
        yield Statement(subject, "is in", what, None, "place")
        yield Ending(subject, "back", _RESTING, other_than=what, kind="place", prepositions=frozenset({"in"}))
    elif near == "with" and returns and lemma == "be":
        yield Ending(subject, "back", frozenset({"stay"}), other_than=what, prepositions=words("with at in"))
    elif near == "out of" or (near == "from" and returns):
        reason = "recovered" if lemma == "recover" else "back" if returns else near
        yield Ending(subject, reason, _RESTING | {"have"}, what)
        if noun.lower_ in _CARE:
            yield Ending(subject, reason, _RESTING, among=_CARE)
    elif near == "over" and lemma in {"be", "get"}:
        yield Ending(subject, "over it", _SUFFERING, what)


def _is_well(verb: Token) -> bool:
    """Whether one is better or well again: not better at something, or than somebody."""
    if verb.lemma_ == "recover":
        return not [*phrases(verb)]
    well = (it for it in verb.children if it.dep_ in {"acomp", "advmod"} and it.lower_ in {"better", "well"})
    return verb.lemma_ in _HEALING | {"be"} and any(not [*phrases(it)] and not [*phrases(verb)] for it in well)


def arrived(verb: Token, subjects: Sequence[Named], objects: Sequence[Named]) -> Iterator[Ending]:
    """The end of waiting for a thing: "the refund came through", "I found a flat"."""
    after = {it.lower_ for it in verb.children if it.dep_ in {"prep", "prt", "advmod"}}
    came = (verb.lemma_ in _ARRIVING and after <= _IN) or (verb.lemma_ == "turn" and "up" in after)
    got = objects if verb.lemma_ in {"get", "receive", "find"} and verb.tag_ in {"VBD", "VBN"} else ()
    for _, name in subjects if came and verb.tag_ != "VB" else got:
        yield Ending("", "arrived", _WAITING, name)
