"""Frames a second of the page in a headless Chromium, over memories of 2,000 and of 20,000 facts.

    python -m benchmarks.page [--json] [--seconds 5] [--chromium /usr/bin/chromium]

The picture is kept moving (the layout never cools) while the frames are counted; then one step of the time slider and
one click on an entity are timed, from the event to the frame that shows it.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from typing import Annotated, Any

import typer
from playwright.sync_api import Page, sync_playwright
from rich.console import Console
from rich.table import Table

from graphmem import Entity, Episode, Fact, View
from graphmem.graph.copying import Records, copy
from graphmem.testing import HashEmbedder
from graphmem.viewer.server import PageServer
from tests.oracle import DictStore

SIZES = (2_000, 20_000)
FACTS_AN_EPISODE = 20

_MOVE = """seconds => new Promise(done => {
    const [picture, start] = [page.picture, performance.now()];
    let frames = 0;
    const frame = () => {
        picture.layout.heat = 0.5;
        picture.frame();
        frames += 1;
        const gone = (performance.now() - start) / 1000;
        if (gone < seconds) requestAnimationFrame(frame);
        else done(frames / gone);
    };
    requestAnimationFrame(frame);
})"""
_UNTIL_SHOWN = """act => new Promise(done => {
    const start = performance.now();
    ACT;
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - start)));
})"""
_SLIDE = _UNTIL_SHOWN.replace("ACT", "page.goToPlace(page.graph.steps.length >> 1)")
_CLICK = _UNTIL_SHOWN.replace("ACT", "page.showEntity(page.graph.entities()[0], {})")


def town(facts: int, *, seed: int = 1) -> DictStore:
    """A memory of so many facts about things that know each other, a few of them many: some retired, as they come."""
    chance = random.Random(seed)
    names = [f"thing {number}" for number in range(1, facts // 3 + 2)]
    made: dict[tuple[str, str, str], Fact] = {}
    while len(made) < facts:
        subject, other = (names[int(len(names) * chance.random() ** 2.5)] for _ in range(2))
        triple = subject, chance.choice(("knows", "belongs to", "is near", "made")), other
        if subject != other and triple not in made:
            step = len(made) // FACTS_AN_EPISODE
            until = step + chance.randint(1, 50) if chance.random() < 0.2 else None
            until = until if until is not None and until < facts // FACTS_AN_EPISODE else None
            retired_by = None if until is None else f"episode {until}"
            made[triple] = Fact(f"fact {len(made)}", *triple, f"episode {step}", step, None, retired_by, until)
    store = DictStore()
    copy(store, Records([Entity(name) for name in names], _sightings(made.values()), [*made.values()]))
    return store


def _sightings(facts: Iterable[Fact]) -> list[Episode]:
    taught: dict[int, list[Fact]] = {}
    for fact in facts:
        taught.setdefault(fact.since, []).append(fact)
    return [
        Episode(
            id=f"episode {step}",
            text=f"What was seen at step {step}.",
            step=step,
            pending=False,
            facts=tuple(fact.id for fact in some),
            mentions=tuple({name: None for fact in some for name in (fact.subject, fact.object)}),
        )
        for step, some in taught.items()
    ]


def measure(page: Page, url: str, seconds: float) -> dict[str, Any]:
    """Open the page at `url` and measure it."""
    page.goto(url)
    page.evaluate("page.ready")
    return {
        "facts": page.evaluate("page.stats.facts"),
        "drawn": page.evaluate("page.picture.facts.size"),
        "entities drawn": page.evaluate("page.picture.nodes.length"),
        "frames a second": round(page.evaluate(_MOVE, seconds), 1),
        "slide, ms": round(page.evaluate(_SLIDE)),
        "click, ms": round(page.evaluate(_CLICK)),
    }


def main(
    seconds: Annotated[float, typer.Option(help="How long to count frames.")] = 5.0,
    chromium: Annotated[str, typer.Option(help="The browser's executable.")] = "/usr/bin/chromium",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Measure the page at each size, and print a table."""
    rows = []
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for size in SIZES:
            with PageServer(View(town(size), HashEmbedder), f"{size} facts") as server:
                rows.append(measure(browser.new_page(viewport={"width": 1280, "height": 800}), server.url, seconds))
        browser.close()
    if as_json:
        print(json.dumps(rows))
        return
    table = Table(*rows[0])
    for row in rows:
        table.add_row(*map(str, row.values()))
    Console().print(table)


if __name__ == "__main__":
    typer.run(main)
