"""Extraction by a model: one call, and of its reply only what bears checking."""

from collections.abc import Sequence
from typing import Any

from graphmem.extraction.llm import LLMExtractor
from graphmem.prompts import ExtractionReply
from graphmem.protocols import SHOWN
from graphmem.records import Fact, Observation

TEXT = "> take lamp\nYou pick up the old lamp. The note reads: the key 2 unlocks the red locker."


class Model:
    """Replies as written down; keeps what it was asked."""

    def __init__(self, **reply: Any) -> None:
        self.replied = ExtractionReply.model_validate({"triples": [], "outdated": [], **reply})
        self.asked: list[Sequence[Any]] = []

    def reply(self, messages: Any, form: Any, *, purpose: str) -> Any:
        self.asked.append(messages)
        return self.replied


def _known(*lines: str) -> list[Fact]:
    return [Fact(str(n), *line.split(", "), asserted_by="e", since=0) for n, line in enumerate(lines)]


def _read(known: list[Fact], **reply: Any) -> tuple[list[str], tuple[int, ...], dict[str, int]]:
    extractor = LLMExtractor(Model(**reply))
    extraction = extractor.extract(Observation(TEXT), known)
    return [str(triple) for triple in extraction.triples], extraction.outdated, dict(extractor.counts)


def test_triples_and_outdated_numbers_come_of_one_call() -> None:
    model = Model(triples=[["old lamp", "is in", "red locker"]], outdated=[1])
    extraction = LLMExtractor(model).extract(Observation(TEXT), _known("old lamp, is on, shelf"))
    assert [str(triple) for triple in extraction.triples] == ["old lamp, is in, red locker"]
    assert extraction.outdated == (0,)
    assert len(model.asked) == 1
    assert "1. old lamp, is on, shelf" in model.asked[0][-1]["content"]


def test_an_entity_that_the_observation_does_not_hold_is_not_taken() -> None:
    triples, _, counts = _read([], triples=[["dragon", "guards", "castle"], ["lamp", "is in", "red locker"]])
    assert triples == ["lamp, is in, red locker"]
    assert counts == {"ungrounded": 1}


def test_an_entity_that_is_known_may_be_named() -> None:
    triples, _, _ = _read(_known("brass chest, is in, hall"), triples=[["old lamp", "is in", "brass chest"]])
    assert triples == ["old lamp, is in, brass chest"]


def test_a_repeated_triple_counts_once() -> None:
    triples, _, counts = _read([], triples=[["Key 2", "unlocks", "red locker"], ["the key 2", "unlocks", "Red locker"]])
    assert triples == ["Key 2, unlocks, red locker"]
    assert counts == {"repeated": 1}


def test_numbers_that_were_not_shown_or_were_said_before_are_not_taken() -> None:
    _, outdated, counts = _read(
        _known("old lamp, is on, shelf"), triples=[["old lamp", "is in", "locker"]], outdated=[0, 1, 1, 7, -2]
    )
    assert outdated == (0,)
    assert counts == {"not shown": 3, "number repeated": 1}


def test_who_knows_the_world_may_add_words_faults_and_what_lasts() -> None:
    extractor = LLMExtractor(
        Model(triples=[["lamp", "is in", "cupboard"], ["lamp", "costs", "locker"]], outdated=[1]),
        words=["cupboard"],
        fault_of=lambda triple: "price" if triple.relation == "costs" else None,
        lasting=lambda fact: "law" if fact.relation == "orbits" else None,
    )
    extraction = extractor.extract(Observation(TEXT), _known("earth, orbits, sun"))
    assert [str(triple) for triple in extraction.triples] == ["lamp, is in, cupboard"]
    assert extraction.outdated == ()
    assert extractor.counts == {"price": 1, "law": 1}


def test_where_the_one_who_speaks_is_is_a_fact() -> None:
    assert _read([], triples=[["I", "am in", "locker"]])[::2] == (["I, am in, locker"], {})


def test_a_fact_that_is_said_again_is_not_outdated() -> None:
    _, outdated, _ = _read(
        _known("old lamp, is in, red locker"),
        triples=[["lamp", "is", "old"], ["old lamp", "is in", "red locker"]],
        outdated=[1],
    )
    assert outdated == ()


def test_a_triple_with_commas_is_taken_for_what_it_means() -> None:
    assert _read([], triples=["key 2, unlocks, red locker", ["note", "reads", "the key 2", "unlocks"]])[0] == [
        "key 2, unlocks, red locker",
        "note, reads, the key 2, unlocks",
    ]


def test_the_prompt_does_not_grow_with_the_graph() -> None:
    model = Model()
    extractor = LLMExtractor(model)
    for number in (SHOWN, 50 * SHOWN):
        extractor.extract(Observation(TEXT), _known(*(f"thing {n}, is in, hall" for n in range(number))))
    first, second = (sum(len(message["content"]) for message in asked) for asked in model.asked)
    assert first == second
