"""Whether a clause is stated as a fact, denied, or neither: asked, ordered, wished, supposed, reported, merely possible."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from graphmem.extraction.prose.wordlist import words

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

Standing = Literal["stated", "denied", "ended"]

_UNSURE_HELPERS = frozenset({"may", "might", "could", "would", "should", "shall", "must", "ought", "'d", "\u2019d"})
_SKILLS = words("""speak play read write swim drive fly sing dance cook hold seat carry handle store support sew ski""")
_HEDGES = re.compile(
    r"""\b(?:maybe|perhaps|possibly|probably|presumably|allegedly|apparently|reportedly|supposedly|purportedly
    |hopefully|potentially|conceivably|seemingly|arguably|theoretically|hypothetically|ideally|almost|nearly|hardly
    |barely|scarcely|rarely|seldom|neither|rumou?rs?|rumou?red|gossip|legend|myths?|hoax|hearsay|imaginary
    |fictional|fictitious|according\sto|as\sif|as\slong\sas|as\sthough|so-called|if\sonly|in\scase|assuming|supposing|provided\sthat
    |word\shas\sit|they\ssay|people\ssay|some\ssay|it\sis\ssaid|it's\ssaid|about\sto|gon\s?na|wan\s?na|got\s?ta|thinking\s(?:of|about)
    |considering|unclear|uncertain|not\ssure|no\sidea|in\stheory|i\sguess|i\sthink|i\sbelieve|i\ssuppose|i\sbet
    |i\sdoubt|for\sexample|for\sinstance|e\.g|what\sif|bogus|in\s(?:my|a|his|her)\sdreams?|joking(?:ly)?|kidding
    |one\sday|someday|might've|whether|unless|otherwise|fake\snews)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_STARTS = re.compile(
    r"^\W*(?:suppose|imagine|pretend|assume|say\b|let\b|let's|let\u2019s|given|if|whether|should|were|had|what|who|whom|whose|which|how|why"
    r"|when(?:ever)?|please|don't|don\u2019t|do|never|always|remember|remind|make sure|as soon as|as long as|so long as|once|until|till)\b",
    re.IGNORECASE,
)
_FICTION = re.compile(
    r"^\W*in\s(?:the|a|his|her|my|this|that|one|\w+'s)\s(?:\w+\s){0,2}(?:film|movie|novel|book|story|tale|dream|play|show|series"
    r"|episode|poem|game|legend|comic|cartoon|song|chapter|fantasy|myth|nightmare)\b|\bdream(?:t|ed|s)?\b",
    re.IGNORECASE,
)
_FACTIVE = words("know notice discover realize realise learn confirm show prove find see")
_REASONS = frozenset({"because", "since", "although", "though", "whereas", "as", "so", "and", "but"})
_CONDITIONS = frozenset(
    {"if", "unless", "when", "whenever", "until", "till", "once", "provided", "lest", "in", "where", "wherever"}
)
_LONGEST = 45  # tokens: the parse of a longer sentence is not to be trusted

STARTING = words("start begin continue keep love like enjoy hate prefer learn manage")
"""Verbs whose infinitive or "-ing" happens: "She started to learn Dutch." """
STOPPING = words("stop quit cease finish")


def is_told(sentence: Span) -> bool:
    """Whether the sentence tells something at all: no question, order, hedge or supposition, and not broken."""
    text = sentence.text.strip()
    if len(sentence) > _LONGEST or text.endswith(("?", "?!", "?)", ":")) or "?" in text:
        return False
    starts = _STARTS.match(text) and not text.split()[0].isupper()
    if _HEDGES.search(text) or starts or _FICTION.search(text):
        return False
    root = sentence.root
    return root.pos_ in {"VERB", "AUX"} or root.dep_ == "ROOT"


def is_order(verb: Token) -> bool:
    """Whether the verb tells somebody to do something: "Read the notes." """
    return verb.tag_ in {"VB", "VBP"} and not any(
        child.dep_ in {"nsubj", "nsubjpass", "aux", "expl"} for child in verb.children
    )


def standing(verb: Token) -> Standing | None:
    """How the clause of this verb stands, in itself and by all that it hangs on."""
    own = _own(verb)
    token = verb
    while own is not None and token.head.i != token.i:
        if not _holds_through(token):
            return None
        if token.dep_ == "xcomp" and token.head.lemma_ in STOPPING and own == "stated":
            own = "ended" if _own(token.head) == "stated" else None
        elif token.dep_ == "xcomp" and _used_to(token.head):
            own = "ended" if own == "stated" else None
        elif token.dep_ == "relcl" or (token.dep_ == "conj" and token.head.pos_ not in {"VERB", "AUX"}):
            token = _last_noun(token.head)
        elif token.dep_ in {"xcomp", "ccomp", "advcl", "relcl"} and _own(token.head) not in {"stated", None}:
            return None if token.dep_ != "advcl" and token.dep_ != "relcl" else own
        elif (
            (token.dep_ in {"conj", "xcomp", "ccomp"} and _own(token.head) is None)
            or (token.dep_ == "conj" and token.tag_ == "VB" and is_order(token) and not _helped(token.head))
            or (token.dep_ == "conj" and _own(token.head) != "stated" and not has_subject(token) and own == "stated")
        ):
            return None
        token = token.head
    if token.dep_ == "ROOT" and token is not verb and token.pos_ in {"VERB", "AUX"} and is_order(token):
        return None
    return None if own == "stated" and is_order(token) and token is verb else own


