"""What is said to the interpreter of a Z-machine game and not to its world."""

from __future__ import annotations

import re

# They would end or rewind the process behind our back, write files, or print what no player is to see.
MACHINERY = re.compile(
    r"^\s*(tw-.*|print_state|(enable|disable) print state option|restrict commands"
    r"|(save|restore|restart|quit|q|undo|script|transcript|unscript|noscript|recording|replay|verify)\b.*)\s*$",
    re.IGNORECASE,
)
NOT_A_VERB = "That's not a verb I recognise."
