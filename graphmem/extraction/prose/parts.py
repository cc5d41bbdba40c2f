"""What of a text is English prose, in short parts that are parsed each by itself, and who says each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from email.utils import parseaddr
from itertools import chain, count, groupby

from graphmem.extraction.prose import listed
from graphmem.extraction.prose.listed import Under
from graphmem.extraction.prose.people import PEOPLE, PETS
from graphmem.extraction.prose.standing import HEDGES
from graphmem.extraction.prose.values import kind_of
from graphmem.language.speakers import Turn, speaker_of, turns
from graphmem.language.wordlist import words
from graphmem.language.words import NOT_SHORTENED, STOP_WORDS

_HEADER = re.compile(r"^(?:From|To|Cc|Bcc|Subject|Date|Sent|Reply-To):\s", re.IGNORECASE)
_BULLET = re.compile(r"^\s*(?:>\s*)*(?:[-*+\u2022\u2013]\s+(?:\[[ xX]\]\s+)?|\d{1,2}[.)]\s+)?")
_MARKS = re.compile(r"\*\*|__|~~|`|,(?=\s(?:Inc|Ltd|LLC|Corp|Co|Jr|Sr|PLC|GmbH)\b)")
_APOSTROPHE = re.compile(r"(?<=\w)\u2019(?=\w)")
_CODE = re.compile(r"`([^`\n]+)`")
_UNMARKED = re.compile(
    r"\b(?:(do|does|did|is|are|was|were|has|have|ca|could|should|would)nt|i(m|ve)(?= [a-z]))\b", re.IGNORECASE
)
_HOW = (
    r"(?:(?:out of|off (?:sick|work|the|to)|over (?:the|it|his|her|their|that)|allergic to"
    r"|back (?:at|in|from|with|to|home))\b"
    r"|(?:back|home|away|ill|sick|unwell|better|fixed|broken|cancelled|pregnant|engaged|married|divorced|retired|vegan"
    r"|vegetarian|asleep|dead|closed|open)(?= (?:now|again|today|since|until|for|with|and|so|too|this|to)\b|[.,!;]|$))"
)
_SHORT_IS = re.compile(
    r"\b((?:my|our|his|her|their)(?: \w+){1,3})'s(?= (?:(?:gett|visit|com|mov|go|work|liv|expect|stay|turn|leav)ing"
    r"|an?|in|on|at|from|not|called|named)\b|(?<=name's) [A-Z])"
    rf"|\b((?:(?:my|our|his|her|their|the) \w+|[A-Z]\w+)(?: [A-Z]\w+)?)'s(?= {_HOW})"
    r"|(?:^|(?<=[.!?] ))((?:the )?\w+)'s(?= (?:in|on|at|from|off|under|behind|near)\b)",
    re.IGNORECASE,
)
_LISTED = re.compile(r"\b([a-z]+s): (?=[A-Z]\w+(?:, [A-Z]\w+)*,? and [A-Z]\w+)")
_NEW = re.compile(
    r"^(?:(i|we)(?:['\u2019]ve)? (?:got|have)(?: got)? an? )?new ((?:[\w'-]+ ){0,4}[\w'-]+)"
    r"(?::|[,.;]? it(?:'s| is)) (\S+(?: \S+){0,3})$",
    re.IGNORECASE,
)
_ASIDE = re.compile(r"\s*\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)|\s*\[\d+\]|\s/[^/\n]{2,30}/(?=\s)")
_NOT_PROSE = re.compile(
    r"^\s*(?:#|\||```|</?\w|[{\[}\]]|//|\$\s|>>>|@|at \w+\.|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)"
    r"|[{}<>|=\\].*[{}<>|=\\;]|\(\)|\w\(\w*\)|\w=\S|::|->|=>"
)
_CLAUSE = (
    r"(?<=\w)(?:,?\s+(?:and|but)|,)\s+(?=(?:the|my|our|his|her|its|their|[^\W\d_a-z][\w-]+['\u2019]s)\s"
    r"(?:[\w'\u2019-]+\s){1,3}?(?:is|are|was|were|has|have|had|will|costs|lives|works)\b|(?:I|he|she|it|we|they)(?:['\u2019]\w+)?\s\w)"
    r"|(?<=\w),\s+(?:(?:and|but)\s+)?(?=[^\W\d_a-z][\w-]+\s(?:is|was|has|will|lives|works|can)\b)"
)
_CORRECTING = (
    r"(?i:(?:no(?=\s(?:wait|sorry|oops|i mean))|(?:no|sorry|oops|not [^,.;!?\n]{1,30}),"
    r"|(?:wait|oops|my mistake|(?:scrap|scratch|forget|ignore) that)\b[,.:!]?"
    r"|(?:i mean|i meant(?: to say)?|make that)\b[,:]?)\s+(?=\S))+"
)
_MEANT = re.compile(r"\b(?:mean|meant|make that)\b", re.IGNORECASE)
_A_VALUE = re.compile(
    r"(?!(?:to|that|it|well|really|what|how|if|when)\b)(?:(?:in|on|at|from|for|the|an?|my) )*"
    r"(?P<value>[\w'\u2019.:/-]*\w(?: [\w'\u2019.:/-]*\w){0,3})[.!]?",
    re.IGNORECASE,
)
_BREAK = re.compile(
    rf"(?<=\w)\s*;\s+|(?<=[^\W\d]):\s+(?=\w)|\s+[\u2013\u2014]\s+|(?<=\w)\u2014(?=\w)|\s--?\s|(?<=[.!?])\s+(?={_CORRECTING})|(?P<clause>{_CLAUSE})"
)
# What stands after such words depends on them, so that it is not parsed by itself.
_HANGS_ON = re.compile(
    r"""\b(?:that|if|when|whenever|unless|whether|although|though|while|because|who|which|sa(?:y|ys|id)|think|thinks|thought
    |told|tells|claim\w*|hope\w*|wish\w*|believ\w+|maybe|perhaps|might|(?-i:may)|could|would|should|neither|never|suppose\w*
    |imagine|pretend\w*|guess|rumou?r\w*|heard|dream\w*|according|film|movie|novel|story|book|question|example|quote
    |wrote|lie[ds]?|false|wrong|assum\w+|probably|possibly|apparently|allegedly|reportedly|supposedly|let|lets|asks?|asked
    |doubt\w*|myth|fake|joke|theory|hypothes\w+|scenario|draft|fiction|prompt|bet|option|idea|plan|goal)\b|\?""",
    re.IGNORECASE | re.VERBOSE,
)
_NAMING = PEOPLE | PETS | words("my our his her their its your the a an and")
_LEADING = words(
    """in on at by for with from to of after before since as once during until till despite besides apart unlike like
    last next this every each today yesterday tomorrow now then later soon not no"""
)
_SENTENCE = re.compile(rf"(?<=[.!?]){NOT_SHORTENED}\s+")
_OPENING = re.compile(
    r"""^(?:(?:hi|hello|hey|dear|morning|good\ (?:morning|evening)|thanks|thank\ you|ok|okay|well|yes|yeah|btw
    |by\ the\ way|fyi|heads\ up
    |quick\ update|just\ so\ you\ know|sorry|oh|so|also|(?:great|good|bad)\ news|as\ of\ today
    |unfortunately|sadly|luckily|to\ be\ clear|in\ case\ you|as\ you\ (?:may\ )?know|as\ i\ said
    |for\ (?:the\ record|your\ information|what\ it'?s\ worth))\b[^,.!?]{0,25}[,!]\s+
    |guess\ what[,!.]?\s+|(?:it\ )?turns\ out,?(?:\ that)?\s+|(?:just\ )?to\ let\ you\ know,?\s+(?:that\ )?
    |(?:fyi|btw)\s+)+""",
    re.IGNORECASE | re.VERBOSE,
)
# Words by which one has a memory take note: what follows is what it is told.
_NOTING = re.compile(
    r"""^(?:(?:and|also|so|please|pls|just|always)\ |(?:can|could|will|would)\ you\ (?:please\ )?)*(?:
    (?:remember|don['\u2019]?t\ forget|(?:keep|bear|have)\ in\ mind|be\ aware|be\ advised)(?:,?\ that|\ this:)?
    |(?:note(?:\ down)?|save|store|record|log|memori[sz]e|write\ down|remind\ me|make\ a\ note|take\ note)
        (?:\ (?:for\ me|it|this))?(?:\ that|:)
    |(?:i\ (?:want|need)|i['\u2019]?d\ like|i\ would\ like)\ you\ to\ (?:know|remember|note)(?:\ that)?
    |you\ (?:should|need\ to|must)\ (?:know|remember)(?:\ that)?
    |i\ (?:already\ )?(?:told\ you|mentioned|said)(?:\ (?:before|earlier|already))?(?:\ that)?(?=\ (?:i|my|we|our)\b)
    )\ (?=\w+\ ?\S)(?!to\ |about\ |how\ |what\ |when\ |where\ |why\ |if\ |whether\ )""",
    re.IGNORECASE | re.VERBOSE,
)
_TO_DO = re.compile(
    r"""^(?:(?:and|also|so|please|pls|just|oh|yes|ok)[ ,]+|(?:can|could|will|would)\ you\ (?:please\ )?
    |(?:reminder|note\ to\ self|to-?\ ?do)(?:\ to\ (?:self|myself))?:\ |i\ (?=.{4,12}(?:remember|forget)\ to\ ))*
    (?:(?:(?:must|have\ to|need\ to|got\ to)\ )?remember\ to
    |(?:do\ not|don'?t|must\ not|mustn'?t|can'?t|let\ me\ not|(?:do\ not|don'?t)\ let\ me)\ forget\ to
    |remind\ me\ to)\ (?=[a-z])""",
    re.IGNORECASE | re.VERBOSE,
)
"""Words by which one tells oneself, or has a memory tell one, what is to be done."""

_HAVE_TO = re.compile(
    r"(?<![sve] )\bgotta\b|(?:^|(?<=\bI )|(?<=\b[Ww]e ))must(?= (?!not\b|be\b|have\b)[a-z])", re.IGNORECASE
)
_CALL_ME = re.compile(r"^(?:(?i:please|just|but|you (?:can|may|should)) )*(?i:call me)(?= (?!Mr|Mrs|Ms)[A-Z])")
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)?")
_LABEL = re.compile(
    r"^(?:(correction|corrected|update|edit|budget update|news|actually|(?:slight |small )?changes? of plans?"
    r"|scratch that)|note|notes|note to self|fyi|ps|p\.s\.|nb|reminder|todo|remember|remember this|save this|important"
    r"|fun fact|for the record|heads up|please note|(?:do not|don['\u2019]?t) forget)$",
    re.IGNORECASE,
)
_FOREIGN = words(
    """le la les des une est et dans pour avec sur mais nous vous je tu elle ils mon ma mes il au aux du qui que der
    die das ist und nicht ein eine ich wir sie mit für auf mein meine wohnt arbeitet el los las es y en un una con
    por para mi su muy como pero het een van ik wij zijn niet op voor mijn di il che è non sono con gli mia mio
    della não uma os do da em com meu minha och är jag inte att det som på min mitt og jeg ikke på er"""
)
_ELIDED = re.compile(r"(?:[cdjlmnst]|qu)'\w{3}", re.IGNORECASE)
"""Romance articles and pronouns before a vowel: "s'appelle"."""

_IN_NAMES = words("de da do dos del della di du la le les el los las van von der den ter das al")
_FULL_STOP = re.compile(r"(?<=[\w)\"'][.!?])\s+(?=[\"'(]?[^\W\d_a-z])")
# What a person did, told without saying who: "Had lunch with Tom." After some verbs that needs no object, after those
# that are participles too it does: "Painted the fence.", but not "Painted by Ann."
_DONE = (
    r"(?:Went|Gave|Took|Saw|Began|Wrote|Ate|Drove|Flew|Spoke|Broke|Chose|Woke|Ran|Swam|Rode|Drew|Forgot|Had|Met|Got"
    r"|Did|Slept|Spent) (?!(?:by|been|I|you|he|she|it|we|they)\b)"
    r"|(?:Moved|Switched|Travelled|Traveled|Returned|Relocated) to (?!\d|(?:[Mm]on|[Tt]ues|[Ww]ednes|[Tt]hurs|[Ff]ri"
    r"|[Ss]atur|[Ss]un)day)"
    r"|(?:Used|Decided|Started|Planned|Managed|Agreed|Promised|Need|Have) to [a-z]"
    r"|(?:Called|Visited|Married|Told|Texted|Emailed|Asked|Phoned|Joined|Left) (?!by\b|the \w+ed\b)\w"
    r"|(?:(?!Embed)[A-Z][a-z]*[a-df-z]ed|Bought|Sold|Made|Found|Lost|Built|Paid|Sent|Caught|Taught|Won|Kept|Brought|Lent)"
    r"(?: (?:up|in|off|out|back|over|away|down))?"
    r" (?:a|an|the|my|our|some|two|three|four|five|\d+|it|them|him|her|another|this|that|all)\b"
)
_UNSAID = re.compile(rf"(?:{_DONE})(?!.*\?)")
_IS_UNSAID = re.compile(
    r"(?:Been (?:off|ill|sick|in|at|on)|Back (?:at|from|in|home|to)|Off (?:work|sick)|Home from|Out of hospital)"
    r"\b(?!.*\?)"
)
_SHORTEST = 2  # words of a line
_LONGEST_WORD = 200  # characters
_LONGEST_PIECE = 1000  # characters that are parsed together
_TERMINAL = (".", "!", "?", ":", ";", "…")
_WRAPPED = 50  # characters: a line at least so long that ends in no full stop goes on in the next


@dataclass(frozen=True, slots=True)
class Part:
    """A few sentences of one line: what is said, by whom (as the text itself says), in which line, as a correction.

    Of `unsaid` the text leaves out who does it, which is who says it: "I" has been put in. What stands `instead` is no
    sentence but a value, meant by one that was said before: "I meant Thursday." What `reminds` is to be done by who
    is spoken to, if anybody; what is `ticked` has been done. What stands `under` a heading is an item of a list.
    """

    text: str
    speaker: str | None = None
    line: int = 0
    corrects: bool = False
    unsaid: bool = False
    instead: bool = False
    reminds: bool = False
    ticked: bool = False
    under: Under | None = None


def parts(text: str, is_word: Callable[[str], bool], is_verb: Callable[[str], bool]) -> Iterator[Part]:
    """The parts of `text` that are English prose; `is_word` knows the words of the language, `is_verb` its verbs."""
    numbers = count(1)
    for turn in turns(text) or (Turn(None, text, 0, len(text)),):
        speaker, heading = turn.speaker, ""
        for line in _lines(turn.text):
            number = next(numbers)
            if speaker is None and (name := speaker_of(line)):
                speaker, line = name, turns(line)[0].text
            if found := _HEADER.match(line):
                sent = found[0].casefold().startswith("from")
                speaker = (_sender(line[found.end() :]) if sent else None) or speaker
            elif line.strip() and max(map(len, line.split())) <= _LONGEST_WORD:
                bullet = _BULLET.match(line)
                marked = bullet[0].strip() if bullet else ""
                heading = heading if marked else listed.heading_in(line)
                for part in _of_line(line, _over(line, marked, heading), is_word, is_verb):
                    yield replace(part, speaker=speaker, line=number, ticked=marked.endswith(("[x]", "[X]")))


def _over(line: str, marked: str, heading: str) -> str:
    """What an item stands under: below no heading a box that may be ticked is a thing to do."""
    return heading or ("to do" if "[" in marked else "") if marked else ""


def _of_line(line: str, heading: str, is_word: Callable[[str], bool], is_verb: Callable[[str], bool]) -> Iterator[Part]:
    for piece in _few_sentences(_BULLET.sub("", line)):
        plain = _plain(piece)
        if len(plain) > 2 * _LONGEST_PIECE or _NOT_PROSE.search(piece):
            continue
        if found := _items(plain, heading, is_word):
            for text, under in found:
                led = listed.led_on(under, text, is_verb)
                yield Part(led or text, under=None if led else under)
        elif is_english(plain, is_word):
            yield from _broken_up(plain)


def _items(plain: str, heading: str, is_word: Callable[[str], bool]) -> list[tuple[str, Under]]:
    """The items of the lists that a line is made of, in English; nothing if something in it is no list."""
    found = [listed.items(each, heading) for each in _FULL_STOP.split(plain)] if heading or ": " in plain else []
    known = all(is_word(word) for text, _ in chain(*found) for word in _WORD.findall(text) if word.islower())
    return [*chain(*found)] if all(found) and known else []


def _sender(given: str) -> str | None:
    """Who sent a mail, by its "From": the name, else the address."""
    name, address = parseaddr(given)
    return name or address or None


def _plain(piece: str) -> str:
    """The piece without the marks of Markdown and what stands in brackets, its short forms and short notes in full.

    "im", "dont": "I'm", "don't"; "New code: 12", "I got a new code: 12": "The new code is 12", "My new code is 12".
    """
    told = _CODE.sub(r'"\1"', _APOSTROPHE.sub("'", piece).replace("``", '"').replace("''", '"'))
    told = _UNMARKED.sub(lambda it: f"I'{it[2]}" if it[2] else f"{it[1]}n't", _ASIDE.sub("", _MARKS.sub("", told)))
    told = _HAVE_TO.sub(lambda it: "Have to" if it[0][0].isupper() else "have to", told)
    told = told.replace("gonna", "going to").replace("gotta", "got to")
    if "'s " in told:
        told = _SHORT_IS.sub(lambda it: f"{it[it.lastindex or 0]} is", told)
    told = _LISTED.sub(r"\1, ", told)
    return _NEW.sub(lambda it: f"{'My' if it[1] else 'The'} new {it[2]} is {it[3]}", told.strip())


def _lines(text: str) -> Iterator[str]:
    """The lines of the text outside of code and quotations; those that a mail's width has broken are made one."""
    held, fenced = "", False
    for line in text.splitlines():
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif not fenced and not line.lstrip().startswith(">"):
            if held and not _goes_on(held, line):
                yield held
                held = ""
            held = f"{held} {line.strip()}" if held else line
            if len(line) < _WRAPPED or line.rstrip().endswith(_TERMINAL):
                yield held
                held = ""
    if held:
        yield held


def _goes_on(line: str, following: str) -> bool:
    last = line.rstrip().rsplit(" ", 1)[-1]
    return following[:1].islower() or bool(following.strip() and (last.endswith(",") or last.casefold() in STOP_WORDS))


def is_english(line: str, is_word: Callable[[str], bool]) -> bool:
    """Whether most small words of the line are English, and no other language's are as many."""
    words = _WORD.findall(line.replace("\u2019", "'"))
    letters = sum(map(str.isalpha, line))
    if len(words) + sum("'" in word for word in words) < _SHORTEST or letters < 0.3 * len(line.replace(" ", "")):
        return False
    if sum(char.isascii() for char in line if char.isalpha()) < 0.85 * letters:
        return False
    small = [word for word in words if word.islower()]
    known = sum(word in STOP_WORDS or word.endswith("n't") or is_word(word.split("'")[0]) for word in small)
    english = sum(
        word.endswith("n't") or word.casefold().split("'")[0] in STOP_WORDS for word in words if not _ELIDED.match(word)
    )
    foreign = [word for word in words if _ELIDED.match(word) or word.casefold() in _FOREIGN - STOP_WORDS]
    strange = len(small) - known
    if not strange and all(word.istitle() and not _ELIDED.match(word) for word in foreign):  # "Mia plays hockey."
        foreign = []
    if strange == 1 and not foreign and english > 1:
        return True
    telling = [word for word in foreign if word not in _IN_NAMES]
    return strange <= 0.3 * len(small) and len(foreign) <= english and (not telling or len(telling) < english)


def _broken_up(line: str) -> Iterator[Part]:
    """The line at its colons, semicolons and dashes; a label before a colon is no part of what is said."""
    corrects, end = False, 0
    for found in [*_BREAK.finditer(line), None]:
        piece = line[end : found.start() if found else len(line)].strip()
        label = _LABEL.match(piece) if found and ":" in found[0] else None
        after = _SENTENCE.split(line[found.end() :])[0] if found else ""
        rights = re.match(_CORRECTING, piece)
        piece = piece[rights.end() :] if rights else piece
        meant = _A_VALUE.fullmatch(piece) if rights else None
        if rights and meant and (_MEANT.search(rights[0]) or kind_of(meant["value"]) in {"time", "amount"}):
            yield Part(meant["value"], corrects=True, instead=True)
            end = found.end() if found else end
            continue
        if found and not label and not _is_whole(_SENTENCE.split(piece)[-1], after, found["clause"]):
            continue
        piece = _OPENING.sub("", piece)
        if label:
            corrects = corrects or bool(label[1])
        elif piece:
            for part in _with_subjects(piece):
                yield replace(part, corrects=corrects or bool(rights))
        end = found.end() if found else end


def _with_subjects(piece: str) -> Iterator[Part]:
    """The sentences, with "I" before those without a subject; those that have theirs stay together."""
    told = [_told(sentence) for sentence in _FULL_STOP.split(piece)]
    for (unsaid, reminds), parts in groupby(told, lambda it: (it.unsaid, it.reminds)):
        if unsaid or reminds:
            yield from parts
        else:
            yield Part(" ".join(part.text for part in parts))


def _told(sentence: str) -> Part:
    """What a sentence wants noted: "Can you remember that I live in Bonn?" is "I live in Bonn."; any other as it is.

    What one is to remember to do one has to do.
    """
    if to_do := _TO_DO.match(sentence):
        return Part(f"I have to {sentence[to_do.end() :].rstrip('?')}", reminds=True)
    sentence = _CALL_ME.sub("Everyone calls me", sentence)
    if noting := _NOTING.match(sentence):
        told = sentence[noting.end() :]
        asked = re.search(r"\byou\b", noting[0], re.IGNORECASE) and told.endswith("?")
        sentence = f"{told[0].upper()}{told[1:-1] if asked else told[1:]}"
    if _IS_UNSAID.match(sentence):
        return Part(f"I {'have' if sentence[1] == 'e' else 'am'} {sentence[0].lower()}{sentence[1:]}", unsaid=True)
    if _UNSAID.match(sentence):
        return Part(f"I {sentence[0].lower()}{sentence[1:]}", unsaid=True)
    return Part(sentence)


def _is_whole(before: str, after: str, clause: str | None) -> bool:
    """Whether what stands before a break may be parsed by itself: neither side depends on the other.

    "Irina and I are getting married" is no two clauses, nor is "In May, I moved" or "Tom is in Rome, I think".
    """
    if _HANGS_ON.search(before) or HEDGES.search(before):
        return False
    if clause is None:
        return True
    first, *rest = before.split() or [""]
    tells = "'" in first or any(word.islower() and word not in _NAMING for word in rest)
    doubted = clause.strip() == "," and (_HANGS_ON.search(after) or HEDGES.search(after))
    return tells and first.casefold() not in _LEADING and not doubted


def _few_sentences(piece: str) -> Iterator[str]:
    """The piece, or, when it is a long paragraph, a few of its sentences at a time."""
    held = ""
    for sentence in _FULL_STOP.split(piece) if len(piece) > _LONGEST_PIECE else [piece]:
        held = f"{held} {sentence}".strip()
        if len(held) > _LONGEST_PIECE // 2:
            yield held
            held = ""
    if held:
        yield held
