"""Neo4j Browser itself, in a headless Chromium: what a person who opens the printed address sees."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from graphmem.browser.pages import Pages
from graphmem.browser.queries import QUERIES
from graphmem.browser.server import GuideServer
from graphmem.storage.neo4j import Neo4jStore
from graphmem.testing import teach
from graphmem.viewer.kinds import COLOURS
from tests.neo4j_server import PASSWORD, Server

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright, of the extra dev")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium")

NAMESPACE = "browsed"
PATIENCE_MS = 90_000
"""Browser is a large page: on a busy machine it takes its time."""


EDITOR = "[data-testid=activeEditor] .view-lines"


def type_and_run(page: Page, text: str) -> None:
    """Put `text` into Browser's editor and run it; Browser has taken it once its editor is empty again."""
    page.click("[data-testid=activeEditor]")
    page.locator(".monaco-editor").first.click()
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(text)
    playwright.expect(page.locator(EDITOR)).to_contain_text(text.split()[0])
    page.keyboard.press("Control+Enter")
    playwright.expect(page.locator(EDITOR)).to_have_text("")


def click_until(page: Page, shown: str, *, clicked: Locator) -> None:
    """Click until the editor shows `shown`: what is clicked while Browser still starts, it may clear away again."""
    for _ in range(PATIENCE_MS // 5_000):
        clicked.click()
        with suppress(AssertionError):
            playwright.expect(page.locator(EDITOR)).to_contain_text(shown, timeout=5_000)
            return


@pytest.fixture(scope="module")
def page(shared_server: Server) -> Iterator[Page]:
    """Browser at the address that `graphmem browser` prints, connected, with the style."""
    with pytest.MonkeyPatch.context() as environment, playwright.sync_playwright() as player:
        environment.setenv("NEO4J_PASSWORD", PASSWORD)
        store = Neo4jStore(shared_server.uri, NAMESPACE)
        teach(store, 0, ("player", "is in", "hall"), ("kitchen", "is north of", "hall"), slot="location")
        teach(store, 1, ("red apple", "is on", "table"), ("player", "is in", "kitchen"), slot="location")
        pages = Pages(store, NAMESPACE)
        chromium = player.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        opened = chromium.new_page(viewport={"width": 1600, "height": 1000})
        opened.set_default_timeout(PATIENCE_MS)
        playwright.expect.set_options(timeout=PATIENCE_MS)
        with GuideServer(pages.by_path) as guide:
            pages.style_url = guide.url("/style.grass")
            opened.goto(pages.browser_url(guide.url("/guide.html")))
            opened.fill("[data-testid=password]", PASSWORD)
            opened.click("[data-testid=connect]")
            opened.wait_for_selector("text=You are connected as user")
            type_and_run(opened, f":style {pages.style_url}")
            yield opened
        chromium.close()
        store.close()


def test_the_guide_is_there_and_a_click_puts_its_query_into_the_editor(page: Page) -> None:
    heading = page.get_by_role("heading", name="What the agent knows")
    playwright.expect(heading.first).to_be_visible()
    click_until(page, ":style", clicked=page.locator("pre.runnable", has_text=":style").first)
    playwright.expect(page.locator(EDITOR)).to_contain_text(":style")


def test_what_holds_is_drawn_with_the_names_of_entities_and_relations(page: Page) -> None:
    type_and_run(page, QUERIES[0].cypher.replace("$namespace", f'"{NAMESPACE}"'))
    page.wait_for_selector("svg g.node")
    words = " ".join(page.locator("svg g.node text").all_text_contents()).split()
    assert {"player", "kitchen", "hall", "red", "apple", "table"} <= set(words)
    relations = {text.strip() for text in page.locator("svg g.relationship text").all_text_contents()}
    assert relations == {"is in", "is on", "is north of"}


def test_places_and_characters_have_the_colours_of_their_kinds(page: Page) -> None:
    circles = page.locator("svg g.node circle").evaluate_all("found => found.map(it => it.getAttribute('fill'))")
    assert {COLOURS["place"], COLOURS["character"]} <= set(circles)
