"""Recall by associative search, as its users see it."""

from collections.abc import Iterator
from typing import Any

import pytest

from graphmem import Memory
from graphmem.embedding import load_embedder
from graphmem.errors import InputError
from graphmem.extraction.textworld import slot
from graphmem.retrieval import AriGraph, Found, PageRank, Question, Search, Snapshot


@pytest.fixture
def house() -> Iterator[Memory]:
    """A small house, with the real embedder."""
    with Memory(":memory:", embedder=load_embedder("minilm"), slot_of=slot) as memory:
        memory.remember(
            "You are in the kitchen. A red apple is on the table.",
            triples=[("red apple", "is on", "table"), ("table", "is in", "kitchen"), ("kitchen", "has exit", "north")],
        )
        memory.remember("You take the red apple.", triples=[("red apple", "is in", "inventory")])
        memory.remember(
            "You put the golden key in the box, in the hall.",
            triples=[("golden key", "is in", "box"), ("box", "is in", "hall"), ("hall", "has exit", "south")],
        )
        yield memory


def test_what_is_asked_for_comes_first(house: Memory) -> None:
    assert str(house.recall("where is the apple?").facts[0]) == "red apple, is in, inventory"


def test_what_lies_in_a_box_goes_where_the_box_goes(house: Memory) -> None:
    house.remember("You carry the box to the cellar.", triples=[("box", "is in", "cellar")])
    told = [str(fact) for fact in house.recall("where is the golden key?", episodes=0).facts[:2]]
    assert told == ["golden key, is in, box", "box, is in, cellar"]


@pytest.mark.parametrize("question", ["where is the unicorn?", "where is the silver key?", "telescope"])
def test_a_thing_never_seen_is_not_known(house: Memory, question: str) -> None:
    assert str(house.recall(question)) == "Nothing known."


@pytest.mark.parametrize(
    ("line", "question"),
    [
        ("The membership fee is 45 pounds.", "What is the current membership fee?"),
        ("The membership fee is 45 pounds.", "What is the monthly fee right now?"),
        ("A blue bowl is on the shelf.", "Where is the bowl located?"),
        ("The wifi router stands behind the sofa.", "Where is the router placed?"),
        ("The automobile is in the garage.", "Where is the car?"),
        ("The vaccum cleaner is in the cupboard.", "Where is the vacuum cleaner?"),
        ("The alarm code is 9021.", "What is the house alarm code?"),
        ("The dentist's appointment is on Friday.", "When is the dental appointment?"),
        ("My favourite colour is green.", "What is my favorite color?"),
        ("The gate code changed, it's now 5521.", "What is the gate password?"),
        ("The chess subscription ends in May.", "When does the chess membership end?"),
    ],
)
def test_a_thing_asked_for_in_other_words_is_known(line: str, question: str) -> None:
    with Memory(":memory:", embedder=load_embedder("minilm"), slot_of=slot) as memory:
        memory.remember(line, triples=[])
        assert line in str(memory.recall(question))


def test_a_thing_is_not_another_of_its_kind_by_what_a_text_says() -> None:
    with Memory(":memory:", embedder=load_embedder("minilm"), slot_of=slot) as memory:
        memory.remember("The golden key is in the box.", triples=[])
        assert str(memory.recall("Where is the silver key?")) == "Nothing known."
        assert str(memory.recall("Where is the golden trumpet?")) == "Nothing known."
        assert memory.recall("Where is the key?").episodes


@pytest.fixture
def choir() -> Iterator[Memory]:
    """What friends said, with the facts that were read in it."""
    with Memory(":memory:", embedder=load_embedder("minilm")) as memory:
        for speaker, text, triples in [
            ("Melanie", "Rehearsal is on Thursday, and Zoë brings the keys.", [("Zoë", "brings", "keys")]),
            ("Anton", "I sold the van to Dr. Hale.", [("Anton", "sold van to", "Dr. Hale")]),
            ("Anton", "My mother arrives on Friday.", [("Anton's mother", "arrives on", "Friday")]),
            ("Melanie", "My cousin is a clockmaker.", [("Melanie", "has cousin", "clockmaker")]),
        ]:
            memory.remember(text, speaker=speaker, triples=triples)
        yield memory


