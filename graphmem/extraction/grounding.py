"""Whether what a model says of an observation stands in it: in any form, of anybody who speaks, at any date."""

from __future__ import annotations

import re
from calendar import day_name, month_name
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import cached_property

from graphmem.language.dates import Dated, dates_in
from graphmem.language.forms import bases
from graphmem.language.speakers import ROLES
from graphmem.language.wording import Words
from graphmem.language.wordlist import words as wordlist
from graphmem.language.words import STOP_WORDS, runs
from graphmem.records import Fact, Observation, Triple, entity_key

_UNSPACED_PARTIES = wordlist("用户 用戶 使用者 ユーザー 私 僕 俺 我 ผู้ใช้ ฉัน ผม")
_PARTIES = (
    ROLES
    | wordlist("i me my you we us speaker author narrator writer")
    | wordlist("benutzer nutzer ich usuario usuaria yo utilisateur je utente io utilizador eu gebruiker ik jag")
    | wordlist("пользователь я użytkownik ja المستخدم أنا 사용자 나 저 उपयोगकर्ता मैं")
    | _UNSPACED_PARTIES
)
"""Whoever speaks and is spoken to, by whatever name but their own."""
_OWN = re.compile(rf"^(?:{'|'.join(_UNSPACED_PARTIES)})[的の](?=.)")
"""What is theirs, where words have no spaces between them."""
_ASPECTS = wordlist(
    """
    name nickname age gender job occupation profession role position title employer diet hometown birthday birthplace
    home residence location address email phone number status hobby interest preference nationality language favorite
    favourite color colour weight height allergy condition goal relationship marital current first last full
    """
)
"""What is told of somebody without being named: that "user's age" is 34."""
_VALUES = wordlist("none nothing true false yes no")
_WE = wordlist("we us our ours wir uns unser nous notre nosotros noi мы нас наш")
_TOGETHER = wordlist("team group family couple company household crew department class club band office")
"""What "we" may be."""
_SPEECH = wordlist(
    """
    ask greet thank offer help inquire question apologize welcome wish hope reply respond answer request acknowledge
    confirm promise suggest say tell chat talk speak note remind assist hello hi hey bye goodbye advice information tip
    """
)
"""What somebody does by speaking: of those who talk it is no fact."""
_SMALL_TALK = wordlist(
    """
    fine good great well ok okay nice cool interesting interested amazing awesome perfect wonderful lovely glad sorry
    welcome grateful thankful amused curious impressed helpful useful excellent fun funny hilarious sweet clever
    brilliant fantastic fascinating
    """
)
"""What those who talk say they are, or find something, out of politeness."""
_THANKS = re.compile(
    r"\W*(?:(?:many |ok |okay )?(?:thanks|thank you|thx|ty|cheers)|danke|vielen dank|merci|gracias|grazie|obrigad[oa]"
    r"|спасибо|谢谢|謝謝|ありがとう|고마워|감사|dzięki|dziękuję|bedankt|tack|شكرا)",
    re.IGNORECASE,
)
_POLITE = re.compile(
    r"(?:happy|glad|ready|here|able|available|willing|curious|grateful|thankful|sorry|welcome) (?:to|for|about)\b"
)
_NOBODY = wordlist(
    "something anything everything someone anyone somebody anybody it this that these those thing stuff what"
)
"""Words that name nobody and nothing."""
_HAPPENS = wordlist("happen occur take place be")
_OTHERWISE = {
    "empty": r"\b(?:nothing(?! (?:to|else|but|wrong|special|new|happen))|none|vacant|bare|ran out|run out)\b"
    r"|\bno(?:t any)? \w+ (?:left|in|on|there)\b",
    "full": r"\b(?:too (?:many|much)|no (?:more )?(?:room|space)|packed|can(?:no|['\u2019])t (?:carry|hold|fit))\b",
    "alone": r"\b(?:nobody|no one|(?:by|on) (?:my|your|him|her|his)(?:self| own))\b",
    "closed": r"\bshut\b",
    "broken": r"(?:\bnot|n['\u2019]t|\bstopped|\bnever) work(?:s|ing)?\b|\bout of order\b",
    "dead": r"\b(?:died|passed away|killed)\b",
    "married": r"\b(?:wife|husband|wedding)\b",
    "sick": r"\b(?:ill|unwell|fever)\b",
    "lost": r"\b(?:missing|gone|(?:can|could)(?: ?not|n['\u2019]t|['\u2019]t) find)\b",
    "missing": r"\b(?:lost|gone|(?:can|could)(?: ?not|n['\u2019]t|['\u2019]t) find)\b",
}
"""States, and how else a text says so."""
_OPPOSITES = [
    frozenset(pair.split("/"))
    for pair in wordlist(
        """
        open/closed empty/full on/off alive/dead locked/unlocked present/absent easy/hard cheap/expensive
        allowed/forbidden right/wrong clean/dirty busy/free awake/asleep hot/cold
        """
    )
]
_NOT = re.compile(r"^(?:un|in|im|ir|dis|non)-?(?=\w{3})")
_NEGATES = re.compile(
    r"\b(?:not|never|no|none|nobody|nothing|neither|nor|without|cannot|any ?more|instead|former|used to|over|out of"
    r"|wrong|false|actually|until|left|behind|rid|done with|forget|scratch"
    r"|(?:called|is|are|was|laid|broke|split) (?:off|up)|g(?:ave|i(?:ve|ving|ves)) (?:\w+ ){0,2}(?:up|away|back)"
    r"|(?:ran|run|thr(?:ew|own?)|went) (?:\w+ ){0,2}(?:away|out))\b"
    r"|n['\u2019]t\b",
    re.IGNORECASE,
)
_ENDS = wordlist(
    """
    stop quit cancel leave lose sell end finish break divorce die dead go correct change switch replace move
    drop remove delete return resign retire expire close become fire dismiss steal scrap discard dump donate destroy
    burn wreck abandon vanish disappear escape terminate withdraw revoke swap trade undo
    """
)
_AGREES = re.compile(
    r"\W*(?:(?:that(?:['\u2019]s| is) )?(?:right|correct|true|exact(?:ly)?)|ye[sap]h?|yup|sure|absolutely|indeed"
    r"|of course|definitely|(?:i|it|he|she|they|we) (?:do(?:es)?|did|is|am|are|was|were|have|has)\b\W*$"
    r"|да|так|ja|jo|genau|stimmt|richtig|oui|d'accord|s[\u00edi]|claro|sim|tak|evet|是|对|對|嗯|はい|ええ|そう|네|예|نعم)"
    r"(?![^\W\d_]{2})",
    re.IGNORECASE,
)
_HE_OR_SHE = wordlist("he him his she her hers it its they them their theirs both")
_SENTENCE = re.compile(r"[^.!?\n\u3002\uff01\uff1f]+[.!?\u3002\uff01\uff1f]*")
_WORD = re.compile(r"[^\W_]+")
_CLAUSE = re.compile(r"[^,;:]+")
_ASKS = ("?", "\uff1f", "\u061f")
_DAYS = {name[:3]: name for name in day_name}
_DAY = re.compile(rf"\b({'|'.join(_DAYS)})(?:s|r|rs)?\b\.?")
_EDGE = re.compile(r"\b(end|beginning|start|middle) of the (year|month|week)\b")
_SPAN = re.compile(r"\bfor (?:the (?:last|past) |about |over |almost )?(\w+ (?:day|week|month|year)s?)\b")
_FEASTS = {
    "christmas eve": "24 December",
    "christmas": "25 December",
    "new year's eve": "31 December",
    "new year's day": "1 January",
    "valentine's day": "14 February",
    "halloween": "31 October",
}
_FEAST = re.compile("|".join(_FEASTS).replace("'", "['\u2019]"), re.IGNORECASE)
_OF_ANY_YEAR = re.compile(rf"(?!.*\d{{4}}).*\b(?:{'|'.join(name[:3] for name in month_name[1:])})", re.IGNORECASE)
_SOON, _NEAR = timedelta(days=7), timedelta(days=14)
_DAY_LONG = timedelta(days=1)
_NO_TIME = datetime(1900, 1, 1)


