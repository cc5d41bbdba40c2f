"""Sets everything up, makes a game and plays it: `python scripts/play.py [TASK] [options]`."""

import sys

from environment import ensure, run

if __name__ == "__main__":
    python = ensure("english", "minilm", "openai", "textworld")
    sys.exit(run(python, "-m", "agents", "play", *sys.argv[1:]))
