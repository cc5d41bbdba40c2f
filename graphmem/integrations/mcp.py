"""A server of the Model Context Protocol over one memory, by the official SDK.

>>> from graphmem import Memory
>>> serve(Memory("house.db"))  # doctest: +SKIP
"""

from __future__ import annotations

import hmac
import inspect
import json
import socket
import sys
from collections.abc import Callable
from dataclasses import asdict
from functools import wraps
from ipaddress import ip_address
from typing import Annotated, Any, cast

from pydantic import RootModel, TypeAdapter

from graphmem.errors import GraphmemError, InputError, extra
from graphmem.integrations.tools import INSTRUCTIONS, Tool, Tools, in_words
from graphmem.memory import Memory
from graphmem.protocols import LLM

with extra("mcp"):
    from mcp.server.auth.provider import AccessToken
    from mcp.server.auth.settings import AuthSettings
    from mcp.server.mcpserver import MCPServer
    from mcp.server.mcpserver.exceptions import ResourceError, ToolError
    from mcp.types import CallToolResult, TextContent, ToolAnnotations

TOKEN = "GRAPHMEM_MCP_TOKEN"
"""The environment variable of the token that clients over HTTP must send."""

_KINDS = {
    "remember": ToolAnnotations(read_only_hint=False, destructive_hint=False, idempotent_hint=True),
    "forget": ToolAnnotations(read_only_hint=False, destructive_hint=True, idempotent_hint=True),
}
_READS = ToolAnnotations(read_only_hint=True, idempotent_hint=True)


def server(
    memory: Memory, *, allow_forget: bool = False, token: str | None = None, model: LLM | None = None
) -> MCPServer[Any]:
    """A server with the tools over `memory`, and its statistics and graph as resources; `model` answers questions.

    With `token`, HTTP clients must send it as a bearer token. The SDK runs the tools on worker threads; a memory may
    be used from many.
    """
    made: MCPServer[Any] = MCPServer(
        "graphmem", instructions=INSTRUCTIONS, log_level="WARNING", **(_guard(token) if token else {})
    )
    for tool in Tools(memory, allow_forget=allow_forget, model=model).all():
        kind = _KINDS.get(tool.__name__, _READS).model_copy(update={"open_world_hint": False})
        title = tool.__name__.replace("_", " ").capitalize()
        made.add_tool(_answering(tool), title=title, annotations=kind, structured_output=True)
    for name, read in (("statistics", _statistics), ("graph", _graph)):
        made.resource(f"memory://{name}", name=name, description=read.__doc__, mime_type="application/json")(
            _readable(read, memory)
        )
    return made


def serve(
    memory: Memory, *, allow_forget: bool = False, http: bool = False, host: str = "127.0.0.1", port: int = 8000,
    token: str | None = None, model: LLM | None = None,
) -> None:  # fmt: skip
    """Serve `memory` until the client, or an interrupt, ends it: over stdio, or at `http://host:port/mcp`.

    Raises `InputError` when the port is taken, or others than this machine could reach it and there is no `token`.
    """
    if http and not token and not _is_loopback(host):
        raise InputError(f"{host} can be reached from other machines: set a token in {TOKEN}, or use 127.0.0.1")
    made = server(memory, allow_forget=allow_forget, token=token if http else None, model=model)
    if http:
        _check_free(host, port)
        print(f"graphmem: serving at http://{host}:{port}/mcp", file=sys.stderr, flush=True)
        made.run("streamable-http", host=host, port=port)
    else:
        made.run("stdio")


def _check_free(host: str, port: int) -> None:
    try:
        family = socket.getaddrinfo(host, port)[0][0]
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        raise InputError(f"{host}:{port} cannot be served on: {error.strerror}; name another port by --port") from error


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class _OneToken:
    """Lets in whoever has the token; how long the comparison takes says nothing about it."""

    def __init__(self, token: str) -> None:
        self._token = token.encode()

    async def verify_token(self, token: str) -> AccessToken | None:
        if not hmac.compare_digest(token.encode(), self._token):
            return None
        return AccessToken(token=token, client_id="graphmem", scopes=[])


def _guard(token: str) -> dict[str, Any]:
    """The SDK asks for the address of who gives out tokens; here nobody does, so it names this machine."""
    settings = AuthSettings.model_validate({"issuer_url": "http://127.0.0.1", "resource_server_url": None})
    return {"auth": settings, "token_verifier": _OneToken(token)}


def _answering(tool: Tool) -> Callable[..., CallToolResult]:
    """The tool as the SDK wants it: its result in words for a model, and as data; what went wrong as a tool's error."""
    signature = inspect.signature(tool, eval_str=True)
    data = TypeAdapter(signature.return_annotation)

    @wraps(tool)
    def answer(**arguments: Any) -> CallToolResult:
        try:
            result = tool(**arguments)
        except GraphmemError as error:
            raise ToolError(str(error)) from error
        text = TextContent(type="text", text=in_words(result))
        return CallToolResult(content=[text], structured_content=data.dump_python(result, mode="json"))

    shape = RootModel[signature.return_annotation]  # type: ignore[name-defined] # the SDK reads no slotted dataclass
    cast(Any, answer).__signature__ = signature.replace(return_annotation=Annotated[CallToolResult, shape])
    return answer


def _readable(read: Callable[[Memory], dict[str, Any]], memory: Memory) -> Callable[[], str]:
    def resource() -> str:
        try:
            return json.dumps(read(memory), ensure_ascii=False)
        except GraphmemError as error:
            raise ResourceError(str(error)) from error

    return resource


def _statistics(memory: Memory) -> dict[str, Any]:
    """How many episodes, facts and entities the memory holds."""
    return asdict(memory.stats())


def _graph(memory: Memory) -> dict[str, Any]:
    """Every fact that holds, as a graph: entities and the facts between them."""
    facts = memory.facts()
    names = dict.fromkeys(name for fact in facts for name in (fact.subject, fact.object))
    return {"entities": list(names), "facts": [asdict(fact) for fact in facts]}
