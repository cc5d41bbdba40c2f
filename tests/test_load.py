"""`graphmem load`: what each kind of file gives, that nothing is doubled or lost, and what is told of bad ones."""

import builtins
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from graphmem.cli.app import app
from graphmem.embedding import load_embedder
from graphmem.errors import InputError, MissingExtra
from graphmem.loading import files_of, new_ones, observations_in
from graphmem.memory import Memory

NOTES = "The hive was moved to the mill.\nEmil bought wax.\nThe vet comes on Friday.\n"


def _file(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def _texts(path: Path) -> list[str]:
    return [each.text for each, _ in observations_in(path)]


def _load(memory: Path, *sources: Path) -> str:
    found = CliRunner().invoke(app, ["load", str(memory), *map(str, sources), "--embedder", "lexical"])
    if found.exception and not isinstance(found.exception, SystemExit):
        raise found.exception
    return found.stdout


def _remembered(path: Path) -> list[str]:
    with Memory(path, embedder=load_embedder("lexical")) as memory:
        return [episode.text for episode in memory.episodes()]


def _pdf(text: str) -> bytes:
    """A PDF of one page with one line of text."""
    drawn = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        " /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    made, starts = "%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        starts.append(len(made))
        made += f"{number} 0 obj\n{each}\nendobj\n"
    table = "".join(f"{start:010} 00000 n \n" for start in starts)
    end = f"xref\n0 6\n0000000000 65535 f \n{table}trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n{len(made)}\n%%EOF\n"
    return (made + end).encode()


def test_notes_are_an_observation_a_line(tmp_path: Path) -> None:
    assert _texts(_file(tmp_path, "notes.txt", NOTES)) == NOTES.splitlines()
    short = "buy wax\n\ncall the vet about the old dog and her bad leg next week\nmend the fence behind the mill"
    assert len(_texts(_file(tmp_path, "todo.txt", short))) == 3


def test_a_chat_is_an_observation_a_turn_with_its_speaker_and_time(tmp_path: Path) -> None:
    path = _file(
        tmp_path, "chat.txt", "[2023-05-04, 10:12] Nora: I bought wax.\nand frames\n[2023-05-04, 10:15] Emil: Good.\n"
    )
    assert [(each.speaker, each.text, each.time) for each, _ in observations_in(path)] == [
        ("Nora", "I bought wax.\nand frames", datetime(2023, 5, 4, 10, 12)),
        ("Emil", "Good.", datetime(2023, 5, 4, 10, 15)),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "From: Nora <n@example.com>\nTo: Emil\nSubject: Wax\n\nDear Emil,\nthe wax is here.\n",
        "The bees that we brought to the field behind the mill are\n"
        "back since the first warm days of the year, and they have\n"
        "made more honey than the jars that we bought in autumn can\n"
        "hold, so that Emil went to town for more of them.\n",
        "\n\n".join(["The bees came back on a warm day, and nobody had thought of the jars. " * 5] * 3),
    ],
)
def test_a_document_is_one_observation(tmp_path: Path, text: str) -> None:
    assert _texts(_file(tmp_path, "text.txt", text)) == [text.strip()]


def test_of_markdown_each_passage_knows_its_headings(tmp_path: Path) -> None:
    text = (
        "# Farm\n\nThe farm is old.\n\n## 4 May 2023\n\n- The hive was moved to the mill.\n- Emil bought wax in town.\n"
    )
    found = [each for each, _ in observations_in(_file(tmp_path, "farm.md", text + "\n## To buy\n\n- wax\n- frames\n"))]
    assert [(each.text, each.metadata["headings"], each.time) for each in found] == [
        ("# Farm\n\nThe farm is old.", ["Farm"], None),
        ("The hive was moved to the mill.", ["Farm", "4 May 2023"], datetime(2023, 5, 4)),
        ("Emil bought wax in town.", ["Farm", "4 May 2023"], datetime(2023, 5, 4)),
        ("## To buy\n\n- wax\n- frames", ["Farm", "To buy"], None),
    ]


def test_a_file_that_is_named_after_a_day_tells_of_that_day(tmp_path: Path) -> None:
    ((found, _),) = observations_in(_file(tmp_path, "2023-05-04.md", "The hive was moved."))
    assert found.time == datetime(2023, 5, 4)


