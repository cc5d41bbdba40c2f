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
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import eq, ge, gt, le, lt, ne
from os import PathLike
from threading import Lock
from typing import Any

from graphmem.embedding import load_embedder
from graphmem.errors import InputError
from graphmem.extraction import default_extractor
from graphmem.integrations.extras import extra
from graphmem.integrations.kept import Kept
from graphmem.integrations.tools import Tools, in_words
from graphmem.memory import Memory
from graphmem.protocols import Embedder, Extractor
from graphmem.records import Episode, Observation

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
_Hit = tuple[Namespace, Episode, float | None]

MOST_OPEN = 64
"""How many namespaces are kept open; the one used longest ago gives way."""

_MARK = "langgraph"
_REGISTER = "langgraph"  # a root that LangGraph forbids for namespaces of items
REPEATS = 4
"""How many times as many episodes are recalled as items are wanted: some are older versions, or do not pass."""

_NO_LIMIT = 10**9
_COMPARISONS = {"$eq": eq, "$ne": ne, "$gt": gt, "$gte": ge, "$lt": lt, "$lte": le}


class MemoryState(MessagesState):
    """The messages, and what the memory has to say about the last user message."""

    recollection: str


def recall_node(memory: Memory, *, explain: bool = False) -> Callable[[MemoryState], dict[str, str]]:
    """A node for before the model: what bears on the last user message, as `recollection` in the state."""

    def recall(state: MemoryState) -> dict[str, str]:
        asked = next((message.text for message in reversed(state["messages"]) if _said_by_user(message)), "")
        return {"recollection": in_words(Tools(memory).recall(asked, explain)) if asked.strip() else ""}

    return recall


def remember_node(memory: Memory) -> Callable[[MemoryState], dict[str, Any]]:
    """A node for after the model: remembers what was said since the last user message, it included.

    A message's id is its key: a run that is repeated from a checkpoint remembers nothing twice.
    """

    def remember(state: MemoryState) -> dict[str, Any]:
        for message in _since_the_user(state["messages"]):
            if isinstance(message, HumanMessage | AIMessage) and message.text.strip():
                speaker = "user" if _said_by_user(message) else "assistant"
                memory.remember(f"{speaker}: {message.text}", key=message.id and f"message-{message.id}")
        return {}

    return remember


def _said_by_user(message: AnyMessage) -> bool:
    return isinstance(message, HumanMessage)


def _since_the_user(messages: Sequence[AnyMessage]) -> Sequence[AnyMessage]:
    last = max((place for place, message in enumerate(messages) if _said_by_user(message)), default=0)
    return messages[last:]


