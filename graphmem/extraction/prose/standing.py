"""Whether a clause is stated as a fact, denied, or neither: asked, ordered, wished, supposed, reported, possible."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from graphmem.extraction.prose.families import DUE
from graphmem.language.wordlist import words

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

Standing = Literal["stated", "denied", "ended", "due"]

_UNSURE_HELPERS = frozenset({"may", "might", "could", "would", "should", "shall", "must", "ought", "'d", "\u2019d"})
_BEARABLE = words("eat drink have smoke stand bear tolerate digest")
SKILLS = words("""speak play read write swim drive fly sing dance cook hold seat carry handle store support sew ski""")
HEDGES = re.compile(
    r"""\b(?:maybe|perhaps|possibly|(?<!should\s)probably|presumably|allegedly|apparently|reportedly|supposedly|purportedly
    |hopefully|potentially|conceivably|seemingly|arguably|theoretically|hypothetically|ideally|almost|nearly|hardly
    |barely|scarcely|rarely|seldom|neither|rumou?rs?|rumou?red|gossip|legend|myths?|hoax|hearsay|imaginary
    |fictional|fictitious|according\sto|as\sif|as\slong\sas|as\sthough|so-called|if\sonly|in\scase|assuming|supposing|provided\sthat
    |word\shas\sit|they\ssay|people\ssay|some\ssay|it\sis\ssaid|it's\ssaid|about\sto|gon\s?na|wan\s?na|got\s?ta|thinking\s(?:of|about)
    |considering|unclear|uncertain|not\ssure|no\sidea|in\stheory|i\sguess|i\sthink|i\sbelieve|i\ssuppose|i\sbet
    |i\sdoubt|for\sexample|for\sinstance|e\.g|what\sif|bogus|in\s(?:my|a|his|her)\sdreams?|joking(?:ly)?|kidding|jk|lol|lmao|suspected|alleged|feared
    |ha(?:ha)+|one\sday|someday|might've|whether|unless|otherwise|fake\snews)\b""",
    re.IGNORECASE | re.VERBOSE,
)
STARTS = re.compile(
    r"""^\W*(?:suppose|imagine|pretend|assume|say|let|let's|given|if|whether|should|were|had|what|who|whom|whose|which|how
    |why|when(?:ever)?|please|don't|do|never|always|remember|remind|make\ sure|as\ soon\ as|as\ long\ as|so\ long\ as
    |once|until|till
    |(?:wish|hope|hoping|guess|bet|reckon|wonder|wondering|heard|looks?\ like|sounds?\ like|seems?)(?=\s))\b""",
    re.IGNORECASE | re.VERBOSE,
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
_SUPPOSING = _CONDITIONS - {"until", "till"}
MOMENTARY = words(
    """time answer question idea clue chance choice opinion access problem issue favour favor suggestion request help
    doubt minute moment second look guess thought"""
)
"""What one has for a moment, and says so in passing."""
_LONGEST = 45  # tokens: the parse of a longer sentence is not to be trusted

STARTING = words("start begin continue keep love like enjoy hate prefer learn manage")
"""Verbs whose infinitive or "-ing" happens: "She started to learn Dutch." """
_STOPPING = words("stop quit cease finish")


def is_told(sentence: Span) -> bool:
    """Whether the sentence tells something at all: no question, order, hedge or supposition, and not broken."""
    text = sentence.text.strip()
    if len(sentence) > _LONGEST or text.endswith(("?", "?!", "?)", ":")) or "?" in text:
        return False
    starts = STARTS.match(text) and not text.split()[0].isupper()
    if HEDGES.search(text) or starts or _FICTION.search(text):
        return False
    root = sentence.root
    return root.pos_ in {"VERB", "AUX"} or root.dep_ == "ROOT"


def is_order(verb: Token) -> bool:
    """Whether the verb tells somebody to do something: "Read the notes." """
    return verb.tag_ in {"VB", "VBP"} and not any(
        child.dep_ in {"nsubj", "nsubjpass", "aux", "expl"} for child in verb.children
    )


def standing(verb: Token) -> Standing | None:
    """How the clause of this verb stands, in itself and by all that it hangs on; None for what is not told."""
    own, token = _own(verb), verb
    while own is not None and token.head.i != token.i:
        if not _holds_through(token):
            return None
        above = token.head if token.head.pos_ in {"VERB", "AUX"} else _last_noun(token.head).head
        own, token = _under(own, token, above), above
    return None if token.pos_ in {"VERB", "AUX"} and is_order(token) else own


def is_taken_for_noun(token: Token) -> bool:
    """Whether the tagger took a verb for a noun: "I live in Leeds and work at Acme"."""
    joined = token.dep_ == "conj" and token.head.pos_ == "VERB" and token.head.tag_ == "VBP"
    return joined and token.tag_ == "NN" and token.nbor(-1).dep_ == "cc"


def _under(own: Standing, token: Token, above: Token) -> Standing | None:
    """How a clause that stands by itself as `own` stands under the verb `above`."""
    of_above = _own(above)
    if token.dep_ in {"relcl", "advcl"}:
        return own if of_above == "stated" or not is_cleft(token) else None
    if token.dep_ == "xcomp" and stops(above):
        return "ended" if own == of_above == "stated" else None
    if token.dep_ in {"xcomp", "ccomp"}:
        return own if of_above == "stated" else None
    goes_on = token.dep_ == "conj" and above.tag_ == "VBP" and has_subject(above)  # "I live here and teach"
    ordered = token.tag_ == "VB" and is_order(token) and not _helped(above) and not goes_on
    shares_denial = of_above != "stated" and own == "stated" and not has_subject(token)
    to_do = above.lemma_ in DUE and token.tag_ in {"VB", "VBP"} and not has_subject(token) and _leads_to(above)
    return None if of_above is None or ordered or shares_denial or to_do else own


def _leads_to(verb: Token) -> bool:
    """Whether an infinitive hangs on the verb: what is joined to it is to be done, too ("has to pack and go")."""
    return any(child.dep_ == "xcomp" and child.tag_ == "VB" for child in verb.children)


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


def stops(verb: Token) -> bool:
    """Whether what hangs on the verb is no more: "stopped smoking", "gave up smoking", "used to smoke"."""
    up = verb.lemma_ == "give" and any(child.dep_ == "prt" and child.lower_ == "up" for child in verb.children)
    used = verb.lower_ == "used" and any(child.dep_ == "xcomp" for child in verb.children)
    return up or used or verb.lemma_ in _STOPPING


def _own(verb: Token) -> Standing | None:
    """How the clause stands by its own words."""
    children = list(verb.children)
    helpers = [child.lower_ for child in children if child.dep_ in {"aux", "neg"}]
    if any(_is_condition(child) or _is_said_beside(child) for child in children):
        return None
    if any(_is_unsure(helper, verb) for helper in helpers):
        return "due" if helpers == ["should"] else None
    scant = [child for child in children if child.dep_ in _ENDS and any(map(_is_none, child.children))]
    if scant:
        return "denied" if scant[0].dep_ in {"dobj", "attr"} else None
    denied = is_no_longer(verb) or any(
        child.dep_ == "neg" or child.lower_ in {"never", "nowhere", "longer"} for child in children
    )
    return "denied" if denied else "stated"


_ENDS = words("nsubj nsubjpass dobj attr")


def _is_unsure(helper: str, verb: Token) -> bool:
    if helper not in {"can", "ca"}:
        return helper in _UNSURE_HELPERS
    told = any(it.dep_ == "neg" or it.lower_ in {"now", "again"} for it in verb.subtree)
    return verb.lemma_ not in SKILLS and not (told and verb.lemma_ in _BEARABLE)


def _is_condition(clause: Token) -> bool:
    marks = (it.lower_ for it in clause.children if it.dep_ in {"mark", "advmod"})
    return bool(clause.dep_ == "advcl" and any(mark in _SUPPOSING for mark in marks))


def _is_said_beside(clause: Token) -> bool:
    """Whether a clause beside says that the other is only wished, felt or said: "I wish, Tom owned the barn"."""
    beside = clause.dep_ == "parataxis" or (clause.dep_ == "ccomp" and clause.i < clause.head.i)
    return beside and clause.lemma_ in SAYING and not any(it.dep_ == "dobj" for it in clause.children)


def _is_none(word: Token) -> bool:
    return word.lower_ in {"no", "neither", "few", "little"} and word.dep_ in {"det", "neg", "amod", "nmod"}


def is_no_longer(verb: Token) -> bool:
    """Whether "no longer" stood at this verb: just after "is" or another helper of it, or before it."""
    return any(it.denies and _verb_at(verb.doc, index) == verb.i for index, it in verb.doc.user_data["over"])


def _verb_at(doc: Doc, index: int) -> int:
    if index and doc[index - 1].pos_ in {"AUX", "VERB"}:
        token = doc[index - 1]
    else:
        token = next((it for it in doc[index:] if it.pos_ in {"AUX", "VERB"}), doc[0])
    return int(token.head.i if token.dep_ in {"aux", "auxpass"} else token.i)


def _holds_through(token: Token) -> bool:
    """Whether what stands at this token is true if what it hangs on is told."""
    if token.dep_ in {"conj", "relcl"}:
        apart = token.head.pos_ == "PROPN" or token.head.i + 1 < token.left_edge.i
        return token.dep_ == "conj" or apart or is_cleft(token)
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
        joined = token.i < token.head.i or "," in {token.left_edge.text, token.left_edge.nbor(-1).text}
        thing = any(it.dep_ == "dobj" and it.pos_ == "NOUN" for it in token.head.children)  # "I ordered tea, Ann paid"
        said = token.head.lemma_ in SAYING and not thing
        return joined and not said and not marks and has_subject(token) and has_subject(token.head)
    if token.dep_ == "xcomp":
        if token.head.lemma_ == "end":  # "ended up selling"
            return any(it.dep_ == "prt" for it in token.head.children)
        return token.head.lemma_ in STARTING or stops(token.head) or _had_to(token.head)
    return False


def is_cleft(relative: Token) -> bool:
    """Whether the clause says what somebody did: "it was my sister who called"; not what they are like."""
    certain = any(it.dep_ == "poss" or it.lower_ == "the" for it in relative.head.lefts)
    it_is = relative.head.dep_ == "attr" and any(it.lower_ == "it" for it in relative.head.head.lefts)
    return it_is and (certain or relative.head.pos_ == "PROPN")


def _had_to(verb: Token) -> bool:
    """Whether what had to be done was done: "we had to sell the car"."""
    had = any(child.lemma_ in {"have", "'ve"} for child in verb.children if child.dep_ == "aux")
    return verb.lemma_ == "have" and (verb.tag_ == "VBD" or (verb.tag_ == "VBN" and had))


SAYING = words(
    """say tell think believe claim hear wonder ask guess suppose hope wish want mean doubt expect plan promise
    remember forget feel seem appear look sound insist argue suggest propose assume imagine pretend lie deny report
    state swear write joke warn predict dream fear worry suspect consider recommend advise request order demand try
    intend refuse decline fail offer agree decide threaten mention explain announce remind let consider estimate bet
    figure fancy reckon presume tend happen shout cry whisper reply answer scream mutter yell add"""
)
"""Verbs of which the object is not the case for being said, thought or wanted."""
