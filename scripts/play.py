"""Sets everything up, makes a game and plays it: `python scripts/play.py [TASK] [options]`."""

import subprocess
import sys

from environment import ROOT, ensure

if __name__ == "__main__":
    python = ensure("english", "minilm", "openai", "textworld")
    sys.exit(subprocess.run([python, "-m", "agents", "play", *sys.argv[1:]], cwd=ROOT).returncode)
