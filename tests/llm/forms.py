"""What the tests ask for, and short ways to ask."""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel, Field

from graphmem.llm import ChatModel, Patience
from tests.model_server import ChatServer


class Count(BaseModel):
    n: int


class Note(BaseModel):
    """Bounded, as small models need it."""

    text: Annotated[str, Field(max_length=20)]


class Doubt(BaseModel):
    """Valid without a single key."""

    sure: bool = False


QUICK = Patience(attempts=4, seconds=20, first=0.002, longest=0.01)
ASKED = [{"role": "system", "content": "You count."}, {"role": "user", "content": "How many apples?"}]


def three(messages: object, schema: object) -> str:
    return '{"n": 3}'


def chat(server: ChatServer, **arguments: Any) -> ChatModel:
    """A model behind `server` that does not wait long."""
    return ChatModel("test-model", **{"base_url": server.url, "patience": QUICK, **arguments})


def shapes(server: ChatServer) -> Sequence[str]:
    """What kind of reply each request asked for."""
    return [body.get("response_format", {}).get("type", "plain") for body in server.requests]
