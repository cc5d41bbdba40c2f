"""The graph: facts and episodes that bear on what is before the agent, and the part of the map it needs (AriGraph)."""

from __future__ import annotations


from agents.memories.protocol import AgentMemory, Cue, Moment
from agents.memories.ways import Ways, united
from agents.worldmap import RELATIONS
from graphmem import Fact, Learned, Memory
from graphmem.retrieval.budget import recollect

DEPTH, WIDTH, EPISODES = 2, 8, 3
"""Of the search: rounds, facts found in each, and episodes (section 2.2 of the paper)."""

FRONTIERS = 3
"""Places with unexplored exits that are told before anything else is."""

PLENTY = 100_000
"""A budget that cuts nothing: the cut is made here, when the map has been added."""

ALL_EXPLORED = Fact("", "player", "has explored", "every exit", asserted_by="", since=0)
"""Told when no exit is left that nobody has taken."""


class Graph(AgentMemory):
    """`memory`, searched by what the observation and the plan name.

    The paper's ablations: without `episodic` search no episodes are told; without `exploration` no map is.
    """

    def __init__(self, memory: Memory, *, episodic: bool = True, exploration: bool = True) -> None:
        self._memory = memory
        self._episodes = EPISODES if episodic else 0
        self._exploration = exploration
        self._last: list[str] = []

    def take_in(self, moment: Moment) -> Learned:
        metadata = {"place": moment.place, "score": moment.score}
        learned = self._memory.remember(moment.text, metadata=metadata)
        self._last = [learned.episode.id]
        return learned

    def recall(self, cue: Cue, budget: int) -> str:
        found = self._memory.recall(
            cue.names or cue.observation,
            plan=cue.plan or None,
            depth=DEPTH,
            width=WIDTH,
            episodes=self._episodes,
            budget=PLENTY,
            without=self._last,
        )
        facts = self._with_map(found.facts, cue.place) if self._exploration else list(found.facts)
        return recollect(facts, found.episodes, budget=budget).text

    def _with_map(self, found: tuple[Fact, ...], here: str | None) -> list[Fact]:
        """What is unexplored nearby, then what was found, each with the way there, then the rest of the map."""
        ways = Ways(self.map_facts(), here)
        ends = [[*ways.to(place), *exits] for place, exits in ways.unexplored()]
        things = (fact for fact in found if fact.relation not in RELATIONS)
        wanted = ([fact, *ways.to(fact.subject), *ways.to(fact.object)] for fact in things)
        return united(
            ways.doors(),
            [] if ends else [ALL_EXPLORED],
            *ends[:FRONTIERS],
            *wanted,
            *map(ways.to, ways.places),
            *ends[FRONTIERS:],
        )

    def map_facts(self) -> list[Fact]:
        return self._memory.facts(relations=RELATIONS) if self._exploration else []

    def close(self) -> None:
        self._memory.close()
