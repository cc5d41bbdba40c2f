"""The `graphmem` command, beside the library: Ctrl-C may come while the library is being imported."""

import sys


def main() -> None:
    """Run the command; an interrupt ends it quietly, with exit code 130, whenever it comes."""
    try:
        from graphmem import cli

        cli.main()
    except KeyboardInterrupt:
        sys.exit(130)
