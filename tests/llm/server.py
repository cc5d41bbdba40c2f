"""A server on loopback that speaks the OpenAI chat API: a function answers, and a script makes faults.

    with ChatServer(lambda messages, schema: '{"n": 1}', faults=[None, status(500), drop()]) as server:
        model = ChatModel("test", base_url=server.url)

The first request is answered, the second gets a 500, the third a dropped connection, all later ones are answered.
"""

from __future__ import annotations

import json
import socket
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any, Self

Answer = Callable[[Sequence[Mapping[str, str]], Mapping[str, Any] | None], str]
"""Messages, and the JSON Schema when one was given -> the text of the reply."""


@dataclass(frozen=True)
class Fault:
    """What to do to one request in place of answering it well; made by the functions below."""

    kind: str
    status: int = 200
    headers: Mapping[str, str] | None = None
    body: bytes = b""
    text: str | None = None
    finish: str = "stop"


def status(code: int, *, retry_after: str | None = None, message: str = "scripted", error: str | None = None) -> Fault:
    """An error status, with a Retry-After header (seconds or an HTTP date) and an error code if given."""
    body = {"error": {"message": message, "type": "scripted", "param": None, "code": error}}
    return Fault("status", code, {"Retry-After": retry_after} if retry_after else {}, json.dumps(body).encode())


def stall() -> Fault:
    """Half a reply, then silence on an open connection."""
    return Fault("stall")


def drip(*, head: bool = False) -> Fault:
    """A byte now and then, which never become a reply; with `head` they do not even become its headers."""
    return Fault("drip head" if head else "drip")


def drop() -> Fault:
    """The connection closes before anything is answered."""
    return Fault("drop")


def garbled(body: bytes = b'{"choices": [{"mess') -> Fault:
    """Status 200 and a body that is no chat completion."""
    return Fault("status", 200, {}, body)


def say(text: str, *, finish: str = "stop") -> Fault:
    """This text as the reply, whatever the model would have said: junk, another schema, Unicode, nothing."""
    return Fault("say", text=text, finish=finish)


def cut() -> Fault:
    """The first half of the reply, as if max_tokens had been reached."""
    return Fault("cut", finish="length")


def refuse(text: str = "I cannot help with that.") -> Fault:
    """A refusal in place of the reply."""
    return Fault("refuse", text=text)


class ChatServer:
    """Serves POST {url}/chat/completions while its context lasts.

    `faults` are used up in order, one a request; None among them lets a request pass. `unsupported` names what gets a
    400 whenever a request uses it: "json_schema", "bounds", "json_object", "temperature", "seed", "max_tokens".

    `requests` holds the bodies received, `keys` their Authorization headers, `times` when they came (monotonic, s).
    """

    def __init__(self, answer: Answer, faults: Iterable[Fault | None] = (), *, unsupported: Iterable[str] = ()) -> None:
        self.answer = answer
        self.faults = deque(faults)
        self.unsupported = frozenset(unsupported)
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.times: list[float] = []
        self.ended = Event()
        self._lock = Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.chat = self
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        """The base URL, ending in /v1."""
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def receive(self, body: dict[str, Any], key: str) -> tuple[Fault | None, int]:
        """Note a request; the fault that is due, and how many characters of the prompt the last one began with too."""
        with self._lock:
            cached = _common(_prompt(body), _prompt(self.requests[-1])) if self.requests else 0
            self.requests.append(body)
            self.keys.append(key)
            self.times.append(time.monotonic())
            return (self.faults.popleft() if self.faults else None), cached


