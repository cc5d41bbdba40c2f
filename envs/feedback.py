"""From what a TextWorld game prints to what a player reads: pure functions on text."""

from __future__ import annotations

import re

# The title is drawn in dollar signs, nothing else a game prints is: all up to its last line goes.
_BANNER = re.compile(r"\A.*\$\$[^\n]*\n", re.DOTALL)
# The prompt, with the status line behind it: ">          -= Kitchen =-0/12".
_STATUS = re.compile(r"\n*>[ \t]*(-=[^\n]*=-[^\n]*)?\s*\Z")
_AFTER_THE_END = re.compile(r"\n*Would you like to RESTART, RESTORE a saved game, QUIT[^\n]*", re.IGNORECASE)
_CENTRED = re.compile(r"\A[ \t]{8,}")
_BLANK_LINES = re.compile(r"\n[ \t]*(\n[ \t]*)+\n")


def observation_text(feedback: str) -> str:
    """`feedback` without the title, the prompt and the status line, runs of blank lines cut to one.

    >>> observation_text("\\n\\n\\n-= Kitchen =-\\nA kitchen.\\n\\n\\n\\n>            -= Kitchen =-0/3")
    '-= Kitchen =-\\nA kitchen.'
    """
    text = _BANNER.sub("", feedback)
    text = _STATUS.sub("", text)
    text = _AFTER_THE_END.sub("", text)
    text = "\n".join(_CENTRED.sub("", line.rstrip()) for line in text.splitlines())
    return _BLANK_LINES.sub("\n\n", text).strip()
