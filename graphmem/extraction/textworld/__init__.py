"""TextWorld's transcripts, read by rules: the one room that knows what a text game is.

transcript.py   a text taken apart: command, room's title, body; whether a text is a transcript at all
sentences.py    the body's sentences; phrases.py what each states; names.py what is a name, and what a state
rooms.py, actions.py, notes.py   what each kind of statement teaches; scene.py collects it
slots.py        which facts replace one another: a thing is in one place
kinds.py        place, character, container or value, for drawing
extractor.py    `TextWorldExtractor`
"""

from graphmem.extraction.textworld.extractor import TextWorldExtractor
from graphmem.extraction.textworld.slots import slot
from graphmem.extraction.textworld.transcript import is_transcript

__all__ = ["TextWorldExtractor", "is_transcript", "slot"]