@dataclass(frozen=True)
class _Graph:
    """The graph of one namespace, and the episodes in it that are versions of items, by key."""

    memory: Memory
    kept: Kept[str]

    def latest(self) -> dict[str, str]:
        """The id of the episode that is the last version of each item, by the item's key."""
        return {key: id_ for id_, key in self.kept.keys().items()}


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
        self._seams: dict[str, Any] = {
            "embedder": embedder or load_embedder(),
            "extractor": extractor or default_extractor(),
        }
        self._open: OrderedDict[str, _Graph] = OrderedDict()
        self._lock = Lock()

    def batch(self, ops: Iterable[Op]) -> list[Result]:
        """The result of each operation. What is read is read first; of puts to one item the last counts."""
        ops = list(ops)
        for op in ops:
            validate_op_namespace(op)
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

    def _graph(self, name: str) -> _Graph:
        with self._lock:
            graph = self._open.pop(name, None) or self._opened(name)
            self._open[name] = graph
            if len(self._open) > MOST_OPEN and self._location != ":memory:":
                self._open.popitem(last=False)  # it closes when the last who uses it is done
        return graph

    def _opened(self, name: str) -> _Graph:
        memory = Memory(self._location, namespace=name, **self._seams)
        graph = _Graph(memory, Kept(memory, lambda metadata: (metadata.get(_MARK) or {}).get("key")))
        weakref.finalize(graph, memory.close)
        return graph

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
        if namespace not in self._namespaces():
            return None
        graph = self._graph(_name(namespace))
        while id_ := graph.latest().get(key):
            for episode in graph.kept.episodes([id_]):
                return Item(**_fields(namespace, episode))
        return None

    def _put(self, op: PutOp) -> None:
        name = _name(op.namespace)
        if op.value is not None:
            self._note(name)
        elif op.namespace not in self._namespaces():
            return
        graph = self._graph(name)
        versions = graph.kept.episodes([id_ for id_, key in graph.kept.keys().items() if key == op.key])
        if op.value is None:
            graph.memory.forget(*versions)
        else:
            _write(graph.memory, op.key, op.value, op.index, versions)

    def _namespaces(self) -> list[Namespace]:
        """Those that ever held an item, from a graph of their names: the place may hold other graphs than these."""
        return [tuple(name.split(".")) for name in self._graph(_REGISTER).kept.keys().values()]

    def _note(self, name: str) -> None:
        register = self._graph(_REGISTER)
        if name not in register.kept.keys().values():
            register.memory.remember(name, key=name, triples=(), metadata={_MARK: {"key": name}})

    def _list(self, op: ListNamespacesOp) -> list[Namespace]:
        held = [space for space in self._namespaces() if self._graph(_name(space)).latest()]
        matching = {space for space in held if all(_matches(each, space) for each in op.match_conditions or ())}
        return sorted({space[: op.max_depth] for space in matching})[op.offset : op.offset + op.limit]

    def _search(self, op: SearchOp) -> list[SearchItem]:
        prefix = tuple(op.namespace_prefix)
        spaces = [space for space in self._namespaces() if space[: len(prefix)] == prefix]
        found = [(space, *hit) for space in spaces for hit in self._in_one(space, op)]
        if op.query and len(spaces) > 1:
            found = self._compared(op.query, found)
        page = found[op.offset : op.offset + op.limit]
        return [SearchItem(**_fields(space, episode), score=score) for space, episode, score in page]

    def _in_one(self, space: Namespace, op: SearchOp) -> list[tuple[Episode, float | None]]:
        """Items of one namespace that pass the filter: those a query finds first, the best before the rest."""
        graph, enough = self._graph(_name(space)), op.offset + op.limit
        latest = list(graph.latest().values())
        found = _ranked(graph, set(latest), op, enough) if op.query else []
        if len(found) < enough:
            others = [id_ for id_ in latest if id_ not in {episode.id for episode, _ in found}]
            rest = graph.kept.episodes(others if op.filter else others[:enough])
            found += [(episode, None) for episode in rest if _is_wanted(episode, op)]
        return found

    def _compared(self, query: str, found: list[_Hit]) -> list[_Hit]:
        """Hits in several graphs, best first by their cosine to the query: scores of two graphs do not compare."""
        ranked = [hit for hit in found if hit[2] is not None]
        vectors = self._seams["embedder"].embed([query, *(episode.text for _, episode, _ in ranked)])
        scored = [(*hit[:2], float(score)) for hit, score in zip(ranked, vectors[1:] @ vectors[0], strict=True)]
        return sorted(scored, key=lambda hit: -hit[2]) + [hit for hit in found if hit[2] is None]


def _write(
    memory: Memory, key: str, value: Mapping[str, Any], index: Sequence[str] | bool | None, versions: list[Episode]
) -> None:
    """A new version of an item, unless it is the last of `versions` again: a put that is repeated changes nothing."""
    said = "" if isinstance(index, bool) else _text(value, index)
    held: Mapping[str, Any] = versions[-1].metadata[_MARK] if versions else {}
    mark = {"key": key, "value": dict(value), "indexed": bool(said)}
    if all(held.get(name) == given for name, given in mark.items()):
        return
    now = datetime.now(UTC)
    memory.update(
        Observation(
            said or f"(item {key})",
            triples=None if said else (),
            time=now,
            metadata={_MARK: {**mark, "created_at": held.get("created_at", now.isoformat())}},
            key=f"item {key}",
        )
    )


def _ranked(graph: _Graph, latest: set[str], op: SearchOp, enough: int) -> list[tuple[Episode, float | None]]:
    """The score of the items that a query finds, best first; more are asked for until enough pass the filter."""
    asked, every = REPEATS * enough, len(graph.kept.keys())
    while True:
        recalled = graph.memory.recall(op.query or "", episodes=asked, budget=_NO_LIMIT, explain=True)
        items = [episode for episode in recalled.episodes if episode.id in latest and _is_wanted(episode, op)]
        if len(items) >= enough or asked >= every:
            return [(item, recalled.why[item.id].score) for item in items if item.metadata[_MARK]["indexed"]]
        asked *= REPEATS


def _is_wanted(episode: Episode, op: SearchOp) -> bool:
    value = episode.metadata[_MARK]["value"]
    return all(_passes(value.get(name), wanted) for name, wanted in (op.filter or {}).items())


def _name(namespace: Namespace) -> str:
    """The graph's namespace; a label has no dot."""
    if not namespace or namespace[0] == _REGISTER:
        raise InvalidNamespaceError(f"a namespace must not be empty, nor begin with {_REGISTER!r}: {namespace!r:.80}")
    return ".".join(namespace)


def _fields(namespace: Namespace, episode: Episode) -> dict[str, Any]:
    """What LangGraph's items hold."""
    mark = episode.metadata[_MARK]
    times = {"created_at": mark["created_at"], "updated_at": episode.time or mark["created_at"]}
    return {"namespace": namespace, "key": mark["key"], "value": mark["value"], **times}


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
