"""What stands before a colon and is nobody's name, and what stands after one when somebody speaks."""

from __future__ import annotations

import re

from graphmem.language.words import STOP_WORDS

_WRITTEN = """
    absent abstract access account action actions address advice age agenda aim alert allergies am amount
    announcement answer answers apologies appendix application april assumption attendees attention august author
    authors background balance bank bcc benefits bins birthday blocker blockers board body bonus book break
    breakfast budget bug caption car cases category cause caution cc changelog changes channel chapter check
    checklist choice chores city claim class code color colour comment comments company complaint conclusion
    conclusions cons contact contacts content contents context copyright cost costs count country course credentials
    currency data date dates day deadline deadlines december decision decisions default definition delivery
    departure depends description details diagnosis diet dinner directions disclaimer doc domain done draft due
    duration edit editor email emails errands error errors estimate eta event events evidence example examples
    exception exercise expected experience explanation fact facts failure fax feature features february fee feedback
    fields figure file files first fix fixed flight folder follow-up food for friday from fun fwd fyi gender genre
    gist goal goals good grade groceries guess heading height help hint history hobbies home host hours house
    hypothesis idea ideas identity image impact important in info ingredients input instructions interests intro
    invoice issue issues item items january job july june key keys keywords label language languages last lesson
    level licence license limit link links list lives loan location log login luggage lunch mail mailto main march
    material medication medications mem memo menu message method milestone milestones minutes mission mobile mode
    model monday money month moral motto name names namespace nb new news next nickname note notes notice november
    number object objective objectives occupation october office ok on opinion option options order orders outcome
    outcomes output overview owner owners packing page pages parking part participants password passwords percent
    phone phones photo pin place plan plans plot pm point points policy port postscript pps preface present price
    prices priority problem problems profit project projects proposal pros ps purpose q quantity question questions
    quote quotes rate rating re reading reason reasons recap recipe reference references remember reminder reminders
    rent reply report request requirements result results retro review reviews risk risks role room route rule rules
    salary sales saturday save schedule scope score season section see sender september series server service
    services setup severity shift shopping side size skills sleep solution source sources spec speed standup start
    state status step steps stock stop story street subject sum summary sunday supplier support symptoms syntax
    system table tag tags target task tasks tax tbd team tel telephone temperature tenant terms test tests text
    theme then theory thesis thought thoughts thursday ticket tickets tip tips title tl;dr tldr to today todo token
    tomorrow tonight tool tools topic topics total train transport travel tuesday type unit units update updates url
    usage username vacation value values variant vat vendor venue verdict version via video view visa vote wake
    wallet wanted warn warnings weather web website wed wednesday week weekend weight what when where which who why
    wi-fi wifi wish word words work workaround workout year yesterday zip
"""
_LABELS = frozenset(_WRITTEN.split())
_DERIVED = re.compile(
    r".*(?:.{3}[ts]ion|.{5}ments?|.{4}ness|.{4}ities|.{4}ability|.{4}ing|.{4}ship|.{4}ology|.{4}ware|.{3}ions)$"
)
_SPOKEN = re.compile(
    r"\bI\b|\b(?i:i['\u2019](?:m|ve|ll|d)|my|mine|myself|we|our|ours|you|your|yours|let['\u2019]s|ich|mein\w*|wir|je|mon|mes"
    r"|nous|vous|yo|nosotros|mijn|wij|io|eu)\b|\bme\b|\b[Jj]['\u2019]|[?\uff1f]|[\u6211\u4f60\u60a8\u79c1\u50d5]"
    r"|\b(?:\u042f|\u044f|[\u041c\u043c]\u043e\u0439|[\u041c\u043c]\u044b)\b"
)
_OPENING = re.compile(
    r"(?i:hi|hello|hey|yes|yeah|yep|no|nope|ok|okay|sure|thanks|thank you|please|sorry|great|good (?:morning|evening)"
    r"|good night|bye|congratulations|welcome|noted|understood|oh|ah|well|haha|lol|hmm|wow|nice|cool|right|exactly"
    r"|of course|never mind|hallo|ja|nein|danke|oui|non|merci|bonjour|salut|hola|gracias)\b"
)
_CLAUSE = re.compile(
    r"(?:[\w'\u2019-]+ ){1,4}(?:is|are|was|were|has|have|had|will|can|could|would|should|does|did|\w+n['\u2019]t)"
    r"\b(?=\s\S)",
    re.IGNORECASE,
)
_STOPS = tuple(".!\u2026\u3002")
_LONGEST = 300
"""So much of a line is looked at."""


def is_label(name: str) -> bool:
    """Whether a word or words before a colon name a kind of note ("Note", "Next steps", "Correction"), nobody.

    >>> is_label("Budget update"), is_label("Correction"), is_label("Ana")
    (True, True, False)
    """
    words = name.casefold().split()
    return any(word in _LABELS or _DERIVED.match(word) for word in words) or all(
        word in STOP_WORDS and (len(word) > 1 or word == "i") for word in words
    )


def sounds_spoken(text: str) -> bool:
    """Whether the first line of `text` is what somebody says: of "I", to "you", a question, or with a greeting."""
    first = text.strip().partition("\n")[0][:_LONGEST]
    return bool(_SPOKEN.search(first) or _OPENING.match(first))


def is_sentence(text: str) -> bool:
    """Whether the first line of `text` is a sentence: with a capital and a stop, or with a verb after its subject."""
    first = text.strip().partition("\n")[0][:_LONGEST]
    stopped = first.rstrip("\"'\u201d)").endswith(_STOPS) or len(first) == _LONGEST
    return (first[:1].isupper() and stopped and first.count(" ") > 1) or bool(_CLAUSE.match(first))
