"""A piece of transcript taken apart: the command that was sent, the room's title, and what was answered."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SHORT = {
    "n": "north", "s": "south", "e": "east", "w": "west", "u": "up", "d": "down",
    "ne": "northeast", "nw": "northwest", "se": "southeast", "sw": "southwest",
}  # fmt: skip
OPPOSITE = {
    "north": "south", "south": "north", "east": "west", "west": "east", "up": "down", "down": "up",
    "northeast": "southwest", "southwest": "northeast", "northwest": "southeast", "southeast": "northwest",
}  # fmt: skip
_DIRECTION_OF = {**_SHORT, **{word: word for word in OPPOSITE}}

_TITLE = re.compile(r"^[ \t]*-=[ \t]*(\S.{0,100}?)[ \t]*=-[ \t]*$", re.MULTILINE)
_COMMAND = re.compile(r"\A\s*>[ \t]*(\S[^\n]*)(?:\n|\Z)")
_ON_A_TITLE_LINE = re.compile(r"-=.*=-")
_GO = re.compile(r"^(?:(?:go|walk|run|head|move|travel)\s+(?:to\s+(?:the\s+)?)?)?(\w+)$", re.IGNORECASE)
_VERBS = re.compile(
    r"^(?P<verb>look at|look in|pick up|put down|turn on|turn off|\w+)\s+(?P<object>.+?)"
    r"(?:\s+(?P<preposition>with|from|into|onto|in|on|using|under|out of|off)\s+(?P<second>.+))?$",
    re.IGNORECASE,
)
# Lines that are about the game and not about the world.
_GAME_LINES = re.compile(
    r"^[ \t]*(?:your score (?:has|changed).*|\*\*\*.*\*\*\*|you (?:have so far )?scored .*|game step #\d+|\$)[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)


# What a command begins with; and words that no command has, but a sentence that somebody quotes with ">".
_VERBS_OF_COMMANDS = frozenset({
    "go", "look", "examine", "take", "get", "pick", "drop", "put", "insert", "open", "close", "lock", "unlock", "eat",
    "drink", "cook", "fry", "slice", "dice", "chop", "prepare", "read", "inventory", "wait", "turn", "push", "pull",
})  # fmt: skip
_WORDS_OF_SENTENCES = frozenset({
    "i", "you", "he", "she", "it", "we", "they", "is", "are", "was", "were", "am", "be", "been", "will", "would",
    "has", "have", "had", "do", "did",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Command:
    """What the agent sent: "unlock box with key" -> verb, object, preposition, second."""

    text: str
    verb: str = ""
    object: str = ""
    preposition: str = ""
    second: str = ""
    direction: str | None = None


@dataclass(frozen=True, slots=True)
class Transcript:
    """`title` is the room's, when the text shows one; `body` is what was answered, without titles and score lines."""

    command: Command | None
    title: str | None
    body: str


def read_transcript(text: str) -> Transcript:
    """Take a piece of transcript apart. Any text will do.

    >>> read_transcript("> go east\\n-= Kitchen =-\\nA stove is here.").title
    'Kitchen'
    """
    command, body = None, text
    first = _COMMAND.match(text)
    if first and not _ON_A_TITLE_LINE.search(first[1]):
        command, body = read_command(first[1]), text[first.end() :]
    titles = _TITLE.findall(body)
    body = _GAME_LINES.sub("", _TITLE.sub("\n", body))
    return Transcript(command, titles[-1] if titles else None, body)


def is_transcript(text: str) -> bool:
    """Whether a text shows a room's title, or begins with a command and not with a quotation.

    >>> is_transcript("> take lamp\\nTaken."), is_transcript("> The lamp is yours.\\nThank you!")
    (True, False)
    """
    found = read_transcript(text)
    return found.title is not None or (found.command is not None and _is_command(found.command.text, found.body))


def _is_command(line: str, answer: str) -> bool:
    words = line.casefold().split()
    return (
        (line[0].islower() or words[0] in _VERBS_OF_COMMANDS)
        and line[-1] not in ".!?:;,"
        and not _WORDS_OF_SENTENCES.intersection(words)
        and not answer.lstrip().startswith(">")
    )


def read_command(text: str) -> Command:
    """Take a command apart."""
    text = " ".join(text.split())
    if (move := _GO.match(text)) and (direction := _DIRECTION_OF.get(move[1].casefold())):
        return Command(text, verb="go", direction=direction)
    if not (parts := _VERBS.match(text)):
        return Command(text, verb=text.casefold())
    return Command(
        text, parts["verb"].casefold(), parts["object"], (parts["preposition"] or "").casefold(), parts["second"] or ""
    )
