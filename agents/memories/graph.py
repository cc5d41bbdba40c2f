"""The graph: facts and episodes that bear on what is before the agent, and the part of the map it needs (AriGraph)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from agents.memories.protocol import AgentMemory, Cue, Moment
from agents.memories.ways import Ways, united
from agents.worldmap import RELATIONS
from graphmem import Episode, Fact, Learned, Memory, Recollection
from graphmem.retrieval import AriGraph, PageRank, Search
from graphmem.retrieval.budget import (
    EPISODES_HEADING,
    FACTS_HEADING,
    count_tokens,
    episode_lines,
    fact_line,
    recollect,
)

EPISODES = 3
"""So many episodes are recalled (section 2.2 of the paper)."""

FRONTIERS = 3
"""Places with unexplored exits that are told before anything else is."""

PLENTY = 100_000
"""A budget that cuts nothing: the cut is made here, when the map has been added."""

ALL_EXPLORED = Fact("", "player", "has explored", "every exit", asserted_by="", since=0)
"""Told when no exit is left that nobody has taken."""


class Graph(AgentMemory):
    """`memory`, searched by what the observation and the plan name: by PageRank, or as in the paper (`AriGraph`).

    The paper's ablations: without `episodic` search no episodes are told; without `exploration` no map is.
    """

    def __init__(
        self, memory: Memory, *, search: Search | None = None, episodic: bool = True, exploration: bool = True
    ) -> None:
        self._memory = memory
        self._search = search or PageRank()
        self._episodes = EPISODES if episodic else 0
        self._exploration = exploration
        self._last: list[str] = []

    def take_in(self, moment: Moment) -> Learned:
        metadata = {"place": moment.place, "score": moment.score}
        learned = self._memory.remember(moment.text, metadata=metadata)
        self._last = [learned.episode.id]
        if learned.episode.pending:  # a model that failed is asked once more
            again = {each.episode.id: each for each in self._memory.extract_pending()}
            return again.get(learned.episode.id, learned)
        return learned

    def recall(self, cue: Cue, budget: int) -> str:
        search = self._search
        if isinstance(search, AriGraph) and cue.names:
            search = replace(search, depth=cue.names)
        found = self._memory.recall(
            list(cue.names) or cue.observation,
            search=search,
            plan=cue.plan or None,
            episodes=self._episodes,
            budget=PLENTY,
            without=self._last,
        )
        facts = self._with_map(found, cue.place) if self._exploration else list(found.facts)
        return _facts_first(facts, found.episodes, budget)

    def _with_map(self, found: Recollection, here: str | None) -> list[Fact]:
        """What is unexplored nearby, then what was found, each with the way there, then the rest of the map.

        An episode tells the exits of its place, but not which were taken since: the map does.
        """
        ways = Ways(self.map_facts(), here)
        ends = [[*ways.to(place), *exits] for place, exits in ways.unexplored()]
        things = (fact for fact in found.facts if fact.relation not in RELATIONS)
        wanted = ([fact, *ways.to(fact.subject), *ways.to(fact.object)] for fact in things)
        return united(
            *map(ways.doors, [here or "", *(name for episode in found.episodes for name in episode.mentions)]),
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


def _facts_first(facts: Sequence[Fact], episodes: Sequence[Episode], budget: int) -> str:
    """Prompt text of the facts that fit, and of the episodes that then still do: an episode costs as much as ten facts.

    The line that says how much was left out would not help the reader, and is left out too.
    """
    kept = recollect(facts, (), budget=budget).facts
    room = budget - sum(map(count_tokens, (FACTS_HEADING, EPISODES_HEADING, *map(fact_line, kept))))
    told = []
    for episode in episodes:
        cost = count_tokens(episode_lines(episode))
        if cost <= room:
            told.append(episode)
            room -= cost
    return recollect(kept, told, budget=PLENTY).text
