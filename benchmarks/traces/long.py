"""A walk of many steps through the largest made hunt, with a model behind HTTP that only walks: how prompts grow."""

from __future__ import annotations

import itertools
import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from agents.ariadne import Ariadne
from agents.memories import open_memory
from agents.players import language_model
from envs import open_game
from envs.tasks import make
from graphmem.embedding import load_embedder
from graphmem.llm import ChatModel
from tests.agents.stand_in import StandIn
from tests.model_server import ChatServer

_EXITS = re.compile(r"^Unexplored exits:\n(.*?)(?:\n\n|\Z)", re.MULTILINE | re.DOTALL)
_PLACE = re.compile(r"^Place:\n(.*)$", re.MULTILINE)
_ACTIONS = re.compile(r"^Actions:\n(.*?)(?:\n\n|\Z)", re.MULTILINE | re.DOTALL)


class Walker(StandIn):
    """Reads by rule, plans to see every exit in as many words as GPT-4 took, and goes on and on, never to win."""

    def __init__(self) -> None:
        super().__init__()
        self._number = itertools.count()
        self._tried: set[str] = set()

    def __call__(self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any] | None) -> str:
        asked = (schema or {}).get("properties", {})
        if "triples" in asked:
            return super().__call__(messages, schema)
        prompt = messages[1]["content"]
        planned = _plan(prompt) if "main_goal" in asked else {}
        return json.dumps(planned | (self._act(prompt) if "action" in asked else {}))

    def _act(self, prompt: str) -> dict[str, Any]:
        here = _found(_PLACE, prompt)
        actions = _found(_ACTIONS, prompt).splitlines()
        exits = {place: [f"go {way}" for way in ways.split(", ")] for place, ways in map(_split, _exits(prompt))}
        ways = [way for way in exits.get(here, ()) if way in actions]
        walks = (f"go to {place}" for place in exits if place not in self._tried)
        ways = ways or [walk for walk in walks if walk in actions][:1]
        self._tried.update(way.removeprefix("go to ") for way in ways)
        ways = ways or [each for each in actions if re.match("go (?!to )", each)] or ["look"]
        return {"reason": "There may be something there.", "action": ways[next(self._number) % len(ways)]}


def _plan(prompt: str) -> dict[str, Any]:
    places = [_split(line) for line in _exits(prompt)][:5] or [(_found(_PLACE, prompt), "all sides")]
    goals = [
        {
            "goal": f"Go to {place} and explore the unexplored exit to the {ways.split(', ')[0]}.",
            "reason": f"What is needed has not been found yet, and nobody has seen what lies that way from {place}.",
            "about": [place],
        }
        for place, ways in places
    ]
    return {"main_goal": "Find the treasure.", "sub_goals": goals, "explore": True}


def _split(line: str) -> tuple[str, str]:
    place, _, ways = line.rpartition(": ")
    return place, ways


def _exits(prompt: str) -> list[str]:
    return [line for line in _found(_EXITS, prompt).splitlines() if ": " in line]


def _found(pattern: re.Pattern[str], prompt: str) -> str:
    found = pattern.search(prompt)
    return found[1].strip() if found else ""


def walk(steps: int) -> tuple[list[tuple[int, dict[str, Any]]], list[int]]:
    """Every request of the walk with its turn, and how many facts the memory held after each turn."""
    requests: list[tuple[int, dict[str, Any]]] = []
    facts: list[int] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        ChatServer(Walker()) as server,
        ChatModel("walker", base_url=server.url, api_key="none") as llm,
    ):
        player = language_model(llm)
        env = open_game(make("treasure-hunt", "hardest", 1, Path(folder)))
        with open_memory(":memory:", load_embedder(), player.extractor) as memory:
            agent = Ariadne(env, memory, player.policy, max_steps=10 * steps, recall_tokens=player.recall_tokens)
            for step in itertools.islice(agent.run(), steps):
                requests += [(step.number, body) for body in server.requests[len(requests) :]]
                facts.append(memory.stats().current_facts)
        env.close()
    return requests, facts
