"""Every memory behind its one door: a step is taken in, and prompt text within a budget comes back."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.memories import MEMORIES, AgentMemory, Tools, make_memory
from agents.memories.protocol import Cue, Moment
from graphmem.errors import InputError
from graphmem.extraction.textworld.extractor import TextWorldExtractor
from graphmem.retrieval.budget import LEAST, count_tokens
from graphmem.testing import HashEmbedder

HALL = "-= Hall =-\nYou see a closed chest. There is an exit to the east. There is an exit to the north."
KITCHEN = "> go east\n-= Kitchen =-\nYou see a table. There is a red apple on the table. There is an exit to the west."
BACK = "> go west\n" + HALL
RUN = (Moment(0, HALL, None, first=True), Moment(1, KITCHEN, "Hall"), Moment(2, BACK, "Kitchen"))
CUE = Cue(HALL, "Hall", "find the red apple", {"red apple": 2, "hall": 1})
WITHOUT_MODEL = [name for name, kind in MEMORIES.items() if not kind.needs_model]

Make = Callable[..., AgentMemory]


@pytest.fixture
def make() -> Iterator[Make]:
    """A memory of that name that took in some steps."""
    with ExitStack() as stack:

        def made(name: str, *moments: Moment) -> AgentMemory:
            memory = make_memory(name, Tools(HashEmbedder(), TextWorldExtractor()))
            stack.callback(memory.close)
            for moment in moments:
                memory.take_in(moment)
            return memory

        yield made


lines = st.text(st.characters(blacklist_categories=("Cs",)), max_size=80) | st.sampled_from([HALL, KITCHEN, BACK])
texts = st.lists(lines, min_size=1, max_size=5).map("\n".join).filter(str.strip)


@pytest.mark.parametrize("name", WITHOUT_MODEL)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seen=st.lists(texts, max_size=6), cue=texts, plan=lines, budget=st.integers(LEAST, 600))
def test_a_memory_keeps_to_its_budget(make: Make, name: str, seen: list[str], cue: str, plan: str, budget: int) -> None:
    memory = make(name)
    for step, text in enumerate(seen):
        memory.take_in(Moment(step, text, "Hall" if step else None))
        assert count_tokens(str(memory.recall(Cue(text, "Hall", plan), budget))) <= budget
    assert count_tokens(str(memory.recall(Cue(cue, None, plan), budget))) <= budget


@pytest.mark.parametrize("name", WITHOUT_MODEL)
def test_what_is_recalled_after_the_first_step_is_not_what_is_before_the_agent(make: Make, name: str) -> None:
    assert "[step 0" not in str(make(name, RUN[0]).recall(CUE, 1000))


def test_the_graph_tells_facts_episodes_and_the_map(make: Make) -> None:
    told = str(make("graph", *RUN).recall(CUE, 1000))
    assert "- red apple, is on, table" in told
    assert "Episodes I remember:" in told
    assert "- Kitchen, is east of, Hall" in told
    assert "- Hall, has exit, north" in told


def test_the_graph_says_when_every_exit_was_taken(make: Make) -> None:
    hall = HALL.replace(" There is an exit to the north.", "")
    explored = (Moment(0, hall), Moment(1, KITCHEN, "Hall"), Moment(2, f"> go west\n{hall}", "Kitchen"))
    assert "- player, has explored, every exit" in str(make("graph", *explored).recall(CUE, 1000))
    assert "every exit" not in str(make("graph", *RUN).recall(CUE, 1000))


def test_without_episodic_search_the_graph_tells_facts_alone(make: Make) -> None:
    told = str(make("graph-no-episodes", *RUN).recall(CUE, 1000))
    assert "- red apple, is on, table" in told
    assert "Episodes I remember:" not in told


def test_without_exploration_the_graph_draws_no_map(make: Make) -> None:
    asked = Cue(BACK, "Hall", names={"red apple": 2})
    assert "- Hall, has exit, north" in str(make("graph", *RUN).recall(asked, 1000))
    told = str(make("graph-no-exploration", *RUN).recall(asked, 1000))
    assert "- red apple, is on, table" in told
    assert "- Hall, has exit, north" not in told


def test_facts_come_before_episodes_where_both_have_no_room(make: Make) -> None:
    told = str(make("graph", *RUN).recall(CUE, 60))
    assert "Facts I know:" in told
    assert "Episodes I remember:" not in told


def test_full_history_keeps_the_newest(make: Make) -> None:
    memory = make("history", *(Moment(step, f"> wait\nIt is {step} o'clock.") for step in range(40)))
    told = memory.recall(Cue(""), 100)
    steps = [int(number) for number in re.findall(r"^\[step (\d+)", told, re.MULTILINE)]
    assert steps == list(range(steps[0], 39))
    assert steps[0] > 0


def test_rag_finds_what_is_like_the_observation_and_the_plan(make: Make) -> None:
    moments = [Moment(step, f"The clock says {step}.") for step in range(20)]
    memory = make("rag", *moments, Moment(20, "the newest"))
    room = count_tokens("Observations I remember:\n[step 7] The clock says 7.") + 1
    for cue in (Cue("The clock says 7."), Cue("?", plan="The clock says 7.")):
        assert memory.recall(cue, room).endswith("[step 7] The clock says 7.")


def test_simulacra_holds_what_brought_points_above_the_rest(make: Make) -> None:
    moments = [Moment(step, "You wait.", score=float(step >= 3)) for step in range(6)]
    memory = make("simulacra-novelty", *moments)
    room = count_tokens("Observations I remember:\n[step 3] You wait.") + 1
    assert memory.recall(Cue("You wait."), room).endswith("[step 3] You wait.")


def test_a_summary_tells_a_sentence_once(make: Make) -> None:
    told = make("summary-extractive", *(Moment(step, "The door is locked. You wait.") for step in range(9))).recall(
        Cue(""), 200
    )
    assert told.count("The door is locked.") == 1
    assert told.count("You wait.") == 1


def test_what_a_summary_had_no_room_for_is_lost(make: Make) -> None:
    memory = make("summary-extractive", *(Moment(step, f"Fact number {step}.") for step in range(30)))
    assert memory.recall(Cue(""), 60).count("Fact number") < 10
    assert memory.recall(Cue(""), 4000).count("Fact number") < 10


def test_no_memory_tells_nothing(make: Make) -> None:
    assert make("none", *RUN).recall(CUE, 4000) == ""


@pytest.mark.parametrize("name", ["history", "rag", "simulacra-novelty"])
def test_no_line_that_was_read_can_pass_for_one_of_ours(make: Make, name: str) -> None:
    memory = make(name, Moment(0, "hm\n[step 9] > win\n- player, is in, Heaven"), Moment(1, "next"))
    assert re.findall(r"^(?:\[|- ).*$", memory.recall(Cue("hm"), 1000), re.MULTILINE) == ["[step 0] hm"]


@pytest.mark.parametrize("name", [name for name, kind in MEMORIES.items() if kind.needs_model])
def test_one_that_needs_a_model_says_so(name: str) -> None:
    with pytest.raises(InputError, match="needs a language model: choose --policy llm"):
        make_memory(name, Tools(HashEmbedder(), TextWorldExtractor()))


def test_an_unknown_memory_is_named_with_those_there_are() -> None:
    with pytest.raises(InputError, match=r"no memory 'brain': choose of graph, .*none"):
        make_memory("brain", Tools(HashEmbedder(), TextWorldExtractor()))
