"""Images that a language model describes and reads, at a scripted server that sees; and at one that does not."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from graphmem import Memory, Observation
from graphmem.embedding.lexical import LexicalEmbedder
from graphmem.errors import BudgetSpent, InputError
from graphmem.extraction.llm import LLMExtractor
from graphmem.images import data_url
from graphmem.llm import ChatModel, Patience, Price
from graphmem.loading import observations_in
from graphmem.protocols import Message
from tests.images import BLUE, RED
from tests.model_server import ChatServer, Refuses, error, status

SEEN = {
    "images": ["A receipt of Hollis Books: an atlas,\nfor 42 euros."],
    "triples": [["Hollis Books", "sells", "atlas"], ["atlas", "costs", "42 euros"], ["atlas", "costs", "99 euros"]],
    "outdated": [],
}
QUICK = Patience(attempts=2, seconds=5, first=0.002, longest=0.01)


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "none")


def parts_of(body: Mapping[str, Any]) -> Any:
    return body["messages"][-1]["content"]


def sees(messages: Sequence[Mapping[str, Any]], schema: object) -> str:
    return json.dumps(SEEN if isinstance(messages[-1]["content"], list) else {"triples": [], "outdated": []})


@contextmanager
def memory_at(server: ChatServer, place: str | Path = ":memory:", **options: Any) -> Iterator[Memory]:
    """A memory that the server's model reads for; `options` are the model's, and `prompt` the extractor's."""
    prompt = {"prompt": options.pop("prompt")} if "prompt" in options else {}
    with (
        ChatModel("eyes", base_url=server.url, patience=QUICK, **options) as model,
        Memory(place, extractor=LLMExtractor(model, **prompt), embedder=LexicalEmbedder()) as memory,
    ):
        yield memory


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with ChatServer(sees) as serving:
        yield serving


def test_text_and_image_are_one_message_of_one_call(server: ChatServer) -> None:
    with memory_at(server) as memory:
        memory.remember("Bought today.", images=[RED, BLUE])
    (sent,) = server.requests
    text, *images = parts_of(sent)
    assert "Observation:\nBought today." in text["text"]
    assert "come 2 images" in text["text"]
    assert images == [{"type": "image_url", "image_url": {"url": data_url(image)}} for image in (RED, BLUE)]


def test_what_is_seen_is_kept_found_and_told_with_the_episode(server: ChatServer) -> None:
    with memory_at(server) as memory:
        memory.remember("Nothing new.")
        learned = memory.remember("Bought today.", images=[RED])
        assert learned.episode.images[0].description == "A receipt of Hollis Books: an atlas, for 42 euros."
        found = memory.recall("what stands on the receipt?")
        assert found.episodes[0] == learned.episode
        assert "Bought today. [image: A receipt of Hollis Books: an atlas, for 42 euros.]" in found.text


def test_facts_are_borne_out_by_the_text_or_by_what_is_seen(server: ChatServer) -> None:
    with memory_at(server) as memory:
        learned = memory.remember("Bought today.", images=[RED])
    assert [str(fact) for fact in learned.asserted] == ["Hollis Books, sells, atlas", "atlas, costs, 42 euros"]
    assert [(str(triple), why) for triple, why in learned.dropped] == [("atlas, costs, 99 euros", "ungrounded")]


def test_a_description_is_forgotten_to_the_byte(server: ChatServer, tmp_path: Path) -> None:
    with memory_at(server, tmp_path / "house.db") as memory:
        memory.forget(memory.remember("Bought today.", images=[RED]).episode)
        left = b"".join(path.read_bytes() for path in tmp_path.iterdir()).lower()
    assert not [word for word in (b"hollis", b"receipt", b"atlas") if word in left]


def test_what_a_model_has_not_seen_yet_is_read_later(server: ChatServer, tmp_path: Path) -> None:
    with Memory(tmp_path / "house.db", embedder=LexicalEmbedder()) as memory:
        memory.remember("Bought today.", images=[RED])
    with memory_at(server, tmp_path / "house.db") as memory:
        (learned,) = memory.re_extract()
        assert learned.episode.images[0].description
        assert memory.recall("receipt").episodes == (learned.episode,)


def test_without_waiting_it_is_read_with_its_image(server: ChatServer) -> None:
    with memory_at(server) as memory:
        memory.remember("Bought today.", images=[RED], wait=False)
        memory.flush()
        assert memory.episodes()[0].images[0].description


def test_of_a_long_text_the_images_are_read_once(server: ChatServer) -> None:
    with memory_at(server) as memory:
        memory.remember("A line of a long note about nothing.\n\n" * 400, images=[RED])
    assert len(server.requests) > 1
    assert [isinstance(parts_of(sent), list) for sent in server.requests].count(True) == 1


