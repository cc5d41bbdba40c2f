"""The sentences of TextWorld's grammars, as a table: what kind of statement, and the words it comes in.

A phrase covers a whole sentence, without the mark that ends it. `{thing}`, `{holder}`, `{room}`, `{key}`, `{lock}` hold
one name; `{things}` a list of names; `{direction}` a compass word or a list of them; `{state}` a state; `{rest}` the
rest. `<see>` and the like stand for the alternatives below. Otherwise a phrase is a regular expression. The first
phrase that fits wins, so the particular stand before the general.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from graphmem.extraction.textworld.names import STATES, is_pronoun, read_name, read_names
from graphmem.extraction.textworld.transcript import OPPOSITE

_DIRECTIONS = "|".join(sorted(OPPOSITE, key=len, reverse=True))
_MAKING = "slice|sliced|dice|diced|chop|chopped|fry|fried|roast|roasted|grill|grilled|burn|burned|cook|cooked"

_SLOTS = {
    "thing": r"[^,.;:!?\"\n]{1,80}?",
    "holder": r"[^,.;:!?\"\n]{1,80}?",
    "room": r"[^,.;:!?\"\n]{1,80}?",
    "key": r"[^,.;:!?\"\n]{1,80}?",
    "lock": r"[^,.;:!?\"\n]{1,80}?",
    "things": r"[^.;:!?\"\n]{1,2000}?",
    "direction": rf"(?:{_DIRECTIONS})(?:(?: and |, (?:and )?)(?:{_DIRECTIONS}))*",
    "state": "|".join(STATES),
    "rest": r".{1,400}?",
}
_ONE_NAME = ("thing", "holder", "room", "key", "lock")
_MACROS = {
    "see": "(?:you|we) (?:can )?(?:also |suddenly |even )?(?:see|make out|notice|spot|find|discover)",
    "make": _MAKING,
    "way": "(?:path|passage|way|corridor|opening|exit)s?",
    "here": "(?:here|in the room|nearby|close by|in the corner|right there by you|in here)",
    "in": "(?:in|inside|inside of|within)",
    "on": "(?:on|upon|on top of|atop)",
    "under": "(?:under|underneath|beneath|below)",
    "be": "(?:is|are)",
    "there": "there(?: is| are|'s)",
    "holds": "(?:contains?|has|is filled with|reveals inside it|shelters|offers you|reveals to you)",
    "recalls": "(?:reminds you of|looks like|floods your mind with memories of|is reminiscent of|is just like)",
    "free": "(?:unblocked|unguarded|without a door|open|clear)",
    "lying": "(?:hidden|located|kept|stored|placed|lying|standing|sitting|resting|found|locked)",
    "floor": "(?:the )?(?:floor|ground)",
    "opens": "(?:unlocks|opens|fits|is for|can unlock|can open|will unlock|will open|is used to unlock|matches)",
}  # fmt: skip

# Kinds of statement -> the ways to say it. See `rooms`, `actions` and `notes` for what each kind teaches.
_TABLE = r"""
# --- what was done -------------------------------------------------------------------------------------------------
taken:          you (?:pick up|take|get|grab|remove|retrieve) {thing} (?:from|off|out of) {holder}
taken:          you (?:pick up|take|get|grab|collect|now have) {things}
taken:          you (?:are now|now) (?:carrying|holding) {things}
taken:          adding {thing} to your inventory
dropped:        you (?:drop|leave) {thing} on <floor>
dropped:        you drop {things}
put in:         you (?:put|place|insert) {things} (?:into|in|inside) {holder}
put on:         you (?:put|place|set) {things} (?:onto|on|on top of) {holder}
revealed:       you open {holder}, revealing {things}
opened:         you open {thing}
opened:         first opening {thing}
closed:         you (?:close|shut) {thing}
unlocked:       you unlock {thing}
locked:         you lock {thing}
eaten:          you (?:eat|drink|consume) {thing}
made:           you (?:have )?(?P<verb><make>) {thing}
carrying nothing: you are (?:carrying|holding) nothing
carrying:       (?:you are|you're) carrying:? {things}

# --- what was refused ----------------------------------------------------------------------------------------------
wants key:      you have to unlock {lock} with {key} first
wants opening:  you have to open {thing} first
wants cooking:  you should cook {thing} first
meal place:     can only prepare meal in {room}
state:          {thing} <be> (?:already |now |currently )?{state}

# --- where the player is -------------------------------------------------------------------------------------------
title:          you(?:'re| are) (?:now )?in {room}
title:          you (?:find yourself|arrive) in {room}
title:          you(?:'ve| have) (?:just )?(?:entered|walked into|come into|moved into) {room}
title:          you (?:enter|walk into|come into|step into) {room}
title:          (?:welcome to|here we are in|well, here we are in) {room}

# --- ways out ------------------------------------------------------------------------------------------------------
exit:           <there> (?:an? )?(?:<free> )?exits?(?: <free>)? to the {direction}
exit:           <there> (?:an? )?(?:<free> )?exits? (?:leading|going|heading)(?: to the)? {direction}
exit:           you need an? (?:<free> )?exit(?: <free>)?[?] you should try going {direction}
exit:           you should try going {direction}
exit:           (?:why not )?try going {direction}, that entranceway is .{1,40}
exit:           why not try going {direction}, that entranceway is .{1,40}
exit:           exits? (?:<free> )?(?:lies?|leads?) (?:to the )?{direction}
exit:           you can (?:also )?(?:go|exit to the|leave by the) {direction}(?: from here)?.{0,60}
exit:           <there> (?:an? )?<way> (?:leading |to the |to |going )*{direction}
door:           <there> {thing} (?:leading|to the|going|heading) {direction}
door:           (?:nearby )?{thing} leads {direction}(?: to {room})?
doors:          there are \w+ (?P<states>open|closed) doors(?: here)?, {things}?(?:, here)?

# --- what stands here: the lead-ins of the house grammar -----------------------------------------------------------
floor:          <there> {things} on <floor>
here:           you see a gleam over in a corner, where you can see {things}
here:           it looks like it's {things}
here:           you scan the room, seeing {things}
here:           you scan the room for .{1,60}, and you find {things}
here:           you smell an? \w+ smell, and follow it to {things}
here:           because look over there, it's {things}
here:           you rest your hand against a wall, but you miss the wall and fall onto {things}
here:           you hear a noise behind you and spin around, but you can't see anything other than {things}
here:           it's a- oh, never mind, it's just {things}
here:           (?:oh, great[.] )?here's {things}
here:           look over there[,!] {things}
here:           if you haven't noticed it already, there seems to be something there by the wall, it's {things}
here:           when you stand up, you notice {things}
here:           the wall opens up to reveal {things}
here:           as if things weren't amazing enough already, you can even see {things}
pointed at:     it's {thing}
bare:           (?:an?|some) {thing}
group:          (?:you can see|your attention is drawn to) \w+ (?P<many>[\w -]+?s), {things}?(?:, here)?

# --- what is in and on what ----------------------------------------------------------------------------------------
nothing in:     {holder}(?: is empty, what a horrible day)
nothing:        {thing} (?:is|appears to be|seems to be|looks) (?:completely )?empty(?:, unfortunately)?
nothing:        but {thing} (?:is empty(?:, unfortunately)?|hasn't got anything on it)
nothing:        (?:but |unfortunately, )?there (?:isn't|is not) a thing on {thing}
nothing:        there(?:'s| is) nothing (?:on|in|inside) {thing}
nothing:        however, {thing}, like an empty .{1,80}, has nothing on it
nothing:        {thing} (?:has nothing on it|contains nothing|holds nothing|has nothing in it)
nothing here:   (?:empty|looks like someone's already been here and taken everything off it, though)
nothing here:   but oh no
contains:       {holder} <holds> {things}
holds:          {holder} holds? {things}
list in:        (?:in|inside|within) {holder},? (?:<see>|<be>|<there>|lies?) {things}
list on:        (?:on|upon|on top of) {holder},? (?:<see>|<be>|<there>|lies?|rests?) {things}
list under:     <under> {holder},? (?:<see>|<be>|<there>|lies?) {things}
likened:        {holder} <recalls> the containers .{1,60}
list in it:     oh, how they also contained {things}
list in it:     (?:in it,? )(?:<see>|<be>|<there>) {things}
list on it:     (?:on it,? )(?:<see>|<be>|<there>) {things}
floor:          <see> {things} on <floor>
list on:        <see> {things} <on> {holder}
list in:        <see> {things} <in> {holder}
list under:     <see> {things} <under> {holder}
here:           <see> {things} <here>
here:           <see> {things}
list on:        this {holder} has the following upon it, {things}
list on:        you gaze in terror at {things} that lie upon this very {holder}
inside:         you can see inside it
lid:            you can't see inside it because the lid's in your way
it state:       (?:it|that)(?:'s| is) (?:already |now |currently )?{state}
useful:         useful for (?P<use>\w+ing)(?: things)?

# --- what is written or said ---------------------------------------------------------------------------------------
fits:           {key} you (?:found|find) in {room} (?:unlocks|opens) {lock}
fits:           {key} that you (?:found|find) in {room} (?:unlocks|opens) {lock}
fits in:        {key} (?:unlocks|opens) {lock} (?:that is |which is |located |standing )?<in> {room}
fits:           {key} <opens> {lock}
fits:           {lock} (?:is|can be) (?:unlocked|opened) (?:with|by|using) {key}
wants:          you(?:'ll| will)? need {key} to (?:unlock|open) {lock}
wants:          use {key} to (?:unlock|open) {lock}
wants:          (?:unlock|open) {lock} (?:with|using) {key}
requires:       {lock} (?:requires|require|needs|wants) {key}
check:          check {thing} <in> {room}(?: for .{1,60})?
task:           your (?:task|goal|objective|mission) is to {rest}
meal place:     (?:the )?meal shoul?d be prepared in {room}

# --- plain English -------------------------------------------------------------------------------------------------
here:           {things} <be> <here>
floor:          {things} <be> (?:<lying> )?on <floor>
carrying:       {things} <be> in your inventory
list in:        {things} <be> (?:<lying> )?<in> {holder}
list on:        {things} <be> (?:<lying> )?<on> {holder}
list under:     {things} <be> (?:<lying> )?<under> {holder}
list in:        <there> {things} (?:found )?<in> {holder}
list on:        <there> {things} <on> {holder}
list under:     <there> {things} <under> {holder}
here:           <there> {things}(?: <here>)?
likened:        the {thing} (?:looks|seems|appears|would seem) .{1,100}
likened:        the {thing} (?:is|are) [\w-]+(?: [\w-]+)?
"""

# What TextWorld hangs on to the end of a listing, and what may stand before any sentence.
_TAIL = r"(?:,? so there's that|, so why not take a picture, it'll last longer|,? too|,? as well)?"
_MARKS = r"[\s.!?…)\"']*"


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence that fits a phrase: its kind, and the text in each slot."""

    kind: str
    slots: dict[str, str]
    text: str

    def __getitem__(self, slot: str) -> str:
        return self.slots.get(slot) or ""


def _compile(phrase: str) -> re.Pattern[str]:
    for name, pattern in _MACROS.items():
        phrase = phrase.replace(f"<{name}>", pattern)
    for name, pattern in _SLOTS.items():
        phrase = phrase.replace("{" + name + "}", f"(?P<{name}>{pattern})")
    return re.compile(phrase + _TAIL + _MARKS, re.IGNORECASE)


def _rows() -> Iterator[tuple[str, re.Pattern[str]]]:
    for line in _TABLE.splitlines():
        if line and not line.startswith("#"):
            kind, phrase = line.split(":", 1)
            yield kind, _compile(phrase.strip())


_PHRASES = tuple(_rows())
_LONGEST = 3000


def read_sentence(sentence: str) -> Statement | None:
    """What the sentence states, or None when it fits no phrase (TextWorld's jokes fit none).

    >>> read_sentence("You find a knife on the table.").kind
    'list on'
    """
    sentence = " ".join(sentence.split()).lstrip("(\"'")
    if not sentence or len(sentence) > _LONGEST:
        return None
    for kind, phrase in _PHRASES:
        found = phrase.fullmatch(sentence)
        if found and _names_things(slots := {name: text for name, text in found.groupdict().items() if text}):
            return Statement(kind, slots, sentence)
    return None


def _names_things(slots: dict[str, str]) -> bool:
    """Whether what stands in the slots can be names, so that a clause in a slot is left to another phrase."""
    if not all(is_pronoun(slots[slot]) or read_name(slots[slot]) for slot in _ONE_NAME if slot in slots):
        return False
    return "things" not in slots or bool(read_names(slots["things"]))
