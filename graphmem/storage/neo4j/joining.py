"""Two entities made one, and parted again, on the server; what is decided stands in `graphmem.graph.merging`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from graphmem.graph import merging
from graphmem.graph.merging import RECORD, Known, Merge
from graphmem.records import Entity, Fact
from graphmem.storage.neo4j import writing
from graphmem.storage.neo4j.connection import Run
from graphmem.storage.neo4j.reading import MERGES
from graphmem.storage.neo4j.rows import Namespace, next_order, to_entity, to_fact


def merge(run: Run, ids: Namespace, keep: str, gone: str) -> None:
    """See `Store.merge`."""
    one, other = _called(run, ids, keep, gone)
    merging.check_two(one, other)
    two = {"keep": ids.entity(one.name), "gone": ids.entity(other.name)}
    order = next_order()
    run(writing.TWO, {"ids": sorted(two.values()), "order": order})
    facts = [to_fact(row["fact"]) for row in run(writing.INVOLVED, {**two, "order": order})]
    mentions = {row["id"]: row["both"] for row in run(writing.MENTIONING, two)}
    made = merging.merge(one, other, _known(run, ids, facts, one.name, other.name), mentions)
    _put(run, ids, made.before.ids, made.after, [fact.triple.text for fact in made.before.facts])
    record = RECORD.dump_json(made).decode()
    run(writing.JOIN, {**two, "mentions": list(made.mentions), "record": record, "order": order})
    run(writing.ADD_ALIASES, {"aliases": ids.alias_rows([Entity(one.name, made.names)])})


def unmerge(run: Run, ids: Namespace, gone: str) -> None:
    """See `Store.unmerge`."""
    rows = run(MERGES, {})
    merges = [RECORD.validate_json(row["record"]) for row in rows]
    position = merging.to_undo(gone, merges)
    undone = merges[position]
    order = next_order()
    two = {"keep": ids.entity(undone.keep), "gone": ids.entity(undone.gone.name)}
    run(writing.INVOLVED, {"gone": two["keep"], "order": order})  # for its locks
    facts = [*undone.before.facts, *undone.after.facts]
    known = _known(run, ids, facts, undone.keep, undone.gone.name)
    run(
        writing.PART,
        {
            **two,
            "aliases": [ids.entity(name) for name in undone.names],
            "moved": list(undone.moved),
            "order": rows[position]["order"],
        },
    )
    run(f"WITH [] AS skipped {writing.ENTITIES} RETURN made", {"entities": ids.entity_rows([undone.gone.name], order)})
    run(writing.ADD_ALIASES, {"aliases": ids.alias_rows([undone.gone])})
    run(writing.MENTION, {"gone": two["gone"], "mentions": list(undone.mentions)})
    old, new = merging.undo(undone, known)
    _put(run, ids, old, new, [fact.triple.text for fact in known.facts])


def merges(run: Run) -> list[Merge]:
    return [RECORD.validate_json(row["record"]) for row in run(MERGES, {})]


def are_entities(run: Run, ids: Namespace, *names: str) -> bool:
    wanted = {ids.entity(name) for name in names}
    return len(run(writing.TWO, {"ids": sorted(wanted), "order": next_order()})) == len(wanted)


def _called(run: Run, ids: Namespace, *names: str) -> Iterable[Entity]:
    found = run(writing.CALLED, {"ids": [ids.entity(name) for name in names]})
    by_id = {row["id"]: [to_entity(entity) for entity in row["entities"]] for row in found}
    return [merging.called(name, by_id.get(ids.entity(name), [])) for name in names]


def _known(run: Run, ids: Namespace, facts: Sequence[Fact], keep: str, gone: str) -> Known:
    """What `merging` must see: these facts as they are now and all that are `alike`, and who taught them."""
    named = [fact.id for fact in facts]
    rows = []
    for _ in range(2):  # what shares a slot with one of the same triple may have none itself
        alike = merging.alike(facts, keep, gone)
        triples = {ids.triple((subject, relation, object_)) for subject, relation, object_, _ in alike}
        slots = {ids.slot(subject, slot) for subject, _, _, slot in alike if slot}
        rows = run(writing.ALIKE, {"triples": sorted(triples), "slots": sorted(filter(None, slots)), "facts": named})
        facts = [to_fact(row["fact"]) for row in rows]
    taught = sorted(
        (step, place, id_, order, row["fact"]["id"])
        for order, row in enumerate(rows)
        for step, id_, place in row["taught"]
    )
    return Known(tuple(facts), tuple((step, episode, fact) for step, _, episode, _, fact in taught))


def _put(run: Run, ids: Namespace, old: Collection[str], new: Known, texts: Iterable[str]) -> None:
    """`new` facts and teachings instead of the `old` facts; `texts` are those that the vectors were found by."""
    run(f"{writing.DROP_FACTS} RETURN dropped", {"dropped": sorted(old)})
    rows = ids.fact_rows(new.facts, next_order(len(new.facts)))
    run(f"{writing.FACTS} RETURN written", {"facts": rows})
    taught: dict[str, list[str]] = {}
    for _, episode, fact in new.taught:
        taught.setdefault(episode, []).append(fact)
    teachings = [{"episode": id_, "facts": facts, "mentions": []} for id_, facts in taught.items()]
    run(f"{writing.TAUGHT} RETURN taught", {"moved": [], "taught": teachings})
    every = {*(ids.text(text) for text in texts), *(row["new"]["text_id"] for row in rows)}
    run(f"{writing.LABELS} RETURN labelled", {"texts": sorted(every)})
