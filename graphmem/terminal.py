"""Text from outside, made safe to print on a terminal."""

from __future__ import annotations

import re
import sys
from io import TextIOWrapper

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    """`text` with control characters (terminal escapes, changes of writing direction) shown as `�`, but line ends."""
    return _CONTROL.sub("\ufffd", text.replace("\r\n", "\n"))


def show_what_it_can() -> None:
    """Let standard output and error show `?` for a letter that their encoding lacks, where printing it would fail."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
