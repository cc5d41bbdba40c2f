"""What stands in a prompt of few tokens: which share of the evidence for a question is told within a budget?

    python -m benchmarks.evidence FOLDER [--budget 400 500 800]

The folder holds LoCoMo's conversations (as for `benchmarks.dialogue`), MuSiQue's questions (as for
`benchmarks.passages`) or 2WikiMultihopQA's (as for `benchmarks.multihop`): its form is seen. For each way, at each
budget:

    evidence   the share of the turns that hold the evidence, or of the passages (by their titles) that support the
               answer, of which the text told has the whole first line
    answer     where the data gives it and some text has it: the share of questions with the answer in the text told
    tokens     that the text told has, by the one counter of all ways

    graphmem   `recall(question, budget=...)`, which stops by itself; "filled", asked for as many episodes as fit
    vectors    the nearest texts by MiniLM until the budget is full, the last of them cut
    BM25       the best matching ones likewise
    history    the newest ones likewise, whatever is asked

MuSiQue's recorded triples are handed over ("own": each question over its own 20 passages, "pooled": all over one
corpus). No model reads or answers. What is picked of a passage was tuned on the questions of even number (the first is
0) of each set; the figures are told of these, `even`, and of the others, `odd`.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.dialogue import said
from benchmarks.passages import triples_of
from benchmarks.reading import load, mean, show, watched
from benchmarks.updates import stands_in
from graphmem import Memory
from graphmem.embedding import load_embedder
from graphmem.embedding.cached import CachedEmbedder
from graphmem.language.words import words
from graphmem.protocols import Embedder
from graphmem.records import Observation, Triple
from graphmem.retrieval.budget import count_tokens
from graphmem.retrieval.scoring import matching_words

MANY = 40
"""Episodes asked for, to fill any of the budgets."""

HALVES = {"even": 0, "odd": 1}

Way = Callable[[str, int], str]
"""Gives the text told for a question within a budget."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the first lines of the texts that hold its evidence, and the forms of its answer, if known."""

    question: str
    evidence: frozenset[str]
    answers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Task:
    """What is observed, in order, and what is asked of it."""

    observed: Sequence[Observation]
    asked: Sequence[Asked]


def tasks(folder: Path) -> dict[str, list[Task]]:
    """The tasks of a folder by the name of their set, as its files show."""
    if (folder / "per_question.json").is_file():
        return {"own": list(_own(folder)), "pooled": [_pooled(folder)]}
    if (folder / "questions.json").is_file():
        return {"2wiki": [_wiki(folder)]}
    if paths := sorted(folder.glob("*.json")):
        return {"locomo": [_conversation(path) for path in paths]}
    raise SystemExit(f"{folder} holds no LoCoMo, MuSiQue or 2WikiMultihopQA")


def _passage(given: Mapping[str, Any]) -> Observation:
    triples = [Triple(*triple) for triple in triples_of(given)] if "triples" in given else []
    return Observation(f"{given['title']}\n{given['text']}", triples=tuple(triples))


def _own(folder: Path) -> Iterator[Task]:
    for each in load(folder / "per_question.json"):
        titles = frozenset(passage["title"] for passage in each["passages"] if passage["supporting"])
        asked = Asked(each["question"], titles, (each["answer"], *each["aliases"]))
        yield Task([_passage(passage) for passage in each["passages"]], [asked])


def _pooled(folder: Path) -> Task:
    asked = [
        Asked(each["question"], frozenset(passage["title"] for passage in each["supporting"]), (each["answer"],))
        for each in load(folder / "pooled_questions.json")
    ]
    return Task([_passage(each) for each in load(folder / "pooled_corpus.json")], asked)


def _wiki(folder: Path) -> Task:
    asked = [Asked(each["question"], frozenset(each["supporting_titles"])) for each in load(folder / "questions.json")]
    return Task([_passage(each) for each in load(folder / "corpus.json")], asked)


