"""The folder of a comparison: settings, one log for each run, and what failed. Nothing in it is ever overwritten."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from agents.compare.grid import Cell, Settings
from graphmem.errors import InputError
from graphmem.files import replacing

FAILED = "failed.json"


class Store:
    """Logs in `folder`. Raises `InputError` when it cannot be written, or holds runs of other `settings`."""

    def __init__(self, folder: Path, settings: Settings | None = None) -> None:
        self.folder = folder
        self._logs = folder / "logs"
        path = folder / "settings.json"
        try:
            if settings is not None:
                self._logs.mkdir(parents=True, exist_ok=True)
                _write_new(path, settings.model_dump_json(indent=2) + "\n")
            self.settings = Settings.model_validate_json(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise InputError(f"{folder} holds no comparison: run one first, with --out {folder}") from None
        except ValidationError:
            raise InputError(f"{path} is not the settings of a comparison: choose another --out") from None
        except OSError as error:
            raise InputError(f"{folder} cannot be written: {error.strerror}") from error
        if settings is not None and settings != self.settings:
            asked = settings.model_dump()
            other = ", ".join(f"{name}={had}" for name, had in self.settings.model_dump().items() if had != asked[name])
            raise InputError(f"{folder} holds runs with {other}: choose another --out, or the same settings")

    def path(self, cell: Cell) -> Path:
        return self._logs / f"{cell.name.replace(' ', '_')}.jsonl"

    def missing(self, cells: Iterable[Cell]) -> list[Cell]:
        """Those that have no log yet. A log is there whole or not at all."""
        return [cell for cell in cells if not self.path(cell).exists()]

    def keep(self, cell: Cell, records: Sequence[Mapping[str, Any]]) -> bool:
        """Write the log of a run; False when there is one already, which stays."""
        lines = (json.dumps(record, ensure_ascii=False) for record in records)
        return _write_new(self.path(cell), "\n".join(lines) + "\n")

    def logs(self) -> list[Path]:
        return sorted(self._logs.glob("*.jsonl"))

    def fail(self, failed: Mapping[Cell, str]) -> None:
        """Write down which runs failed the last time, and why; none clears it."""
        entries = [Failed(cell=cell, reason=reason).model_dump() for cell, reason in failed.items()]
        with replacing(self.folder / FAILED) as file:
            file.write(json.dumps(entries, indent=2, ensure_ascii=False).encode())

    def failed(self) -> list[Failed]:
        """Those that failed the last time. Raises `InputError` where that is no longer to be read."""
        path = self.folder / FAILED
        try:
            return _FAILURES.validate_json(path.read_bytes()) if path.exists() else []
        except ValidationError:
            raise InputError(f"{path} is damaged: delete it, the runs that failed are tried again anyway") from None


class Failed(BaseModel):
    """A run that came to nothing."""

    cell: Cell
    reason: str


_FAILURES = TypeAdapter(list[Failed])


def _write_new(path: Path, text: str) -> bool:
    """Write a file whole, unless there is one of that name: a kill leaves no half of it, and the first stays."""
    if path.exists():
        return False
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, prefix=".", delete=False) as file:
        try:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
            os.link(file.name, path)
        except FileExistsError:
            return False
        finally:
            os.unlink(file.name)
    return True
