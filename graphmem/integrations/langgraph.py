"""For LangGraph: a store whose items are remembered in a graph, and nodes for before and after the model.

graph.add_node("recall", recall_node(memory))      # before the model: sets `recollection` in the state
graph.add_node("remember", remember_node(memory))  # after it: what was said since the last user message
graph.compile(store=MemoryStore("house.db"))
"""

from __future__ import annotations

import weakref
from asyncio import to_thread
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import accumulate, islice
from operator import eq, ge, gt, le, lt, ne
from os import PathLike
from threading import Lock
from typing import Any

from graphmem import validation
from graphmem.conversations import observations_of
from graphmem.embedding import load_embedder
from graphmem.errors import InputError, extra
from graphmem.integrations.items import MARK, NO_LIMIT, REGISTER, FileItems, Graph, GraphItems, Items, Version, key_of
from graphmem.integrations.kept import Kept
from graphmem.integrations.tools import in_words
from graphmem.memory import Memory
from graphmem.protocols import Embedder, Extractor
from graphmem.records import Episode, Observation
from graphmem.storage import is_server
from graphmem.storage.sqlite.catalogue import Entry

with extra("langgraph"):
    from langchain_core.messages import AIMessage, AnyMessage, HumanMessage
    from langgraph.graph import MessagesState
    from langgraph.store.base import (
        BaseStore,
        GetOp,
        InvalidNamespaceError,
        Item,
        ListNamespacesOp,
        MatchCondition,
        Op,
        PutOp,
        Result,
        SearchItem,
        SearchOp,
        validate_op_namespace,
    )
    from langgraph.store.base.embed import get_text_at_path, tokenize_path

Namespace = tuple[str, ...]

MOST_OPEN = 64
"""How many namespaces are kept open; the one used longest ago gives way."""

REPEATS = 4
"""How many times as many episodes are recalled as items are wanted: some are older versions, or do not pass."""

_COMPARISONS = {"$eq": eq, "$ne": ne, "$gt": gt, "$gte": ge, "$lt": lt, "$lte": le}


class MemoryState(MessagesState):
    """The messages, and what the memory has to say about the last user message."""

    recollection: str


def recall_node(
    memory: Memory, *, explain: bool = False, where: Mapping[str, Any] | None = None
) -> Callable[[MemoryState], dict[str, str]]:
    """A node for before the model: what bears on the last user message, as `recollection` in the state.

    `where` is that of `Memory.recall`.
    """
    validation.memory(memory)

    def recall(state: MemoryState) -> dict[str, str]:
        asked = next((message.text for message in reversed(state["messages"]) if _said_by_user(message)), "")
        found = memory.recall(asked, explain=explain, where=where) if asked.strip() else None
        return {"recollection": in_words(found) if found else ""}

    return recall


def remember_node(memory: Memory) -> Callable[[MemoryState], dict[str, Any]]:
    """A node for after the model: remembers what was said since the last user message, it included, and by whom.

    A message's id is its key: a run that is repeated from a checkpoint remembers nothing twice.
    """
    validation.memory(memory)

    def remember(state: MemoryState) -> dict[str, Any]:
        for message in _since_the_user(state["messages"]):
            if isinstance(message, HumanMessage | AIMessage):
                role, key = "user" if _said_by_user(message) else "assistant", message.id and f"message-{message.id}"
                for said in observations_of([{"role": role, "name": message.name, "content": message.text}]):
                    memory.remember(said.text, speaker=said.speaker, metadata=said.metadata, key=key)
        return {}

    return remember


def _said_by_user(message: AnyMessage) -> bool:
    return isinstance(message, HumanMessage)


def _since_the_user(messages: Sequence[AnyMessage]) -> Sequence[AnyMessage]:
    last = max((place for place, message in enumerate(messages) if _said_by_user(message)), default=0)
    return messages[last:]


