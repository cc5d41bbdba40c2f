"""Sets everything up and checks it: style, types, then the tests. Arguments go to pytest."""

import subprocess
import sys

from environment import ROOT, ensure

CHECKS = (["ruff", "check"], ["ruff", "format", "--check"], ["mypy"])

if __name__ == "__main__":
    python = str(ensure("dev", "docs", "hub", "openai", "textworld"))
    for check in CHECKS:
        print("$", *check, flush=True)
        if code := subprocess.run([python, "-m", *check], cwd=ROOT).returncode:
            sys.exit(code)
    print("$ pytest", *sys.argv[1:], flush=True)
    pytest = [python, "-m", "pytest", "--numprocesses=2", "--dist=loadfile"]
    sys.exit(subprocess.run([*pytest, *sys.argv[1:]], cwd=ROOT).returncode)
