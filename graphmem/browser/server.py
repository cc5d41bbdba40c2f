"""Hands the style and the guide to Neo4j Browser, from this machine alone."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

from graphmem.errors import InputError

log = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"
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


class GuideServer(ThreadingHTTPServer):
    """Serves `pages` (path -> what makes its text) on the loopback interface; `port` 0 takes a free one.

    Raises `InputError` when the port is taken.
    """

    daemon_threads = True

    def __init__(self, pages: Mapping[str, Callable[[], str]], port: int = 0) -> None:
        self.pages = pages
        try:
            super().__init__((LOOPBACK, port), _Handler)
        except OSError as error:
            raise InputError(f"port {port} cannot be served on: {error.strerror}; name another by --port") from error

    def url(self, path: str) -> str:
        return f"http://{CALLED}:{self.server_port}{path}"

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.shutdown()
        self.server_close()

    def wait(self) -> None:
        """Serve until Ctrl-C."""
        with suppress(KeyboardInterrupt):
            threading.Event().wait()


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
