"""How a model wants its texts: what its own files say, then what is known of its family."""

import json
from pathlib import Path
from typing import Any

import pytest

from graphmem.embedding.settings import LENGTH, POOLING, PROMPTS, Settings, settings_of
from graphmem.errors import ModelUnavailable


def write(folder: Path, name: str, content: Any) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(json.dumps(content))


def test_a_folder_that_says_nothing_is_plain(tmp_path: Path) -> None:
    assert settings_of(tmp_path, "my-model") == Settings("", "", "mean", 256)


def test_the_model_s_own_files_say(tmp_path: Path) -> None:
    write(tmp_path, PROMPTS, {"prompts": {"query": "ask: ", "document": "tell: "}, "default_prompt_name": None})
    write(tmp_path, LENGTH, {"max_seq_length": 384, "do_lower_case": False})
    write(tmp_path, POOLING, {"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False})
    assert settings_of(tmp_path, "my-model") == Settings("ask: ", "tell: ", "cls", 384)


def test_no_text_is_longer_than_512_tokens(tmp_path: Path) -> None:
    write(tmp_path, LENGTH, {"max_seq_length": 8192})
    assert settings_of(tmp_path, "my-model").tokens == 512


@pytest.mark.parametrize(
    ("name", "query", "passage", "pooling"),
    [
        ("BAAI/bge-small-en-v1.5", "Represent this sentence for searching relevant passages: ", "", "cls"),
        ("multilingual-e5-base", "query: ", "passage: ", "mean"),
        ("nomic-ai/nomic-embed-text-v1.5", "search_query: ", "search_document: ", "mean"),
    ],
)
def test_a_family_is_known_by_its_name(tmp_path: Path, name: str, query: str, passage: str, pooling: str) -> None:
    known = settings_of(tmp_path, name)
    assert (known.query, known.passage, known.pooling, known.tokens) == (query, passage, pooling, 512)
    write(tmp_path, PROMPTS, {"prompts": {"query": "own: "}})
    assert settings_of(tmp_path, name).query == "own: "


@pytest.mark.parametrize("name", ["multilingual-e5-large-instruct", "bge-m3", "size5-small-talk"])
def test_a_like_name_is_not_taken_for_a_family(tmp_path: Path, name: str) -> None:
    assert settings_of(tmp_path, name) == Settings()


def test_a_name_tells_what_changes_the_vectors_of_passages() -> None:
    assert Settings(query="ask: ").mark == ""
    assert len({Settings().mark, Settings(passage="tell: ").mark, Settings(tokens=512).mark}) == 3


def test_a_file_that_is_no_object_is_named(tmp_path: Path) -> None:
    write(tmp_path, LENGTH, [])
    with pytest.raises(ModelUnavailable, match="no JSON object"):
        settings_of(tmp_path, "my-model")