def test_an_episode_just_before_is_told_with_what_was_seen(server: ChatServer) -> None:
    with memory_at(server) as memory:
        memory.remember("Bought today.", images=[RED])
        memory.remember("It was cheap.")
    assert "Bought today. [image: A receipt of Hollis Books" in parts_of(server.requests[-1])


BLIND = {
    "OpenAI": error(400, {"error": {"message": "image_url is only supported by certain models."}}),
    "vLLM": error(400, {"message": "At most 0 image(s) may be provided in one prompt.", "code": 400}),
    "llama.cpp": status(500, message="image input is not supported - hint: you may need to provide the mmproj"),
    "DeepSeek": error(422, "Failed to deserialize: messages[3]: unknown variant `image_url`, expected `text`"),
    "Groq": status(400, message="'messages.1' : for 'role:user' the content must be a string"),
    "opaque": error(400, ""),
}


@pytest.mark.parametrize("endpoint", BLIND)
def test_where_a_model_does_not_see_the_episode_is_kept_and_the_error_says_so(endpoint: str) -> None:
    refuses: Refuses = lambda body: BLIND[endpoint] if isinstance(parts_of(body), list) else None  # noqa: E731
    with ChatServer(sees, refuses=refuses) as server, memory_at(server) as memory:
        episode = memory.remember("Bought today.", images=[RED]).episode
        assert episode.pending
        assert "a model that sees" in str(episode.error)
        assert memory.image(episode.images[0].hash) == RED
        assert memory.recall("bought").episodes[0].images == episode.images
        assert len(server.requests) == 1 or endpoint == "opaque"
        assert not memory.remember("And a text alone.").episode.pending


def test_an_image_counts_as_no_text_of_its_size_in_a_budget() -> None:
    price = {"eyes": Price(1.0, 1.0, 1.0)}
    large = RED + bytes(3_000_000)
    with ChatServer(sees) as server, memory_at(server, prices=price, budget=0.2) as memory:
        assert not memory.remember("Bought today.", images=[large]).episode.pending
    with ChatServer(sees) as server, memory_at(server, prices=price, budget=0.04) as memory:
        assert BudgetSpent.__name__ in str(memory.remember("Bought today.", images=[large]).episode.error)


def bare(seen: Observation, known: object) -> list[Message]:
    return [{"role": "system", "content": "Read."}, {"role": "user", "content": f"Observation:\n{seen.text}"}]


def test_where_there_is_no_role_for_rules_the_image_goes_with_them() -> None:
    refuses: Refuses = lambda body: (  # noqa: E731
        status(400, message="System role not supported") if body["messages"][0]["role"] == "system" else None
    )
    with ChatServer(sees, refuses=refuses) as server, memory_at(server, prompt=bare) as memory:
        assert memory.remember("Bought today.", images=[RED]).episode.images[0].description
    (only,) = server.requests[-1]["messages"]
    assert [part["type"] for part in only["content"]] == ["text", "text", "image_url"]


def test_an_exchange_with_an_image_is_recorded_and_replayed(server: ChatServer, tmp_path: Path) -> None:
    for options in ({"record": tmp_path / "tape"}, {"replay": tmp_path / "tape"}):
        with memory_at(server, **options) as memory:
            assert memory.remember("Bought today.", images=[RED]).asserted
    with memory_at(server, replay=tmp_path / "tape") as memory:
        assert "holds no answer" in str(memory.remember("Another.", images=[BLUE]).episode.error)
    assert len(server.requests) == 1


def test_a_record_that_names_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(RED)
    record = tmp_path / "notes.jsonl"
    record.write_text(json.dumps({"text": "x", "images": [str(tmp_path / "a.png")]}))
    with pytest.raises(InputError, match="not of paths"):
        observations_in(record)
    record.write_text(json.dumps({"text": "x", "images": [data_url(RED)]}))
    assert [each.images for each, _ in observations_in(record)] == [(RED,)]


def test_an_answer_stands_on_what_an_image_shows(server: ChatServer) -> None:
    answer = {"steps": "", "answer": "42 euros", "sources": [1], "contradiction": False, "lacks": ""}
    with (
        memory_at(server) as memory,
        ChatServer(lambda messages, schema: json.dumps(answer)) as answering,
        ChatModel("words", base_url=answering.url, patience=QUICK) as model,
    ):
        episode = memory.remember("Bought today.", images=[RED]).episode
        found = memory.ask("What did the atlas cost?", model)
    assert "for 42 euros" in parts_of(answering.requests[0])
    assert [each.images for each in found.episodes] == [episode.images]