def _helped(verb: Token) -> bool:
    return any(child.dep_ == "aux" for child in verb.children)


def _last_noun(token: Token) -> Token:
    """The noun whose head is a verb, from a noun in its phrase."""
    while token.head.i != token.i and token.head.pos_ not in {"VERB", "AUX"}:
        token = token.head
    return token


def verb_above(token: Token) -> Token:
    """The verb that the word belongs to."""
    while token.head.i != token.i and token.pos_ not in {"VERB", "AUX"}:
        token = token.head
    return token


def has_subject(verb: Token) -> bool:
    return any(child.dep_ in {"nsubj", "nsubjpass", "expl"} for child in verb.children)


def _used_to(verb: Token) -> bool:
    return verb.lower_ == "used" and any(child.dep_ == "xcomp" for child in verb.children)


def _own(verb: Token) -> Standing | None:
    """How the clause stands by its own words."""
    denied: Standing = "denied" if is_no_longer(verb) else "stated"
    for child in verb.children:
        low = child.lower_
        if child.dep_ == "aux" and (low in _UNSURE_HELPERS or (low in {"can", "ca"} and verb.lemma_ not in _SKILLS)):
            return None
        if child.dep_ == "advcl" and any(
            it.lower_ in _CONDITIONS for it in child.children if it.dep_ in {"mark", "advmod"}
        ):
            return None
        if child.dep_ in {"nsubj", "nsubjpass", "dobj", "attr"} and any(
            it.lower_ in {"no", "neither", "few", "little"} and it.dep_ in {"det", "neg", "amod", "nmod"}
            for it in child.children
        ):
            return None if low in {"no"} else _none_of(child)
        if child.dep_ == "neg" or low in {"never", "nowhere"} or (child.dep_ == "preconj" and low == "neither"):
            denied = "denied"
    return denied


def is_no_longer(verb: Token) -> bool:
    """Whether "no longer" stood at this verb: just after "is" or another helper of it, or before it."""
    return any(it.denies and _verb_at(verb.doc, index) == verb.i for index, it in verb.doc.user_data["over"])


def _verb_at(doc: Doc, index: int) -> int:
    if index and doc[index - 1].pos_ in {"AUX", "VERB"}:
        token = doc[index - 1]
    else:
        token = next((it for it in doc[index:] if it.pos_ in {"AUX", "VERB"}), doc[0])
    return int(token.head.i if token.dep_ in {"aux", "auxpass"} else token.i)


def _none_of(noun: Token) -> Standing | None:
    return "denied" if noun.dep_ in {"dobj", "attr"} else None


def _holds_through(token: Token) -> bool:
    """Whether what stands at this token is true if what it hangs on is told."""
    if token.dep_ in {"conj", "relcl"}:
        return token.dep_ == "conj" or token.head.pos_ == "PROPN" or token.head.i + 1 < token.left_edge.i
    marks = {
        child.lower_
        for child in token.children
        if child.i < token.i and (child.dep_ == "mark" or (child.dep_ == "advmod" and child.lower_ in _CONDITIONS))
    }
    if token.dep_ == "advcl":
        return has_subject(token) and bool(marks & _REASONS) and not marks & (_CONDITIONS | {"that"})
    if token.dep_ == "ccomp":
        if token.head.lemma_ in _FACTIVE and not marks & _CONDITIONS:
            return True
        before = token.i < token.head.i and token.head.lemma_ not in SAYING and not marks
        return before and has_subject(token) and has_subject(token.head)
    if token.dep_ == "xcomp":
        head = token.head
        return head.lemma_ in STARTING | STOPPING or _used_to(head) or (head.lower_ == "going" and False)
    return False


SAYING = words(
    """say tell think believe claim hear wonder ask guess suppose hope wish want mean doubt expect plan promise
    remember forget feel seem appear look sound insist argue suggest propose assume imagine pretend lie deny report
    state swear write joke warn predict dream fear worry suspect consider recommend advise request order demand try
    intend refuse decline fail offer agree decide threaten mention explain announce remind let consider estimate bet
    figure fancy reckon presume tend happen shout cry whisper reply answer scream mutter yell add"""
)
"""Verbs of which the object is not the case for being said, thought or wanted."""
