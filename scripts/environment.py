"""Sets up `.venv` in the checkout, once, with nothing but Python: the other scripts here run in it."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".venv"
PYTHON = FOLDER / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

_COMPILER = """TextWorld's game interpreter is built from C, and {missing} cannot be found. Install it and try again:
    Debian, Ubuntu   apt-get install make gcc
    Fedora           dnf install make gcc
    macOS            xcode-select --install"""


def ensure(*extras: str) -> Path:
    """The interpreter of `.venv`, with graphmem and these extras installed; sets up what is missing or out of date."""
    if sys.version_info < (3, 11):  # noqa: UP036 - here is where an older one is told
        sys.exit(f"graphmem needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
    stamp = FOLDER / f"installed-{'-'.join(sorted(extras))}"
    wanted = hashlib.sha256((ROOT / "pyproject.toml").read_bytes() + str(ROOT).encode()).hexdigest()
    if not (PYTHON.exists() and stamp.exists() and stamp.read_text() == wanted):
        _install(extras)
        stamp.write_text(wanted)
    return PYTHON


def run(python: Path, *arguments: str, folder: Path | None = None) -> int:
    """The exit code of a Python program, run in `folder`; else where the caller is, and it may import the checkout.

    At Ctrl-C it ends in its own way, and time.
    """
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = None if folder else {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    with subprocess.Popen([str(python), *arguments], cwd=folder, env=environment) as program:
        while program.poll() is None:
            with suppress(KeyboardInterrupt):
                program.wait()
    return program.returncode


def _install(extras: tuple[str, ...]) -> None:
    missing = [name for name, programs in {"make": ["make"], "a C compiler": ["cc", "gcc", "clang"]}.items()
               if not any(map(shutil.which, programs))]  # fmt: skip
    if missing and not list(FOLDER.glob("**/site-packages/jericho")):
        sys.exit(_COMPILER.format(missing=" and ".join(missing)))
    print("Setting up .venv: this takes a minute or two, and is done once.", flush=True)
    try:
        clear = FOLDER.exists() and not PYTHON.exists()
        venv.create(FOLDER, with_pip=True, clear=clear, symlinks=os.name != "nt")  # as `python -m venv` makes one
    except (subprocess.CalledProcessError, OSError) as error:
        sys.exit(f"Python could not make {FOLDER} ({error}). On Debian and Ubuntu: apt-get install python3-venv")
    target = f"{ROOT}[{','.join(extras)}]"
    pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--editable", target]
    if run(PYTHON, *pip, folder=ROOT):
        sys.exit("The installation failed; pip says above why. Mend that and run this again.")


if __name__ == "__main__":
    print(ensure(*sys.argv[1:]))