class Evidence:
    """What an observation says: its text, who speaks, when, what was said just before, and what is known.

    `words` may stand in any name.
    """

    def __init__(self, seen: Observation, shown: Sequence[Fact] = (), words: Collection[str] = ()) -> None:
        self._text, self._time, self._speaker = seen.text, seen.time, seen.speaker
        self._before = [turn.text for turn in seen.before]
        speakers = [name for name in (seen.speaker, *(turn.speaker for turn in seen.before)) if name]
        self._anybody = _PARTIES | {word for name in speakers for word in runs(name)}
        also = _VALUES | {word.casefold() for word in words} | (_TOGETHER if _WE & set(runs(seen.text)) else set())
        self._always = self._anybody | also
        self._own = Words(seen.text)
        told = (seen.text, *self._before, *map(str, shown), *speakers)
        self._all = Words(*told, also=also)
        self._shown = {fact.triple.key for fact in shown}

    def fault(self, triple: Triple) -> str | None:
        """Why the observation does not bear a triple out, in a word or two; None when it does."""
        ends = (triple.subject, triple.object)
        if any(own and _NOBODY.issuperset(own) for own in map(runs, ends)):
            return "ungrounded"
        borne = all(self._is_anybody(end) or self._bears(end, self._all) for end in ends)
        if not (borne or self._is_said_of_it(triple)):
            return "ungrounded"
        if self._is_chatter(triple):
            return "chatter"
        if not (any(self._bears(end, self._own) for end in ends) or self._means(triple)):
            return "not of this observation"
        if triple.key in self._shown and not self._says_again(triple):
            return "known, and not said again"
        return None

    def _means(self, triple: Triple) -> bool:
        """Whether the text, which names neither end, is an answer that means both, or speaks of them by pronouns."""
        if _AGREES.match(self._text):
            return True
        told = [word for word in runs(triple.relation) if word not in STOP_WORDS]
        if self._before and self._before[-1].rstrip().endswith(_ASKS):
            told += [word for end in (triple.subject, triple.object) for word in runs(end) if word not in self._always]
            return any(map(self._own.hold, told))
        return not _HE_OR_SHE.isdisjoint(runs(self._text)) and any(map(self._own.has, told))

    def denies(self, fact: Fact) -> bool:
        """Whether a sentence that ends or denies something names what the fact is about."""
        ends = [end for end in (fact.subject, fact.object) if not self._is_anybody(end)]
        about = [*ends, *(word for word in runs(fact.relation) if word not in STOP_WORDS)]
        return any(map(self._denying.hold, about)) if self._denying else False

    @cached_property
    def _denying(self) -> Words | None:
        """The sentences that deny or end something; of another language than English all."""
        told = _SENTENCE.findall(self._text)
        some = [each for each in told if not self._own.english or _NEGATES.search(each) or _has_base(each, _ENDS)]
        return Words(*some) if some else None

    def _is_anybody(self, name: str) -> bool:
        """Whether a name is one of those who talk, or a bare value, with nothing else in it."""
        own = _names(name)
        known = [word in self._always for word in own]
        also = STOP_WORDS | _ASPECTS
        return any(known) and all(here or word in also for word, here in zip(own, known, strict=True))

    def _bears(self, name: str, words: Words) -> bool:
        """Whether `words`, or a time that they tell, bear a name out."""
        if (dated := self._dated(name)) is not None:
            return dated or words.hold(name)
        own = self._anybody | {"s"}
        rest = " ".join(word for word in _OWN.sub("", name).split() if not own.issuperset(_names(word)))
        return words.hold(rest or name) or self._is_state(name)

    def _dated(self, name: str) -> bool | None:
        """Whether a date, which `name` is and nothing else, is one that the text tells; None when it is none."""
        when = self._time or _NO_TIME
        if month := re.fullmatch(r"(\d{4})(?:-(0\d|1[0-2]))?", name.strip()):
            name = f"in {month_name[int(month[2])]} {month[1]}" if month[2] else f"in {month[1]}"
        found = dates_in(name, when)
        if len(found) != 1 or 2 * len(found[0].phrase) < len(name):
            return None
        since, until = found[0].since, found[0].until
        told = self._told_dates
        if until - since == _DAY_LONG and self._own.hold(f"{since:%Y-}" * (str(since.year) in name) + f"{since:%m-%d}"):
            return True
        if self._own.hold(name) or any(_may_mean(each, since, until) for each in told):
            return True
        return self._time is not None and self._is_near(since, until, bool(told))

    def _is_near(self, since: datetime, until: datetime, told: bool) -> bool:
        """Whether a period may be meant by words of another language, or is the day of the observation."""
        assert self._time
        if since <= self._time < until:
            return not told or len(_SENTENCE.findall(self._text)) > 1 or until - since > _SOON
        if told or self._own.english:
            return False
        return since - _NEAR <= self._time < until + _NEAR or self._is_counted(since)

    def _is_counted(self, since: datetime) -> bool:
        """Whether a day lies as many days, weeks, months or years away as the text says, or is one of its numbers."""
        assert self._time
        days, years = abs((since.date() - self._time.date()).days), abs(since.year - self._time.year)
        months = abs(12 * (since.year - self._time.year) + since.month - self._time.month)
        counts = {days, months, years, *([days // 7] if days % 7 == 0 else [])} - {0}
        return any(re.search(rf"(?<!\d){count}(?!\d)", self._text) for count in counts | {since.day})

    def _is_state(self, name: str) -> bool:
        """Whether the text says a state in other words: "nothing on it" is empty, "not open" closed."""
        *before, state = entity_key(name).split() or [""]
        text = self._text.casefold()
        if state in _OTHERWISE and re.search(_OTHERWISE[state], text):
            return True
        others = {other for pair in _OPPOSITES if state in pair for other in pair} - {state}
        if not (before == ["not"] or _NEGATES.search(text)):
            return False
        return any(map(self._own.has, others | {_NOT.sub("", state)}))

    def _is_said_of_it(self, triple: Triple) -> bool:
        """Whether the text says a state, or when it was, of what it does not name so: "too many", a "wedding"."""
        if not triple.subject.islower():
            return False
        if self._tells_date(triple.object):
            return all(_has_base(word, _HAPPENS) for word in runs(triple.relation) if word not in STOP_WORDS)
        return " " not in triple.subject and self._is_state(triple.object)

    def _tells_date(self, name: str) -> bool:
        """Whether `name` is a date that a phrase of the text means."""
        return bool(self._told_dates and self._dated(name))

    @cached_property
    def _told_dates(self) -> list[Dated]:
        told = "\n".join((*self._before, self._text)) if _AGREES.match(self._text) else self._text
        told = _SPAN.sub(r"\1 ago", _EDGE.sub(r"\1 of this \2", _DAY.sub(lambda day: _DAYS[day[1]], told)))
        told = _FEAST.sub(lambda feast: _FEASTS[feast[0].casefold().replace("\u2019", "'")], told)
        return dates_in(told, self._time or _NO_TIME)

    def _is_chatter(self, triple: Triple) -> bool:
        """Whether those who talk are only said to talk, or a question is all that speaks of it."""
        ends = [end for end in (triple.subject, triple.object) if not self._is_party(end)]
        if all(map(_is_talked, ends)) or (len(ends) == 1 and self._is_talk(triple, ends[0])):
            return True
        asked = self._questions
        return asked is not None and any(self._bears(end, asked) for end in ends) and not any(map(self._tells, ends))

    def _is_talk(self, triple: Triple, other: str) -> bool:
        """Whether a party only speaks or is polite, or is only said to be something by another."""
        said = [word for word in runs(triple.relation) if word not in STOP_WORDS]
        if (other.islower() or not self._own.english) and self._is_thanked_for(other):
            return True
        named = other[:1].isupper() and self._tells(other)
        if (_has_base(triple.relation, _SPEECH) and not named) or _POLITE.match(entity_key(other)):
            return True
        return not said and entity_key(triple.subject) == "assistant" and self._speaker != "assistant"

    def _is_thanked_for(self, name: str) -> bool:
        """Whether nothing but thanks speaks of it."""
        clauses = [clause for each in _SENTENCE.findall(self._text) for clause in _CLAUSE.findall(each)]
        told = [clause for clause in clauses if self._bears(name, Words(clause))]
        return bool(told) and all(map(_THANKS.match, told))

    def _is_party(self, name: str) -> bool:
        return entity_key(name) in _PARTIES

    @cached_property
    def _questions(self) -> Words | None:
        return self._clauses(asking=True)

    @cached_property
    def _statements(self) -> Words | None:
        return self._clauses(asking=False)

    def _clauses(self, asking: bool) -> Words | None:
        """The words of the clauses that ask, or of those that do not."""
        clauses = (clause.rstrip() for each in _SENTENCE.findall(self._text) for clause in _CLAUSE.findall(each))
        some = [clause for clause in clauses if clause.endswith(_ASKS) is asking]
        return Words(*some) if some else None

    def _tells(self, name: str) -> bool:
        """Whether a clause that asks nothing bears a name out."""
        return self._statements is not None and self._bears(name, self._statements)

    def _says_again(self, triple: Triple) -> bool:
        """Whether the text itself says a whole triple, which is known: then it is support."""
        ends = all(self._is_anybody(end) or self._bears(end, self._own) for end in (triple.subject, triple.object))
        told = [word for word in runs(triple.relation) if word not in STOP_WORDS]
        return ends and (not told or any(map(self._own.has, told)))


def _is_talked(name: str) -> bool:
    """Whether a name is a thing that is said ("advice"), or a word of small talk."""
    words = [word for word in runs(name) if word not in STOP_WORDS]
    return entity_key(name) in _SMALL_TALK or (bool(words) and all(_has_base(word, _SPEECH) for word in words))


def _names(name: str) -> list[str]:
    """The words of a name in small letters, but for what is written in capitals: "US" is not "us"."""
    return [word if word.isupper() and len(word) > 1 else word.casefold() for word in _WORD.findall(name)]


def _may_mean(told: Dated, since: datetime, until: datetime) -> bool:
    """Whether a period may be what a phrase means: its beginning or end, or a day of the week that it tells.

    A day of a month is that of the year before or after, too, unless the phrase tells the year.
    """
    if abs(told.since.year - since.year) == 1 and _OF_ANY_YEAR.match(told.phrase):
        return (told.since.month, told.since.day) == (since.month, since.day)
    if told.until - told.since <= _SOON:
        return since < told.until and until > told.since
    return since <= told.since < until or since < told.until <= until


def _has_base(text: str, verbs: frozenset[str]) -> bool:
    """Whether a text has one of these verbs in any form."""
    return any(not verbs.isdisjoint(bases(word)) for word in runs(text))
