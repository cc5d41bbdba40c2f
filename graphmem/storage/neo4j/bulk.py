"""A whole memory as the files that `neo4j-admin database import full` takes: a table of each kind of node and edge.

The importer writes a database that is not running, many times faster than statements do. It makes neither constraints
nor indexes: who first opens the memory on the server does.
"""

from __future__ import annotations

import csv
import shlex
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from os import PathLike
from pathlib import Path

from graphmem.errors import InputError, StoreUnwritable
from graphmem.passages import parts
from graphmem.protocols import Store
from graphmem.records import Entity, Episode, Fact, Merge
from graphmem.storage.neo4j.rows import MERGE, Namespace, Properties, next_order

ARGUMENTS = "import.args"
"""The file of the importer's arguments, which it takes as `@import.args`."""

BATCH = 2000
"""So many vectors are read at once."""

_OPTIONS = ("--multiline-fields=true", "--bad-tolerance=0")
_INTEGERS = ("step", "order", "since", "until", "support", "start", "end")
_COLUMNS = {"pending": "pending:boolean", "values": "values:float[]", **{name: f"{name}:long" for name in _INTEGERS}}
"""How the header calls properties that are no texts."""


class _Missing(int):
    """A cell without a value: nothing, and without quotes, as numbers are written. In quotes it is an empty text."""

    def __str__(self) -> str:
        return ""


_MISSING = _Missing()


def write_import(store: Store, folder: str | PathLike[str], namespace: str = "default") -> str:
    """Write all of `store` into the new `folder`, to be `namespace` on a server; gives the command that imports it.

    Raises `InputError` when the folder holds anything or the memory images, and `StoreUnwritable`.
    """
    folder = Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise InputError(f"{folder} is not empty: name a new folder, for the files to import alone")
        files = [option for option, name, rows in _tables(store, Namespace(namespace)) if _write(folder / name, rows)]
        (folder / ARGUMENTS).write_text("\n".join((*_OPTIONS, *files)) + "\n", encoding="utf-8")
    except OSError as error:
        raise StoreUnwritable(f"{folder} cannot be written: {error.strerror}") from error
    return (
        f"cd {shlex.quote(str(folder))} && neo4j-admin database import full neo4j --overwrite-destination @{ARGUMENTS}"
    )


def _write(path: Path, rows: Iterable[Properties]) -> bool:
    """Whether there were any rows; their names are the header. No rows are no file: the importer takes none empty."""
    rows = iter(rows)
    first = next(rows, None)
    if first is None:
        return False
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
        table.writerow(_COLUMNS.get(name, name) for name in first)
        table.writerows([_cell(value) for value in row.values()] for row in chain([first], rows))
    return True


def _cell(value: object) -> object:
    if value is None:
        return _MISSING
    return str(value).lower() if isinstance(value, bool) else value


def _tables(store: Store, ids: Namespace) -> Iterator[tuple[str, str, Iterator[Properties]]]:
    """The importer's argument for a table (newer ones want a folder before the file's name), the file, its rows."""
    entities, episodes, facts = store.entities(), store.episodes(), store.facts(current=False)
    if any(episode.images for episode in episodes):
        raise InputError("the importer takes no images: copy a memory that has some by `graphmem sync`")
    merges = store.merges()
    order = next_order(max(len(entities), len(episodes), len(facts), len(merges)))
    nodes = {
        "Memory": iter([{"embedder": store.embedder()}]),
        "Entity": _entities(ids, entities, order),
        "Alias": _aliases(ids, entities),
        "Episode": _episodes(ids, episodes, order),
        "Passage": _passages(ids, episodes, order),
        "Fact": _facts(ids, facts, order),
        "Vector": _vectors(store, ids, _labels(entities, episodes, facts, merges)),
        "Merge": _merges(merges, order),
    }
    edges = {
        "NAMES": (_ends("Alias", row["id:ID(Alias)"], "Entity", row["entity_id"]) for row in _aliases(ids, entities)),
        "SUBJECT": (_ends("Fact", fact.id, "Entity", ids.entity(fact.subject)) for fact in facts),
        "OBJECT": (_ends("Fact", fact.id, "Entity", ids.entity(fact.object)) for fact in facts),
        "ASSERTED": (_ends("Episode", fact.asserted_by, "Fact", fact.id) for fact in facts),
        "SUPPORTED": _supported(episodes, facts),
        "RETIRED": (_ends("Episode", fact.retired_by, "Fact", fact.id) for fact in facts if fact.retired_by),
        "MENTIONS": _mentions(ids, episodes),
        "FACT": _fact_edges(ids, facts),
    }
    for label, rows in nodes.items():
        named = ({"namespace": ids.name, **row} for row in rows)
        yield f"--nodes={label}=./{label}.csv", f"{label}.csv", named
    for kind, rows in edges.items():
        yield f"--relationships={kind}=./{kind}.edges.csv", f"{kind}.edges.csv", rows


