"""A server on loopback that speaks the OpenAI chat API: a function answers, and a script makes faults.

    with ChatServer(lambda messages, schema: '{"n": 1}', faults=[None, status(500), drop()]) as server:
        model = ChatModel("test", base_url=server.url)

The first request is answered, the second gets a 500, the third a dropped connection, all later ones are answered.

`ModelServer` has rules in place of a mind, calls tools, and speaks the responses API, too.
"""

from __future__ import annotations

import json
import socket
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any, Self

Answer = Callable[[Sequence[Mapping[str, str]], Mapping[str, Any] | None], str]
"""Messages, and the JSON Schema when one was given -> the text of the reply."""
Body = dict[str, Any]


@dataclass(frozen=True)
class Fault:
    """What to do to one request in place of answering it well; made by the functions below."""

    kind: str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    message: Mapping[str, Any] = field(default_factory=dict)
    finish: str = "stop"


Refuses = Callable[[Body], Fault | None]
"""The body of a request -> what becomes of it, whenever it is sent; None when it is served."""


def status(code: int, *, retry_after: str | None = None, message: str = "scripted", error: str | None = None) -> Fault:
    """An error status in OpenAI's form, with a Retry-After header (seconds or an HTTP date) and a code if given."""
    body = {"error": {"message": message, "type": "scripted", "param": None, "code": error}}
    return Fault("status", code, {"Retry-After": retry_after} if retry_after else {}, json.dumps(body).encode())


def error(code: int, body: object) -> Fault:
    """An error status with any body: JSON, or text as it is."""
    return Fault("status", code, body=(body if isinstance(body, str) else json.dumps(body)).encode())


def stall() -> Fault:
    """Half a reply, then silence on an open connection."""
    return Fault("stall")


def drip(*, head: bool = False) -> Fault:
    """A byte now and then, which never become a reply; with `head` they do not even become its headers."""
    return Fault("drip head" if head else "drip")


def trickle() -> Fault:
    """A reply whose every token takes a tenth of a second."""
    return Fault("trickle")


def drop() -> Fault:
    """The connection closes before anything is answered."""
    return Fault("drop")


def garbled(body: bytes = b'{"choices": [{"mess') -> Fault:
    """Status 200 and a body that is no chat completion."""
    return Fault("status", 200, body=body)


def say(text: str, *, finish: str = "stop") -> Fault:
    """This text as the reply, whatever the model would have said: junk, another schema, Unicode, nothing."""
    return Fault("say", message={"content": text}, finish=finish)


def shaped(finish: str = "stop", **message: Any) -> Fault:
    """A reply of other parts than text: content=[...], reasoning_content=..., tool_calls=[...]."""
    return Fault("say", message={"content": None, **message}, finish=finish)


def cut() -> Fault:
    """The first half of the reply, as if max_tokens had been reached."""
    return Fault("cut", finish="length")


def refuse(text: str = "I cannot help with that.") -> Fault:
    """A refusal in place of the reply."""
    return Fault("say", message={"content": None, "refusal": text})


class ChatServer:
    """Serves POST {url}/chat/completions while its context lasts, as a stream where one is asked for.

    `faults` are used up in order, one a request; None among them lets a request pass. `unsupported` names what gets a
    400 whenever a request uses it: "json_schema", "bounds", "json_object", "temperature", "seed", "max_tokens";
    `refuses` says the same in any other way. One that does not `streams` takes no notice of being asked to.

    `requests` holds the bodies received, `keys` their Authorization headers, `times` when they came (monotonic, s).
    """

    def __init__(
        self,
        answer: Answer,
        faults: Iterable[Fault | None] = (),
        *,
        unsupported: Iterable[str] = (),
        refuses: Refuses = lambda body: None,
        streams: bool = True,
    ) -> None:
        self.answer = answer
        self.faults = deque(faults)
        self.unsupported = frozenset(unsupported)
        self.refuses = refuses
        self.streams = streams
        self.requests: list[Body] = []
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

    @property
    def environment(self) -> dict[str, str]:
        """What points OpenAI's clients here."""
        return {"OPENAI_BASE_URL": self.url, "OPENAI_API_KEY": "none", "OPENAI_AGENTS_DISABLE_TRACING": "1"}

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def receive(self, body: Body, key: str) -> tuple[Fault | None, int]:
        """Note a request; the fault that is due, and how many characters of the prompt the last one began with too."""
        with self._lock:
            cached = _common(_prompt(body), _prompt(self.requests[-1])) if self.requests else 0
            self.requests.append(body)
            self.keys.append(key)
            self.times.append(time.monotonic())
            due = self.faults.popleft() if self.faults else None
        named = next((word for word in sorted(self.unsupported) if _uses(body, word)), None)
        return due or (error(400, _complaint(named)) if named else self.refuses(body)), cached

    def message(self, body: Body) -> dict[str, Any]:
        """What the model says to a request."""
        return {"content": self.answer(body["messages"], _schema(body))}

    def response(self, body: Body) -> Body:
        """The answer of the responses API."""
        raise NotImplementedError


