"""Writes docs/commands.md, from what `--help` says: `python -m scripts.commands`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from agents.cli import app as agents
from graphmem.cli import app as graphmem

PAGE = Path(__file__).resolve().parent.parent / "docs/commands.md"
PROGRAMS = {"graphmem": graphmem, "python -m agents": agents}

_BEGINNING = """# Commands

Every command and option, as `--help` tells them. `graphmem` comes with the library; `python -m agents` is run in a
checkout.
"""


def commands(app: typer.Typer) -> dict[str, Any]:
    """The commands of a program by name, in alphabetical order."""
    return dict(sorted(typer.main.get_command(app).commands.items()))  # type: ignore[attr-defined]


def options(command: Any) -> dict[str, str]:
    """What each argument and option of a command is for, by how it is written."""
    return {_written(each): _told(each) for each in command.params if each.name != "help"}


def page() -> str:
    """The whole page."""
    return "\n".join([_BEGINNING, *(line for name, app in PROGRAMS.items() for line in _program(name, app))])


def _program(name: str, app: typer.Typer) -> Iterator[str]:
    yield f"## {name}\n\n{app.info.help}\n"
    for command, found in commands(app).items():
        yield f"### {name} {command}\n\n{' '.join(found.help.split())}\n"
        yield "| say | for |\n|---|---|"
        yield from (f"| `{written}` | {told} |" for written, told in options(found).items())
        yield ""


def _written(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return parameter.name.upper() if parameter.required else f"[{parameter.name.upper()}]"
    return parameter.opts[0]


def _told(parameter: Any) -> str:
    default = parameter.default
    said = [parameter.help.replace("|", "\\|")]
    if not (default in (None, False, "") or callable(default)):
        said.append(f"Default: {default}.")
    return " ".join(said)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
