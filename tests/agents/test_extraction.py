"""A model that fails to read an observation is asked once more for that one, and the run says what stayed unread."""

from collections.abc import Sequence

import pytest

from agents.ariadne import Ariadne
from agents.extraction import GameExtractor, game_model
from agents.memories import GraphMemory, open_memory
from agents.policies.heuristic import HeuristicPlayer
from agents.runlog import run_record
from envs import MiniWorld
from graphmem import Extraction, Fact, Triple
from graphmem.embedding import load_embedder
from graphmem.errors import BadReply, BudgetSpent
from graphmem.records import Observation
from graphmem.testing import HashEmbedder
from tests.extraction.test_llm import Model

KITCHEN = Observation("> go east\n-= Kitchen =-\nThere is an exit to the west.")


class Failing:
    """Reads nothing, but fails so often before."""

    name = "failing"
    anchors = ()

    def __init__(self, times: int, error: Exception = BadReply("no JSON")) -> None:  # noqa: B008
        self._left = times
        self._error = error
        self.asked = 0

    def extract(self, observation: Observation, known: Sequence[Fact]) -> Extraction:
        self.asked += 1
        self._left -= 1
        if self._left >= 0:
            raise self._error
        return Extraction((Triple("lamp", "is in", "Kitchen"),))


def test_a_failed_extraction_is_asked_once_more() -> None:
    inner = Failing(1)
    extractor = GameExtractor(inner)
    assert Triple("lamp", "is in", "Kitchen") in extractor.extract(KITCHEN, ()).triples
    assert (inner.asked, extractor.counts) == (2, {"read again": 1})


def test_and_not_a_third_time() -> None:
    inner = Failing(9)
    with pytest.raises(BadReply):
        GameExtractor(inner).extract(KITCHEN, ())
    assert inner.asked == 2


def test_what_the_budget_forbids_is_not_asked_again() -> None:
    inner = Failing(9, BudgetSpent("spent"))
    with pytest.raises(BudgetSpent):
        GameExtractor(inner).extract(KITCHEN, ())
    assert inner.asked == 1


def test_the_map_is_read_by_rule_and_a_thing_is_in_one_place() -> None:
    read = GameExtractor(Failing(0)).extract(KITCHEN, ())
    slots = dict(zip(map(str, read.triples), read.slots, strict=True))
    assert slots["Kitchen, has exit, west"] is None
    assert slots["lamp, is in, Kitchen"] == "location"


def test_a_server_that_never_reads_is_asked_twice_an_observation_and_the_run_says_so() -> None:
    inner = Failing(10**6)
    with open_memory(":memory:", HashEmbedder(), GameExtractor(inner)) as memory:
        agent = Ariadne(MiniWorld(), memory, HeuristicPlayer(load_embedder("lexical")), max_steps=4)
        record = run_record(agent, list(agent.run()), memory.stats())
    observations = len(agent.commands) + 1
    assert inner.asked == 2 * observations
    assert (record["unread"], record["pending"]) == (observations, observations)


def test_the_player_reads_nothing_again_that_the_memory_has_read(monkeypatch: pytest.MonkeyPatch) -> None:
    from graphmem.extraction.textworld.extractor import TextWorldExtractor

    read: list[str] = []
    extract = TextWorldExtractor.extract

    def counted(self: TextWorldExtractor, observation: Observation, known: Sequence[Fact]) -> Extraction:
        read.append(observation.text)
        return extract(self, observation, known)

    monkeypatch.setattr(TextWorldExtractor, "extract", counted)
    embedder = load_embedder("minilm")
    with open_memory(":memory:", embedder) as memory:
        agent = Ariadne(MiniWorld(), GraphMemory(memory), HeuristicPlayer(embedder), max_steps=60)
        assert list(agent.run())[-1].info["won"]
    assert len(read) == len(agent.commands) + 1


TEXT = "> take lamp\nYou pick up the old lamp. There is a red locker here."


def _read(*known: str, **reply: object) -> tuple[Extraction, dict[str, int]]:
    facts = [Fact(str(n), *line.split(", "), asserted_by="e", since=0) for n, line in enumerate(known)]
    extractor = game_model(Model(**reply))
    return extractor.extract(Observation(TEXT), facts), dict(extractor.counts)


@pytest.mark.parametrize("relation", ["is in", "am in", "are at"])
def test_where_the_player_is_is_left_to_the_map(relation: str) -> None:
    extraction, counts = _read(triples=[["you", relation, "locker"]])
    assert (extraction.triples, counts) == ((), {"self": 1})


@pytest.mark.parametrize("fact", ["hall, has exit, east", "hall, is east of, lamp", "oak door, leads north from, hall"])
def test_an_exit_is_never_outdated(fact: str) -> None:
    extraction, counts = _read(fact, outdated=[1])
    assert (extraction.outdated, counts) == ((), {"exit called outdated": 1})


def test_a_thing_may_be_in_the_inventory_though_no_text_says_so() -> None:
    extraction, _ = _read(triples=[["lamp", "is in", "inventory"]])
    assert [str(triple) for triple in extraction.triples] == ["lamp, is in, inventory"]


def test_a_thing_of_a_game_is_in_one_place_whoever_reads() -> None:
    inner = game_model(Model(triples=[["old lamp", "is in", "inventory"], ["locker", "contains", "lamp"]]))
    extraction = GameExtractor(inner).extract(Observation(TEXT), [])
    assert [str(triple) for triple in extraction.triples] == ["old lamp, is in, inventory", "locker, contains, lamp"]
    assert extraction.slots == ("location", None)
