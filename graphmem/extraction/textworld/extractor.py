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
_LONGEST = 100_000  # characters; what is longer is no observation of a game, and is read up to here


class TextWorldExtractor:
    """Reads rooms, exits, doors, places, states, actions, notes and recipes. Needs no trained model.

    The text may begin with the command that was sent ("> take knife from table"). Of facts with the same slot the
    later replaces the earlier: a thing is in one place. Loads spaCy at the first call.
    """

    name = "textworld"
    # "You are carrying nothing." and "Adding the meal to your inventory." make facts about these outdated unnamed.
    anchors: Sequence[str] = (PLAYER, INVENTORY, RECIPE)

    def extract(self, observation: Observation, known: Sequence[Fact]) -> Extraction:
        """Read one piece of transcript. Any text will do; what fits no rule teaches nothing."""
        transcript = read_transcript(observation.text[:_LONGEST])
        scene = Scene(known, transcript.command, transcript.title)
        if transcript.title:
            rooms.enter(scene, transcript.title)
        body = notes.take_recipe(scene, transcript.body)
        before, sentences = "", []
        for span in pipeline()(body).sents:
            sentence = " ".join(span.text.split())
            _read(scene, sentence, span._.statement, before)
            sentences.append(sentence)
            before = sentence
        notes.read_note(scene, sentences)
        return scene.finish()


def _read(scene: Scene, sentence: str, statement: Statement | None, before: str) -> None:
    notes.read_uses(scene, sentence)
    if statement is None:
        actions.read_one_word(scene, sentence)
    elif statement.kind == "bare":
        if before.casefold().startswith("look over there"):  # "Look over there! a toolbox."
            rooms.READERS["here"](scene, statement)
    else:
        _READERS[statement.kind](scene, statement)
