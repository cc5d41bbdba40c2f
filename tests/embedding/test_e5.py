"""The embedder of many languages."""

import os

import numpy as np
import pytest

from graphmem import Memory
from graphmem.embedding import e5, embed_queries, load_embedder
from graphmem.errors import ModelUnavailable
from graphmem.testing import check_embedder

NOTES = {
    "Die Winterschuhe stehen im Keller.": "Wo sind die Stiefel?",
    "Die Lehrerin hat im Mai Geburtstag.": "Wann wurde die Lehrerin geboren?",
    "医生让他少吃盐。": "大夫有什么建议?",
    "邮局下午五点关门。": "邮局几点打烊?",
    "弟はピアノを習っている。": "弟はどんな楽器を弾く?",
    "旅行は来週に延期された。": "旅行はいつになった?",
    "ร้านขนมปังปิดวันจันทร์": "ร้านเบเกอรี่หยุดวันไหน",
    "พ่อแพ้กุ้ง": "พ่อกินอะไรไม่ได้",
    "Собака боится грозы.": "Что пугает пса?",
    "Поезд отходит от третьей платформы.": "Откуда отправляется поезд?",
    "الطفل يخاف من الظلام": "ما الذي يخيف الطفل؟",
    "المتجر يفتح في التاسعة": "متى تبدأ ساعات العمل؟",
}


@pytest.fixture(scope="module")
def embedder() -> e5.E5Embedder:
    return e5.E5Embedder()


def test_it_is_an_embedder(embedder: e5.E5Embedder) -> None:
    check_embedder(embedder)
    assert type(load_embedder("e5")) is e5.E5Embedder


def test_a_question_is_not_a_passage(embedder: e5.E5Embedder) -> None:
    one, other = embed_queries(embedder, ["red apple"]), embedder.embed(["red apple"])
    assert 0.5 < float((one @ other.T)[0, 0]) < 0.999


def test_unrelated_texts_are_not_near(embedder: e5.E5Embedder) -> None:
    near, far = (
        embedder.embed(["A cat sleeps on the sofa.", "Die Bahn erhöht die Preise."])
        @ embedder.embed(["Eine Katze schläft auf dem Sofa."]).T
    )
    assert near > 0.5
    assert far < 0.3


def test_no_text_ends_early(embedder: e5.E5Embedder) -> None:
    whole, cut = embedder.embed(["apple \0 and a long road to the sea", "apple "])
    assert float(whole @ cut) < 0.95
    assert np.isfinite(embedder.embed(["\ud800"])).all()


@pytest.mark.parametrize("name", ["e5", "minilm"])
def test_each_question_finds_its_note_in_its_own_language(name: str) -> None:
    with Memory(":memory:", embedder=load_embedder(name)) as memory:
        memory.remember_many(list(NOTES))
        found = {q: [each.text for each in memory.recall(q, episodes=3).episodes] for q in NOTES.values()}
    assert all(found.values()), "nothing known"
    missed = [note for note, question in NOTES.items() if note not in found[question]]
    assert len(missed) <= {"e5": 1, "minilm": 4}[name], missed


def test_the_environment_stays_as_it_was(embedder: e5.E5Embedder) -> None:
    embedder.embed(["apple"])
    assert e5.WAITING not in os.environ


def test_what_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(e5, "PACKAGE", "no_such_package")
    with pytest.raises(ModelUnavailable, match=r"pip install 'graphmem\[multilingual\]'"):
        load_embedder("e5")
