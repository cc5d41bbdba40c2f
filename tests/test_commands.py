"""No command and no option is undocumented."""

import re
from pathlib import Path

import pytest

from scripts.commands import PAGE, PROGRAMS, commands, options, page

ROOT = Path(__file__).parent.parent
TOLD = "\n".join(path.read_text() for path in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")) if path != PAGE)
ALL = [(program, name) for program, app in PROGRAMS.items() for name in commands(app)]


@pytest.mark.parametrize(("program", "name"), ALL)
def test_a_command_stands_in_the_readme_or_on_a_page(program: str, name: str) -> None:
    assert re.search(rf"(?<!from ){program} {name}\b", TOLD), f"show `{program} {name}` in README.md or docs/"


@pytest.mark.parametrize(("program", "name"), ALL)
def test_each_argument_and_option_says_what_it_is_for(program: str, name: str) -> None:
    for written, told in options(commands(PROGRAMS[program])[name]).items():
        assert told, f"give {written} of `{program} {name}` a help text"


@pytest.mark.parametrize(("program", "name"), ALL)
def test_what_is_shown_of_a_command_exists(program: str, name: str) -> None:
    known = {"--help", *options(commands(PROGRAMS[program])[name])}
    for line in re.findall(rf"{program} {name}\b([^\n`#]*)", TOLD):
        assert set(re.findall(r"(?<!\S)--[a-z\d-]+", line)) <= known, line


def test_the_page_of_commands_is_what_the_programs_say() -> None:
    assert PAGE.read_text() == page(), "run `python -m scripts.commands`: it writes docs/commands.md anew"
