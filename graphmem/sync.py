"""Until 0.1 the home of copying between stores, now in `graphmem.graph.sync`."""

import warnings

from graphmem.graph.sync import Copied, sync

__all__ = ["Copied", "sync"]

warnings.warn("graphmem.sync is now graphmem.graph.sync", DeprecationWarning, stacklevel=2)
