"""A server that only this machine reaches, on a thread of its own while it is open."""

from __future__ import annotations

import logging
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

from graphmem.errors import InputError

log = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"


class LocalServer(ThreadingHTTPServer):
    """Serves what `handler` answers on the loopback interface; `port` 0 takes a free one.

    Raises `InputError` when the port is taken.
    """

    daemon_threads = True

    def __init__(self, handler: type[BaseHTTPRequestHandler], port: int = 0) -> None:
        try:
            super().__init__((LOOPBACK, port), handler)
        except OSError as error:
            mend = "name another by --port, or none, and a free one is taken"
            raise InputError(f"port {port} cannot be served on: {error.strerror}; {mend}") from error

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

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that hangs up is nothing to show on the terminal."""
        log.debug("a request from %s failed", client_address, exc_info=True)
