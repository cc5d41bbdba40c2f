"""Putting records back on the server as they were, or as they have become."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from graphmem.records import Entity, Episode, Fact
from graphmem.storage.neo4j import writing
from graphmem.storage.neo4j.connection import Run
from graphmem.storage.neo4j.rows import Namespace, Properties, next_order

BATCH = 1000
"""Rows that one statement takes, where there may be many."""


def restore(
    run: Run, ids: Namespace, entities: Sequence[Entity], episodes: Sequence[Episode], facts: Sequence[Fact]
) -> None:
    """See `Store.restore`."""
    (known,) = run(writing.KNOWN, {"episodes": [e.id for e in episodes], "facts": [f.id for f in facts]})
    episodes = [episode for episode in episodes if episode.id not in known["episodes"]]
    facts = [fact for fact in facts if fact.id not in known["facts"]]
    order = _put_entities(run, ids, entities, episodes, facts)
    run(writing.ADD_ALIASES, {"aliases": ids.alias_rows(entities)})
    _put(run, ids, writing.EPISODES, episodes, facts, order)


def renew(
    run: Run, ids: Namespace, entities: Sequence[Entity], episodes: Sequence[Episode], facts: Sequence[Fact]
) -> None:
    """See `Store.renew`."""
    order = _put_entities(run, ids, entities, episodes, facts)
    told, given = [episode.id for episode in episodes], ids.fact_rows(facts, order)
    (lost,) = run(writing.UNTEACH, {"episodes": told, "facts": [fact.id for fact in facts]})
    moved = run(writing.MOVED, {"facts": given})
    dropped = [*lost["stale"], *(row["id"] for row in moved)]
    (gone,) = run(writing.DROP, {"dropped": dropped})
    _put(run, ids, writing.RENEW_EPISODES, episodes, facts, order)
    kept = [{"episode": id_, "facts": [row["id"]], "mentions": []} for row in moved for id_ in row["teachers"]]
    run(f"{writing.TAUGHT} RETURN taught", {"moved": [], "taught": kept})
    unnamed = run(writing.UNNAMED, {"ids": sorted({*lost["named"], *gone["ends"]})})
    rows = ids.entity_rows((entity.name for entity in entities), order)
    run(f"WITH [] AS skipped {writing.ENTITIES} RETURN made", {"entities": rows})
    run(writing.RENAME, {"entities": rows})
    run(writing.ADD_ALIASES, {"aliases": ids.alias_rows(entities)})
    texts = {*gone["texts"], *(row["text"] for row in unnamed)}
    run(writing.SWEEP, {"texts": sorted(texts), "kept": []})


def _put_entities(
    run: Run, ids: Namespace, entities: Sequence[Entity], episodes: Sequence[Episode], facts: Sequence[Fact]
) -> int:
    """Make the entities that are named; gives a number from which on as many are free as there are records."""
    mentions = [name for episode in episodes for name in episode.mentions]
    names = [*(e.name for e in entities), *mentions, *(n for f in facts for n in (f.subject, f.object))]
    order = next_order(len(names) + len(episodes) + len(facts))
    for rows in batches(ids.entity_rows(names, order)):
        run(f"WITH [] AS skipped {writing.ENTITIES} RETURN made", {"entities": rows})
    return order


def _put(
    run: Run, ids: Namespace, statement: str, episodes: Sequence[Episode], facts: Sequence[Fact], order: int
) -> None:
    """Episodes first, since facts and teachings point at them."""
    for rows in batches([ids.episode_row(episode, order + place) for place, episode in enumerate(episodes)]):
        run(statement, {"episodes": rows})
    for rows in batches(fact_rows := ids.fact_rows(facts, order)):
        run(f"{writing.FACTS} RETURN written", {"facts": rows})
    for rows in batches([ids.taught_row(episode) for episode in episodes]):
        run(f"{writing.TAUGHT} RETURN taught", {"moved": [], "taught": rows})
    texts = {*(row["new"]["text_id"] for row in fact_rows), *(ids.text(episode.text) for episode in episodes)}
    run(f"{writing.LABELS} RETURN labelled", {"texts": sorted(texts)})


def batches(rows: Sequence[Properties]) -> Iterable[Sequence[Properties]]:
    return (rows[start : start + BATCH] for start in range(0, len(rows), BATCH))
