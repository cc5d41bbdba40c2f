"""What is handed over in a form that nothing can be done with is refused by name, before anything is stored."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from graphmem import Extraction, Memory, Triple
from graphmem.embedding import load_embedder
from graphmem.errors import InputError
from graphmem.testing import HashEmbedder, ScriptedExtractor


@pytest.fixture
def memory() -> Iterator[Memory]:
    with Memory(":memory:", embedder=load_embedder("lexical")) as memory:
        yield memory


@pytest.mark.parametrize("single", ["I live in Rome.", {"role": "user", "content": "I live in Rome."}, None, 3])
@pytest.mark.parametrize("remember", [Memory.remember_many, Memory.remember_together])
def test_one_observation_is_not_taken_for_several(
    memory: Memory, remember: Callable[[Memory, Any], Any], single: Any
) -> None:
    with pytest.raises(InputError, match="observations come in a list, even a single one"):
        remember(memory, single)
    assert memory.stats().episodes == 0


@pytest.mark.parametrize(
    ("part", "mend"),
    [({"embedder": "minilm"}, r'load_embedder\("minilm"\)'), ({"extractor": "gpt-4.1-mini"}, "LLMExtractor")],
)
def test_a_name_is_no_part_and_what_is_one_is_said(part: dict[str, Any], mend: str) -> None:
    with pytest.raises(InputError, match=mend):
        Memory(":memory:", **part)


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda memory: memory.ask("Where?", "gpt-4.1-mini"), r'ChatModel\("gpt-4.1-mini"\)'),
        (lambda memory: memory.recall("where?", search=None), "a search has a method `find`"),
        (lambda memory: memory.recall("where?", plan=3), "a plan must be a text"),
        (lambda memory: memory.recall([{"role": "user"}]), "a query must be a text"),
        (lambda memory: memory.remember("seen", outdated=["abc"]), "outdated are facts"),
        (lambda memory: memory.remember("seen", metadata=["health"]), "a mapping of names to values"),
        (lambda memory: memory.remember_many(["seen"], concurrency="2"), "concurrency must be a whole number"),
        (lambda memory: memory.facts(3), "entities come in a list"),
        (lambda memory: memory.facts(ids="abc"), "ids come in a list"),
        (lambda memory: memory.entities("Ana"), "names come in a list"),
        (lambda memory: memory.facts([None]), "entities are texts, not None"),
        (lambda memory: memory.facts(relations=[3]), "relations are texts, not 3"),
        (lambda memory: memory.episodes(ids=[("a", "b")]), "ids are texts"),
        (lambda memory: memory.recall("where?", without=True), "ids of episodes come in a list"),
        (lambda memory: memory.image(["abc"]), "the hash of an image must be a text"),
        (lambda memory: memory.remember_many([{"text": "seen", "like": ["it"]}]), r"and not \['like'\]"),
    ],
)
def test_what_cannot_be_used_is_named(memory: Memory, call: Callable[[Memory], Any], word: str) -> None:
    with pytest.raises(InputError, match=word):
        call(memory)
    assert memory.stats().episodes == 0


def test_a_time_before_all_that_machines_count_is_kept(memory: Memory) -> None:
    assert memory.remember("The sea was there.", time="0001-01-01").episode.step == 0


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (None, "scripted gave None, where an Extraction is due"),
        ([Triple("Ana", "lives in", "Rome")], "where an Extraction is due"),
        (Extraction((Triple("Ana", "lives in", " "),)), "three texts that are not empty"),
    ],
)
def test_what_an_extractor_gives_in_another_form_is_said_and_the_episode_kept(given: Any, told: str) -> None:
    with Memory(":memory:", extractor=ScriptedExtractor({"seen": given}), embedder=HashEmbedder()) as memory:
        episode = memory.remember("seen").episode
        assert (episode.pending, memory.facts()) == (True, [])
        assert told in str(episode.error)
