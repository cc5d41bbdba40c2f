"""Spans, named as the GenAI semantic conventions name memory operations."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from graphmem import Memory
from graphmem.errors import InputError
from graphmem.telemetry import CAPTURE, place
from graphmem.testing import HashEmbedder

pytest.importorskip("opentelemetry.sdk")

from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

SPANS = InMemorySpanExporter()


@pytest.fixture(scope="module", autouse=True)
def _provider() -> None:
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(SPANS))
    trace.set_tracer_provider(provider)


@pytest.fixture(autouse=True)
def _fresh() -> None:
    SPANS.clear()


def spans() -> Sequence[ReadableSpan]:
    return SPANS.get_finished_spans()


def test_each_operation_is_a_span(memory: Memory, tmp_path: Path) -> None:
    learned = memory.remember("seen", triples=[("key", "is in", "box"), ("box", "is in", "study")])
    memory.recall("key")
    memory.extract_pending()
    memory.forget(learned.episode)
    told = [(span.name, (span.attributes or {})["gen_ai.memory.record.count"]) for span in spans()]
    assert told == [("create_memory", 3), ("search_memory", 3), ("update_memory", 0), ("delete_memory", 1)]
    for span in spans():
        attributes = span.attributes or {}
        assert attributes["gen_ai.operation.name"] == span.name
        assert attributes["gen_ai.memory.store.id"] == f"{tmp_path / 'house.db'}#default"
    assert (spans()[0].attributes or {})["gen_ai.memory.record.id"] == learned.episode.id


def test_nothing_that_was_said_is_told(memory: Memory) -> None:
    memory.remember("my secret", triples=[("secret", "is", "plums")])
    memory.recall("secret")
    with pytest.raises(InputError):
        memory.forget("secret")
    assert "secret" not in json.dumps([json.loads(span.to_json()) for span in spans()])


def test_texts_are_told_when_that_is_asked_for(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CAPTURE, "true")
    learned = memory.remember("The 茶碗 is here.", triples=[("茶碗", "is", "here")])
    memory.recall(query="茶碗")
    stored, found = (json.loads((span.attributes or {})["gen_ai.memory.records"]) for span in spans())
    assert stored[0] == {"id": learned.episode.id, "content": "The 茶碗 is here."}
    assert {"id": learned.asserted[0].id, "content": "茶碗, is, here"} in found
    assert (spans()[1].attributes or {})["gen_ai.memory.query.text"] == "茶碗"


def test_an_error_is_told_by_its_type(memory: Memory) -> None:
    with pytest.raises(InputError):
        memory.recall("  ")
    (span,) = spans()
    assert (span.attributes or {})["error.type"] == "InputError"
    assert span.status.status_code is trace.StatusCode.ERROR


def test_a_span_stands_in_the_trace_of_its_caller(memory: Memory) -> None:
    async def main() -> None:
        with trace.get_tracer("test").start_as_current_span("caller"):
            await memory.aremember("seen", triples=[("a", "is", "b")])
            await asyncio.to_thread(memory.at(0).recall, "a")

    asyncio.run(main())
    *children, caller = spans()
    assert [child.name for child in children] == ["create_memory", "search_memory"]
    assert all(child.parent and child.parent.span_id == caller.context.span_id for child in children)


def test_a_memorys_place_has_no_password() -> None:
    assert place("neo4j://ada:secret@db.example:7687/house?x=1", "ada") == "neo4j://db.example:7687/house?x=1#ada"
    assert place(Path("house.db"), "ada") == "house.db#ada"
    assert place(HashEmbedder(), "ada") == "HashEmbedder#ada"


def test_without_the_api_nothing_happens(tmp_path: Path) -> None:
    program = """
import sys
sys.modules["opentelemetry"] = None
from graphmem import Memory
memory = Memory(":memory:")
memory.remember("seen", triples=[("key", "is in", "box")])
print(memory.recall("key", episodes=0))
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("Facts I know:\n- key, is in, box\n", "")


def test_entities_that_become_one_are_an_update(memory: Memory) -> None:
    memory.remember("seen", triples=[("Ada", "has", "boat"), ("Ada Lovelace", "has", "dog")])
    memory.merge("Ada Lovelace", "Ada")
    span = spans()[-1]
    assert (span.name, (span.attributes or {})["gen_ai.memory.record.count"]) == ("update_memory", 1)
