"""A file is written whole or not at all, and never over a memory."""

import os
import stat
from pathlib import Path

import pytest

from graphmem import Memory
from graphmem.errors import InputError, StoreUnwritable
from graphmem.files import replacing, text_of, whole_file


def test_what_was_there_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("old")
    with whole_file(tmp_path / "page.html") as file:
        file.write(b"new")
        assert (tmp_path / "page.html").read_text() == "old"
    assert (tmp_path / "page.html").read_text() == "new"


@pytest.mark.parametrize("failure", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_what_fails_half_way_leaves_all_as_it_was(failure: BaseException, tmp_path: Path) -> None:
    def write() -> None:
        with whole_file(tmp_path / "page.html") as file:
            file.write(b"half")
            raise failure

    (tmp_path / "page.html").write_text("old")
    with pytest.raises((KeyboardInterrupt, StoreUnwritable)):
        write()
    assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]


def test_a_memory_is_not_written_over(tmp_path: Path) -> None:
    Memory(tmp_path / "house.db").close()
    with pytest.raises(InputError, match=r"house\.db holds a memory"), whole_file(tmp_path / "house.db"):
        pass
    assert Memory(tmp_path / "house.db").stats().episodes == 0


def test_what_a_link_leads_to_is_written(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "there/page.html")
    with whole_file(tmp_path / "link") as file:
        file.write(b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "there/page.html").read_text() == "new"


def test_a_device_is_written_to_and_not_replaced() -> None:
    with whole_file(os.devnull) as file:
        file.write(b"new")
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)


def test_only_its_owner_may_read_what_is_written_so(tmp_path: Path) -> None:
    with replacing(tmp_path / "image", mode=0o600) as file:
        file.write(b"new")
    assert stat.S_IMODE((tmp_path / "image").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("written", "why"), [(None, "No such file"), (b"\xff\xfe\x00", "it is not UTF-8")], ids=["missing", "binary"]
)
def test_what_cannot_be_read_is_named_with_its_reason(written: bytes | None, why: str, tmp_path: Path) -> None:
    if written is not None:
        (tmp_path / "notes.txt").write_bytes(written)
    with pytest.raises(InputError, match=rf"notes\.txt cannot be read: {why}"):
        text_of(tmp_path / "notes.txt")