class MemoryStore(BaseStore):
    """A LangGraph store in the memory at `location`: each namespace is a graph of its own there, named `a.b.c`.

    An item is an episode, and the texts in it are read for facts: of all strings in the value, or of the fields that
    `index` names; with `index=False` nothing is read and no query finds it. A new value retires what only the old
    one taught, and keeps it as history; deleting forgets all versions. A search with a query ranks as `recall` does.
    """

    def __init__(
        self,
        location: str | PathLike[str],
        *,
        embedder: Embedder | None = None,
        extractor: Extractor | None = None,
    ) -> None:
        self._location = location
        self._embedder = embedder or load_embedder()
        self._extractor = extractor
        self._open: OrderedDict[str, Graph] = OrderedDict()
        self._items: Items | None = None
        self._lock = Lock()

    def batch(self, ops: Iterable[Op]) -> list[Result]:
        """The result of each operation. What is read is read first; of puts to one item the last counts."""
        ops = list(ops)
        for op in ops:
            validate_op_namespace(op)
            if isinstance(op, PutOp) and op.value is not None:
                validation.mapping("a value", op.value, '{"text": "..."}')
        results: list[Result] = [self._read(op) for op in ops]
        for put in {(op.namespace, op.key): op for op in ops if isinstance(op, PutOp)}.values():
            self._put(put)
        return results

    async def abatch(self, ops: Iterable[Op]) -> list[Result]:
        """`batch`, awaited."""
        return await to_thread(self.batch, list(ops))

    def close(self) -> None:
        """Let go of the files. A store that is used again opens them again."""
        with self._lock:
            self._open.clear()
            self._items = None

    def _graph(self, name: str) -> Graph:
        with self._lock:
            graph = self._open.pop(name, None) or self._opened(name)
            self._open[name] = graph
            if len(self._open) > MOST_OPEN and self._location != ":memory:":
                self._open.popitem(last=False)  # it closes when the last who uses it is done
        return graph

    def _opened(self, name: str) -> Graph:
        memory = Memory(self._location, namespace=name, embedder=self._embedder, extractor=self._extractor)
        graph = Graph(memory, Kept(memory, key_of))
        weakref.finalize(graph, memory.close)
        return graph

    def _all(self) -> Items:
        """The items of all namespaces."""
        with self._lock:
            if self._items is None:
                in_file = self._location != ":memory:" and not is_server(self._location)
                self._items = (
                    FileItems(self._location, self._embedder) if in_file else GraphItems(self._graph, self._embedder)
                )
            return self._items

    def _read(self, op: Op) -> Result:
        match op:
            case GetOp():
                return self._get(op.namespace, op.key)
            case SearchOp():
                return self._search(op)
            case ListNamespacesOp():
                return self._list(op)
            case PutOp():
                return None
        raise InputError(f"a store has no operation {type(op).__name__}")

    def _get(self, namespace: Namespace, key: str) -> Item | None:
        items, name = self._all(), ".".join(namespace)
        while name != REGISTER and (versions := items.of_key(name, key)):
            for version in items.read(versions[-1:]):
                return Item(**_fields(version))
        return None

    def _put(self, op: PutOp) -> None:
        name = _name(op.namespace)
        versions = self._all().of_key(name, op.key)
        if op.value is not None:
            self._note(name)
            held = self._all().read(versions[-1:])
            _write(self._graph(name).memory, op.key, op.value, op.index, held[0].mark if held else {})
        elif versions:
            _forget(self._graph(name).memory, [version.id for version in versions])

    def _note(self, name: str) -> None:
        """Let the register have the namespace's name."""
        if not self._all().of_key(REGISTER, name):
            self._graph(REGISTER).memory.remember(name, key=name, triples=(), metadata={MARK: {"key": name}})

    def _list(self, op: ListNamespacesOp) -> list[Namespace]:
        held = [tuple(name.split(".")) for name in self._all().namespaces()]
        matching = [space for space in held if all(_matches(each, space) for each in op.match_conditions or ())]
        return sorted({space[: op.max_depth] for space in matching})[op.offset : op.offset + op.limit]

    def _search(self, op: SearchOp) -> list[SearchItem]:
        items, enough = self._all(), op.offset + op.limit
        names = [name for name in items.namespaces() if _is_under(name, op.namespace_prefix)]
        entries = {entry.id: entry for entry in items.newest(names)}
        found: list[tuple[Version, float | None]] = []
        if op.query:
            scores = self._scores(op, names, entries, enough)
            ranked = self._passing(op, [entries[id_] for id_ in scores if id_ in entries], enough)
            found += islice(((each, scores[each.id]) for each in ranked if each.mark["indexed"]), enough)
        if len(found) < enough:
            told = {version.id for version, _ in found}
            rest = self._passing(op, [entry for entry in entries.values() if entry.id not in told], enough)
            found += islice(((each, None) for each in rest), enough - len(found))
        return [SearchItem(**_fields(version), score=score) for version, score in found[op.offset :]]

    def _passing(self, op: SearchOp, entries: Sequence[Entry], enough: int) -> Iterator[Version]:
        """The items that pass the filter, in their order; read part by part, as far as they are asked for."""
        part = max(enough, 100)
        for start in range(0, len(entries), part):
            for version in self._all().read(entries[start : start + part]):
                if _is_wanted(version.mark, op):
                    yield version

    def _scores(
        self, op: SearchOp, names: Sequence[str], entries: Mapping[str, Entry], enough: int
    ) -> Mapping[str, float]:
        """The score of what a query finds, by the episode's id, best first.

        In one namespace as `recall` ranks; in several by cosine: ranks in two graphs do not compare.
        """
        query = op.query or ""
        if len(names) != 1:
            return self._all().cosines(query, entries.values())

        def is_wanted(episode: Episode) -> bool:
            return episode.id in entries and (mark := episode.metadata[MARK])["indexed"] and _is_wanted(mark, op)

        return _recalled(self._graph(names[0]).memory, query, is_wanted, enough)