class _Server(ThreadingHTTPServer):
    chat: ChatServer
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is part of the play."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    server: _Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        fault, cached = self.server.chat.receive(body, self.headers.get("Authorization", ""))
        complaint = next((word for word in sorted(self.server.chat.unsupported) if _uses(body, word)), None)
        if not self.path.endswith("/v1/chat/completions"):
            self._send(404, _error(f"no such path: {self.path}"))
        elif fault and fault.kind == "status":
            self._send(fault.status, fault.body, fault.headers)
        elif fault and fault.kind == "drop":
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        elif complaint:
            self._send(400, _error(_COMPLAINTS[complaint]))
        else:
            self._reply(body, fault, cached)

    def _reply(self, body: dict[str, Any], fault: Fault | None, cached: int) -> None:
        text = self.server.chat.answer(body["messages"], _schema(body))
        if fault and fault.kind == "say":
            text = fault.text or ""
        elif fault and fault.kind == "cut":
            text = text[: len(text) // 2]
        refusal = fault.text if fault and fault.kind == "refuse" else None
        reply = _completion(body, None if refusal else text, refusal, fault.finish if fault else "stop", cached)
        if fault and fault.kind == "stall":
            self._stall(reply)
        elif fault and fault.kind.startswith("drip"):
            self._drip(head=fault.kind == "drip head")
        else:
            self._send(200, reply)

    def _stall(self, reply: bytes) -> None:
        self._head(200, len(reply))
        self.wfile.write(reply[: len(reply) // 2])
        self.wfile.flush()
        self.server.chat.ended.wait(10)
        self.close_connection = True

    def _drip(self, *, head: bool) -> None:
        """For ten seconds at most, a byte every twentieth of one."""
        if head:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        else:
            self._head(200, 1_000_000)
        for _ in range(200):
            self.wfile.write(b"x" if head else b" ")
            self.wfile.flush()
            if self.server.chat.ended.wait(0.05):
                break
        self.close_connection = True

    def _send(self, code: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        self._head(code, len(body), headers)
        self.wfile.write(body)

    def _head(self, code: int, length: int, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(code)
        for name, value in {
            "Content-Type": "application/json",
            "Content-Length": str(length),
            **(headers or {}),
        }.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Tests speak for themselves."""


_COMPLAINTS = {
    "json_schema": 'response_format type must be one of "text" or "json_object", but got: json_schema',
    "bounds": "Invalid schema for response_format: 'maxLength' is not permitted.",
    "json_object": "This response_format type is unavailable now",
    "temperature": "Unsupported value: 'temperature' does not support 0 with this model.",
    "seed": "Unrecognized request argument supplied: seed",
    "max_tokens": "Unsupported parameter: 'max_tokens' is not supported with this model. "
    "Use 'max_completion_tokens' instead.",
}


def _uses(body: dict[str, Any], word: str) -> bool:
    if word in ("json_schema", "json_object"):
        return bool(body.get("response_format", {}).get("type") == word)
    if word == "bounds":
        return "maxLength" in json.dumps(body.get("response_format", {}))
    return word in body


def _schema(body: dict[str, Any]) -> Mapping[str, Any] | None:
    schema: Mapping[str, Any] | None = body.get("response_format", {}).get("json_schema", {}).get("schema")
    return schema


def _prompt(body: dict[str, Any]) -> str:
    return "\n".join(message["content"] for message in body["messages"])


def _common(one: str, other: str) -> int:
    """How many characters both begin with."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))


def _completion(body: dict[str, Any], text: str | None, refusal: str | None, finish: str, cached: int) -> bytes:
    """A chat completion; a token is four characters."""
    prompt, completion = -(-len(_prompt(body)) // 4), -(-len(text or refusal or "") // 4)
    reply = {
        "id": "chatcmpl-test",
        "object": "chat.completion",
        "created": 0,
        "model": body["model"],
        "choices": [
            {
                "index": 0,
                "finish_reason": finish,
                "message": {"role": "assistant", "content": text, "refusal": refusal},
            }
        ],
        "usage": {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
            "prompt_tokens_details": {"cached_tokens": cached // 4},
        },
    }
    return json.dumps(reply).encode()


def _error(message: str) -> bytes:
    return json.dumps(
        {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": 400}}
    ).encode()
