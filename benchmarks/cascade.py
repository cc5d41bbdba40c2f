"""What follows from a change: questions made from random play of TextWorld games, answered from what is recalled.

    python -m benchmarks.cascade --games 6 --steps 80

A player takes, drops, stows, cooks and eats at random. Then each thing it has seen is asked for ("where is the red
apple?"), and the answer is read off the facts recalled by going from the thing to its holder, and on, to a room or to
the hands of the player. It is held against the game's own state, which nobody else reads:

    still       things that are where they were first seen
    moved       things that have another holder than at first, or whose holder has
    gone        things that were eaten, or became another: no place must be told
    never seen  things of which no observation tells: nothing must be known
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from agents.memories import open_memory
from agents.quality.state import State, name_key
from agents.quality.walks import KnownGame
from benchmarks.reading import mean, show, watched
from envs.tasks import make
from graphmem import Memory, Recollection
from graphmem.embedding import load_embedder

TASKS = ("cooking", "treasure-hunt", "cleaning")
SEARCHES = ("pagerank", "arigraph")
KINDS = ("still", "moved", "gone", "never seen")
UNSEEN = ("silver trumpet", "telescope", "wooden boat", "purple umbrella", "snow globe")
_LIVELY = ("take", "put", "insert", "drop", "eat", "open", "cook", "slice", "unlock", "prepare")

Places = dict[str, str]
"""By thing, what it is in or on."""


def places(state: State) -> Places:
    return {subject: holder for subject, relation, holder in state.facts if relation == "is in"}


def end_of(thing: str, held: Mapping[str, str]) -> str | None:
    """Where the way from a thing to its holder, and on, ends: a room, or the player's hands."""
    seen = {thing}
    place = held.get(thing)
    while place is not None and place in held and place not in seen:
        seen.add(place)
        place = held[place]
    return place


def recalled_end(thing: str, found: Recollection) -> str | None:
    """The same, by what was recalled."""
    held = {name_key(fact.subject): name_key(fact.object) for fact in found.facts if fact.slot == "location"}
    return end_of(thing, held)


def play(game: KnownGame, memory: Memory, steps: int, seed: int) -> tuple[Places, Places, dict[str, str]]:
    """Play at random; gives where each thing seen was at first and is now, and the names of those that were seen."""
    chance = random.Random(seed)
    observation, info = game.reset()
    memory.remember(observation, step=0)
    first: Places = {}
    names: dict[str, str] = {}
    for step in range(1, steps + 1):
        for key, name in game.state.names.items():
            if name in observation.casefold() and key in (now := places(game.state)) and key not in game.state.doors:
                first.setdefault(key, now[key])
                names.setdefault(key, name)
        commands = [c for c in info["admissible_commands"] if not c.startswith(("look", "examine", "inventory"))]
        lively = [command for command in commands if command.startswith(_LIVELY)]
        command = chance.choice(lively if lively and chance.random() < 0.6 else commands)
        observation, _, ended, _, info = game.step(command)
        memory.remember(f"> {command}\n{observation}", step=step)
        if ended:
            break
    return first, places(game.state), names


def answers(memory: Memory, first: Places, now: Places, names: Mapping[str, str]) -> Iterator[tuple[str, str, bool]]:
    """(search, kind of question, whether the answer is right) for each question and search."""
    for search in SEARCHES:
        for thing, name in names.items():
            found = memory.recall(f"where is the {name}?", search=search, episodes=0)  # type: ignore[arg-type]
            kind = "gone" if thing not in now else "still" if end_of(thing, now) == end_of(thing, first) else "moved"
            yield search, kind, recalled_end(thing, found) == end_of(thing, now)
        for name in UNSEEN:
            found = memory.recall(f"where is the {name}?", search=search)  # type: ignore[arg-type]
            yield search, "never seen", not found.facts and not found.episodes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--games", type=int, default=6, help="of each task")
    parser.add_argument("--steps", type=int, default=80)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    given = parser.parse_args()
    right: dict[str, dict[str, list[bool]]] = {search: {kind: [] for kind in KINDS} for search in SEARCHES}
    with tempfile.TemporaryDirectory() as folder:
        for task, seed in watched([(t, s) for t in TASKS for s in range(1, given.games + 1)], "playing"):
            game = KnownGame(make(task, "default", seed, Path(folder)))
            with open_memory(":memory:", load_embedder()) as memory:
                for search, kind, correct in answers(memory, *play(game, memory, given.steps, seed)):
                    right[search][kind].append(correct)
            game.close()
    rows = {
        kind: {"questions": len(right["pagerank"][kind])} | {search: mean(right[search][kind]) for search in SEARCHES}
        for kind in KINDS
        if right["pagerank"][kind]
    }
    if given.json:
        print(json.dumps(rows))
    else:
        show("share of right answers", rows)


if __name__ == "__main__":
    main()
