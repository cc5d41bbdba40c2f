"""Size and import time of an install, with and without extras, beside other memories.

    python -m benchmarks.install [--json]

Each library gets a fresh virtual environment of its own. The size is what the installation adds to an empty one; the
time is the median of several imports, each in a new process, less what an empty Python takes.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIBRARIES: dict[str, tuple[str, str]] = {
    "graphmem": (str(ROOT), "from graphmem import Memory"),
    "graphmem[minilm]": (f"{ROOT}[minilm]", "from graphmem import Memory"),
    "graphmem[all]": (f"{ROOT}[all]", "from graphmem import Memory"),
    "mem0ai": ("mem0ai", "from mem0 import Memory"),
    "graphiti-core": ("graphiti-core", "from graphiti_core import Graphiti"),
    "neo4j-agent-memory": ("neo4j-agent-memory", "from neo4j_agent_memory import MemoryClient"),
}
"""By name: what pip is told to install, and the import that a user writes first."""

REPEATS = 7


@dataclass(frozen=True)
class Measured:
    """`megabytes` are 10^6 bytes on the disk, `packages` the distributions installed; `seconds` the import takes by the
    clock, and `cpu_seconds` of processors, which other work on the machine changes less;
    `also` is what had to be added."""

    name: str
    version: str
    megabytes: float
    packages: int
    seconds: float
    cpu_seconds: float
    also: str = ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print JSON, one object a line")
    as_json = parser.parse_args().json
    for name in LIBRARIES:
        measured = measure(name)
        print(json.dumps(asdict(measured)) if as_json else _line(measured), flush=True)


def _line(measured: Measured) -> str:
    size = f"{measured.megabytes:5.0f} MB in {measured.packages:3} packages"
    time = f"imports in {measured.seconds:.2f} s ({measured.cpu_seconds:.2f} s of CPU)"
    also = f"; with {measured.also}, which it needs and does not ask for" if measured.also else ""
    return f"{measured.name} {measured.version}".ljust(28) + f"{size}, {time}{also}"


def measure(name: str) -> Measured:
    """Install `name` into a fresh environment, and measure it there."""
    wanted, statement = LIBRARIES[name]
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder, "bin/python")
        before, already = _bytes(Path(folder)), len(_packages(python))
        _install(python, wanted)
        if also := _missing(python, statement):
            _install(python, also)
        size, packages = _bytes(Path(folder)) - before, _packages(python)
        times = _times(python, statement)
        return Measured(name, packages[name.partition("[")[0]], size / 1e6, len(packages) - already, *times, also=also)


def _install(python: Path, wanted: str) -> None:
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wanted], check=True)


def _missing(python: Path, statement: str) -> str:
    """The module without which a fresh installation cannot be imported; nothing when it can."""
    program = f"try:\n    {statement}\nexcept ModuleNotFoundError as error:\n    print(error.name)"
    return subprocess.run([python, "-c", program], check=True, capture_output=True, text=True).stdout.strip()


def _bytes(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())


def _packages(python: Path) -> dict[str, str]:
    listed = subprocess.run([python, "-m", "pip", "list", "--format=json"], check=True, capture_output=True, text=True)
    return {each["name"]: each["version"] for each in json.loads(listed.stdout)}


def _times(python: Path, statement: str) -> tuple[float, float]:
    """The median time of `statement`, by the clock and of CPU, in turns with an empty program's, which is taken off."""
    _run(python, statement)  # the first compiles
    pairs = [(_run(python, statement), _run(python, "pass")) for _ in range(REPEATS)]
    wall, cpu = zip(*((a[0] - b[0], a[1] - b[1]) for a, b in pairs), strict=True)
    return statistics.median(wall), statistics.median(cpu)


def _run(python: Path, statement: str) -> tuple[float, float]:
    """The time that a new process takes to run `statement`: by the clock, and of CPU."""
    began, used = time.perf_counter(), _children()
    subprocess.run([python, "-c", statement], check=True, cwd=tempfile.gettempdir(), stdout=sys.stderr)
    return time.perf_counter() - began, _children() - used


def _children() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


if __name__ == "__main__":
    main()
