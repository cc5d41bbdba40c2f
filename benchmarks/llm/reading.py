"""Observations recorded with GPT-4's triples, read by another model and compared.

Found. A triple of GPT-4's is found when one of the model's joins the same two entities (by `entity_key`), in either
direction, and the relations share a word, both say where a thing is ("key, is in, chest", "chest, contains, key"), or
both only say what it is ("is", "has been").
"Pair" asks for the two entities only. Left out are GPT-4's triples about the player itself, which the prompt forbids;
exits are counted apart, because the agent reads them by rule.

Grounded. A triple of the model's reply is grounded when every word of its two entities is in the observation (or is
one of a few that the prompt itself gives, as "inventory"). What `game_model` keeps of the reply is counted too.

Precision is the share of the triples kept that one of GPT-4's is found by.

Examples. With "nearest", each observation is shown with the four recorded ones of other runs nearest to it, and
what GPT-4 read of them, after the examples of the prompt; else with these alone.

Passages of MuSiQue, with the triples that GPT-4o-mini extracted, are read in the same way, as prose.

Outdated. The facts of the graph recorded one step before that are not in it after the step are those that GPT-4
retired. Precision is the share of them among the facts that the model called outdated.
"""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from agents.extraction import game_model
from graphmem import Fact, Triple
from graphmem.context import LIKE
from graphmem.embedding import load_embedder
from graphmem.errors import BadReply, UselessReply
from graphmem.extraction.llm import LLMExtractor
from graphmem.llm import ChatModel
from graphmem.prompts import ExtractionReply
from graphmem.protocols import SHOWN, Message, Reply
from graphmem.records import Observation

_SHORT = 450
"""Characters of a passage that is read, at most."""
_WORD = re.compile(r"\w+")
_PLACING = {"in", "on", "at", "inside", "under", "contains", "contain", "holds", "has", "located", "inventory"}
_BEING = {"is", "are", "was", "be", "been", "has", "have", "now", "becomes", "became", "being"}
_COMMON = {"inventory", "recipe", "player", "floor"}
_PLAYER = {"you", "player", "i", "agent"}
_STEP = re.compile(r"\A(?:Game step #\d+|\$|\s)+")


@dataclass(frozen=True)
class Sample:
    """A recorded observation: what was known of its entities before it, what GPT-4 made of it."""

    text: str
    known: tuple[Fact, ...]
    expected: tuple[Triple, ...]
    retired: frozenset[tuple[str, str, str]] = frozenset()
    run: str = ""
    like: tuple[tuple[str, tuple[Triple, ...]], ...] = ()


def samples(folder: Path, number: int, *, nearest: bool = False) -> list[Sample]:
    """So many observations of which GPT-4 extracted something, spread evenly over the runs and over each run."""
    pool = [sample for path in sorted(folder.glob("*.jsonl")) for sample in _of_run(path)]
    if not pool:
        raise SystemExit(f"{folder} holds no recorded runs (*.jsonl)")
    return _chosen(pool, number, nearest)


def passage_samples(path: Path, number: int, *, nearest: bool = False) -> list[Sample]:
    """So many of the short passages of MuSiQue's questions, spread evenly; each question is a run."""
    pool: dict[str, Sample] = {}
    for question in json.loads(path.read_text(encoding="utf-8")):
        for passage in question["passages"]:
            expected = tuple(t for line in passage["triples"] if (t := _triple(line)))
            if expected and len(passage["text"]) < _SHORT:
                pool.setdefault(passage["text"], Sample(passage["text"], (), expected, run=question["id"]))
    return _chosen(list(pool.values()), number, nearest)


def _chosen(pool: Sequence[Sample], number: int, nearest: bool) -> list[Sample]:
    number = min(number, len(pool))
    chosen = [pool[(2 * index + 1) * len(pool) // (2 * number)] for index in range(number)]
    return _with_like(chosen, pool) if nearest else chosen


def _with_like(chosen: Sequence[Sample], pool: Sequence[Sample]) -> list[Sample]:
    """Each with the nearest of other runs, none of which is itself tried."""
    tried = {sample.text for sample in chosen}
    others = [sample for sample in pool if sample.text not in tried]
    embed = load_embedder().embed
    cosines = embed([sample.text for sample in chosen]) @ embed([sample.text for sample in others]).T
    found = []
    for sample, row in zip(chosen, cosines, strict=True):
        near = [others[at] for at in (-row).argsort() if others[at].run != sample.run][:LIKE]
        found.append(replace(sample, like=tuple((each.text, each.expected) for each in near)))
    return found


def _of_run(path: Path) -> Iterator[Sample]:
    steps = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    command = ""
    before: list[Triple] = []
    for step in steps:
        text = _STEP.sub("", step["observation"])
        text = f"> {command}\n{text}" if command else text
        after = [triple for line in step["graph"] or () if (triple := _triple(line))]
        expected = [t for line in step["new_triples"] if (t := _triple(line)) and t.key[0] not in _PLAYER]
        if expected:
            gone = frozenset(t.key for t in before) - {t.key for t in after}
            yield Sample(text, _about(text, before), tuple(expected), gone, path.stem)
        command, before = _command(step["action_raw"]), after


def _triple(line: str) -> Triple | None:
    parts = [part.strip() for part in line.split(",", 2)]
    return Triple(*parts) if len(parts) == 3 and all(parts) else None


def _command(raw: str) -> str:
    found = re.search(r'"action_to_take":\s*"([^"]+)"', raw or "")
    return found[1] if found else ""


def _about(text: str, graph: Sequence[Triple]) -> tuple[Fact, ...]:
    """Facts whose subject or object the text names, the newest first."""
    low = text.casefold()
    named = [t for t in graph if any(re.search(rf"\b{re.escape(name)}\b", low) for name in (t.key[0], t.key[2]))]
    return tuple(
        Fact(str(number), t.subject, t.relation, t.object, asserted_by="", since=0)
        for number, t in enumerate(reversed(named))
    )


class Watched:
    """An `LLM` that keeps the last reply, for a look at what the extractor made of it."""

    def __init__(self, llm: ChatModel) -> None:
        self._llm = llm
        self.last: ExtractionReply | None = None

    def reply(self, messages: Sequence[Message], form: type[Reply], *, purpose: str) -> Reply:
        self.last = None
        given = self._llm.reply(messages, form, purpose=purpose)
        self.last = given if isinstance(given, ExtractionReply) else None
        return given


def same(one: Triple, other: Triple) -> bool:
    """Whether they join the same entities and mean the same; see above."""
    words, others = _words(one.relation), _words(other.relation)
    alike = words & others or (words & _PLACING and others & _PLACING) or (words | others) <= _BEING
    return same_pair(one, other) and bool(alike)


def same_pair(one: Triple, other: Triple) -> bool:
    return {one.key[0], one.key[2]} == {other.key[0], other.key[2]}


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold()))


