"""The graph: facts and episodes that bear on what is before the agent, and the part of the map it needs (AriGraph)."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import replace
from os import PathLike

from agents.memories.protocol import AgentMemory, Cue, Moment
from agents.worldmap import RELATIONS, WorldMap
from graphmem import Episode, Fact, Learned, Memory, Recollection, Stats
from graphmem.extraction.textworld.extractor import TextWorldExtractor
from graphmem.extraction.textworld.slots import slot
from graphmem.protocols import Embedder, Extractor
from graphmem.records import entity_key
from graphmem.retrieval import AriGraph, PageRank, Search
from graphmem.retrieval.budget import (
    EPISODES_HEADING,
    FACTS_HEADING,
    count_tokens,
    episode_lines,
    fact_line,
    recollect,
)

WIDTH, EPISODES = 8, 3
"""So many facts of a round of the paper's search, and so many episodes, are recalled (section 2.2)."""

FRONTIERS = 3
"""Places with unexplored exits that are told before anything else is."""

LESSONS = 3
"""How many lessons of earlier attempts are kept in mind, the latest."""

PLENTY = 100_000
"""A budget that cuts nothing: the cut is made here, when the map has been added."""

ALL_EXPLORED = Fact("", "player", "has explored", "every exit", asserted_by="", since=0)
"""Told when no exit is left that nobody has taken."""


def open_memory(location: str | PathLike[str], embedder: Embedder, extractor: Extractor | None = None) -> Memory:
    """A `Memory` of a game's world, where a thing is in one place at a time; TextWorld's English is read by rule."""
    return Memory(location, embedder=embedder, extractor=extractor or TextWorldExtractor(), slot_of=slot)


class GraphMemory(AgentMemory):
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
        self._world = ""
        self._newest: tuple[str, ...] = ()

    def take_in(self, moment: Moment) -> Learned:
        metadata = {"world": self._world, "place": moment.reached, "score": moment.score}
        if moment.first:
            metadata["start"] = True
        learned = self._memory.remember(moment.text, metadata=metadata)
        self._newest = (learned.episode.id,)
        return learned

    def recall(self, cue: Cue, budget: int) -> Recollection:
        found = self._found(cue)
        if not self._exploration:
            return _facts_first(_each_once(found.facts, self._planned(cue, ())), found.episodes, budget)
        worldmap = WorldMap(self._memory.facts(relations=RELATIONS))
        planned = self._planned(cue, worldmap.ways(cue.place))
        return _facts_first(_with_map(found, planned, worldmap, cue.place), found.episodes, budget)

    def _found(self, cue: Cue) -> Recollection:
        """What the search finds, uncut; the paper's searches from each name to the depth of its own."""
        search = self._search
        if isinstance(search, AriGraph) and cue.names:
            search = replace(search, depth=cue.names)
        return self._memory.recall(
            list(cue.names) or cue.observation.strip() or "what to do",
            search=search,
            plan=cue.plan or None,
            episodes=self._episodes,
            budget=PLENTY,
            without=self._newest,
        )

    def _planned(self, cue: Cue, places: Container[str]) -> list[Fact]:
        """All that is known of the things that the plan is about: a search leaves out what has little weight."""
        names = [name for name, depth in cue.names.items() if depth > 1 and entity_key(name) not in places]
        return [fact for fact in self._memory.facts(names) if fact.asserted_by not in self._newest] if names else []

    def begin(self, world: str) -> None:
        """Of this world, map and notes are true, and things are where they were first seen; of another, nothing holds.

        What was not learned in a game is left alone.
        """
        self._world, self._newest = world, ()
        metadata = {episode.id: episode.metadata for episode in self._memory.episodes()}
        worlds = {id_: given["world"] for id_, given in metadata.items() if "world" in given}
        if not worlds:
            return
        begun = {id_ for id_, given in metadata.items() if given.get("kind") == "begin"}
        played = [fact for fact in self._memory.facts(retired=True) if fact.asserted_by in worlds]
        here = [fact for fact in played if worlds[fact.asserted_by] == world]
        lasting = [fact for fact in here if not fact.slot and (fact.current or fact.retired_by in begun)]
        self._memory.remember(
            "A new game begins.",
            triples=[fact.triple for fact in (*lasting, *_first_places(here))],
            outdated=[fact for fact in played if fact.current and (fact.slot or worlds[fact.asserted_by] != world)],
            metadata={"world": world, "kind": "begin"},
        )

    def last_run(self, world: str) -> list[str]:
        """As `AgentMemory` has it; what could not be read of it is tried again."""
        self._world = world
        self._memory.extract_pending()
        episodes = self._memory.episodes()
        starts = [index for index, episode in enumerate(episodes) if episode.metadata.get("start")]
        if not starts or episodes[starts[-1]].metadata.get("world") != world:
            return []
        return [episode.text for episode in episodes[starts[-1] :] if "kind" not in episode.metadata]

    def lessons(self) -> list[str]:
        told = [episode.text for episode in self._memory.episodes() if episode.metadata.get("kind") == "lesson"]
        return told[-LESSONS:]

    def keep_lesson(self, lesson: str) -> None:
        self._memory.remember(lesson, triples=(), metadata={"world": self._world, "kind": "lesson"})

    def stats(self) -> Stats:
        return self._memory.stats()

    def close(self) -> None:
        self._memory.close()


def _with_map(found: Recollection, planned: Sequence[Fact], worldmap: WorldMap, here: str | None) -> list[Fact]:
    """What is unexplored nearby; what was found, each with the way there; all ways; what is planned; the rest.

    An episode tells the exits of its place, but not which were taken since: the map does.
    """
    ways = worldmap.ways(here)
    ends = [[*way, *exits] for place, way in ways.items() if (exits := worldmap.open_ends(place))]
    things = (fact for fact in found.facts if fact.relation not in RELATIONS)
    wanted = ([fact, *(step for end in fact.triple.key[::2] for step in ways.get(end, ()))] for fact in things)
    return _each_once(
        *map(worldmap.doors, [here or "", *(name for episode in found.episodes for name in episode.mentions)]),
        [] if ends else [ALL_EXPLORED],
        *ends[:FRONTIERS],
        *wanted,
        *ways.values(),
        planned,
        *ends[FRONTIERS:],
    )


def _first_places(facts: Iterable[Fact]) -> list[Fact]:
    """Where each thing was first seen, other than in the player's hands; the player itself is left out."""
    first: dict[str, Fact] = {}
    for fact in facts:
        if fact.slot == "location" and entity_key(fact.object) != "inventory":
            first.setdefault(entity_key(fact.subject), fact)
    first.pop("player", None)
    return list(first.values())


def _each_once(*groups: Iterable[Fact]) -> list[Fact]:
    return list({fact.id: fact for group in groups for fact in group}.values())


def _facts_first(facts: Sequence[Fact], episodes: Sequence[Episode], budget: int) -> Recollection:
    """The facts that fit, and the episodes that then still do: an episode costs as much as ten facts.

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
    return recollect(kept, told, budget=PLENTY)
