"""Questions of several hops, answered by a language model: exact match and F1, and what each answer took.

    python -m benchmarks.ask --musique FOLDER --two-wiki FOLDER --model qwen-1.5b --results answers.jsonl

MuSiQue's folder holds `per_question.json` (see `benchmarks.passages`): each question over its own 20 passages.
2WikiMultihopQA's holds `corpus_small.json` (see `benchmarks.multihop`), over which all are asked, and `answers.json`, a
list of `question` and `answer`. No model reads the passages before; the one that answers is at the endpoint of
OPENAI_BASE_URL.

Ways: graphmem is `Memory.ask`. BM25 tells the best passages, as many as the same budget holds, and "all" tells all
passages, each in the same prompt, by one call. Every answer is written as it comes, and what is there already is not
asked again. Exact match and F1 as SQuAD has them.

With `--told` no model is asked: of how many questions a right answer stands in what the first call would be told.
"""

from __future__ import annotations

import argparse
import json
import re
import string
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.reading import ROOM, Unread, load, mean, show
from graphmem import Memory
from graphmem.answering import Answer
from graphmem.embedding import load_embedder
from graphmem.embedding.cached import CachedEmbedder
from graphmem.errors import UselessReply
from graphmem.language.words import words
from graphmem.llm import ChatModel
from graphmem.protocols import LLM, Message, Reply
from graphmem.retrieval import Found, Question, Snapshot
from graphmem.retrieval.budget import count_tokens
from graphmem.retrieval.scoring import matching_words

WAYS = ("graphmem", "BM25", "all")
MAX_TOKENS = 250
"""Of a reply: a small model that rambles is cut there."""
KEY = ("set", "way", "budget", "rounds", "model", "question")
FIGURES = ("EM", "F1", "calls", "prompt tokens", "written tokens", "seconds")
PAPER = {"questions": 200, "EM": 0.37}
"""AriGraph's table for MuSiQue (arXiv 2407.04363): GPT-4 reads and answers."""


@dataclass(frozen=True)
class Asked:
    """A question, its right answers, and the memory of its passages."""

    question: str
    answers: Sequence[str]
    memory: Memory


def normal(text: str) -> str:
    """Small letters, without punctuation, articles and spare spaces, as SQuAD compares answers."""
    bare = "".join(letter for letter in text.casefold() if letter not in string.punctuation)
    return " ".join(re.sub(r"\b(?:a|an|the)\b", " ", bare).split())


def exact(said: str, right: Sequence[str]) -> float:
    return float(any(normal(said) == normal(each) for each in right))


def f1(said: str, right: Sequence[str]) -> float:
    """The best F1, by words, with one of the right answers."""
    return max(_f1(normal(said).split(), normal(each).split()) for each in right)


def _f1(said: Sequence[str], right: Sequence[str]) -> float:
    same = sum((Counter(said) & Counter(right)).values())
    return 2 * same / (len(said) + len(right)) if same else 0.0


def musique(folder: Path, number: int, first: int) -> Iterator[Asked]:
    """Each question with a memory of its own passages."""
    embedder = CachedEmbedder(load_embedder())
    for each in load(folder / "per_question.json")[first : first + number]:
        with Memory(":memory:", extractor=Unread(), embedder=embedder) as memory:
            memory.remember_together(f"{passage['title']}\n{passage['text']}" for passage in each["passages"])
            yield Asked(each["question"], [each["answer"], *each["aliases"]], memory)


def two_wiki(folder: Path, number: int, first: int) -> Iterator[Asked]:
    """All questions over one memory."""
    with Memory(":memory:", extractor=Unread(), embedder=load_embedder()) as memory:
        memory.remember_together(f"{each['title']}\n{each['text']}" for each in load(folder / "corpus_small.json"))
        for each in load(folder / "answers.json")[first : first + number]:
            yield Asked(each["question"], [each["answer"]], memory)


class BM25:
    """A `Search` for the passages whose words match, best first."""

    def find(self, question: Question, snapshot: Snapshot) -> Found:
        episodes = snapshot.episodes()
        scores = matching_words(words(question.texts[0]), [words(each.text) for each in episodes]).sum(axis=1)
        order = (-scores).argsort(kind="stable")[: question.episodes]
        return Found(episodes=tuple(episodes[place] for place in order))


def by(way: str, asked: Asked, model: LLM, budget: int, rounds: int) -> Answer:
    """The answer by one of the `WAYS`."""
    if way == "BM25":
        return asked.memory.ask(asked.question, model, budget=budget, rounds=1, search=BM25())
    if way == "all":
        return asked.memory.ask(asked.question, model, budget=ROOM)
    return asked.memory.ask(asked.question, model, budget=budget, rounds=rounds)


