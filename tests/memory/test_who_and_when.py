"""Who says something, and when: speakers, times as steps, the memory at a moment, and what a recall is kept to."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from graphmem import Memory
from graphmem.errors import InputError
from graphmem.records import step_of, when
from graphmem.testing import HashEmbedder

MAY, JUNE, JULY = (datetime(2024, month, 3, 10, tzinfo=UTC) for month in (5, 6, 7))


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    def one_home(triple: object) -> str | None:
        return "home" if "lives in" in str(triple) else None

    with Memory(tmp_path / "house.db", embedder=HashEmbedder(), slot_of=one_home) as made:
        yield made


def _home(memory: Memory, who: str, where: str, time: datetime, **given: object) -> None:
    text = f"I live in {where}."
    memory.remember(text, speaker=who, time=time, triples=[(who, "lives in", where)], **given)  # type: ignore[arg-type]


def test_time_decides_what_is_newest_not_arrival(memory: Memory) -> None:
    _home(memory, "Ana", "Paris", JULY)
    _home(memory, "Ana", "Ghent", MAY)
    assert [str(fact) for fact in memory.facts("Ana")] == ["Ana, lives in, Paris"]
    assert [str(fact) for fact in memory.at(JUNE).facts("Ana")] == ["Ana, lives in, Ghent"]
    assert [str(fact) for fact in memory.at("2024-06-01").facts("Ana")] == ["Ana, lives in, Ghent"]


def test_what_has_no_time_comes_after_what_has(memory: Memory) -> None:
    _home(memory, "Ana", "Ghent", MAY)
    later = memory.remember("No date.", triples=[("Ana", "lives in", "Lille")])
    assert later.episode.step == step_of(MAY) + 1
    assert [str(fact) for fact in memory.facts("Ana")] == ["Ana, lives in, Lille"]


def test_turns_of_one_moment_come_one_after_the_other(memory: Memory) -> None:
    for place in ("Ghent", "Lille", "Paris"):
        _home(memory, "Ana", place, MAY)
    assert [fact.object for fact in memory.facts("Ana")] == ["Paris"]
    assert len({episode.step for episode in memory.episodes()}) == 3


def test_a_line_says_its_speaker(memory: Memory) -> None:
    assert memory.remember("Ana: Hello there.", triples=()).episode.speaker == "Ana"
    assert memory.remember("user: Hello there.", triples=()).episode.speaker == "user"
    assert memory.remember("Note: hello there.", triples=()).episode.speaker is None
    assert memory.remember("Hello there.", speaker="Leo", triples=()).episode.speaker == "Leo"


def test_messages_of_a_chat_are_observations(memory: Memory) -> None:
    memory.remember_many(
        [{"role": "user", "name": "Ana", "content": "Hi."}, {"role": "assistant", "content": "Hello."}]
    )
    assert [(each.speaker, each.text) for each in memory.episodes()] == [("Ana", "Hi."), ("assistant", "Hello.")]


def test_what_is_told_carries_its_date_and_who_said_it(memory: Memory) -> None:
    memory.remember("The boiler hums.", speaker="Ana", time=MAY, triples=())
    assert f"[{when(step_of(MAY))}] Ana: The boiler hums." in str(memory.recall("boiler"))


@pytest.mark.parametrize(
    ("where", "places"),
    [
        ({"speaker": "ana"}, {"Ghent", "Paris"}),
        ({"speaker": ["Ana", "Leo"]}, {"Ghent", "Lille", "Paris"}),
        ({"since": JUNE}, {"Lille", "Paris"}),
        ({"until": "2024-06-01"}, {"Ghent"}),
        ({"since": "2024-06-01", "until": "2024-07-01"}, {"Lille"}),
        ({"app": "mail"}, {"Lille"}),
        ({"tags": "home"}, {"Paris"}),
        ({"app": "mail", "speaker": "Ana"}, set()),
    ],
)
def test_a_recall_keeps_to_what_is_let_through(memory: Memory, where: dict[str, object], places: set[str]) -> None:
    _home(memory, "Ana", "Ghent", MAY)
    _home(memory, "Leo", "Lille", JUNE, metadata={"app": "mail"})
    _home(memory, "Ana", "Paris", JULY, metadata={"tags": ["home", "news"]})
    found = memory.recall("who lives where? I live in", where=where, episodes=10)
    assert {episode.text.split()[-1].strip(".") for episode in found.episodes} == places
    assert {fact.object for fact in found.facts} <= places


def test_what_is_let_through_is_found_among_many_that_are_not(memory: Memory) -> None:
    many = [{"text": f"The lamp is lit, number {number}.", "triples": [], "speaker": "Leo"} for number in range(300)]
    memory.remember_many([*many, {"text": "The lamp is lit.", "triples": [], "speaker": "Ana"}])
    assert [each.speaker for each in memory.recall("the lamp is lit", where={"speaker": "Ana"}).episodes] == ["Ana"]


@pytest.mark.parametrize("where", [{"since": "soon"}, ["speaker"], {"until": 3.5}])
def test_what_cannot_be_a_filter_is_refused(memory: Memory, where: object) -> None:
    with pytest.raises(InputError):
        memory.recall("anything", where=where)  # type: ignore[arg-type]


def test_a_question_may_be_the_end_of_a_conversation(memory: Memory) -> None:
    memory.remember("Ana's sister Carla lives in Lisbon.", triples=[("Carla", "lives in", "Lisbon")])
    turns = [
        {"role": "user", "content": "Tell me about Carla."},
        {"role": "assistant", "content": "What about Carla?"},
        {"role": "user", "content": "Where does she live?"},
    ]
    assert "Carla, lives in, Lisbon" in str(memory.recall(turns))


def test_a_wrongly_retired_fact_may_be_restored(memory: Memory) -> None:
    _home(memory, "Ana", "Ghent", MAY)
    _home(memory, "Ana", "Paris", JULY)
    (gone,) = [fact for fact in memory.history("Ana") if not fact.current]
    assert gone.reason == "another home"
    assert memory.restore(gone.id).current
    assert {str(fact) for fact in memory.facts("Ana")} == {"Ana, lives in, Ghent", "Ana, lives in, Paris"}
    with pytest.raises(InputError, match="Ana, lives in, Ghent holds already"):
        memory.restore(gone)


def test_a_restored_fact_keeps_its_slot_where_nothing_fills_it(memory: Memory) -> None:
    _home(memory, "Ana", "Ghent", MAY)
    (ghent,) = memory.facts("Ana")
    memory.remember("Not so.", triples=(), outdated=[ghent], time=JUNE)
    memory.restore(ghent)
    _home(memory, "Ana", "Paris", JULY)
    assert [str(fact) for fact in memory.facts("Ana")] == ["Ana, lives in, Paris"]
