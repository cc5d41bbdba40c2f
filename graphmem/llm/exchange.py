"""What is asked of a model, what it answers, and how long one waits for it: frozen data that knows no HTTP."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from graphmem.protocols import Message


@dataclass(frozen=True)
class Request:
    """One question to a model, before it is put in the words of a particular server."""

    model: str
    messages: tuple[Message, ...]
    form: str
    schema: dict[str, Any]
    parameters: dict[str, Any]
    """max_tokens, temperature, seed, and what else was asked for; no None among them."""
    purpose: str

    @property
    def content(self) -> dict[str, Any]:
        """All that the answer depends on."""
        return {
            "model": self.model,
            "messages": [dict(message) for message in self.messages],
            "form": self.form,
            "schema": self.schema,
            "parameters": self.parameters,
        }

    @property
    def key(self) -> str:
        """A hash of the content: equal requests have equal keys, on any machine."""
        canonical = json.dumps(self.content, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()[:32]

    def followed_by(self, *messages: Message) -> Request:
        """The same request with `messages` after its own."""
        return replace(self, messages=(*self.messages, *messages))


@dataclass
class Post:
    """One request on its way: `body` are the arguments of a chat completion, in the words of a server.

    It is tried `attempts` times at most; None leaves that to the `Patience`.
    """

    body: dict[str, Any]
    attempts: int | None = None
    retries: int = 0


@dataclass(frozen=True)
class Answer:
    """What came back: the reply's text, why it ended, and what it took."""

    text: str
    finish: str = "stop"
    """"stop", "length", "content_filter", or another word of the server's."""
    refusal: str | None = None
    reasoned: bool = False
    """Whether the model thought, in a part of the reply that is no answer."""
    prompt_tokens: int = 0
    cached_tokens: int = 0
    """Those of the prompt's tokens that the server had read before."""
    completion_tokens: int = 0
    seconds: float = 0.0
    cost: float | None = None
    """USD; None when the model's price is unknown."""


@dataclass(frozen=True)
class Patience:
    """How long to go on trying an endpoint that is busy or out of reach."""

    attempts: int = 6
    seconds: float = 600.0
    """No new attempt begins later than this after the first."""
    first: float = 1.0
    """Seconds of the first wait; each later one is twice as long; all are up to a quarter longer by chance."""
    longest: float = 60.0
    """Seconds of the longest wait, also where the endpoint asks for more."""


def clip(text: str, most: int) -> str:
    """`text` at most `most` characters long, its middle left out: the end of a reply says as much as its start."""
    if len(text) <= most:
        return text
    tail = most // 4
    return f"{text[: most - tail]} … {text[len(text) - tail :]}"


def encodable(text: str) -> str:
    """Halves of surrogate pairs, which no request can carry, become "?"."""
    return text.encode("utf-8", "replace").decode()


# The content of a message is a text, or parts: texts, and images as "data:" URLs


def as_sent(content: Any) -> Any:
    """The content of a message, all its texts encodable."""
    if isinstance(content, str):
        return encodable(content)
    return [{**part, "text": encodable(part["text"])} if "text" in part else dict(part) for part in content]


def followed(content: Any, text: str) -> Any:
    """The content of a message with a text after it."""
    return f"{content}\n\n{text}" if isinstance(content, str) else [*content, {"type": "text", "text": text}]


def text_of(content: Any) -> str:
    """What the content of a message says in words."""
    return content if isinstance(content, str) else "\n".join(part.get("text", "") for part in content)


def images_of(messages: Iterable[Message]) -> list[str]:
    """The "data:" URLs of all images in messages."""
    parts = (part for each in messages if not isinstance(each["content"], str) for part in each["content"])
    return [part["image_url"]["url"] for part in parts if "image_url" in part]
