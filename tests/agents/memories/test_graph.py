"""The graph as an agent's memory: what is searched, how deep, and what outlives a run."""

from typing import Any

import pytest

from agents.memories import GraphMemory, open_memory
from agents.memories.protocol import Cue, Moment
from agents.players import as_in_the_paper
from agents.policies.protocol import Plan
from graphmem import Memory, Recollection
from graphmem.retrieval import AriGraph
from graphmem.testing import HashEmbedder


class Asked(Memory):
    """Keeps what it was asked."""

    query: Any = None
    search: Any = None

    def recall(self, query: Any, **options: Any) -> Recollection:
        self.query, self.search = query, options["search"]
        return super().recall(query, **options)


class Scores:
    """A model that names two entities with their depths, and no triple."""

    def reply(self, messages: Any, form: Any, *, purpose: str) -> Any:
        return form.model_validate(
            {"entities": {"entities": ["key 1", "locker"], "depths": [2, 1]}}.get(purpose, {"triples": []})
        )


def test_as_in_the_paper_the_search_goes_from_each_entity_to_the_depth_that_the_model_gave_it() -> None:
    player = as_in_the_paper(Scores())
    with Asked(":memory:", embedder=HashEmbedder(), extractor=player.extractor) as memory:
        remembered = GraphMemory(memory, search=player.search)
        remembered.take_in(Moment(0, "-= Hall =-\nYou see a locker."))
        remembered.recall(Cue("You see a locker.", names=player.policy.queries((), Plan())), 500)
        assert memory.query == ["key 1", "locker"]
        assert isinstance(memory.search, AriGraph)
        assert memory.search.depth == {"key 1": 2, "locker": 1}


def test_the_facts_of_a_recollection_are_those_that_its_text_tells() -> None:
    with open_memory(":memory:", HashEmbedder()) as memory:
        remembered = GraphMemory(memory)
        remembered.take_in(Moment(0, "-= Hall =-\nYou see a closed chest. There is an exit to the east."))
        remembered.take_in(Moment(1, "> go east\n-= Kitchen =-\nYou see a table.", "Hall"))
        for budget in (60, 500):
            found = remembered.recall(Cue("You see a table.", "Kitchen", names={"chest": 1}), budget)
            assert [line[2:] for line in str(found).splitlines() if line.startswith("- ")] == list(
                map(str, found.facts)
            )


def test_a_memory_of_a_run_gives_its_texts_back_and_no_other_worlds() -> None:
    with open_memory(":memory:", HashEmbedder()) as memory:
        remembered = GraphMemory(memory)
        remembered.begin("one")
        remembered.take_in(Moment(0, "-= Hall =-", first=True, reached="Hall"))
        remembered.take_in(Moment(1, "> look\n-= Hall =-", "Hall", reached="Hall"))
        assert remembered.last_run("one") == ["-= Hall =-", "> look\n-= Hall =-"]
        assert remembered.last_run("two") == []
        remembered.keep_lesson("Take the lamp first.")
        assert remembered.last_run("one") == ["-= Hall =-", "> look\n-= Hall =-"]


@pytest.mark.parametrize("kept", [2, 5])
def test_the_latest_lessons_are_kept_in_mind(kept: int) -> None:
    with open_memory(":memory:", HashEmbedder()) as memory:
        remembered = GraphMemory(memory)
        for number in range(kept):
            remembered.keep_lesson(f"lesson {number}")
        assert remembered.lessons() == [f"lesson {number}" for number in range(kept)][-3:]