def grounded(triple: Triple, text: str) -> bool:
    words = _words(text) | _COMMON
    return (_words(triple.key[0]) | _words(triple.key[2])) <= words


def read(model: ChatModel, chosen: Sequence[Sample], *, show: bool = False, prose: bool = False) -> dict[str, Any]:
    """Have the model read the samples, as a game's or as prose; gives the figures by name, in order."""
    watched = Watched(model)
    extractor = LLMExtractor(watched) if prose else game_model(watched)
    n: Counter[str] = Counter()
    started = time.perf_counter()
    for sample in chosen:
        shown = sample.known[:SHOWN]
        try:
            extracted = extractor.extract(Observation(sample.text, like=sample.like), sample.known)
        except UselessReply as error:
            n["useless"] += 1
            n["not asked again"] += not isinstance(error, BadReply)
            n["expected"] += len(sample.expected)
            n["expected but exits"] += sum("exit" not in t.relation for t in sample.expected)
            if show:
                print(f"\n{sample.text}\n   {error}")
            continue
        assert watched.last
        raw = [Triple(*parts) for parts in watched.last.triples if parts]
        called = {shown[index].triple.key for index in extracted.outdated}
        _count(n, sample, raw, extracted.triples)
        n["called outdated"] += len(called)
        n["rightly called outdated"] += len(called & sample.retired)
        n["retired and shown"] += len(sample.retired & {fact.triple.key for fact in shown})
        if show:
            _show(sample, raw, extracted.triples, called)
    return _figures(n, extractor.counts, model, len(chosen), time.perf_counter() - started)


def _count(n: Counter[str], sample: Sample, raw: Sequence[Triple], kept: Sequence[Triple]) -> None:
    for triple in sample.expected:
        found = any(same(triple, own) for own in kept)
        n["expected"] += 1
        n["found"] += found
        n["pairs found"] += any(same_pair(triple, own) for own in kept)
        if "exit" not in triple.relation:
            n["expected but exits"] += 1
            n["found but exits"] += found
    n["raw"] += len(raw)
    n["raw grounded"] += sum(grounded(triple, sample.text) for triple in raw)
    n["kept"] += len(kept)
    n["right"] += sum(any(same(triple, own) for triple in sample.expected) for own in kept)
    n["kept grounded"] += sum(grounded(triple, sample.text) for triple in kept)


def _show(sample: Sample, raw: Sequence[Triple], kept: Sequence[Triple], called: set[tuple[str, str, str]]) -> None:
    print(f"\n{sample.text}")
    for triple in sample.expected:
        print("   GPT-4:", triple, "" if any(same(triple, own) for own in kept) else "  <- missed")
    for triple in raw:
        print("   model:", triple, "" if triple in kept else "  <- dropped")
    print("   outdated:", called or "-", "| GPT-4:", set(sample.retired) or "-")


def _figures(n: Counter[str], dropped: Counter[str], model: ChatModel, asked: int, seconds: float) -> dict[str, Any]:
    usage = model.usage.total
    return {
        "observations": asked,
        "GPT-4's triples": n["expected"],
        "of these found": _share(n["found"], n["expected"]),
        "found, exits left out": _share(n["found but exits"], n["expected but exits"]),
        "found by their pair of entities": _share(n["pairs found"], n["expected"]),
        "triples in the replies": n["raw"],
        "of these grounded": _share(n["raw grounded"], n["raw"]),
        "triples kept": n["kept"],
        "precision": _share(n["right"], n["kept"]),
        "of those grounded": _share(n["kept grounded"], n["kept"]),
        "not used, and why": ", ".join(f"{why} {count}" for why, count in dropped.most_common()) or "-",
        "replies valid at once": _share(asked - usage.repairs - n["not asked again"], asked),
        "after one repair": _share(asked - n["useless"], asked),
        "called outdated": n["called outdated"],
        "of these outdated in the recording": _share(n["rightly called outdated"], n["called outdated"]),
        "outdated in the recording, and shown": n["retired and shown"],
        "prompt tokens a step": f"{usage.prompt_tokens / asked:.0f} ({usage.cached_tokens / asked:.0f} cached)",
        "completion tokens a step": f"{usage.completion_tokens / asked:.0f}",
        "seconds a step": f"{seconds / asked:.1f}",
    }


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2f} ({part} of {whole})" if whole else "-"