def answered(way: str, asked: Asked, model: ChatModel, budget: int, rounds: int) -> dict[str, Any]:
    """What was said by one of the `WAYS`, how right it is, and what it took."""
    before, started = model.usage.total, time.perf_counter()
    try:
        answer = by(way, asked, model, budget, rounds)
        found: dict[str, Any] = {"said": answer.answer, "recalls": answer.rounds, "cited": len(answer.episodes)}
    except UselessReply as error:
        found = {"said": None, "error": type(error).__name__}
    after = model.usage.total
    said = found["said"] or ""
    return {
        **found,
        "right": list(asked.answers),
        "EM": exact(said, asked.answers),
        "F1": round(f1(said, asked.answers), 3),
        "calls": after.calls - before.calls,
        "prompt tokens": after.prompt_tokens - before.prompt_tokens,
        "written tokens": after.completion_tokens - before.completion_tokens,
        "seconds": round(time.perf_counter() - started, 1),
    }


class Overheard:
    """An `LLM` that keeps what it is told, and knows nothing."""

    def __init__(self) -> None:
        self.told = ""

    def reply(self, messages: Sequence[Message], form: type[Reply], *, purpose: str) -> Reply:
        self.told = messages[-1]["content"].casefold()
        return form.model_validate({"answer": ""})


def told(questions: Iterable[Asked], ways: Sequence[str], budget: int) -> dict[str, dict[str, float]]:
    """For each way, the share of questions of which a right answer is told, and the tokens that are told."""
    model, found = Overheard(), Counter[str]()
    for asked in questions:
        found["questions"] += 1
        for way in ways:
            by(way, asked, model, budget, rounds=1)
            found[f"{way} holds"] += any(right.casefold() in model.told for right in asked.answers)
            found[f"{way} tokens"] += count_tokens(model.told)
    number = found["questions"]
    return {
        way: {"questions": number, "told": round(found[f"{way} holds"] / number, 3),
              "tokens": round(found[f"{way} tokens"] / number)}
        for way in ways
    }  # fmt: skip


def asked_now(name: str, questions: Iterable[Asked], model: ChatModel, given: argparse.Namespace) -> None:
    """Ask each question in each way that is not among the results yet, and add what comes to them."""
    done = {tuple(each[part] for part in KEY) for each in results(given.results)}
    for asked in questions:
        for way in given.ways:
            key = (name, way, given.budget, given.rounds, given.model, asked.question)
            if key not in done:
                line = dict(zip(KEY, key, strict=True)) | answered(way, asked, model, given.budget, given.rounds)
                with given.results.open("a", encoding="utf-8") as file:
                    print(json.dumps(line, ensure_ascii=False), file=file)


def results(path: Path) -> list[dict[str, Any]]:
    """The answers so far."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def figures(found: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    """The means of each set and way, over the questions that every way of the set has answered."""
    rows: dict[str, dict[str, float]] = {}
    for name in dict.fromkeys(each["set"] for each in found):
        ways = {way: [each for each in found if (each["set"], each["way"]) == (name, way)] for way in WAYS}
        ways = {way: answers for way, answers in ways.items() if answers}
        shared = set.intersection(*({each["question"] for each in answers} for answers in ways.values()))
        for way, answers in ways.items():
            same = [each for each in answers if each["question"] in shared]
            rows[f"{name}, {way}"] = {"questions": len(same)} | {
                figure: mean(each[figure] for each in same) for figure in FIGURES if same
            }
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--musique", type=Path, help="folder of MuSiQue")
    parser.add_argument("--two-wiki", type=Path, help="folder of 2WikiMultihopQA")
    parser.add_argument("--model", default="", help="its name at the endpoint of OPENAI_BASE_URL")
    parser.add_argument("--told", action="store_true", help="ask no model: is the answer in what would be told?")
    parser.add_argument("--ways", nargs="*", default=list(WAYS), choices=WAYS)
    parser.add_argument("--questions", type=int, default=50, help="of each set")
    parser.add_argument("--first", type=int, default=0, help="where to begin in each set")
    parser.add_argument("--budget", type=int, default=800, help="tokens that are told, but of all passages")
    parser.add_argument("--rounds", type=int, default=2, help="of recall, at most")
    parser.add_argument(
        "--results", type=Path, default=Path("answers.jsonl"), help="a .jsonl to write to, and to go on from"
    )
    parser.add_argument("--timeout", type=float, default=900, help="seconds to wait for a reply")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    given = parser.parse_args()
    sets: dict[str, Iterable[Asked]] = {}
    if given.musique:
        sets["MuSiQue"] = musique(given.musique, given.questions, given.first)
    if given.two_wiki:
        sets["2WikiMultihopQA"] = two_wiki(given.two_wiki, given.questions, given.first)
    if given.told:
        found = {name: told(questions, given.ways, given.budget) for name, questions in sets.items()}
        rows = {f"{name}, {way}": figure for name, ways in found.items() for way, figure in ways.items()}
    else:
        with ChatModel(given.model, max_tokens=MAX_TOKENS, timeout=given.timeout) as model:
            for name, questions in sets.items():
                asked_now(name, questions, model, given)
        rows = figures(results(given.results)) | {"MuSiQue, AriGraph with GPT-4 (the paper)": PAPER}
    print(json.dumps(rows)) if given.json else show(f"Asked ({given.model or 'no model'})", rows)


if __name__ == "__main__":
    main()
