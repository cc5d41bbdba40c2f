"""Games played by a player or with a memory, each a line of a file when it is over, and not played again."""

from __future__ import annotations

import json
import statistics
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from agents.ariadne import Ariadne
from agents.memories import AgentMemory
from agents.players import Player
from agents.runlog import paid_record, run_record
from envs.protocols import TextEnv
from graphmem.llm import ChatModel
from graphmem.protocols import Stats

GAMES = Path("games")

Record = dict[str, Any]


def read(out: Path) -> list[Record]:
    """The games that were played; none where the file is not there."""
    return [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()] if out.exists() else []


def write(record: Record, out: Path) -> Record:
    """Adds one game at the end; returned as it is."""
    with out.open("a", encoding="utf-8") as file:
        file.write(json.dumps(record, ensure_ascii=False) + "\n")
    return record


def play(
    model: ChatModel,
    player: Player,
    env: TextEnv,
    memory: AgentMemory,
    stats: Stats | None,
) -> Record:
    ...
