"""What is true together stays true together, given as triples or read from text; only a game's reader has slots."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from graphmem import Memory
from graphmem.extraction import english
from graphmem.extraction.textworld import slot
from graphmem.testing import HashEmbedder

TOGETHER = {
    # as many places, times and states as there are
    "Nora": ("is in Lisbon", "is in Portugal"),
    "the fair": ("is in Turin", "is in September"),
    "the concert": ("is at 7 pm", "is at the old mill", "is on Sunday"),
    "Emil": ("is in Boston", "is on the sales team", "is on vacation"),
    "the coat": ("is on the rack", "is in bad shape"),
    "the barn": ("is on Mill Lane", "is on fire"),
    "Mr Ito": ("is in bed 12", "is in recovery"),
    # and thirty more of the kind
    "Lea": ("is in Rome", "is in love"),
    "Jonas": ("is at work", "is at risk"),
    "the ship": ("is in Bergen", "is at anchor"),
    "the clerk": ("is on duty", "is on the phone"),
    "the printer": ("is in room 4", "is out of order", "is on the second floor"),
    "the server": ("is in the Dublin region", "is on version 12", "is in maintenance"),
    "the account": ("is in arrears", "is in the name of Kim"),
    "the statue": ("is on the square", "is in bronze"),
    "the recipe book": ("is on the shelf", "is in French"),
    "the patient": ("is in surgery", "is in danger", "is on the third floor"),
    "the garden": ("is in bloom", "is in Kyoto"),
    "the deal": ("is on the table", "is in the final stage"),
    "the train": ("is on time", "is at platform 9"),
    "the suspect": ("is on the run", "is in Mexico"),
    "the bakery": ("is on Baker Street", "is in the old town"),
    "the river": ("is in Austria", "is in Hungary", "is in flood"),
    "the class": ("is on Tuesdays", "is in the gym", "is at noon"),
    "Aya": ("is on the board", "is in charge", "is at the airport"),
    "the novel": ("is in print", "is on the reading list"),
    "the house": ("is on the market", "is in good repair", "is on a hill"),
    "the cat": ("is on a diet", "is in the attic"),
    "the road": ("is under construction", "is in the valley"),
    "the minister": ("is under pressure", "is in Brussels"),
    "the film": ("is in black and white", "is on at the Rex"),
    "the key worker": ("is at home", "is on call"),
    "the shop": ("is open", "is on sale", "is in Leeds"),
    "the report": ("is in draft", "is on the shared drive"),
    "the team": ("is in Group B", "is in Qatar", "is on a winning streak"),
    "the parcel": ("is in transit", "is in Lyon"),
    "the bridge": ("is in Prague", "is in use"),
    "the meeting": ("is on Thursday", "is on Zoom", "is at ten"),
    "the wine": ("is in the cellar", "is at its best"),
    "the dog": ("is awake", "is in the yard", "is in pain"),
    "the kitchen": ("is clean", "is in use"),
}

trained = pytest.mark.skipif(english.installed_pipeline() is None, reason="no trained spaCy pipeline is installed")


@pytest.fixture
def memory() -> Iterator[Memory]:
    with Memory(":memory:", embedder=HashEmbedder()) as made:
        yield made


def _triple(subject: str, clause: str) -> tuple[str, str, str]:
    """("Nora", "is in Lisbon") -> Nora, is in, Lisbon; ("shop", "is open") -> shop, is, open."""
    words = clause.split()
    relation = 2 if words[1] in ("in", "on", "at", "under") else 1
    return subject, " ".join(words[:relation]), " ".join(words[relation:])


def _holding(memory: Memory) -> set[str]:
    return {str(fact) for fact in memory.facts()}


def test_there_are_as_many_as_were_asked_for() -> None:
    assert len(TOGETHER) >= 37


@pytest.mark.parametrize("subject", TOGETHER)
def test_given_as_triples_all_hold(memory: Memory, subject: str) -> None:
    triples = [_triple(subject, clause) for clause in TOGETHER[subject]]
    for step, triple in enumerate(triples):
        assert not memory.remember(f"note {step}", triples=[triple]).retired
    assert len(_holding(memory)) == len(triples)


@pytest.mark.parametrize("subject", TOGETHER)
def test_given_in_one_observation_all_hold(memory: Memory, subject: str) -> None:
    triples = [_triple(subject, clause) for clause in TOGETHER[subject]]
    assert not memory.remember("a note", triples=triples).retired
    assert len(_holding(memory)) == len(triples)


@trained
@pytest.mark.parametrize("subject", TOGETHER)
def test_read_from_text_nothing_that_was_read_ends(memory: Memory, subject: str) -> None:
    name = subject[0].upper() + subject[1:]
    for clause in TOGETHER[subject]:
        assert not memory.remember(f"{name} {clause}.").retired
    with Memory(":memory:", embedder=HashEmbedder()) as other:
        learned = other.remember(" ".join(f"{name} {clause}." for clause in TOGETHER[subject]))
        assert not learned.retired
        assert _holding(other) == {str(fact) for fact in learned.asserted}


@trained
def test_nearly_all_of_them_are_read() -> None:
    unread = []
    for subject, clauses in TOGETHER.items():
        with Memory(":memory:", embedder=HashEmbedder()) as memory:
            memory.remember(" ".join(f"{subject[0].upper()}{subject[1:]} {clause}." for clause in clauses))
            if not memory.facts():
                unread.append(subject)
    assert len(unread) <= len(TOGETHER) // 10, unread


def test_in_a_game_a_thing_is_in_one_place(memory: Memory) -> None:
    memory.remember("-= Hall =-\nYou see a table. On the table you see a coin.")
    memory.remember("> take coin\nYou take the coin from the table.")
    assert "coin, is in, inventory" in _holding(memory)
    assert "coin, is on, table" not in _holding(memory)


def test_one_value_at_a_time_holds_where_it_is_asked_for() -> None:
    with Memory(":memory:", embedder=HashEmbedder(), slot_of=slot) as memory:
        for place in ("box", "bag"):
            memory.remember(f"seen in the {place}", triples=[("coin", "is in", place)])
        assert _holding(memory) == {"coin, is in, bag"}
