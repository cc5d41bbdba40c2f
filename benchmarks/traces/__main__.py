"""Recorded runs of AriGraph's agent through our own, over HTTP: graphs, parsers and prompts, side by side."""

from __future__ import annotations

import argparse
import statistics
from collections import Counter
from collections.abc import Sequence
from functools import reduce
from operator import add
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.traces.compare import Comparison, called_outdated, compare
from benchmarks.traces.long import walk
from benchmarks.traces.parsers import lost_replies, replacements
from benchmarks.traces.record import Run, read_runs
from benchmarks.traces.replay import FAULTS, Replay, replay
from benchmarks.traces.slips import SLIPS, lost
from benchmarks.traces.tokens import (
    KINDS,
    PLANS,
    Prompt,
    cached,
    gpt4,
    mean_sections,
    over_bert,
    prompts,
    recorded_parts,
    tokens,
)  # fmt: skip
from graphmem.retrieval.budget import count_tokens

console = Console(width=160)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="holds the recorded runs, *.jsonl")
    parser.add_argument("--games", type=Path, help="holds hunt.z8 and cook.z8, for the commands they admit")
    parser.add_argument("--steps", type=int, default=150, help="of the long walk; 0 leaves it out")
    given = parser.parse_args()
    games = given.games or given.folder.resolve().parent / "games"
    runs = list(read_runs(given.folder))
    if not runs:
        parser.error(f"no recorded runs (*.jsonl) in {given.folder}")
    doing = [(run, rules) for rules in (False, True) for run in runs]
    done = [_replayed(*each, games) for each in track(doing, "replaying", console=Console(stderr=True))]
    said, ruled = done[: len(runs)], done[len(runs) :]
    for title, replays in (("as the model says (no slots, no map)", said), ("with our rules (slots, map)", ruled)):
        show_graphs(title, replays)
        show_outdated(title, replays)
    show_parsers(runs, ruled)
    show_slips(runs)
    show_tokens(ruled)
    if given.steps:
        show_walk(given.steps)


def _replayed(run: Run, rules: bool, games: Path) -> Replay:
    game = games / f"{run.family}.z8"
    return replay(run, rules=rules, game=game if game.exists() else None)


def show_graphs(title: str, replays: Sequence[Replay]) -> None:
    table = Table(
        "run", "turns", "ours", "AriGraph's", "in both", "only ours", "only theirs", "equal", "equal but for the map",
        title=f"Facts that hold after each turn, {title}: sums over the turns",
    )  # fmt: skip
    found = [compare(each) for each in replays]
    total = reduce(add, found, Comparison())
    for name, each in [*((it.run.name, one) for it, one in zip(replays, found, strict=True)), ("all", total)]:
        ours, theirs = each.both + each.only_ours, each.both + each.only_theirs
        numbers = [each.turns, ours, theirs, each.both, each.only_ours, each.only_theirs, each.equal, each.nearly]
        table.add_row(name, *map(str, numbers))
    console.print(table)
    why = Table("", "why", "facts a turn, summed", "facts", "such as", title=f"Why they differ, {title}")
    for (side, reason), count in sorted(total.why.items(), key=lambda item: (item[0][0], -item[1])):
        facts = total.facts[side, reason]
        shown = "; ".join(f"{', '.join(fact)} ({run})" for run, fact in list(facts)[:3])
        why.add_row(side, reason, str(count), str(len(facts)), shown)
    console.print(why)


def show_outdated(title: str, replays: Sequence[Replay]) -> None:
    named: Counter[str] = Counter()
    for each in replays:
        named.update(dict(called_outdated(each)))
    counts = sum((each.counts for each in replays), Counter[str]())
    table = Table("old facts and replies", "number", title=f"What became of the replies, {title}")
    for what, number in [*named.items(), *((f"not used as it was: {what}", n) for what, n in counts.items())]:
        table.add_row(what, str(number))
    console.print(table)


def show_parsers(runs: Sequence[Run], replays: Sequence[Replay]) -> None:
    table = Table("part of a reply", "recorded", "lost by AriGraph's parser", "lost by ours", title="Parsers")
    pairs = [replacements(turn.replacements) for run in runs for turn in run.turns]
    plans, actions = (sum(each) for each in zip(*map(lost_replies, runs), strict=True))
    counts = sum((each.counts for each in replays), Counter[str]())
    turns = sum(len(run.turns) for run in runs)
    triples = sum(len(turn.triples) for run in runs for turn in run.turns)
    table.add_row("plans", str(turns), str(plans), str(counts["plan kept"]))
    table.add_row("actions", str(turns), str(actions), f'{counts["look"]} (no command that is listed: "look")')
    table.caption = "; ".join(
        f'"{asked}" -> "{made}" ({each.run.name})' for each in replays for asked, made in each.decided if made == "look"
    )
    faults = sum(counts[fault] for fault in FAULTS)
    table.add_row("triples (only those it kept are recorded)", str(triples), "not recorded", f"{faults} (dropped)")
    table.add_row("old facts of replacements", str(sum(n for n, _ in pairs)), str(sum(lost for _, lost in pairs)), "0")
    console.print(table)


