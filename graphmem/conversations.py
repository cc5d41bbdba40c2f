"""Conversations as observations: messages as chat APIs have them, and chats as they are exported."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from graphmem.errors import InputError
from graphmem.images import checked, from_data_url
from graphmem.language.speakers import ROLES, turns
from graphmem.language.words import STOP_WORDS, words
from graphmem.records import Observation
from graphmem.validation import Given, several

log = logging.getLogger(__name__)

_ROLE = {"human": "user", "ai": "assistant", "model": "assistant", "bot": "assistant", "function": "tool"}
_NAMES_OF_ROLES = frozenset({*ROLES, *_ROLE})
"""As the APIs and exports write them."""

_SPEAKERS = ("user_profile", "name", "sender", "sender_name", "author", "from", "user", "username", "speaker")
_TEXTS = ("content", "text", "message", "body", "parts", "output")
_TIMES = ("time", "timestamp", "created_at", "date", "datetime", "ts", "timestamp_ms", "create_time")
_FIELDS = {each.name for each in fields(Observation)}
_NOT_SAID = (
    "image",
    "image_url",
    "input_image",
    "audio",
    "input_audio",
    "file",
    "input_file",
    "document",
    "thinking",
    "reasoning",
)


def observations_of(messages: str | Iterable[Any], *, time: datetime | None = None) -> list[Observation]:
    """Each message as an observation: its text, who says it (the name, else the role), and when.

    A message is a mapping as the APIs of OpenAI, Anthropic and Gemini have it, or as chats are exported (`sender` and
    `text`), an object with such attributes (LangChain's), a pair of a role and a text, or a text ("user: …"). Content
    may be a text or a list of parts; images come with it where their bytes stand in it ("data:" URLs, Anthropic's
    base64), other media are passed over, and so are messages of nothing else. The
    role is kept in the metadata; a call of a tool is told as `name(arguments)`. A whole text is read as an export.
    `time` is that of messages that have none. Raises `InputError` for what is no message.

    >>> found = observations_of([{"role": "user", "name": "Ana", "content": "I'm late."}])
    >>> [(each.speaker, each.text) for each in found]
    [('Ana', "I'm late.")]
    """
    if isinstance(messages, str):
        return _exported(messages, time)
    if isinstance(messages, Mapping) or not isinstance(messages, Iterable):
        raise InputError(f"messages are a list of messages, not {messages!r:.80}")
    found: list[Observation] = []
    for number, message in enumerate(messages, 1):
        try:
            found += _exported(message, time) if isinstance(message, str) else _of(_mapping(message), time)
        except InputError as error:
            raise InputError(f"message {number}: {error}") from error
        except RecursionError as error:
            raise InputError(f"message {number}: its parts lie too deep in each other") from error
    return found


def messages_read(given: Iterable[Given]) -> Iterator[Given]:
    """What is to be remembered; a message of a chat among it is an observation, or several where it quotes a chat."""
    for each in given:
        yield from observations_of([each]) if _is_any_message(each) else [each]


def _is_any_message(given: object) -> bool:
    """Whether this is a message in a form that `observations_of` takes, and nothing that is an observation itself."""
    if isinstance(given, Mapping):
        return is_message(given) and not {"text", "speaker"} <= given.keys()
    if isinstance(given, tuple | list):
        return len(given) == 2 and all(isinstance(part, str) for part in given) and given[0] in _NAMES_OF_ROLES
    return hasattr(given, "content") and not isinstance(given, Observation)


def question_of(messages: Iterable[Any]) -> str:
    """The last turn of a conversation as a question by itself: what it leans on is said before it.

    >>> question_of(["user: Where does Ana Lund work?", "assistant: At the mill.", "user: And her sister?"])
    'Where does Ana Lund work? And her sister?'
    """
    said = [each for each in observations_of(messages) if each.text.strip()]
    if not said:
        raise InputError("a conversation to ask by has at least one turn that says something")
    *before, last = [(turns(each.text) or (each,))[0] for each in said]
    if not _leans(last.text):
        return last.text
    led = next(
        (turn.text for turn in reversed(before) if turn.speaker == last.speaker), before[-1].text if before else ""
    )
    return f"{led} {last.text}".strip()


_LEANS_ON = frozenset({
    "he", "she", "it", "they", "him", "her", "them", "his", "hers", "its", "their", "theirs", "this", "that", "these",
    "those", "there", "then", "one", "ones", "same", "other",
})  # fmt: skip
_LEAST_SUBJECT = 2
"""A question with fewer words of its own leaves its subject to the turns before."""


def _leans(question: str) -> bool:
    said = words(question)
    subject = [word for word in said if word not in STOP_WORDS]
    return len(subject) < _LEAST_SUBJECT or not _LEANS_ON.isdisjoint(said) or said[0] in ("and", "but", "so")


def is_message(given: object) -> bool:
    """Whether `given` is a message, that says who speaks and what, and no record of an `Observation`'s own fields."""
    if not isinstance(given, Mapping) or given.keys() <= _FIELDS:
        return False
    speaks = _role(given) is not None or any(isinstance(given.get(name), str | Mapping) for name in _SPEAKERS)
    return speaks and any(name in given for name in (*_TEXTS, "tool_calls"))


def _exported(text: str, time: datetime | None) -> list[Observation]:
    """The turns of a chat as it is exported; one observation, of nobody, when the text is no chat."""
    if not (found := turns(text, time)):
        return [Observation(text, time=time)] if text.strip() else []
    return [
        Observation(turn.text, time=turn.time or time, metadata=_metadata(turn.speaker), speaker=turn.speaker)
        for turn in found
        if turn.text
    ]


def _of(message: Mapping[str, Any], time: datetime | None) -> list[Observation]:
    """A message as an observation; as none when it says nothing in words."""
    role, name = _role(message), _name(message)
    if role is None and name is None:
        raise InputError(f'a message has a "role" or a "name", and a "content", not {dict(message)!r:.80}')
    given = next((message[key] for key in _TEXTS if message.get(key) is not None), None)
    told = [*_texts(given), *map(_called, _calls(message))]
    text = "\n".join(part for part in told if part.strip())
    seen = tuple(_images(given))
    if not (text or seen):
        return []
    at = _time(message) or time
    if (
        name is None
        and role in ("user", None)
        and len(said := turns(text, at)) == 1
        and said[0].speaker not in ROLES - {role}
    ):
        name, text = said[0].speaker, said[0].text
    return [Observation(text, time=at, metadata={"role": role} if role else {}, speaker=name or role, images=seen)]


def _metadata(speaker: str | None) -> dict[str, str]:
    return {"role": _ROLE.get(speaker, speaker)} if speaker in ROLES else {}


def _mapping(message: Any) -> Mapping[str, Any]:
    """A message as a mapping, whatever kind of object it is."""
    if isinstance(message, Mapping):
        return message
    if isinstance(message, tuple | list) and len(message) == 2 and all(isinstance(part, str) for part in message):
        return {"role": message[0], "content": message[1]}
    names = ("role", "type", "tool_calls", *_SPEAKERS, *_TEXTS, *_TIMES)
    found = {
        name: value for name in names if (value := getattr(message, name, None)) is not None and not callable(value)
    }
    if not found.keys() & {"role", "type"} or not found.keys() & set(_TEXTS):
        raise InputError(f"this is no message: {message!r:.80}")
    return found


def _role(message: Mapping[str, Any]) -> str | None:
    """The role in a message: as `role`, or as the type of the message ("human"), or of the item ("function_call")."""
    if isinstance(given := message.get("role"), str) and given:
        return _ROLE.get(given, given)
    kind = message.get("type")
    if kind in ("function_call", "tool_call"):
        return "assistant"
    if kind == "function_call_output":
        return "tool"
    return _ROLE.get(str(kind), kind) if kind in (*ROLES, *_ROLE) else None


def _name(message: Mapping[str, Any]) -> str | None:
    """Who speaks, by name; a called tool is the name of its answer."""
    if message.get("type") == "function_call":
        return None
    for key in _SPEAKERS:
        given = message.get(key)
        if isinstance(given, Mapping):  # {"author": {"role": "user", "name": "Ana"}}
            given = given.get("real_name") or given.get("name") or given.get("username") or given.get("role")
        if isinstance(given, str) and given.strip():
            return _ROLE.get(given.strip(), given.strip())
    return None


def _texts(content: Any) -> list[str]:
    """What a message's content says in words."""
    if content is None:
        return []
    if isinstance(content, str):
        return [content]
    if isinstance(content, list | tuple):
        return [text for part in content for text in _texts(part)]
    part = _named_parts("content is a text or a list of parts", content)
    if part.get("type") in _NOT_SAID:
        return []
    if part.get("type") == "tool_use":
        return [_called(part)]
    return _texts(next((part[key] for key in ("text", "content", "parts", "output", "refusal") if part.get(key)), None))


def _images(content: Any) -> Iterator[bytes]:
    """The images of a content whose bytes stand in it; addresses, and what cannot be kept, are passed over."""
    if isinstance(content, list | tuple):
        for part in content:
            yield from _images(part)
    elif isinstance(content, Mapping) and isinstance(url := _url(content), str) and url.startswith("data:"):
        try:
            yield checked(from_data_url(url))
        except InputError as error:
            log.warning("an image of a message is passed over: %s", error)


def _url(part: Mapping[str, Any]) -> Any:
    """Where an image is, as OpenAI's APIs and Anthropic's say it."""
    if part.get("type") in ("image_url", "input_image"):
        given = part.get("image_url")
        return given.get("url") if isinstance(given, Mapping) else given
    source = part.get("source")
    if part.get("type") == "image" and isinstance(source, Mapping) and source.get("type") == "base64":
        return f"data:;base64,{source.get('data')}"
    return None


def _calls(message: Mapping[str, Any]) -> list[Any]:
    if message.get("type") == "function_call":
        return [message]
    return list(several("calls of tools", message.get("tool_calls") or ()))


def _called(call: Any) -> str:
    """A call of a tool, as it would be written: `name(arguments)`."""
    outer = _named_parts("a call of a tool has a name and arguments", call)
    inner = _named_parts("a call of a tool has a name and arguments", outer.get("function") or outer)
    given = next((inner[key] for key in ("arguments", "input", "args") if inner.get(key)), "")
    arguments = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False, default=str)
    return f"{inner.get('name') or 'tool'}({arguments})"


def _named_parts(wanted: str, given: Any) -> Mapping[str, Any]:
    """The parts of a mapping, or of an object that has them as attributes."""
    found = given if isinstance(given, Mapping) else getattr(given, "__dict__", None)
    if not isinstance(found, Mapping):
        raise InputError(f"{wanted}, not {given!r:.80}")
    return found


def _time(message: Mapping[str, Any]) -> datetime | None:
    """When a message was sent: as ISO 8601, or as seconds (or milliseconds) since 1970."""
    given = next((message[key] for key in _TIMES if message.get(key) is not None), None)
    if given is None or isinstance(given, datetime):
        return given
    try:
        seconds = float(given)
        return datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        pass
    try:
        return datetime.fromisoformat(given)
    except (TypeError, ValueError) as error:
        raise InputError(f"a time is written as 2024-05-17T09:30, not {given!r:.80}") from error
