"""Plain statements, read by their form alone: "the CEO of X is Y", "X was born in Y", "X's author is Y"; no parser.

    role       The ROLE of X is Y. X's ROLE is Y. Y is the ROLE of X.   X, has ROLE, Y
    clause     The NOUN that X plays is Y. The NOUN where X works is Y.  X, plays NOUN, Y
    predicate  X was founded by Y. X plays the position of Y.            X, was founded by, Y

Only a sentence that is such a form as a whole is read; X is a name, or stands at the start in small letters. What is
denied, doubted, asked, or has a clause more than these is not read: rather few facts than a false one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from graphmem.extraction.prose.people import NOBODY
from graphmem.extraction.prose.slots import relation_slot, role_slot
from graphmem.extraction.prose.statements import Statement
from graphmem.extraction.prose.values import kind_of
from graphmem.language.wordlist import words
from graphmem.language.words import NOT_SHORTENED
from graphmem.records import Extraction, Fact, Observation

_BE = r"(?:is|are|was|were)"
_PREPOSITION = r"(?:of|in|at|by|for|with|to|from|on|as)"
_ROLE_WORD = r"(?:[^\W\d_A-Z][\w-]*|[A-Z]{2,}(?![\w'\u2019]))"
_CATEGORY = rf"(?: the {_ROLE_WORD} of(?=\s))?"
_MARKS = "\"'\u201c\u201d\u2018\u2019"

_SENTENCE_END = re.compile(rf"(?<=[.!?]){NOT_SHORTENED}\s+|\n+")
_ROLE = re.compile(rf"[Tt]he (?P<left>.+) (?P<be>{_BE})(?P<rest> .+)")
_OWNER = re.compile(rf"(?P<owner>.+?)['\u2019]s (?P<role>{_ROLE_WORD}(?: {_ROLE_WORD}){{0,4}}) {_BE} (?P<value>.+)")
_OF_ROLE = re.compile(rf"(?P<value>.+?) {_BE} the (?P<left>.+)")
_OF = re.compile(
    rf"(?P<role>(?:{_ROLE_WORD}|(?:[A-Z][a-z]+ )?[A-Z][a-z]+(?= of))(?: {_ROLE_WORD}){{0,3}}?) (?:of|in|at|for)"
    r" (?P<the>the )?(?P<owner>.+)"
)
_NOUN_OF = re.compile(r"(?P<owner>[^\Wa-z].*?)(?P<noun>(?: [^\W\dA-Z_][\w-]*)+)")
_WHERE = re.compile(
    rf"[Tt]he (?P<noun>{_ROLE_WORD}(?: {_ROLE_WORD}){{0,3}}?) (?P<link>where|that|which|who|whom) (?P<clause>.+)"
    rf" {_BE} (?P<value>.+)"
)
_GAP_FIRST = re.compile(r"(?P<verb>[^\W\dA-Z_]\w+(?:s|ed|lt|ght|ote|ade)) (?P<owner>.+)")
_GAP_LAST = re.compile(
    rf"(?P<owner>.+?) (?P<verb>(?:{_BE} )?[^\W\dA-Z_]\w*(?:s|ed|lt|ght|ote|ade))(?P<by> {_PREPOSITION})?"
)
_DONE = (
    r"(?!supposed|interested|tired|scared|worried|excited|bored|expected|pleased|annoyed|used|meant|gone|done)"
    r"(?:[^\W\dA-Z_]\w*(?:ed|en|wn|lt)|born|made|held|led|run|sung|won|paid|sold|kept|found|bought|taught|famous|allergic)"
)
_NO_PARTICIPLE = rf"(?: (?!\w+(?:ing|ed)\b){_ROLE_WORD}){{0,2}}?"
_BEING = re.compile(
    rf"(?P<subject>.+?) (?P<relation>(?:(?:is|are)|{_BE} (?:{_DONE}|an? {_ROLE_WORD}{_NO_PARTICIPLE}))"
    rf" {_PREPOSITION}{_CATEGORY}) (?P<object>.+)"
)
_DOING = re.compile(
    rf"(?P<subject>.+?) (?P<relation>(?!has to )[^\W\dA-Z_]\w+(?:s|ed)"
    rf"(?: {_PREPOSITION}{_CATEGORY}| the {_ROLE_WORD} of)) (?P<object>.+)"
)
_SETTLED = re.compile(
    rf"has |.* that |{_BE} (?!{_PREPOSITION}\b)|.* the {_ROLE_WORD} of$|\S+s (?!{_PREPOSITION}\b)\S+ "
)
_CHANGED = re.compile(r"(?:(?:was|were) )?\w+ed (?:to|from|out of)\b")
_PLACED = re.compile(rf"^{_BE} an? .* (?!of\b){_PREPOSITION} the ")
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z.]*\b"
_MORE = re.compile(
    rf"^(?:the|an?) [^\WA-Z]| (?:and|or|but) [^\WA-Z]| (?!of\b){_PREPOSITION} (?:the )?(?:\d|{_MONTH})"
    rf"|\d{{4}} {_PREPOSITION} "
)
_ANOTHER_CLAUSE = re.compile(
    r"(?:,| and| or| but)(?: [^\Wa-z][\w'\u2019-]*)+ (?!(?:of|the|and|or|de|la|le|van|von|der|del|di|da)\b)[a-z]"
)
_TO_NAME = re.compile(r"(?P<subject>.+?) (?P<relation>[^\W\dA-Z_]\w+s) (?P<object>[^\Wa-z].*)")
_LOCATED = re.compile(rf" (?P<verb>[^\W\dA-Z_]\w+ed {_PREPOSITION}{_CATEGORY}) (?P<value>.+)")

_NEVER = words(
    """not no never none nobody nothing neither nor maybe perhaps possibly probably allegedly apparently reportedly
    supposedly might may could would should must if unless whether because although though while when until that who
    which where what how why said says told thinks believes hopes wants wishes claims seems if almost nearly hardly
    barely but so than or i he she it we they you my your our their his her this these those there here"""
)
_NO_NAME = words(
    """i he she it we they you my your our their his her this that these those there here what who when where why how
    which if a an today yesterday tomorrow now then dinner lunch breakfast everybody everyone nobody somebody someone
    something nothing everything most many some all both each every no not one please let yes okay and but so actually
    currently still also really only just probably"""
)
_NOW = re.compile(r"^(?:the |new |current |present )+")
_IN_NAMES = words("of the and de la le van von der den del di da dos")
_NEVER_FIRST = words(
    """my our your his her its their yesterday today tomorrow now then if when while because since unless although
    though as maybe perhaps whether suppose imagine until once after before in on at for with from by not no i
    sorry well yes ok okay hi hey hello oh wait"""
)
_NO_ROLE = words(
    "end rest part best worst most one lot start beginning middle top side back front reason point way problem"
)
_KINDS = re.compile(
    r".*\b(?:favou?rite|type|kind|sort|sport|genre|language|job|occupation|profession|position|field|colou?r|religion"
    r"|instrument|currency|diet|breed|drink|food|hobby|music|username|password|nickname|subject|industry|material)\b.*"
)
_NOTED = re.compile(rf": .*?\b(?!(?:{'|'.join(sorted(_IN_NAMES))})\b)[a-z]{{2}}")
_NOT_LAST = words("now today again currently instead too also anymore")
_LONGEST, _LONGEST_NAME = 28, 12


class StatementExtractor:
    """Reads plain statements of English by their form. Needs no model; thread-safe.

    "The capital of Peru is Lima" teaches `Peru, has capital, Lima`, in the slot "capital": the next one retires it.
    With `settled`, only a text that is one statement, of a form that leaves a parser nothing to add: none of a change
    or a place ("Ann moved to Oslo"), which may end what is known.
    """

    name = "statements"
    anchors: Sequence[str] = ()

    def __init__(self, *, settled: bool = False) -> None:
        self._settled = settled

    def extract(self, observation: Observation, known: Sequence[Fact]) -> Extraction:
        """Read what is a plain statement; all else teaches nothing."""
        if (observation.speaker or "").casefold() in NOBODY:
            return Extraction()
        told = sentences(observation.text)
        if self._settled and (len(told) > 1 or " new " in observation.text):
            return Extraction()
        found = [read for each in told if (read := statement(each)) and not (self._settled and _is_open(read))]
        return Extraction(tuple(each.triple for each in found), slots=tuple(each.slot for each in found))


def _is_open(said: Statement) -> bool:
    """Whether a parser may find more in it: a change, a place, or a second thing that is said."""
    changes = not _SETTLED.match(said.relation) or _CHANGED.match(said.relation)
    return bool(changes or _PLACED.search(said.relation) or _MORE.search(said.object))


def sentences(text: str) -> list[str]:
    """The sentences and lines of a text; an initial ends none."""
    return [part for raw in _SENTENCE_END.split(text) if (part := raw.strip())]


def statement(sentence: str) -> Statement | None:
    """What a sentence states, when it is a plain statement as a whole.

    >>> str(statement("The author of Emma is Jane Austen.").triple), statement("Is Ann married to Tom?")
    ('Emma, has author, Jane Austen', None)
    """
    text = " ".join(sentence.split())
    if text.endswith(("?", "!", ":")) or len(text.split()) > _LONGEST or _NEVER & _small_words(_without_link(text)):
        return None
    text = text.removesuffix(".")
    for form in (_by_clause, _by_role, _by_owner, _by_role_of, _by_predicate):
        for found in form(text):
            return found
    return None


def _without_link(text: str) -> str:
    """The text without the word that joins the one clause that may be read."""
    return text if not (found := _WHERE.fullmatch(text)) else text.replace(f" {found['link']} ", " ", 1)


def _small_words(text: str) -> set[str]:
    return {word for word in re.findall(r"[\w'\u2019-]+", text) if word.islower()}


def _by_clause(text: str) -> Iterator[Statement]:
    """ "The company that produced X is Y", "The school where X was educated is Y"."""
    found = _WHERE.fullmatch(text)
    if not found or not _is_value(found["value"]):
        return
    if found["link"] != "where" and (gap := _GAP_FIRST.fullmatch(found["clause"])) and _is_name(gap["owner"]):
        yield _stated(gap["owner"], f"{found['noun']} that {gap['verb']}", found["value"])
    elif (gap := _GAP_LAST.fullmatch(found["clause"])) and _is_name(gap["owner"]):
        joint = gap["by"] or (" at" if found["link"] == "where" else "")
        yield _stated(gap["owner"], f"{gap['verb']}{joint} {found['noun']}", found["value"])


def _by_role(text: str) -> Iterator[Statement]:
    """ "The capital of X is Y", "The seat of X is located in the city of Y"."""
    found = _ROLE.fullmatch(text)
    if not found or not (role := _role_of(found["left"])):
        return
    owner, what = role
    if place := _LOCATED.fullmatch(found["rest"]):
        if not _is_capital(what) and _is_value(place["value"]):
            yield _stated(owner, f"has {what} {place['verb']}", place["value"], role_slot(what))
    elif _fills(what, value := found["rest"].strip()):
        yield _stated(owner, f"has {what}", value, role_slot(what))


def _by_owner(text: str) -> Iterator[Statement]:
    """ "X's capital is Y"."""
    found = _OWNER.fullmatch(text)
    if (
        found
        and _is_name(found["owner"])
        and not _small_words(found["owner"]) - _IN_NAMES
        and _fills(*found.group(2, 3))
    ):
        role = _NOW.sub("", found["role"])
        yield _stated(found["owner"], f"has {role}", found["value"], role_slot(role))


def _by_role_of(text: str) -> Iterator[Statement]:
    """ "Y is the capital of X"."""
    found = _OF_ROLE.fullmatch(text)
    if found and _is_name(found["value"]) and (role := _role_of(found["left"])):
        yield _stated(role[0], f"has {role[1]}", found["value"], role_slot(role[1]))


def _by_predicate(text: str) -> Iterator[Statement]:
    """ "X was founded in Y", "X plays the position of Y"."""
    found = _BEING.fullmatch(text) or _DOING.fullmatch(text) or _TO_NAME.fullmatch(text)
    if not found or not _is_name(found["subject"]) or not _is_value(found["object"]):
        return
    relation, object_ = found["relation"], found["object"]
    if " " not in relation and (kind_of(object_) != "name" or _small_words(object_) - _IN_NAMES):
        return
    plain, _, category = relation.partition(" the ")
    kind = "place" if category and kind_of(object_) != "time" else kind_of(object_)
    yield _stated(found["subject"], relation, object_, relation_slot(plain, kind))


def _role_of(left: str) -> tuple[str, str] | None:
    """Whose role, and which: "name of the head of the Peru office" is Peru's "head of office"."""
    found = _OF.fullmatch(left)
    role = ""
    while found:
        role = f"{role} of {found['role']}" if role else found["role"]
        owner, left, the = found["owner"], found["owner"], found["the"]
        found = _OF.fullmatch(left) if left[:1].islower() else None
    if not role:
        return None
    if (
        the
        and (compound := _NOUN_OF.fullmatch(owner))
        and not re.search(rf" {_PREPOSITION}\b| and\b", compound["noun"])
    ):
        owner, role = compound["owner"], f"{role} of{compound['noun']}"
    role = _NOW.sub("", role.removeprefix("name of "))
    return (owner, role) if _is_owner(owner) and _NO_ROLE.isdisjoint(role.split()) else None