def test_a_line_of_jsonl_is_a_record_or_a_message(tmp_path: Path) -> None:
    lines: list[dict[str, Any]] = [
        {"text": "The hive was moved.", "speaker": "Nora", "time": "2023-05-04", "key": "mine"},
        {"role": "user", "name": "Emil", "content": "I bought wax."},
        {"role": "assistant", "content": None},
    ]
    found = [each for each, _ in observations_in(_file(tmp_path, "x.jsonl", "\n".join(map(json.dumps, lines))))]
    assert [(each.speaker, each.text) for each in found] == [("Nora", "The hive was moved."), ("Emil", "I bought wax.")]
    assert found[0].key == "mine"


def test_an_exported_chat_of_json_is_a_message_each_however_deep(tmp_path: Path) -> None:
    export = {"channel": "farm", "days": [{"messages": [
        {"type": "message", "user": "U1", "user_profile": {"real_name": "Nora"}, "text": "Wax?", "ts": "1683195120.1"},
        {"id": 2, "from": "Emil", "date": "2023-05-04T10:15:00", "text": ["Good, ", {"type": "link", "text": "a.uk"}]},
    ]}]}  # fmt: skip
    found = [each for each, _ in observations_in(_file(tmp_path, "export.json", json.dumps(export)))]
    assert [(each.speaker, each.text) for each in found] == [
        ("Nora", "Wax?"),
        ("Emil", "Good, \na.uk"),
    ]
    assert all(each.time for each in found)


def test_a_transcript_is_a_turn_each_without_its_cues(tmp_path: Path) -> None:
    (tmp_path / "call.vtt").write_text(
        "WEBVTT\n\n1\n00:00:01.000 --> 00:00:04.000\n<v Ana Lund>I live in Ghent.</v>\n\n"
        "2\n00:00:05.000 --> 00:00:08.000\n<v Leo>I live in Lille.</v>\n"
    )
    found = [(each.speaker, each.text) for each, _ in observations_in(tmp_path / "call.vtt")]
    assert found == [("Ana Lund", "I live in Ghent."), ("Leo", "I live in Lille.")]


def test_a_mail_is_its_senders_when_it_was_sent(tmp_path: Path) -> None:
    text = (
        "From: Nora <nora@farm.example>\nTo: emil@farm.example\nDate: Tue, 4 Mar 2025 16:20:11 +0100\n\nI bought wax.\n"
    )
    ((mail, _),) = observations_in(_file(tmp_path, "mail.txt", text))
    assert (mail.speaker, mail.time and mail.time.isoformat()) == ("Nora", "2025-03-04T16:20:11+01:00")


def test_turns_under_a_line_with_name_and_time_are_a_chat(tmp_path: Path) -> None:
    text = "Nora Li  9:12 AM\nthe hive is full\nand heavy\n\nEmil  9:13 AM\nI can help\n\nNora Li  9:20 AM\ndone"
    found = [each for each, _ in observations_in(_file(tmp_path, "copied.txt", text))]
    assert [(each.speaker, each.text) for each in found] == [
        ("Nora Li", "the hive is full\nand heavy"),
        ("Emil", "I can help"),
        ("Nora Li", "done"),
    ]


def test_what_an_export_left_out_is_passed_over(tmp_path: Path) -> None:
    said = ["Nora: I bought wax.", "Nora: <Media omitted>", "Emil: ok"]
    text = "".join(f"04/05/2023, 10:12 - {each}\n" for each in said)
    assert _texts(_file(tmp_path, "chat.txt", text)) == ["I bought wax.", "ok"]


def test_a_pdf_is_one_observation(tmp_path: Path) -> None:
    path = tmp_path / "farm.pdf"
    path.write_bytes(_pdf("The hive was moved."))
    ((found, _),) = observations_in(path)
    assert (found.text, found.metadata) == ("The hive was moved.", {"source": "farm.pdf", "pages": 1})


def test_without_its_library_a_pdf_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def missing(name: str, *given: Any) -> Any:
        if name.startswith("pypdf"):
            raise ImportError(name)
        return real(name, *given)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(MissingExtra, match=r"pip install 'graphmem\[pdf\]'"):
        observations_in(tmp_path / "farm.pdf")


