"""A memory as a file to read, keep or carry elsewhere: JSON Lines, or GraphML for other graph tools.

Both hold every entity, episode and fact, retired ones and all provenance too, and give them back as they were.
Vectors are derived data: the reader computes them anew. Merged entities stay merged, with all their names; what would
undo a merge is not written.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO
from xml.etree.ElementTree import ParseError

from pydantic import TypeAdapter, ValidationError

from graphmem import validation
from graphmem.errors import GraphmemError, InputError, StoreUnwritable, extra
from graphmem.graph.copying import Records, all_of, copy, texts_of
from graphmem.protocols import Embedder, Store
from graphmem.records import Entity, Episode, Fact, entity_key

if TYPE_CHECKING:
    import networkx as nx

FORMAT = 1

_FOR_TOOLS = ("kind", "label", "order")  # GraphML attributes beside the record's own

_ENTITY = TypeAdapter(Entity)
_EPISODE = TypeAdapter(Episode)
_FACT = TypeAdapter(Fact)


def export(store: Store, path: str | os.PathLike[str]) -> int:
    """Write all of `store` to `path`, by its ending `.jsonl` or `.graphml`; gives the number of records.

    The file appears complete or not at all.
    """
    path = Path(path)
    write = _by_ending(path, {".jsonl": _write_jsonl, ".graphml": _write_graphml})
    records = all_of(store)
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=path.name, delete=False) as file:
            try:
                write(file, records)
                file.flush()
                os.replace(file.name, path)
            except BaseException:
                os.unlink(file.name)
                raise
    except OSError as error:
        raise StoreUnwritable(f"{path} cannot be written: {error.strerror}") from error
    return sum(len(kind) for kind in records)


def import_file(store: Store, path: str | os.PathLike[str], embedder: Embedder) -> int:
    """Put the records of an exported file into `store`, all or none; gives their number. Twice changes nothing.

    Their vectors are computed by `embedder`. Raises `InputError` when the file is no export, or contradicts the store.
    """
    path = Path(path)
    read = _by_ending(path, {".jsonl": _read_jsonl, ".graphml": _read_graphml})
    try:
        records = read(path)
        _check(records)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error
    except GraphmemError:
        raise
    except (ValidationError, ValueError, LookupError, TypeError, AttributeError, RecursionError, ParseError) as error:
        raise InputError(f"{path} is no export of graphmem: {str(error).splitlines()[0]}") from error
    texts = texts_of(records)
    vectors = dict(zip(texts, embedder.embed(texts), strict=True))
    copy(store, records, vectors=vectors, embedder=embedder.name)
    return sum(len(kind) for kind in records)


def _by_ending(path: Path, choices: dict[str, Callable[..., Any]]) -> Callable[..., Any]:
    if path.suffix not in choices:
        raise InputError(f"{path}: the name must end in {' or '.join(choices)}")
    return choices[path.suffix]


def _check(records: Records) -> None:
    """Every fact's episodes, and every episode's facts, must be there, and all be what `remember` would have stored."""
    entities, episodes, facts = records
    for episode in episodes:
        validation.text("an observation", episode.text)
        validation.whole("step", episode.step, 0)
    for fact in facts:
        validation.triple(fact.triple)
    for entity in entities:
        validation.text("the name of an entity", entity.name)
    episode_ids, fact_ids = {episode.id for episode in episodes}, {fact.id for fact in facts}
    named = {fact.asserted_by for fact in facts} | {fact.retired_by for fact in facts if fact.retired_by}
    taught = {id_ for episode in episodes for id_ in episode.facts}
    missing = (named - episode_ids) | (taught - fact_ids)
    if missing:
        raise InputError(f"the export is cut short: it names {min(missing)} but does not hold it")


def _write_jsonl(file: BinaryIO, records: Records) -> None:
    entities, episodes, facts = records
    file.write(json.dumps({"graphmem": FORMAT}).encode() + b"\n")
    kinds: Iterable[tuple[str, TypeAdapter[Any], Iterable[Any]]] = (
        ("entity", _ENTITY, entities),
        ("episode", _EPISODE, episodes),
        ("fact", _FACT, facts),
    )
    for kind, adapter, items in kinds:
        for item in items:
            file.write(b'{"%s":%s}\n' % (kind.encode(), adapter.dump_json(item)))


def _read_jsonl(path: Path) -> Records:
    records: dict[str, list[Any]] = {"entity": [], "episode": [], "fact": []}
    adapters: dict[str, TypeAdapter[Any]] = {"entity": _ENTITY, "episode": _EPISODE, "fact": _FACT}
    with path.open(encoding="utf-8", newline="\n") as file:
        if json.loads(file.readline() or "null") != {"graphmem": FORMAT}:
            raise InputError(f"{path} does not begin as an export of graphmem does")
        for line in file:
            ((kind, value),) = json.loads(line).items()
            records[kind].append(adapters[kind].validate_python(value))
    return Records(records["entity"], records["episode"], records["fact"])


def _write_graphml(file: BinaryIO, records: Records) -> None:
    with extra("networkx"):
        import networkx as nx

    entities, episodes, facts = records
    graph = nx.MultiDiGraph(graphmem=FORMAT)
    for entity in entities:
        _add_node(graph, f"entity:{entity.key}", "entity", entity.name, _ENTITY.dump_python(entity, mode="json"))
    for episode in episodes:
        label = f"step {episode.step}"
        _add_node(graph, f"episode:{episode.id}", "episode", label, _EPISODE.dump_python(episode, mode="json"))
    for number, fact in enumerate(facts):
        ends = (_xml(f"entity:{entity_key(name)}") for name in (fact.subject, fact.object))
        values = _attributes(_FACT.dump_python(fact, mode="json"))
        graph.add_edge(*ends, key=fact.id, order=number, label=_xml(fact.relation), **values)
    nx.write_graphml(graph, file)


def _add_node(graph: nx.MultiDiGraph, node: str, kind: str, label: str, values: dict[str, Any]) -> None:
    graph.add_node(_xml(node), kind=kind, label=_xml(label), order=len(graph), **_attributes(values))


def _attributes(values: dict[str, Any]) -> dict[str, Any]:
    """Texts and numbers as they are, so that graph tools can use them; anything else as JSON; None left out."""
    made: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, str):
            made[name] = _xml(value)
        elif isinstance(value, bool | int | float):
            made[name] = value
        elif value is not None:
            made[f"{name}_json"] = _xml(json.dumps(value, ensure_ascii=False))
    return made


def _values(attributes: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, value in attributes.items():
        if name.endswith("_json"):
            made[name.removesuffix("_json")] = json.loads(_unxml(value))
        elif name not in _FOR_TOOLS:
            made[name] = _unxml(value) if isinstance(value, str) else value
    return made


def _read_graphml(path: Path) -> Records:
    with extra("networkx"):
        import networkx as nx

    try:
        graph = nx.read_graphml(path, force_multigraph=True)
    except nx.NetworkXError as error:
        raise InputError(f"{path} is no GraphML file: {error}") from error
    if graph.graph.get("graphmem") != FORMAT:
        raise InputError(f"{path} does not say that it is an export of graphmem")
    nodes = sorted((data for _, data in graph.nodes(data=True)), key=lambda data: data["order"])
    edges = sorted((data for *_, data in graph.edges(data=True)), key=lambda data: data["order"])
    return Records(
        [_ENTITY.validate_python(_values(data)) for data in nodes if data["kind"] == "entity"],
        [_EPISODE.validate_python(_values(data)) for data in nodes if data["kind"] == "episode"],
        [_FACT.validate_python(_values(data)) for data in edges],
    )


_NOT_XML = re.compile("[^\t\n\x20-\\[\\]-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # and the backslash itself
_ESCAPED = re.compile(r"\\([0-9a-f]+);")


def _xml(text: str) -> str:
    r"""Text that XML carries unchanged: what it cannot hold, or would alter, as ``\hex;``."""
    return _NOT_XML.sub(lambda match: f"\\{ord(match[0]):x};", text)


def _unxml(text: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
