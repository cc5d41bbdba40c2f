"""What 0.1 had elsewhere is still found there, and says where it is now."""

import importlib
import sys

import pytest

MOVED = [
    ("graphmem.sync", "sync", "graphmem.graph.sync"),
    ("graphmem.transfer", "import_file", "graphmem.graph.export"),
    ("graphmem.audit", "audit", "graphmem.graph.auditing"),
    ("agents.minds", "rules_of_thumb", "agents.players"),
]


@pytest.mark.parametrize(("old", "name", "new"), MOVED)
def test_the_old_name_leads_to_the_new_one(old: str, name: str, new: str) -> None:
    sys.modules.pop(old, None)
    with pytest.warns(DeprecationWarning, match=f"{old} is now {new}"):
        module = importlib.import_module(old)
    assert getattr(module, name) is getattr(importlib.import_module(new), name)
