"""Whether an answer says that it is not known, in whatever words, in the languages that are asked in most."""

from __future__ import annotations

import re

_PARTS = {
    "TOLD": r"(?:known|stated|said|mentioned|specified|given|provided|recorded|determined|disclosed|indicated|answered"
    r"|inferred)",
    "SOURCES": r"(?:sources?|facts?|memor(?:y|ies)|context|passages?|texts?|documents?|notes?|conversations?|records?)",
    "NOTHING": r"(?:information|data|answer|mention|details?|records?|evidence)",
    "SAY": r"(?:say|said|state|mention|specify|provide|tell|give|indicate|reveal|answer|know)",
    "NONE": r"(?:no|not enough|not any|insufficient)",
    "NOT": r"(?: not|n't)",
}
_SAYS = """
none|null|nil|n/?a|not ?applicable|\\W*
(?:(?:it|that|this|the answer)(?: is|'s) )?(?:not (?:been )?TOLD|un(?:known|clear|specified|stated))
(?:it|that|this|the answer)(?: is|'s) (?:not (?:been )?TOLD|un(?:known|clear|specified|stated)) .*
(?:not (?:been )?TOLD|un(?:known|clear|specified|stated)) (?:from|in|by) .*
(?:sorry, )?i (?:do|am|have|can|could|was)NOT (?:know|sure|certain|tell|find|say|determine|see|able)(?: .*)?
(?:sorry, )?i(?: cannot|'m not|'m unable|am unable) (?:know|sure|certain|tell|find|say|determine|see|to)(?: .*)?
(?:sorry, )?i have no (?:idea|memory|NOTHING)(?: .*)?
(?:the|my|these|those) (?:\\w+ )?SOURCES(?: \\w+)? (?:do|does|did|has|have)NOT SAY(?: .*)?
none of the (?:\\w+ )?SOURCES(?: .*)?
there(?: is|'s| are| was) NONE (?:\\w+ )?NOTHING(?: .*)?
NONE (?:\\w+ )?NOTHING(?: (?:is |was |are )?(?:TOLD|available|found))?(?: (?:on|about|for|in|from) .*)?
(?:it |this |that |the answer )?can(?:not|NOT) be TOLD(?: .*)?
nothing (?:is|was) TOLD(?: .*)?
(?:das |es )?(?:ist )?(?:nicht (?:bekannt|angegeben|erwähnt|genannt)|unbekannt)
keine (?:angaben?|information(?:en)?|antwort)
(?:das )?weiß ich nicht|ich weiß (?:es )?nicht
inconnue?s?|(?:ce n'est |c'est )?(?:pas|non) (?:connu|mentionné|indiqué|précisé)e?|(?:on ne sait|je ne sais) pas
desconocid[oa]|no (?:se (?:sabe|menciona|indica|conoce|especifica)|(?:lo )?sé|(?:mencionad|conocid|especificad)[oa])
no hay información|sconosciut[oa]|non (?:not[oa]|si sa|lo so|specificat[oa]|menzionat[oa])
desconhecid[oa]|não (?:sei|se sabe|(?:mencionad|informad|conhecid|especificad)[oa])
onbekend|niet (?:bekend|vermeld)|ik weet het niet|okän[dt]|nieznan[ey]|nie (?:wiadomo|wiem)|bilinmiyor
(?:это )?(?:не ?известно|не (?:указано|упоминается|знаю)|нет информации|невідомо)
我?(?:不知道|不清楚|未知|不明|无法确定|無法確定|没有(?:提到|提及|相关信息|信息)|未提(?:到|及))
不明です|わかりません|分かりません|記載(?:されていま|があり)せん|情報が?ありません
모름|모릅니다|알 수 없(?:음|습니다)
غير (?:معروف|مذكور)|لا أعرف
"""
_UNCITED = """
(?:the|my|these|those) (?:\\w+ )?SOURCES(?: \\w+)? (?:do|does|did|has|have)NOT .*
(?:.{1,80} (?:is|was|are|were) )?not (?:found|available|clear|certain|listed|named)(?: .*)?
.{1,80} (?:is|was|are|were|has|have)(?: not|n't) (?:been )?TOLD(?: .*)?
.{0,80} (?:is|was|are|were) un(?:known|clear|specified|stated)(?: .*)?
it is un(?:known|clear) .*|no ?(?:one|body) knows.*
"""
"""What may be the answer itself, where a source says so."""


def _compiled(lines: str) -> re.Pattern[str]:
    whole = "|".join(lines.split("\n")[1:-1])
    for name, part in _PARTS.items():
        whole = whole.replace(name, part)
    return re.compile(whole)


_KNOWN_BY_NOBODY, _PERHAPS = _compiled(_SAYS), _compiled(_UNCITED)
_ASIDE = re.compile(r"(?<=\w)\s*(?:[(;:\u2014]| - ).*", re.DOTALL)


def is_unknown(answer: str, *, cited: bool) -> bool:
    """Whether an answer is that nobody told; `cited` says whether it stands on a source.

    >>> is_unknown("The sources do not mention her wife.", cited=False), is_unknown("None of them", cited=True)
    (True, False)
    """
    said = answer.casefold().replace("\u2019", "'").strip(" .!\n\"'\u3002")
    ways = {said, _ASIDE.sub("", said)}
    return any(_KNOWN_BY_NOBODY.fullmatch(way) or (not cited and _PERHAPS.fullmatch(way)) for way in ways)
