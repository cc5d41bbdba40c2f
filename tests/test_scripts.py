"""The scripts that set up the checkout run its programs as if they had been called themselves."""

import os
import shutil
import signal
import subprocess
import sys
import time
import venv
from pathlib import Path

ROOT = Path(__file__).parent.parent
PROGRAM = "import environment, sys; sys.exit(environment.run(sys.executable, *sys.argv[1:]))"
PATIENT = """import sys, time
try:
    open("begun", "w").close(); time.sleep(60)
except KeyboardInterrupt:
    time.sleep(1); sys.exit("saved")"""


def _started(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "scripts")}
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments], cwd=folder, env=environment, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_a_program_runs_where_it_is_called_and_finds_the_checkout(tmp_path: Path) -> None:
    with _started(tmp_path, "-c", "import agents, os; print(os.getcwd()); raise SystemExit(3)") as run:
        assert run.communicate(timeout=60) == (f"{tmp_path}\n", "")
    assert run.returncode == 3


def test_ctrl_c_lets_a_program_end_in_its_own_time(tmp_path: Path) -> None:
    with _started(tmp_path, "-c", PATIENT) as run:
        while not (tmp_path / "begun").exists():
            time.sleep(0.05)
        os.killpg(run.pid, signal.SIGINT)
        assert run.communicate(timeout=60) == ("", "saved\n")
    assert run.returncode == 1


def test_a_check_runs_in_the_checkout_as_by_hand() -> None:
    """A path to import from would hide the OpenAI Agents SDK, whose package is called as a folder here is."""
    shown = "import os; print(os.getcwd(), os.environ['PYTHONPATH'])"
    program = PROGRAM.replace("*sys.argv[1:]", "*sys.argv[1:], folder=environment.ROOT")
    environment = {**os.environ, "PYTHONPATH": "scripts"}
    command = [sys.executable, "-c", program, "-c", shown]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.stdout == f"{ROOT} scripts\n"


def test_an_environment_that_was_made_by_hand_and_is_in_use_is_taken(tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()
    for name in ("scripts/environment.py", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    venv.create(tmp_path / ".venv", symlinks=True)
    python = tmp_path / ".venv/bin/python"
    program = "import environment; environment.run = lambda *installing, **where: 0; print(environment.ensure('dev'))"
    done = subprocess.run([python, "-c", program], cwd=tmp_path / "scripts", capture_output=True, text=True)
    assert done.stdout.splitlines()[-1:] == [str(python)], done.stderr
