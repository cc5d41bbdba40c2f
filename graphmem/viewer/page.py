"""The page's own files, and the whole page with a memory in it as one file."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from graphmem.files import whole_file
from graphmem.view import View
from graphmem.viewer.content import whole

TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}

_SCRIPT = re.compile(r'<script src="([a-z]+\.js)"></script>')
_STYLE = '<link rel="stylesheet" href="page.css">'
_DATA = '<script type="application/json" id="memory"></script>'


@cache
def static() -> dict[str, str]:
    """The page's files by name. They are read once: no path ever comes from outside."""
    return {file.name: file.read_text("utf-8") for file in files("graphmem.viewer").joinpath("static").iterdir()}


def export(view: View, name: str, path: Path) -> int:
    """Write the page of the memory called `name` as one file that needs nothing else; gives the number of facts."""
    content = whole(view, name)
    with whole_file(path) as file:
        file.write(one_file(content).encode())
    return len(content["facts"])


def one_file(content: dict[str, Any]) -> str:
    """The page with its scripts and style in it, none but these allowed to run, and `content` as inert data."""
    parts = static()
    scripts = [parts[name] for name in _SCRIPT.findall(parts["page.html"])]
    policy = (
        f"default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; "
        f"style-src {_hashes([parts['page.css']])}; script-src {_hashes(scripts)}"
    )
    head = f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n<style>{parts["page.css"]}</style>'
    page = parts["page.html"].replace(_STYLE, head)
    page = _SCRIPT.sub(lambda match: f"<script>{parts[match[1]]}</script>", page)
    return page.replace(_DATA, _DATA.replace("></", f">{_inert(content)}</"))


def _inert(content: dict[str, Any]) -> str:
    """JSON in which no markup can begin or end."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _hashes(texts: list[str]) -> str:
    digests = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts)
    return " ".join(f"'sha256-{digest}'" for digest in digests)
