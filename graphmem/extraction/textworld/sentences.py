"""The spaCy pipeline that reads TextWorld's English: `spacy.blank("en")` with two rule components.

tokenizer            words and marks; "Room A." is three tokens, "frosted-glass" is one
transcript_sentences sentences end at a mark or at the end of a line, and a "Room A." ends one too
transcript_phrases   `span._.statement`: what each sentence states, by the table in `phrases`
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from graphmem.errors import extra
from graphmem.extraction.textworld.phrases import Statement, read_sentence

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Span, Token

_ENDS = frozenset({".", "!", "?", "...", "\u2026", "?!", "!?"})
# Straight and curly quotation marks, and brackets.
_OPENING = "\"'(\\[\u201c\u2018"
_CLOSING = "\"')\\]\u201d\u2019"
_CLOSERS = frozenset({'"', "'", ")", "\u201d", "\u2019"})


@functools.cache
def pipeline() -> Language:
    """The pipeline, built once; spaCy is imported here and not before. Takes well under a second."""
    with extra("english"):
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
    # A new Doc, because setting `token.is_sent_start` searches the whole Doc for each token.
    words, spaces = [token.text for token in doc], [bool(token.whitespace_) for token in doc]
    return type(doc)(doc.vocab, words=words, spaces=spaces, sent_starts=list(_sentence_starts(doc)))


def _sentence_starts(doc: Doc) -> Iterator[bool]:
    """For each token, whether a sentence starts with it."""
    ended, quoted = True, False
    for token in doc:
        closes = ended and token.i > 0 and token.text in _CLOSERS
        goes_on = quoted and token.text[:1].islower()  # "Stop!" she said.
        yield ended and not (closes or goes_on or token.is_space)
        if token.is_space:
            line_ends = "\n" in token.text
            ended, quoted = ended or line_ends, quoted and not line_ends
        else:
            quoted = closes
            ended = closes or token.text in _ENDS or _sighs(token)


def _sighs(token: Token) -> bool:
    """Whether this ends the grammar's "Hm. Oh well", which comes without a mark."""
    return token.text == "well" and token.i > 0 and token.nbor(-1).text == "Oh"


def _mark_phrases(doc: Doc) -> Doc:
    doc.user_data["statements"] = {
        sentence.start: found for sentence in doc.sents if (found := read_sentence(sentence.text.strip()))
    }
    return doc


def _statement_of(span: Span) -> Statement | None:
    found: Statement | None = span.doc.user_data.get("statements", {}).get(span.start)
    return found
