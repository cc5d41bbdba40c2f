"""What is written: notes, recipes, which key fits which lock, and the words of a task."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from graphmem.extraction.textworld.names import read_name, state_after
from graphmem.extraction.textworld.phrases import Statement
from graphmem.extraction.textworld.scene import PLAYER, Scene
from graphmem.records import entity_key

RECIPE = "recipe"
_READABLE = re.compile(
    r"\b(?:notes?|letter|book|cookbook|notebook|textbook|sign|paper|page|diary|journal|poem|manuscript|novel|scroll"
    r"|message|poster|plaque|inscription|label|recipe|map|placard|notice|card|postcard|newspaper|article|list|memo"
    r"|manual|instructions|leaflet|pamphlet)\b",
    re.IGNORECASE,
)
_READING_VERBS = frozenset({"read", "examine", "x", "look at", "inspect", "l", "study"})
_KEYS = re.compile(r"key|card|code|pass|token|chip", re.IGNORECASE)
_NOT_WRITTEN = re.compile(
    r"you (?:can't|cannot|haven't|don't|need to|have to|see nothing|are not|aren't)\b"
    r"|that's not|i (?:didn't|only)|what do you|you open the copy of",
    re.IGNORECASE,
)
_RECIPE = re.compile(
    r"^[ \t]*ingredients?:[ \t]*\n(?P<ingredients>.{1,3000}?)"
    r"^[ \t]*directions?:[ \t]*\n(?P<directions>(?:[ \t]*\S[^\n]*(?:\n|\Z))*)",
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)
_LONGEST = 1000  # characters of a sentence that may say what things are for
_HEADING = re.compile(r"^[ \t]*(?:recipe(?: #\d+)?|-{3,})[ \t]*$", re.IGNORECASE | re.MULTILINE)
_DIRECTION = re.compile(r"^(\w+)\s+(?:the\s+)?(.+?)(?:\s+(?:with|on|in|using)\s+.*)?$", re.IGNORECASE)
# "frying is done only with stove", "BBQ's are for grilling things"
_USES = (
    re.compile(r"\b(?P<use>\w{1,40}ing) is done (?:only )?(?:with|on|in) (?:an? |the )?(?P<tool>[\w-]+)", re.I),
    re.compile(r"\b(?P<tool>[\w-]{1,40}?)(?:'?s)? (?:is|are) for (?P<use>\w{1,40}ing)\b", re.I),
)


def take_recipe(scene: Scene, body: str) -> str:
    """Read the recipe in `body`, if there is one, and give back the text without it."""
    found = _RECIPE.search(body) if "directions:" in body.casefold() or "direction:" in body.casefold() else None
    if not found:
        return body
    scene.mention(RECIPE)
    for line in _lines(found["ingredients"]):
        if named := read_name(line):
            scene.fact(RECIPE, "requires", named.name)
            scene.mention(named.name)
    for line in _lines(found["directions"]):
        scene.fact(RECIPE, "directs", line)
        _must_be(scene, line)
    if (book := _what_is_read(scene)) and entity_key(book) != RECIPE:
        scene.fact(RECIPE, "is in", book)
    return _HEADING.sub("", body[: found.start()] + "\n" + body[found.end() :])


def _lines(block: str) -> Iterable[str]:
    return (stripped for line in block.splitlines() if (stripped := " ".join(line.split())))


def _must_be(scene: Scene, line: str) -> None:
    found = _DIRECTION.match(line)
    if found and (state := state_after(found[1])) and (named := read_name(found[2])):
        scene.fact(named.name, "must be", state)


def _what_is_read(scene: Scene) -> str | None:
    """The note or book whose text this is, by the command that was sent."""
    command = scene.command
    if not command or command.verb not in _READING_VERBS or not (named := read_name(command.object)):
        return None
    readable = command.verb == "read" or _READABLE.search(named.name)
    return named.name if readable else None


def read_note(scene: Scene, sentences: Iterable[str]) -> None:
    """Keep every sentence of a note that is being read, in full."""
    note = _what_is_read(scene)
    if not note or scene.titled:
        return
    about_itself = re.compile(rf"the {re.escape(note)} (?:is|looks|seems|appears|would seem)\b", re.IGNORECASE)
    for sentence in sentences:
        if not (_NOT_WRITTEN.match(sentence) or about_itself.match(sentence)) and any(c.isalnum() for c in sentence):
            scene.fact(note, "says", sentence)
            scene.mention(note)


def read_uses(scene: Scene, sentence: str) -> None:
    """What each appliance is for, in the words of a task."""
    for pattern in _USES if len(sentence) <= _LONGEST else ():
        for found in pattern.finditer(sentence):
            if named := read_name(found["tool"]):
                scene.fact(named.name, "is for", found["use"].lower())
                scene.mention(named.name)


def _fits(scene: Scene, statement: Statement) -> None:
    key, lock = scene.thing(statement["key"]), scene.thing(statement["lock"])
    if not key or not lock:
        return
    if statement.kind == "wants":
        scene.fact(lock, "requires", key)
    elif not _KEYS.search(key) and "unlock" not in statement.text.casefold():
        return  # "The lever opens the gate" is about no key
    scene.fact(key, "unlocks", lock)


def _fits_in(scene: Scene, statement: Statement) -> None:
    _fits(scene, statement)
    lock, room = scene.thing(statement["lock"]), scene.thing(statement["room"])
    if lock and room:
        scene.place(lock, "is in", room)


def _wants(scene: Scene, statement: Statement) -> None:
    lock = scene.last if statement["lock"].casefold() == "it" else None  # before the key becomes what "it" means
    key = scene.thing(statement["key"])
    lock = lock or scene.thing(statement["lock"])
    if key and lock:
        scene.fact(lock, "requires", key)
        scene.fact(key, "unlocks", lock)


def _requires(scene: Scene, statement: Statement) -> None:
    lock, key = scene.thing(statement["lock"]), scene.thing(statement["key"])
    if lock and key:
        scene.fact(lock, "requires", key)
        if _KEYS.search(key):
            scene.fact(key, "unlocks", lock)


def _check(scene: Scene, statement: Statement) -> None:
    thing, room = scene.thing(statement["thing"]), scene.thing(statement["room"])
    if thing and room:
        scene.place(thing, "is in", room)


def _task(scene: Scene, statement: Statement) -> None:
    scene.fact(PLAYER, "must", statement["rest"])


def _meal_place(scene: Scene, statement: Statement) -> None:
    if room := scene.thing(statement["room"]):
        scene.fact("meal", "must be prepared in", room)


READERS: dict[str, Callable[[Scene, Statement], None]] = {
    "fits": _fits, "fits in": _fits_in, "wants": _wants, "requires": _requires, "check": _check, "task": _task,
    "meal place": _meal_place,
}  # fmt: skip