def _write(
    memory: Memory, key: str, value: Mapping[str, Any], index: Sequence[str] | bool | None, held: Mapping[str, Any]
) -> None:
    """A new version of an item, unless it is what is `held` again: a put that is repeated changes nothing."""
    said = "" if isinstance(index, bool) else _text(value, index)
    mark = {"key": key, "value": dict(value), "indexed": bool(said)}
    if all(held.get(name) == given for name, given in mark.items()):
        return
    now = datetime.now(UTC)
    memory.update(
        Observation(
            said or f"(item {key})",
            triples=None if said else (),
            time=now,
            metadata={MARK: {**mark, "created_at": held.get("created_at", now.isoformat())}},
            key=f"item {key}",
        )
    )


def _recalled(memory: Memory, query: str, is_wanted: Callable[[Episode], bool], enough: int) -> dict[str, float]:
    """The score of what is recalled, by the episode's id, best first; more is asked for until enough is wanted.

    A score is never above that of the one before: what is recalled first is not always what ranks highest by itself.
    """
    asked = REPEATS * enough
    while True:
        found = memory.recall(query, episodes=asked, budget=NO_LIMIT, explain=True)
        wanted = [episode.id for episode in found.episodes if is_wanted(episode)]
        if len(wanted) >= enough or len(found.episodes) < asked:
            return dict(zip(wanted, accumulate((found.why[id_].score for id_ in wanted), min), strict=True))
        asked *= REPEATS


def _forget(memory: Memory, ids: Sequence[str]) -> None:
    """Forget those that are still there: others may be deleting the same item."""
    while there := memory.episodes(ids=ids):
        with suppress(InputError):  # one of them was forgotten between the two
            memory.forget(*there)


def _is_wanted(mark: Mapping[str, Any], op: SearchOp) -> bool:
    value = mark["value"]
    return all(_passes(value.get(name), wanted) for name, wanted in (op.filter or {}).items())


def _name(namespace: Namespace) -> str:
    """The graph's namespace; a label has no dot."""
    name = ".".join(namespace)
    if name in ("", REGISTER):
        raise InvalidNamespaceError(f"a namespace must not be empty, nor be {REGISTER!r} alone: {namespace!r:.80}")
    return name


def _is_under(name: str, prefix: Sequence[str]) -> bool:
    return name.split(".")[: len(prefix)] == list(prefix)


def _fields(version: Version) -> dict[str, Any]:
    """What LangGraph's items hold."""
    mark = version.mark
    times = {"created_at": mark["created_at"], "updated_at": version.time or mark["created_at"]}
    return {"namespace": tuple(version.namespace.split(".")), "key": mark["key"], "value": mark["value"], **times}


def _text(value: Mapping[str, Any], index: Sequence[str] | None) -> str:
    """The texts in a value to read for facts, each on a line of its own."""
    if index is not None:
        texts = [text for path in index for text in get_text_at_path(value, tokenize_path(path))]
    else:
        texts = list(_strings(value))
    return "\n".join(text for text in texts if text.strip())


def _strings(value: Any, name: str = "") -> Iterator[str]:
    """Every text in a value: sentences as they are, a word after its field's name."""
    if isinstance(value, str):
        yield value if " " in value.strip() or not name else f"{name}: {value}"
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield from _strings(part, str(key))
    elif isinstance(value, Sequence):
        for part in value:
            yield from _strings(part, name)


def _matches(condition: MatchCondition, namespace: Namespace) -> bool:
    path = condition.path
    if len(namespace) < len(path):
        return False
    part = namespace[: len(path)] if condition.match_type == "prefix" else namespace[len(namespace) - len(path) :]
    return all(wanted in ("*", label) for wanted, label in zip(path, part, strict=True))


def _passes(value: Any, wanted: Any) -> bool:
    """Whether a field's value is as a filter wants it: equal, or by operators such as `{"$gt": 3}`."""
    if not isinstance(wanted, dict) or not any(name.startswith("$") for name in wanted):
        return bool(value == wanted)
    if unknown := wanted.keys() - _COMPARISONS.keys():
        raise InputError(f"a filter has no operator {min(unknown)}; there are {', '.join(_COMPARISONS)}")
    try:
        return all(_COMPARISONS[name](value, limit) for name, limit in wanted.items())
    except TypeError:  # what cannot be compared does not pass
        return False