class ModelServer(ChatServer):
    """Asked something ("...?"), it calls `recall`; told something, it calls `remember`; after a tool's answer, or
    offered no tools, it says what it read last. That is enough to drive a real client's loop to its end."""

    def __init__(self) -> None:
        super().__init__(lambda messages, schema: "")

    def message(self, body: Body) -> dict[str, Any]:
        last = body["messages"][-1]
        decided = _decide(_text(last["content"]), last["role"] == "user", bool(body.get("tools")))
        if isinstance(decided, str):
            return {"content": decided}
        function = {"name": decided[0], "arguments": json.dumps(decided[1])}
        call = {"index": 0, "id": f"call_{len(body['messages'])}", "type": "function", "function": function}
        return {"content": None, "tool_calls": [call]}

    def response(self, body: Body) -> Body:
        given = body["input"]
        last: Mapping[str, Any] = {"role": "user", "content": given} if isinstance(given, str) else given[-1]
        by_user = last.get("role") == "user"
        decided = _decide(_text(last["content"] if by_user else last["output"]), by_user, bool(body.get("tools")))
        number = 0 if isinstance(given, str) else len(given)
        item: Body = {"id": f"item_{number}", "status": "completed"}
        if isinstance(decided, str):
            text = {"type": "output_text", "text": decided, "annotations": []}
            item |= {"type": "message", "role": "assistant", "content": [text]}
        else:
            call = {"name": decided[0], "arguments": json.dumps(decided[1]), "call_id": f"call_{number}"}
            item |= {"type": "function_call", **call}
        details = {"input_tokens_details": {"cached_tokens": 0}, "output_tokens_details": {"reasoning_tokens": 0}}
        return {
            "id": "resp_test", "object": "response", "created_at": 0, "model": body["model"], "status": "completed",
            "output": [item], "parallel_tool_calls": False, "tool_choice": "auto", "tools": [],
            "usage": {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2, **details},
        }  # fmt: skip


