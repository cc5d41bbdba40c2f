"""`TextWorldExtractor`: TextWorld's English, read by rules.

transcript   command line, room title, body
sentences    the body's sentences and what each states, by spaCy with rule components
rooms, actions, notes   what each kind of statement teaches
scene        collects it
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from graphmem.extraction.textworld import actions, notes, rooms
from graphmem.extraction.textworld.notes import RECIPE
from graphmem.extraction.textworld.phrases import Statement
from graphmem.extraction.textworld.scene import INVENTORY, PLAYER, Scene
from graphmem.extraction.textworld.sentences import pipeline
from graphmem.extraction.textworld.transcript import read_transcript
from graphmem.records import Extraction, Fact, Observation

_READERS: dict[str, Callable[[Scene, Statement], None]] = {**rooms.READERS, **actions.READERS, **notes.READERS}
# Where the player is, what is carried and what the recipe asks for: "You are carrying nothing." and "Adding the meal to
# your inventory." make facts about these outdated without naming them.
ANCHORS = (PLAYER, INVENTORY, RECIPE)
_LONGEST = 100_000  # characters; what is longer is no observation of a game, and is read up to here


class TextWorldExtractor:
    """Reads rooms, exits, doors, places, states, actions, notes and recipes. Needs no trained model.

    The text may begin with the command that was sent ("> take knife from table"). Loads spaCy at the first call.
    """

    name = "textworld"
    anchors: Sequence[str] = ANCHORS

    def extract(self, observation: Observation, known: Sequence[Fact]) -> Extraction:
        """Read one piece of transcript. Any text will do; what fits no rule teaches nothing."""
        return read(observation.text, known)[0]


def read(text: str, known: Sequence[Fact], *, leave: frozenset[str] = frozenset()) -> tuple[Extraction, list[str]]:
    """What the text teaches, and the sentences that fit no rule, or only those of a kind in `leave`."""
    transcript = read_transcript(text[:_LONGEST])
    scene = Scene(known, transcript.command, transcript.title)
    if transcript.title:
        rooms.enter(scene, transcript.title)
    body = notes.take_recipe(scene, transcript.body)
    before, sentences, left = "", [], []
    for span in pipeline()(body).sents:
        sentence = " ".join(span.text.split())
        said: Statement | None = span._.statement
        if said is None or said.kind in leave:
            left.append(span.text.strip())
            said = None
        _read(scene, sentence, said, before)
        sentences.append(sentence)
        before = sentence
    notes.says(scene, sentences)
    return scene.finish(), left


def _read(scene: Scene, sentence: str, said: Statement | None, before: str) -> None:
    notes.uses(scene, sentence)
    if said is None:
        actions.read_one_word(scene, sentence)
    elif said.kind == "bare":
        if before.casefold().startswith("look over there"):  # "Look over there! a toolbox."
            rooms.READERS["here"](scene, said)
    else:
        _READERS[said.kind](scene, said)
