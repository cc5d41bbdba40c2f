"""Who says something, and when: speakers, times as steps, the memory at a moment, and what a recall is kept to."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

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


def _many(memory: Memory, given: list[dict[str, object]]) -> None:
    memory.remember_many(given)


def _together(memory: Memory, given: list[dict[str, object]]) -> None:
    memory.remember_together(given)


def _one_by_one(memory: Memory, given: list[dict[str, object]]) -> None:
    for each in given:
        memory.update({**each, "key": str(each["time"])})


def _copied(memory: Memory, given: list[dict[str, object]]) -> None:
    with Memory(":memory:", embedder=HashEmbedder(), slot_of=memory._slot_of) as other, TemporaryDirectory() as folder:
        other.remember_many(given)
        other.export(f"{folder}/house.jsonl")
        memory.import_file(f"{folder}/house.jsonl")


@pytest.mark.parametrize("remembered", [_many, _together, _one_by_one, _copied])
def test_time_decides_through_every_door(
    memory: Memory, remembered: Callable[[Memory, list[dict[str, object]]], None]
) -> None:
    homes = (("Paris", JULY), ("Ghent", MAY), ("Lille", JUNE))
    remembered(
        memory,
        [{"text": f"Ana lives in {it}.", "time": time, "triples": [("Ana", "lives in", it)]} for it, time in homes],
    )
    assert [str(fact) for fact in memory.facts("Ana")] == ["Ana, lives in, Paris"]
    assert [str(fact) for fact in memory.at("2024-06-01").facts("Ana")] == ["Ana, lives in, Ghent"]
    assert [fact.object for fact in memory.history("Ana")] == ["Ghent", "Lille", "Paris"]


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


DIARY = [
    ("2023-08-12T09:00", "Ana", "Sailed around the island of Vlieland."),
    ("2024-03-03T09:00", "Leo", "We lost the cat."),
    ("2024-04-20T09:00", "Ana", "We moved to the farm."),
    ("2024-04-29T09:00", "Leo", "A fox took two hens."),
    ("2024-05-06T09:00", "Ana", "Carla was born in 1975, we baked a cake for her."),
    ("2024-05-21T09:00", "Leo", "I sold my motorbike yesterday."),
    ("2024-06-03T09:00", "Ana", "The tractor lost a wheel."),
    ("2024-06-11T09:00", "Leo", "Mowed the meadow."),
    ("2024-06-11T18:00", "Ana", "The vet looked at the horse."),
    ("2024-06-12T08:00", "Leo", "The plumber comes on Friday."),
]


@pytest.fixture
def diary(tmp_path: Path) -> Iterator[Memory]:
    with Memory(tmp_path / "diary.db", embedder=HashEmbedder()) as made:
        made.remember_many({"text": text, "speaker": who, "time": time, "triples": ()} for time, who, text in DIARY)
        yield made


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("What happened in May?", {"Carla", "motorbike"}),
        ("what did we do last week?", {"tractor"}),
        ("what did Ana say yesterday?", {"vet"}),
        ("and what happened between March and April?", {"cat", "moved", "fox"}),
        ("What happened in 2023?", {"Sailed"}),
        ("What happened on 20 May?", {"motorbike"}),
        ("What will happen on Friday?", {"plumber"}),
        ("What happened before we moved?", {"Sailed", "cat"}),
        ("What has happened since May 2024?", {"Carla", "motorbike", "tractor", "Mowed", "vet", "plumber"}),
    ],
)
def test_a_question_of_time_alone_gets_what_is_of_that_time(diary: Memory, question: str, told: set[str]) -> None:
    texts = [episode.text for episode in diary.recall(question).episodes]
    assert {word for word in told for text in texts if word in text} == told
    assert len(texts) == len(told)


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("What was lost in June?", "The tractor lost a wheel."),
        ("What was lost before we moved?", "We lost the cat."),
        ("What was lost since we moved?", "The tractor lost a wheel."),
        ("What did Leo do in the meadow this week?", "Mowed the meadow."),
    ],
)
def test_what_is_of_the_time_goes_first(diary: Memory, question: str, first: str) -> None:
    assert diary.recall(question).episodes[0].text == first


def test_what_came_right_after_an_event_is_told_before_what_came_later(diary: Memory) -> None:
    texts = [episode.text for episode in diary.recall("What happened after we moved?").episodes]
    assert texts[0] == "A fox took two hens."
    assert "We moved to the farm." not in texts


def test_what_came_right_before_an_event_is_told_first(diary: Memory) -> None:
    assert diary.recall("What happened before we moved?").episodes[0].text == "We lost the cat."


def test_the_event_itself_is_known_to_the_asker(diary: Memory) -> None:
    assert diary.recall("Which hens went before the fox took them?").episodes[0].text == "We lost the cat."


def test_what_is_of_the_time_bears_on_the_question_whatever_its_words(diary: Memory) -> None:
    assert {episode.text for episode in diary.recall("Who knitted today?").episodes} >= {DIARY[-1][2]}


def test_facts_that_were_taught_in_the_time_go_first(memory: Memory) -> None:
    memory.remember("Leo likes Ana.", time=MAY, triples=[("Leo", "likes", "Ana")])
    memory.remember("Leo meets Ana.", time=JUNE, triples=[("Leo", "meets", "Ana")])
    memory.remember("Nothing new.", time=JULY, triples=())
    assert str(memory.recall("what of Leo and Ana since June?").facts[0]) == "Leo, meets, Ana"
    assert str(memory.recall("what of Leo and Ana in May?").facts[0]) == "Leo, likes, Ana"


def test_words_of_time_are_meant_as_at_the_moment_at_which_the_memory_is_seen(diary: Memory) -> None:
    (found,) = diary.at("2024-05-01").recall("what happened this week?").episodes
    assert found.text == "A fox took two hens."


@pytest.mark.parametrize("question", ["Who was born in 1975?", "Who was born in 1975 or in May 1932?"])
def test_a_date_that_stands_in_a_text_is_found_whenever_that_was_told(diary: Memory, question: str) -> None:
    assert "Carla was born in 1975" in diary.recall(question).episodes[0].text


def test_a_time_of_which_nothing_is_told_leaves_out_nothing(diary: Memory) -> None:
    assert "Sailed" in diary.recall("Who sailed around the island in 1848?").episodes[0].text


def test_an_event_of_which_nothing_is_known_leaves_out_nothing(diary: Memory) -> None:
    assert diary.recall("what looked after the horse?").episodes[0].text == "The vet looked at the horse."


def test_events_come_one_after_the_other_without_dates_too(tmp_path: Path) -> None:
    with Memory(tmp_path / "steps.db", embedder=HashEmbedder()) as memory:
        for text in ("The lamp was lit.", "The bell rang.", "A guest came in.", "The soup was served."):
            memory.remember(text, triples=())
        found = [episode.text for episode in memory.recall("what happened after the bell rang?").episodes]
        assert found == ["A guest came in.", "The soup was served."]


def test_facts_are_those_that_held_at_the_end_of_the_time(memory: Memory) -> None:
    _home(memory, "Ana", "Ghent", MAY)
    _home(memory, "Ana", "Paris", JULY)
    told = str(memory.recall("where did Ana live in June 2024?"))
    assert f"- Ana, lives in, Ghent (until {when(step_of(JULY))})" in told
    assert "Ana, lives in, Paris" not in told
    assert "- Ana, lives in, Paris" in str(memory.recall("where does Ana live?"))


def test_facts_are_those_of_before_an_event(memory: Memory) -> None:
    _home(memory, "Ana", "Ghent", MAY)
    _home(memory, "Ana", "Paris", JULY)
    assert "- Ana, lives in, Ghent (until" in str(memory.recall("where did Ana live before she lived in Paris?"))


def test_a_filter_holds_for_questions_of_time(diary: Memory) -> None:
    found = diary.recall("what happened in May?", where={"speaker": "Leo"}).episodes
    assert [episode.text for episode in found] == ["I sold my motorbike yesterday."]


def test_words_of_time_are_told_with_their_dates(memory: Memory) -> None:
    told = ("I sold the cart yesterday.", "Mila leaves next Friday.", "Yesterday's bread is hard.", "Bought in 2019.")
    for text in told:
        memory.remember(text, time=MAY, triples=())
    assert [
        line.split("] ")[1] for line in str(memory.recall("cart, Mila, bread, bought", episodes=4)).splitlines()[1:]
    ] == [
        "I sold the cart yesterday (2024-05-02).",
        "Mila leaves next Friday (2024-05-10).",
        "Yesterday's (2024-05-02) bread is hard.",
        "Bought in 2019.",
    ]


def test_a_fact_is_told_with_the_date_of_which_it_speaks(memory: Memory) -> None:
    memory.remember("The dentist is on Tuesday.", time=MAY, triples=[("dentist", "is on", "Tuesday")])
    assert "- dentist, is on, Tuesday (2024-05-07)" in str(memory.recall("when is the dentist?"))


def test_what_has_no_time_is_not_told_with_a_date_of_its_own(memory: Memory) -> None:
    memory.remember("The boiler hums.", time=MAY, triples=())
    memory.remember("The boiler leaks since yesterday.", triples=())
    assert str(memory.recall("boiler", episodes=2)).splitlines()[1:] == [
        f"[{when(step_of(MAY))}] The boiler hums.",
        f"[after {when(step_of(MAY))}] The boiler leaks since yesterday.",
    ]


def test_what_is_told_without_dates_is_told_as_it_was(memory: Memory) -> None:
    memory.remember("I sold the cart yesterday.", triples=())
    assert str(memory.recall("cart")).splitlines()[1:] == ["[step 0] I sold the cart yesterday."]
