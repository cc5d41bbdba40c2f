"""A model on loopback that speaks OpenAI's chat and responses APIs, with rules in place of a mind.

Asked something ("...?"), it calls `recall`; told something, it calls `remember`; after a tool's answer, or offered no
tools, it says what it read last. That is enough to drive a real client's loop to its end.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Self


class ModelServer:
    """Serves {url}/chat/completions and {url}/responses while its context lasts; `requests` holds what it was sent."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self.requests))
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    @property
    def environment(self) -> dict[str, str]:
        """What points OpenAI's clients here."""
        return {"OPENAI_BASE_URL": self.url, "OPENAI_API_KEY": "none", "OPENAI_AGENTS_DISABLE_TRACING": "1"}

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler(requests: list[dict[str, Any]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            requests.append(body)
            reply = json.dumps((_chat if "messages" in body else _response)(body)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, format: str, *args: Any) -> None:
            """Tests speak for themselves."""

    return Handler


def _decide(last: str, by_user: bool, tools: bool) -> tuple[str, dict[str, Any]] | str:
    """A call of a tool, or what to say."""
    if not by_user or not tools:
        return f"I read: {last}"
    if last.rstrip().endswith("?"):
        return "recall", {"query": last, "explain": False}
    return "remember", {"text": last, "facts": None, "key": None}


def _chat(body: Mapping[str, Any]) -> dict[str, Any]:
    last = body["messages"][-1]
    decided = _decide(_text(last["content"]), last["role"] == "user", bool(body.get("tools")))
    message: dict[str, Any] = {"role": "assistant", "content": decided}
    if not isinstance(decided, str):
        function = {"name": decided[0], "arguments": json.dumps(decided[1])}
        call = {"id": f"call_{len(body['messages'])}", "type": "function", "function": function}
        message = {"role": "assistant", "content": None, "tool_calls": [call]}
    finish = "stop" if isinstance(decided, str) else "tool_calls"
    return {
        "id": "chatcmpl-test", "object": "chat.completion", "created": 0, "model": body["model"],
        "choices": [{"index": 0, "finish_reason": finish, "message": message}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }  # fmt: skip


def _response(body: Mapping[str, Any]) -> dict[str, Any]:
    given = body["input"]
    last: Mapping[str, Any] = {"role": "user", "content": given} if isinstance(given, str) else given[-1]
    by_user = last.get("role") == "user"
    decided = _decide(_text(last["content"] if by_user else last["output"]), by_user, bool(body.get("tools")))
    number = 0 if isinstance(given, str) else len(given)
    item: dict[str, Any] = {"id": f"item_{number}", "status": "completed"}
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


def _text(content: str | Sequence[Mapping[str, Any]] | None) -> str:
    return content if isinstance(content, str) else " ".join(part.get("text", "") for part in content or ())
