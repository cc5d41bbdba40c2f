"""Hands the style and the guide to Neo4j Browser, from this machine alone."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler

from graphmem.viewer.local import LocalServer

log = logging.getLogger(__name__)

CALLED = "localhost"
"""The name under which it is asked: Browser takes guides from this host unless its server is told otherwise."""

_CORS = {
    "Access-Control-Allow-Origin": "*",  # there is nothing in these pages that is not in the library
    "Access-Control-Allow-Methods": "GET, OPTIONS",
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Allow-Private-Network": "true",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


class GuideServer(LocalServer):
    """Serves `pages`: path -> what makes its text."""

    def __init__(self, pages: Mapping[str, Callable[[], str]], port: int = 0) -> None:
        self.pages = pages
        super().__init__(_Handler, port)

    def url(self, path: str) -> str:
        return f"http://{CALLED}:{self.server_port}{path}"


class _Handler(BaseHTTPRequestHandler):
    server: GuideServer

    def do_GET(self) -> None:
        make = self.server.pages.get(self.path.partition("?")[0])
        if make is None:
            self._answer(HTTPStatus.NOT_FOUND, "text/plain", "no such page\n")
        else:
            self._answer(HTTPStatus.OK, "text/html" if self.path.startswith("/guide") else "text/plain", make())

    def do_OPTIONS(self) -> None:
        self._answer(HTTPStatus.NO_CONTENT, None, "")

    def _answer(self, status: HTTPStatus, kind: str | None, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        for name, value in _CORS.items():
            self.send_header(name, value)
        if kind:
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        log.debug(format, *arguments)
