"""Until 0.1 the home of the audit, now in `graphmem.graph.auditing`."""

import warnings

from graphmem.graph.auditing import Audit, Contradiction, Duplicate, audit

__all__ = ["Audit", "Contradiction", "Duplicate", "audit"]

warnings.warn("graphmem.audit is now graphmem.graph.auditing", DeprecationWarning, stacklevel=2)