@pytest.mark.parametrize(
    "question",
    [
        "What does Gustav bring?",
        "What is Ingrid's phone number?",
        "Did Zelda bring the keys?",
        "Did Gustav sell the van?",
        "What was sold to Mr. Hull?",
        "Has Andrea sold anything?",
    ],
)
def test_of_one_who_was_never_named_nothing_is_known(choir: Memory, question: str) -> None:
    assert str(choir.recall(question)) == "Nothing known."


@pytest.mark.parametrize(
    ("question", "line"),
    [
        ("Which day did Mel give for rehearsal?", "Rehearsal"),
        ("What does Zoe bring?", "Zoë"),
        ("When is Mom arriving?", "mother"),
        ("When did Antton sell the van?", "van"),
        ("When did Amton sell the van?", "van"),
        ("What did Anton or Gustav sell?", "van"),
        ("When is Thursday's rehearsal?", "Rehearsal"),
        ("What is Melanie's cousin's trade?", "clockmaker"),
    ],
)
def test_a_name_may_be_short_or_spelled_otherwise(choir: Memory, question: str, line: str) -> None:
    assert line in str(choir.recall(question))


@pytest.fixture
def crew() -> Iterator[Memory]:
    """What was told of a crew: of each a trade, and something else."""
    with Memory(":memory:", embedder=load_embedder("minilm")) as memory:
        for speaker, text, triples in [
            ("Iris", "Bruno repairs engines.", [("Bruno", "repairs", "engines")]),
            ("Iris", "Bruno moved to Bergen in spring.", [("Bruno", "moved to", "Bergen")]),
            ("Iris", "Elizabeth is the cook.", [("Elizabeth", "is", "cook")]),
            ("Iris", "Elizabeth cannot swim.", []),
            ("Iris", "My boots are size 44.", [("Iris's boots", "are", "size 44")]),
            ("Bruno", "I broke my wrist.", []),
            ("Iris", "Her cabin is the third on the left.", []),
        ]:
            memory.remember(text, speaker=speaker, triples=triples)
        yield memory


@pytest.mark.parametrize(
    "question",
    [
        "What is Bruno's zodiac sign?",
        "Which football club does Bruno support?",
        "what is bruno's shoe size?",
        "What is the religion of Bruno?",
        "Which university did Elizabeth attend?",
        "How much does Elizabeth weigh?",
    ],
)
def test_of_what_was_never_told_of_one_nothing_is_known(crew: Memory, question: str) -> None:
    assert str(crew.recall(question)) == "Nothing known."


@pytest.mark.parametrize(
    "question",
    [
        "What is Bruno's profession?",
        "Which city is Bruno's home?",
        "What is Bruno's injury?",
        "Who is Bruno?",
        "What is Elizabeth's job?",
        "Where does Elizabeth sleep?",
    ],
)
def test_of_one_what_was_told_in_other_words_is_known(crew: Memory, question: str) -> None:
    assert crew.recall(question).episodes


@pytest.mark.parametrize("question", ["What is Lizzie's job?", "Is Betty the cook?"])
def test_one_may_be_called_by_another_form_of_the_first_name(crew: Memory, question: str) -> None:
    assert "cook" in str(crew.recall(question))


def test_another_form_of_a_first_name_leads_to_what_was_told_among_much_else() -> None:
    with Memory(":memory:", embedder=load_embedder("lexical")) as memory:
        memory.remember_many([f"Carl saw film number {number}." for number in range(30)])
        memory.remember("Robert saw a whale.", triples=[("Robert", "saw", "whale")])
        memory.remember_many([f"Carl read book number {number}." for number in range(30)])
        assert memory.recall("What has Bob seen?").episodes[0].text == "Robert saw a whale."
        memory.remember("Bob Marsh saw a seal.", triples=[("Bob Marsh", "saw", "seal")])
        assert memory.recall("What has Bob Marsh seen?").episodes[0].text == "Bob Marsh saw a seal."
        memory.remember("Bob is here.", triples=[("Bob", "is in", "hall")])
        assert memory.recall("Where is Bob?").episodes[0].text == "Bob is here."


