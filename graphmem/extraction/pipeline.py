"""The spaCy pipeline that reads TextWorld's English: `spacy.blank("en")` with two rule components.

    tokenizer            words and marks; "Room A." is three tokens, "frosted-glass" is one
    transcript_sentences sentences end at a mark or at the end of a line, and a "Room A." ends one too
    transcript_phrases   `span._.statement`: what each sentence states, by the table in `phrases`
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any

from graphmem.extraction.phrases import Statement, statement

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Span

_ENDS = frozenset({".", "!", "?", "...", "\u2026", "?!", "!?"})
# Straight and curly quotation marks, and brackets.
_OPENING = "\"'(\\[\u201c\u2018"
_CLOSING = "\"')\\]\u201d\u2019"
_CLOSERS = frozenset({'"', "'", ")", "\u201d", "\u2019"})


@functools.cache
def pipeline() -> Language:
    """The pipeline, built once; spaCy is imported here and not before. Takes well under a second."""
    import spacy
    from spacy.language import Language
    from spacy.tokens import Span

    if not Span.has_extension("statement"):
        Span.set_extension("statement", getter=_statement_of)
    if not Language.has_factory("transcript_sentences"):
        Language.component("transcript_sentences", func=_mark_sentences)
        Language.component("transcript_phrases", func=_mark_phrases)
    nlp = spacy.blank("en")
    tokenizer: Any = nlp.tokenizer
    tokenizer.rules = {}
    tokenizer.token_match = tokenizer.url_match = tokenizer.infix_finditer = None
    tokenizer.prefix_search = re.compile(rf"^[{_OPENING}]").search
    tokenizer.suffix_search = re.compile(rf"(?:\.\.\.|[?!]+|[{_CLOSING}.,:;\u2026])$").search
    nlp.add_pipe("transcript_sentences")
    nlp.add_pipe("transcript_phrases")
    return nlp


def _mark_sentences(doc: Doc) -> Doc:
    ended = True
    for token in doc:
        token.is_sent_start = ended and not token.is_space
        if token.is_space:
            ended = ended or "\n" in token.text
        else:
            closes = ended and token.text in _CLOSERS and token.i > 0
            if closes:
                token.is_sent_start = False
            ended = closes or token.text in _ENDS
    return doc


def _mark_phrases(doc: Doc) -> Doc:
    doc.user_data["statements"] = {
        sentence.start: found for sentence in doc.sents if (found := statement(sentence.text.strip()))
    }
    return doc


def _statement_of(span: Span) -> Statement | None:
    found: Statement | None = span.doc.user_data.get("statements", {}).get(span.start)
    return found
