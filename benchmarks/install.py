"""Size and import time of a plain install, beside other memories: `python -m benchmarks.install [--json]`.

Each library gets a fresh virtual environment of its own. The size is what the installation adds to an empty one; the
time is the median of several imports, each in a new process, less what an empty Python takes.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIBRARIES = {
    "graphmem": (str(ROOT), "import graphmem"),
    "mem0ai": ("mem0ai", "import mem0"),
    "graphiti-core": ("graphiti-core", "import graphiti_core"),
    "neo4j-agent-memory": ("neo4j-agent-memory", "import neo4j_agent_memory"),
}
"""By name: what pip is told to install, and the import that a user writes first."""

REPEATS = 7


@dataclass(frozen=True)
class Measured:
    """`megabytes` are 10^6 bytes on the disk, `packages` the distributions installed, `seconds` to import."""

    name: str
    version: str
    megabytes: float
    packages: int
    seconds: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print JSON, one object a line")
    as_json = parser.parse_args().json
    for name in LIBRARIES:
        measured = measure(name)
        if as_json:
            print(json.dumps(asdict(measured)), flush=True)
        else:
            version = f"{measured.name} {measured.version}"
            size = f"{measured.megabytes:5.0f} MB in {measured.packages:3} packages"
            print(f"{version:28} {size}, imports in {measured.seconds:.2f} s", flush=True)


def measure(name: str) -> Measured:
    """Install `name` into a fresh environment, and measure it there."""
    wanted, statement = LIBRARIES[name]
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder, "bin/python")
        before, already = _bytes(Path(folder)), len(_packages(python))
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile", wanted]
        subprocess.run(pip, check=True)
        size = _bytes(Path(folder)) - before
        packages = _packages(python)
        return Measured(name, packages[name], size / 1e6, len(packages) - already, _seconds(python, statement))


def _bytes(folder: Path) -> int:
    """What the files take, compiled code left out: it is made as modules are imported."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")


def _packages(python: Path) -> dict[str, str]:
    listed = subprocess.run([python, "-m", "pip", "list", "--format=json"], check=True, capture_output=True, text=True)
    return {each["name"]: each["version"] for each in json.loads(listed.stdout)}


def _seconds(python: Path, statement: str) -> float:
    """The median time of `statement` in a new process, in turns with an empty program's, which is taken off."""
    _time(python, statement)  # the first compiles
    pairs = [_time(python, statement) - _time(python, "pass") for _ in range(REPEATS)]
    return statistics.median(pairs)


def _time(python: Path, statement: str) -> float:
    began = time.perf_counter()
    subprocess.run([python, "-c", statement], check=True, cwd=tempfile.gettempdir(), stdout=sys.stderr)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
