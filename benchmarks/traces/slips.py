"""Slips that models make in the form of a reply, made on purpose in recorded ones: what is lost, there and here.

AriGraph asks for "subject, relation, object; subject, relation, object; ..." and reads it so, in our words: cut at ";",
cut each piece at ", ", and take those that have exactly three parts. We ask for JSON. Each slip is made in both, in one
triple of each reply. A triple is lost when it is not read as it was meant.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from agents.extraction import game_model
from graphmem import Triple
from graphmem.errors import UselessReply
from graphmem.llm import ChatModel
from graphmem.records import Observation
from tests.model_server import ChatServer

Parts = tuple[str, str, str]
Reply = tuple[str, Sequence[Parts]]
"""An observation, and the triples that a model found in it."""


@dataclass(frozen=True)
class Slip:
    """`said` is the triple that was meant, out of a recorded one; `theirs` and `ours` how the reply has it."""

    name: str
    said: Callable[[Parts], Parts]
    theirs: Callable[[Parts], str]
    ours: Callable[[Parts], Any]


def _same(triple: Parts) -> Parts:
    return triple


def _with_list(triple: Parts) -> Parts:
    """An object that is a list of things, as recipes and notes have it."""
    subject, relation, object_ = triple
    return subject, relation, f"{object_}, {subject}"


def _with_semicolon(triple: Parts) -> Parts:
    subject, relation, object_ = triple
    return subject, relation, f"{object_}; {subject}"


def _text(triple: Sequence[str]) -> str:
    return ", ".join(triple)


def _named(triple: Parts) -> dict[str, str]:
    return dict(zip(("subject", "relation", "object"), triple, strict=True))


SLIPS = (
    Slip("none", _same, _text, list),
    Slip("a comma in the object", _with_list, _text, list),
    Slip("its parts as more elements", _with_list, _text, lambda triple: _text(triple).split(", ")),
    Slip("a semicolon in the object", _with_semicolon, _text, list),
    Slip("one text in place of a list", _same, _text, _text),
    Slip("no space after a comma", _same, ",".join, ",".join),
    Slip("an object in place of a list", _same, lambda triple: json.dumps(_named(triple)), _named),
    Slip("a part too few", _same, lambda triple: _text(triple[:2]), lambda triple: list(triple[:2])),
    Slip("an empty part", _same, lambda triple: _text((*triple[:2], "")), lambda triple: [*triple[:2], ""]),
)
"""Made in one triple of a reply."""


@dataclass
class Lost:
    """`said` triples in `replies`; of them lost by AriGraph's rule and by ours, and how often ours asked again."""

    replies: int = 0
    said: int = 0
    theirs: int = 0
    ours: int = 0
    asked_again: int = 0


def by_their_rule(reply: str) -> list[Parts]:
    """The triples that AriGraph's rule finds in a reply."""
    pieces = [tuple(part.strip() for part in piece.split(", ")) for piece in reply.split(";")]
    return [(piece[0], piece[1], piece[2]) for piece in pieces if len(piece) == 3]


def lost(slip: Slip, replies: Sequence[Reply]) -> Lost:
    """Make `slip` in each of `replies`, and send ours over HTTP."""
    found, sent = Lost(), ""
    with ChatServer(lambda *_: sent) as server, ChatModel("gpt-4", base_url=server.url, api_key="none") as model:
        for number, (observation, triples) in enumerate(replies):
            said, theirs, sent = _made(slip, triples, number % len(triples))
            found.replies += 1
            found.said += len(said)
            found.theirs += _missing(said, by_their_rule(theirs))
            found.ours += _missing(said, _read(model, observation, said))
        found.asked_again = model.usage.total.repairs
    return found


def _made(slip: Slip, triples: Sequence[Parts], at: int) -> tuple[list[Parts], str, str]:
    """What was meant, with the slip in the triple `at`; the reply in AriGraph's form, and in ours."""
    said = [slip.said(triple) if index == at else triple for index, triple in enumerate(triples)]
    theirs = [slip.theirs(triple) if index == at else _text(triple) for index, triple in enumerate(said)]
    ours = [slip.ours(triple) if index == at else list(triple) for index, triple in enumerate(said)]
    return said, "; ".join(theirs), json.dumps({"triples": ours, "outdated": []})


def _read(model: ChatModel, observation: str, said: Sequence[Parts]) -> list[Parts]:
    """The triples that our extractor takes. What was said is shown as seen: it is the form that is tried here."""
    seen = f"{observation}\n{'. '.join(map(_text, said))}"
    try:
        taken = game_model(model).extract(Observation(seen), ()).triples
    except UselessReply:
        return []
    return [(triple.subject, triple.relation, triple.object) for triple in taken]


def _missing(said: Sequence[Parts], read: Sequence[Parts]) -> int:
    keys = {Triple(*triple).key for triple in read}
    return sum(Triple(*triple).key not in keys for triple in said)
