"""What the README shows is what happens."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

README = (Path(__file__).parent.parent / "README.md").read_text()
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def test_the_first_program_prints_what_is_shown_below_it(tmp_path: Path) -> None:
    number = next(index for index, (language, _) in enumerate(BLOCKS) if language == "python")
    program, shown = BLOCKS[number][1], BLOCKS[number + 1][1]
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == shown


def test_the_commands_of_the_shell_section_run_as_shown(tmp_path: Path) -> None:
    (block,) = (text for language, text in BLOCKS if language == "sh" and text.startswith("graphmem remember"))
    for line in block.splitlines():
        name, *arguments = shlex.split(line, comments=True)
        assert name == "graphmem"
        if "EPISODE_ID" in arguments:
            continue
        command = [sys.executable, "-m", "graphmem.cli", *arguments]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, f"{line}: {done.stderr}"


def test_no_placeholder_is_left() -> None:
    assert "@@" not in README
