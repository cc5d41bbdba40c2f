"""Text from outside, made safe to print on a terminal."""

from __future__ import annotations

import re

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    """`text` with control characters (terminal escapes, changes of writing direction) shown as `�`, but line ends."""
    return _CONTROL.sub("\ufffd", text.replace("\r\n", "\n"))