def _ends(start: str, start_id: str, end: str, end_id: str) -> Properties:
    return {f":START_ID({start})": start_id, f":END_ID({end})": end_id}


def _entities(ids: Namespace, entities: Iterable[Entity], order: int) -> Iterator[Properties]:
    for place, entity in enumerate(entities):
        (row,) = ids.entity_rows([entity.name], order + place)
        yield {"id:ID(Entity)": row["id"], **row["new"]}


def _aliases(ids: Namespace, entities: Iterable[Entity]) -> Iterator[Properties]:
    for entity in entities:
        row = ids.named_row(entity)
        for alias in row["aliases"]:
            yield {"id:ID(Alias)": alias.pop("id"), **alias, "entity_id": row["id"]}


def _episodes(ids: Namespace, episodes: Iterable[Episode], order: int) -> Iterator[Properties]:
    for place, episode in enumerate(episodes):
        row = ids.episode_row(episode, order + place)
        yield {"id:ID(Episode)": row["id"], "step": row["step"], **row["new"], **row["state"]}


def _passages(ids: Namespace, episodes: Iterable[Episode], order: int) -> Iterator[Properties]:
    for place, episode in enumerate(episodes):
        for row in ids.passage_rows(episode.id, episode.text):
            where = {"episode": episode.id, "step": episode.step, "order": order + place}
            yield {"id": row["id"], **where, **row["new"]}


def _facts(ids: Namespace, facts: Iterable[Fact], order: int) -> Iterator[Properties]:
    for place, fact in enumerate(facts):
        row = ids.fact_row(fact, order + place)
        label = "Current" if fact.current else "Retired"
        names = {"subject": fact.subject, "object": fact.object}
        yield {"id:ID(Fact)": fact.id, ":LABEL": label, "order": row["order"], **names, **row["state"]}


def _vectors(store: Store, ids: Namespace, labels: Mapping[str, str]) -> Iterator[Properties]:
    """Of those texts that have one; the numbers as short as gives the same 32 bits again."""
    texts = list(labels)
    for start in range(0, len(texts), BATCH):
        for text, vector in store.vectors(texts[start : start + BATCH]).items():
            values = ";".join(["%.9g"] * len(vector)) % tuple(vector.tolist())
            yield {"id": ids.text(text), ":LABEL": labels[text], "values": values}


def _labels(
    entities: Iterable[Entity], episodes: Iterable[Episode], facts: Iterable[Fact], merges: Iterable[Merge]
) -> dict[str, str]:
    """All texts that may have a vector, with the labels by which it is found; none where it is only kept."""
    undone = (fact for merge in merges for fact in merge.before.facts)
    labels = dict.fromkeys([*(entity.key for entity in entities), *(fact.triple.text for fact in undone)], "")
    labels |= {fact.triple.text: "PastFact" for fact in facts}
    labels |= {fact.triple.text: "CurrentFact" for fact in facts if fact.current}
    for episode in episodes:
        _label(labels, episode.text, "EpisodeText")
        for part in parts(episode.text):
            _label(labels, part.text, "PassageText")
    return labels


def _label(labels: dict[str, str], text: str, label: str) -> None:
    held = labels.get(text, "")
    if label not in held:
        labels[text] = f"{held};{label}" if held else label


def _merges(merges: Iterable[Merge], order: int) -> Iterator[Properties]:
    for place, merge in enumerate(merges):
        yield {"order": order + place, "record": MERGE.dump_json(merge).decode()}


def _supported(episodes: Iterable[Episode], facts: Iterable[Fact]) -> Iterator[Properties]:
    asserted = {(fact.asserted_by, fact.id) for fact in facts}
    for episode in episodes:
        for fact_id in episode.facts:
            if (episode.id, fact_id) not in asserted:
                yield _ends("Episode", episode.id, "Fact", fact_id)


def _mentions(ids: Namespace, episodes: Iterable[Episode]) -> Iterator[Properties]:
    for episode in episodes:
        for name in episode.mentions:
            entity = ids.entity(name)
            yield {**_ends("Episode", episode.id, "Entity", entity), "entity_id": entity, "step": episode.step}


def _fact_edges(ids: Namespace, facts: Iterable[Fact]) -> Iterator[Properties]:
    for fact in facts:
        if fact.current:
            yield {
                **_ends("Entity", ids.entity(fact.subject), "Entity", ids.entity(fact.object)),
                **{"namespace": ids.name, "fact_id": fact.id, "relation": fact.relation},
                **{"since": fact.since, "support": fact.support},
            }
