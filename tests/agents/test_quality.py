"""`python -m agents graph-quality`: the graph held against the game's own state, step by step."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from agents.quality.measure import Judge, Quality
from agents.quality.state import State, canonical
from agents.quality.walks import quality_of, walk, walkthrough
from envs.tasks import TASKS, make
from graphmem import Extraction, Fact, Triple
from graphmem.extraction import TextWorldExtractor, default_extractor
from graphmem.records import Observation
from tests.model_server import ChatServer

pytest.importorskip("textworld")
ROOT = Path(__file__).parent.parent.parent

KITCHEN = "-= Kitchen =-\nYou see a closed fridge. There is a knife on the table. There is an exit to the east."
NAMES = {name: name for name in ("kitchen", "fridge", "knife", "table", "apple")}
THERE = {
    ("fridge", "is in", "kitchen"), ("table", "is in", "kitchen"), ("knife", "is in", "table"),
    ("apple", "is in", "fridge"), ("fridge", "is", "closed"), ("kitchen", "has exit", "east"),
}  # fmt: skip
SEEN = [Triple(*key) for key in sorted(THERE - {("apple", "is in", "fridge")})]


def _state(*changed: tuple[str, str, str]) -> State:
    subjects = {(key[0], key[1]) for key in changed}
    return State(frozenset({key for key in THERE if key[:2] not in subjects} | set(changed)), "kitchen", NAMES)


def _judged(*graphs: Sequence[Triple], taken: bool = False) -> Quality:
    """Of a graph after the kitchen was seen and, with `taken`, after the knife was taken."""
    judge = Judge()
    judge.step(KITCHEN, graphs[0], _state())
    if taken:
        judge.step("> take knife\nYou take the knife.", graphs[1], _state(("knife", "is in", "inventory")))
    return judge.quality


def _with_knife(*holders: str) -> list[Triple]:
    others = [triple for triple in SEEN if triple.subject != "knife"]
    return others + [Triple("knife", "is in", holder) for holder in holders]


def test_all_that_was_shown_and_nothing_else_is_perfect() -> None:
    current = _judged(SEEN).current
    assert (current.precision(), current.recall()) == (1, 1)
    assert current.wanted.total() == len(SEEN)


def test_what_no_text_has_shown_is_not_missed() -> None:
    assert ("missed", ("apple", "is in", "fridge")) not in _judged([]).current.faults
    assert ("missed", ("knife", "is in", "table")) in _judged([]).current.faults


def test_a_false_fact_costs_precision_and_a_missing_one_recall() -> None:
    false = _judged([*SEEN, Triple("apple", "is in", "table")]).current
    assert (false.precision(), false.recall()) == (5 / 6, 1)
    missing = _judged(SEEN[1:]).current
    assert (missing.precision(), missing.recall()) == (1, 4 / 5)


def test_what_is_told_less_exactly_is_true_but_finds_nothing() -> None:
    current = _judged(_with_knife("kitchen")).current
    assert (current.precision(), current.recall()) == (1, 4 / 5)


def test_what_the_game_keeps_nothing_of_is_not_judged() -> None:
    current = _judged([*SEEN, Triple("table", "is", "massive"), Triple("ghost", "is in", "kitchen")]).current
    assert current.told.total() == len(SEEN)


def test_a_fact_that_ended_is_to_be_retired() -> None:
    done = _judged(SEEN, _with_knife("inventory"), taken=True).retired
    assert (done.precision(), done.recall()) == (1, 1)
    kept = _judged(SEEN, _with_knife("table", "inventory"), taken=True)
    assert kept.retired.recall() == 0
    assert kept.current.precision() == 10 / 11


def test_retiring_what_still_holds_costs_precision() -> None:
    quality = _judged(SEEN, _with_knife("inventory")[1:], taken=True)
    assert quality.retired.precision() == 1 / 2
    assert quality.retired.recall() == 1


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (("kitchen", "contains", "knife"), ("knife", "is in", "kitchen")),
        (("yellow potato", "was fried", "by you"), ("yellowpotato", "is", "fried")),
        (("Living room", "has exit", "east"), ("livingroom", "has exit", "east")),
        (("table", "is", "massive"), None),
        (("you", "scored", "one point"), None),
    ],
)
def test_other_words_for_the_same_are_understood(said: tuple[str, str, str], meant: tuple[str, str, str]) -> None:
    assert canonical(Triple(*said)) == meant


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("quality")


@pytest.mark.parametrize("task", TASKS)
def test_the_rules_keep_a_true_and_complete_graph_of_each_task(task: str, folder: Path) -> None:
    game = make(task, "default", 1, folder / "games")
    quality = quality_of(default_extractor(), walk(game, walkthrough(game)))
    assert quality.steps > 20
    for tally in (quality.current, quality.retired):
        assert (tally.precision() or 0) >= 0.95, tally.faults.most_common(5)
        assert (tally.recall() or 0) >= 0.95, tally.faults.most_common(5)


class Forgetful:
    """Reads as the rules do, but never that anything was taken."""

    name = "forgetful"
    anchors = TextWorldExtractor.anchors

    def extract(self, observation: Observation, known: Sequence[Fact]) -> Extraction:
        read = TextWorldExtractor().extract(observation, known)
        return Extraction(tuple(it for it in read.triples if it.object != "inventory"), (), read.mentions)


def test_an_extractor_that_misses_things_is_found_out(folder: Path) -> None:
    game = make("treasure-hunt", "default", 1, folder / "games")
    quality = quality_of(Forgetful(), walk(game, walkthrough(game)))
    assert (quality.retired.recall() or 0) < 0.7
    assert (quality.current.precision() or 0) < 1
    assert (quality.current.recall() or 0) < 1


def _run(folder: Path, *arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "agents", "graph-quality", *map(str, arguments)]
    env = {"PYTHONPATH": str(ROOT), **environment}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)


def _rows(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_given_game_is_walked_by_given_commands(folder: Path) -> None:
    game = make("treasure-hunt", "default", 1, folder / "games")
    (folder / "walk.txt").write_text("take Key 1\n\ninventory\n")
    (row,) = _rows(_run(folder, "--game", game, "--walkthrough", "walk.txt", "--json"))
    assert (row["walk"], row["extractor"], row["steps"]) == (game.stem, "rules", 3)
    assert row["retired"]["recall"] == 1


def test_a_person_reads_a_table(folder: Path) -> None:
    done = _run(folder, "--task", "treasure-hunt", "--seeds", "1")
    assert done.returncode == 0, done.stderr
    for word in ("treasure-hunt", "rules", "prec.", "recall", "retired", "places", "states"):
        assert word in done.stdout, word


def test_a_model_is_judged_beside_the_rules(folder: Path) -> None:
    def reads_nothing(messages: Any, schema: Any) -> str:
        return '{"triples": [["key 1", "is in", "room a"]], "outdated": []}'

    game = make("treasure-hunt", "default", 1, folder / "games")
    (folder / "walk.txt").write_text("take Key 1\n")
    with ChatServer(reads_nothing) as server:
        arguments = ("--game", game, "--walkthrough", "walk.txt", "--model", "stand-in", "--json")
        rules, model = _rows(_run(folder, *arguments, OPENAI_BASE_URL=server.url))
    assert (rules["extractor"], model["extractor"]) == ("rules", "stand-in")
    assert model["current"]["precision"] < 1
    assert model["current"]["recall"] < rules["current"]["recall"]


@pytest.fixture
def record(folder: Path, tmp_path: Path) -> Path:
    """A folder with a run of three turns: one goes by AriGraph's `go to`, and the graph keeps a fact too long."""
    game = make("treasure-hunt", "default", 1, tmp_path / "games")
    for suffix in (".z8", ".json"):
        game.with_suffix(suffix).rename(tmp_path / "games" / f"hunt{suffix}")
    commands = ["take Key 1", "inventory", "look"]
    texts = [text for text, _ in walk(tmp_path / "games" / "hunt.z8", commands)]
    lines = [
        {
            "observation": f"Game step #{number}\n{text.partition(chr(10))[2] if number > 1 else text}",
            "inventory": "You are carrying nothing." if number == 1 else "You are carrying: a Key 1.",
            "action_raw": json.dumps({"action_to_take": command}),
            "graph": ["key 1, is in, room a"] + ["key 1, is in, inventory"] * (number > 1),
        }
        for number, (text, command) in enumerate(zip(texts, commands, strict=False), start=1)
    ]
    (tmp_path / "traces").mkdir()
    (tmp_path / "traces" / "hunt_run.1.jsonl").write_text("\n".join(map(json.dumps, lines)))
    return tmp_path


def test_a_recorded_run_is_judged_beside_the_rules(folder: Path, record: Path) -> None:
    recorded, rules = _rows(_run(folder, "--recorded", record, "--json"))
    assert (recorded["walk"], recorded["extractor"], recorded["steps"]) == ("hunt, recorded", "GPT-4", 3)
    assert recorded["current"]["precision"] == 3 / 5
    assert recorded["retired"]["recall"] == 0
    assert rules["current"]["precision"] == rules["current"]["recall"] == 1


def test_what_is_no_record_is_named(folder: Path, record: Path) -> None:
    (record / "traces" / "hunt_run.2.jsonl").write_text('{"observation": 3}\n')
    for arguments, word in ((("--recorded", record), "hunt_run.2.jsonl, line 1"), (("--recorded", folder), "traces/")):
        done = _run(folder, *arguments)
        assert done.returncode == 2
        assert word in done.stderr
        assert done.stderr.count("\n") == 1
