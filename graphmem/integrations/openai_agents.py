"""For the OpenAI Agents SDK: a session that keeps the dialogue in a memory, and the tools over one.

    memory = Memory("house.db")
    agent = Agent(name="host", tools=memory_tools(memory))
    await Runner.run(agent, "I am Ada.", session=MemorySession("ada-1", memory))

The SDK's package is called `agents`, as a folder of graphmem's checkout is: run from another folder.
"""

from __future__ import annotations

from asyncio import CancelledError, get_running_loop, to_thread, wait
from collections.abc import Callable, Mapping
from contextlib import suppress
from contextvars import copy_context
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from graphmem import validation
from graphmem.conversations import observations_of
from graphmem.errors import InputError, extra
from graphmem.integrations.kept import Kept
from graphmem.integrations.tools import Tool, Tools, answer, arguments_of, described
from graphmem.memory import Memory
from graphmem.records import Episode, Observation

with extra("openai-agents"):
    from agents.memory.session_settings import coerce_session_settings

    from agents import FunctionTool, SessionSettings

if TYPE_CHECKING:
    from agents.tool_context import ToolContext

    from agents import TResponseInputItem

_MARK = "openai_agents"
_SPEAKERS = ("user", "assistant")
Result = TypeVar("Result")


def memory_tools(memory: Memory, *, allow_forget: bool = False) -> list[FunctionTool]:
    """The tools over `memory` for `Agent(tools=...)`."""
    return [_function_tool(tool) for tool in Tools(memory, allow_forget=allow_forget).all()]


def _function_tool(tool: Tool) -> FunctionTool:
    async def invoke(context: ToolContext[Any], arguments: str) -> str:
        return await to_thread(answer, tool, arguments)

    schema = arguments_of(tool).model_json_schema()
    return FunctionTool(tool.__name__, described(tool), params_json_schema=schema, on_invoke_tool=invoke)


class MemorySession:
    """The SDK's `Session`: each item of the dialogue is an episode of `memory`, and gives back what was added.

    What user and assistant say is read for facts; calls of tools and their results are kept, and not read. Sessions
    with different ids may share a memory: each sees its own items, `recall` finds those of all.
    """

    def __init__(
        self, session_id: str, memory: Memory, *, session_settings: SessionSettings | dict[str, Any] | None = None
    ) -> None:
        self.session_id = session_id
        self.session_settings: SessionSettings | None = coerce_session_settings(session_settings or {})
        self._memory = memory
        self._kept = Kept(memory, self._mine)

    def _mine(self, metadata: Mapping[str, Any]) -> bool | None:
        mark = metadata.get(_MARK)
        return (isinstance(mark, dict) and mark.get("session") == self.session_id) or None

    async def get_items(self, limit: int | None = None) -> list[TResponseInputItem]:
        """The newest `limit` items (of the settings, when left out; all when neither says), oldest first."""
        if limit is None and self.session_settings is not None:
            limit = self.session_settings.limit
        return await to_thread(self._items, limit)

    async def add_items(self, items: list[TResponseInputItem]) -> None:
        """Append items, all or none of them; they are on the disk when this returns.

        A call that is cancelled has added nothing: what was written meanwhile is taken back.
        """
        await _to_its_end(self._add, self._take_back, items)

    async def pop_item(self) -> TResponseInputItem | None:
        """Take the newest item away and give it back; what only it taught is forgotten.

        A call that is cancelled may have taken it, but has ended when it says so.
        """
        return await _to_its_end(self._pop)

    async def clear_session(self) -> None:
        """Forget every item of this session, and what only they taught."""
        await _to_its_end(self._clear)

    def _episodes(self, limit: int | None) -> list[Episode]:
        while True:
            ids = list(self._kept.keys())
            wanted = ids if limit is None else ids[max(len(ids) - limit, 0) :]
            episodes = self._kept.episodes(wanted)
            if len(episodes) == len(wanted):  # otherwise some were forgotten meanwhile, and older ones take their place
                return episodes

    def _items(self, limit: int | None) -> list[TResponseInputItem]:
        return [episode.metadata[_MARK]["item"] for episode in self._episodes(limit)]

    def _add(self, items: list[TResponseInputItem]) -> list[Episode]:
        several = validation.several("items", items)
        return [learned.episode for learned in self._memory.remember_together(map(self._observation, several))]

    def _observation(self, item: TResponseInputItem) -> Observation:
        validation.mapping("an item", item, '{"role": "user", "content": "..."}')
        metadata = {_MARK: {"session": self.session_id, "item": dict(item)}}
        role, said = item.get("role"), _said(item)
        for told in observations_of([{"role": role, "content": said}]) if role and said else ():
            return replace(told, metadata=metadata, triples=None if role in _SPEAKERS else ())
        return Observation(_kind(item), metadata=metadata, triples=())

    def _pop(self) -> TResponseInputItem | None:
        for episode in iter(lambda: next(iter(self._episodes(1)), None), None):
            if self._take_back([episode]):  # else somebody else has just taken it
                item: TResponseInputItem = episode.metadata[_MARK]["item"]
                return item
        return None

    def _clear(self) -> None:
        self._take_back(self._episodes(None))

    def _take_back(self, episodes: list[Episode]) -> int:
        """Forget those that are still there; gives their number."""
        there = self._memory.episodes(ids=[episode.id for episode in episodes])
        try:
            return self._memory.forget(*there).episodes if there else 0
        except InputError:  # one of them was forgotten by somebody else between the two
            return self._take_back(there)


async def _to_its_end(
    work: Callable[..., Result], undo: Callable[[Result], Any] | None = None, *arguments: Any
) -> Result:
    """Do the work on another thread; a call that is cancelled, once or more, waits for its end, and undoes it."""
    doing = get_running_loop().run_in_executor(None, partial(copy_context().run, work, *arguments))
    cancelled = None
    while not doing.done():
        try:
            await wait({doing})
        except CancelledError as error:
            cancelled = cancelled or error
    if cancelled is None:
        return doing.result()
    if not doing.exception() and undo:
        with suppress(CancelledError):
            await _to_its_end(undo, None, doing.result())
    raise cancelled


def _said(item: Mapping[str, Any]) -> str:
    """What an item says in words."""
    content = item.get("content")
    parts = [content] if isinstance(content, str) else [part.get("text", "") for part in content or ()]
    return "\n".join(part for part in parts if isinstance(part, str) and part.strip())


def _kind(item: Mapping[str, Any]) -> str:
    """What an item is that says nothing: it is data of the dialogue, not a sight."""
    return f"({' '.join(filter(None, (item.get('type') or item.get('role') or 'item', item.get('name'))))})"
