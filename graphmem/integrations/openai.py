"""Function tools for the OpenAI SDK: what the model is offered, and the answers to what it calls.

    tools = FunctionTools(Memory("house.db"))
    reply = client.chat.completions.create(model=..., messages=messages, tools=tools.chat)
    messages += tools.chat_answers(reply.choices[0].message)

Any server that speaks OpenAI's API will do.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from graphmem.errors import extra
from graphmem.integrations.tools import Tools, answer, arguments_of, described
from graphmem.memory import Memory

with extra("openai"):
    from openai import pydantic_function_tool


class FunctionTools:
    """The tools over one memory, as functions that a model calls by name with JSON.

    `chat` goes into `chat.completions.create(tools=...)`, `responses` into `responses.create(tools=...)`.
    """

    def __init__(self, memory: Memory, *, allow_forget: bool = False) -> None:
        self._tools = {tool.__name__: tool for tool in Tools(memory, allow_forget=allow_forget).all()}
        self.chat: list[Any] = [
            pydantic_function_tool(arguments_of(tool), name=name, description=described(tool))
            for name, tool in self._tools.items()
        ]
        self.responses: list[Any] = [{"type": "function", **each["function"]} for each in self.chat]

    def call(self, name: str, arguments: str) -> str:
        """What the tool `name` gives for `arguments` (a JSON object), in words; what went wrong, in words too."""
        if name not in self._tools:
            return f"Error: there is no tool {name!r:.80}; there are {', '.join(self._tools)}."
        return answer(self._tools[name], arguments)

    def chat_answers(self, message: Any) -> list[dict[str, Any]]:
        """The messages that answer the calls of these tools in a `ChatCompletionMessage`, to be sent after it."""
        calls = [call for call in message.tool_calls or () if call.type == "function"]
        return [
            {"role": "tool", "tool_call_id": call.id, "content": self.call(call.function.name, call.function.arguments)}
            for call in calls
            if call.function.name in self._tools
        ]

    def response_answers(self, output: Iterable[Any]) -> list[dict[str, Any]]:
        """The input items that answer the calls of these tools among the `output` of a `Response`."""
        calls = [item for item in output if item.type == "function_call" and item.name in self._tools]
        return [
            {"type": "function_call_output", "call_id": call.call_id, "output": self.call(call.name, call.arguments)}
            for call in calls
        ]