def _decide(last: str, by_user: bool, tools: bool) -> tuple[str, dict[str, Any]] | str:
    """A call of a tool, or what to say."""
    if not by_user or not tools:
        return f"I read: {last}"
    if last.rstrip().endswith("?"):
        return "recall", {"query": last, "explain": False}
    return "remember", {"text": last, "facts": None, "key": None}


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
        if self.path.endswith("/v1/responses"):
            self._send(200, json.dumps(self.server.chat.response(body)).encode())
        elif not self.path.endswith("/v1/chat/completions"):
            self._send(404, json.dumps({"error": {"message": f"no such path: {self.path}"}}).encode())
        elif fault and fault.kind == "status":
            self._send(fault.status, fault.body, fault.headers)
        elif fault and fault.kind == "drop":
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        elif fault and fault.kind.startswith("drip"):
            self._drip(head=fault.kind == "drip head")
        else:
            self._reply(body, fault or Fault("none"), cached)

    def _reply(self, body: Body, fault: Fault, cached: int) -> None:
        message = self.server.chat.message(body) if fault.kind != "say" else fault.message
        if fault.kind == "cut":
            message = {"content": message["content"][: len(message["content"]) // 2]}
        finish = "tool_calls" if message.get("tool_calls") and fault.finish == "stop" else fault.finish
        if body.get("stream") and self.server.chat.streams:
            self._stream(_streamed(body, message, finish, cached), fault.kind)
        else:
            self._whole(json.dumps(_completion(body, message, finish, cached)).encode(), fault.kind)

    def _whole(self, reply: bytes, kind: str) -> None:
        if kind != "stall":
            self._send(200, reply)
            return
        self._head(200, {"Content-Length": str(len(reply))})
        self.wfile.write(reply[: len(reply) // 2])
        self._wait()

    def _stream(self, events: Sequence[bytes], kind: str) -> None:
        if kind not in ("stall", "trickle"):
            self._send(200, b"".join(events), {"Content-Type": "text/event-stream"})
            return
        self._head(200, {"Content-Type": "text/event-stream", "Connection": "close"})
        self.close_connection = True
        for event in events[: len(events) // 2] if kind == "stall" else events:
            self.wfile.write(event)
            self.wfile.flush()
            if kind == "trickle" and self.server.chat.ended.wait(0.1):
                return
        if kind == "stall":
            self._wait()

    def _wait(self) -> None:
        """For the end of the test, ten seconds at most."""
        self.wfile.flush()
        self.server.chat.ended.wait(10)
        self.close_connection = True

    def _drip(self, *, head: bool) -> None:
        """For ten seconds at most, a byte every twentieth of one."""
        if head:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        else:
            self._head(200, {"Content-Length": "1000000"})
        for _ in range(200):
            self.wfile.write(b"x" if head else b" ")
            self.wfile.flush()
            if self.server.chat.ended.wait(0.05):
                break
        self.close_connection = True

    def _send(self, code: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        self._head(code, {"Content-Length": str(len(body)), **(headers or {})})
        self.wfile.write(body)

    def _head(self, code: int, headers: Mapping[str, str]) -> None:
        self.send_response(code)
        for name, value in {"Content-Type": "application/json", **headers}.items():
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


def _complaint(word: str) -> Body:
    return {"error": {"message": _COMPLAINTS[word], "type": "invalid_request_error", "param": None, "code": 400}}


def _uses(body: Body, word: str) -> bool:
    if word in ("json_schema", "json_object"):
        return bool(body.get("response_format", {}).get("type") == word)
    if word == "bounds":
        return "maxLength" in json.dumps(body.get("response_format", {}))
    return word in body


def _schema(body: Body) -> Mapping[str, Any] | None:
    schema: Mapping[str, Any] | None = body.get("response_format", {}).get("json_schema", {}).get("schema")
    return schema


def _prompt(body: Body) -> str:
    return "\n".join(_text(message.get("content")) for message in body.get("messages", ()))


def _text(content: object) -> str:
    """A text, or its parts as one."""
    return content if isinstance(content, str) else " ".join(part.get("text", "") for part in content or ())  # type: ignore[attr-defined]


def _common(one: str, other: str) -> int:
    """How many characters both begin with."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))


def _completion(body: Body, message: Mapping[str, Any], finish: str, cached: int) -> Body:
    """A chat completion; a token is four characters."""
    said = "".join(value for value in message.values() if isinstance(value, str))
    prompt, completion = -(-len(_prompt(body)) // 4), -(-len(said) // 4)
    return {
        "id": "chatcmpl-test",
        "object": "chat.completion",
        "created": 0,
        "model": body["model"],
        "choices": [{"index": 0, "finish_reason": finish, "message": {"role": "assistant", **message}}],
        "usage": {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
            "prompt_tokens_details": {"cached_tokens": cached // 4},
        },
    }


def _streamed(body: Body, message: Mapping[str, Any], finish: str, cached: int) -> list[bytes]:
    """The events of a completion: a text comes in pieces of four characters, or in forty; all else at once."""
    whole = _completion(body, message, finish, cached)
    head = {**whole, "object": "chat.completion.chunk", "usage": None}
    deltas = [{"role": "assistant"}, *_deltas(message), {}]
    ends = [None] * (len(deltas) - 1) + [finish]
    choices = [[{"index": 0, "delta": delta, "finish_reason": end}] for delta, end in zip(deltas, ends, strict=True)]
    chunks = [{**head, "choices": each} for each in choices]
    if body.get("stream_options", {}).get("include_usage"):
        chunks.append({**head, "choices": [], "usage": whole["usage"]})
    return [*(f"data: {json.dumps(chunk)}\n\n".encode() for chunk in chunks), b"data: [DONE]\n\n"]


def _deltas(message: Mapping[str, Any]) -> Iterator[Body]:
    for name, value in message.items():
        if isinstance(value, str):
            size = max(4, -(-len(value) // 40))
            yield from ({name: value[place : place + size]} for place in range(0, len(value), size))
        elif value is not None:
            yield {name: value}