def test_a_file_that_is_loaded_again_doubles_nothing(tmp_path: Path) -> None:
    memory, notes = tmp_path / "farm.db", _file(tmp_path, "notes.txt", NOTES)
    assert "read 3 observations" in _load(memory, notes)
    _load(memory, notes)
    assert _remembered(memory) == NOTES.splitlines()


def test_a_line_that_is_inserted_is_all_that_is_new(tmp_path: Path) -> None:
    memory, notes = tmp_path / "farm.db", _file(tmp_path, "notes.txt", NOTES)
    _load(memory, notes)
    _file(tmp_path, "notes.txt", "It rains.\n" + NOTES)
    _load(memory, notes)
    assert _remembered(memory) == [*NOTES.splitlines(), "It rains."]


def test_a_file_of_the_same_name_in_another_folder_loses_nothing(tmp_path: Path) -> None:
    memory = tmp_path / "farm.db"
    _load(memory, _file(tmp_path / "a", "notes.txt", NOTES), _file(tmp_path / "b", "notes.txt", "Nora sold jam.\n"))
    assert _remembered(memory) == [*NOTES.splitlines(), "Nora sold jam."]


def test_a_line_that_stands_twice_in_a_file_is_told_twice(tmp_path: Path) -> None:
    keys = [each.key for each, _ in observations_in(_file(tmp_path, "notes.txt", "Swarm!\nRain.\nSwarm!\n"))]
    assert len(set(keys)) == 3


def test_what_an_earlier_version_loaded_line_by_line_is_known(tmp_path: Path) -> None:
    memory, notes = tmp_path / "farm.db", _file(tmp_path, "notes.txt", NOTES + "Rain.\n")
    with Memory(memory, embedder=load_embedder("lexical")) as earlier:
        for number, line in enumerate(NOTES.splitlines(), 1):
            earlier.remember(line, key=f"notes.txt:{number}", triples=[])
    _load(memory, notes)
    assert _remembered(memory) == [*NOTES.splitlines(), "Rain."]


def test_of_lines_that_were_known_once_the_second_is_new(tmp_path: Path) -> None:
    found = observations_in(_file(tmp_path, "notes.txt", "Swarm!\nSwarm!\n"))
    assert [each.text for each in new_ones(found, "notes.txt", {"notes.txt:1": "Swarm!"})] == ["Swarm!"]
    assert len(new_ones(found, "notes.txt", {"other.txt:1": "Swarm!"})) == 2


def test_a_folder_gives_all_its_files_but_hidden_ones(tmp_path: Path) -> None:
    for name in ("b.txt", "a.md", ".hidden.txt", "picture.png"):
        _file(tmp_path / "farm", name, "x")
    _file(tmp_path / "farm" / ".git", "c.txt", "x")
    assert [path.name for path in files_of([tmp_path / "farm"])] == ["a.md", "b.txt"]


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("notes.doc", "x", "must end in .txt, .md, .vtt, .srt, .jsonl, .json or .pdf"),
        ("a.jsonl", '{"text": "x"}\n{"text":', "line 2: no JSON"),
        ("a.jsonl", '{"text": "x"}\n[1]', "line 2: a line is an observation"),
        ("a.jsonl", '{"role": "user", "content": 7}', "line 1: message 1: content"),
        ("a.jsonl", '{"txt": "x"}', "line 1: an observation has"),
        ("a.pdf", "no pdf", "cannot be read as a PDF"),
        ("a.json", '{"text":', "is no JSON"),
        ("a.json", '{"bees": [1, 2]}', "holds no message"),
    ],
)
def test_of_a_bad_file_nothing_is_loaded(tmp_path: Path, name: str, text: str, told: str) -> None:
    memory = tmp_path / "farm.db"
    with pytest.raises(InputError, match=told):
        _load(memory, _file(tmp_path, "good.txt", NOTES), _file(tmp_path, name, text))
    assert not memory.exists()


def test_a_file_that_is_not_there_or_no_text_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        observations_in(tmp_path / "none.txt")
    (tmp_path / "latin.txt").write_bytes("Käse".encode("latin-1"))
    with pytest.raises(InputError, match="not UTF-8"):
        observations_in(tmp_path / "latin.txt")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="holds no file"):
        files_of([tmp_path / "empty"])