@pytest.fixture
def office() -> Iterator[Memory]:
    """A few things of an office, and then what became of them."""
    with Memory(":memory:", embedder=load_embedder("minilm")) as memory:
        memory.remember("The boiler engineer is Karl.", triples=[("boiler engineer", "is", "Karl")])
        memory.remember("The safe code is 5150.", triples=[("safe", "has code", "5150")])
        memory.remember("The archive lies in the attic.", triples=[("archive", "is in", "attic")])
        memory.remember("The caretaker painted the stairs.", triples=[("caretaker", "painted", "stairs")])
        memory.remember("Our new boiler engineer is Nele.", triples=[("new boiler engineer", "is", "Nele")])
        memory.remember("The safe code was changed to 2204.", triples=[("safe", "has new code", "2204")])
        memory.remember(
            "All files went to the cellar.", triples=[("archive", "is in", "cellar")], outdated=memory.facts("archive")
        )
        yield memory


@pytest.mark.parametrize(
    ("question", "new", "old"),
    [
        ("Who is the boiler engineer?", "Nele", "Karl"),
        ("What is the safe code?", "2204", "5150"),
        ("Where is the archive?", "cellar", "attic"),
    ],
)
def test_what_holds_now_is_told_before_what_was(office: Memory, question: str, new: str, old: str) -> None:
    found = office.recall(question)
    assert new in found.episodes[0].text
    assert new in found.text.splitlines()[1]
    assert [new in found.facts[0].object, any(old in each.text for each in found.episodes[1:])] == [True, True]


def test_a_question_about_the_past_leaves_the_order(office: Memory) -> None:
    assert "Karl" in office.recall("Who was the boiler engineer originally?").episodes[0].text


def test_news_of_something_else_goes_before_nothing(office: Memory) -> None:
    office.remember("The caretaker has a new hat, and the stairs are wet.", triples=[])
    assert "painted" in office.recall("Has the caretaker painted the stairs?").episodes[0].text


def test_what_is_told_in_other_words_is_found_by_meaning(house: Memory) -> None:
    assert house.recall("something to eat").facts


def test_the_past_is_searched_as_it_stood(house: Memory) -> None:
    assert str(house.at(0).recall("where is the apple?").facts[0]) == "red apple, is on, table"
    assert str(house.at(1).recall("where is the golden key?")) == "Nothing known."


def test_two_sightings_of_one_step_that_disagree_are_both_told(house: Memory) -> None:
    house.remember("Ann says the door is open.", step=7, triples=[("door", "is", "open")])
    house.remember("Bob says the door is shut.", step=7, triples=[("door", "is", "closed")])
    found = house.recall("is the door open?")
    assert [(str(one), str(other)) for one, other in found.conflicts] == [("door, is, closed", "door, is, open")]
    assert "door, is, closed (but also seen at step 7: door, is, open)" in str(found)
    assert {"Ann says the door is open.", "Bob says the door is shut."} <= {e.text for e in found.episodes}


def test_each_find_can_be_explained(house: Memory) -> None:
    found = house.recall("where is the golden key?", explain=True)
    assert found.why.keys() == {fact.id for fact in found.facts} | {episode.id for episode in found.episodes}
    box = next(fact for fact in found.facts if str(fact) == "box, is in, hall")
    assert any("golden key" in seed for seed in found.why[box.id].seeds)
    assert found.why[box.id].path[-1] == "box, is in, hall"
    assert not house.recall("where is the golden key?").why


