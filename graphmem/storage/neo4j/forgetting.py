"""Forgetting on the server; what becomes of the facts stands in `graphmem.graph.learning`."""

from __future__ import annotations

from collections.abc import Sequence

from graphmem.graph import learning, merging
from graphmem.graph.merging import Merge
from graphmem.records import Forgotten
from graphmem.storage.neo4j import joining, writing
from graphmem.storage.neo4j.connection import Run
from graphmem.storage.neo4j.rows import Namespace, next_order, to_episode, to_fact


def forget(run: Run, ids: Namespace, wanted: Sequence[str]) -> Forgotten:
    """See `Store.forget`. Merges that have to do with the episodes are undone first, and made again after."""
    before = run(writing.COUNTS, {})[0]
    redo = _to_redo(run, wanted)
    texts = [fact.triple.text for merge in redo for fact in (*merge.before.facts, *merge.after.facts)]
    for merge in reversed(redo):
        joining.unmerge(run, ids, merge.gone.name)
    texts_gone = _forget(run, ids, wanted)
    for merge in redo:
        if joining.are_entities(run, ids, merge.keep, merge.gone.name):
            joining.merge(run, ids, merge.keep, merge.gone.name)
    kept = [fact.triple.text for merge in joining.merges(run) for fact in merge.before.facts]
    touched = {*texts_gone, *map(ids.text, texts)}
    run(writing.SWEEP, {"texts": sorted(touched), "kept": sorted(map(ids.text, kept))})
    after = run(writing.COUNTS, {})[0]
    return Forgotten(*(before[name] - after[name] for name in ("episodes", "facts", "entities")))


def _to_redo(run: Run, wanted: Sequence[str]) -> list[Merge]:
    merges = joining.merges(run)
    if not merges:
        return []
    told = run(writing.TOLD, {"episodes": list(wanted)})
    taught = [to_fact(row) for each in told for row in each["taught"]]
    return merges[merging.to_redo([to_episode(row["episode"]) for row in told], taught, merges) :]


def _forget(run: Run, ids: Namespace, wanted: Sequence[str]) -> set[str]:
    """Remove episodes, facts and entities; gives the ids of the texts that may now be nobody's."""
    (found,) = run(writing.TOUCHED, {"episodes": list(wanted), "order": next_order()})
    touched = [to_fact(row["fact"]) for row in found["facts"]]
    teachers = {row["fact"]["id"]: [tuple(who) for who in row["teachers"]] for row in found["facts"]}
    aftermath = learning.forget(set(found["gone"]), touched, teachers)
    (done,) = run(
        writing.FORGET,
        {
            "episodes": found["gone"],
            "dropped": sorted(aftermath.deleted),
            "merged": [{"old": old, "new": new} for old, new in aftermath.merged.items()],
            "facts": ids.fact_rows(aftermath.written.values(), next_order()),
        },
    )
    names = [row["text"] for row in run(writing.UNNAMED, {"ids": sorted(done["named"])})]
    return {*found["texts"], *names, *(ids.text(fact.triple.text) for fact in touched)}