def _conversation(path: Path) -> Task:
    data = load(path)
    turns = {turn["id"]: said(turn) for turn in data["turns"]}
    asked = [
        Asked(each["question"], frozenset(_first_line(turns[turn]) for turn in each["evidence"] if turn in turns))
        for each in data["questions"]
    ]
    return Task([Observation(text, triples=()) for text in turns.values()], [each for each in asked if each.evidence])


def _first_line(text: str) -> str:
    return " ".join(text.strip().split("\n", 1)[0].split())


def cut(texts: Sequence[str], budget: int) -> str:
    """The texts, best first, until the budget is full; the last one in part."""
    told: list[str] = []
    for text in texts:
        room = budget - sum(map(count_tokens, told))
        if count_tokens(text) > room:
            return "\n".join([*told, _cut(text, room)])
        told.append(text)
    return "\n".join(told)


def _cut(text: str, room: int) -> str:
    parts = text.split(" ")
    while parts and count_tokens(" ".join(parts)) > room:
        parts.pop()
    return " ".join(parts)


def ways(memory: Memory, texts: Sequence[str], embedder: Embedder) -> dict[str, Way]:
    """Each way to fill a prompt out of what was observed."""
    vectors, split = embedder.embed(texts), [words(text) for text in texts]

    def best(scores: np.ndarray) -> list[str]:
        return [texts[place] for place in np.argsort(-scores, kind="stable")[:MANY]]

    return {
        "graphmem": lambda question, budget: str(memory.recall(question, budget=budget)),
        "graphmem, filled": lambda question, budget: str(memory.recall(question, budget=budget, episodes=MANY)),
        "vectors": lambda question, budget: cut(best(vectors @ embedder.embed([question])[0]), budget),
        "BM25": lambda question, budget: cut(best(matching_words(words(question), split).sum(axis=1)), budget),
        "history": lambda _, budget: cut(texts[::-1][:MANY], budget),
    }


def judged(text: str, asked: Asked, texts: Sequence[str]) -> dict[str, float]:
    """What a text that is told has of what is wanted."""
    lines = {_first_line(line.partition("] ")[2] if line.startswith("[") else line) for line in text.split("\n")}
    known = bool(asked.answers) and stands_in(asked.answers, texts)
    answer = {"answer": float(stands_in(asked.answers, [text]))} if known else {}
    return {"evidence": len(asked.evidence & lines) / len(asked.evidence), "tokens": count_tokens(text), **answer}


def marks(task: Task, budgets: Sequence[int], embedder: Embedder) -> Iterator[dict[tuple[str, int], dict[str, float]]]:
    """For each question what each way tells at each budget, judged."""
    texts = [each.text for each in task.observed]
    with Memory(":memory:", embedder=embedder) as memory:
        memory.remember_many(task.observed)
        told = ways(memory, texts, embedder)
        for asked in task.asked:
            yield {
                (way, budget): judged(tell(asked.question, budget), asked, texts)
                for way, tell in told.items()
                for budget in budgets
            }


def figures(found: Sequence[Mapping[tuple[str, int], Mapping[str, float]]]) -> dict[str, dict[str, dict[str, float]]]:
    """By half and by way and budget the mean of each figure, over the questions that have it."""
    return {
        half: {
            f"{way} {budget}": {
                name: mean(each[way, budget][name] for each in found[start::2] if name in each[way, budget])
                for name in ("evidence", "answer", "tokens")
                if any(name in each[way, budget] for each in found[start::2])
            }
            for way, budget in (found[0] if found else ())
        }
        for half, start in HALVES.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--budget", type=int, nargs="+", default=[400, 500, 800], help="tokens of a prompt")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    given = parser.parse_args()
    embedder = CachedEmbedder(load_embedder(), size=20_000)
    rows = {
        name: figures([mark for task in watched(of, name) for mark in marks(task, given.budget, embedder)])
        for name, of in tasks(given.folder).items()
    }
    if given.json:
        print(json.dumps(rows))
    else:
        for name, halves in rows.items():
            for half, ways_ in halves.items():
                show(f"{name}, {half}", ways_)


if __name__ == "__main__":
    main()