def show_slips(runs: Sequence[Run]) -> None:
    table = Table(
        "slip", "replies", "triples", "lost by AriGraph's rule", "lost by ours", "asked again by ours",
        title="Slips made on purpose in one triple of each recorded reply",
    )  # fmt: skip
    replies = [(turn.observation, turn.triples) for run in runs for turn in run.turns if turn.triples]
    for slip in SLIPS:
        found = lost(slip, replies)
        numbers = (found.replies, found.said, found.theirs, found.ours, found.asked_again)
        table.add_row(slip.name, *map(str, numbers))
    console.print(table)


def show_tokens(replays: Sequence[Replay]) -> None:
    table = Table(
        "prompts", "mean", "greatest", "by GPT-4's tokenizer", "AriGraph's plan prompt", "ours of it",
        "turns 8 to 12", "last 5 turns", "form",
        title="Tokens a prompt (ours by our estimate, and by GPT-4's tokenizer; AriGraph's as its logs give them)",
    )  # fmt: skip
    families = dict.fromkeys(each.run.family for each in replays)
    for family in families:
        of_family = [each for each in replays if each.run.family == family]
        asked = [(prompts(each.requests), len(each.after)) for each in of_family]
        for kind in KINDS:
            _token_row(table, family, kind, asked)
        _step_rows(table, family, of_family)
    console.print(table)
    for family in families:
        asked_all = [p for each in replays if each.run.family == family for p in prompts(each.requests)]
        show_sections(family, asked_all)
    bodies = [body for each in replays for _, body in each.requests][::10]
    if bodies:
        console.print(f"our estimate over the count by BERT's vocabulary, every tenth prompt: {over_bert(bodies):.2f}")


def _token_row(table: Table, family: str, kind: str, asked: list[tuple[list[Prompt], int]]) -> None:
    first = [(p, turns) for made, turns in asked for p in made if p.kind == kind and not p.again]
    if not first:
        return
    taken = [p.tokens for p, _ in first]
    mean, most = PLANS.get(family, (0, 0))
    by_bpe = [p.by_bpe for p, _ in first if p.by_bpe is not None]
    mean_bpe, most_bpe = (statistics.mean(by_bpe), max(by_bpe)) if by_bpe else (statistics.mean(taken), max(taken))
    early = [p.tokens for p, _ in first if 8 <= p.turn <= 12]
    late = [p.tokens for p, turns in first if p.turn > turns - 5]
    table.add_row(
        f"{family}, {kind}",
        f"{statistics.mean(taken):.0f}",
        str(max(taken)),
        f"{mean_bpe:.0f}, greatest {most_bpe}" if by_bpe else "not installed",
        f"{mean}, greatest {most}" if kind == "plan" and mean else "",
        f"{mean_bpe / mean:.2f}, {most_bpe / most:.2f}" if kind == "plan" and mean else "",
        f"{statistics.mean(early):.0f}" if early else "",
        f"{statistics.mean(late):.0f}" if late else "",
        f"{statistics.mean(p.form for p, _ in first):.0f}",
    )


def _step_rows(table: Table, family: str, replays: Sequence[Replay]) -> None:
    sums = [sum(p.tokens for p in prompts(each.requests)) / len(each.after) for each in replays]
    calls = sum(each.calls for each in replays) / sum(len(each.after) for each in replays)
    parts = [count for each in replays for count in recorded_parts(each.run.turns)]
    followed, turns = sum(each.followed for each in replays), sum(len(each.after) for each in replays)
    asked = [body for each in replays for _, body in each.requests]
    steps = sum(len(each.after) for each in replays)
    served = sum(cached(body for _, body in each.requests) for each in replays)
    total = sum(tokens(body, gpt4() or count_tokens) for body in asked)
    table.add_row(
        f"{family}, all calls of a step, and of these cached",
        f"{statistics.mean(sums):.0f}",
        "",
        f"{total / steps:.0f}, cached {served / steps:.0f} ({served / total:.0%})",
    )
    table.add_row(f"{family}, calls a step", f"{calls:.2f}", "", "", "6 calls")
    at_least = f"at least {statistics.mean(parts):.0f}, greatest {max(parts)}"
    table.add_row(f"{family}, the recorded parts of AriGraph's plan prompt by our estimate", "", "", "", at_least)
    table.add_row(f"{family}, turns with the game's own list of commands", f"{followed} of {turns}", end_section=True)


def show_sections(family: str, asked: Sequence[Prompt]) -> None:
    table = Table("section", *KINDS, title=f"Tokens of each section, mean, {family}")
    means = {kind: mean_sections([p for p in asked if p.kind == kind and not p.again]) for kind in KINDS}
    for name in dict.fromkeys(name for kind in KINDS for name in means[kind]):
        table.add_row(name, *(f"{means[kind][name]:.0f}" if name in means[kind] else "" for kind in KINDS))
    console.print(table)


def show_walk(steps: int) -> None:
    requests, facts = walk(steps)
    asked = prompts(requests)
    around = [10, 50, 100, steps] if steps > 100 else [10, steps]
    table = Table("around step", "facts that hold", *KINDS, title="Tokens a prompt on a long walk, mean of 10 steps")
    for step in around:
        near = [p for p in asked if step - 5 <= p.turn < step + 5]
        taken = [[p.tokens for p in near if p.kind == kind] for kind in KINDS]
        means = [f"{statistics.mean(each):.0f}" if each else "" for each in taken]
        table.add_row(str(step), str(facts[min(step, len(facts)) - 1]), *means)
    console.print(table)


if __name__ == "__main__":
    main()