def test_a_second_round_is_led_on_by_the_first() -> None:
    way = "gate opens on mill, mill drinks from brook, brook runs under bridge, bridge serves chapel, chapel has tower"
    chain = [(link.split()[0], " ".join(link.split()[1:-1]), link.split()[-1]) for link in way.split(", ")]
    with Memory(":memory:", embedder=load_embedder("lexical")) as memory:
        for number in range(100):
            memory.remember(f"aside {number}", triples=[(f"thing {number}", f"verb{number}", f"shelf {number}")])
        for triple in chain:
            memory.remember(" ".join(triple), triples=[triple])

        def found(rounds: int) -> set[str]:
            return set(way.split()) & {fact.object for fact in memory.recall("gate", search=PageRank(rounds)).facts}

        assert found(1) < found(2)


def test_episodes_without_facts_are_joined_by_the_names_in_them() -> None:
    with Memory(":memory:", embedder=load_embedder("minilm"), slot_of=slot) as memory:
        for text in (
            "Salt Road\nSalt Road is a film directed by Vera Lind.",
            "Bone Road\nBone Road is a film about a dog.",
            "Vera Lind\nVera Lind grew up in Bergen.",
            "Clay Road\nClay Road is a film of 1931.",
        ):
            memory.remember(text, triples=[])
        found = memory.recall("Where was the director of the film Salt Road born?", episodes=2)
    assert [episode.step for episode in found.episodes] == [0, 2]


def test_what_was_asked_before_is_passed_over(house: Memory) -> None:
    newest = house.episodes(newest=1)[0]
    found = house.recall("where is the golden key?", without=[newest.id])
    assert newest.id not in {episode.id for episode in found.episodes}
    assert not any(fact.id in newest.facts for fact in found.facts)


class Newest:
    """A search of one's own: the newest episodes, whatever is asked."""

    def find(self, question: Question, snapshot: Snapshot) -> Found:
        return Found(episodes=tuple(snapshot.episodes(newest=question.episodes)))


def test_a_search_may_be_ones_own(house: Memory) -> None:
    found = house.recall("anything", search=Newest(), episodes=1)
    assert [episode.step for episode in found.episodes] == [2]
    assert [episode.step for episode in house.at(0).recall("anything", search=Newest()).episodes] == [0]


@pytest.mark.parametrize(
    ("name", "options", "search"),
    [
        ("pagerank", {"rounds": 2}, PageRank(rounds=2)),
        ("arigraph", {"depth": 1, "width": 2}, AriGraph(depth=1, width=2)),
        ("arigraph", {}, AriGraph()),
    ],
)
def test_a_search_is_also_called_by_its_name(house: Memory, name: Any, options: dict[str, Any], search: Search) -> None:
    question = "where is the golden key?"
    assert house.recall(question, search=name, **options) == house.recall(question, search=search)


@pytest.mark.parametrize(
    ("search", "options", "mend"),
    [
        ("pagerank", {"depth": 3}, 'PageRank has no depth: .*search by "arigraph"'),
        ("pagerank", {"width": 3}, 'PageRank has no width: .*search by "arigraph"'),
        ("arigraph", {"rounds": 2}, 'AriGraph has no rounds: .*search by "pagerank"'),
        (AriGraph(), {"depth": 3}, r"depth: an option of the search, as in search=AriGraph\(depth=2"),
    ],
)
def test_an_option_that_the_search_would_ignore_is_refused(
    house: Memory, search: Any, options: dict[str, Any], mend: str
) -> None:
    with pytest.raises(InputError, match=mend):
        house.recall("apple", search=search, **options)


def test_a_depth_for_each_query_is_refused_by_a_search_that_has_none(house: Memory) -> None:
    with pytest.raises(InputError, match="PageRank has no depth"):
        house.recall({"apple": 2})


@pytest.mark.parametrize("options", [{"search": "random"}, {"rounds": 0}, {"episodes": -1}])
def test_an_option_that_cannot_be_is_refused(house: Memory, options: dict[str, object]) -> None:
    with pytest.raises(InputError):
        house.recall("apple", **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("plan", ["", " ", "\r\n"])
def test_a_plan_that_says_nothing_is_none(memory: Memory, plan: str) -> None:
    memory.remember("The apple is in the box.", triples=[("apple", "is in", "box")])
    assert memory.recall("where is the apple?", plan=plan) == memory.recall("where is the apple?")