def _stated(subject: str, relation: str, object_: str, slot: str | None = None) -> Statement:
    return Statement(_bare(subject), relation, _bare(object_), slot, kind_of(object_))


def _bare(name: str) -> str:
    """A name without the marks around it."""
    return name[1:-1] if len(name) > 2 and name[0] in _MARKS and name[-1] in _MARKS else name


def _is_name(text: str) -> bool:
    """Whether what starts a sentence names what it is about: written as a name, or a noun in small letters.

    A sentence starts with a capital anyhow: "Our" there is no part of a name.
    """
    own = text.split()
    if not own or own[0].casefold().rstrip(",") in _NEVER_FIRST or any(re.fullmatch(_BE, word) for word in own):
        return False
    bare = _without_article(own)
    if own != bare and not any(map(_is_capital, bare[:1])):
        return False
    if bare[:1] and bare[0].casefold() in _NO_NAME:
        return len(bare) > 1 and _is_capital(bare[1])
    return _is_owner(text)


def _is_owner(text: str) -> bool:
    """Whether a text within a sentence may name a thing."""
    own = _without_article(text.split())
    if not own or len(own) > _LONGEST_NAME or own[0] in _NEVER | _NO_NAME:
        return False
    if _NOTED.search(" ".join(own)) or own[-1] in {"and", "or"} or any(re.fullmatch(_BE, word) for word in own):
        return False
    return any(map(_is_capital, own)) or len(own) <= 3


def _without_article(own: Sequence[str]) -> Sequence[str]:
    return own[1:] if own and own[0] in ("The", "the", "A", "a", "An", "an") else own


def _is_capital(word: str) -> bool:
    return word.strip(_MARKS)[:1].isupper() or any(letter.isupper() for letter in word)


def _is_value(text: str) -> bool:
    """Whether a text may be what is stated: a name, a number, a noun; no clause."""
    own = text.split()
    if not own or len(own) > _LONGEST_NAME or own[0] in _NO_NAME - {"a", "an"} or own[-1] in _NOT_LAST:
        return False
    return not _ANOTHER_CLAUSE.search(text) and not any(word in _NEVER or re.fullmatch(_BE, word) for word in own)


def _fills(role: str, text: str) -> bool:
    """Whether a text may be the value of a role, and no adjective: "quiet" is none, "blue" is a favourite colour."""
    first, *_ = text.split() or [""]
    if _is_capital(role) and not role.isupper():  # "The Sword of Truth was written ..."
        return _is_value(text) and _is_capital(first)
    told = any(map(_is_capital, text.split())) or any(letter.isdigit() for letter in text)
    return _is_value(text) and (told or bool(_KINDS.fullmatch(role)))
