import sys

try:
    from agents.cli import main  # takes a second, in which Ctrl-C may come

    main()
except KeyboardInterrupt:
    sys.exit(130)
