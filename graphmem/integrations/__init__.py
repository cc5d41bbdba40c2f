"""Doors to other agent loops: each module here is for one library and needs the extra of that name.

mcp            a server of the Model Context Protocol            extra `mcp`
openai         function tools for chat completions and responses  extra `openai`
openai_agents  a session and tools for the OpenAI Agents SDK      extra `openai-agents`
langgraph      a store, and nodes for before and after the model  extra `langgraph`
pydantic_ai    a capability and a toolset                         extra `pydantic-ai`

What a model can do through any of them stands in `tools`. A door leads to one memory, which is one namespace.
"""
