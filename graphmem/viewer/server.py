"""The page served to a browser on this machine, and the memory's answers to it."""

from __future__ import annotations

import json
import secrets
import webbrowser
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import parse_qs, urlsplit

from graphmem.errors import GraphmemError
from graphmem.images import media_type
from graphmem.view import View
from graphmem.viewer import content
from graphmem.viewer.local import LOOPBACK, LocalServer
from graphmem.viewer.page import TYPES, static

_IMAGES = "image/"
"""Where the images of episodes are, each by its hash."""

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


class PageServer(LocalServer):
    """Serves the page of a memory.

    The address holds a secret, so that neither another user of the machine nor a page from elsewhere (by DNS
    rebinding) can read the memory.
    """

    def __init__(self, view: View, name: str, port: int = 0) -> None:
        self.view, self.name = view, name
        self.secret = secrets.token_urlsafe(16)
        super().__init__(_Handler, port)
        self.url = f"http://{LOOPBACK}:{self.server_port}/{self.secret}/"

    def open(self) -> None:
        """Open the page in the user's browser, where there is one."""
        webbrowser.open(self.url)


class _Handler(BaseHTTPRequestHandler):
    """Answers GET: the page's files, and what `_ANSWERS` holds as JSON."""

    server: PageServer
    server_version, sys_version = "graphmem", ""

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        secret, _, name = asked.path.removeprefix("/").partition("/")
        if not secrets.compare_digest(secret.encode(), self.server.secret.encode()):
            self._send(HTTPStatus.NOT_FOUND, "this is not the address that was printed", "text/plain")
        elif name in _ANSWERS:
            self._answer(name, {key: values[0] for key, values in parse_qs(asked.query).items()})
        elif name.startswith(_IMAGES):
            self._image(name.removeprefix(_IMAGES))
        elif (file := name or "page.html") in static():
            self._send(HTTPStatus.OK, static()[file], TYPES[PurePosixPath(file).suffix])
        else:
            self._send(HTTPStatus.NOT_FOUND, "there is no such file", "text/plain")

    def _answer(self, name: str, query: Mapping[str, str]) -> None:
        try:
            status, found = HTTPStatus.OK, _ANSWERS[name](self.server, query)
        except (GraphmemError, KeyError, ValueError) as error:
            status, found = HTTPStatus.BAD_REQUEST, {"error": str(error)}
        self._send(status, json.dumps(found, ensure_ascii=False, separators=(",", ":")), "application/json")

    def _image(self, hash_: str) -> None:
        """An image of the memory, by its hash: as one of the kinds that are kept, never as a page or a script."""
        try:
            body = self.server.view.image(hash_)
        except GraphmemError as error:
            self._send(HTTPStatus.NOT_FOUND, str(error), "text/plain")
        else:
            self._send_bytes(HTTPStatus.OK, body, media_type(body) or "application/octet-stream")

    def _send(self, status: HTTPStatus, text: str, type_: str) -> None:
        self._send_bytes(status, text.encode(), f"{type_}; charset=utf-8")

    def _send_bytes(self, status: HTTPStatus, body: bytes, type_: str) -> None:
        self.send_response(status)
        for header, value in _HEADERS.items():
            self.send_header(header, value)
        self.send_header("Content-Type", type_)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *values: Any) -> None:
        """Keep the terminal quiet: requests hold what the user looks for, and the secret."""


_ANSWERS: dict[str, Callable[[PageServer, Mapping[str, str]], content.Piece]] = {
    "overview": lambda server, _: content.overview(server.view, server.name),
    "stats": lambda server, _: content.stats(server.view),
    "changes": lambda server, query: content.changes(server.view, int(query["settled"])),
    "entity": lambda server, query: content.entity(server.view, query["name"]),
    "episode": lambda server, query: content.episode(server.view, query["id"]),
    "recall": lambda server, query: content.recollection(_at(server.view, query), query["query"]),
}


def _at(view: View, query: Mapping[str, str]) -> View:
    return view.at(int(query["at"])) if "at" in query else view
