"""Until 0.1 the home of files written and read, now in `graphmem.graph.export`."""

import warnings

from graphmem.graph.export import export, import_file

__all__ = ["export", "import_file"]

warnings.warn("graphmem.transfer is now graphmem.graph.export", DeprecationWarning, stacklevel=2)
