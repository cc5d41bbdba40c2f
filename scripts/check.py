"""Sets everything up and checks it: style, types, then the tests. Arguments go to pytest."""

import sys

from environment import ROOT, ensure, run

CHECKS = (["ruff", "check"], ["ruff", "format", "--check"], ["mypy"])
PYTEST = ["pytest", "--numprocesses=2", "--dist=loadfile"]

if __name__ == "__main__":
    python = ensure("dev", "docs", "hub", "openai", "textworld")
    for check in (*CHECKS, [*PYTEST, *sys.argv[1:]]):
        print("$", *check, flush=True)
        if code := run(python, "-m", *check, folder=ROOT):
            sys.exit(code)
