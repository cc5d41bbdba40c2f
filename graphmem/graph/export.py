"""A memory as a file to read, keep or carry elsewhere: JSON Lines, or GraphML for other graph tools.

Both hold every entity, episode and fact, retired ones and all provenance too, and give them back as they were; and
the images that came with them.
Vectors are derived data: the reader computes them anew. Merged entities stay merged, with all their names; what would
undo a merge is not written.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO
from xml.etree.ElementTree import ParseError

from pydantic import TypeAdapter, ValidationError

from graphmem import validation
from graphmem.errors import GraphmemError, InputError, extra
from graphmem.files import whole_file
from graphmem.graph.copying import Records, all_of, copy, image_hashes, texts_of
from graphmem.images import by_hash, data_url, from_data_url, image_of, vectors_of
from graphmem.protocols import Embedder, Store
from graphmem.records import Entity, Episode, Fact, entity_key

if TYPE_CHECKING:
    import networkx as nx

FORMAT = 1

_FOR_TOOLS = ("kind", "label", "order")  # GraphML attributes beside the record's own

Read = tuple[Records, dict[str, bytes]]
"""What was read of a file: records, and images by hash."""

_IMAGE: TypeAdapter[Any] = TypeAdapter(str)
_ENTITY: TypeAdapter[Any] = TypeAdapter(Entity)
_EPISODE = TypeAdapter(Episode)
_FACT = TypeAdapter(Fact)


def export(store: Store, path: str | os.PathLike[str]) -> int:
    """Write all of `store` to `path`, by its ending `.jsonl` or `.graphml`; gives the number of records.

    The file appears complete or not at all.
    """
    path = Path(path)
    write = _by_ending(path, {".jsonl": _write_jsonl, ".graphml": _write_graphml})
    records = all_of(store)
    with whole_file(path) as file:
        write(file, records, store)
    return sum(len(kind) for kind in records)


def import_file(store: Store, path: str | os.PathLike[str], embedder: Embedder) -> int:
    """Put the records of an exported file into `store`, all or none; gives their number. Twice changes nothing.

    Their vectors are computed by `embedder`. Raises `InputError` when the file is no export, or contradicts the store.
    """
    path = Path(path)
    read = _by_ending(path, {".jsonl": _read_jsonl, ".graphml": _read_graphml})
    try:
        records, images = read(path)
        _check(records, images)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error
    except GraphmemError:
        raise
    except (ValidationError, ValueError, LookupError, TypeError, AttributeError, RecursionError, ParseError) as error:
        raise InputError(f"{path} is no export of graphmem: {str(error).splitlines()[0]}") from error
    texts = texts_of(records)
    vectors = dict(zip(texts, embedder.embed(texts), strict=True)) | vectors_of(embedder, images)
    copy(store, records, vectors=vectors, embedder=embedder.name, images=images)
    return sum(len(kind) for kind in records)


def _by_ending(path: Path, choices: dict[str, Callable[..., Any]]) -> Callable[..., Any]:
    if path.suffix.casefold() not in choices:
        raise InputError(f"{path}: the name must end in {' or '.join(choices)}")
    return choices[path.suffix.casefold()]


def _check(records: Records, images: Mapping[str, bytes]) -> None:
    """Every fact's episodes, and every episode's facts, must be there, and all be what `remember` would have stored."""
    entities, episodes, facts = records
    for episode in episodes:
        validation.said(episode.text, episode.images)
        validation.whole("step", episode.step, 0)
        for image in episode.images:
            if image.hash not in images or image_of(images[image.hash]) != replace(image, description=None):
                raise InputError(f"the export is cut short: it names the image {image.hash:.80} but does not hold it")
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


def _write_jsonl(file: BinaryIO, records: Records, store: Store) -> None:
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
    for url in _images(records, store):
        file.write(json.dumps({"image": url}).encode() + b"\n")


def _images(records: Records, store: Store) -> Iterator[str]:
    """The images of a graph as "data:" URLs, each once; read one by one, since they are large."""
    for hash_ in image_hashes(records.episodes):
        yield from map(data_url, store.images([hash_]).values())


def _read_jsonl(path: Path) -> Read:
    records: dict[str, list[Any]] = {"entity": [], "episode": [], "fact": [], "image": []}
    adapters = {"entity": _ENTITY, "episode": _EPISODE, "fact": _FACT, "image": _IMAGE}
    with path.open(encoding="utf-8", newline="\n") as file:
        if json.loads(file.readline() or "null") != {"graphmem": FORMAT}:
            raise InputError(f"{path} does not begin as an export of graphmem does")
        for line in file:
            ((kind, value),) = json.loads(line).items()
            records[kind].append(adapters[kind].validate_python(value))
    return Records(records["entity"], records["episode"], records["fact"]), _held(records["image"])


def _held(urls: Iterable[str]) -> dict[str, bytes]:
    return by_hash(map(from_data_url, urls))


def _write_graphml(file: BinaryIO, records: Records, store: Store) -> None:
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
    for number, url in enumerate(_images(records, store)):
        _add_node(graph, f"image:{number}", "image", "image", {"data": url})
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


def _read_graphml(path: Path) -> Read:
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
    records = Records(
        [_ENTITY.validate_python(_values(data)) for data in nodes if data["kind"] == "entity"],
        [_EPISODE.validate_python(_values(data)) for data in nodes if data["kind"] == "episode"],
        [_FACT.validate_python(_values(data)) for data in edges],
    )
    return records, _held(_IMAGE.validate_python(data["data"]) for data in nodes if data["kind"] == "image")


_NOT_XML = re.compile("[^\t\n\x20-\\[\\]-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # and the backslash itself
_ESCAPED = re.compile(r"\\([0-9a-f]+);")


def _xml(text: str) -> str:
    r"""Text that XML carries unchanged: what it cannot hold, or would alter, as ``\hex;``."""
    return _NOT_XML.sub(lambda match: f"\\{ord(match[0]):x};", text)


def _unxml(text: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
