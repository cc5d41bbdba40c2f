"""An answer from a memory by a language model, and the episodes that it stands on.

asking    the rounds: recall, draft, recall again with what the draft lacks
sources   what the model is told, numbered, and which of the numbers it gives back are any
unknown   whether a reply says that it is not known
prompts   what it is asked, and the form of its reply
"""

from graphmem.answering.asking import Answer, ask

__all__ = ["Answer", "ask"]
