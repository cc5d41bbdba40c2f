"""English words that carry no subject of their own."""

from __future__ import annotations

import re

_COMMON = """
    a about above after again against all almost also although always am among an and another any anyone anything are
    as at away back be became because been before being below between both but by came can cannot come could did do
    does doing done down during each either else ever every everyone everything few first for from further get give go
    going gone got had has have having he hello her here hers herself hey hi him himself his how however i if in indeed
    instead into is it its itself just last later least less let like ll look made make many may maybe me mean might
    mine more moreover most much must my myself neither never next no nobody none nor not nothing now of off oh okay on
    once one only onto or other others our ours ourselves out over own perhaps please put rather re really s same see
    several shall she should since so some someone something soon still such sure t take than thank thanks that the
    their theirs them themselves then there therefore these they thing things this those though through thus to together
    too toward under unless until up upon us use ve very was we well went were what whatever when whenever where
    whereas wherever whether which while who whoever whole whom whose why will with within without wow yeah yes yet you
    your yours yourself
"""

COMMON = frozenset(_COMMON.split())

_WORD = re.compile(r"\w+")


def content(text: str) -> list[str]:
    """The words of a text that carry its subject, in order and in small letters; all words, when none does."""
    words = _WORD.findall(text.casefold())
    return [word for word in words if word not in COMMON] or words
