"""Plain statements read by their form: what each says, which give the one value of something, and what is not read."""

import pytest

from graphmem import Memory
from graphmem.extraction import english
from graphmem.extraction.english import EnglishExtractor
from graphmem.extraction.statements import StatementExtractor, sentences, statement
from graphmem.records import Extraction, Observation
from graphmem.testing import HashEmbedder


@pytest.mark.parametrize(
    ("sentence", "fact", "slot"),
    [
        ("The capital of Peru is Lima.", "Peru, has capital, Lima", "capital"),
        ("The new head of the Peru office is Ann Lee.", "Peru, has head of office, Ann Lee", "head of office"),
        ("The name of the mayor of Leeds is Ann Lee.", "Leeds, has mayor, Ann Lee", "mayor"),
        ("The password for the router is hunter2.", "router, has password, hunter2", "password"),
        ("Tom's wife is Carla Diaz.", "Tom, has wife, Carla Diaz", "wife"),
        ("Tom's new manager is Ann Lee.", "Tom, has manager, Ann Lee", "manager"),
        ("Maria's favourite colour is green.", "Maria, has favourite colour, green", "favourite colour"),
        ("Joe Lee is the director of Acme.", "Acme, has director, Joe Lee", "director"),
        ("The seat of Acme is located in the town of Bray.", "Acme, has seat located in the town of, Bray", "seat"),
        ("The firm that built Old Bridge is Acme.", "Old Bridge, firm that built, Acme", None),
        ("The kind of tea that Maria drinks is oolong.", "Maria, drinks kind of tea, oolong", None),
        ("The school where Tom was taught is Eton.", "Tom, was taught at school, Eton", None),
        ("Tom was born in the town of Bray.", "Tom, was born in the town of, Bray", "place of birth"),
        ("A Day in June was written by Ann Lee.", "A Day in June, was written by, Ann Lee", None),
        ("Tom is a member of Green Party.", "Tom, is a member of, Green Party", None),
        ("Tom is married to Ann.", "Tom, is married to, Ann", "spouse"),
        ("Tom plays the part of Hamlet.", "Tom, plays the part of, Hamlet", None),
        ("goalkeeper is linked to the game of hockey.", "goalkeeper, is linked to the game of, hockey", None),
        ("Glenn L. Lee was founded by J. R. Lee.", "Glenn L. Lee, was founded by, J. R. Lee", None),
    ],
)  # fmt: skip
def test_a_statement_is_read_by_its_form(sentence: str, fact: str, slot: str | None) -> None:
    read = statement(sentence)
    assert read is not None
    assert (str(read.triple), read.slot) == (fact, slot)


@pytest.mark.parametrize(
    "sentence",
    [
        "Is the capital of Peru Lima?",
        "The capital of Peru is not Lima.",
        "The capital of Peru might be Lima.",
        "Tom said the capital of Peru is Lima.",
        "If Tom is married to Ann, we lost.",
        "The capital of France is beautiful.",
        "The best part of Friday was the cake.",
        "The end of May is near.",
        "The trouble with Acme is that nobody works.",
        "The man who stole Maria's bike is Tom.",
        "The key to room 5 is in the drawer.",
        "Dinner is in the oven.",
        "Yesterday Maria was in Rome.",
        "Maria is going to Rome.",
        "Maria has to feed the goats.",
        "The code for the shed is 4411 and Maria keeps the key.",
        "Maria is interested in Rome.",
        "Maria was supposed to be in Oslo.",
        "My mother was born in Leeds.",
        "He was born in Leeds.",
        "Sales were up in March.",
    ],
)
def test_what_is_no_plain_statement_teaches_nothing(sentence: str) -> None:
    assert statement(sentence) is None


def test_an_initial_or_a_short_form_ends_no_sentence() -> None:
    assert sentences("J. R. Lee met Dr. Chen. Tom left.") == ["J. R. Lee met Dr. Chen.", "Tom left."]


def test_what_an_assistant_says_teaches_nothing() -> None:
    told = Observation("The capital of Peru is Lima.", speaker="assistant")
    assert StatementExtractor().extract(told, []) == Extraction()


def test_without_a_pipeline_the_newest_value_retires_the_older(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(english, "installed_pipeline", lambda: None)
    with Memory(":memory:", extractor=EnglishExtractor(), embedder=HashEmbedder()) as memory:
        memory.remember("The director of Acme is Ann.")
        learned = memory.remember("The director of Acme is Tom.")
        assert [(str(fact), fact.reason) for fact in learned.retired] == [
            ("Acme, has director, Ann", "another director")
        ]
        assert [str(fact) for fact in memory.history("Acme")] == ["Acme, has director, Ann", "Acme, has director, Tom"]


@pytest.mark.parametrize("text", ["Ann moved to Oslo.", "Ann is in Oslo.", "The director of Acme is Tom. He is ill."])
def test_what_a_parser_may_read_more_of_is_left_to_it(text: str) -> None:
    assert StatementExtractor(settled=True).extract(Observation(text), []) == Extraction()


@pytest.mark.parametrize(
    "text",
    [
        "Grandma was born in Bray in 1938.",
        "Tom was born in Bray and died in 2004.",
        "Mount Foo is a hill on the border of Peru.",
        "Tom is a member of the choir.",
        "Sorry, Mum's birthday is 12 May.",
    ],
)
def test_what_says_more_than_its_form_is_left_to_a_parser(text: str) -> None:
    assert StatementExtractor(settled=True).extract(Observation(text), ()).triples == ()


def test_a_participle_after_a_noun_is_left_to_a_parser():
    assert statement("Acme is a firm making shoes in Turin.") is None
